// Whoever else finds the port: other protocols, other keys, silence, nonsense, and crowds.
#include <catch2/catch.hpp>

#include "cluster.hpp"
#include "network/frame.hpp"
#include "raw_client.hpp"

namespace tenon::host::network::test {

namespace {

const std::string kInstance(kInstanceIdBytes, 'i');

// Knows n2, which the tests play by hand.
std::vector<PeerConfig> known() {
  return {{"n2", key_of("n2").public_key(), PeerRole::kReplica, std::nullopt}};
}

NetworkOptions impatient(const std::string& name) {
  NetworkOptions options = options_of(name);
  options.limits.handshake_timeout_ms = 300;
  return options;
}

// One lane of n2, up.
std::unique_ptr<RawClient> greet(Node& node, Lane lane) {
  auto client =
      std::make_unique<RawClient>(node.network->port(), RawTls{TLS1_3_VERSION, key_of("n2")});
  REQUIRE(client->shook_hands());
  client->say(hello_of(options_of("n2"), lane, node.clock.wall_us(), kInstance));
  const auto answer = client->hear();
  REQUIRE(answer.has_value());
  REQUIRE(std::holds_alternative<Hello>(*answer));
  CHECK(std::get<Hello>(*answer).lane == static_cast<std::uint32_t>(lane));
  client->say(Welcome{});
  return client;
}

void write_frame(RawClient& client, Protocol protocol, BytesView payload) {
  Bytes frame;
  append_frame_head(frame, static_cast<std::uint8_t>(protocol), payload.size());
  client.write(frame.append(payload));
}

} // namespace

TEST_CASE("network: TLS 1.2 is refused", "[network][stranger]") {
  Node node(options_of("n1"));
  const RawClient client(node.network->port(), {TLS1_2_VERSION, key_of("n2")});
  CHECK_FALSE(client.shook_hands());
  CHECK(node.logs("the TLS handshake with 127.0.0.1:"));
}

TEST_CASE("network: a client that does not speak TLS is refused", "[network][stranger]") {
  Node node(options_of("n1"));
  const RawSocket socket(node.network->port());
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(socket.is_closed());
  CHECK(node.logs("expected a node that speaks TLS 1.3"));
}

TEST_CASE("network: no certificate, or one of another kind of key, is refused",
          "[network][stranger]") {
  Node node(options_of("n1"));
  RawClient nameless(node.network->port(), {TLS1_3_VERSION, std::nullopt});
  CHECK_FALSE(nameless.hear().has_value());
  RawTls settings;
  settings.with_rsa = true;
  RawClient other(node.network->port(), settings);
  CHECK_FALSE(other.hear().has_value());
  CHECK(node.logs("the TLS handshake with 127.0.0.1:"));
}

TEST_CASE("network: a client that says nothing is cut, before TLS as after it",
          "[network][stranger]") {
  Node node(impatient("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  const RawSocket silent(node.network->port());
  CHECK(silent.is_closed());
  CHECK(node.logs("it took longer than 300 ms to connect and say Hello"));
  RawClient polite(node.network->port(), {TLS1_3_VERSION, key_of("n2")});
  REQUIRE(polite.shook_hands());
  CHECK_FALSE(polite.hear().has_value());
}

TEST_CASE("network: bytes that trickle do not buy time", "[network][stranger]") {
  Node node(impatient("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  RawClient client(node.network->port(), {TLS1_3_VERSION, key_of("n2")});
  const Bytes hello =
      encode_control(hello_of(options_of("n2"), Lane::kControl, node.clock.wall_us(), kInstance));
  const std::uint64_t began_us = node.clock.monotonic_us();
  client.write(BytesView(hello).substr(0, 10));
  client.write(BytesView(hello).substr(10, 10));
  CHECK_FALSE(client.hear().has_value());
  CHECK(node.clock.monotonic_us() - began_us >= 250'000);
}

TEST_CASE("network: a crowd of strangers is bounded and does not keep a peer out",
          "[network][stranger]") {
  NetworkOptions options = options_of("n1");
  options.limits.handshakes = 4;
  Node node(options);
  std::vector<std::unique_ptr<RawSocket>> crowd;
  for (int i = 0; i < 20; ++i)
    crowd.push_back(std::make_unique<RawSocket>(node.network->port()));
  // The oldest had to go long before their time was over.
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(crowd[i]->is_closed());
  CHECK(node.counts("tenon_peer_strangers_dropped_total 16"));
  Node peer(options_of("n2"));
  introduce({&node, &peer});
  CHECK(node.ear.hears_of("n2"));
}

TEST_CASE("network: who was refused and does not go counts as a stranger still",
          "[network][stranger]") {
  NetworkOptions options = options_of("n1");
  options.limits.handshakes = 2;
  options.limits.farewell_ms = kPatience_ms;
  Node node(options);
  std::vector<std::unique_ptr<RawClient>> refused;
  for (const char* seed : {"s1", "s2", "s3", "s4", "s5"}) {
    refused.push_back(
        std::make_unique<RawClient>(node.network->port(), RawTls{TLS1_3_VERSION, key_of(seed)}));
    CHECK(refused.back()->hear_goodbye().value().code == GoodbyeCode::kUnknownKey);
  }
  CHECK(node.counts("tenon_peer_strangers_dropped_total 3"));
}

TEST_CASE("network: what is no message of the protocol ends the connection with MISBEHAVED",
          "[network][stranger]") {
  Node node(options_of("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  const auto refused = [&](const std::function<void(RawClient&)>& talk) {
    RawClient client(node.network->port(), {TLS1_3_VERSION, key_of("n2")});
    talk(client);
    const auto goodbye = client.hear_goodbye();
    return goodbye && goodbye->code == GoodbyeCode::kMisbehaved;
  };
  const auto hello = [&](Lane lane) {
    return hello_of(options_of("n2"), lane, node.clock.wall_us(), kInstance);
  };
  CHECK(refused([](RawClient& client) {
    Bytes nonsense;
    append_frame_head(nonsense, kOwnSlot, 3);
    client.write(nonsense + "\xff\xff\xff");
  }));
  CHECK(node.logs("MISBEHAVED: n2 sent a message of slot 0 that is none of Hello"));
  // Each time it is left alone for a while, and told so.
  CHECK(refused([&](RawClient& client) { client.say(hello(Lane::kControl)); }));
}

TEST_CASE("network: the order of the introduction is kept to", "[network][stranger]") {
  const auto refused = [](const std::function<void(RawClient&, const Hello&)>& talk) {
    Node node(options_of("n1"));
    REQUIRE(node.network->set_peers(known()).ok());
    RawClient client(node.network->port(), {TLS1_3_VERSION, key_of("n2")});
    talk(client, hello_of(options_of("n2"), Lane::kControl, node.clock.wall_us(), kInstance));
    const auto goodbye = client.hear_goodbye();
    REQUIRE(goodbye.has_value());
    return goodbye->text;
  };
  CHECK(refused([](RawClient& client, const Hello&) {
          client.say(Welcome{});
        }).find("a Welcome that answers no Hello") != std::string::npos);
  CHECK(refused([](RawClient& client, const Hello& hello) {
          client.say(hello);
          client.say(hello);
        }).find("a second Hello") != std::string::npos);
  CHECK(refused([](RawClient& client, const Hello&) {
          write_frame(client, Protocol::kConsensus, "vote");
        }).find("a frame of slot 1 before Hello and Welcome") != std::string::npos);
}

TEST_CASE("network: before both sides know each other frames are small", "[network][stranger]") {
  Node node(options_of("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  RawClient client(node.network->port(), {TLS1_3_VERSION, key_of("n2")});
  Bytes head;
  append_frame_head(head, kOwnSlot, kMaxControlBytes + 1);
  client.write(head);
  const auto goodbye = client.hear_goodbye();
  REQUIRE(goodbye.has_value());
  CHECK(goodbye->code == GoodbyeCode::kFrameTooLarge);
}

TEST_CASE("network: frames that come before the other lane is up wait for it",
          "[network][stranger]") {
  Node node(options_of("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  const auto control = greet(node, Lane::kControl);
  write_frame(*control, Protocol::kConsensus, "early");
  CHECK(node.ear.times_connected("n2") == 0);
  const auto bulk = greet(node, Lane::kBulk);
  REQUIRE(node.ear.gets("n2", Lane::kControl, 1));
  write_frame(*control, Protocol::kConsensus, "later");
  REQUIRE(node.ear.gets("n2", Lane::kControl, 2));
  CHECK(node.ear.frames("n2", Lane::kControl) == std::vector<Bytes>{"early", "later"});
  CHECK(node.ear.out_of_turn() == 0);
}

TEST_CASE("network: one lane without the other is given up", "[network][stranger]") {
  Node node(impatient("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  const auto control = greet(node, Lane::kControl);
  const auto goodbye = control->hear_goodbye();
  REQUIRE(goodbye.has_value());
  CHECK(goodbye->code == GoodbyeCode::kLeaving);
  CHECK(goodbye->text.find("the other did not follow") != std::string::npos);
  CHECK(node.ear.times_connected("n2") == 0);
}

TEST_CASE("network: a lane that connects anew replaces what this side still holds",
          "[network][stranger]") {
  Node node(options_of("n1"));
  REQUIRE(node.network->set_peers(known()).ok());
  const auto control = greet(node, Lane::kControl);
  const auto bulk = greet(node, Lane::kBulk);
  REQUIRE(node.ear.hears_of("n2"));
  // The same process, which has lost its connections without this side's noticing.
  const auto control_again = greet(node, Lane::kControl);
  REQUIRE(node.ear.loses("n2"));
  const auto bulk_again = greet(node, Lane::kBulk);
  REQUIRE(node.ear.hears_of("n2"));
  CHECK(node.ear.times_connected("n2") == 2);
  CHECK(control->hear_goodbye().value().code == GoodbyeCode::kLeaving);
  CHECK(bulk->hear_goodbye().value().code == GoodbyeCode::kLeaving);
}

TEST_CASE("network: a peer that falls silent is cut", "[network][stranger]") {
  NetworkOptions options = options_of("n1");
  options.limits.ping_after_ms = 50;
  options.limits.silence_ms = 300;
  Node node(options);
  REQUIRE(node.network->set_peers(known()).ok());
  const auto control = greet(node, Lane::kControl);
  const auto bulk = greet(node, Lane::kBulk);
  REQUIRE(node.ear.hears_of("n2"));
  REQUIRE(node.ear.loses("n2"));
  CHECK(node.logs("n2 is disconnected: nothing was received for 300 ms"));
}

TEST_CASE("network: a peer that does not read fills its queue, and no more than that",
          "[network][stranger]") {
  NetworkOptions options = options_of("n1");
  options.limits.bulk_queue_bytes = 4u << 20;
  Node node(options);
  REQUIRE(node.network->set_peers(known()).ok());
  const auto control = greet(node, Lane::kControl);
  const auto bulk = greet(node, Lane::kBulk);
  REQUIRE(node.ear.hears_of("n2"));
  const SharedFrame frame = frame_of(Bytes(1u << 20, 'x'));
  const auto send = [&] {
    return node.network->send(Protocol::kConsensus, "n2", Lane::kBulk, frame);
  };
  // The system's own buffers take some first.
  std::size_t refused_in_a_row = 0;
  std::size_t taken = 0;
  REQUIRE(eventually([&] {
    const Status status = send();
    refused_in_a_row = status.ok() ? 0 : refused_in_a_row + 1;
    taken += status.ok() ? 1 : 0;
    return refused_in_a_row == 200;
  }));
  CHECK(send().code() == Code::kResourceExhausted);
  CHECK(send().message().find("the queue of bulk frames to n2 is full") != std::string::npos);
  CHECK(taken < 100);
  CHECK(node.counts("tenon_peer_queue_refusals_total{lane=\"bulk\",peer=\"n2\"}"));
  // The other lane is not held up.
  REQUIRE(node.send("n2", Lane::kControl, "vote").ok());
  CHECK(node.counts("tenon_peer_sent_frames_total{lane=\"control\",peer=\"n2\"} 1"));
}

} // namespace tenon::host::network::test
