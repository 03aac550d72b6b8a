// Pauses, the log's patience, and what is refused in a configuration.
#include <catch2/catch.hpp>

#include "cluster.hpp"
#include "network/backoff.hpp"
#include "network/log_limiter.hpp"

namespace tenon::host::network {

TEST_CASE("network: pauses double up to their bound and begin anew", "[network][pacing]") {
  Backoff pause(50, 300);
  CHECK(pause.next_ms() == 50);
  CHECK(pause.next_ms() == 100);
  CHECK(pause.next_ms() == 200);
  CHECK(pause.next_ms() == 300);
  CHECK(pause.next_ms() == 300);
  pause.reset();
  CHECK(pause.next_ms() == 50);
}

TEST_CASE("network: jitter shortens a pause by half at most", "[network][pacing]") {
  for (std::uint64_t random = 0; random < 200; ++random) {
    Backoff pause(100, 100);
    const std::uint64_t ms = pause.next_jittered_ms(random);
    CHECK(ms >= 50);
    CHECK(ms <= 100);
  }
}

TEST_CASE("network: a sentence of one kind is logged once per period, with how many were left out",
          "[network][pacing]") {
  LogLimiter limiter(1000);
  CHECK(limiter.admit("a", 10) == 0);
  CHECK_FALSE(limiter.admit("a", 20).has_value());
  CHECK_FALSE(limiter.admit("a", 1009).has_value());
  CHECK(limiter.admit("b", 30) == 0);
  CHECK(limiter.admit("a", 1010) == 2);
  CHECK(limiter.admit("a", 2010) == 0);
}

TEST_CASE("network: a list of peers that cannot be meant is refused in a sentence",
          "[network][options]") {
  const NetworkLimits limits;
  const PeerConfig good{"n2", Bytes(32, 'a'), PeerRole::kReplica, std::nullopt};
  const auto said = [&](std::vector<PeerConfig> peers) {
    return check_peers(peers, "n1", Bytes(32, 'z'), limits).message();
  };
  CHECK(said({good}).empty());
  // The node's own entry is passed over.
  CHECK(said({good, {"n1", Bytes(32, 'z'), PeerRole::kReplica, std::nullopt}}).empty());
  PeerConfig other = good;
  CHECK(said({good, other}).find("n2 is listed twice") != std::string::npos);
  other.name = "n3";
  CHECK(said({good, other}).find("n2 and n3 have the same public key") != std::string::npos);
  other.public_key = Bytes(31, 'b');
  CHECK(said({other}).find("31 bytes; expected the 32") != std::string::npos);
  other.public_key = Bytes(32, 'z');
  CHECK(said({other}).find("the public key of this node") != std::string::npos);
  other.name.clear();
  CHECK(said({other}).find("a name of 0 bytes") != std::string::npos);
}

TEST_CASE("network: limits that would cut healthy connections are refused", "[network][options]") {
  NetworkOptions options = test::options_of("n1");
  CHECK(check_options(options, Bytes(32, 'z')).ok());
  options.limits.silence_ms = options.limits.ping_after_ms;
  CHECK(check_options(options, Bytes(32, 'z')).message().find("silence") != std::string::npos);
  options.limits = NetworkLimits();
  options.limits.frame_bytes = 0;
  CHECK(check_options(options, Bytes(32, 'z')).message().find("frame limit") != std::string::npos);
  options.limits = NetworkLimits();
  options.limits.cut_most_ms = 1;
  CHECK(check_options(options, Bytes(32, 'z')).message().find("maximum") != std::string::npos);
}

} // namespace tenon::host::network
