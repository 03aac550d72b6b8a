#include "tenon/render.hpp"

#include <catch2/catch.hpp>

using tenon::tool::render;
using Json = nlohmann::ordered_json;

TEST_CASE("tool: an object is shown as aligned lines", "[tool]") {
  CHECK(render(Json{{"height", "7"}, {"ready", true}}) == "height: 7\nready:  true\n");
}

TEST_CASE("tool: a list of objects is shown as a table with every column", "[tool]") {
  const Json rows = Json::parse(R"([{"party":"alice","n":1},{"party":"bob","x":null}])");
  CHECK(render(rows) == "party  n  x\nalice  1  -\nbob    -  -\n");
}

TEST_CASE("tool: an empty list says so, and nested objects are indented", "[tool]") {
  CHECK(render(Json::array()) == "(none)\n");
  CHECK(render(Json{{"outer", {{"inner", 1}}}}) == "outer:\n  inner: 1\n");
}

TEST_CASE("tool: bytes that are no UTF-8 are replaced and not thrown over", "[tool]") {
  CHECK_NOTHROW(render(Json{{"list", {"\xff\xfe"}}}));
}

TEST_CASE("tool: a long value is cut in a table, and shown whole on its own", "[tool]") {
  const std::string value(300, 'f');
  CHECK(render(Json::array({Json{{"value", value}}})) ==
        "value\n" + std::string(64, 'f') + "... (300 characters)\n");
  CHECK(render(Json{{"value", value}}) == "value: " + value + "\n");
}

TEST_CASE("tool: a key is shown so that it can be given back as one word", "[tool]") {
  using tenon::tool::printable;
  CHECK(printable("sys/party/alice") == "sys/party/alice");
  CHECK(printable("a b") == "0x612062");
  CHECK(printable(std::string_view("k\0", 2)) == "0x6b00");
  CHECK(printable("0x61") == "0x30783631");
}
