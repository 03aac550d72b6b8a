// JSON in and out, and the small checks of texts.
#include <catch2/catch.hpp>

#include "json_text.hpp"
#include "names.hpp"
#include "settings.hpp"

using namespace tenon;
using namespace tenon::api::rest;

TEST_CASE("rest json: what cannot be kept exactly is refused", "[rest]") {
  CHECK(parse_json(R"({"a":18446744073709551615,"b":-9223372036854775808})").ok());
  CHECK_FALSE(parse_json(R"({"a":18446744073709551616})").ok());
  CHECK_FALSE(parse_json(R"({"a":-9223372036854775809})").ok());
  CHECK(parse_json(R"({"a":"340282366920938463463374607431768211455"})").ok());
  const auto large = parse_json("[340282366920938463463374607431768211455]");
  CHECK(large.status().message().find("write it as a string") != std::string::npos);
}

TEST_CASE("rest json: depth, repeated members and broken text are refused with a sentence",
          "[rest]") {
  CHECK(parse_json(std::string(256, '[') + std::string(256, ']')).ok());
  CHECK(parse_json(std::string(257, '[') + std::string(257, ']'))
            .status()
            .message()
            .find("nests deeper") != std::string::npos);
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')).ok());
  CHECK(parse_json(R"({"a":1,"b":{"a":1},"a":2})").status().message().find("'a' stands twice") !=
        std::string::npos);
  CHECK(parse_json(R"([{"a":1},{"a":1}])").ok());
  for (const char* broken :
       {"", "{", "{]", "nul", "{\"a\":}", "\"\\u12\"", "\"\xff\"", "1 2", "\""})
    CHECK_FALSE(parse_json(broken).ok());
}

TEST_CASE("rest json: the writer escapes, embeds and splices", "[rest]") {
  JsonWriter json;
  json.begin_object().key("a\"b").string("x\n\xc3\xa4\xff");
  json.key("n").decimal(18446744073709551615U);
  json.key("list").begin_array().integer(1).boolean(false).null().end_array();
  json.splice(R"( {"big":340282366920938463463374607431768211455} )").splice("{ }");
  json.key("raw").raw("[]").end_object();
  const std::string text = json.take();
  CHECK(text.find("\"big\":340282366920938463463374607431768211455") != std::string::npos);
  const Json parsed = Json::parse(text);
  CHECK(parsed["a\"b"] == "x\n\xc3\xa4\xef\xbf\xbd");
  CHECK(parsed["n"] == "18446744073709551615");
  CHECK(parsed["list"].size() == 3);
  CHECK(parsed["raw"].is_array());
}

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
    CHECK_FALSE(parse_address(address).ok());
}

TEST_CASE("rest settings: every limit of the schema is read", "[rest]") {
  const auto settings = parse_settings(R"({"threads":3,"contract_engine":"other",
    "auth":{"keys":[{"file":"a.pem"}],"jwks":{"url":"https://x/","refresh_s":7},"audience":"me"},
    "limits":{"header_bytes":2000,"connections":5,"stream_stall_ms":11,"page_items":9}})");
  REQUIRE(settings.ok());
  CHECK(settings->threads == 3);
  CHECK(settings->contract_engine == "other");
  CHECK(settings->keys.key_files == std::vector<std::string>{"a.pem"});
  CHECK(settings->keys.refresh_s == 7);
  CHECK(settings->audience == "me");
  CHECK(settings->limits.header_bytes == 2000);
  CHECK(settings->limits.connections == 5);
  CHECK(settings->limits.stream_stall_ms == 11);
  CHECK(settings->limits.page_items == 9);
}
