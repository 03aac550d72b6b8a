// Pre-execution is a cache: whether it hits cannot be seen in any block.
#include <catch2/catch.hpp>

#include <random>
#include <sstream>

#include "pipeline/block_log.hpp"
#include "tenon/testkit/full_run.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string random_line(std::mt19937& random, std::uint64_t now_us) {
  const auto key = [&] { return "k" + std::to_string(random() % 12); };
  switch (random() % 9) {
  case 0:
    return "put " + key() + " " + std::to_string(random() % 3) + " *";
  case 1:
    return "delete " + key();
  case 2:
    return "count k n" + std::to_string(random() % 3);
  case 3:
    return "first " + key() + " f" + std::to_string(random() % 3);
  case 4:
    return "time t";
  case 5:
    return "expire " + key() + " e " + std::to_string(now_us + 1 + random() % 5000);
  case 6:
    return "mint alice " + std::to_string(random() % 9);
  default:
    return "pay alice bob " + std::to_string(random() % 9);
  }
}

} // namespace

TEST_CASE("pre-execution: a hit or a miss gives the same blocks as no cache at all",
          "[pipeline][property]") {
  const std::uint32_t seeds = testkit::full_run() ? 300u : 25u;
  double hits = 0;
  double misses = 0;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    World cached;
    cached.allocate_all({"alice", "bob"});
    std::vector<v1::Completion> outcomes;
    std::size_t submitted = 0;
    for (int i = 0; i < 150; ++i) {
      v1::Submission submission = World::submission(std::to_string(i), {"alice", "bob"},
                                                    random_line(random, cached.host().now_us()));
      submission.set_mode(v1::MODE_PRE_EXECUTED);
      REQUIRE(cached.begin(submission, outcomes).ok());
      ++submitted;
      // Now and then nothing runs for a while, so that results grow old before their block.
      if (random() % 3 == 0)
        cached.host().run_all();
      if (random() % 4 == 0)
        cached.host().advance_us(random() % 3000);
    }
    cached.host().run_all();
    REQUIRE(outcomes.size() == submitted);
    hits += cached.metrics().value("pre_execution_hits_total");
    misses += cached.metrics().value("pre_execution_misses_total");

    std::stringstream log;
    REQUIRE(host::pipeline::export_block_log(cached.store(), log).ok());
    WorldOptions plain;
    plain.with_consensus = false;
    plain.pre_execute = false;
    World replayed(memory_store(), plain);
    const auto height = host::pipeline::replay_block_log(log, replayed.pipeline(),
                                                         [&] { replayed.host().run_all(); });
    INFO(height.status().to_string());
    REQUIRE(height.ok());
    REQUIRE(replayed.status().state_root() == cached.status().state_root());
  }
  CHECK(hits > 10 * seeds);
  CHECK(misses > 10 * seeds);
}

TEST_CASE("pre-execution: what fails on the head is refused before it is ordered", "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  const auto height = world.status().height();
  const v1::Completion refused =
      world.submit("1", {"alice"}, "pay alice bob 4", v1::MODE_PRE_EXECUTED);
  CHECK(refused.reason() == "NO_FUNDS");
  CHECK(refused.offset() == 0);
  CHECK(world.status().height() == height);
}

TEST_CASE("pre-execution: an unchanged result is not computed twice", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 4", v1::MODE_PRE_EXECUTED).code() == 0);
  CHECK(world.engine().executions() == 1);
  REQUIRE(world.submit("2", {"alice"}, "mint alice 4").code() == 0);
  CHECK(world.engine().executions() == 2);
}
