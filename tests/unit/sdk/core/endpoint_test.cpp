#include "tenon/core/endpoint.hpp"

#include <catch2/catch.hpp>

namespace tenon {

TEST_CASE("endpoint: addresses are parsed strictly, and printed as they were", "[core]") {
  for (const char* text : {"127.0.0.1:80", "[::1]:80", "localhost:0", "ledger.example:65535"}) {
    INFO(text);
    const auto endpoint = parse_endpoint(text);
    REQUIRE(endpoint);
    CHECK(endpoint->to_string() == text);
  }
  CHECK(parse_endpoint("[::1]:80")->host == "::1");
  for (const char* text :
       {"", ":80", "80", "a:70000", "a:-1", "::1:80", "a:", "[]:80", "[::1:80", "127.0.0.1"}) {
    INFO(text);
    CHECK_FALSE(parse_endpoint(text));
  }
}

TEST_CASE("endpoint: only what cannot be reached from elsewhere is loopback", "[core]") {
  CHECK(is_loopback({"localhost", 1}));
  CHECK(is_loopback({"::1", 1}));
  CHECK(is_loopback({"127.9.9.9", 1}));
  CHECK_FALSE(is_loopback({"127.evil.example", 1}));
  CHECK_FALSE(is_loopback({"0.0.0.0", 1}));
  CHECK_FALSE(is_loopback({"::", 1}));
}

} // namespace tenon
