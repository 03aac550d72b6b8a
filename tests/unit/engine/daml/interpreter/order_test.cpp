// In which order things happen: told by which of several failures comes first, and by what is
// traced.
#include <catch2/catch.hpp>

#include "runner.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;

// A program whose expressions trace their name and yield a number, or fail with it.
class Tracing : public Program {
public:
  E traced(std::string_view text, E value) {
    return call(B::kTrace, {string(text), value}, {int64()});
  }
  E seen(std::string_view text, std::int64_t yields = 1) { return traced(text, number(yields)); }
  E failing(std::string_view text) { return call(B::kError, {string(text)}, {int64()}); }
};

std::vector<std::string> traces(Runner& runner, std::string_view name) {
  (void)runner.evaluate(name);
  return runner.machine().traces();
}

using Names = std::vector<std::string>;

TEST_CASE("order: fields, elements and operands go from left to right", "[daml][interpreter]") {
  Tracing p;
  const T i = p.int64();
  p.define_record("Pair", {{"first", i}, {"second", i}});
  p.define("record", i, p.record("Pair", {{"first", p.seen("a")}, {"second", p.seen("b")}}));
  p.define("struct", i, p.structure({{"z", p.seen("a")}, {"b", p.seen("b")}}));
  p.define("list", i, p.cons(i, {p.seen("a"), p.seen("b")},
                             p.traced("c", p.nil(i))));
  p.define("operands", i, p.call(B::kAddInt64, {p.seen("a"), p.seen("b")}));
  p.define("update", i,
           p.with_field("Pair", "first",
                        p.with_field("Pair", "second",
                                     p.traced("a", p.record("Pair", {{"first", p.number(1)},
                                                                     {"second", p.number(2)}})),
                                     p.seen("b")),
                        p.seen("c")));
  p.define("let", i, p.let("x", i, p.seen("a"), p.let("y", i, p.seen("b"), p.seen("c"))));
  p.define("case", i, p.match(p.traced("a", p.truth(true)),
                              {p.when(true, p.seen("b")), p.when(false, p.seen("c"))}));
  Runner runner(p);
  CHECK(traces(runner, "record") == Names{"a", "b"});
  CHECK(traces(runner, "struct") == Names{"a", "b"});
  CHECK(traces(runner, "list") == Names{"a", "b", "c"});
  CHECK(traces(runner, "operands") == Names{"a", "b"});
  CHECK(traces(runner, "update") == Names{"a", "b", "c"});
  CHECK(traces(runner, "let") == Names{"a", "b", "c"});
  CHECK(traces(runner, "case") == Names{"a", "b"});
}

TEST_CASE("order: a function is applied as soon as it has its arguments",
          "[daml][interpreter]") {
  Tracing p;
  const T i = p.int64();
  const T f = p.arrow(i, i);
  // \x -> trace "body" (\y -> y)
  const auto returning = [&] {
    return p.lambda({{"x", i}}, p.call(B::kTrace, {p.string("body"),
                                                   p.lambda({{"y", i}}, p.variable("y"))},
                                       {f}));
  };
  p.define("one", f, returning());
  p.define("two", f, p.lambda({{"x", i}, {"y", i}}, p.traced("body", p.variable("y"))));
  const auto main = [&](std::string_view name, E function) {
    p.define(name, i, p.apply(function, {p.seen("a"), p.seen("b")}));
  };
  main("known_one", p.value("one"));
  main("known_two", p.value("two"));
  main("redex", returning());
  const auto through = [&](std::string_view name, E function) {
    p.define(name, i, p.apply(p.lambda({{"f", f}},
                                       p.apply(p.variable("f"), {p.seen("a"), p.seen("b")})),
                              {function}));
  };
  through("unknown_one", p.value("one"));
  through("unknown_two", p.value("two"));
  through("unknown_partial",
          p.apply(p.lambda({{"z", i}, {"x", i}},
                           p.call(B::kTrace, {p.string("body"),
                                              p.lambda({{"y", i}}, p.variable("y"))},
                                  {f})),
                  {p.number(0)}));
  p.define("function_first", i,
           p.apply(p.call(B::kTrace, {p.string("function"), p.value("two")}, {f}),
                   {p.seen("a"), p.seen("b")}));
  p.define("builtin_over", i,
           p.apply(p.call(B::kTrace, {p.traced("message", p.string("t")), p.value("two")}, {f}),
                   {p.seen("a"), p.seen("b")}));
  Runner runner(p);
  const Names late{"a", "b", "body"};
  const Names early{"a", "body", "b"};
  CHECK(traces(runner, "known_one") == early);
  CHECK(traces(runner, "known_two") == late);
  CHECK(traces(runner, "redex") == early);
  CHECK(traces(runner, "unknown_one") == early);
  CHECK(traces(runner, "unknown_two") == late);
  CHECK(traces(runner, "unknown_partial") == early);
  CHECK(traces(runner, "function_first") == Names{"function", "a", "b", "body"});
  CHECK(traces(runner, "builtin_over") == Names{"message", "t", "a", "b", "body"});
}

TEST_CASE("order: many arguments in turns", "[daml][interpreter]") {
  Tracing p;
  const T i = p.int64();
  // Takes two, then one, then two more; each time it traces.
  const auto stage = [&](std::string_view text, E next) {
    return p.call(B::kTrace, {p.string(text), next}, {p.arrow(i, i)});
  };
  const auto sum = [&] {
    E total = p.variable("a");
    for (const std::string_view name : {"b", "c", "d", "e"})
      total = p.call(B::kAddInt64, {total, p.variable(name)});
    return total;
  };
  p.define("staged", p.arrow(i, i),
           p.lambda({{"a", i}, {"b", i}},
                    stage("two", p.lambda({{"c", i}},
                                          stage("three", p.lambda({{"d", i}, {"e", i}},
                                                                  p.traced("five", sum())))))));
  const auto arguments = [&] {
    return std::vector<E>{p.seen("a", 1), p.seen("b", 2), p.seen("c", 3), p.seen("d", 4),
                          p.seen("e", 5)};
  };
  p.define("known", i, p.apply(p.value("staged"), arguments()));
  p.define("unknown", i, p.apply(p.lambda({{"f", p.arrow(i, i)}},
                                          p.apply(p.variable("f"), arguments())),
                                 {p.value("staged")}));
  p.define("tail", p.arrow(i, i), p.lambda({{"f", p.arrow(i, i)}},
                                           p.apply(p.variable("f"), arguments())));
  p.define("tailed", i, p.apply(p.value("tail"), {p.value("staged")}));
  p.define("plain", i, p.apply(p.lambda({{"f", p.arrow(i, i)}},
                                        p.apply(p.variable("f"),
                                                {p.number(1), p.number(2), p.number(3),
                                                 p.number(4), p.number(5)})),
                               {p.value("staged")}));
  Runner runner(p);
  const Names expected{"a", "b", "two", "c", "three", "d", "e", "five"};
  for (const std::string_view name : {"known", "unknown", "tailed"}) {
    INFO(name);
    CHECK(traces(runner, name) == expected);
    CHECK(runner.show(name) == "15");
  }
  CHECK(runner.show("plain") == "15");
}

TEST_CASE("order: folds apply their function in the order of the reference",
          "[daml][interpreter]") {
  Tracing p;
  const T i = p.int64();
  const T text = p.text();
  const auto numbers = [&] {
    return p.list_of(i, {p.number(1), p.number(2), p.number(3)});
  };
  const auto show = [&](E value) { return p.call(B::kInt64ToText, {value}); };
  const auto note = [&](E shown, E value) { return p.call(B::kTrace, {shown, value}, {i}); };
  p.define("left", i,
           p.call(B::kFoldl,
                  {p.lambda({{"acc", i}, {"x", i}},
                            note(show(p.variable("x")),
                                 p.call(B::kAddInt64, {p.variable("acc"), p.variable("x")}))),
                   p.number(0), numbers()},
                  {i, i}));
  p.define("right", i,
           p.call(B::kFoldr,
                  {p.lambda({{"x", i}, {"acc", i}},
                            note(show(p.variable("x")),
                                 p.call(B::kSubInt64, {p.variable("x"), p.variable("acc")}))),
                   p.number(0), numbers()},
                  {i, i}));
  // A function of one argument that gives functions is applied to all elements first.
  p.define("right_in_turns", i,
           p.call(B::kFoldr,
                  {p.lambda({{"x", i}},
                            p.call(B::kTrace,
                                   {show(p.variable("x")),
                                    p.lambda({{"acc", i}},
                                             note(p.call(B::kAppendText,
                                                         {p.string("f"), show(p.variable("x"))}),
                                                  p.call(B::kSubInt64, {p.variable("x"),
                                                                        p.variable("acc")})))},
                                   {p.arrow(i, i)})),
                   p.number(0), numbers()},
                  {i, i}));
  p.define("right_of_nothing", i,
           p.call(B::kFoldr, {p.lambda({{"x", i}}, p.lambda({{"y", text}}, p.number(1))),
                              p.number(7), p.nil(i)},
                  {i, i}));
  Runner runner(p);
  CHECK(traces(runner, "left") == Names{"1", "2", "3"});
  CHECK(runner.show("left") == "6");
  CHECK(traces(runner, "right") == Names{"3", "2", "1"});
  CHECK(runner.show("right") == "2"); // 1 - (2 - (3 - 0))
  CHECK(traces(runner, "right_in_turns") == Names{"1", "2", "3", "f3", "f2", "f1"});
  CHECK(runner.show("right_in_turns") == "2");
  CHECK(runner.show("right_of_nothing") == "7");
}

TEST_CASE("order: a failure ends everything at once", "[daml][interpreter]") {
  Tracing p;
  const T i = p.int64();
  p.define("first", i, p.call(B::kAddInt64, {p.failing("left"), p.failing("right")}));
  p.define("second", i, p.call(B::kAddInt64, {p.seen("a"), p.failing("right")}));
  p.define("unused", i, p.let("x", i, p.failing("bound"), p.number(1)));
  p.define("delayed", i,
           p.let("f", p.arrow(i, i), p.lambda({{"x", i}}, p.failing("body")), p.number(1)));
  Runner runner(p);
  CHECK(runner.show("first") == "error: left");
  CHECK(runner.show("second") == "error: right");
  CHECK(runner.show("unused") == "error: bound");
  CHECK(runner.show("delayed") == "1");
}

} // namespace
} // namespace tenon::daml::interpreter::test
