// What nodes say to each other, and why one refuses the other.
#include "network/hello.hpp"

#include <catch2/catch.hpp>

#include "network/frame.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::network {

namespace {

constexpr std::uint64_t kNow_us = 1'700'000'000'000'000;

NetworkOptions own() {
  NetworkOptions options;
  options.name = "n1";
  options.chain = crypto::sha256("chain");
  options.engines_fingerprint = crypto::sha256("engines");
  return options;
}

PeerConfig expected_peer() {
  return {"n2", Bytes(32, 'k'), PeerRole::kReplica, std::nullopt};
}

Hello good_hello() {
  return {kProtocolVersion, own().chain.str(), "n2", 1, own().engines_fingerprint.str(), kNow_us, 1,
          Bytes(16, 'i')};
}

std::optional<Control> through_the_wire(const Control& control) {
  return decode_control(BytesView(encode_control(control)).substr(kFrameHeadBytes));
}

// The refusal's code; its sentence must name both nodes, and hold what was expected and found.
GoodbyeCode refused(const Hello& hello, std::initializer_list<std::string_view> words) {
  const auto refusal = check_hello(own(), expected_peer(), hello, kNow_us);
  REQUIRE(refusal.has_value());
  INFO(refusal->text);
  CHECK(refusal->text.starts_with("n1 refuses n2: "));
  CHECK(refusal->text.find("expected ") != std::string::npos);
  CHECK(refusal->text.find(": ", 15) != std::string::npos);
  for (const std::string_view word : words)
    CHECK(refusal->text.find(word) != std::string::npos);
  return refusal->code;
}

} // namespace

TEST_CASE("network: every message of slot 0 arrives as it was sent", "[network][hello]") {
  const auto hello = through_the_wire(good_hello());
  REQUIRE(hello.has_value());
  const Hello& got = std::get<Hello>(*hello);
  CHECK(got.protocol_version == kProtocolVersion);
  CHECK(got.chain == own().chain.view());
  CHECK(got.name == "n2");
  CHECK(got.role == 1);
  CHECK(got.engines_fingerprint == own().engines_fingerprint.view());
  CHECK(got.wall_us == kNow_us);
  CHECK(got.lane == 1);
  CHECK(got.instance == Bytes(16, 'i'));
  CHECK(std::holds_alternative<Welcome>(through_the_wire(Welcome{}).value()));
  CHECK(std::holds_alternative<Ping>(through_the_wire(Ping{}).value()));
  const auto goodbye = through_the_wire(Goodbye{GoodbyeCode::kWrongChain, "because"});
  CHECK(std::get<Goodbye>(goodbye.value()).code == GoodbyeCode::kWrongChain);
  CHECK(std::get<Goodbye>(goodbye.value()).text == "because");
}

TEST_CASE("network: a Hello whose fields have impossible lengths is none", "[network][hello]") {
  const auto broken = [](auto change) {
    Hello hello = good_hello();
    change(hello);
    return !through_the_wire(hello).has_value();
  };
  CHECK(broken([](Hello& hello) { hello.chain.pop_back(); }));
  CHECK(broken([](Hello& hello) { hello.instance += 'x'; }));
  CHECK(broken([](Hello& hello) { hello.engines_fingerprint.clear(); }));
  CHECK(broken([](Hello& hello) { hello.name = std::string(1000, 'n'); }));
  CHECK(broken([](Hello& hello) { hello.lane = 2; }));
  CHECK_FALSE(decode_control("").has_value());
  CHECK_FALSE(decode_control("\xff\xff\xff").has_value());
}

TEST_CASE("network: the text of a Goodbye is cut between characters", "[network][hello]") {
  std::string text = "x";
  for (int i = 0; i < 1000; ++i)
    text += "é";
  const auto goodbye = through_the_wire(Goodbye{GoodbyeCode::kMisbehaved, text});
  REQUIRE(goodbye.has_value());
  const std::string& got = std::get<Goodbye>(*goodbye).text;
  CHECK(got.size() == 1023);
  CHECK(is_utf8(got));
  CHECK(text.starts_with(got));
}

TEST_CASE("network: a peer that agrees in everything is not refused", "[network][hello]") {
  CHECK_FALSE(check_hello(own(), expected_peer(), good_hello(), kNow_us).has_value());
  // Clocks differ a little everywhere.
  CHECK_FALSE(check_hello(own(), expected_peer(), good_hello(), kNow_us + 30'000'000).has_value());
  CHECK_FALSE(check_hello(own(), expected_peer(), good_hello(), kNow_us - 30'000'000).has_value());
}

TEST_CASE("network: each disagreement is refused with what was expected, found and to be done",
          "[network][hello]") {
  Hello hello = good_hello();
  hello.chain = crypto::sha256("another").str();
  CHECK(refused(hello, {to_hex(hello.chain), to_hex(own().chain.view()), "genesis"}) ==
        GoodbyeCode::kWrongChain);
  hello = good_hello();
  hello.engines_fingerprint = crypto::sha256("others").str();
  CHECK(refused(hello, {to_hex(hello.engines_fingerprint), "same engines"}) ==
        GoodbyeCode::kWrongEngines);
  hello = good_hello();
  hello.name = "n3";
  CHECK(refused(hello, {"n3, a replica", "n2, a replica", to_hex(Bytes(32, 'k'))}) ==
        GoodbyeCode::kWrongName);
  hello = good_hello();
  hello.role = 2;
  CHECK(refused(hello, {"n2, a client"}) == GoodbyeCode::kWrongName);
  hello = good_hello();
  hello.wall_us = kNow_us + 31'000'000;
  CHECK(refused(hello, {"31000 ms ahead", "30000 ms", "synchronise"}) == GoodbyeCode::kWrongClock);
  hello.wall_us = kNow_us - 31'000'000;
  CHECK(refused(hello, {"31000 ms behind"}) == GoodbyeCode::kWrongClock);
}

TEST_CASE("network: another version of the protocol is told from nonsense", "[network][hello]") {
  Hello hello;
  hello.protocol_version = 9;
  const auto got = through_the_wire(hello);
  REQUIRE(got.has_value());
  CHECK(refused(std::get<Hello>(*got), {"version 9", "expected 1", "same release"}) ==
        GoodbyeCode::kWrongVersion);
}

} // namespace tenon::host::network
