// Values into programs and out of them: what fits, and what is refused and why.
#include <catch2/catch.hpp>

#include "interpreter/conversion.hpp"
#include "ledger.hpp"
#include "runner.hpp"
#include "values/comparison.hpp"

namespace tenon::daml::interpreter::test {
namespace {

// A store with some types; import and export by the name of a value that has the type.
class Conversions {
public:
  Conversions() {
    p.define_record("Pair", {{"first", p.int64()}, {"second", p.text()}});
    p.define_record("Box", {{"content", p.variable_type("a")}}, {"a"});
    p.define_variant("Shape", {{"Circle", p.int64()}, {"Nothing", p.unit()}});
    p.define_enum("Color", {"Red", "Green"});
    p.define_variant("Nest", {{"Leaf", p.unit()}, {"Node", p.named("Nest")}});
  }
  void add(std::string name, T type) {
    p.define(name, type, p.unit_value());
    types_.emplace(std::move(name), type);
  }
  void finish() { runner.emplace(p); }

  const RuntimeType& type(const std::string& name) {
    return *runner->store().type(kPackageId, *types_.at(name)).value();
  }
  // The word as text, or "error: …".
  std::string in(const std::string& name, const Value& value) {
    Meter meter(1'000'000);
    Heap heap(meter, 1u << 20);
    Importer importer(runner->store(), heap, meter);
    const auto word = importer.run(type(name), value);
    return word ? show(*word) : "error: " + importer.error().message();
  }
  // In and out again.
  std::optional<Value> through(const std::string& name, const Value& value, bool names) {
    Meter meter(1'000'000);
    Heap heap(meter, 1u << 20);
    Importer importer(runner->store(), heap, meter);
    const auto word = importer.run(type(name), value);
    if (!word)
      return std::nullopt;
    Exporter exporter(runner->store(), &meter, &heap, names);
    auto result = exporter.run(type(name), *word);
    error = exporter.error();
    return result;
  }

  Program p;
  std::optional<Runner> runner;
  std::optional<Error> error;

private:
  std::map<std::string, T> types_;
};

TEST_CASE("conversion: values go in and come out the same", "[daml][interpreter][conversion]") {
  Conversions c;
  Program& p = c.p;
  const std::vector<std::tuple<std::string, T, Value>> rows{
      {"unit", p.unit(), Value()},
      {"bool", p.boolean(), Value::boolean(true)},
      {"int64", p.int64(), Value::int64(-5)},
      {"text", p.text(), Value::text("héllo")},
      {"party", p.party(), Value::party(Party::literal("Alice"))},
      {"date", p.date(), Value::date(Date::from_days(3).value())},
      {"timestamp", p.timestamp(), Value::timestamp(Timestamp::from_micros(3).value())},
      {"numeric", p.numeric(2), Value::numeric(Numeric::parse("1.50").value())},
      {"wide", p.numeric(0),
       Value::numeric(Numeric::parse("12345678901234567890123456789012345678.").value())},
      {"contract", p.contract_id(p.named("Pair")), Value::contract_id(ContractId(Hash{}))},
      {"none", p.optional(p.int64()), Value::none()},
      {"some", p.optional(p.int64()), Value::some(Value::int64(1))},
      {"list", p.list(p.int64()), Value::list({Value::int64(1), Value::int64(2)})},
      {"empty", p.list(p.int64()), Value::list({})},
      {"text_map", p.text_map(p.int64()),
       Value::text_map({{"b", Value::int64(2)}, {"a", Value::int64(1)}}).value()},
      {"gen_map", p.gen_map(p.int64(), p.text()),
       make_gen_map({{Value::int64(2), Value::text("b")}, {Value::int64(1), Value::text("a")}})
           .value()},
      {"record", p.named("Pair"), record({Value::int64(1), Value::text("x")})},
      {"box", p.named("Box", {p.list(p.int64())}), record({Value::list({Value::int64(4)})})},
      {"variant", p.named("Shape"),
       Value::variant({nullptr, Name::literal("Circle"), 0}, Value::int64(3))},
      {"enum", p.named("Color"), Value::enumeration({nullptr, Name::literal("Green"), 1})},
  };
  for (const auto& [name, type, value] : rows)
    c.add(name, type);
  c.finish();
  for (const auto& [name, type, value] : rows) {
    INFO(name);
    const auto plain = c.through(name, value, false);
    REQUIRE(plain);
    CHECK(*plain == value);
    const auto named = c.through(name, value, true);
    REQUIRE(named);
    const auto again = c.through(name, *named, true);
    REQUIRE(again);
    CHECK(*again == *named);
  }
  const auto pair = c.through("record", record({Value::int64(1), Value::text("x")}), true);
  CHECK(pair->type()->to_text() == "main-package:Main:Pair");
  CHECK(*pair->labels() == std::vector<std::string>{"first", "second"});
}

TEST_CASE("conversion: what does not fit is refused", "[daml][interpreter][conversion]") {
  Conversions c;
  Program& p = c.p;
  c.add("int64", p.int64());
  c.add("numeric", p.numeric(2));
  c.add("list", p.list(p.int64()));
  c.add("pair", p.named("Pair"));
  c.add("shape", p.named("Shape"));
  c.add("color", p.named("Color"));
  c.add("gen_map", p.gen_map(p.int64(), p.int64()));
  c.add("ids", p.gen_map(p.contract_id(p.unit()), p.int64()));
  c.add("function", p.arrow(p.int64(), p.int64()));
  c.add("any", p.any());
  c.add("nest", p.named("Nest"));
  c.finish();
  const auto labelled = [](std::vector<std::string> labels, std::vector<Value> fields) {
    return Value::record(nullptr, std::make_shared<const std::vector<std::string>>(labels),
                         std::move(fields));
  };
  const Value one = Value::int64(1);
  const Value x = Value::text("x");
  CHECK(c.in("int64", x) == "error: mismatching type: expected a value of type Int64, found text");
  CHECK(c.in("list", Value::list({one, x})) ==
        "error: element 1: mismatching type: expected a value of type Int64, found text");
  CHECK(c.in("numeric", Value::numeric(Numeric::parse("1.234").value()))
            .starts_with("error: Cannot represent as (Numeric 2)"));
  CHECK(c.in("numeric", Value::numeric(Numeric::parse("1" + std::string(36, '0') + ".").value()))
            .starts_with("error: Out-of-bounds (Numeric 2)"));
  CHECK(c.in("numeric", Value::numeric(Numeric::parse("1.5").value())) == "1.5");
  CHECK(c.in("numeric", one).starts_with("error"));
  CHECK(c.in("pair", record({one})) == "error: Expecting 2 fields for record Pair, found 1");
  CHECK(c.in("pair", record({one, x, x})).starts_with("error"));
  CHECK(c.in("pair", record({x, one})) ==
        "error: field first: mismatching type: expected a value of type Int64, found text");
  CHECK(c.in("pair", labelled({"second", "first"}, {x, one})) == "{1, \"x\"}");
  CHECK(c.in("pair", labelled({"first", ""}, {one, x})) == "{1, \"x\"}");
  CHECK(c.in("pair", labelled({"second", ""}, {one, x})).starts_with("error: expected field"));
  CHECK(c.in("pair", labelled({"first", "third"}, {one, x})) ==
        "error: Missing record field \"second\" of Pair");
  CHECK(c.in("pair", labelled({"first", "first"}, {one, x})).starts_with("error"));
  const auto other_type = std::make_shared<const Identifier>(id_of("Other"));
  CHECK(c.in("pair", Value::record(other_type, nullptr, {one, x})).starts_with("error"));
  CHECK(c.in("shape", Value::variant({nullptr, Name::literal("Square"), 0}, one)) ==
        "error: expected a constructor of Shape, found \"Square\"");
  CHECK(c.in("shape", Value::variant({nullptr, Name::literal("Circle"), 0}, x)) ==
        "error: constructor Circle: mismatching type: expected a value of type Int64, found text");
  CHECK(c.in("shape", Value::enumeration({nullptr, Name::literal("Circle"), 0}))
            .starts_with("error"));
  CHECK(c.in("color", Value::enumeration({nullptr, Name::literal("Blue"), 0}))
            .starts_with("error"));
  CHECK(c.in("gen_map", Value::gen_map({{one, one}, {Value::int64(0), one},
                                        {one, Value::int64(7)}})) == "<0=1, 1=7>");
  const Value local = Value::contract_id(ContractId(Hash{}));
  const Value global = Value::contract_id(ContractId::make(Hash{}, "x").value());
  CHECK(c.in("ids", Value::gen_map({{local, one}, {global, one}})).starts_with("error"));
  CHECK(c.in("function", one).starts_with("error"));
  CHECK(c.in("any", one).starts_with("error"));
  // As deep as the ledger takes, and one deeper.
  Value nest = Value::variant({nullptr, Name::literal("Leaf"), 0}, Value());
  for (std::uint32_t i = 1; i < Value::kMaxNesting; ++i)
    nest = Value::variant({nullptr, Name::literal("Node"), 1}, nest);
  CHECK(c.through("nest", nest, false) == nest);
  nest = Value::variant({nullptr, Name::literal("Node"), 1}, nest);
  CHECK(c.in("nest", nest) == "error: " + [] {
    std::string place;
    for (std::uint32_t i = 0; i < Value::kMaxNesting; ++i)
      place += "constructor Node: ";
    return place;
  }() + "constructor Leaf: expected values nested at most 100 deep, found more");
}

TEST_CASE("conversion: what the ledger cannot carry does not get out",
          "[daml][interpreter][conversion]") {
  Conversions c;
  Program& p = c.p;
  const T i = p.int64();
  p.define_record("Function", {{"f", p.arrow(i, i)}});
  p.define("function", p.named("Function"),
           p.record("Function", {{"f", p.lambda({{"x", i}}, p.variable("x"))}}));
  p.define("deep", p.named("Nest"),
           p.lambda({{"n", i}, {"acc", p.named("Nest")}},
                    p.if_then(p.call(lf::Builtin::kEqual, {p.variable("n"), p.number(0)}, {i}),
                              p.variable("acc"),
                              p.apply(p.value("deep"),
                                      {p.call(lf::Builtin::kSubInt64, {p.variable("n"),
                                                                       p.number(1)}),
                                       p.variant("Nest", "Node", p.variable("acc"))}))));
  const auto leaf = [&] { return p.variant("Nest", "Leaf", p.unit_value()); };
  p.define("fits", p.named("Nest"), p.apply(p.value("deep"), {p.number(99), leaf()}));
  p.define("too_deep", p.named("Nest"), p.apply(p.value("deep"), {p.number(100), leaf()}));
  c.add("nest", p.named("Nest"));
  c.add("function_type", p.named("Function"));
  c.finish();
  const auto out = [&](std::string_view value,
                       const std::string& type) -> std::optional<ErrorKind> {
    REQUIRE(c.runner->evaluate(value) == Machine::Outcome::kFinished);
    Exporter exporter(c.runner->store(), nullptr, nullptr, false);
    if (exporter.run(c.type(type), c.runner->machine().result()))
      return std::nullopt;
    return exporter.error()->kind;
  };
  CHECK(out("fits", "nest") == std::nullopt);
  CHECK(out("too_deep", "nest") == ErrorKind::kValueNesting);
  CHECK(out("function", "function_type") == ErrorKind::kIllFormedProgram);
  CHECK(out("function", "nest") == ErrorKind::kIllFormedProgram);
}

TEST_CASE("conversion: large values meet the budget", "[daml][interpreter][conversion][budget]") {
  Conversions c;
  c.add("list", c.p.list(c.p.text()));
  c.finish();
  std::vector<Value> items(1000, Value::text(std::string(1000, 'x')));
  const Value value = Value::list(items);
  {
    Meter meter(500);
    Heap heap(meter, 1u << 30);
    Importer importer(c.runner->store(), heap, meter);
    CHECK(!importer.run(c.type("list"), value));
    CHECK(importer.error().ok());
    CHECK(meter.stop() == Meter::Stop::kSteps);
  }
  {
    Meter meter(1u << 30);
    Heap heap(meter, 100'000);
    Importer importer(c.runner->store(), heap, meter);
    CHECK(!importer.run(c.type("list"), value));
    CHECK(meter.stop() == Meter::Stop::kMemory);
  }
}

TEST_CASE("conversion: commands that do not fit fail before anything is done",
          "[daml][interpreter][conversion]") {
  Program p;
  p.define_record("Thing", {{"owner", p.party()}, {"size", p.int64()}});
  Program::TemplateParts thing;
  thing.name = "Thing";
  thing.signatories = p.list_of(p.party(), {p.field("Thing", "owner", p.variable("this"))});
  Program::ChoiceParts choice;
  choice.name = "Use";
  choice.argument = p.int64();
  choice.controllers = p.list_of(p.party(), {p.field("Thing", "owner", p.variable("this"))});
  thing.choices = {choice};
  p.define_template(thing);
  TestLedger ledger(p);
  const Value good = record({party("Alice"), Value::int64(1)});
  const ContractId id(Hash{});
  const auto refused = [&](Command command) {
    CHECK(!ledger.submit("Alice", {create("Thing", good), std::move(command)}));
    return std::string(ledger.error().id()) + ": " + ledger.error().message;
  };
  const std::string failed = "COMMAND_PREPROCESSING_FAILED: command 1: ";
  CHECK(refused(create("Thing", record({Value::int64(1), Value::int64(1)}))) ==
        failed + "argument: field owner: mismatching type: expected a value of type Party, found "
                 "int64");
  CHECK(refused(create("Other", good)).starts_with(failed));
  CHECK(refused(exercise("Thing", id, "Lose", Value::int64(1))) ==
        failed + "unknown choice Lose of main-package:Main:Thing");
  CHECK(refused(exercise("Thing", id, "Use", Value::text("x"))) ==
        failed + "argument: mismatching type: expected a value of type Int64, found text");
  CHECK(refused(exercise_by_key("Thing", Value::int64(1), "Use", Value::int64(1)))
            .starts_with(failed));
  CHECK(refused(create_and_exercise("Thing", good, "Use", Value()))
            .starts_with(failed + "choice argument"));
  CHECK(refused({Command::Form::kCreate, id_of("Thing")}).starts_with(failed));
  CHECK(refused({Command::Form::kExercise, id_of("Thing")}).starts_with(failed));
  CHECK(refused({Command::Form::kFetch, id_of("Thing")}).starts_with(failed));
  Command unknown = create("Thing", good);
  unknown.type = id_of("Thing", "unknown-package");
  CHECK(refused(unknown).starts_with("PACKAGE_NOT_FOUND: command 1: "));
  CHECK(ledger.active_count() == 0);
  CHECK(ledger.submit("Alice", {}));
  CHECK(ledger.result() == "()");
}

} // namespace
} // namespace tenon::daml::interpreter::test
