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
