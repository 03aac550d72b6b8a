// Keys while a transaction grows: uniqueness, what a key leads to, inputs, and all of it through
// rollbacks, in both modes.
#include "ledger/consistency.hpp"
#include "script.hpp"

namespace tenon::daml::ledger {
namespace {

const Facts kKeyed{.signatories = "A", .maintainers = "A"};

KeyWithMaintainers key() {
  return make_key("Iou", "k", "A");
}

// "free", "creatable", or "active": what the transaction needs of the key.
std::string input_of(const KeyInputs& inputs) {
  const auto found = inputs.find(key().key.hash);
  if (found == inputs.end())
    return "none";
  constexpr std::string_view kKinds[] = {"free", "creatable", "active"};
  CHECK((found->second.kind == KeyInput::Kind::kActive) ==
        found->second.contract_id.has_value());
  return std::string(kKinds[static_cast<std::size_t>(found->second.kind)]);
}

struct Outcome {
  std::string error; // its id, or empty
  std::string input;
};

Outcome run(KeyMode mode, const std::function<Status(Script&)>& steps) {
  Script script("A", mode);
  const Status status = steps(script);
  if (!status.ok())
    return {std::string(script.builder().error()->id()), ""};
  while (script.builder().depth() > 0)
    REQUIRE(script.builder().end_exercise(Value()).ok());
  FinishedTransaction finished = script.finish();
  // A walk over the finished transaction finds the same.
  const Verdict verdict = check_internal_consistency(finished.transaction, mode);
  CHECK_FALSE(verdict.error.has_value());
  CHECK(input_of(verdict.effects.key_inputs) == input_of(finished.key_inputs));
  CHECK(verdict.effects.inputs == finished.input_contracts);
  return {"", input_of(finished.key_inputs)};
}

struct Case {
  std::string name;
  std::function<Status(Script&)> steps;
  Outcome strict;
  Outcome off;
};

Status archive(Script& script, const ContractId& id) {
  TENON_RETURN_IF_ERROR(script.try_exercise(id, {.controllers = "A"}));
  return script.builder().end_exercise(Value());
}

// Steps around creates and archives.
const std::vector<Case>& create_cases() {
  static const std::vector<Case> table{
      {"a create needs the key free",
       [](Script& s) { return s.try_create(kKeyed); },
       {"", "creatable"},
       {"", "creatable"}},
      {"two creates",
       [](Script& s) {
         s.create(kKeyed);
         return s.try_create(kKeyed);
       },
       {"DUPLICATE_CONTRACT_KEY", ""},
       {"", "creatable"}},
      {"two creates of other keys",
       [](Script& s) {
         s.create(kKeyed);
         return s.try_create({.signatories = "A", .maintainers = "A", .key = "other"});
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"create, archive, create",
       [](Script& s) {
         REQUIRE(archive(s, s.create(kKeyed)).ok());
         return s.try_create(kKeyed);
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"a look-up in vain, then a create",
       [](Script& s) {
         s.lookup(key(), std::nullopt);
         return s.try_create(kKeyed);
       },
       {"", "free"},
       {"", "free"}},
      {"a look-up that finds, then a create",
       [](Script& s) {
         s.lookup(key(), s.given("1", kKeyed));
         return s.try_create(kKeyed);
       },
       {"DUPLICATE_CONTRACT_KEY", ""},
       {"", "active"}},
      {"a fetch, then a create",
       [](Script& s) {
         s.fetch(s.given("1", kKeyed));
         return s.try_create(kKeyed);
       },
       {"DUPLICATE_CONTRACT_KEY", ""},
       {"", "creatable"}},
      {"archive of a given contract, then a create",
       [](Script& s) {
         REQUIRE(archive(s, s.given("1", kKeyed)).ok());
         return s.try_create(kKeyed);
       },
       {"", "active"},
       {"", "creatable"}},
  };
  return table;
}

// Steps around fetches.
const std::vector<Case>& fetch_cases() {
  static const std::vector<Case> table{
      {"a fetch of another contract than was created",
       [](Script& s) {
         s.create(kKeyed);
         return s.try_fetch(s.given("1", kKeyed));
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"", "creatable"}},
      {"a fetch of another contract by key",
       [](Script& s) {
         s.create(kKeyed);
         return s.try_fetch(s.given("1", kKeyed), true);
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"INCONSISTENT_CONTRACT_KEY", ""}},
      {"fetches of two contracts with one key",
       [](Script& s) {
         s.fetch(s.given("1", kKeyed));
         return s.try_fetch(s.given("2", kKeyed));
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"", "none"}},
      {"fetches of two contracts by one key",
       [](Script& s) {
         s.fetch(s.given("1", kKeyed), true);
         return s.try_fetch(s.given("2", kKeyed), true);
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"INCONSISTENT_CONTRACT_KEY", ""}},
      {"a fetch after a look-up in vain",
       [](Script& s) {
         s.lookup(key(), std::nullopt);
         return s.try_fetch(s.given("1", kKeyed));
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"", "free"}},
  };
  return table;
}

// Steps around look-ups.
const std::vector<Case>& lookup_cases() {
  static const std::vector<Case> table{
      {"a look-up in vain of what was created",
       [](Script& s) {
         s.create(kKeyed);
         return s.try_lookup(key(), std::nullopt);
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"INCONSISTENT_CONTRACT_KEY", ""}},
      {"a look-up of what was created",
       [](Script& s) { return s.try_lookup(key(), s.create(kKeyed)); },
       {"", "creatable"},
       {"", "creatable"}},
      {"a look-up of what was archived",
       [](Script& s) {
         const ContractId given = s.given("1", kKeyed);
         s.lookup(key(), given);
         REQUIRE(archive(s, given).ok());
         return s.try_lookup(key(), given);
       },
       {"CONTRACT_NOT_ACTIVE", ""},
       {"CONTRACT_NOT_ACTIVE", ""}},
      {"a look-up in vain of what was archived",
       [](Script& s) {
         const ContractId given = s.given("1", kKeyed);
         s.lookup(key(), given);
         REQUIRE(archive(s, given).ok());
         return s.try_lookup(key(), std::nullopt);
       },
       {"", "active"},
       {"", "active"}},
  };
  return table;
}

// Creates that are undone, and archives.
const std::vector<Case>& undone_cases() {
  static const std::vector<Case> table{
      {"a create that was undone, then a create",
       [](Script& s) {
         s.undone([&] { s.create(kKeyed); });
         return s.try_create(kKeyed);
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"a create that was undone, then a look-up in vain",
       [](Script& s) {
         s.undone([&] { s.create(kKeyed); });
         return s.try_lookup(key(), std::nullopt);
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"a create that was undone, then a fetch of a given one",
       [](Script& s) {
         s.undone([&] { s.create(kKeyed); });
         return s.try_fetch(s.given("1", kKeyed));
       },
       {"INCONSISTENT_CONTRACT_KEY", ""},
       {"", "creatable"}},
      {"an archive that was undone, then a create",
       [](Script& s) {
         const ContractId given = s.given("1", kKeyed);
         s.undone([&] { REQUIRE(archive(s, given).ok()); });
         return s.try_create(kKeyed);
       },
       {"DUPLICATE_CONTRACT_KEY", ""},
       {"", "creatable"}},
      {"an archive that was undone, then an archive and a create",
       [](Script& s) {
         const ContractId given = s.given("1", kKeyed);
         s.undone([&] {
           REQUIRE(archive(s, given).ok());
           s.create(kKeyed);
         });
         REQUIRE(archive(s, given).ok());
         return s.try_create(kKeyed);
       },
       {"", "active"},
       {"", "creatable"}},
  };
  return table;
}

// Rollbacks within and beside each other.
const std::vector<Case>& nested_cases() {
  static const std::vector<Case> table{
      {"a create under a key that was archived outside",
       [](Script& s) {
         const ContractId made = s.create(kKeyed);
         REQUIRE(archive(s, made).ok());
         s.undone([&] { s.create(kKeyed); });
         return s.try_lookup(key(), std::nullopt);
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"an undone archive of what was created leads back to it",
       [](Script& s) {
         const ContractId made = s.create(kKeyed);
         s.undone([&] {
           REQUIRE(archive(s, made).ok());
           s.create(kKeyed);
           s.undone([&] { s.lookup(key(), s.builder().key_state(key())->contract_id); });
         });
         return s.try_lookup(key(), made);
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"a try that no exception leaves keeps its creates",
       [](Script& s) {
         s.tried([&] { s.create(kKeyed); });
         return s.try_create(kKeyed);
       },
       {"DUPLICATE_CONTRACT_KEY", ""},
       {"", "creatable"}},
      {"a try within one that is undone is undone with it",
       [](Script& s) {
         s.undone([&] { s.tried([&] { s.create(kKeyed); }); });
         return s.try_create(kKeyed);
       },
       {"", "creatable"},
       {"", "creatable"}},
      {"a look-up that was undone still tells what the key leads to",
       [](Script& s) {
         s.undone([&] { s.lookup(key(), s.given("1", kKeyed)); });
         return s.try_create(kKeyed);
       },
       {"DUPLICATE_CONTRACT_KEY", ""},
       {"", "active"}},
  };
  return table;
}

void check_table(const std::vector<Case>& table) {
  for (const Case& row : table) {
    INFO(row.name);
    const Outcome strict = run(KeyMode::kStrict, row.steps);
    CHECK(strict.error == row.strict.error);
    CHECK(strict.input == row.strict.input);
    const Outcome off = run(KeyMode::kOff, row.steps);
    CHECK(off.error == row.off.error);
    CHECK(off.input == row.off.input);
  }
}

TEST_CASE("keys: what each sequence of steps needs and what is refused", "[daml][ledger][key]") {
  check_table(create_cases());
  check_table(fetch_cases());
  check_table(lookup_cases());
}

TEST_CASE("keys: rollbacks put keys back", "[daml][ledger][key]") {
  check_table(undone_cases());
  check_table(nested_cases());
}

TEST_CASE("keys: an answer means nothing once the transaction has archived the contract",
          "[daml][ledger][key]") {
  Script script("A", KeyMode::kOff);
  const ContractId given = script.given("1", kKeyed);
  script.undone([&] {
    REQUIRE(archive(script, given).ok()); // not by key: in off mode the key is not touched
    CHECK_FALSE(script.builder().key_state(key())->known);
    CHECK(script.builder().answer_key(key(), given) == std::nullopt);
    REQUIRE(script.try_lookup(key(), std::nullopt).ok());
  });
  // Outside of what was undone the same answer leads to the contract.
  CHECK(script.builder().key_state(key())->contract_id == given);
  const FinishedTransaction finished = script.finish();
  CHECK(input_of(finished.key_inputs) == "active");
}

TEST_CASE("keys: the first answer stays", "[daml][ledger][key]") {
  Script script("A");
  CHECK(script.builder().answer_key(key(), std::nullopt) == std::nullopt);
  CHECK(script.builder().answer_key(key(), script.given("1", kKeyed)) == std::nullopt);
  CHECK(script.builder().key_state(key())->known);
}

TEST_CASE("keys: a transaction tells what it leaves of each key", "[daml][ledger][key]") {
  const auto leaves = [](const std::function<void(Script&)>& steps) -> std::string {
    Script script("A");
    steps(script);
    const Verdict verdict =
        check_internal_consistency(script.finish().transaction, KeyMode::kStrict);
    REQUIRE_FALSE(verdict.error.has_value());
    const auto found = verdict.effects.key_outputs.find(key().key.hash);
    if (found == verdict.effects.key_outputs.end())
      return "unchanged";
    CHECK(found->second.maintainers == parties("A"));
    return found->second.contract_id ? "active" : "free";
  };
  CHECK(leaves([](Script& s) { s.create(kKeyed); }) == "active");
  CHECK(leaves([](Script& s) { REQUIRE(archive(s, s.create(kKeyed)).ok()); }) == "free");
  CHECK(leaves([](Script& s) { REQUIRE(archive(s, s.given("1", kKeyed)).ok()); }) == "free");
  CHECK(leaves([](Script& s) {
          REQUIRE(archive(s, s.given("1", kKeyed)).ok());
          s.create(kKeyed);
        }) == "active");
  CHECK(leaves([](Script& s) { s.fetch(s.given("1", kKeyed)); }) == "unchanged");
  CHECK(leaves([](Script& s) {
          s.undone([&] { REQUIRE(archive(s, s.given("1", kKeyed)).ok()); });
        }) == "unchanged");
  CHECK(leaves([](Script& s) { s.undone([&] { s.create(kKeyed); }); }) == "unchanged");
}

TEST_CASE("keys: a key of version 17 is found by its package's name", "[daml][ledger][key]") {
  const auto by_name = make_key("Iou", "k", "A", TransactionVersion::k17);
  CHECK(by_name.key.hash != key().key.hash);
  CHECK(by_name.key.package_name->str() == "main");
  const auto refused = GlobalKey::make(template_id("Iou"), std::nullopt,
                                       Value::contract_id(given_id("x")));
  CHECK(refused.status().code() == Code::kInvalidArgument);
}

} // namespace
} // namespace tenon::daml::ledger
