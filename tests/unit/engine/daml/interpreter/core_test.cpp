// The machine on expressions: functions and their application, cases, data, constants.
#include <catch2/catch.hpp>

#include "runner.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;

TEST_CASE("machine: literals are what they say", "[daml][interpreter]") {
  Program p;
  p.define("number", p.int64(), p.number(-7));
  p.define("text", p.text(), p.string("héllo"));
  p.define("small", p.numeric(2), p.decimal("1.50", 2));
  p.define("wide", p.numeric(0), p.decimal("99999999999999999999999999999999999999.", 0));
  p.define("date", p.date(), p.day(0));
  p.define("time", p.timestamp(), p.moment(1));
  p.define("unit", p.unit(), p.unit_value());
  p.define("list", p.list(p.int64()), p.list_of(p.int64(), {p.number(1), p.number(2)}));
  Runner runner(p);
  CHECK(runner.show("number") == "-7");
  CHECK(runner.show("text") == "\"héllo\"");
  CHECK(runner.show("small") == "1.5");
  CHECK(runner.show("wide") == "99999999999999999999999999999999999999.0");
  CHECK(runner.show("date") == "1970-01-01");
  CHECK(runner.show("time") == "1970-01-01T00:00:00.000001Z");
  CHECK(runner.show("unit") == "()");
  CHECK(runner.show("list") == "[1, 2]");
}

TEST_CASE("machine: functions take their arguments in every grouping", "[daml][interpreter]") {
  Program p;
  const T i = p.int64();
  const auto minus = [&] {
    return p.lambda({{"x", i}, {"y", i}},
                    p.call(B::kSubInt64, {p.variable("x"), p.variable("y")}));
  };
  p.define("minus", p.arrow(i, p.arrow(i, i)), minus());
  p.define("known", i, p.apply(p.value("minus"), {p.number(5), p.number(3)}));
  p.define("nested", i, p.apply(p.apply(p.value("minus"), {p.number(5)}), {p.number(3)}));
  p.define("redex", i, p.apply(minus(), {p.number(5), p.number(3)}));
  p.define("partial", p.arrow(i, i), p.apply(p.value("minus"), {p.number(5)}));
  p.define("completed", i, p.apply(p.value("partial"), {p.number(3)}));
  p.define("returning", p.arrow(i, p.arrow(i, i)),
           p.lambda({{"a", i}}, p.let("b", i, p.variable("a"),
                                      p.lambda({{"c", i}}, p.call(B::kSubInt64,
                                                                  {p.variable("b"),
                                                                   p.variable("c")})))));
  p.define("over", i, p.apply(p.value("returning"), {p.number(5), p.number(3)}));
  p.define("passed", i,
           p.apply(p.lambda({{"f", p.arrow(i, p.arrow(i, i))}},
                            p.apply(p.variable("f"), {p.number(5), p.number(3)})),
                   {p.value("returning")}));
  p.define("builtin", i, p.apply(p.lambda({{"f", p.arrow(i, p.arrow(i, i))}},
                                          p.apply(p.variable("f"), {p.number(5), p.number(3)})),
                                 {p.function(B::kSubInt64)}));
  p.define("section", i, p.apply(p.lambda({{"f", p.arrow(i, i)}},
                                          p.apply(p.variable("f"), {p.number(3)})),
                                 {p.call(B::kSubInt64, {p.number(5)})}));
  Runner runner(p);
  for (const std::string_view name : {"known", "nested", "redex", "completed", "over", "passed",
                                      "builtin", "section"}) {
    INFO(name);
    CHECK(runner.show(name) == "2");
  }
  CHECK(runner.show("partial") == "fun");
}

TEST_CASE("machine: a function keeps what it took from around it", "[daml][interpreter]") {
  Program p;
  const T i = p.int64();
  // \a b -> let c = a + b in \d -> \e is one function of two: (a - b) + (c * d) - e
  const auto inner = [&] {
    return p.lambda(
        {{"d", i}, {"e", i}},
        p.call(B::kSubInt64,
               {p.call(B::kAddInt64,
                       {p.call(B::kSubInt64, {p.variable("a"), p.variable("b")}),
                        p.call(B::kMulInt64, {p.variable("c"), p.variable("d")})}),
                p.variable("e")}));
  };
  p.define("make", p.arrow(i, i),
           p.lambda({{"a", i}, {"b", i}},
                    p.let("c", i, p.call(B::kAddInt64, {p.variable("a"), p.variable("b")}),
                          inner())));
  p.define("main", i,
           p.apply(p.value("make"), {p.number(10), p.number(3), p.number(2), p.number(100)}));
  // Through two functions at once.
  p.define("deep", i,
           p.apply(p.lambda({{"x", i}},
                            p.let("f", p.arrow(i, i),
                                  p.lambda({{"y", i}},
                                           p.let("g", p.arrow(i, i),
                                                 p.lambda({{"z", i}},
                                                          p.call(B::kSubInt64,
                                                                 {p.variable("x"),
                                                                  p.variable("z")})),
                                                 p.apply(p.variable("g"), {p.variable("y")}))),
                                  p.apply(p.variable("f"), {p.number(4)}))),
                   {p.number(9)}));
  Runner runner(p);
  CHECK(runner.show("main") == "-67"); // 7 + 26 - 100
  CHECK(runner.show("deep") == "5");
}

TEST_CASE("machine: cases take the first alternative that matches", "[daml][interpreter]") {
  Program p;
  const T i = p.int64();
  p.define_variant("Shape", {{"Circle", i}, {"Square", i}, {"Point", p.unit()}});
  p.define_enum("Color", {"Red", "Green", "Blue"});
  const auto shape = [&](E value) {
    return p.match(value, {p.when_variant("Shape", "Square", "s",
                                          p.call(B::kMulInt64, {p.variable("s"), p.number(10)})),
                           p.when_variant("Shape", "Circle", "r", p.variable("r")),
                           p.otherwise(p.number(-1))});
  };
  p.define("circle", i, shape(p.variant("Shape", "Circle", p.number(3))));
  p.define("square", i, shape(p.variant("Shape", "Square", p.number(3))));
  p.define("point", i, shape(p.variant("Shape", "Point", p.unit_value())));
  const auto color = [&](E value) {
    return p.match(value, {p.when_enum("Color", "Green", p.number(1)),
                           p.otherwise(p.number(2)), p.when_enum("Color", "Red", p.number(3))});
  };
  p.define("green", i, color(p.enumeration("Color", "Green")));
  p.define("red", i, color(p.enumeration("Color", "Red")));
  const auto list = [&](E value) {
    return p.match(value, {p.when_nil(p.number(0)), p.when_cons("h", "t", p.variable("h"))});
  };
  p.define("nil", i, list(p.nil(i)));
  p.define("cons", i, list(p.list_of(i, {p.number(8), p.number(9)})));
  const auto optional = [&](E value) {
    return p.match(value, {p.when_some("x", p.variable("x")), p.when_none(p.number(0))});
  };
  p.define("none", i, optional(p.none(i)));
  p.define("some", i, optional(p.some(i, p.number(6))));
  p.define("unit", i, p.match(p.unit_value(), {p.when_unit(p.number(4))}));
  p.define("anything", i, p.match(p.number(1), {p.otherwise(p.number(5))}));
  p.define("missing", i, p.match(p.none(i), {p.when_some("x", p.variable("x"))}));
  p.define("missing_enum", i,
           p.match(p.enumeration("Color", "Blue"), {p.when_enum("Color", "Red", p.number(1))}));
  p.define("empty", i, p.match(p.unit_value(), {}));
  Runner runner(p);
  CHECK(runner.show("circle") == "3");
  CHECK(runner.show("square") == "30");
  CHECK(runner.show("point") == "-1");
  CHECK(runner.show("green") == "1");
  CHECK(runner.show("red") == "2");
  CHECK(runner.show("nil") == "0");
  CHECK(runner.show("cons") == "8");
  CHECK(runner.show("none") == "0");
  CHECK(runner.show("some") == "6");
  CHECK(runner.show("unit") == "4");
  CHECK(runner.show("anything") == "5");
  for (const std::string_view name : {"missing", "missing_enum", "empty"}) {
    CHECK(runner.evaluate(name) == Machine::Outcome::kError);
    CHECK(runner.machine().error().kind == ErrorKind::kMatchFailed);
  }
}

TEST_CASE("machine: records and structs are made, read and changed", "[daml][interpreter]") {
  Program p;
  const T i = p.int64();
  p.define_record("Pair", {{"first", i}, {"second", i}});
  p.define("pair", p.named("Pair"),
           p.record("Pair", {{"first", p.number(1)}, {"second", p.number(2)}}));
  p.define("second", i, p.field("Pair", "second", p.value("pair")));
  p.define("changed", p.named("Pair"),
           p.with_field("Pair", "first",
                        p.with_field("Pair", "second", p.value("pair"), p.number(5)),
                        p.number(4)));
  p.define("struct", i, p.structure({{"b", p.number(2)}, {"a", p.number(1)}}));
  p.define("a", i, p.struct_field("a", p.value("struct")));
  p.define("other", i, p.with_struct_field("b", p.value("struct"), p.number(7)));
  Runner runner(p);
  CHECK(runner.show("pair") == "{1, 2}");
  CHECK(runner.show("second") == "2");
  CHECK(runner.show("changed") == "{4, 5}");
  CHECK(runner.show("struct") == "{1, 2}"); // by name
  CHECK(runner.show("a") == "1");
  CHECK(runner.show("other") == "{1, 7}");
}

} // namespace
} // namespace tenon::daml::interpreter::test
