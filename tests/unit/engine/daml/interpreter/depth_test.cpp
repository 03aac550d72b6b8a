// Depth and size: no call of a program is a call of the host, and everything has an end.
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>

#include "runner.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;

constexpr std::int64_t kMillion = 1'000'000;

// down n = if n <= 0 then 0 else 1 + down (n - 1), and the like.
void define_loops(Program& p) {
  const T i = p.int64();
  const T f = p.arrow(i, i);
  const auto done = [&] { return p.call(B::kLessEq, {p.variable("n"), p.number(0)}, {i}); };
  const auto less = [&] { return p.call(B::kSubInt64, {p.variable("n"), p.number(1)}); };
  p.define("down", f,
           p.lambda({{"n", i}}, p.if_then(done(), p.number(0),
                                          p.call(B::kAddInt64,
                                                 {p.number(1),
                                                  p.apply(p.value("down"), {less()})}))));
  p.define("loop", f,
           p.lambda({{"n", i}, {"acc", i}},
                    p.if_then(done(), p.variable("acc"),
                              p.apply(p.value("loop"),
                                      {less(), p.call(B::kAddInt64,
                                                      {p.variable("acc"), p.variable("n")})}))));
  // The same through a function that is not known where it is called.
  p.define("unknown", f,
           p.lambda({{"f", f}, {"n", i}},
                    p.if_then(done(), p.number(0),
                              p.apply(p.variable("f"), {p.variable("f"), less()}))));
  p.define("numbers", p.list(i),
           p.lambda({{"n", i}, {"rest", p.list(i)}},
                    p.if_then(done(), p.variable("rest"),
                              p.apply(p.value("numbers"),
                                      {less(), p.cons(i, {p.variable("n")},
                                                      p.variable("rest"))}))));
  p.define("forever", f, p.lambda({{"n", i}}, p.apply(p.value("forever"), {p.variable("n")})));
  p.define("deeper", f,
           p.lambda({{"n", i}}, p.call(B::kAddInt64,
                                       {p.number(1), p.apply(p.value("deeper"),
                                                             {p.variable("n")})})));
  p.define("more", p.list(i),
           p.lambda({{"rest", p.list(i)}},
                    p.apply(p.value("more"), {p.cons(i, {p.number(1)}, p.variable("rest"))})));
}

TEST_CASE("depth: a million calls inside each other return", "[daml][interpreter][deep]") {
  Program p;
  define_loops(p);
  p.define("main", p.int64(), p.apply(p.value("down"), {p.number(kMillion)}));
  Runner runner(p);
  CHECK(runner.show("main") == std::to_string(kMillion));
}

TEST_CASE("depth: loops take no stack", "[daml][interpreter][deep]") {
  Program p;
  define_loops(p);
  p.define("main", p.int64(),
           p.apply(p.value("loop"), {p.number(5 * kMillion), p.number(0)}));
  p.define("main_unknown", p.int64(),
           p.apply(p.value("unknown"), {p.value("unknown"), p.number(5 * kMillion)}));
  Runner runner(p);
  CHECK(runner.show("main") == "12500002500000");
  CHECK(runner.show("main_unknown") == "0");
  CHECK(runner.machine().memory_used() < 1000);
}

TEST_CASE("depth: folds over a million elements", "[daml][interpreter][deep]") {
  Program p;
  define_loops(p);
  const T i = p.int64();
  p.define("list", p.list(i), p.apply(p.value("numbers"), {p.number(kMillion), p.nil(i)}));
  const auto plus = [&] {
    return p.lambda({{"x", i}, {"y", i}},
                    p.call(B::kAddInt64, {p.variable("x"), p.variable("y")}));
  };
  p.define("left", i, p.call(B::kFoldl, {plus(), p.number(0), p.value("list")}, {i, i}));
  p.define("right", i, p.call(B::kFoldr, {plus(), p.number(0), p.value("list")}, {i, i}));
  p.define("turns", i,
           p.call(B::kFoldr, {p.lambda({{"x", i}}, p.call(B::kAddInt64, {p.variable("x")})),
                              p.number(0), p.value("list")},
                  {i, i}));
  p.define("same", p.boolean(),
           p.call(B::kEqualList, {p.function(B::kEqualInt64), p.value("list"), p.value("list")},
                  {i}));
  p.define("equal", p.boolean(),
           p.call(B::kEqual, {p.value("list"), p.value("list")}, {p.list(i)}));
  Runner runner(p);
  CHECK(runner.show("left") == "500000500000");
  CHECK(runner.show("right") == "500000500000");
  CHECK(runner.show("turns") == "500000500000");
  CHECK(runner.show("same") == "True");
  CHECK(runner.show("equal") == "True");
}

TEST_CASE("depth: values nested a million deep are compared", "[daml][interpreter][deep]") {
  Program p;
  const T i = p.int64();
  p.define_variant("Nat", {{"Zero", p.unit()}, {"Next", p.named("Nat")}});
  p.define("build", p.named("Nat"),
           p.lambda({{"n", i}, {"acc", p.named("Nat")}},
                    p.if_then(p.call(B::kLessEq, {p.variable("n"), p.number(0)}, {i}),
                              p.variable("acc"),
                              p.apply(p.value("build"),
                                      {p.call(B::kSubInt64, {p.variable("n"), p.number(1)}),
                                       p.variant("Nat", "Next", p.variable("acc"))}))));
  p.define("deep", p.named("Nat"),
           p.apply(p.value("build"),
                   {p.number(kMillion), p.variant("Nat", "Zero", p.unit_value())}));
  p.define("equal", p.boolean(),
           p.call(B::kEqual, {p.value("deep"), p.value("deep")}, {p.named("Nat")}));
  Runner runner(p);
  CHECK(runner.show("equal") == "True");
}

TEST_CASE("budget: what never ends is ended", "[daml][interpreter][budget]") {
  Program p;
  define_loops(p);
  const T i = p.int64();
  p.define("forever_main", i, p.lambda({{"x", i}}, p.apply(p.value("forever"), {p.number(1)})));
  p.define("deeper_main", i, p.lambda({{"x", i}}, p.apply(p.value("deeper"), {p.number(1)})));
  p.define("more_main", i, p.lambda({{"x", i}}, p.apply(p.value("more"), {p.nil(i)})));
  Runner runner(p);
  const auto run = [&](std::string_view name, Budget budget) {
    MachineOptions options;
    options.budget = budget;
    Machine machine(runner.store(), nullptr, options);
    const Word argument = int64_word(0);
    machine.start(runner.value(name).value, std::span(&argument, 1));
    REQUIRE(machine.run() == Machine::Outcome::kError);
    return machine.error().kind;
  };
  constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;
  CHECK(run("forever_main", {100'000, kMuch}) == ErrorKind::kStepsExceeded);
  CHECK(run("more_main", {kMuch, 1u << 20}) == ErrorKind::kMemoryExceeded);
  CHECK(run("deeper_main", {kMuch, kMuch}) == ErrorKind::kStackExceeded);
}

TEST_CASE("budget: the steps of a program are always the same", "[daml][interpreter][budget]") {
  Program p;
  define_loops(p);
  const T i = p.int64();
  p.define("ten", i, p.call(B::kAddInt64, {p.number(4), p.number(6)}));
  p.define("constant", i, p.apply(p.value("down"), {p.value("ten")}));
  p.define("main", i,
           p.lambda({{"x", i}}, p.call(B::kAddInt64, {p.value("constant"), p.value("ten")})));
  Runner runner(p);
  const auto run = [&](PackageStore& store, Function& function, std::uint64_t steps) {
    MachineOptions options;
    options.budget.steps = steps;
    Machine machine(store, nullptr, options);
    const Word argument = int64_word(0);
    machine.start(function, std::span(&argument, 1));
    const bool finished = machine.run() == Machine::Outcome::kFinished;
    return std::pair(finished, std::pair(machine.steps_used(), machine.memory_used()));
  };
  constexpr std::uint64_t kMuch = 1'000'000;
  const auto first = run(runner.store(), runner.value("main").value, kMuch);
  REQUIRE(first.first);
  // With the constants evaluated already it costs the same.
  for (int i2 = 0; i2 < 3; ++i2)
    CHECK(run(runner.store(), runner.value("main").value, kMuch) == first);
  // So many steps suffice and one fewer does not, whether constants were evaluated or not.
  const std::uint64_t steps = first.second.first;
  CHECK(run(runner.store(), runner.value("main").value, steps).first);
  CHECK(!run(runner.store(), runner.value("main").value, steps - 1).first);
  Program again;
  define_loops(again);
  const T j = again.int64();
  again.define("ten", j, again.call(B::kAddInt64, {again.number(4), again.number(6)}));
  again.define("constant", j, again.apply(again.value("down"), {again.value("ten")}));
  again.define("main", j,
               again.lambda({{"x", j}}, again.call(B::kAddInt64, {again.value("constant"),
                                                                  again.value("ten")})));
  Runner fresh(again);
  CHECK(!run(fresh.store(), fresh.value("main").value, steps - 1).first);
  CHECK(run(fresh.store(), fresh.value("main").value, steps).first);
}

TEST_CASE("budget: constants that rest on themselves or on too many end", "[daml][interpreter]") {
  Program p;
  const T i = p.int64();
  p.define("self", i, p.call(B::kAddInt64, {p.value("self"), p.number(1)}));
  p.define("ping", i, p.value("pong"));
  p.define("pong", i, p.value("ping"));
  std::vector<std::string> names;
  constexpr int kMany = 5000;
  for (int n = 0; n <= kMany; ++n)
    names.push_back("c" + std::to_string(n));
  p.define(names[0], i, p.number(0));
  for (std::size_t n = 1; n < names.size(); ++n)
    p.define(names[n], i, p.call(B::kAddInt64, {p.value(names[n - 1]), p.number(1)}));
  Runner runner(p);
  for (const std::string_view name : {"self", "ping", "c5000"}) {
    CHECK(runner.evaluate(name) == Machine::Outcome::kError);
    CHECK(runner.machine().error().kind == ErrorKind::kConstantExceeded);
  }
  CHECK(runner.show("c900") == "900");
  // The same whether part of the chain is known or not.
  CHECK(runner.evaluate("c1500") == Machine::Outcome::kError);
  CHECK(runner.show("c999") == "999");
}

TEST_CASE("speed: loops", "[daml][interpreter][.speed]") {
  Program p;
  define_loops(p);
  const T i = p.int64();
  p.define("nfib", p.arrow(i, i),
           p.lambda({{"n", i}},
                    p.if_then(p.call(B::kLess, {p.variable("n"), p.number(2)}, {i}), p.number(1),
                              p.call(B::kAddInt64,
                                     {p.call(B::kAddInt64,
                                             {p.apply(p.value("nfib"),
                                                      {p.call(B::kSubInt64,
                                                              {p.variable("n"), p.number(1)})}),
                                              p.apply(p.value("nfib"),
                                                      {p.call(B::kSubInt64,
                                                              {p.variable("n"), p.number(2)})})}),
                                      p.number(1)}))));
  p.define("main_nfib", i, p.apply(p.value("nfib"), {p.number(30)}));
  p.define("main_loop", i, p.apply(p.value("loop"), {p.number(10 * kMillion), p.number(0)}));
  p.define("list", p.list(i), p.apply(p.value("numbers"), {p.number(kMillion), p.nil(i)}));
  p.define("main_fold", i,
           p.call(B::kFoldl,
                  {p.lambda({{"x", i}, {"y", i}},
                            p.call(B::kAddInt64, {p.variable("x"), p.variable("y")})),
                   p.number(0), p.value("list")},
                  {i, i}));
  Runner runner(p);
  for (const std::string_view name : {"main_nfib", "main_loop", "main_fold"}) {
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(runner.evaluate(name) == Machine::Outcome::kFinished);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cout << name << ": " << runner.machine().steps_used() << " steps, "
              << static_cast<double>(runner.machine().steps_used()) / took.count() / 1e6
              << " million a second\n";
  }
}

} // namespace
} // namespace tenon::daml::interpreter::test
