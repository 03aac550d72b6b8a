// Client nodes of a network: who they are by the genesis document, whom they and the replicas know,
// and what is refused.
#include "network_of_nodes.hpp"

namespace tenon::host::node {

using namespace node::testing; // NOLINT: a test's own helpers

TEST_CASE("client node: it knows the replicas and dials them", "[host][node]") {
  Network network(3, 2);
  const auto plan = network.plan(3);
  INFO(plan.status().message());
  REQUIRE(plan.ok());
  const auto options = network_options(network.load(3), Hash(), Hash());
  CHECK(options.name == "client-1");
  CHECK(options.role == network::PeerRole::kClient);
  CHECK_FALSE(options.listen);
  REQUIRE(plan->peers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(plan->peers[i].role == network::PeerRole::kReplica);
    CHECK(plan->peers[i].public_key == network.keys[i].public_key());
    CHECK(plan->peers[i].address->port == network.ports[i]);
  }
}

TEST_CASE("client node: replicas wait for the clients that are nodes of their own",
          "[host][node]") {
  Network network(2, 3);
  network.genesis["clients"][4]["streams"] = false; // it signs elsewhere
  const auto tls = crypto::PrivateKey::generate();
  network.genesis["clients"][3]["tls_key"] = to_hex(tls->public_key());
  const auto plan = network.plan(0);
  INFO(plan.status().message());
  REQUIRE(plan.ok());
  REQUIRE(plan->peers.size() == 3);
  CHECK(plan->peers[1].name == "client-1");
  CHECK(plan->peers[1].role == network::PeerRole::kClient);
  CHECK(plan->peers[1].public_key == network.keys[2].public_key());
  CHECK_FALSE(plan->peers[1].address);
  CHECK(plan->peers[2].public_key == tls->public_key());
}

TEST_CASE("client node: a name that is no client's, or that of a replica, is refused",
          "[host][node]") {
  Network network(2, 1);
  network.configs[2]["node"]["name"] = "client-11";
  says(network.plan(2).status(),
       {"node.name: no client with \"streams\": true of the genesis document has this name",
        "expected one of client-1",
        "found \"client-11\"", "did you mean \"client-1\"?"});
  network.configs[2]["node"]["name"] = "replica-1";
  says(network.plan(2).status(), {"no client with \"streams\": true of the genesis document"});
  network.configs[2]["node"]["name"] = "client-1";
  network.configs[2]["network"]["peers"].erase(1);
  says(network.plan(2).status(),
       {"network.peers: a validator of the genesis document has no address here",
        R"({"name": "replica-2", "address": "HOST:PORT"})"});
}

TEST_CASE("client node: another node's key is refused with its owner, and none is made",
          "[host][node]") {
  Network network(1, 2);
  const auto key = network.data(1) / "keys" / "node.pem";
  std::swap(network.keys[1], network.keys[2]);
  says(network.plan(1).status(),
       {"not that of client client-1", "the key of client client-2", "node.pem", "How to fix"});
  std::filesystem::remove(key);
  says(network.start(1).status(), {"the key of this node is missing", "client client-1",
                                   key.string(), "network init"});
  CHECK_FALSE(std::filesystem::exists(key));
}

TEST_CASE("client node: without a replica it is not ready, with one it is, and names the others",
          "[host][node]") {
  v1::ValidatorSet validators;
  validators.set_max_byzantine(1);
  for (int i = 1; i <= 4; ++i)
    validators.add_validators()->set_name("replica-" + std::to_string(i));
  const auto shown = [&](const json& peers) {
    v1::StatusResponse status;
    show_peers("client", "client-1", json{{"peers", peers}}.dump(), validators, status);
    return status;
  };
  const json up = {{"name", "replica-1"}, {"role", "replica"}, {"connected", true}};
  const json down = {{"name", "replica-2"},
                     {"role", "replica"},
                     {"connected", false},
                     {"last_error", "it refused the connection"}};
  const auto none = shown(json::array({down}));
  REQUIRE(none.reasons_size() == 1);
  CHECK(none.reasons(0) == "none of 4 replicas is connected; one is needed; replica-2 is not "
                           "connected: it refused the connection");
  const auto one = shown(json::array({up, down}));
  CHECK(one.reasons_size() == 0);
  REQUIRE(one.warnings_size() == 1);
  CHECK(one.warnings(0) == "replica-2 is not connected: it refused the connection");
}

TEST_CASE("client node: it finds its replica, says when it is alone, and executes no block log",
          "[host][node]") {
  Network network(1, 1);
  auto client = network.start(1);
  INFO(client.status().message());
  REQUIRE(client.ok());
  CHECK((*client)->network_address().empty());
  CHECK(holds(await_readyz(**client, {"none of 1 replicas is connected"}),
              "none of 1 replicas is connected"));
  auto replica = network.start(0);
  INFO(replica.status().message());
  REQUIRE(replica.ok());
  CHECK(holds(await_readyz(**client, {"200 OK"}), "200 OK"));
  says((*client)->replay("anything").status(), {"a client node executes no blocks", "--replay"});
  CHECK((*client)->stop(1000));
  CHECK((*replica)->stop(1000));
}

} // namespace tenon::host::node
