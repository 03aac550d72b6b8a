// Replicas of a network: who they are by the ledger, and what of it is refused; and nodes
// in this process that find each other.
#include "network_of_nodes.hpp"

namespace tenon::host::node {

using namespace node::testing; // NOLINT: a test's own helpers

TEST_CASE("replica: keys come from the genesis document, addresses from the configuration",
          "[host][node]") {
  Network network(3);
  const auto tls = crypto::PrivateKey::generate();
  network.genesis["validators"][2]["tls_key"] = to_hex(tls->public_key());
  const auto plan = network.plan(0);
  INFO(plan.status().message());
  REQUIRE(plan.ok());
  const auto options = network_options(network.load(0), Hash(), Hash());
  CHECK(options.name == "replica-1");
  CHECK(options.role == network::PeerRole::kReplica);
  CHECK(options.listen->port == network.ports[0]);
  REQUIRE(plan->peers.size() == 2);
  CHECK(plan->peers[0].public_key == network.keys[1].public_key());
  CHECK(plan->peers[0].address->port == network.ports[1]);
  CHECK(plan->peers[1].public_key == tls->public_key());
  CHECK(plan->warnings.empty());
}

TEST_CASE("replica: a configuration that does not fit the genesis document is refused whole",
          "[host][node]") {
  Network network(3);
  json& config = network.configs[0];
  config["node"]["name"] = "replica1";
  config["network"]["peers"][1]["name"] = "replica-22";
  says(network.plan(0).status(),
       {"node.name: no validator of the genesis document has this name",
        "expected one of replica-1, replica-2, replica-3", "found \"replica1\"",
        "did you mean \"replica-1\"?", "network.peers[1].name", "did you mean \"replica-2\"?",
        "network.peers: a validator of the genesis document has no address here",
        R"({"name": "replica-2", "address": "HOST:PORT"})"});
}

TEST_CASE("replica: a key that is not its validator's is refused with both and with its owner",
          "[host][node]") {
  Network network(2);
  const std::string first = to_hex(network.keys[0].public_key());
  const std::string second = to_hex(network.keys[1].public_key());
  std::swap(network.keys[0], network.keys[1]);
  says(network.plan(0).status(),
       {"not that of validator replica-1", "private key of " + first,
        "found that of " + second + ", the key of validator replica-2", "node.pem", "How to fix"});
}

TEST_CASE("replica: channels have the key of the genesis document's tls_key where there is one",
          "[host][node]") {
  Network network(1);
  const auto tls = crypto::PrivateKey::generate();
  OwnRecord own{"validator replica-1", network.keys[0].public_key(), {}};
  const auto folder = network.data(0) / "keys";
  CHECK(channel_key(own, network.keys[0], folder)->public_key() == network.keys[0].public_key());
  own.tls_key = tls->public_key();
  says(channel_key(own, network.keys[0], folder).status(),
       {"tls.pem", to_hex(tls->public_key()), "validator replica-1"});
  network.put_key(0, "tls.pem", network.keys[0]);
  says(channel_key(own, network.keys[0], folder).status(),
       {"holds another key", to_hex(network.keys[0].public_key()), "How to fix"});
  network.put_key(0, "tls.pem", *tls);
  CHECK(channel_key(own, network.keys[0], folder)->public_key() == tls->public_key());
}

TEST_CASE("replica: what is missing is named, and no other key is made in its place",
          "[host][node]") {
  Network network(2);
  const auto key = network.data(0) / "keys" / "node.pem";
  std::filesystem::remove(key);
  says(network.start(0).status(), {"the key of this node is missing", "validator replica-1",
                                   key.string(), "How to fix", "network init"});
  CHECK_FALSE(std::filesystem::exists(key));

  network.configs[1]["genesis"] = {{"file", "nowhere.json"}};
  says(network.start(1).status(),
       {"the genesis document is missing", "nowhere.json", "How to fix"});
}

TEST_CASE("replica: the quorum is more than half of what replicas and Byzantine ones are together",
          "[host][node]") {
  const auto quorum = [](int replicas, std::uint32_t max_byzantine) {
    v1::ValidatorSet validators;
    validators.set_max_byzantine(max_byzantine);
    for (int i = 0; i < replicas; ++i)
      validators.add_validators();
    return quorum_of(validators);
  };
  CHECK(quorum(1, 0) == 1);
  CHECK(quorum(2, 0) == 2);
  CHECK(quorum(4, 1) == 3);
  CHECK(quorum(6, 1) == 4);
  CHECK(quorum(7, 2) == 5);
}

TEST_CASE("replica: without a quorum the node is not ready and says who is missing and why",
          "[host][node]") {
  v1::ValidatorSet validators;
  validators.set_max_byzantine(1);
  for (int i = 1; i <= 4; ++i)
    validators.add_validators()->set_name("replica-" + std::to_string(i));
  const auto shown = [&](const json& peers) {
    v1::StatusResponse status;
    show_peers("replica", "replica-1", json{{"peers", peers}}.dump(), validators, status);
    return status;
  };
  const json up = {{"name", "replica-2"}, {"role", "replica"}, {"connected", true}};
  const json down = {{"name", "replica-3"},
                     {"role", "replica"},
                     {"connected", false},
                     {"last_error", "it refused the connection"}};
  const json client = {{"name", "client-1"}, {"role", "client"}, {"connected", true}};
  const auto few = shown({up, down, client});
  REQUIRE(few.reasons_size() == 1);
  CHECK(few.reasons(0) == "2 of 4 replicas are connected, this one included; 3 are needed; "
                          "replica-3 is not connected: it refused the connection");
  const auto enough = shown({up, down, up});
  CHECK(enough.reasons_size() == 0);
  REQUIRE(enough.warnings_size() == 1);
  CHECK(enough.warnings(0) == "replica-3 is not connected: it refused the connection");
}

TEST_CASE("replica: nodes of one network find each other, and one that is left alone says so",
          "[host][node]") {
  Network network(2);
  auto first = network.start(0);
  INFO(first.status().message());
  REQUIRE(first.ok());
  CHECK((*first)->network_address() == "127.0.0.1:" + std::to_string(network.ports[0]));
  const Words alone = {"503", "1 of 2 replicas are connected", "2 are needed",
                       "replica-2 is not connected"};
  const std::string before = await_readyz(**first, alone);
  for (const std::string& word : alone)
    CHECK(holds(before, word));

  auto second = network.start(1);
  INFO(second.status().message());
  REQUIRE(second.ok());
  CHECK(holds(await_readyz(**first, {"200 OK"}), "200 OK"));
  CHECK(holds(await_readyz(**second, {"200 OK"}), "200 OK"));
  CHECK((*second)->stop(1000));
  CHECK(holds(await_readyz(**first, alone), "replica-2 is not connected"));
  CHECK((*first)->stop(1000));
}

TEST_CASE("replica: a key counts as used once consensus has started with it, and not before",
          "[host][node]") {
  Network network(1);
  const auto unused = network.data(0) / "keys" / "node.unused";
  std::ofstream(unused).flush();
  network.configs[0]["consensus"]["plugin"] = "start_fails";
  says(network.start(0).status(), {"START_FAILED"});
  CHECK(std::filesystem::exists(unused));
  network.configs[0]["consensus"]["plugin"] = "good";
  REQUIRE(network.start(0).ok());
  CHECK_FALSE(std::filesystem::exists(unused));
}

TEST_CASE("replica: a port in use keeps the node from starting, and the sentence names it",
          "[host][node]") {
  Network network(1);
  asio::io_context context;
  const asio::ip::tcp::acceptor other(
      context, {asio::ip::make_address("127.0.0.1"), network.ports[0]}, false);
  says(network.start(0).status(),
       {"cannot listen on 127.0.0.1:" + std::to_string(network.ports[0]), "another address"});
}

} // namespace tenon::host::node
