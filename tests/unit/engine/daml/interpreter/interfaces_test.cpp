// Interfaces: conversions, methods, views, choices, and templates that came before them.
#include <catch2/catch.hpp>

#include "ledger.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;
using F = lf::ExprForm;

// Interfaces Asset (requires nothing) and Token (requires Asset); templates Cash (both), Bond (only
// Asset), Rock (neither); Helper, whose choices run updates.
class Assets : public Program {
public:
  Assets() {
    define_record("View", {{"worth", int64()}});
    for (const std::string_view name : {"Cash", "Bond", "Rock"})
      define_record(name, {{"owner", party()}, {"worth", int64()}});
    define_record("Helper", {{"party", party()}});
    InterfaceParts asset;
    asset.name = "Asset";
    asset.methods = {{"owner", party()}, {"double", int64()}};
    asset.view = named("View");
    ChoiceParts grow;
    grow.name = "Grow";
    grow.consuming = true;
    grow.argument = int64();
    grow.result = int64();
    grow.controllers = list_of(party(), {method_of("Asset", "owner", variable("this"))});
    grow.update = pure(int64(), call(B::kAddInt64, {method_of("Asset", "double", variable("this")),
                                                    variable("arg")}));
    asset.choices = {grow};
    define_interface(asset);
    InterfaceParts token;
    token.name = "Token";
    token.requirements = {"Asset"};
    token.view = named("View");
    define_interface(token);
    add_template("Cash", {"Asset", "Token"});
    add_template("Bond", {"Asset"});
    add_template("Rock", {});
  }

  E mine(std::string_view type, std::string_view name) {
    return field(type, name, variable("this"));
  }
  E view_of(std::string_view type) {
    // Not a view when it is worth nothing.
    return if_then(call(B::kEqual, {mine(type, "worth"), number(0)}, {int64()}),
                   call(B::kError, {string("worthless")}, {named("View")}),
                   record("View", {{"worth", mine(type, "worth")}}));
  }
  void add_template(std::string_view name, std::vector<std::string_view> interfaces) {
    TemplateParts parts;
    parts.name = name;
    parts.signatories = list_of(party(), {mine(name, "owner")});
    for (const std::string_view interface : interfaces) {
      InstanceParts instance;
      instance.interface = interface;
      if (interface == "Asset") {
        instance.methods = {{"owner", mine(name, "owner")},
                            {"double", call(B::kMulInt64, {mine(name, "worth"), number(2)})}};
      }
      instance.view = view_of(name);
      parts.instances.push_back(instance);
    }
    ChoiceParts keep;
    keep.name = "Keep";
    keep.consuming = false;
    keep.controllers = list_of(party(), {mine(name, "owner")});
    parts.choices = {keep};
    define_template(parts);
  }
  E me() { return field("Helper", "party", variable("this")); }
  E cash(std::int64_t worth) {
    return record("Cash", {{"owner", me()}, {"worth", number(worth)}});
  }
  E bond(std::int64_t worth) {
    return record("Bond", {{"owner", me()}, {"worth", number(worth)}});
  }
  E as(std::string_view interface, std::string_view type, E value) {
    return convert(F::kToInterface, interface, type, value);
  }
  void add_choice(std::string_view name, T argument, T result, E update) {
    ChoiceParts parts;
    parts.name = name;
    parts.consuming = false;
    parts.argument = argument;
    parts.result = result;
    parts.controllers = list_of(party(), {me()});
    parts.update = update;
    choices_.push_back(parts);
  }
  void finish_helper() {
    TemplateParts helper;
    helper.name = "Helper";
    helper.signatories = list_of(party(), {me()});
    helper.choices = choices_;
    define_template(helper);
  }

private:
  std::vector<ChoiceParts> choices_;
};

class Runs {
public:
  explicit Runs(Assets& p) : ledger(p) {}
  bool run(std::string_view choice, Value argument = Value()) {
    return ledger.submit("Alice", {create_and_exercise("Helper", record({party("Alice")}), choice,
                                                       std::move(argument))});
  }
  TestLedger ledger;
};

TEST_CASE("interfaces: values are converted, asked and seen", "[daml][interpreter][interfaces]") {
  Assets p;
  const T i = p.int64();
  const T asset = p.named("Asset");
  const auto pure = [&](std::string_view name, T type, E value) {
    p.add_choice(name, p.unit(), type, p.pure(type, value));
  };
  pure("Method", i, p.method_of("Asset", "double", p.as("Asset", "Bond", p.bond(21))));
  pure("View", p.named("View"), p.query(F::kViewInterface, "Asset", p.as("Asset", "Cash",
                                                                         p.cash(5))));
  pure("Signatories", p.list(p.party()),
       p.query(F::kSignatoryInterface, "Asset", p.as("Asset", "Cash", p.cash(5))));
  pure("Observers", p.list(p.party()),
       p.query(F::kObserverInterface, "Asset", p.as("Asset", "Cash", p.cash(5))));
  pure("TypeRep", p.boolean(),
       p.call(B::kEqual, {p.query(F::kInterfaceTypeRep, "Asset", p.as("Asset", "Cash",
                                                                      p.cash(5))),
                          p.type_rep(p.named("Cash"))}));
  pure("Same", p.boolean(),
       p.call(B::kEqual, {p.as("Asset", "Cash", p.cash(5)), p.as("Asset", "Cash", p.cash(5))},
              {asset}));
  pure("Back", p.optional(p.named("Cash")),
       p.convert(F::kFromInterface, "Asset", "Cash", p.as("Asset", "Cash", p.cash(5))));
  pure("NotBack", p.optional(p.named("Cash")),
       p.convert(F::kFromInterface, "Asset", "Cash", p.as("Asset", "Bond", p.bond(5))));
  const auto required = [&](E value) {
    return p.match(p.convert(F::kFromRequiredInterface, "Asset", "Token", value),
                   {p.when_some("t", p.truth(true)), p.when_none(p.truth(false))});
  };
  pure("Required", p.boolean(), required(p.as("Asset", "Cash", p.cash(5))));
  pure("NotRequired", p.boolean(), required(p.as("Asset", "Bond", p.bond(5))));
  pure("Up", i, p.method_of("Asset", "double",
                            p.convert(F::kToRequiredInterface, "Asset", "Token",
                                      p.as("Token", "Cash", p.cash(4)))));
  p.finish_helper();
  Runs runs(p);
  const auto result = [&](std::string_view choice) {
    return runs.run(choice) ? runs.ledger.result() : "error: " + runs.ledger.error().message;
  };
  CHECK(result("Method") == "42");
  CHECK(result("View") == "{5}");
  CHECK(result("Signatories") == "['Alice']");
  CHECK(result("Observers") == "[]");
  CHECK(result("TypeRep") == "True");
  CHECK(result("Same") == "True");
  CHECK(result("Back") == "Some {'Alice', 5}");
  CHECK(result("NotBack") == "None");
  CHECK(result("Required") == "True");
  CHECK(result("NotRequired") == "False");
  CHECK(result("Up") == "8");
}

TEST_CASE("interfaces: a conversion that must succeed blames the contract",
          "[daml][interpreter][interfaces]") {
  Assets p;
  const T i = p.int64();
  const T cid = p.contract_id(p.named("Asset"));
  const auto unsafe = [&](std::string_view name, F form, std::string_view specific, E value,
                          E result) {
    p.add_choice(name, cid, i,
                 p.let("x", i, p.convert(form, "Asset", specific, value, p.variable("arg")),
                       p.pure(i, result)));
  };
  unsafe("Unsafe", F::kUnsafeFromInterface, "Cash", p.as("Asset", "Cash", p.cash(8)),
         p.field("Cash", "worth", p.variable("x")));
  unsafe("UnsafeWrong", F::kUnsafeFromInterface, "Cash", p.as("Asset", "Bond", p.bond(8)),
         p.number(0));
  unsafe("UnsafeRequired", F::kUnsafeFromRequiredInterface, "Token",
         p.as("Asset", "Cash", p.cash(8)), p.number(1));
  unsafe("UnsafeRequiredWrong", F::kUnsafeFromRequiredInterface, "Token",
         p.as("Asset", "Bond", p.bond(8)), p.number(1));
  p.finish_helper();
  Runs runs(p);
  const Value id = Value::contract_id(ContractId(Hash{}));
  REQUIRE(runs.run("Unsafe", id));
  CHECK(runs.ledger.result() == "8");
  CHECK(!runs.run("UnsafeWrong", id));
  CHECK(runs.ledger.error().kind == ErrorKind::kWrongTemplate);
  REQUIRE(runs.run("UnsafeRequired", id));
  CHECK(runs.ledger.result() == "1");
  CHECK(!runs.run("UnsafeRequiredWrong", id));
  CHECK(runs.ledger.error().kind == ErrorKind::kWrongInterface);
  CHECK(runs.ledger.error().id() == "DAML_INTERPRETER_INVALID_ARGUMENT");
}

TEST_CASE("interfaces: updates go to the contract's own template",
          "[daml][interpreter][interfaces]") {
  Assets p;
  const T cid = p.contract_id(p.named("Asset"));
  p.add_choice("Create", p.int64(), cid,
               p.create_interface("Asset", p.as("Asset", "Cash",
                                                p.record("Cash", {{"owner", p.me()},
                                                                  {"worth", p.variable("arg")}}))));
  p.add_choice("Fetch", cid, p.int64(),
               p.block({{"a", p.named("Asset"), p.fetch_interface("Asset", p.variable("arg"))}},
                       p.pure(p.int64(), p.method_of("Asset", "double", p.variable("a")))));
  p.add_choice("Exercise", cid, p.int64(),
               p.exercise_interface("Asset", "Grow", p.variable("arg"), p.number(100)));
  p.finish_helper();
  Runs runs(p);
  TestLedger& ledger = runs.ledger;
  REQUIRE(runs.run("Create", Value::int64(5)));
  CHECK(ledger.shape() == "create Helper, exercise Helper.Create (create Cash)");
  const Value id = Value::contract_id(ledger.created()[1]);
  // That it has no view is found when it is created.
  CHECK(!runs.run("Create", Value::int64(0)));
  CHECK(ledger.error().message == "worthless");
  REQUIRE(runs.run("Fetch", id));
  CHECK(ledger.result() == "10");
  CHECK(ledger.shape() == "create Helper, exercise Helper.Fetch (fetch Cash)");
  REQUIRE(runs.run("Exercise", id));
  CHECK(ledger.result() == "110");
  const auto& nodes = ledger.transaction().transaction.nodes;
  const auto& exercised = std::get<ledger::Exercise>(nodes[2]);
  CHECK(exercised.template_id == id_of("Cash"));
  CHECK(exercised.interface_id == id_of("Asset"));
  CHECK(exercised.consuming);
  CHECK(!ledger.is_active(id.as_contract_id()));
  // As a command; and on a contract that is no instance.
  REQUIRE(ledger.submit("Alice", {create("Bond", record({party("Alice"), Value::int64(3)}))}));
  REQUIRE(ledger.submit("Alice", {exercise("Asset", ledger.created()[0], "Grow",
                                           Value::int64(1))}));
  CHECK(ledger.result() == "7");
  REQUIRE(ledger.submit("Alice", {create("Rock", record({party("Alice"), Value::int64(3)}))}));
  const ContractId rock = ledger.created()[0];
  CHECK(!ledger.submit("Alice", {exercise("Asset", rock, "Grow", Value::int64(1))}));
  CHECK(ledger.error().kind == ErrorKind::kWrongInterface);
  CHECK(!runs.run("Fetch", Value::contract_id(rock)));
  CHECK(ledger.error().kind == ErrorKind::kWrongInterface);
  CHECK(!ledger.submit("Eve", {exercise("Asset", rock, "Grow", Value::int64(1))}));
}

TEST_CASE("interfaces: a view is computed without a ledger", "[daml][interpreter][interfaces]") {
  Assets p;
  p.finish_helper();
  TestLedger ledger(p);
  const auto view = [&](std::string_view type, std::int64_t worth) {
    Machine machine(ledger.store(), nullptr, {});
    if (const auto error = start_view(machine, id_of("Asset"), id_of(type),
                                      record({party("Alice"), Value::int64(worth)})))
      return std::string(error->id());
    if (machine.run() != Machine::Outcome::kFinished)
      return machine.error().message;
    const InterfaceCode* const code = ledger.store().interface(id_of("Asset")).value();
    Exporter exporter(ledger.store(), nullptr, nullptr, false);
    return std::to_string(exporter.run(*code->view, machine.result())->children()[0].as_int64());
  };
  CHECK(view("Cash", 5) == "5");
  CHECK(view("Cash", 0) == "worthless");
  CHECK(view("Rock", 5) == "COMMAND_PREPROCESSING_FAILED");
}

} // namespace
} // namespace tenon::daml::interpreter::test
