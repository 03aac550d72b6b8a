// Nodes that come, go, change their keys and fall idle.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "cluster.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::network::test {

TEST_CASE("network: peers meet again when one of them was restarted", "[network][lifecycle]") {
  const auto names = by_key({"n1", "n2"});
  for (const bool dialled_restarts : {true, false}) {
    NetworkOptions options = options_of(names[dialled_restarts ? 1 : 0]);
    Node stays(options_of(names[dialled_restarts ? 0 : 1]));
    auto restarts = std::make_unique<Node>(options);
    introduce({&stays, restarts.get()});
    REQUIRE(stays.ear.hears_of(options.name));
    REQUIRE(restarts->ear.hears_of(stays.options.name));
    options.listen->port = restarts->network->port();
    options.peers = {stays.entry()};
    restarts->network->stop();
    REQUIRE(stays.ear.loses(options.name));
    CHECK(stays.logs(options.name + " is disconnected: " + options.name +
                     " closed the connection with LEAVING: " + options.name + " stops"));
    CHECK(stays.send(options.name, Lane::kControl, "x").code() == Code::kUnavailable);
    restarts = std::make_unique<Node>(options);
    REQUIRE(stays.ear.hears_of(options.name));
    REQUIRE(restarts->ear.hears_of(stays.options.name));
    REQUIRE(stays.send(options.name, Lane::kBulk, "welcome back").ok());
    REQUIRE(restarts->ear.gets(stays.options.name, Lane::kBulk, 1));
  }
}

TEST_CASE("network: idle peers stay connected by pings alone", "[network][lifecycle]") {
  const auto lively = [](const std::string& name) {
    NetworkOptions options = options_of(name);
    options.limits.ping_after_ms = 50;
    options.limits.silence_ms = 500;
    return options;
  };
  Node one(lively("n1"));
  Node two(lively("n2"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  const std::uint64_t end_us = one.clock.monotonic_us() + 1'500'000;
  REQUIRE(eventually([&] { return one.clock.monotonic_us() > end_us; }));
  CHECK(one.ear.times_connected("n2") == 1);
  CHECK(one.ear.is_connected("n2"));
  CHECK(two.ear.is_connected("n1"));
}

TEST_CASE("network: who leaves the list is cut, and who joins it is dialled",
          "[network][lifecycle]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  Node three(options_of("n3"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  REQUIRE(three.network->set_peers({one.entry()}).ok());
  REQUIRE(one.network->set_peers({three.entry()}).ok());
  CHECK(one.ear.hears_of("n3"));
  CHECK(one.ear.loses("n2"));
  CHECK(two.ear.loses("n1"));
  CHECK(two.logs("n1 no longer knows n2: it was removed from the network"));
  CHECK(one.send("n2", Lane::kControl, "x").code() == Code::kNotFound);
  // A list that cannot be meant changes nothing.
  CHECK_FALSE(one.network->set_peers({three.entry(), three.entry()}).ok());
  CHECK(one.ear.is_connected("n3"));
}

TEST_CASE("network: who is cut off is neither dialled nor let in, until it is not any more",
          "[network][lifecycle]") {
  const auto names = by_key({"n1", "n2"});
  for (const bool dialler_cuts : {true, false}) {
    Node one(options_of(names[0])); // it dials
    Node two(options_of(names[1]));
    introduce({&one, &two});
    REQUIRE(one.ear.hears_of(names[1]));
    REQUIRE(two.ear.hears_of(names[0]));
    Node& cutter = dialler_cuts ? one : two;
    Node& other = dialler_cuts ? two : one;
    PeerConfig entry = other.entry();
    entry.cut_off = true;
    REQUIRE(cutter.network->set_peers({entry}).ok());
    REQUIRE(cutter.ear.loses(other.options.name));
    REQUIRE(other.ear.loses(cutter.options.name));
    const std::uint64_t end_us = one.clock.monotonic_us() + 500'000; // ten times the first pause
    REQUIRE(eventually([&] { return one.clock.monotonic_us() > end_us; }));
    CHECK_FALSE(one.ear.is_connected(names[1]));
    CHECK_FALSE(two.ear.is_connected(names[0]));
    entry.cut_off = false;
    REQUIRE(cutter.network->set_peers({entry}).ok());
    CHECK(one.ear.hears_of(names[1]));
    CHECK(two.ear.hears_of(names[0]));
  }
}

TEST_CASE("network: a new key takes over without a restart, once the others know it",
          "[network][lifecycle]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  const crypto::PrivateKey rotated = key_of("n2, second key");
  REQUIRE(two.network->use_identity(rotated).ok());
  // What is up stays up.
  REQUIRE(two.send("n1", Lane::kControl, "old connection").ok());
  REQUIRE(one.ear.gets("n2", Lane::kControl, 1));
  CHECK(one.ear.times_connected("n2") == 1);
  PeerConfig entry = two.entry();
  entry.public_key = rotated.public_key();
  REQUIRE(one.network->set_peers({entry}).ok());
  REQUIRE(eventually([&] { return one.ear.times_connected("n2") == 2; }));
  REQUIRE(two.ear.hears_of("n1"));
  CHECK(one.network->describe().find(to_hex(rotated.public_key())) != std::string::npos);
  REQUIRE(eventually([&] { return two.send("n1", Lane::kControl, "new connection").ok(); }));
  CHECK(one.ear.gets("n2", Lane::kControl, 2));
}

TEST_CASE("network: it starts once, says what keeps it from listening, and stops twice",
          "[network][lifecycle]") {
  Node one(options_of("n1"));
  CHECK_FALSE(one.network->start().ok());
  NetworkOptions options = options_of("n2");
  options.listen->port = one.network->port();
  testing::MemoryLog log;
  services::MetricRegistry metrics;
  services::RealClock clock;
  auto taken = PeerNetwork::make(options, key_of("n2"), log, metrics, clock);
  REQUIRE(taken.ok());
  const Status status = (*taken)->start();
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message().find("end the other process or choose another address") !=
        std::string::npos);
  options.listen->host = "nowhere.example";
  auto nowhere = PeerNetwork::make(options, key_of("n2"), log, metrics, clock);
  CHECK((*nowhere)->start().code() == Code::kInvalidArgument);
  one.network->stop();
  one.network->stop();
  Ear late;
  CHECK(one.network->open(Protocol::kLink, late).ok());
  one.network->close(Protocol::kLink);
}

TEST_CASE("network: a handler may open, send, cut and close from inside a call",
          "[network][lifecycle]") {
  class Answerer final : public PeerHandler {
  public:
    explicit Answerer(PeerNetwork& network) : network_(network) {}
    void received(std::string_view peer, Lane lane, BytesView frame) override {
      sent_ok_ = network_.send(Protocol::kLink, peer, lane, frame_of(Bytes(frame))).ok();
      network_.close(Protocol::kLink);
      closed_ = true;
    }
    void connected(std::string_view, PeerRole) override {}
    void disconnected(std::string_view) override {}
    PeerNetwork& network_;
    std::atomic<bool> sent_ok_{false};
    std::atomic<bool> closed_{false};
  };
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  Ear ear;
  Answerer answerer(*two.network);
  REQUIRE(one.network->open(Protocol::kLink, ear).ok());
  REQUIRE(two.network->open(Protocol::kLink, answerer).ok());
  introduce({&one, &two});
  REQUIRE(ear.hears_of("n2"));
  REQUIRE(one.network->send(Protocol::kLink, "n2", Lane::kBulk, frame_of("echo")).ok());
  REQUIRE(ear.gets("n2", Lane::kBulk, 1));
  CHECK(eventually([&] { return answerer.closed_.load(); }));
  CHECK(answerer.sent_ok_.load());
  one.network->close(Protocol::kLink);
}

TEST_CASE("network: it stops while everybody sends", "[network][lifecycle]") {
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<Node>> nodes;
    std::vector<Node*> all;
    for (const char* name : {"n1", "n2", "n3"}) {
      nodes.push_back(std::make_unique<Node>(options_of(name)));
      all.push_back(nodes.back().get());
    }
    introduce(all);
    for (Node* node : all) {
      for (const Node* other : all)
        REQUIRE((node == other || node->ear.hears_of(other->options.name)));
    }
    std::atomic<bool> enough{false};
    std::atomic<std::uint64_t> sent{0};
    std::vector<std::thread> senders;
    for (Node* node : all) {
      senders.emplace_back([&enough, &sent, node] {
        const SharedFrame large = frame_of(Bytes(200'000, 'x'));
        const SharedFrame small = frame_of("vote");
        while (!enough) {
          sent += node->network->broadcast(Protocol::kConsensus, Lane::kBulk, large).value();
          sent += node->network->broadcast(Protocol::kConsensus, Lane::kControl, small).value();
          std::this_thread::yield();
        }
      });
    }
    CHECK(eventually([&] { return sent > 200; }));
    for (Node* node : all)
      node->network->stop();
    for (Node* node : all) {
      for (const Node* other : all)
        CHECK_FALSE(node->ear.is_connected(other->options.name));
      CHECK(node->send("n1", Lane::kControl, "x").code() != Code::kOk); // not connected, or oneself
    }
    enough = true;
    for (std::thread& sender : senders)
      sender.join();
  }
}

} // namespace tenon::host::network::test
