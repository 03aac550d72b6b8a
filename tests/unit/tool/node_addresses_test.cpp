#include "tenon/node_addresses.hpp"

#include <catch2/catch.hpp>

using tenon::tool::addresses_of;
using tenon::tool::Json;

TEST_CASE("node addresses: each API is found where its section says, with its scheme", "[tool]") {
  const auto addresses = addresses_of(Json::parse(R"({
    "apis": [
      {"plugin": "rest", "config": {"listen": "127.0.0.1:1", "tls": {}}},
      {"plugin": "daml_api",
       "config": {"grpc": {"listen": "127.0.0.1:2"}, "json": {"listen": "127.0.0.1:3"}}}],
    "admin": {"listen": "127.0.0.1:4"}})"));
  CHECK(addresses.url == "https://127.0.0.1:1");
  CHECK(addresses.tls);
  CHECK(addresses.ledger_api == "127.0.0.1:2");
  CHECK(addresses.json_api == "http://127.0.0.1:3");
  CHECK(addresses.admin_url == "http://127.0.0.1:4");
}

TEST_CASE("node addresses: what a section leaves out is at the plugin's own address", "[tool]") {
  const auto addresses = addresses_of(Json::parse(
      R"({"apis": [{"plugin": "rest"}, {"plugin": "daml_api", "config": {"json": {}}}]})"));
  CHECK(addresses.url == "http://127.0.0.1:8080");
  CHECK(addresses.ledger_api == "127.0.0.1:6865");
  CHECK(addresses.json_api == "http://127.0.0.1:7575");
  CHECK(addresses.admin_url == "http://127.0.0.1:9464");
}

TEST_CASE("node addresses: an API that a node has not has no address", "[tool]") {
  const auto addresses = addresses_of(
      Json::parse(R"({"apis": [{"plugin": "other"}, {"plugin": "daml_api", "config": {}}]})"));
  CHECK(addresses.url.empty());
  CHECK(addresses.ledger_api == "127.0.0.1:6865");
  CHECK(addresses.json_api.empty());
}
