// Nodes that will not talk to each other: both sides say why, and count it.
#include <catch2/catch.hpp>

#include "cluster.hpp"
#include "raw_client.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::network::test {

namespace {

// One of the two has refused with that code and the other was told, in a sentence with `words`.
void check_refusal(const Node& one, const Node& two, const std::string& code,
                   const std::string& words) {
  const auto said = [&](const Node& by, const Node& heard_by) {
    return by.log.contains("network: " + code + ": " + by.options.name + " refuses ") &&
           by.log.contains(words) && heard_by.log.contains("with " + code + ": ") &&
           heard_by.log.contains(words);
  };
  CHECK(eventually([&] { return said(one, two) || said(two, one); }));
  const std::string label = "{code=\"" + code + "\"}";
  CHECK((one.metrics.text() + two.metrics.text()).find("tenon_peer_refusals_total" + label) !=
        std::string::npos);
  CHECK((one.metrics.text() + two.metrics.text()).find("tenon_peer_refusals_heard_total" + label) !=
        std::string::npos);
  CHECK(one.ear.times_connected(two.options.name) == 0);
  CHECK(two.ear.times_connected(one.options.name) == 0);
  const std::string status = one.network->describe() + two.network->describe();
  CHECK(status.find(words) != std::string::npos);
}

} // namespace

TEST_CASE("network: another genesis document is refused on both sides", "[network][refusal]") {
  Node one(options_of("n1"));
  NetworkOptions options = options_of("n2");
  options.chain = crypto::sha256("another chain");
  Node two(options);
  introduce({&one, &two});
  check_refusal(one, two, "WRONG_CHAIN", to_hex(crypto::sha256("another chain").view()));
}

TEST_CASE("network: other engines are refused on both sides", "[network][refusal]") {
  Node one(options_of("n1"));
  NetworkOptions options = options_of("n2");
  options.engines_fingerprint = crypto::sha256("other engines");
  Node two(options);
  introduce({&one, &two});
  check_refusal(one, two, "WRONG_ENGINES", to_hex(crypto::sha256("other engines").view()));
}

TEST_CASE("network: a clock that is far off is refused on both sides", "[network][refusal]") {
  Node one(options_of("n1"));
  Node two(options_of("n2"));
  two.clock.shift_ms(-40'000);
  introduce({&one, &two});
  check_refusal(one, two, "WRONG_CLOCK", "synchronise the clocks");
  // Put right, it is let in without anybody's help.
  two.clock.shift_ms(0);
  CHECK(one.ear.hears_of("n2"));
}

TEST_CASE("network: a key that belongs to another name is refused on both sides",
          "[network][refusal]") {
  Node one(options_of("n1"));
  NetworkOptions options = options_of("n3");
  Node two(options, "n2"); // calls itself n3 and has the key of n2
  PeerConfig entry = two.entry();
  entry.name = "n2";
  entry.public_key = key_of("n2").public_key();
  REQUIRE(one.network->set_peers({entry}).ok());
  REQUIRE(two.network->set_peers({one.entry()}).ok());
  CHECK(one.logs("WRONG_NAME: n1 refuses n2"));
  CHECK(one.logs("says it is n3, a replica; expected n2, a replica"));
  CHECK(two.logs("closed the connection with WRONG_NAME"));
}

TEST_CASE("network: a key that nobody knows is refused, whoever called", "[network][refusal]") {
  const auto names = by_key({"n1", "n2"});
  // The stranger dials …
  Node known(options_of(names[1]));
  Node stranger(options_of(names[0]));
  REQUIRE(stranger.network->set_peers({known.entry()}).ok());
  CHECK(known.logs("UNKNOWN_KEY: " + names[1] + " refuses the node at 127.0.0.1:"));
  CHECK(known.logs(to_hex(key_of(names[0]).public_key())));
  CHECK(stranger.logs(names[1] + " closed the connection with UNKNOWN_KEY"));
  CHECK(known.counts("tenon_peer_refusals_total{code=\"UNKNOWN_KEY\"}"));
  // … or is found where somebody else was expected.
  const auto others = by_key({"n3", "n4"});
  Node caller(options_of(others[0]));
  PeerConfig entry = known.entry();
  entry.name = others[1];
  entry.public_key = key_of(others[1]).public_key();
  PeerConfig waited_for = caller.entry();
  waited_for.address.reset();
  REQUIRE(known.network->set_peers({waited_for}).ok());
  REQUIRE(caller.network->set_peers({entry}).ok());
  CHECK(
      caller.logs("expected that of " + others[1] + ", " + to_hex(key_of(others[1]).public_key())));
  CHECK(
      known.logs(others[0] + " closed the connection with UNKNOWN_KEY: " + others[0] + " refuses"));
}

TEST_CASE("network: of two processes with one key the second is refused while the first lives",
          "[network][refusal]") {
  Node one(options_of("n1"));
  NetworkOptions options = options_of("n2");
  options.listen.reset(); // both dial
  auto first = std::make_unique<Node>(options);
  REQUIRE(one.network->set_peers({first->entry()}).ok());
  REQUIRE(first->network->set_peers({one.entry()}).ok());
  REQUIRE(first->ear.hears_of("n1"));
  REQUIRE(one.ear.hears_of("n2"));
  Node second(options);
  REQUIRE(second.network->set_peers({one.entry()}).ok());
  CHECK(one.logs("DUPLICATE_IDENTITY: n1 refuses the process at 127.0.0.1:"));
  CHECK(second.logs("n1 closed the connection with DUPLICATE_IDENTITY: n1 refuses the process"));
  CHECK(one.ear.times_connected("n2") == 1);
  CHECK(second.ear.times_connected("n1") == 0);
  REQUIRE(first->send("n1", Lane::kControl, "still here").ok());
  CHECK(one.ear.gets("n2", Lane::kControl, 1));
  // Once the first has gone the second is welcome.
  first.reset();
  CHECK(second.ear.hears_of("n1"));
}

TEST_CASE("network: a process with this node's own key is refused", "[network][refusal]") {
  Node one(options_of("n1"));
  RawClient client(one.network->port(), {TLS1_3_VERSION, key_of("n1")});
  REQUIRE(client.shook_hands());
  const auto goodbye = client.hear_goodbye();
  REQUIRE(goodbye.has_value());
  CHECK(goodbye->code == GoodbyeCode::kDuplicateIdentity);
  CHECK(goodbye->text.find("it has the key of n1 itself") != std::string::npos);
  CHECK(one.logs("DUPLICATE_IDENTITY: n1 refuses the node at"));
}

TEST_CASE("network: another version of the protocol is refused", "[network][refusal]") {
  Node one(options_of("n1"));
  REQUIRE(
      one.network->set_peers({{"n2", key_of("n2").public_key(), PeerRole::kReplica, std::nullopt}})
          .ok());
  RawClient client(one.network->port(), {TLS1_3_VERSION, key_of("n2")});
  Hello hello = hello_of(options_of("n2"), Lane::kControl, one.clock.wall_us(), Bytes(16, 'i'));
  hello.protocol_version = 2;
  client.say(hello);
  const auto goodbye = client.hear_goodbye();
  REQUIRE(goodbye.has_value());
  CHECK(goodbye->code == GoodbyeCode::kWrongVersion);
  CHECK(one.logs("it speaks version 2 of the peer protocol; expected 1"));
}

TEST_CASE("network: a frame above the receiver's limit ends the connection, and both sides say so",
          "[network][refusal]") {
  Node one(options_of("n1"));
  NetworkOptions options = options_of("n2");
  options.limits.frame_bytes = 100'000;
  Node two(options);
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  REQUIRE(one.send("n2", Lane::kBulk, Bytes(100'000, 'x')).ok());
  REQUIRE(two.ear.gets("n1", Lane::kBulk, 1));
  REQUIRE(one.send("n2", Lane::kBulk, Bytes(100'001, 'x')).ok());
  CHECK(two.logs("FRAME_TOO_LARGE: a frame of 100001 bytes came from n1; expected at most 100000"));
  CHECK(one.logs("n2 closed the connection with FRAME_TOO_LARGE"));
  // They meet again.
  CHECK(eventually([&] { return one.ear.times_connected("n2") == 2; }));
}

TEST_CASE("network: a peer that was cut is left alone for a time that doubles",
          "[network][refusal]") {
  NetworkOptions options = options_of("n1");
  options.limits.cut_first_ms = 100;
  Node one(options);
  NetworkOptions dialling = options_of("n2");
  dialling.listen.reset();
  Node two(dialling);
  introduce({&one, &two});
  REQUIRE(one.ear.hears_of("n2"));
  REQUIRE(two.ear.hears_of("n1"));
  const std::uint64_t before_us = one.clock.monotonic_us();
  REQUIRE(one.network->cut("n2", "it voted twice").ok());
  CHECK(one.logs("MISBEHAVED: n1 cuts n2: it voted twice"));
  CHECK(two.logs("n1 closed the connection with MISBEHAVED: n1 cuts n2: it voted twice"));
  CHECK(two.ear.loses("n1"));
  REQUIRE(eventually([&] { return one.ear.times_connected("n2") == 2; }));
  CHECK(one.clock.monotonic_us() - before_us >= 100'000);
  const std::uint64_t again_us = one.clock.monotonic_us();
  REQUIRE(one.network->cut("n2", "it voted twice again").ok());
  // What it hears meanwhile.
  CHECK(eventually([&] {
    return two.network->describe().find("ms more, because it was cut: it voted twice again") !=
           std::string::npos;
  }));
  REQUIRE(eventually([&] { return one.ear.times_connected("n2") == 3; }));
  CHECK(one.clock.monotonic_us() - again_us >= 200'000);
}

} // namespace tenon::host::network::test
