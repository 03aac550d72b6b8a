// What operators decide, and the small checks of texts.
#include <catch2/catch.hpp>

#include "names.hpp"
#include "settings.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;

TEST_CASE("rest text: near names", "[rest]") {
  CHECK(did_you_mean("limti", {"after", "limit"}) == "; did you mean 'limit'?");
  CHECK(did_you_mean("zebra", {"after", "limit"}).empty());
}

TEST_CASE("rest settings: plaintext is for this machine only", "[rest]") {
  CHECK(parse_settings(R"({"auth":{}})").ok());
  CHECK(parse_settings(R"({"listen":"[::1]:80"})").ok());
  const auto open = parse_settings(R"({"listen":"0.0.0.0:8080"})");
  REQUIRE_FALSE(open.ok());
  CHECK(open.status().message().find("without TLS tokens would travel in clear") !=
        std::string::npos);
  CHECK(parse_settings(R"({"listen":"0.0.0.0:8080","tls":{"certificate_file":"c","key_file":"k"}})")
            .ok());
  CHECK_FALSE(parse_settings(R"({"tls":{"certificate_file":"c"}})").ok());
  for (const char* address :
       {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "::1:80", ":80"})
    CHECK_FALSE(http::parse_address(address).ok());
}

TEST_CASE("rest settings: every limit of the schema is read", "[rest]") {
  const auto settings = parse_settings(R"({"threads":3,"contract_engine":"other",
    "auth":{"keys":[{"file":"a.pem"}],"jwks":{"url":"https://x/","refresh_s":7},"audience":"me"},
    "limits":{"header_bytes":2000,"connections":5,"stream_stall_ms":11,"page_items":9}})");
  REQUIRE(settings.ok());
  CHECK(settings->server.threads == 3);
  CHECK(settings->contract_engine == "other");
  CHECK(settings->keys.key_files == std::vector<std::string>{"a.pem"});
  CHECK(settings->keys.refresh_s == 7);
  CHECK(settings->audience == "me");
  CHECK(settings->server.limits.header_bytes == 2000);
  CHECK(settings->server.limits.connections == 5);
  CHECK(settings->server.limits.stream_stall_ms == 11);
  CHECK(settings->limits.page_items == 9);
}
