// Updates of every form on a ledger in memory: what they add to the transaction, what refuses
// them, what is asked of the ledger.
#include <catch2/catch.hpp>

#include "ious.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;

TEST_CASE("updates: create", "[daml][interpreter][updates]") {
  Ious p;
  p.finish_helper();
  TestLedger ledger(p);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  CHECK(ledger.shape() == "create Iou");
  CHECK(ledger.questions().empty());
  const auto& node = std::get<ledger::Create>(ledger.transaction().transaction.nodes[0]);
  CHECK(node.agreement == "owes 10");
  CHECK(node.signatories == ledger::PartySet{Party::literal("Bank")});
  CHECK(node.stakeholders.size() == 2);
  REQUIRE(node.key);
  CHECK(node.key->maintainers == node.signatories);
  CHECK(node.version == TransactionVersion::k15);

  CHECK(!ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 0))}));
  CHECK(ledger.error().kind == ErrorKind::kPreconditionFailed);
  CHECK(ledger.error().id() == "DAML_INTERPRETATION_ERROR");
  CHECK(!ledger.submit("Eve", {create("Iou", iou("Bank", "Alice", 1))}));
  CHECK(ledger.error().id() == "DAML_AUTHORIZATION_ERROR");
  CHECK(!ledger.submit("Bank", {create("Iou", iou("Bank", "Bob", 10)),
                                create("Iou", iou("Bank", "Alice", 10))}));
  CHECK(ledger.error().id() == "DUPLICATE_CONTRACT_KEY");
}

TEST_CASE("updates: exercise", "[daml][interpreter][updates]") {
  Ious p;
  p.finish_helper();
  TestLedger ledger(p);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  const ContractId first = ledger.created()[0];
  CHECK(!ledger.submit("Bank", {exercise("Iou", first, "Transfer", party("Bob"))}));
  CHECK(ledger.error().id() == "DAML_AUTHORIZATION_ERROR");
  REQUIRE(ledger.submit("Alice", {exercise("Iou", first, "Peek")}));
  CHECK(ledger.result() == "10");
  CHECK(ledger.is_active(first));
  CHECK(ledger.questions() == std::vector<std::string>{"contract"});
  CHECK(!ledger.submit("Bob", {exercise("Iou", first, "Peek")}));
  CHECK(ledger.error().id() == "DAML_AUTHORIZATION_ERROR");
  REQUIRE(ledger.submit("Bank", {exercise("Iou", first, "Archive")}));
  CHECK(!ledger.is_active(first));
  CHECK(!ledger.submit("Bank", {exercise("Iou", first, "Archive")}));
  CHECK(ledger.error().kind == ErrorKind::kContractNotFound);
  CHECK(ledger.error().id() == "CONTRACT_NOT_FOUND");
  // Twice in one transaction.
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 11))}));
  const ContractId second = ledger.created()[0];
  CHECK(!ledger.submit("Bank", {exercise("Iou", second, "Archive"),
                                exercise("Iou", second, "Archive")}));
  CHECK(ledger.error().id() == "CONTRACT_NOT_ACTIVE");
  REQUIRE(ledger.submit("Bank", {create_and_exercise("Iou", iou("Bank", "Alice", 12),
                                                     "Archive")}));
  CHECK(ledger.shape() == "create Iou, exercise Iou.Archive");
}

TEST_CASE("updates: a choice has the authority of signatories and controllers",
          "[daml][interpreter][updates]") {
  Ious p;
  p.finish_helper();
  TestLedger ledger(p);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  const ContractId first = ledger.created()[0];
  REQUIRE(ledger.submit("Alice", {exercise("Iou", first, "Transfer", party("Bob"))}));
  CHECK(ledger.shape() == "exercise Iou.Transfer (create Iou)");
  const auto& node = std::get<ledger::Exercise>(ledger.transaction().transaction.nodes[0]);
  CHECK(node.actors == ledger::PartySet{Party::literal("Alice")});
  CHECK(node.choice_observers == ledger::PartySet{Party::literal("Bob")});
  REQUIRE(node.result);
  CHECK(node.result->as_contract_id() == ledger.created()[0]);
  CHECK(!ledger.is_active(first));
  CHECK(ledger.transaction().input_contracts == std::set<ContractId>{first});
}

TEST_CASE("updates: fetch", "[daml][interpreter][updates]") {
  Ious p;
  p.add_choice("Amount", p.contract_id(p.named("Iou")), p.int64(),
               p.block({{"c", p.named("Iou"), p.fetch("Iou", p.variable("arg"))}},
                       p.pure(p.int64(), p.field("Iou", "amount", p.variable("c")))));
  p.add_choice("Soft", p.contract_id(p.named("Iou")), p.named("Iou"),
               p.soft(lf::UpdateForm::kSoftFetch, "Iou", p.variable("arg")));
  p.add_choice("Wrong", p.contract_id(p.named("Helper")), p.named("Helper"),
               p.fetch("Helper", p.variable("arg")));
  p.finish_helper();
  TestLedger ledger(p);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  const Value id = Value::contract_id(ledger.created()[0]);
  const auto run = [&](std::string_view who, std::string_view choice, const Value& argument) {
    return ledger.submit(who, {create_and_exercise("Helper", helper(who), choice, argument)});
  };
  REQUIRE(run("Alice", "Amount", id));
  CHECK(ledger.result() == "10");
  CHECK(ledger.shape() == "create Helper, exercise Helper.Amount (fetch Iou)");
  REQUIRE(run("Bank", "Soft", id));
  CHECK(!run("Eve", "Amount", id));
  CHECK(ledger.error().id() == "DAML_AUTHORIZATION_ERROR");
  CHECK(!run("Alice", "Wrong", id));
  CHECK(ledger.error().kind == ErrorKind::kWrongTemplate);
  CHECK(ledger.error().found->name.str() == "Iou");
  CHECK(ledger.error().expected->name.str() == "Helper");
  Hash nowhere;
  nowhere.bytes[0] = 9;
  CHECK(!run("Alice", "Amount", Value::contract_id(ContractId(nowhere))));
  CHECK(ledger.error().kind == ErrorKind::kContractNotFound);
}

TEST_CASE("updates: by key", "[daml][interpreter][updates]") {
  Ious p;
  const T found = p.optional(p.contract_id(p.named("Iou")));
  const auto mine = [&] { return p.iou_key(p.me(), p.variable("arg")); };
  p.add_choice("Lookup", p.int64(), found, p.lookup_by_key("Iou", mine()));
  p.add_choice("Fetch", p.int64(), p.int64(),
               p.block({{"both", p.unit(), p.fetch_by_key("Iou", mine())}},
                       p.pure(p.int64(), p.field("Iou", "amount",
                                                 p.struct_field("contract",
                                                                p.variable("both"))))));
  p.add_choice("Exercise", p.int64(), p.unit(),
               p.exercise_by_key("Iou", "Archive", mine(), p.unit_value()));
  // Archives, looks up, creates again, looks up.
  p.add_choice("Cycle", p.int64(), p.list(p.boolean()),
               p.block({{"a", found, p.lookup_by_key("Iou", mine())},
                        {"u", p.unit(), p.exercise_by_key("Iou", "Archive", mine(),
                                                          p.unit_value())},
                        {"b", found, p.lookup_by_key("Iou", mine())},
                        {"new", p.contract_id(p.named("Iou")),
                         p.create("Iou", p.iou(p.me(), p.me(), p.variable("arg")))},
                        {"c", found, p.lookup_by_key("Iou", mine())}},
                       p.pure(p.list(p.boolean()),
                              p.list_of(p.boolean(),
                                        {p.call(B::kEqual, {p.variable("a"), p.none(found)}),
                                         p.call(B::kEqual, {p.variable("b"), p.none(found)}),
                                         p.call(B::kEqual, {p.variable("c"),
                                                            p.some(found, p.variable("new"))})}))));
  p.finish_helper();
  TestLedger ledger(p);
  const auto run = [&](std::string_view who, std::string_view choice, std::int64_t amount) {
    return ledger.submit(
        who, {create_and_exercise("Helper", helper(who), choice, Value::int64(amount))});
  };
  REQUIRE(run("Bank", "Lookup", 10));
  CHECK(ledger.result() == "None");
  CHECK(ledger.questions() == std::vector<std::string>{"key"});
  CHECK(ledger.shape() == "create Helper, exercise Helper.Lookup (lookup by key Iou)");
  CHECK(!run("Bank", "Fetch", 10));
  CHECK(ledger.error().id() == "CONTRACT_KEY_NOT_FOUND");
  CHECK(!run("Bank", "Exercise", 10));
  CHECK(ledger.error().kind == ErrorKind::kContractKeyNotFound);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  REQUIRE(run("Bank", "Lookup", 10));
  CHECK(ledger.result() == "Some cid");
  CHECK(ledger.questions() == std::vector<std::string>{"key", "contract"});
  REQUIRE(run("Bank", "Fetch", 10));
  CHECK(ledger.result() == "10");
  CHECK(ledger.shape() == "create Helper, exercise Helper.Fetch (fetch Iou)");
  REQUIRE(run("Bank", "Cycle", 10));
  CHECK(ledger.result() == "[False, True, True]");
  REQUIRE(run("Bank", "Exercise", 10));
  REQUIRE(run("Bank", "Lookup", 10));
  CHECK(ledger.result() == "None");
  // As commands.
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  REQUIRE(ledger.submit("Bank", {exercise_by_key("Iou", key("Bank", 10), "Archive")}));
  const auto& node = std::get<ledger::Exercise>(ledger.transaction().transaction.nodes[0]);
  CHECK(node.by_key);
  // A key that the reader may not see.
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  Submission hidden{{"Bank"}, {exercise_by_key("Iou", key("Bank", 10), "Archive")}, {},
                    ledger::KeyMode::kStrict};
  hidden.options.readers = ledger::PartySet{Party::literal("Eve")};
  CHECK(!ledger.submit(hidden));
  CHECK(ledger.error().kind == ErrorKind::kKeyNotVisible);
  hidden.options.readers->insert(Party::literal("Alice"));
  CHECK(ledger.submit(hidden));
}

TEST_CASE("updates: the ledger time is asked for once", "[daml][interpreter][updates]") {
  Ious p;
  p.add_choice("Now", p.unit(), p.boolean(),
               p.block({{"a", p.timestamp(), p.get_time()}, {"b", p.timestamp(), p.get_time()}},
                       p.pure(p.boolean(), p.call(B::kEqual, {p.variable("a"), p.variable("b")},
                                                  {p.timestamp()}))));
  p.finish_helper();
  TestLedger ledger(p);
  ledger.set_time(77);
  REQUIRE(ledger.submit("Alice", {create_and_exercise("Helper", helper("Alice"), "Now")}));
  CHECK(ledger.result() == "True");
  CHECK(ledger.questions() == std::vector<std::string>{"time"});
}

TEST_CASE("updates: values and embedded updates happen when they should",
          "[daml][interpreter][updates]") {
  Ious p;
  const T u = p.update(p.unit());
  const auto seen = [&](std::string_view text, T type, E value) {
    return p.call(B::kTrace, {p.string(text), value}, {type});
  };
  const auto unit = [&](std::string_view text) {
    return p.pure(p.unit(), seen(text, p.unit(), p.unit_value()));
  };
  // An update that is only made: its first step and its operands are evaluated, no more.
  p.add_choice("Made", p.unit(), p.unit(),
               p.let("u", u, p.block({{"a", p.unit(), seen("first", u, unit("pure"))},
                                      {"b", p.unit(), seen("second", u, unit("other"))}},
                                     seen("last", u, unit("end"))),
                     seen("made", u, p.pure(p.unit(), p.unit_value()))));
  p.add_choice("Run", p.unit(), p.unit(),
               p.let("u", u, p.block({{"a", p.unit(), seen("first", u, unit("pure"))},
                                      {"b", p.unit(), seen("second", u, unit("other"))}},
                                     seen("last", u, unit("end"))),
                     p.block({{"x", p.unit(), seen("made", u, p.variable("u"))},
                              {"y", p.unit(), p.variable("u")}},
                             p.pure(p.unit(), p.unit_value()))));
  p.add_choice("Embedded", p.unit(), p.unit(),
               p.let("u", u, p.embed(p.unit(), seen("inside", u, unit("pure"))),
                     seen("made", u, p.variable("u"))));
  p.define("twice", u,
           p.lambda({{"u", u}}, p.block({{"a", p.unit(), p.variable("u")}}, p.variable("u"))));
  p.add_choice("Twice", p.unit(), p.unit(),
               p.apply(p.value("twice"), {p.embed(p.unit(), unit("run"))}));
  p.finish_helper();
  TestLedger ledger(p);
  using Names = std::vector<std::string>;
  const auto traces = [&](std::string_view choice) {
    REQUIRE(ledger.submit("Alice", {create_and_exercise("Helper", helper("Alice"), choice)}));
    return ledger.traces();
  };
  CHECK(traces("Made") == Names{"pure", "first", "made"});
  CHECK(traces("Run") == Names{"pure", "first", "made", "other", "second", "end", "last",
                               "other", "second", "end", "last"});
  CHECK(traces("Embedded") == Names{"made", "pure", "inside"});
  CHECK(traces("Twice") == Names{"run", "run"});
}

TEST_CASE("updates: contract ids of the ledger and of the transaction",
          "[daml][interpreter][updates]") {
  Ious p;
  const T cid = p.contract_id(p.named("Iou"));
  p.define_record("Two", {{"left", cid}, {"right", cid}});
  p.add_choice("Equal", p.named("Two"), p.boolean(),
               p.pure(p.boolean(), p.call(B::kEqual, {p.field("Two", "left", p.variable("arg")),
                                                      p.field("Two", "right", p.variable("arg"))},
                                          {cid})));
  p.add_choice("Same", p.named("Two"), p.boolean(),
               p.pure(p.boolean(), p.call(B::kEqualContractId,
                                          {p.field("Two", "left", p.variable("arg")),
                                           p.field("Two", "right", p.variable("arg"))},
                                          {p.named("Iou")})));
  p.add_choice("Text", cid, p.optional(p.text()),
               p.pure(p.optional(p.text()), p.call(B::kContractIdToText, {p.variable("arg")},
                                                   {p.named("Iou")})));
  p.add_choice("Coerced", cid, cid,
               p.pure(cid, p.call(B::kCoerceContractId, {p.variable("arg")},
                                  {p.named("Iou"), p.named("Helper")})));
  p.finish_helper();
  TestLedger ledger(p);
  Hash hash;
  hash.bytes[0] = 1;
  const ContractId local(hash);
  const ContractId global = ContractId::make(hash, "x").value();
  const auto two = [](const ContractId& left, const ContractId& right) {
    return record({Value::contract_id(left), Value::contract_id(right)});
  };
  const auto run = [&](std::string_view choice, Value argument) {
    return ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), choice,
                                                      std::move(argument))});
  };
  hash.bytes[0] = 2;
  const ContractId other(hash);
  for (const char* choice : {"Equal", "Same"}) {
    INFO(choice);
    REQUIRE(run(choice, two(local, local)));
    CHECK(ledger.result() == "True");
    REQUIRE(run(choice, two(local, other)));
    CHECK(ledger.result() == "False");
    CHECK(!run(choice, two(local, global)));
    CHECK(ledger.error().kind == ErrorKind::kContractIdsNotComparable);
    CHECK(ledger.error().contract_id == global);
    CHECK(ledger.error().id() == "DAML_INTERPRETER_INVALID_ARGUMENT");
  }
  REQUIRE(run("Text", Value::contract_id(global)));
  CHECK(ledger.result() == "None");
  REQUIRE(run("Coerced", Value::contract_id(global)));
}

TEST_CASE("updates: keys without maintainers or with contract ids are refused",
          "[daml][interpreter][updates]") {
  Ious p;
  p.define_record("Odd", {{"party", p.party()}, {"ids", p.list(p.contract_id(p.named("Odd")))},
                          {"none", p.boolean()}});
  Program::TemplateParts odd;
  odd.name = "Odd";
  odd.signatories = p.parties({p.my("Odd", "party")});
  odd.key_type = p.named("Odd");
  odd.key = p.variable("this");
  odd.maintainers = p.lambda({{"k", p.named("Odd")}},
                             p.if_then(p.field("Odd", "none", p.variable("k")), p.nil(p.party()),
                                       p.parties({p.field("Odd", "party", p.variable("k"))})));
  p.define_template(odd);
  p.finish_helper();
  TestLedger ledger(p);
  const auto make = [&](std::vector<Value> ids, bool none) {
    return ledger.submit("Bank", {create("Odd", record({party("Bank"), Value::list(std::move(ids)),
                                                        Value::boolean(none)}))});
  };
  CHECK(make({}, false));
  CHECK(!make({}, true));
  CHECK(ledger.error().id() == "DAML_INTERPRETER_INVALID_ARGUMENT");
  CHECK(!make({Value::contract_id(ContractId(Hash{}))}, false));
  CHECK(ledger.error().kind == ErrorKind::kContractIdInKey);
  Command lookup{Command::Form::kLookupByKey, id_of("Odd")};
  lookup.key = record({party("Bank"), Value::list({}), Value::boolean(true)});
  CHECK(!ledger.submit("Bank", {lookup}));
  CHECK(ledger.error().id() == "DAML_INTERPRETER_INVALID_ARGUMENT");
}

TEST_CASE("updates: the steps do not depend on what had to be asked",
          "[daml][interpreter][updates][budget]") {
  Ious p;
  p.add_choice("Sum", p.contract_id(p.named("Iou")), p.int64(),
               p.block({{"a", p.named("Iou"), p.fetch("Iou", p.variable("arg"))},
                        {"t", p.timestamp(), p.get_time()},
                        {"k", p.optional(p.contract_id(p.named("Iou"))),
                         p.lookup_by_key("Iou", p.iou_key(p.me(), p.number(99)))}},
                       p.pure(p.int64(), p.field("Iou", "amount", p.variable("a")))));
  p.finish_helper();
  TestLedger ledger(p);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  const Value id = Value::contract_id(ledger.created()[0]);
  const auto command = create_and_exercise("Helper", helper("Bank"), "Sum", id);
  REQUIRE(ledger.submit("Bank", {command}));
  CHECK(ledger.questions() == std::vector<std::string>{"contract", "time", "key"});
  const auto steps = ledger.steps();
  const auto memory = ledger.memory();
  Submission told{{"Bank"}, {command}, {}, ledger::KeyMode::kStrict};
  told.options.ledger_time = Timestamp();
  REQUIRE(ledger.submit(told));
  CHECK(ledger.questions() == std::vector<std::string>{"contract", "key"});
  CHECK(ledger.steps() == steps);
  CHECK(ledger.memory() == memory);
}

TEST_CASE("updates: contracts of unknown packages", "[daml][interpreter][updates]") {
  Ious p;
  p.add_choice("Fetch", p.contract_id(p.named("Iou")), p.named("Iou"),
               p.fetch("Iou", p.variable("arg")));
  p.finish_helper();
  TestLedger ledger(p);
  const ContractId id(Hash{});
  ledger.add_contract(id, {id_of("Iou", "elsewhere"), record({})});
  CHECK(!ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), "Fetch",
                                                    Value::contract_id(id))}));
  CHECK(ledger.error().kind == ErrorKind::kMissingPackage);
  CHECK(ledger.questions() == std::vector<std::string>{"contract", "package elsewhere"});
}

TEST_CASE("updates: scenarios are moved about, not run", "[daml][interpreter][updates]") {
  Ious p;
  p.define("scenario", p.unit(), p.scenario(p.unit(), p.unit_value()));
  p.add_choice("Run", p.unit(), p.unit(), p.value("scenario"));
  p.add_choice("Keep", p.unit(), p.unit(),
               p.let("s", p.unit(), p.value("scenario"), p.pure(p.unit(), p.unit_value())));
  p.finish_helper();
  TestLedger ledger(p);
  CHECK(ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), "Keep")}));
  CHECK(!ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), "Run")}));
  CHECK(ledger.error().kind == ErrorKind::kUnsupported);
}

} // namespace
} // namespace tenon::daml::interpreter::test
