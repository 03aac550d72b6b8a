#include "node/store_scrubber.hpp"

#include <catch2/catch.hpp>

#include <deque>

#include "unit/pipeline/fakes/faulty_store.hpp"
#include "unit/pipeline/fakes/ports.hpp"

using namespace tenon;
using namespace tenon::test;
using host::node::StoreScrubber;

namespace {

// Says what the test says; nothing else of it is asked.
class ScriptedStore final : public FaultyStore {
public:
  ScriptedStore() : FaultyStore(nullptr) {}
  std::deque<Result<plugin::StoreScrub>> answers;
  std::vector<std::uint64_t> asked_with;

  [[nodiscard]] Result<plugin::StoreScrub> scrub(std::uint64_t random) override {
    asked_with.push_back(random);
    const Result<plugin::StoreScrub> answer = answers.front();
    answers.pop_front();
    return answer;
  }
};

struct ScrubbedNode {
  ScriptedStore store;
  testkit::ManualHost host{Hash()};
  ManualExecutor executor{host};
  CountingRandom random{5};
  MapMetrics metrics;
  std::vector<Status> damage;
  std::unique_ptr<StoreScrubber> scrubber;

  void start() {
    scrubber = std::make_unique<StoreScrubber>(
        StoreScrubber::Parts{store, executor, random, metrics, false,
                             [this](const Status& why) { damage.push_back(why); }});
  }
  void wait_ms(std::uint64_t milliseconds) {
    host.advance_us(milliseconds * 1000);
    host.run_all();
  }
};

} // namespace

TEST_CASE("scrubber: it asks at the store's pace, from ever new places, and counts",
          "[node][scrub]") {
  ScrubbedNode node;
  node.store.answers = {plugin::StoreScrub{100, 0, 50}, plugin::StoreScrub{30, 1, 20},
                        plugin::StoreScrub{7, 3, 1000}};
  node.start();
  CHECK(node.store.asked_with.empty());
  node.wait_ms(1000);
  CHECK(node.store.asked_with.size() == 1);
  node.wait_ms(49);
  CHECK(node.store.asked_with.size() == 1);
  node.wait_ms(1);
  CHECK(node.store.asked_with.size() == 2);
  node.wait_ms(20);
  REQUIRE(node.store.asked_with.size() == 3);
  CHECK(node.store.asked_with[0] != node.store.asked_with[1]);
  CHECK(node.metrics.value("store_scrub_bytes_total") == 137);
  CHECK(node.metrics.value("store_scrub_cycles_total") == 3);
  node.scrubber.reset();
  node.wait_ms(5000);
  CHECK(node.store.asked_with.size() == 3);
  CHECK(node.damage.empty());
}

TEST_CASE("scrubber: damage is told once, and ends it", "[node][scrub]") {
  ScrubbedNode node;
  node.store.answers = {plugin::StoreScrub{100, 0, 50}, data_loss("part 3 of block 7 is missing")};
  node.start();
  node.wait_ms(1000);
  node.wait_ms(10'000);
  REQUIRE(node.damage.size() == 1);
  CHECK(node.damage[0].code() == Code::kDataLoss);
  CHECK(node.damage[0].message().find("part 3 of block 7") != std::string::npos);
  CHECK(node.store.asked_with.size() == 2);
}

TEST_CASE("scrubber: a failure that is no damage is tried again, a store without it is let be",
          "[node][scrub]") {
  ScrubbedNode node;
  node.store.answers = {unavailable("busy"), plugin::StoreScrub{1, 0, 10},
                        plugin::not_offered("checks")};
  node.start();
  node.wait_ms(1000);
  node.wait_ms(1000);
  CHECK(node.store.asked_with.size() == 2);
  node.wait_ms(10);
  node.wait_ms(100'000);
  CHECK(node.store.asked_with.size() == 3);
  ScrubbedNode off;
  off.store.answers = {plugin::StoreScrub{0, 0, 0}};
  off.start();
  off.wait_ms(1000);
  off.wait_ms(100'000);
  CHECK(off.store.asked_with.size() == 1);
  CHECK(off.damage.empty());
}
