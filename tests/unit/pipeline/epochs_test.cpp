// Validators and engines that change from epoch to epoch: what headers say, who certifies, what
// stays provable from the genesis document.
#include <catch2/catch.hpp>

#include <sstream>

#include "pipeline/block_log.hpp"
#include "pipeline/keys.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"
#include "unit/pipeline/fakes/committee.hpp"

using namespace tenon;
using namespace tenon::test;
namespace keys = host::pipeline::keys;

namespace {

constexpr std::uint64_t kLag = plugin::kConsensusLag;

v1::OperatorAction add_replica(const std::string& name, std::uint64_t height = 0) {
  v1::OperatorAction action;
  v1::AddReplica& add = *action.mutable_add_replica();
  add.mutable_validator()->set_name(name);
  add.mutable_validator()->set_public_key(key_of(name).public_key());
  add.set_activation_height(height);
  return action;
}

v1::OperatorAction remove_replica(const std::string& name, std::uint64_t height = 0) {
  v1::OperatorAction action;
  action.mutable_remove_replica()->set_name(name);
  action.mutable_remove_replica()->set_activation_height(height);
  return action;
}

v1::OperatorAction max_byzantine(std::uint32_t count, std::uint64_t height = 0) {
  v1::OperatorAction action;
  action.mutable_set_max_byzantine()->set_max_byzantine(count);
  action.mutable_set_max_byzantine()->set_activation_height(height);
  return action;
}

v1::OperatorAction set_engines(const Hash& fingerprint) {
  v1::OperatorAction action;
  action.mutable_set_engines()->set_fingerprint(fingerprint.str());
  return action;
}

v1::OperatorAction rotate(const Hash& chain, const std::string& name, const std::string& key) {
  v1::OperatorAction action;
  v1::RotateReplicaKeys& rotation = *action.mutable_rotate_replica_keys();
  rotation.set_name(name);
  rotation.set_public_key(key_of(key).public_key());
  rotation.set_tls_key(key_of(key + " tls").public_key());
  rotation.set_proof(*key_of(key).sign(wire::rotation_signing_bytes(
      chain, name, rotation.public_key(), rotation.tls_key())));
  return action;
}

struct Ledger {
  World world{memory_store(), committee_options()};
  Committee committee{world};

  // Orders it and goes on to the first block of the epoch that it begins.
  void carry_out(const v1::OperatorAction& action) {
    REQUIRE(committee.order(action) == "OK");
    committee.grow_to(committee.schedule().last_height() + 1);
  }
  [[nodiscard]] v1::LedgerProof prove(std::uint64_t height, std::uint64_t from_epoch = 0) {
    v1::ProofRequest request;
    request.set_height(height);
    request.set_from_epoch(from_epoch);
    request.mutable_keys()->add_keys("sys/parameters");
    const auto proof = world.pipeline().prove(request);
    INFO(proof.status().to_string());
    REQUIRE(proof.ok());
    return *proof;
  }
  [[nodiscard]] v1::ValidatorSet genesis_validators() const {
    return host::pipeline::parse_genesis(world.genesis())->validators;
  }
};

} // namespace

TEST_CASE("epochs: a change holds from the lag and one above its block, and headers say so before",
          "[pipeline][epochs]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  committee.commit();
  const Bytes before = committee.head().validators();
  REQUIRE(committee.order(add_replica("v4")) == "OK");
  const v1::EpochSchedule ordered = committee.schedule();
  CHECK(ordered.validators().epoch() == 0);
  CHECK(ordered.last_height() == 2 + kLag);
  CHECK(ordered.next().epoch() == 1);
  CHECK(ordered.next().validators_size() == 5);
  while (committee.height() < ordered.last_height()) {
    CHECK(committee.head().next_validators() == before);
    committee.commit();
    CHECK(committee.head().validators() == before);
    CHECK(committee.head().epoch() == 0);
  }
  const Bytes after = wire::validators_hash(ordered.next()).str();
  CHECK(committee.head().next_validators() == after);
  committee.commit();
  CHECK(committee.head().epoch() == 1);
  CHECK(committee.head().validators() == after);
  CHECK(committee.head().next_validators() == after);
  const v1::EpochSchedule begun = committee.schedule();
  CHECK(begun.validators().epoch() == 1);
  CHECK(begun.first_height() == ordered.last_height() + 1);
  CHECK(begun.last_height() == 0);
  CHECK_FALSE(begun.has_next());
  SECTION("after a restart too") {
    ledger.world.restart();
    CHECK(committee.schedule().SerializeAsString() == begun.SerializeAsString());
    committee.commit();
    CHECK(committee.head().epoch() == 1);
  }
}

TEST_CASE("epochs: what cannot be is rejected with its reason", "[pipeline][epochs]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  const Hash chain = ledger.world.pipeline().chain();
  CHECK(committee.order(add_replica("v0")) == "VALIDATOR_EXISTS");
  v1::OperatorAction same_key = add_replica("v9");
  same_key.mutable_add_replica()->mutable_validator()->set_public_key(key_of("v0").public_key());
  CHECK(committee.order(same_key) == "VALIDATOR_EXISTS");
  CHECK(committee.order(add_replica("not/a name")) == "INVALID_NAME");
  CHECK(committee.order(remove_replica("v9")) == "VALIDATOR_UNKNOWN");
  CHECK(committee.order(remove_replica("v0")) == "TOO_FEW_VALIDATORS");
  CHECK(committee.order(max_byzantine(2)) == "TOO_FEW_VALIDATORS");
  CHECK(committee.order(rotate(chain, "v9", "v5")) == "VALIDATOR_UNKNOWN");
  CHECK(committee.order(rotate(chain, "v0", "v1")) == "VALIDATOR_EXISTS");
  v1::OperatorAction unproved = rotate(chain, "v0", "v5");
  unproved.mutable_rotate_replica_keys()->set_tls_key("");
  CHECK(committee.order(unproved) == "KEY_PROOF_INVALID");
  v1::OperatorAction no_fingerprint;
  no_fingerprint.mutable_set_engines()->set_fingerprint("short");
  CHECK(committee.order(no_fingerprint) == "INVALID_FINGERPRINT");
  CHECK(committee.order(add_replica("v4", committee.height() + 1 + kLag)) == "HEIGHT_TOO_EARLY");
  CHECK(committee.order(add_replica("v4", UINT64_MAX)) == "HEIGHT_TOO_FAR");
  CHECK(committee.value(Bytes(keys::kSchedule)).empty());
}

TEST_CASE("epochs: changes for one height make one epoch, others have to wait",
          "[pipeline][epochs]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  const std::uint64_t height = 30;
  REQUIRE(committee.order(max_byzantine(0, height)) == "OK");
  REQUIRE(committee.order(remove_replica("v1", height)) == "OK");
  CHECK(committee.order(remove_replica("v1", height)) == "VALIDATOR_UNKNOWN");
  CHECK(committee.order(add_replica("v4", height + 1)) == "CHANGE_PENDING");
  REQUIRE(committee.order(add_replica("v4")) == "OK"); // joins
  committee.grow_to(height - kLag - 1);
  CHECK(committee.order(add_replica("v5", height)) == "CHANGE_PENDING"); // too late for it
  committee.grow_to(height);
  const v1::ValidatorSet now = committee.schedule().validators();
  CHECK(now.epoch() == 1);
  CHECK(now.max_byzantine() == 0);
  REQUIRE(now.validators_size() == 4);
  CHECK(now.validators(1).name() == "v2");
  CHECK(now.validators(3).name() == "v4");
  CHECK(committee.order(add_replica("v5")) == "OK");
}

TEST_CASE("epochs: a rotated key certifies from its epoch on, the old one no more",
          "[pipeline][epochs]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  ledger.carry_out(rotate(ledger.world.pipeline().chain(), "v0", "v7"));
  const v1::ValidatorSet now = committee.schedule().validators();
  CHECK(now.validators(0).public_key() == key_of("v7").public_key());
  CHECK(now.validators(0).tls_key() == key_of("v7 tls").public_key());
  const Bytes block = *committee.propose();
  const Bytes result = *committee.execute(block);
  v1::Certificate certificate;
  REQUIRE(certificate.ParseFromString(committee.certify(block, result)));
  const Hash id = Hash::from_view(certificate.block_id());
  certificate.mutable_signatures(0)->set_signature(
      *key_of("v0").sign(wire::certificate_signing_bytes(
          ledger.world.pipeline().chain(), now.epoch(), certificate.view(), id,
          crypto::sha256(result))));
  Status answer;
  ledger.world.pipeline().finalized(id, certificate.SerializeAsString(),
                                    [&](const Status& status) { answer = status; });
  ledger.world.host().run_all();
  CHECK(answer.code() == Code::kInvalidArgument);
  CHECK_FALSE(answer.fault());
}

TEST_CASE("epochs: the last block of an epoch is certified before any block of the next",
          "[pipeline][epochs]") {
  Ledger ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  REQUIRE(committee.order(add_replica("v4")) == "OK");
  committee.grow_to(committee.schedule().last_height() - 1);
  const Bytes last = *committee.propose();
  const Bytes last_result = *committee.execute(last);
  v1::Block decoded;
  REQUIRE(decoded.ParseFromString(last));
  const Hash last_id = crypto::sha256(decoded.header());
  const Bytes first = *world.pipeline().propose({decoded.header(), last_id, 1, 99, {}});
  CHECK(world.pipeline().verify(first, decoded.header(), last_id).ok());
  const Bytes first_result = *committee.execute(first);
  REQUIRE(decoded.ParseFromString(first));
  const auto finalize = [&](const Hash& id, const Bytes& certificate) {
    Status answer;
    world.pipeline().finalized(id, certificate, [&](const Status& status) { answer = status; });
    world.host().run_all();
    return answer;
  };
  const Hash first_id = crypto::sha256(decoded.header());
  const Status early = finalize(first_id, committee.certify(first, first_result));
  CHECK(early.code() == Code::kFailedPrecondition);
  CHECK_FALSE(early.fault());
  CHECK(finalize(last_id, committee.certify(last, last_result)).ok());
  CHECK(finalize(first_id, committee.certify(first, first_result)).ok());
  CHECK(committee.head().epoch() == 1);
}

TEST_CASE("epochs: a block says what its epoch demands, also when proposed ahead of execution",
          "[pipeline][epochs]") {
  Ledger ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  REQUIRE(committee.order(add_replica("v4")) == "OK");
  const std::uint64_t last_height = committee.schedule().last_height();
  const Hash executed = world.pipeline().head()->block_id;
  std::vector<Bytes> blocks;
  Bytes parent = head_header(world.pipeline());
  for (std::uint64_t height = committee.height() + 1; height <= last_height; ++height) {
    const Bytes block = *world.pipeline().propose({parent, executed, 0, height, {}});
    CHECK(world.pipeline().verify(block, parent, executed).ok());
    CHECK_FALSE(world.pipeline().propose({parent, executed, 1, height, {}}).ok());
    v1::Block decoded;
    REQUIRE(decoded.ParseFromString(block));
    parent = decoded.header();
    blocks.push_back(block);
  }
  v1::BlockHeader header;
  REQUIRE(header.ParseFromString(parent));
  CHECK(header.next_validators() == wire::validators_hash(committee.schedule().next()).view());
  for (const Bytes& block : blocks)
    CHECK(committee.execute(block).ok());
}

TEST_CASE("epochs: a proof leads from the genesis document through every handover",
          "[pipeline][epochs][proof]") {
  Ledger ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  const v1::ValidatorSet trusted = ledger.genesis_validators();
  ledger.carry_out(add_replica("v4"));
  ledger.carry_out(remove_replica("v0"));
  ledger.carry_out(rotate(world.pipeline().chain(), "v1", "v8"));
  committee.commit();
  for (std::uint64_t height = 1; height <= committee.height(); ++height) {
    INFO(height);
    const v1::LedgerProof proof = ledger.prove(height);
    const auto proved = wire::verify_ledger_proof(proof, world.pipeline().chain(), trusted);
    INFO(proved.status().to_string());
    REQUIRE(proved.ok());
    CHECK(proved->height == height);
    CHECK(proof.handovers_size() == static_cast<int>(proved->validators.epoch()));
    // Whoever knows a later epoch needs no earlier handover.
    const auto known = wire::verify_ledger_proof(proof, world.pipeline().chain(),
                                                 proved->validators);
    CHECK(known.ok());
  }
  const v1::LedgerProof short_proof = ledger.prove(committee.height(), 2);
  CHECK(short_proof.handovers_size() == 1);
  CHECK_FALSE(wire::verify_ledger_proof(short_proof, world.pipeline().chain(), trusted).ok());
  CHECK(wire::verify_ledger_proof(
            short_proof, world.pipeline().chain(),
            committee.record<v1::EndedEpoch>(keys::epoch(2)).validators())
            .ok());
}

TEST_CASE("epochs: a block log with epochs replays to the same state",
          "[pipeline][epochs][replay]") {
  Ledger ledger;
  ledger.carry_out(add_replica("v4"));
  ledger.carry_out(remove_replica("v0"));
  std::stringstream log;
  REQUIRE(host::pipeline::export_block_log(ledger.world.store(), log).ok());
  World replayed(memory_store(), committee_options());
  const auto height = host::pipeline::replay_block_log(log, replayed.pipeline(),
                                                       [&] { replayed.host().run_all(); });
  INFO(height.status().to_string());
  REQUIRE(height.ok());
  CHECK(replayed.status().state_root() == ledger.world.status().state_root());
}

TEST_CASE("epochs: a node without the ordered engines halts at their first block and says so",
          "[pipeline][epochs]") {
  Ledger ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  const Hash version = crypto::sha256("the next version");
  const Hash network = host::pipeline::network_fingerprint({{"script", version}});
  REQUIRE(committee.order(set_engines(network)) == "OK");
  committee.grow_to(committee.schedule().last_height());
  const Bytes engines_before = committee.head().engines();
  CHECK(engines_before != network.view());
  const Bytes block = *committee.propose();
  const Status halted = committee.execute(block).status();
  CHECK(halted.fault());
  CHECK(halted.message().find("other engines than this node has") != std::string::npos);
  CHECK(committee.height() == committee.head().height());
  CHECK(world.metrics().value("pipeline_halted") == 1);

  const auto unchanged = world.open(world.genesis());
  REQUIRE_FALSE(unchanged.ok());
  CHECK(unchanged.status().code() == Code::kFailedPrecondition);
  CHECK(unchanged.status().message().find("operators ordered") != std::string::npos);

  world.engine().set_fingerprint(version);
  world.restart();
  committee.commit();
  CHECK(committee.head().engines() == network.view());
  CHECK(committee.head().epoch() == 1);
  committee.commit();
  world.restart();
  CHECK(committee.schedule().validators().epoch() == 1);
  CHECK(ledger.prove(committee.height()).handovers_size() == 1);
}

TEST_CASE("epochs: simple consensus goes on in the next epoch", "[pipeline][epochs]") {
  World world;
  Committee committee(world);
  v1::OperatorAction action = max_byzantine(0);
  v1::SystemCommand command;
  v1::OperatorCommand& order = *command.mutable_operator_command();
  order.set_command(action.SerializeAsString());
  order.set_sequence(1);
  order.add_signatures()->set_name("node");
  order.mutable_signatures(0)->set_signature(*world.host().node_key().sign(
      wire::operator_signing_bytes(world.pipeline().chain(), 1, order.command())));
  v1::Submission submission = World::submission("1", {}, command.SerializeAsString());
  submission.set_engine("sys");
  REQUIRE(world.submit(submission).code() == 0);
  for (std::uint64_t i = 0; i < 2 * kLag; ++i)
    REQUIRE(world.allocate("party " + std::to_string(i)).code() == 0);
  CHECK(committee.head().epoch() == 1);
  world.restart();
  REQUIRE(world.allocate("another").code() == 0);
  CHECK(committee.head().epoch() == 1);
}
