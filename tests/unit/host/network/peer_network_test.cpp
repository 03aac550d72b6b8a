// Several nodes in one process: they find each other and exchange frames.
#include "network/peer_network.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cluster.hpp"

namespace tenon::host::network::test {

TEST_CASE("network: frames arrive in order, both ways, on both lanes", "[network]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  CHECK(one.ear.role_of("n2") == PeerRole::kReplica);
  constexpr int kFrames = 2000;
  for (int i = 0; i < kFrames; ++i) {
    const Bytes number = std::to_string(i);
    REQUIRE(one.send("n2", Lane::kControl, "c" + number).ok());
    REQUIRE(one.send("n2", Lane::kBulk, "b" + number).ok());
    REQUIRE(two.send("n1", Lane::kControl, "d" + number).ok());
    REQUIRE(two.send("n1", Lane::kBulk, "e" + number).ok());
  }
  const auto expected = [](char letter) {
    std::vector<Bytes> frames;
    for (int i = 0; i < kFrames; ++i)
      frames.push_back(letter + std::to_string(i));
    return frames;
  };
  for (const Lane lane : {Lane::kControl, Lane::kBulk}) {
    REQUIRE(two.ear.gets("n1", lane, kFrames));
    REQUIRE(one.ear.gets("n2", lane, kFrames));
    CHECK(two.ear.frames("n1", lane) == expected(lane == Lane::kControl ? 'c' : 'b'));
    CHECK(one.ear.frames("n2", lane) == expected(lane == Lane::kControl ? 'd' : 'e'));
  }
  CHECK(one.ear.out_of_turn() + two.ear.out_of_turn() == 0);
}

TEST_CASE("network: large frames arrive whole, between small and empty ones", "[network]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  Bytes large(32u << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<char>(i * 31 + i / 65536);
  REQUIRE(one.send("n2", Lane::kBulk, "before").ok());
  REQUIRE(one.send("n2", Lane::kBulk, large).ok());
  REQUIRE(one.send("n2", Lane::kBulk, "").ok());
  REQUIRE(one.send("n2", Lane::kBulk, "after").ok());
  REQUIRE(two.ear.gets("n1", Lane::kBulk, 4));
  const auto frames = two.ear.frames("n1", Lane::kBulk);
  CHECK(frames[0] == "before");
  CHECK(frames[1].size() == large.size());
  CHECK((frames[1] == large));
  CHECK(frames[2].empty());
  CHECK(frames[3] == "after");
}

TEST_CASE("network: one connection per lane joins each pair of nodes", "[network]") {
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<Node*> all;
  for (const char* name : {"n1", "n2", "n3", "n4"}) {
    nodes.push_back(std::make_unique<Node>(options_of(name)));
    all.push_back(nodes.back().get());
  }
  introduce(all);
  for (Node* node : all) {
    for (const Node* other : all)
      CHECK((node == other || node->ear.hears_of(other->options.name)));
  }
  for (Node* node : all) {
    for (const Node* other : all)
      CHECK(node->ear.times_connected(other->options.name) == (node == other ? 0 : 1));
    CHECK(node->counts("tenon_peers_connected 3"));
  }
}

TEST_CASE("network: a broadcast reaches every connected replica and no client", "[network]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  Node three(options_of("n3"));
  NetworkOptions options = options_of("c1");
  options.role = PeerRole::kClient;
  options.listen.reset();
  Node client(options);
  introduce({&one, &two, &three, &client});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(one.ear.hears_of("n3"));
  REQUIRE(one.ear.hears_of("c1"));
  CHECK(one.ear.role_of("c1") == PeerRole::kClient);
  const auto taken =
      one.network->broadcast(Protocol::kConsensus, Lane::kControl, frame_of("to all"));
  CHECK(taken.value() == 2);
  REQUIRE(one.send("c1", Lane::kControl, "to one").ok());
  CHECK(two.ear.gets("n1", Lane::kControl, 1));
  CHECK(three.ear.gets("n1", Lane::kControl, 1));
  REQUIRE(client.ear.gets("n1", Lane::kControl, 1));
  CHECK(client.ear.frames("n1", Lane::kControl) == std::vector<Bytes>{"to one"});
}

TEST_CASE("network: protocols share the connections and do not hear each other", "[network]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  Ear link;
  // Nobody has opened it over there yet: such frames go nowhere.
  REQUIRE(one.network->send(Protocol::kLink, "n2", Lane::kControl, frame_of("lost")).ok());
  REQUIRE(two.counts("tenon_peer_unclaimed_frames_total 1"));
  // Whoever opens late is told who is there.
  REQUIRE(two.network->open(Protocol::kLink, link).ok());
  REQUIRE(link.hears_of("n1"));
  CHECK(two.network->open(Protocol::kLink, link).code() == Code::kAlreadyExists);
  REQUIRE(one.network->send(Protocol::kLink, "n2", Lane::kControl, frame_of("linked")).ok());
  REQUIRE(one.send("n2", Lane::kControl, "voted").ok());
  REQUIRE(link.gets("n1", Lane::kControl, 1));
  REQUIRE(two.ear.gets("n1", Lane::kControl, 1));
  CHECK(link.frames("n1", Lane::kControl) == std::vector<Bytes>{"linked"});
  CHECK(two.ear.frames("n1", Lane::kControl) == std::vector<Bytes>{"voted"});
  two.network->close(Protocol::kLink);
  REQUIRE(one.network->send(Protocol::kLink, "n2", Lane::kControl, frame_of("lost")).ok());
  CHECK(two.counts("tenon_peer_unclaimed_frames_total 2"));
  CHECK(link.frames("n1", Lane::kControl).size() == 1);
}

TEST_CASE("network: what cannot be sent is refused at once, with the reason", "[network]") {
  NetworkOptions options = options_of("n1");
  options.limits.control_queue_bytes = 1000;
  options.limits.frame_bytes = 5000;
  Node one(options);
  REQUIRE(
      one.network->set_peers({{"n2", key_of("n2").public_key(), PeerRole::kReplica, std::nullopt}})
          .ok());
  CHECK(one.send("n2", Lane::kControl, "x").code() == Code::kUnavailable);
  CHECK(one.send("n9", Lane::kControl, "x").code() == Code::kNotFound);
  CHECK(one.send("n2", Lane::kControl, Bytes(1001, 'x')).message().find("at most 1000") !=
        std::string::npos);
  CHECK(one.send("n2", Lane::kBulk, Bytes(5001, 'x')).message().find("at most 5000") !=
        std::string::npos);
  CHECK(one.network->cut("n9", "because").code() == Code::kNotFound);
  CHECK(one.network->broadcast(Protocol::kConsensus, Lane::kBulk, frame_of("x")).value() == 0);
}

TEST_CASE("network: its description tells of every peer", "[network]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  REQUIRE(one.send("n2", Lane::kControl, "hello").ok());
  REQUIRE(two.ear.gets("n1", Lane::kControl, 1));
  auto described = nlohmann::json::parse(one.network->describe());
  REQUIRE(described["peers"].size() == 1);
  const nlohmann::json& peer = described["peers"][0];
  CHECK(peer["name"] == "n2");
  CHECK(peer["role"] == "replica");
  CHECK(peer["address"] == "127.0.0.1:" + std::to_string(two.network->port()));
  CHECK(peer["connected"] == true);
  CHECK(peer.contains("since"));
  CHECK_FALSE(peer.contains("last_error"));
  CHECK(peer["queued_bytes"]["control"] == 0);
  CHECK(one.counts("tenon_peer_sent_frames_total{lane=\"control\",peer=\"n2\"} 1"));
  CHECK(one.counts("tenon_peer_connects_total{peer=\"n2\"} 1"));
  two.network->stop();
  REQUIRE(one.ear.loses("n2"));
  CHECK(eventually([&] {
    described = nlohmann::json::parse(one.network->describe());
    return described["peers"][0].contains("last_error");
  }));
  CHECK(described["peers"][0]["connected"] == false);
}

} // namespace tenon::host::network::test
