// Client nodes of a network: who they are by the genesis document, whom they and the replicas know,
// and what is refused.
#include "network_of_nodes.hpp"

namespace tenon::host::node {

using namespace node::testing; // NOLINT: a test's own helpers

TEST_CASE("client node: it knows the replicas and dials them", "[host][node]") {
  Network network(3, 2);
  const auto options = network.options(3);
  INFO(options.status().message());
  REQUIRE(options.ok());
  CHECK(options->name == "client-1");
  CHECK(options->role == network::PeerRole::kClient);
  CHECK_FALSE(options->listen);
  REQUIRE(options->peers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(options->peers[i].role == network::PeerRole::kReplica);
    CHECK(options->peers[i].public_key == network.keys[i].public_key());
    CHECK(options->peers[i].address->port == network.ports[i]);
  }
}

TEST_CASE("client node: replicas wait for the clients that are nodes of their own",
          "[host][node]") {
  Network network(2, 3);
  network.genesis["clients"][4]["streams"] = false; // it signs elsewhere
  const auto tls = crypto::PrivateKey::generate();
  network.genesis["clients"][3]["tls_key"] = to_hex(tls->public_key());
  const auto options = network.options(0);
  INFO(options.status().message());
  REQUIRE(options.ok());
  REQUIRE(options->peers.size() == 4);
  CHECK(options->peers[2].name == "client-1");
  CHECK(options->peers[2].role == network::PeerRole::kClient);
  CHECK(options->peers[2].public_key == network.keys[2].public_key());
  CHECK_FALSE(options->peers[2].address);
  CHECK(options->peers[3].public_key == tls->public_key());
}

TEST_CASE("client node: a name that is no client's, or that of a replica, is refused",
          "[host][node]") {
  Network network(2, 1);
  network.configs[2]["node"]["name"] = "client-11";
  says(network.options(2).status(),
       {"node.name: no client with \"streams\": true of the genesis document has this name",
        "expected one of client-1",
        "found \"client-11\"", "did you mean \"client-1\"?"});
  network.configs[2]["node"]["name"] = "replica-1";
  says(network.options(2).status(), {"no client with \"streams\": true of the genesis document"});
  network.configs[2]["node"]["name"] = "client-1";
  network.configs[2]["network"]["peers"].erase(1);
  says(network.options(2).status(),
       {"network.peers: a validator of the genesis document has no address here",
        R"({"name": "replica-2", "address": "HOST:PORT"})"});
}

TEST_CASE("client node: another node's key is refused with its owner, and none is made",
          "[host][node]") {
  Network network(1, 2);
  const auto key = network.data(1) / "keys" / "node.pem";
  std::swap(network.keys[1], network.keys[2]);
  says(network.options(1).status(),
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
  for (int i = 0; i < 4; ++i)
    validators.add_validators();
  const auto shown = [&](const json& peers) {
    v1::StatusResponse status;
    show_peers("client", json{{"peers", peers}}.dump(), validators, status);
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
