#include <catch2/catch.hpp>

#include "simple/simple_consensus.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/consensus_suite.hpp"
#include "tenon/testkit/fake_replica.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/manual_host.hpp"

using namespace tenon;
using consensus::simple::Config;
using consensus::simple::SimpleConsensus;

namespace {

void run_suite(Config config) {
  testkit::ConsensusSuiteOptions options;
  options.rounds = testkit::full_run() ? 20u : 1u;
  options.make = [config](plugin::Host host, std::size_t max_queued_bytes) mutable
      -> Result<testkit::ConsensusSuiteOptions::Made> {
    config.max_queued_bytes = max_queued_bytes;
    auto made = std::make_unique<SimpleConsensus>(host, config);
    plugin::Consensus* const consensus = made.get();
    return testkit::ConsensusSuiteOptions::Made{std::move(made), consensus};
  };
  for (const testkit::NamedTest& test : testkit::consensus_suite(options)) {
    DYNAMIC_SECTION(test.name) {
      const Status status = test.run();
      INFO(status.to_string());
      CHECK(status.ok());
    }
  }
}

Bytes batch(std::size_t transactions) {
  v1::TransactionBatch message;
  for (std::size_t i = 0; i < transactions; ++i)
    message.add_transactions("t");
  return message.SerializeAsString();
}

} // namespace

TEST_CASE("simple consensus: conforms", "[consensus][conformance]") {
  run_suite({});
}

TEST_CASE("simple consensus: conforms when blocks wait to fill", "[consensus][conformance]") {
  Config config;
  config.max_wait_us = 2000;
  run_suite(config);
}

TEST_CASE("simple consensus: conforms with one block in commit at a time",
          "[consensus][conformance]") {
  Config config;
  config.max_blocks_in_commit = 1;
  config.max_block_bytes = 4096;
  run_suite(config);
}

TEST_CASE("simple consensus: while a block executes, the next one fills", "[consensus]") {
  testkit::ManualHost host(crypto::sha256("chain"));
  testkit::FakeReplica replica(crypto::sha256("chain"), host.node_key().public_key());
  SimpleConsensus consensus(host.host(), {});
  REQUIRE(consensus.attach(replica).ok());
  REQUIRE(consensus.start().ok());
  REQUIRE(consensus.submit(batch(1)).ok());
  host.run_all(); // the first block is with the replica now
  for (int i = 0; i < 9; ++i)
    REQUIRE(consensus.submit(batch(1)).ok());
  while (replica.answer_one())
    host.run_all();
  CHECK(replica.final_blocks() == 2);
  CHECK(replica.final_batches().size() == 10);
  consensus.stop();
}

TEST_CASE("simple consensus: a block that is not full waits as long as configured, no longer",
          "[consensus]") {
  testkit::ManualHost host(crypto::sha256("chain"));
  testkit::FakeReplica replica(crypto::sha256("chain"), host.node_key().public_key());
  Config config;
  config.max_wait_us = 5000;
  config.max_block_transactions = 10;
  SimpleConsensus consensus(host.host(), config);
  REQUIRE(consensus.attach(replica).ok());
  REQUIRE(consensus.start().ok());
  REQUIRE(consensus.submit(batch(1)).ok());
  host.advance_us(4000);
  CHECK(replica.open_requests() == 0);
  host.advance_us(2000);
  CHECK(replica.open_requests() == 1);
  while (replica.answer_one())
    host.run_all();
  SECTION("a full one does not wait at all") {
    REQUIRE(consensus.submit(batch(10)).ok());
    host.run_all();
    CHECK(replica.open_requests() == 1);
    while (replica.answer_one())
      host.run_all();
  }
  consensus.stop();
}

TEST_CASE("simple consensus: the configuration's numbers are checked", "[consensus]") {
  CHECK(consensus::simple::parse_config("{}").ok());
  CHECK(consensus::simple::parse_config(R"({"max_wait_us":7})")->max_wait_us == 7);
  CHECK_FALSE(consensus::simple::parse_config(R"({"max_wait_us":-7})").ok());
  CHECK_FALSE(consensus::simple::parse_config("[]").ok());
}
