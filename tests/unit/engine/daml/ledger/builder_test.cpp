// The builder: what each step puts into the transaction, ids and seeds of nodes, tries, limits.
#include "ledger/well_formed.hpp"
#include "script.hpp"
#include "values/comparison.hpp"

namespace tenon::daml::ledger {
namespace {

constexpr auto k11 = TransactionVersion::k11;
constexpr auto k14 = TransactionVersion::k14;
constexpr auto k17 = TransactionVersion::k17;

Timestamp submitted() {
  return Timestamp::from_micros(7).value();
}

TEST_CASE("builder: an IOU is issued, transferred and settled", "[daml][ledger][builder]") {
  Script issue("Bank");
  const ContractId iou = issue.create({.signatories = "Bank", .observers = "Alice"});
  CHECK(iou.is_local());
  const FinishedTransaction issued = issue.finish();
  CHECK(sketch(issued.transaction) == "C");
  CHECK(issued.input_contracts.empty());
  CHECK(issued.transaction.version == TransactionVersion::k15);
  const auto& create = std::get<Create>(issued.transaction.nodes[0]);
  CHECK(create.contract_id == iou);
  CHECK(create.signatories == parties("Bank"));
  CHECK(create.stakeholders == parties("Alice Bank"));
  CHECK(create.agreement == "agreed");

  Script transfer("Alice");
  const ContractId held = transfer.given("iou", {.signatories = "Bank", .observers = "Alice"});
  ContractId moved = held;
  transfer.exercise(held, {.name = "Transfer", .controllers = "Alice"}, [&] {
    moved = transfer.create({.signatories = "Bank", .observers = "Bob"});
  });
  const FinishedTransaction transferred = transfer.finish();
  CHECK(sketch(transferred.transaction) == "X(C)");
  CHECK(transferred.input_contracts == std::set{held});
  CHECK(transferred.used_packages == std::set{PackageId::literal("pkg")});
  const auto& exercise = std::get<Exercise>(transferred.transaction.nodes[0]);
  CHECK(exercise.choice.str() == "Transfer");
  CHECK(exercise.consuming);
  CHECK(exercise.actors == parties("Alice"));
  CHECK(exercise.result == Value::boolean(true));
  CHECK(check_well_formed(transferred.transaction).ok());

  Script settle("Bob");
  const ContractId last = settle.given("last", {.signatories = "Bank", .observers = "Bob"});
  settle.exercise(last, {.name = "Settle", .controllers = "Bob"});
  CHECK(sketch(settle.finish().transaction) == "X()");
}

TEST_CASE("builder: ids and seeds come from the transaction's seed and the place among actions",
          "[daml][ledger][builder]") {
  Script script("Bank Alice");
  const ContractId held = script.given("iou", {.signatories = "Bank", .observers = "Alice"});
  ContractId in_exercise = held;
  ContractId undone = held;
  ContractId after = held;
  script.fetch(held); // the first action
  script.undone([&] { undone = script.create({.signatories = "Bank"}); });
  script.exercise(held, {.controllers = "Alice"}, [&] {
    script.tried([&] { script.fetch(script.create({.signatories = "Alice"})); });
    in_exercise = script.create({.signatories = "Bank", .observers = "Alice"});
  });
  after = script.create({.signatories = "Bank"});

  const Hash root = seed("transaction");
  const auto id = [](const Hash& node_seed, std::string_view stakeholders) {
    return ContractId(
        derive_contract_discriminator(node_seed, submitted(), parties(stakeholders)));
  };
  // A rollback has no number; what is in it continues that of what is around it.
  CHECK(undone == id(derive_node_seed(root, 1), "Bank"));
  const Hash exercise_seed = derive_node_seed(root, 2);
  CHECK(in_exercise == id(derive_node_seed(exercise_seed, 2), "Alice Bank"));
  CHECK(after == id(derive_node_seed(root, 3), "Bank"));

  const FinishedTransaction finished = script.finish();
  CHECK(sketch(finished.transaction) == "F R(C) X(C F C) C");
  REQUIRE(finished.seeds.size() == 5);
  const auto place_of = [&](std::size_t i) { return index_of(finished.seeds[i].node); };
  CHECK(place_of(0) == 2);
  CHECK(finished.seeds[0].seed == derive_node_seed(root, 1));
  CHECK(place_of(1) == 3);
  CHECK(finished.seeds[1].seed == exercise_seed);
  CHECK(place_of(2) == 4);
  CHECK(finished.seeds[2].seed == derive_node_seed(exercise_seed, 0));
  CHECK(place_of(3) == 6);
  CHECK(finished.seeds[3].seed == derive_node_seed(exercise_seed, 2));
  CHECK(place_of(4) == 7);
}

TEST_CASE("builder: a fetch is acted on by the stakeholders that authorize it",
          "[daml][ledger][builder]") {
  Script script("Alice Carol");
  const ContractId held =
      script.given("iou", {.signatories = "Bank", .observers = "Alice Bob"});
  script.fetch(held);
  const Transaction transaction = script.finish().transaction;
  const auto& fetch = std::get<Fetch>(transaction.nodes[0]);
  CHECK(fetch.actors == parties("Alice"));
  CHECK(fetch.signatories == parties("Bank"));
  CHECK(fetch.stakeholders == parties("Alice Bank Bob"));
}

TEST_CASE("builder: an exception leaves the exercises that it passes without a result",
          "[daml][ledger][builder]") {
  Script script("Bank");
  REQUIRE(script.builder().begin_try().ok());
  const ContractId iou = script.create({.signatories = "Bank"});
  REQUIRE(script.try_exercise(iou, {.controllers = "Bank"}).ok());
  script.create({.signatories = "Bank"});
  CHECK(script.builder().depth() == 2);
  script.builder().abort_exercise();
  script.builder().roll_back_try();
  CHECK(script.builder().depth() == 0);
  const Transaction transaction = script.finish().transaction;
  CHECK(sketch(transaction) == "R(C X(C))");
  CHECK_FALSE(std::get<Exercise>(transaction.nodes[2]).result.has_value());
  CHECK(check_well_formed(transaction).ok());
}

TEST_CASE("builder: a try without exception leaves no trace, nor an undone one without actions",
          "[daml][ledger][builder]") {
  Script script("Bank");
  script.tried([&] { script.create({.signatories = "Bank"}); });
  script.undone([] {});
  script.undone([&] {
    script.undone([&] { script.create({.signatories = "Bank"}); });
    script.create({.signatories = "Bank"});
    script.undone([&] { script.create({.signatories = "Bank"}); });
  });
  const FinishedTransaction finished = script.finish();
  CHECK(sketch(finished.transaction) == "C R(C) R(C C)");
  CHECK(finished.seeds.size() == 4);
}

TEST_CASE("builder: what an exception undid is not there any more", "[daml][ledger][builder]") {
  Script script("Bank Alice");
  const ContractId held = script.given("iou", {.signatories = "Bank", .observers = "Alice"});
  ContractId made = held;
  script.undone([&] {
    made = script.create({.signatories = "Bank"});
    script.exercise(held, {.controllers = "Alice"});
    CHECK(script.builder().is_local(made));
  });
  CHECK(script.builder().is_local(made));
  CHECK_FALSE(script.builder().is_local(held));
  script.exercise(held, {.controllers = "Alice"}); // the first one did not count
  const Identifier name = template_id("Iou");
  const Status status = script.builder().check_usable(made, &name);
  CHECK(status.code() == Code::kNotFound);
  CHECK(status.message().starts_with("CONTRACT_NOT_FOUND: Contract could not be found with id " +
                                     made.to_text()));
  CHECK(script.builder().error()->kind == ErrorKind::kContractNotFound);
  CHECK(script.builder().error()->template_id == name);
}

TEST_CASE("builder: a contract is archived as soon as a consuming exercise begins",
          "[daml][ledger][builder]") {
  Script script("Bank Alice");
  const ContractId held = script.given("iou", {.signatories = "Bank", .observers = "Alice"});
  REQUIRE(script.try_exercise(held, {.controllers = "Alice"}).ok());
  const Status status = script.try_fetch(held);
  CHECK(status.code() == Code::kNotFound);
  CHECK(status.message().starts_with(
      "CONTRACT_NOT_ACTIVE: Update failed due to fetch of an inactive contract " +
      held.to_text()));
  const auto& error = script.builder().error();
  REQUIRE(error.has_value());
  CHECK(error->kind == ErrorKind::kContractNotActive);
  CHECK(error->id() == "CONTRACT_NOT_ACTIVE");
  CHECK(error->contract_id == held);
  CHECK(error->template_id == template_id("Iou"));
  CHECK(error->node == node_id(1));
  // Nothing more is added after a refusal.
  CHECK(script.try_create({.signatories = "Bank"}).message() == status.message());
  CHECK(script.builder().end_exercise(Value()).message() == status.message());
}

TEST_CASE("builder: nodes older than version 14 are never undone", "[daml][ledger][builder]") {
  Script script("Bank");
  REQUIRE(script.builder().begin_try().ok());
  CHECK(script.builder().can_roll_back());
  const ContractId iou = script.create({.signatories = "Bank", .version = k14});
  CHECK(script.builder().can_roll_back());
  script.exercise(iou, {.controllers = "Bank"}, [&] {
    script.create({.signatories = "Bank", .version = k11});
    REQUIRE(script.builder().begin_try().ok());
    CHECK(script.builder().can_roll_back());
    script.builder().roll_back_try();
  });
  CHECK_FALSE(script.builder().can_roll_back());
  script.builder().end_try();
  REQUIRE(script.builder().begin_try().ok());
  CHECK(script.builder().can_roll_back());
  script.builder().end_try();
  const Transaction transaction = script.finish().transaction;
  CHECK(transaction.version == k14);
  CHECK(std::get<Create>(transaction.nodes[2]).version == k11);
}

TEST_CASE("builder: values stand as their version carries them", "[daml][ledger][builder]") {
  const auto label = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"owner"});
  const auto type = std::make_shared<const Identifier>(template_id("Iou"));
  const Value typed = Value::record(type, label, {Value::text("x")});
  const Value bare = Value::record(nullptr, nullptr, {Value::text("x")});
  Script script("Bank");
  script.create({.signatories = "Bank", .argument = typed, .version = k11});
  script.create({.signatories = "Bank", .argument = typed, .version = k14});
  const Transaction transaction = script.finish().transaction;
  CHECK(std::get<Create>(transaction.nodes[0]).argument == typed);
  CHECK(std::get<Create>(transaction.nodes[1]).argument == bare);

  Script old("Bank");
  const Status refused = old.try_create({.signatories = "Bank",
                                         .argument = Value::gen_map({{Value(), Value()}}),
                                         .version = TransactionVersion::k10});
  CHECK(refused.message().starts_with("DAML_INTERPRETER_INVALID_ARGUMENT: a generic map"));
  CHECK(old.builder().error()->kind == ErrorKind::kInvalidValue);
}

TEST_CASE("builder: package names are told from version 17 on", "[daml][ledger][builder]") {
  Script script("Bank");
  const ContractId iou = script.create({.signatories = "Bank", .maintainers = "Bank",
                                        .version = k17});
  script.exercise(iou, {.controllers = "Bank", .consuming = false});
  script.fetch(iou, true);
  script.lookup(make_key("Iou", "k", "Bank", k17), iou);
  const Transaction transaction = script.finish().transaction;
  CHECK(transaction.version == k17);
  CHECK(check_well_formed(transaction).ok());
  CHECK(std::get<Create>(transaction.nodes[0]).package_name->str() == "main");
  CHECK(std::get<Exercise>(transaction.nodes[1]).creation_package->str() == "pkg");
  CHECK(std::get<Fetch>(transaction.nodes[2]).by_key);
  CHECK(std::get<LookupByKey>(transaction.nodes[3]).package_name->str() == "main");
}

TEST_CASE("builder: the by-key flag is told from version 14 on", "[daml][ledger][builder]") {
  for (const auto version : {TransactionVersion::k13, k14}) {
    Script script("Bank");
    const ContractId iou = script.create({.signatories = "Bank", .maintainers = "Bank",
                                          .version = version});
    script.fetch(iou, true);
    script.exercise(iou, {.controllers = "Bank", .by_key = true});
    const Transaction transaction = script.finish().transaction;
    CHECK(std::get<Fetch>(transaction.nodes[1]).by_key == (version == k14));
    CHECK(std::get<Exercise>(transaction.nodes[2]).by_key == (version == k14));
  }
}

TEST_CASE("builder: limits are told with what was found", "[daml][ledger][builder]") {
  const auto expect = [](Script& script, const Status& status, std::string_view what,
                         std::uint64_t limit) {
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK(status.message().starts_with("DAML_INTERPRETER_INVALID_ARGUMENT: " +
                                       std::string(what)));
    REQUIRE(script.builder().error().has_value());
    CHECK(script.builder().error()->kind == ErrorKind::kLimit);
    CHECK(script.builder().error()->limit == limit);
    CHECK(script.builder().error()->found == limit + 1);
  };
  {
    Script script("Bank", KeyMode::kStrict, {.max_nodes = 2});
    script.create({.signatories = "Bank"});
    script.create({.signatories = "Bank"});
    expect(script, script.try_create({.signatories = "Bank"}), "nodes of a transaction", 2);
  }
  {
    Script script("Bank", KeyMode::kStrict, {.max_nesting = 2});
    REQUIRE(script.builder().begin_try().ok());
    const ContractId iou = script.create({.signatories = "Bank"});
    REQUIRE(script.try_exercise(iou, {.controllers = "Bank"}).ok());
    expect(script, script.builder().begin_try(), "exercises and tries within each other", 2);
  }
  {
    Script script("Bank", KeyMode::kStrict, {.max_parties = 2});
    expect(script, script.try_create({.signatories = "Bank", .observers = "A B C"}), "observers",
           2);
  }
  {
    Script script("Bank", KeyMode::kStrict, {.max_input_contracts = 1});
    script.fetch(script.given("1", {.signatories = "Bank"}));
    script.fetch(script.create({.signatories = "Bank"}));
    expect(script, script.try_fetch(script.given("2", {.signatories = "Bank"})),
           "contracts that a transaction uses", 1);
  }
}

TEST_CASE("builder: exercises lie as deep as the limit, and nothing recurses",
          "[daml][ledger][builder]") {
  constexpr std::size_t kDepth = 20'000;
  Script script("Bank");
  const ContractId iou = script.given("iou", {.signatories = "Bank"});
  for (std::size_t i = 0; i < kDepth; ++i)
    REQUIRE(script.try_exercise(iou, {.controllers = "Bank", .consuming = false}).ok());
  for (std::size_t i = 0; i < kDepth; ++i)
    REQUIRE(script.builder().end_exercise(Value()).ok());
  const Transaction transaction = script.finish().transaction;
  CHECK(transaction.nodes.size() == kDepth);
  CHECK(check_well_formed(transaction).ok());
}

} // namespace
} // namespace tenon::daml::ledger
