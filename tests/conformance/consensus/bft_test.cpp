#include <catch2/catch.hpp>

#include "bft/bft_consensus.hpp"
#include "tenon/testkit/consensus_suite.hpp"
#include "tenon/testkit/full_run.hpp"

using namespace tenon;
using consensus::bft::BftConsensus;
using consensus::bft::Config;

namespace {

// Liars are the simulator's.
void run_suite(Config config) {
  testkit::ConsensusSuiteOptions options;
  options.rounds = testkit::full_run() ? 20u : 1u;
  options.make = [config](plugin::Host host, std::size_t max_queued_bytes) mutable
      -> Result<testkit::ConsensusSuiteOptions::Made> {
    config.settings.pool.max_origin_bytes = max_queued_bytes * 8 / 3;
    auto made = std::make_unique<BftConsensus>(host, config);
    plugin::Consensus* const consensus = made.get();
    return testkit::ConsensusSuiteOptions::Made{std::move(made), consensus};
  };
  auto tests = testkit::consensus_suite(options);
  for (testkit::NamedTest& test : testkit::consensus_network_suite(options))
    tests.push_back(std::move(test));
  for (const testkit::NamedTest& test : tests) {
    DYNAMIC_SECTION(test.name) {
      const Status status = test.run();
      INFO(status.to_string());
      CHECK(status.ok());
    }
  }
}

} // namespace

TEST_CASE("bft consensus: conforms", "[consensus][conformance]") {
  run_suite({});
}

TEST_CASE("bft consensus: conforms with stable leaders and small blocks",
          "[consensus][conformance]") {
  Config config;
  config.settings.term_length = 8;
  config.settings.max_block_bytes = 4096;
  run_suite(config);
}
