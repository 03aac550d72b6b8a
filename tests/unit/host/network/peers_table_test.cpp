// Peers as plugins get them: through the host's table over a real network, and through the host of
// the test kit.
#include <catch2/catch.hpp>

#include "cluster.hpp"
#include "tenon/testkit/manual_host.hpp"

namespace tenon::host::network::test {

namespace {

// A node whose consensus plugin is the test.
struct PluginNode {
  explicit PluginNode(const std::string& name, const std::string& kind = "consensus")
      : node(options_of(name)),
        services({parts.log, parts.metrics, parts.executor, parts.clock, parts.signer, parts.view,
                  node.network.get()},
                 {kind + "/test", "/data/x", kind == "api", kind == "consensus"}),
        host(services.host()) {
    node.network->close(Protocol::kConsensus); // the plugin's own
  }

  Node node;
  testing::Parts parts;
  services::PluginServices services;
  plugin::Host host;
};

} // namespace

TEST_CASE("peers: plugins exchange frames through the host's table", "[network][peers]") {
  PluginNode one("n1");
  PluginNode two("n2");
  introduce({&one.node, &two.node});
  Ear ear_one;
  Ear ear_two;
  const auto peers_one = one.host.peers();
  const auto peers_two = two.host.peers();
  REQUIRE(peers_one.ok());
  REQUIRE(peers_two.ok());
  auto opened_one = peers_one->open(ear_one);
  auto opened_two = peers_two->open(ear_two);
  REQUIRE(opened_one.ok());
  REQUIRE(opened_two.ok());
  CHECK(peers_one->open(ear_one).status().code() == Code::kAlreadyExists);
  REQUIRE(ear_one.hears_of("n2"));
  REQUIRE(ear_two.hears_of("n1"));
  CHECK(ear_one.role_of("n2") == PeerRole::kReplica);
  REQUIRE(peers_one->send("n2", Lane::kBulk, "payload").ok());
  CHECK(peers_one->broadcast(Lane::kControl, "vote").value() == 1);
  CHECK(ear_two.gets("n1", Lane::kBulk, 1));
  CHECK(ear_two.gets("n1", Lane::kControl, 1));
  CHECK(ear_two.frames("n1", Lane::kControl) == std::vector<Bytes>{"vote"});
  CHECK(peers_one->send("n7", Lane::kBulk, "x").code() == Code::kNotFound);
  CHECK(peers_one->send("n2", static_cast<Lane>(2), "x").code() == Code::kInvalidArgument);
  CHECK(peers_one->describe()->find("\"n2\"") != std::string::npos);
  // Closed, it hears nothing, and may open again.
  opened_two->reset();
  REQUIRE(peers_one->send("n2", Lane::kControl, "unheard").ok());
  CHECK(two.node.counts("tenon_peer_unclaimed_frames_total"));
  Ear again;
  opened_two = peers_two->open(again);
  REQUIRE(opened_two.ok());
  CHECK(again.hears_of("n1"));
  REQUIRE(peers_two->cut("n1", "it lied").ok());
  CHECK(again.loses("n1"));
  CHECK(one.node.logs("MISBEHAVED: n2 cuts n1: it lied"));
}

TEST_CASE("peers: a plugin that was stopped hears nothing and sends nothing", "[network][peers]") {
  PluginNode one("n1");
  Node two(options_of("n2"));
  introduce({&one.node, &two});
  Ear ear;
  const auto peers = one.host.peers();
  // The table, not the wrapper: this plugin forgets to close.
  tenon_peers_handler handler{};
  handler.struct_size = sizeof handler;
  handler.context = &ear;
  tenon_status status{};
  const auto* const table = static_cast<const tenon_host_peers*>(one.services.host()->query(
      one.services.host()->self, to_abi(BytesView(TENON_HOST_PEERS_INTERFACE))));
  CHECK(table->open(table->self, &handler, &status) == TENON_INVALID_ARGUMENT);
  handler.received = [](void* context, tenon_bytes peer, std::uint32_t lane, tenon_bytes frame) {
    static_cast<Ear*>(context)->received(from_abi(peer), static_cast<Lane>(lane), from_abi(frame));
  };
  handler.connected = [](void* context, tenon_bytes peer, std::uint32_t role) {
    static_cast<Ear*>(context)->connected(from_abi(peer), static_cast<PeerRole>(role));
  };
  handler.disconnected = [](void* context, tenon_bytes peer) {
    static_cast<Ear*>(context)->disconnected(from_abi(peer));
  };
  REQUIRE(table->open(table->self, &handler, &status) == TENON_OK);
  REQUIRE(ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  REQUIRE(one.services.close(1000));
  REQUIRE(two.send("n1", Lane::kControl, "too late").ok());
  CHECK(one.node.counts("tenon_peer_unclaimed_frames_total"));
  CHECK(ear.frames("n2", Lane::kControl).empty());
  CHECK(peers->send("n2", Lane::kControl, "x").code() == Code::kFailedPrecondition);
}

TEST_CASE("peers: a client node's word on consensus reaches no plugin and costs it the connection",
          "[network][peers]") {
  PluginNode replica("n1");
  NetworkOptions options = options_of("c1");
  options.role = PeerRole::kClient;
  Node client(std::move(options));
  introduce({&replica.node, &client});
  Ear ear;
  const auto peers = replica.host.peers();
  auto opened = peers->open(ear);
  REQUIRE(opened.ok());
  REQUIRE(ear.hears_of("c1"));
  REQUIRE(client.ear.hears_of("n1"));
  REQUIRE(client.send("n1", Lane::kControl, "my vote").ok());
  CHECK(ear.loses("c1"));
  CHECK(client.logs("MISBEHAVED: n1 cuts c1: a client node has no part in consensus"));
  CHECK(ear.frames("c1", Lane::kControl).empty());
}

TEST_CASE("peers: only consensus plugins of a node with a network are given peers",
          "[network][peers]") {
  PluginNode api("n1", "api");
  CHECK(api.host.peers().status().code() == Code::kFailedPrecondition);
  testing::Parts parts;
  const services::PluginServices solo(parts.services(), {"consensus/test", "/data/x", false, true});
  CHECK(plugin::Host(solo.host()).peers().status().code() == Code::kFailedPrecondition);
}

TEST_CASE("peers: the test kit's host connects, delivers and remembers as a test says",
          "[network][peers]") {
  testkit::ManualHost host{Hash{}};
  CHECK(host.host().peers().status().code() == Code::kFailedPrecondition);
  host.offer_peers();
  testkit::ManualPeers& network = host.peers();
  network.connect("n2");
  const auto peers = host.host().peers();
  REQUIRE(peers.ok());
  Ear ear;
  auto opened = peers->open(ear);
  REQUIRE(opened.ok());
  CHECK(ear.is_connected("n2"));
  CHECK_FALSE(peers->open(ear).ok());
  network.connect("c1", PeerRole::kClient);
  network.connect("n3");
  network.deliver("n2", Lane::kBulk, "payload");
  network.deliver("n9", Lane::kBulk, "from nobody");
  CHECK(ear.frames("n2", Lane::kBulk) == std::vector<Bytes>{"payload"});
  CHECK(peers->broadcast(Lane::kControl, "vote").value() == 2);
  REQUIRE(peers->send("c1", Lane::kBulk, "to one").ok());
  CHECK(peers->send("n9", Lane::kBulk, "x").code() == Code::kUnavailable);
  const auto sent = network.take_sent();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].peer == "n2");
  CHECK(sent[1].peer == "n3");
  CHECK(sent[2].peer == "c1");
  CHECK(sent[2].lane == Lane::kBulk);
  CHECK(sent[2].frame == "to one");
  CHECK(network.take_sent().empty());
  network.refuse_frames(true);
  CHECK(peers->send("n2", Lane::kBulk, "x").code() == Code::kResourceExhausted);
  CHECK(peers->broadcast(Lane::kControl, "vote").value() == 0);
  REQUIRE(peers->cut("n2", "it lied").ok());
  CHECK(network.cuts().at(0).reason == "it lied");
  network.disconnect("n2");
  CHECK_FALSE(ear.is_connected("n2"));
  opened->reset();
  CHECK_FALSE(network.is_open());
}

} // namespace tenon::host::network::test
