// Who must agree to what: a table for every kind of node, at the root and below an exercise.
#include "ledger/authorization.hpp"
#include "script.hpp"

namespace tenon::daml::ledger {
namespace {

enum class Step : std::uint8_t { kCreate, kFetch, kExercise, kLookup };

// A step on a contract with these parties, by submitters or, where `around` tells the parties of a
// contract and its controllers, below an exercise.
struct Case {
  std::string name;
  Step step;
  std::string submitters;
  std::string signatories;
  std::string observers;
  std::string maintainers;
  std::string controllers;
  std::optional<ErrorKind> error; // nothing: allowed
  std::string required = {};      // as the error tells it
  std::string given = {};
  std::string around_signatories = {};
  std::string around_controllers = {};
  std::optional<std::string> around_authorizers = {};
};

const std::vector<Case>& cases() {
  using enum ErrorKind;
  static const std::vector<Case> table{
      {"create: all signatories submit", Step::kCreate, "A B", "A B", "C", "", "", {}},
      {"create: more submit than sign", Step::kCreate, "A B C", "A", "", "", "", {}},
      {"create: a signatory is missing", Step::kCreate, "A", "A B", "", "", "",
       kMissingAuthorization, "A B", "A"},
      {"create: observers do not count", Step::kCreate, "C", "A", "C", "", "",
       kMissingAuthorization, "A", "C"},
      {"create: nobody submits", Step::kCreate, "", "A", "", "", "", kMissingAuthorization, "A",
       ""},
      {"create: no signatories", Step::kCreate, "A", "", "A", "", "", kNoSignatories},
      {"create: maintainers sign", Step::kCreate, "A B", "A B", "", "B", "", {}},
      {"create: a maintainer only observes", Step::kCreate, "A B", "A", "B", "A B", "",
       kMaintainersNoSignatories, "A B", "A"},
      {"create: a missing signatory is told before a maintainer that does not sign",
       Step::kCreate, "A", "A B", "", "C", "", kMissingAuthorization, "A B", "A"},
      {"create: no maintainers", Step::kCreate, "A", "A", "", "-", "", kNoMaintainers},

      {"fetch: a signatory", Step::kFetch, "A", "A", "", "", "", {}},
      {"fetch: an observer", Step::kFetch, "B", "A", "B", "", "", {}},
      {"fetch: one of several submitters", Step::kFetch, "X B", "A", "B C", "", "", {}},
      {"fetch: a stranger", Step::kFetch, "X", "A", "B", "", "", kNoStakeholderAuthorizes, "A B",
       "X"},
      {"fetch: nobody", Step::kFetch, "", "A", "B", "", "", kNoStakeholderAuthorizes, "A B", ""},

      {"exercise: the controller", Step::kExercise, "B", "A", "B", "", "B", {}},
      {"exercise: a controller without a stake", Step::kExercise, "X", "A", "", "", "X", {}},
      {"exercise: all of several controllers", Step::kExercise, "B C", "A", "", "", "B C", {}},
      {"exercise: one of several is missing", Step::kExercise, "B", "A", "", "", "B C",
       kMissingAuthorization, "B C", "B"},
      {"exercise: a signatory that does not control", Step::kExercise, "A", "A", "", "", "B",
       kMissingAuthorization, "B", "A"},
      {"exercise: no controllers", Step::kExercise, "A", "A", "", "", "", kNoControllers},

      {"look-up: the maintainer", Step::kLookup, "A", "", "", "A", "", {}},
      {"look-up: all of several", Step::kLookup, "A B C", "", "", "A B", "", {}},
      {"look-up: one of several is missing", Step::kLookup, "A", "", "", "A B", "",
       kMissingAuthorization, "A B", "A"},
      {"look-up: a stranger", Step::kLookup, "X", "", "", "A", "", kMissingAuthorization, "A",
       "X"},
      {"look-up: no maintainers", Step::kLookup, "A", "", "", "-", "", kNoMaintainers},

      {"below: a signatory of the contract around it", Step::kCreate, "B", "A", "", "", "", {},
       "", "", "A", "B"},
      {"below: the controller around it", Step::kCreate, "B", "B", "", "", "", {}, "", "", "A",
       "B"},
      {"below: both", Step::kCreate, "B", "A B", "", "", "", {}, "", "", "A", "B"},
      {"below: the submitters alone give nothing", Step::kCreate, "B S", "S", "", "", "",
       kMissingAuthorization, "S", "A B", "A", "B"},
      {"below: fetch by the signatory around it", Step::kFetch, "B", "X", "A", "", "", {}, "", "",
       "A", "B"},
      {"below: fetch by a submitter that is neither", Step::kFetch, "B S", "X", "S", "", "",
       kNoStakeholderAuthorizes, "S X", "A B", "A", "B"},
      {"below: exercise with the authority of a signatory", Step::kExercise, "B", "X", "", "",
       "A", {}, "", "", "A", "B"},
      {"below: look-up with the authority of a signatory", Step::kLookup, "B", "", "", "A", "",
       {}, "", "", "A", "B"},
      {"below: look-up of a maintainer that is neither", Step::kLookup, "B S", "", "", "S", "",
       kMissingAuthorization, "S", "A B", "A", "B"},
      {"below: a choice that keeps part of the authority", Step::kCreate, "B", "A", "", "", "",
       {}, "", "", "A", "B", "A"},
      {"below: what the choice gave up", Step::kCreate, "B", "B", "", "", "",
       kMissingAuthorization, "B", "A", "A", "B", "A"},
      {"below: a choice that gives up everything", Step::kCreate, "B", "B", "", "", "",
       kMissingAuthorization, "B", "", "A", "B", ""},
  };
  return table;
}

Status take(Script& script, const Case& row) {
  const bool no_maintainers = row.maintainers == "-";
  const Facts facts{.signatories = row.signatories,
                    .observers = row.observers,
                    .maintainers = no_maintainers ? "" : row.maintainers};
  KeyWithMaintainers key = make_key("Iou", "k", no_maintainers ? "" : row.maintainers);
  switch (row.step) {
  case Step::kCreate: {
    if (!no_maintainers)
      return script.try_create(facts);
    auto contract = std::make_shared<Contract>(*make_contract(facts));
    contract->key = key;
    return script.builder().create(contract).status();
  }
  case Step::kFetch:
    return script.try_fetch(script.given("target", facts));
  case Step::kExercise:
    return script.try_exercise(script.given("target", facts), {.controllers = row.controllers});
  case Step::kLookup:
    break;
  }
  return script.try_lookup(key, std::nullopt);
}

TEST_CASE("authorization: every kind of node, allowed and refused", "[daml][ledger]") {
  std::map<std::pair<Step, bool>, int> counted;
  for (const Case& row : cases()) {
    INFO(row.name);
    Script script(row.submitters);
    const bool below = !row.around_controllers.empty();
    if (below) {
      const ContractId around = script.given("around", {.signatories = row.around_signatories});
      REQUIRE(script
                  .try_exercise(around, {.controllers = row.around_controllers,
                                         .authorizers = row.around_authorizers})
                  .ok());
    }
    const Status status = take(script, row);
    ++counted[{row.step, row.error.has_value()}];
    if (!row.error) {
      CHECK(status.message().empty());
      continue;
    }
    CHECK(status.code() == Code::kInvalidArgument);
    REQUIRE(script.builder().error().has_value());
    const Error& error = *script.builder().error();
    CHECK(error.kind == *row.error);
    CHECK(error.to_status().message() == status.message());
    CHECK(error.required == parties(row.required));
    CHECK(error.given == parties(row.given));
    CHECK(error.template_id == template_id("Iou"));
    CHECK(error.node == node_id(below ? 1 : 0));
    const bool key_rule = *row.error == ErrorKind::kNoMaintainers;
    CHECK(error.id() == (key_rule ? "DAML_INTERPRETER_INVALID_ARGUMENT"
                                  : "DAML_AUTHORIZATION_ERROR"));
  }
  for (const auto step : {Step::kCreate, Step::kFetch, Step::kExercise, Step::kLookup}) {
    CHECK(counted[{step, false}] >= 2);
    CHECK(counted[{step, true}] >= 2);
  }
}

TEST_CASE("authorization: a choice cannot give authority that it does not have",
          "[daml][ledger]") {
  Script script("B X");
  const ContractId around = script.given("around", {.signatories = "A"});
  const Status status = script.try_exercise(around, {.controllers = "B", .authorizers = "A X"});
  CHECK(status.message() ==
        "DAML_AUTHORIZATION_ERROR: the exercise of Act on Main:Iou requires authorizers A, X, "
        "but it only has A, B");
}

TEST_CASE("authorization: messages tell node, required and given", "[daml][ledger]") {
  const auto message = [](Script script, Step step, Case row) {
    row.step = step;
    return take(script, row).message();
  };
  const Case row{"", Step::kCreate, "", "A B", "C", "A", "B", {}};
  CHECK(message(Script("X"), Step::kCreate, row) ==
        "DAML_AUTHORIZATION_ERROR: the create of Main:Iou requires authorizers A, B, but it only "
        "has X");
  CHECK(message(Script(""), Step::kFetch, row) ==
        "DAML_AUTHORIZATION_ERROR: the fetch of Main:Iou requires one of the stakeholders A, B, C "
        "of the fetched contract to be an authorizer, but authorizers were nobody");
  CHECK(message(Script("X"), Step::kExercise, row) ==
        "DAML_AUTHORIZATION_ERROR: the exercise of Act on Main:Iou requires authorizers B, but it "
        "only has X");
  CHECK(message(Script("X"), Step::kLookup, row) ==
        "DAML_AUTHORIZATION_ERROR: the lookup by key of Main:Iou requires authorizers A for "
        "lookup by key, but it only has X");
}

TEST_CASE("authorization: a whole transaction is judged as it was built", "[daml][ledger]") {
  Script script("Alice");
  const ContractId offer = script.given("offer", {.signatories = "Painter", .observers = "Alice"});
  const ContractId iou = script.given("iou", {.signatories = "Bank Alice"});
  script.exercise(offer, {.controllers = "Alice"}, [&] {
    script.undone([&] { script.create({.signatories = "Painter"}); });
    script.exercise(iou, {.controllers = "Alice"},
                    [&] { script.create({.signatories = "Bank"}); });
    script.create({.signatories = "Alice Painter"});
  });
  const Transaction transaction = script.finish().transaction;
  CHECK_FALSE(check_authorization(transaction, parties("Alice")).has_value());
  CHECK_FALSE(check_authorization(transaction, parties("Alice Bob")).has_value());
  const auto error = check_authorization(transaction, parties("Bob"));
  REQUIRE(error.has_value());
  CHECK(error->node == node_id(0));

  Transaction forged = transaction;
  std::get<Create>(forged.nodes.back()).signatories = parties("Alice Bank Painter");
  const auto found = check_authorization(forged, parties("Alice"));
  REQUIRE(found.has_value());
  CHECK(found->node == node_id(forged.nodes.size() - 1));
  CHECK(found->given == parties("Alice Painter"));

  forged = transaction;
  std::get<Create>(forged.nodes[2]).signatories = parties("Bank"); // below the rollback
  CHECK(check_authorization(forged, parties("Alice"))->node == node_id(2));
}

} // namespace
} // namespace tenon::daml::ledger
