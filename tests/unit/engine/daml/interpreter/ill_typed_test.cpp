// Programs that no validation would let pass: put together at random, they fail or they do not, but
// they harm nobody, and they do the same every time.
#include <catch2/catch.hpp>
#include <random>

#include "ledger.hpp"
#include "random_program.hpp"
#include "runner.hpp"

namespace tenon::daml::interpreter::test {
namespace {

constexpr Budget kSmall{20'000, 2u << 20};

TEST_CASE("ill-typed programs: fail in good order, always the same way",
          "[daml][interpreter][hostile]") {
  std::map<ErrorKind, int> kinds;
  int finished = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    INFO("seed " << seed);
    RandomProgram program{std::mt19937(seed)};
    Runner runner(program);
    MachineOptions options;
    options.budget = kSmall;
    const auto run = [&] {
      const bool done = runner.evaluate("main", options) == Machine::Outcome::kFinished;
      const Machine& machine = runner.machine();
      const auto kind = done ? std::nullopt : std::optional(machine.error().kind);
      // Where a constant exceeds the budget, how far it came depends on what was known before.
      const bool counted = kind != ErrorKind::kConstantExceeded;
      return std::tuple(kind, counted ? machine.steps_used() : 0,
                        counted ? machine.memory_used() : 0);
    };
    const auto first = run();
    if (const auto& kind = std::get<0>(first)) {
      ++kinds[*kind];
    } else {
      ++finished;
      (void)show(runner.machine().result());
    }
    CHECK(run() == first); // with what is known by now
  }
  CHECK(finished > 100);
  CHECK(kinds.size() > 5);
}

TEST_CASE("ill-typed programs: on a ledger", "[daml][interpreter][hostile]") {
  int submitted = 0;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    INFO("seed " << seed);
    RandomProgram program{std::mt19937(seed)};
    TestLedger ledger(program);
    Submission submission{{"Bank"},
                          {create_and_exercise("T", record({Value::int64(1), party("Bank")}), "Go",
                                               Value::int64(1))},
                          {},
                          ledger::KeyMode::kStrict};
    submission.options.budget = kSmall;
    submitted += ledger.submit(submission) ? 1 : 0;
    submission.commands = {create("T", record({Value::int64(1), party("Bank")}))};
    (void)ledger.submit(submission);
  }
  INFO(submitted);
  SUCCEED();
}

} // namespace
} // namespace tenon::daml::interpreter::test
