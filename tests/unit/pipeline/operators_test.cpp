// What operators may order, who must sign it, and what it does to clients, parties and the past.
#include <catch2/catch.hpp>

#include "pipeline/keys.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "unit/pipeline/fakes/committee.hpp"

using namespace tenon;
using namespace tenon::test;
namespace keys = host::pipeline::keys;

namespace {

v1::OperatorAction add_client(const std::string& id, const std::string& key) {
  v1::OperatorAction action;
  action.mutable_add_client()->set_id(id);
  action.mutable_add_client()->set_public_key(key_of(key).public_key());
  action.mutable_add_client()->set_streams(true);
  return action;
}

v1::OperatorAction host_party(const std::string& party, const std::vector<std::string>& clients) {
  v1::OperatorAction action;
  action.mutable_host_party()->set_party(party);
  for (const std::string& client : clients)
    action.mutable_host_party()->add_clients(client);
  return action;
}

v1::OperatorAction remove_client(const std::string& id) {
  v1::OperatorAction action;
  action.mutable_remove_client()->set_id(id);
  return action;
}

v1::OperatorAction prune(std::uint64_t keep_from_height) {
  v1::OperatorAction action;
  action.mutable_prune()->set_keep_from_height(keep_from_height);
  return action;
}

struct Ledger {
  explicit Ledger(bool streams = false) : world(memory_store(), committee_options(streams)) {}

  World world;
  Committee committee{world};

  void allocate(const std::string& party) {
    v1::SystemCommand command;
    command.mutable_allocate_party()->set_party(party);
    v1::Transaction made = committee.transaction({});
    made.set_payload(command.SerializeAsString());
    REQUIRE(committee.commit({made}).at(0).code() == 0);
  }
};

} // namespace

TEST_CASE("operators: a command needs enough valid signatures of different operators",
          "[pipeline][operators]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  const v1::OperatorAction action = add_client("guest", "guest");
  CHECK(committee.order(committee.sign(action, {})) == "OPERATOR_THRESHOLD");
  CHECK(committee.order(committee.sign(action, {"otto"})) == "OPERATOR_THRESHOLD");
  CHECK(committee.order(committee.sign(action, {"otto", "otto"})) ==
        "OPERATOR_SIGNATURE_INVALID");
  CHECK(committee.order(committee.sign(action, {"otto", "omar", "v0"})) ==
        "OPERATOR_SIGNATURE_INVALID");
  v1::OperatorCommand forged = committee.sign(action, {"otto", "omar", "olga"});
  forged.mutable_signatures(2)->set_signature(forged.signatures(1).signature());
  CHECK(committee.order(forged) == "OPERATOR_SIGNATURE_INVALID");
  v1::OperatorCommand altered = committee.sign(action);
  altered.set_command(add_client("guest", "mallory").SerializeAsString());
  CHECK(committee.order(altered) == "OPERATOR_SIGNATURE_INVALID");
  CHECK(committee.record<v1::OperatorSet>("sys/operators").next_sequence() == 1);
  CHECK(committee.order(committee.sign(action, {"otto", "olga"})) == "OK");
  CHECK(committee.record<v1::ClientRecord>("sys/client/guest").public_key() ==
        key_of("guest").public_key());
}

TEST_CASE("operators: a command is accepted once, in its place, on its chain",
          "[pipeline][operators]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  const v1::OperatorCommand first = committee.sign(add_client("a", "a"));
  CHECK(committee.order(committee.sign(add_client("b", "b"), 2, {"olga", "omar"})) ==
        "OPERATOR_SEQUENCE");
  CHECK(committee.order(first) == "OK");
  CHECK(committee.order(first) == "OPERATOR_SEQUENCE");
  v1::OperatorCommand renumbered = first;
  renumbered.set_sequence(2);
  CHECK(committee.order(renumbered) == "OPERATOR_SIGNATURE_INVALID");
  v1::OperatorCommand elsewhere = committee.sign(add_client("b", "b"));
  for (auto& signature : *elsewhere.mutable_signatures()) {
    signature.set_signature(*key_of(signature.name())
                                 .sign(wire::operator_signing_bytes(crypto::sha256("other"), 2,
                                                                    elsewhere.command())));
  }
  CHECK(committee.order(elsewhere) == "OPERATOR_SIGNATURE_INVALID");
  SECTION("and stands in the operators' log") {
    const auto entry = committee.record<v1::OperatorLogEntry>(keys::operator_log(1));
    CHECK(entry.height() == 2);
    CHECK(entry.command() == first.SerializeAsString());
    CHECK(entry.transaction_id().size() == Hash::kSize);
  }
}

TEST_CASE("operators: what is rejected writes nothing", "[pipeline][operators]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  committee.commit();
  const auto entries = ledger.world.entries();
  v1::OperatorAction action = remove_client("nobody");
  CHECK(committee.order(action) == "CLIENT_UNKNOWN");
  CHECK(committee.order(v1::OperatorAction()) == "MALFORMED_COMMAND");
  CHECK(committee.order(host_party("nobody", {"node"})) == "UNKNOWN_PARTY");
  CHECK(committee.order(add_client("node", "x")) == "CLIENT_EXISTS");
  CHECK(committee.order(add_client("not/a name", "x")) == "INVALID_NAME");
  action = add_client("x", "x");
  action.mutable_add_client()->set_tls_key("short");
  CHECK(committee.order(action) == "INVALID_KEY");
  action.mutable_unwedge()->set_last_block(Hash{}.str());
  CHECK(committee.order(action) == "NOT_WEDGED");
  CHECK(committee.order(prune(0)) == "PRUNE_HEIGHT");
  CHECK(committee.order(prune(committee.height() + 2)) == "PRUNE_HEIGHT");
  action.mutable_set_operators()->set_threshold(1);
  CHECK(committee.order(action) == "INVALID_OPERATORS");
  CHECK(ledger.world.entries() == entries);
}

TEST_CASE("operators: a ledger whose genesis document names none takes no orders",
          "[pipeline][operators]") {
  WorldOptions options;
  options.with_consensus = false;
  options.change_genesis = [](std::string& document) {
    const auto begin = document.find("  \"operators\"");
    document.erase(begin, document.find("  \"parameters\"") - begin);
  };
  World world(memory_store(), options);
  REQUIRE(host::pipeline::parse_genesis(world.genesis())->operators.operators_size() == 0);
  Committee committee(world);
  CHECK(committee.order(committee.sign(add_client("a", "a"), 1, {"olga", "omar"})) ==
        "NO_OPERATORS");
}

TEST_CASE("operators: they may replace themselves", "[pipeline][operators]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  v1::OperatorAction action;
  v1::SetOperators& next = *action.mutable_set_operators();
  next.set_threshold(1);
  next.add_operators()->set_name("nina");
  next.mutable_operators(0)->set_public_key(key_of("nina").public_key());
  REQUIRE(committee.order(action) == "OK");
  CHECK(committee.order(committee.sign(add_client("a", "a"))) == "OPERATOR_SIGNATURE_INVALID");
  CHECK(committee.order(committee.sign(add_client("a", "a"), {"nina"})) == "OK");
  CHECK(committee.record<v1::OperatorSet>("sys/operators").next_sequence() == 3);
}

TEST_CASE("operators: a party that moves begins a new stream at those who win or lose it",
          "[pipeline][operators]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  ledger.allocate("alice");
  REQUIRE(committee.order(add_client("guest", "guest")) == "OK");
  REQUIRE(committee.order(add_client("other", "other")) == "OK");
  const auto epoch_of = [&](const std::string& client) {
    return committee.record<v1::ClientRecord>(keys::client(client)).hosting_epoch();
  };
  CHECK(committee.order(host_party("alice", {"stranger"})) == "CLIENT_UNKNOWN");
  CHECK(committee.order(host_party("alice", {})) == "INVALID_HOSTS");
  REQUIRE(committee.order(host_party("alice", {"node", "guest", "guest"})) == "OK");
  const auto party = committee.record<v1::PartyRecord>(keys::party("alice"));
  CHECK(party.hosted_by_size() == 2);
  CHECK(party.hosting_epoch() == 2);
  CHECK(epoch_of("guest") == 2);
  CHECK(epoch_of("node") == 1);
  CHECK(epoch_of("other") == 1);
  REQUIRE(committee.order(host_party("alice", {"guest"})) == "OK");
  CHECK(epoch_of("node") == 2);
  CHECK(epoch_of("guest") == 2);
  REQUIRE(committee.order(host_party("alice", {"guest"})) == "OK");
  CHECK(committee.record<v1::PartyRecord>(keys::party("alice")).hosting_epoch() == 3);
}

TEST_CASE("operators: what a client saw in a block before its party moved is in its old stream",
          "[pipeline][operators]") {
  Ledger ledger(/*streams=*/true);
  Committee& committee = ledger.committee;
  ledger.allocate("alice");
  REQUIRE(committee.order(add_client("guest", "guest")) == "OK");
  v1::Transaction shout = committee.transaction({});
  shout.set_engine("script");
  shout.add_act_as("alice");
  shout.set_payload("shout hello");
  const auto move = committee.sign(host_party("alice", {"guest"}));
  const auto next = committee.sign(add_client("late", "late"), 3, {"olga", "omar"});
  const auto outcomes = committee.commit(
      {shout, committee.transaction(move), committee.transaction(next)});
  REQUIRE(outcomes.at(0).code() == 0);
  REQUIRE(outcomes.at(1).code() == 0);
  REQUIRE(outcomes.at(2).code() == 0);
  // By hosting epoch, what the client is given of that block.
  const auto groups_of = [&](const std::string& client) {
    v1::StreamRequest request;
    request.set_client(client);
    request.set_after_height(committee.height() - 1);
    const auto page = ledger.world.pipeline().stream(request);
    std::map<std::uint64_t, int> groups;
    for (const v1::StreamGroup& group : page->blocks(0).groups())
      ++groups[group.hosting_epoch()];
    return groups;
  };
  // The shout before, the orders that it signed after.
  CHECK(groups_of("node") == std::map<std::uint64_t, int>{{1, 1}, {2, 2}});
  CHECK(groups_of("guest") == std::map<std::uint64_t, int>{{1, 1}}); // the shout was public
  for (const char* const client : {"node", "guest"}) {
    CHECK_FALSE(committee.value(keys::stream(client, 1)).empty());
    CHECK_FALSE(committee.value(keys::stream(client, 2)).empty()); // "late" is a public record
  }
}

TEST_CASE("operators: a removed client signs nothing, and comes back to a new stream",
          "[pipeline][operators]") {
  Ledger ledger;
  World& world = ledger.world;
  Committee& committee = ledger.committee;
  REQUIRE(committee.order(add_client("guest", "guest")) == "OK");
  const auto check = [&](const std::string& key) {
    v1::TransactionBatch batch;
    batch.set_client("guest");
    batch.add_transactions("t");
    batch.set_signature(
        *key_of(key).sign(wire::batch_signing_bytes(world.pipeline().chain(), batch)));
    return world.pipeline().check(batch.SerializeAsString()).code();
  };
  CHECK(check("guest") == Code::kOk);
  v1::OperatorAction rotate;
  rotate.mutable_rotate_client_keys()->set_id("guest");
  rotate.mutable_rotate_client_keys()->set_public_key(key_of("guest 2").public_key());
  rotate.mutable_rotate_client_keys()->set_tls_key(key_of("guest tls").public_key());
  REQUIRE(committee.order(rotate) == "OK");
  CHECK(check("guest") == Code::kUnauthenticated);
  CHECK(check("guest 2") == Code::kOk);
  CHECK(committee.record<v1::ClientRecord>("sys/client/guest").tls_key() ==
        key_of("guest tls").public_key());
  REQUIRE(committee.order(remove_client("guest")) == "OK");
  CHECK(check("guest 2") == Code::kUnauthenticated);
  CHECK(committee.order(rotate) == "CLIENT_UNKNOWN");
  CHECK(committee.order(remove_client("guest")) == "CLIENT_UNKNOWN");
  REQUIRE(committee.order(add_client("guest", "guest")) == "OK");
  CHECK(check("guest") == Code::kOk);
  CHECK(committee.record<v1::ClientRecord>("sys/client/guest").hosting_epoch() == 2);
}

TEST_CASE("operators: an order to prune is recorded, and followed again after a restart",
          "[pipeline][operators]") {
  std::vector<std::uint64_t> pruned;
  Status answer;
  WorldOptions options = committee_options();
  options.prune = [&](std::uint64_t keep_from) {
    pruned.push_back(keep_from);
    return answer;
  };
  World world(memory_store(), options);
  Committee committee(world);
  committee.grow_to(5);
  CHECK(pruned.empty());
  REQUIRE(committee.order(prune(4)) == "OK");
  CHECK(pruned == std::vector<std::uint64_t>{4});
  CHECK(committee.record<v1::PruneRecord>("sys/prune").keep_from_height() == 4);
  CHECK(committee.order(prune(4)) == "PRUNE_HEIGHT");
  committee.commit();
  CHECK(pruned.size() == 1);
  world.restart();
  world.host().run_all();
  CHECK(pruned == std::vector<std::uint64_t>{4, 4});
  SECTION("what the store refuses is no fault") {
    answer = invalid_argument("above the head");
    REQUIRE(committee.order(prune(5)) == "OK");
    CHECK(world.metrics().value("pipeline_halted") == 0);
  }
  SECTION("what breaks the store halts the replica") {
    answer = fault("the disk is gone");
    REQUIRE(committee.order(prune(5)) == "OK");
    CHECK(world.metrics().value("pipeline_halted") == 1);
  }
}

TEST_CASE("operators: a solo node's own key is its operator", "[pipeline][operators]") {
  World world;
  v1::OperatorAction action = add_client("guest", "guest");
  v1::SystemCommand command;
  v1::OperatorCommand& order = *command.mutable_operator_command();
  order.set_command(action.SerializeAsString());
  order.set_sequence(1);
  order.add_signatures()->set_name("node");
  order.mutable_signatures(0)->set_signature(*world.host().node_key().sign(
      wire::operator_signing_bytes(world.pipeline().chain(), 1, order.command())));
  v1::Submission submission = World::submission("1", {}, command.SerializeAsString());
  submission.set_engine("sys");
  const v1::Completion completion = world.submit(submission);
  INFO(completion.message());
  CHECK(completion.code() == 0);
  order.set_command("\xff");
  submission.set_command_id("2");
  submission.set_command(command.SerializeAsString());
  CHECK(world.submit(submission).message().starts_with("MALFORMED_COMMAND"));
}
