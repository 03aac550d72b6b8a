// Who a node talks to as the ledger changes: members that operators added, removed or gave other
// keys, against a configuration that may know more names or fewer.
#include "network_of_nodes.hpp"

namespace tenon::host::node {

using namespace node::testing; // NOLINT: a test's own helpers

namespace {

v1::Validator validator(const std::string& name, const crypto::PrivateKey& key) {
  v1::Validator made;
  made.set_name(name);
  made.set_public_key(key.public_key());
  return made;
}

bool warns(const PeerPlan& plan, const Words& words) {
  return std::ranges::any_of(plan.warnings, [&](const std::string& warning) {
    return std::ranges::all_of(words, [&](const auto& word) { return holds(warning, word); });
  });
}

const network::PeerConfig* find(const PeerPlan& plan, const std::string& name) {
  const auto found =
      std::ranges::find_if(plan.peers, [&](const auto& peer) { return peer.name == name; });
  return found == plan.peers.end() ? nullptr : &*found;
}

const crypto::PrivateKey& another_key() {
  static const crypto::PrivateKey key = *crypto::PrivateKey::generate();
  return key;
}

// Operators have ordered replica-N+1 for the next epoch.
pipeline::Members with_next(const Network& network, const std::string& name) {
  pipeline::Members members = network.at_genesis();
  members.height = 7;
  members.next = members.validators;
  *members.next->add_validators() = validator(name, another_key());
  return members;
}

} // namespace

TEST_CASE("membership: a replica that joins with the next epoch is a peer as soon as it is ordered",
          "[host][node]") {
  Network network(2, 1);
  const pipeline::Members members = with_next(network, "replica-3");
  network.configs[0]["network"]["peers"].push_back(
      {{"name", "replica-3"}, {"address", "127.0.0.1:7777"}});
  const auto before = network.plan(0);
  REQUIRE(before.ok());
  CHECK(find(*before, "replica-3") == nullptr);
  CHECK(warns(*before, {"network.peers names replica-3", "no such validator", "did you mean"}));

  const auto plan = network.plan(0, members);
  REQUIRE(plan.ok());
  const network::PeerConfig* const added = find(*plan, "replica-3");
  REQUIRE(added != nullptr);
  CHECK(added->public_key == another_key().public_key());
  CHECK(added->address->port == 7777);
  CHECK(added->role == network::PeerRole::kReplica);
  CHECK(plan->warnings.empty());
}

TEST_CASE("membership: a validator without an address here waits to dial, and is warned of",
          "[host][node]") {
  Network network(2);
  const auto plan = network.plan(0, with_next(network, "replica-3"));
  INFO(plan.status().message());
  REQUIRE(plan.ok());
  REQUIRE(find(*plan, "replica-3") != nullptr);
  CHECK_FALSE(find(*plan, "replica-3")->address);
  CHECK(warns(*plan, {"validator replica-3", "no address here", "network.peers"}));
}

TEST_CASE("membership: a replica that the ledger does not have starts as an observer and says so",
          "[host][node]") {
  Network network(3);
  network.genesis["validators"].erase(2);
  const auto observer = network.plan(2);
  INFO(observer.status().message());
  REQUIRE(observer.ok());
  CHECK(observer->peers.size() == 2);
  CHECK(warns(*observer, {"has no validator named replica-3", "without a vote",
                          "add-replica replica-3 " + to_hex(network.keys[2].public_key())}));
}

TEST_CASE("membership: whoever the configuration cuts off is a peer without a connection",
          "[host][node]") {
  Network network(3);
  network.configs[0]["network"]["cut_off"] = {"replica-2", "replica-9"};
  const auto plan = network.plan(0);
  INFO(plan.status().message());
  REQUIRE(plan.ok());
  CHECK(find(*plan, "replica-2")->cut_off);
  CHECK_FALSE(find(*plan, "replica-3")->cut_off);
  CHECK(warns(*plan, {"network.cut_off keeps this node apart from replica-2"}));
  CHECK(warns(*plan, {"network.cut_off names replica-9", "no peer", "did you mean"}));
}

TEST_CASE("membership: a replica keeps its old key until the epoch that brings the new one",
          "[host][node]") {
  Network network(2);
  pipeline::Members members = network.at_genesis();
  members.height = 7;
  members.next = members.validators;
  members.next->mutable_validators(1)->set_public_key(another_key().public_key());
  auto plan = network.plan(0, members);
  REQUIRE(plan.ok());
  CHECK(find(*plan, "replica-2")->public_key == network.keys[1].public_key());
  const crypto::PrivateKey old = network.keys[1];
  network.keys[1] = another_key();
  CHECK(network.plan(1, members).ok()); // its own new key is known already
  members.validators = *members.next;
  members.next.reset();
  plan = network.plan(0, members);
  REQUIRE(plan.ok());
  CHECK(find(*plan, "replica-2")->public_key == another_key().public_key());
  network.keys[1] = old;
  says(network.plan(1, members).status(), {"not that of validator replica-2 in the ledger",
                                           to_hex(another_key().public_key()), "How to fix"});
}

TEST_CASE("membership: client nodes come, go and change keys with their records", "[host][node]") {
  Network network(1, 2);
  pipeline::Members members = network.at_genesis();
  members.height = 9;
  std::erase_if(members.clients, [](const auto& client) { return client.first == "client-1"; });
  for (auto& [name, record] : members.clients) {
    if (name == "client-2")
      record.set_public_key(another_key().public_key());
  }
  v1::ClientRecord guest;
  guest.set_streams(true);
  guest.set_public_key(crypto::PrivateKey::generate()->public_key());
  members.clients.emplace_back("guest", guest);
  const auto plan = network.plan(0, members);
  REQUIRE(plan.ok());
  CHECK(find(*plan, "client-1") == nullptr);
  CHECK(find(*plan, "client-2")->public_key == another_key().public_key());
  CHECK(find(*plan, "guest")->role == network::PeerRole::kClient);

  // Its own copy of the ledger may be behind, so another key is a warning; another's is an error.
  const auto own = network.plan(2, members);
  REQUIRE(own.ok());
  CHECK(warns(*own, {"the key of this node", "not that of client client-2",
                     "unless operators have rotated"}));
  network.keys[2] = network.keys[0];
  says(network.plan(2, members).status(), {"the key of validator replica-1"});
}

TEST_CASE("membership: two members with one key are not both peers", "[host][node]") {
  Network network(2, 1);
  pipeline::Members members = network.at_genesis();
  for (auto& [name, record] : members.clients) {
    if (name == "client-1")
      record.set_public_key(network.keys[1].public_key());
  }
  const auto plan = network.plan(0, members);
  REQUIRE(plan.ok());
  CHECK(find(*plan, "replica-2") != nullptr);
  CHECK(find(*plan, "client-1") == nullptr);
  CHECK(warns(*plan, {"client-1 cannot connect", "replica-2 too"}));
}

TEST_CASE("membership: who is no validator of this epoch does not count for the quorum",
          "[host][node]") {
  v1::ValidatorSet validators;
  for (int i = 1; i <= 3; ++i)
    validators.add_validators()->set_name("replica-" + std::to_string(i));
  const json peers = json::array(
      {{{"name", "replica-1"}, {"role", "replica"}, {"connected", true}},
       {{"name", "replica-4"}, {"role", "replica"}, {"connected", true}}});
  v1::StatusResponse status;
  show_peers("replica", "replica-5", json{{"peers", peers}}.dump(), validators, status);
  REQUIRE(status.reasons_size() == 1);
  CHECK(status.reasons(0) == "1 of 3 replicas are connected; 2 are needed");
}

} // namespace tenon::host::node
