// Submission to outcome: deduplication, rejection, restart.
#include <catch2/catch.hpp>

#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("pipeline: a command is executed, committed and answered", "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  const v1::Completion paid = world.submit("2", {"alice"}, "pay alice bob 4");
  CHECK(paid.code() == 0);
  CHECK(paid.response() == "\"6\"");
  CHECK(paid.transaction_id().size() == 32);
  CHECK(paid.height() == world.status().height());
  CHECK(paid.offset() == world.status().head_offset());
  CHECK(*world.query({"bob"}, "get balance/bob") == "4");
}

TEST_CASE("pipeline: a command submitted again gets the first outcome and is not done twice",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  const v1::Completion first = world.submit("2", {"alice"}, "pay alice bob 4");
  const auto height = world.status().height();
  SECTION("at once") {}
  SECTION("after a restart") {
    world.restart();
  }
  const v1::Completion again = world.submit("2", {"alice"}, "pay alice bob 4");
  CHECK(again.code() == 0);
  CHECK(again.duplicate());
  CHECK(again.transaction_id() == first.transaction_id());
  CHECK(again.response() == first.response());
  CHECK(again.offset() == first.offset());
  CHECK(world.status().height() == height);
  CHECK(*world.query({"bob"}, "get balance/bob") == "4");

  const v1::Completion other = world.submit("2", {"alice"}, "pay alice bob 5");
  CHECK(other.code() == static_cast<std::uint32_t>(Code::kAlreadyExists));
  CHECK(other.message().find("DUPLICATE_COMMAND") == 0);
}

TEST_CASE("pipeline: submissions of one command while it is under way share its outcome",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  std::vector<v1::Completion> outcomes;
  const v1::Submission submission = World::submission("1", {"alice"}, "mint alice 1");
  for (int i = 0; i < 3; ++i)
    REQUIRE(world.begin(submission, outcomes).ok());
  const Status other = world.begin(World::submission("1", {"alice"}, "mint alice 2"), outcomes);
  CHECK(other.code() == Code::kAlreadyExists);
  world.host().run_all();
  REQUIRE(outcomes.size() == 3);
  CHECK_FALSE(outcomes[0].duplicate());
  CHECK(outcomes[1].duplicate());
  CHECK(outcomes[2].transaction_id() == outcomes[0].transaction_id());
  CHECK(*world.query({"alice"}, "get balance/alice") == "1");
}

TEST_CASE("pipeline: the same command id of another submitter is another command", "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  CHECK(world.submit("1", {"alice"}, "mint alice 1").code() == 0);
  CHECK(world.submit("1", {"bob"}, "mint alice 1").code() == 0);
  CHECK(world.submit("1", {"alice", "bob"}, "mint alice 1").code() == 0);
  CHECK(world.submit("1", {"bob", "alice"}, "mint alice 1").duplicate());
  CHECK(*world.query({"alice"}, "get balance/alice") == "3");
}

TEST_CASE("pipeline: a rejected command changes nothing and may be tried again", "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  const auto entries = world.entries();
  const v1::Completion refused = world.submit("1", {"alice"}, "pay alice bob 4");
  CHECK(refused.code() == static_cast<std::uint32_t>(Code::kFailedPrecondition));
  CHECK(refused.reason() == "NO_FUNDS");
  CHECK(refused.message() == "alice has 0");
  CHECK(refused.height() == world.status().height());
  CHECK(world.entries() == entries);
  REQUIRE(world.submit("0", {"alice"}, "mint alice 10").code() == 0);
  const v1::Completion again = world.submit("1", {"alice"}, "pay alice bob 4");
  CHECK(again.code() == 0);
  CHECK_FALSE(again.duplicate());
}

TEST_CASE("pipeline: a command may be repeated once its deduplication window is over",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  v1::Submission submission = World::submission("1", {"alice"}, "mint alice 1");
  submission.set_dedup_window_ms(60'000);
  std::vector<v1::Completion> outcomes;
  REQUIRE(world.begin(submission, outcomes).ok());
  world.host().run_all();
  world.host().advance_us(59'000'000);
  REQUIRE(world.begin(submission, outcomes).ok());
  world.host().run_all();
  world.host().advance_us(2'000'000);
  REQUIRE(world.begin(submission, outcomes).ok());
  world.host().run_all();
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[1].duplicate());
  CHECK_FALSE(outcomes[2].duplicate());
  CHECK(*world.query({"alice"}, "get balance/alice") == "2");
}

TEST_CASE("pipeline: what is wrong with a submission is said in a sentence", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  const auto refusal = [&](const std::function<void(v1::Submission&)>& change) {
    v1::Submission submission = World::submission("1", {"alice"}, "mint alice 1");
    change(submission);
    std::vector<v1::Completion> outcomes;
    const Status status = world.begin(submission, outcomes);
    world.host().run_all();
    CHECK(outcomes.empty());
    return status.message().substr(0, status.message().find(':'));
  };
  CHECK(refusal([](auto& s) { s.set_command_id(""); }) == "INVALID_COMMAND_ID");
  CHECK(refusal([](auto& s) { s.set_command_id(std::string(513, 'x')); }) == "INVALID_COMMAND_ID");
  CHECK(refusal([](auto& s) { s.set_engine("nope"); }) == "UNKNOWN_ENGINE");
  CHECK(refusal([](auto& s) { s.clear_act_as(); }) == "NO_AUTHORITY");
  CHECK(refusal([](auto& s) { s.set_act_as(0, "a/b"); }) == "INVALID_PARTY");
  CHECK(refusal([](auto& s) { s.set_command(""); }) == "EMPTY_COMMAND");
  CHECK(refusal([](auto& s) { s.set_command(std::string(9u << 20, 'x')); }) == "COMMAND_TOO_LARGE");
  CHECK(refusal([](auto& s) { s.set_command(std::string(5u << 20, 'x')); }) ==
        "TRANSACTION_TOO_LARGE");
  CHECK(refusal([](auto& s) {
          for (int i = 0; i < 70; ++i)
            s.add_read_as("p" + std::to_string(i));
        }) == "TOO_MANY_PARTIES");
}

TEST_CASE("pipeline: a transaction whose deadline passes before its block is rejected",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  v1::Submission submission = World::submission("1", {"alice"}, "mint alice 1");
  submission.set_deadline_ms(100);
  std::vector<v1::Completion> outcomes;
  REQUIRE(world.begin(submission, outcomes).ok());
  world.host().advance_us(0); // no task runs
  while (outcomes.empty()) {
    world.host().advance_us(200'000);
    if (!world.host().run_one())
      break;
  }
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].code() == static_cast<std::uint32_t>(Code::kDeadlineExceeded));
  CHECK(outcomes[0].reason() == "DEADLINE_PASSED");
  CHECK(*world.query({"alice"}, "get balance/alice") == "nothing");
}

TEST_CASE("pipeline: a caller whose command has no outcome in time learns that", "[pipeline]") {
  World world(memory_store(), {{}, true, false, {}, {}});
  class Silent final : public plugin::Consensus {
    Status attach(plugin::ReplicaApp&) override { return {}; }
    Status submit(BytesView) override { return {}; }
    Result<Bytes> describe() const override { return Bytes(R"({"ready":true,"reason":""})"); }
  } silent;
  world.pipeline().connect(silent);
  v1::Submission submission = World::submission("1", {"alice"}, "mint alice 1");
  submission.set_deadline_ms(1000);
  std::vector<v1::Completion> outcomes;
  REQUIRE(world.begin(submission, outcomes).ok());
  world.host().run_all();
  CHECK(outcomes.empty());
  CHECK(world.pipeline().drain(1).code() == Code::kDeadlineExceeded);
  world.host().advance_us(10'000'000);
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].reason() == "OUTCOME_UNKNOWN");
  CHECK(world.pipeline().drain(1).ok());
}
