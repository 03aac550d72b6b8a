// Submissions that are transactions of their own: what an API does that has its own idea of what a
// repeated command is.
#include <catch2/catch.hpp>

#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr std::uint64_t kSecond = 1'000'000;

v1::Submission distinct(const std::string& id, const std::string& command) {
  v1::Submission submission = World::submission(id, {"alice"}, command);
  submission.set_distinct(true);
  return submission;
}

} // namespace

TEST_CASE("pipeline: a distinct repetition is rejected in its block and tells the first offset",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  const v1::Completion first = world.submit(distinct("1", "mint alice 1"));
  REQUIRE(first.code() == 0);
  SECTION("at once") {}
  SECTION("after a restart") {
    world.restart();
  }
  const v1::Completion again = world.submit(distinct("1", "mint alice 1"));
  CHECK(again.code() == static_cast<std::uint32_t>(Code::kAlreadyExists));
  CHECK(again.reason() == "DUPLICATE_COMMAND");
  CHECK_FALSE(again.duplicate());
  CHECK(again.message().find("offset " + std::to_string(first.offset())) != std::string::npos);
  CHECK(again.offset() > first.offset());
  CHECK(*world.query({"alice"}, "get balance/alice") == "1");
}

TEST_CASE("pipeline: distinct submissions of one command under way do not share an outcome",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  std::vector<v1::Completion> outcomes;
  for (int i = 0; i < 3; ++i)
    REQUIRE(world.begin(distinct("1", "mint alice 1"), outcomes).ok());
  world.host().run_all();
  REQUIRE(outcomes.size() == 3);
  CHECK(std::count_if(outcomes.begin(), outcomes.end(),
                      [](const auto& outcome) { return outcome.code() == 0; }) == 1);
  CHECK(*world.query({"alice"}, "get balance/alice") == "1");
}

TEST_CASE("pipeline: whoever repeats a distinct command as one that may be shared is told that it "
          "is another",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  REQUIRE(world.submit(distinct("1", "mint alice 1")).code() == 0);
  const v1::Completion shared = world.submit("1", {"alice"}, "mint alice 1");
  CHECK(shared.code() == static_cast<std::uint32_t>(Code::kAlreadyExists));
  CHECK(*world.query({"alice"}, "get balance/alice") == "1");
}

TEST_CASE("pipeline: a command accepted before the time that its repetition names is no hindrance",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  REQUIRE(world.submit(distinct("1", "mint alice 1")).code() == 0);
  const std::uint64_t accepted_us = world.status().record_time_us();
  world.host().advance_us(10 * kSecond);

  v1::Submission again = distinct("1", "mint alice 1");
  again.set_dedup_since_us(accepted_us - 1);
  CHECK(world.submit(again).reason() == "DUPLICATE_COMMAND");
  again.set_dedup_since_us(accepted_us);
  CHECK(world.submit(again).code() == 0);
  // Now the repetition is what later ones repeat.
  CHECK(world.submit(again).reason() == "DUPLICATE_COMMAND");
  CHECK(*world.query({"alice"}, "get balance/alice") == "2");
}

TEST_CASE("pipeline: a submission's context comes back with its outcome, to its submitters alone",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  v1::Submission paid = distinct("1", "put note/1 hello alice bob");
  paid.set_context("from the till");
  REQUIRE(world.submit(paid).code() == 0);
  v1::Submission failed = distinct("2", "pay alice bob 5");
  failed.set_context("from the office");
  CHECK(world.submit(failed).reason() == "NO_FUNDS");

  const v1::TransactionsResponse mine = world.transactions({"alice"});
  REQUIRE(mine.transactions_size() == 2);
  CHECK(mine.transactions(0).context() == "from the till");
  CHECK(mine.transactions(1).context() == "from the office");
  const v1::TransactionsResponse theirs = world.transactions({"bob"});
  for (const auto& transaction : theirs.transactions())
    CHECK(transaction.context().empty());
}

TEST_CASE("pipeline: a context that is too long is refused", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  v1::Submission submission = distinct("1", "mint alice 1");
  submission.set_context(std::string(4096, 'x'));
  CHECK(world.submit(submission).code() == 0);
  submission.set_context(std::string(4097, 'x'));
  const v1::Completion refused = world.submit(submission);
  CHECK(refused.code() == static_cast<std::uint32_t>(Code::kInvalidArgument));
  CHECK(refused.message().find("CONTEXT_TOO_LARGE") == 0);
}
