// A ledger that operators bring to a stop at one height, and take up again.
#include <catch2/catch.hpp>

#include <sstream>

#include "pipeline/block_log.hpp"
#include "pipeline/keys.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/ledger_proof.hpp"
#include "unit/pipeline/fakes/committee.hpp"

using namespace tenon;
using namespace tenon::test;
namespace keys = host::pipeline::keys;

namespace {

v1::OperatorAction wedge(std::uint64_t last_height = 0) {
  v1::OperatorAction action;
  action.mutable_wedge()->set_last_height(last_height);
  return action;
}

v1::OperatorAction unwedge(const Hash& last_block) {
  v1::OperatorAction action;
  action.mutable_unwedge()->set_last_block(last_block.str());
  return action;
}

struct Wedged {
  World world{memory_store(), committee_options()};
  Committee committee{world};

  Wedged() {
    REQUIRE(committee.order(wedge()) == "OK");
    committee.grow_to(committee.schedule().last_height());
  }
  [[nodiscard]] Hash last_block() { return world.pipeline().head()->block_id; }
  void give(const v1::OperatorCommand& command) {
    world.give_unwedge(command.SerializeAsString());
    world.restart();
  }
};

} // namespace

TEST_CASE("wedge: no block follows the last one, at nobody's word", "[pipeline][wedge]") {
  Wedged ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  CHECK(committee.height() == 1 + plugin::kConsensusLag);
  CHECK(committee.schedule().wedged());
  CHECK_FALSE(committee.schedule().has_next());
  const Status refused = committee.propose().status();
  CHECK(refused.code() == Code::kFailedPrecondition);
  CHECK(refused.message().starts_with("WEDGED"));
  v1::BlockHeader header = committee.head();
  header.set_parent(ledger.last_block().str());
  header.set_height(header.height() + 1);
  header.set_record_time_us(header.record_time_us() + 1);
  header.set_epoch(1);
  header.set_validators(header.next_validators());
  v1::Block block;
  block.set_header(header.SerializeAsString());
  const Bytes forged = block.SerializeAsString();
  CHECK_FALSE(world.pipeline()
                  .verify(forged, head_header(world.pipeline()), ledger.last_block())
                  .ok());
  const Status executed = committee.execute(forged).status();
  CHECK_FALSE(executed.ok());
  CHECK_FALSE(executed.fault());
}

TEST_CASE("wedge: changes join it, and others wait", "[pipeline][wedge]") {
  World world(memory_store(), committee_options());
  Committee committee(world);
  REQUIRE(committee.order(wedge(30)) == "OK");
  v1::OperatorAction change;
  change.mutable_set_max_byzantine()->set_max_byzantine(0);
  change.mutable_set_max_byzantine()->set_activation_height(40);
  CHECK(committee.order(change) == "WEDGED");
  change.mutable_set_max_byzantine()->set_activation_height(31);
  CHECK(committee.order(change) == "OK");
  CHECK(committee.schedule().wedged());
  CHECK(committee.schedule().last_height() == 30);
}

TEST_CASE("wedge: the operators' word, given to the replicas, begins the next epoch",
          "[pipeline][wedge]") {
  Wedged ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  const v1::ValidatorSet trusted = committee.schedule().validators();
  const Hash last_block = ledger.last_block();
  const v1::OperatorCommand command = committee.sign(unwedge(last_block));
  ledger.give(command);
  CHECK_FALSE(committee.schedule().wedged());
  CHECK(committee.schedule().next().epoch() == 1);
  const Bytes block = *committee.propose();
  CHECK(world.pipeline().verify(block, head_header(world.pipeline()), last_block).ok());
  committee.commit();
  CHECK(committee.head().epoch() == 1);
  CHECK(committee.schedule().validators().validators_size() == 4);
  const auto entry = committee.record<v1::OperatorLogEntry>(keys::operator_log(2));
  CHECK(entry.command() == command.SerializeAsString());
  CHECK(entry.transaction_id() == Hash{}.view());
  CHECK(committee.record<v1::OperatorSet>("sys/operators").next_sequence() == 3);
  committee.commit(); // the word is no longer needed, and does no harm
  CHECK(committee.order(wedge()) == "OK");

  SECTION("a replica that was not given it checks and executes the block all the same") {
    std::stringstream log;
    REQUIRE(host::pipeline::export_block_log(world.store(), log).ok());
    World other(memory_store(), committee_options());
    const auto height = host::pipeline::replay_block_log(log, other.pipeline(),
                                                         [&] { other.host().run_all(); });
    INFO(height.status().to_string());
    REQUIRE(height.ok());
    CHECK(other.status().state_root() == world.status().state_root());
  }
  SECTION("a proof leads across it") {
    v1::ProofRequest request;
    request.mutable_keys()->add_keys("sys/parameters");
    const auto proof = world.pipeline().prove(request);
    REQUIRE(proof.ok());
    CHECK(wire::verify_ledger_proof(*proof, world.pipeline().chain(), trusted).ok());
  }
}

TEST_CASE("wedge: a word that is not the operators', or not of this wedge, changes nothing",
          "[pipeline][wedge]") {
  Wedged ledger;
  Committee& committee = ledger.committee;
  SECTION("too few signed it") {
    ledger.give(committee.sign(unwedge(ledger.last_block()), {"olga"}));
  }
  SECTION("of another block") {
    ledger.give(committee.sign(unwedge(crypto::sha256("another"))));
  }
  SECTION("another action") {
    ledger.give(committee.sign(wedge()));
  }
  SECTION("out of sequence") {
    ledger.give(committee.sign(unwedge(ledger.last_block()), 1, {"olga", "omar"}));
  }
  CHECK(committee.schedule().wedged());
  const Status refused = committee.propose().status();
  CHECK_FALSE(refused.ok());
  CHECK_FALSE(refused.fault());
}

TEST_CASE("wedge: a block without a wedge below it carries no unwedge", "[pipeline][wedge]") {
  World world(memory_store(), committee_options());
  Committee committee(world);
  v1::Block block;
  REQUIRE(block.ParseFromString(*committee.propose()));
  block.mutable_body()->set_unwedge(
      committee.sign(unwedge(world.pipeline().head()->block_id)).SerializeAsString());
  const Bytes encoded = block.SerializeAsString();
  const Status verified = world.pipeline().verify(encoded, head_header(world.pipeline()),
                                                  world.pipeline().head()->block_id);
  CHECK(verified.code() == Code::kInvalidArgument);
  const Status executed = committee.execute(encoded).status();
  CHECK(executed.code() == Code::kInvalidArgument);
  CHECK_FALSE(executed.fault());
}
