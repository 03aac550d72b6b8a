// JSON in and out.
#include <catch2/catch.hpp>

#include "common/json/json_text.hpp"

using namespace tenon;
using namespace tenon::api;

TEST_CASE("json: what cannot be kept exactly is refused", "[json]") {
  CHECK(parse_json(R"({"a":18446744073709551615,"b":-9223372036854775808})").ok());
  CHECK_FALSE(parse_json(R"({"a":18446744073709551616})").ok());
  CHECK_FALSE(parse_json(R"({"a":-9223372036854775809})").ok());
  CHECK(parse_json(R"({"a":"340282366920938463463374607431768211455"})").ok());
  const auto large = parse_json("[340282366920938463463374607431768211455]");
  CHECK(large.status().message().find("write it as a string") != std::string::npos);
}

TEST_CASE("json: numbers longer than a double come as texts where that is wished for", "[json]") {
  const auto kept = parse_json(
      R"([1.5, -0.10, 1e3, 123456789012345, 12345678901234567.25, -0.1234567890123456789,
          340282366920938463463374607431768211455, 18446744073709551615, 0.000000000000000000001,
          1.2345678901234567e-3, 123456781111000000000.00000, 100000000000000000000000,
          0.0e5, 123452789012341e3])",
      LongNumbers::kAsText);
  REQUIRE(kept.ok());
  CHECK(*kept == Json::array({1.5, -0.1, 1000.0, 123456789012345, "12345678901234567.25",
                              "-0.1234567890123456789", "340282366920938463463374607431768211455",
                              18446744073709551615U, 1e-21, 1.2345678901234567e-3,
                              1.23456781111e20, "100000000000000000000000", 0.0,
                              "123452789012341e3"}));
  for (const char* broken : {"[1.2.3]", "[1234567890123456789.]", "{123456789012345678901:1}",
                             "[0123456789012345678.5]", "[1e999]"})
    CHECK_FALSE(parse_json(broken, LongNumbers::kAsText).ok());
}

TEST_CASE("json: depth, repeated members and broken text are refused with a sentence",
          "[json]") {
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

TEST_CASE("json: the writer escapes, embeds and splices", "[json]") {
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
