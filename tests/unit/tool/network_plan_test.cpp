#include "tenon/network_plan.hpp"

#include <catch2/catch.hpp>

#include "tenon/core/encoding.hpp"

using tenon::Bytes;
using tenon::Hash;
using tenon::tool::DamlApi;
using tenon::tool::Json;
using tenon::tool::NetworkKeys;
using tenon::tool::NetworkRequest;
using tenon::tool::plan_network;

namespace {

NetworkRequest request_of(std::size_t replicas) {
  NetworkRequest request;
  request.replicas = replicas;
  return request;
}

// What the refusal of the request says.
std::string refusal(const NetworkRequest& request) {
  const auto plan = plan_network(request);
  return plan.ok() ? "" : plan.status().message();
}

bool holds(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

} // namespace

TEST_CASE("network plan: as many Byzantine replicas are survived as the number allows", "[tool]") {
  const auto byzantine = [](std::size_t n) { return plan_network(request_of(n))->max_byzantine; };
  CHECK(byzantine(1) == 0);
  CHECK(byzantine(3) == 0);
  CHECK(byzantine(4) == 1);
  CHECK(byzantine(7) == 2);
  NetworkRequest six = request_of(6);
  const auto plan = plan_network(six);
  CHECK(plan->quorum() == 4);
  CHECK(plan->may_be_silent() == 2);
  six.max_byzantine = 0;
  CHECK(plan_network(six)->quorum() == 4);
}

TEST_CASE("network plan: on one machine each replica has three ports of its own", "[tool]") {
  NetworkRequest request = request_of(2);
  request.base_port = 9000;
  const auto plan = plan_network(request);
  REQUIRE(plan.ok());
  CHECK(plan->replicas[1].name == "replica-2");
  CHECK(plan->replicas[1].address.to_string() == "127.0.0.1:9010");
  CHECK(plan->replicas[1].listen.to_string() == "127.0.0.1:9010");
  CHECK(plan->replicas[1].rest.to_string() == "127.0.0.1:9011");
  CHECK(plan->replicas[1].admin.to_string() == "127.0.0.1:9012");
}

TEST_CASE("network plan: a replica on another host listens at all its addresses, REST on none",
          "[tool]") {
  NetworkRequest request;
  request.hosts = {"a.example:7000", "[2001:db8::1]:7000", "127.0.0.1:7000"};
  const auto plan = plan_network(request);
  REQUIRE(plan.ok());
  REQUIRE(plan->replicas.size() == 3);
  CHECK(plan->replicas[0].address.to_string() == "a.example:7000");
  CHECK(plan->replicas[0].listen.to_string() == "0.0.0.0:7000");
  CHECK(plan->replicas[0].rest.to_string() == "127.0.0.1:7001");
  CHECK(plan->replicas[0].admin.to_string() == "127.0.0.1:7002");
  CHECK(plan->replicas[1].listen.to_string() == "[::]:7000");
  CHECK(plan->replicas[2].listen.to_string() == "127.0.0.1:7000");
}

TEST_CASE("network plan: what could not run is refused with what was expected", "[tool]") {
  CHECK(holds(refusal({}), "expected 1 to 64 replicas, found 0"));
  CHECK(holds(refusal(request_of(65)), "expected 1 to 64 replicas, found 65"));
  NetworkRequest byzantine = request_of(3);
  byzantine.max_byzantine = 1;
  CHECK(holds(refusal(byzantine), "expected 4 replicas or more to survive 1"));
  NetworkRequest hosts = request_of(3);
  hosts.hosts = {"a:1", "b:1"};
  CHECK(holds(refusal(hosts), "--hosts lists 2 addresses, expected one for each of the 3"));
  hosts = {};
  hosts.hosts = {"a:0"};
  CHECK(holds(refusal(hosts), "\"a:0\" of --hosts is no address"));
  hosts.hosts = {"a:65535"};
  CHECK(holds(refusal(hosts), "HOST:PORT with a port from 1 to 65532"));
  hosts.hosts = {"a"};
  CHECK(holds(refusal(hosts), "\"a\" of --hosts is no address"));
  hosts.hosts = {"a:7000", "b:7000", "a:7002"};
  CHECK(holds(refusal(hosts), "port 7002 of a would be used by replica-1 and replica-3"));
  NetworkRequest ports = request_of(4);
  ports.base_port = 65520;
  CHECK(holds(refusal(ports), "--base-port 65520"));
  NetworkRequest allocators = request_of(2);
  allocators.allocators = {"replica-3"};
  CHECK(holds(refusal(allocators), "--allocators names \"replica-3\", expected \"all\""));
}

TEST_CASE("network plan: a configuration names the others and only paths of its own folder",
          "[tool]") {
  const auto plan = plan_network(request_of(3));
  const Json config = tenon::tool::replica_config(*plan, 1);
  CHECK(config["node"]["name"] == "replica-2");
  CHECK(config["node"]["role"] == "replica");
  CHECK(config["node"]["data_dir"] == "data");
  CHECK(config["consensus"]["plugin"] == "bft");
  REQUIRE(config["network"]["peers"].size() == 2);
  CHECK(config["network"]["peers"][0] ==
        Json{{"name", "replica-1"}, {"address", "127.0.0.1:7600"}});
  CHECK(config["network"]["peers"][1]["name"] == "replica-3");
}

TEST_CASE("network plan: client nodes come after the replicas, with two ports of loopback each",
          "[tool]") {
  NetworkRequest request = request_of(2);
  request.base_port = 9000;
  request.clients = 2;
  const auto plan = plan_network(request);
  REQUIRE(plan.ok());
  REQUIRE(plan->clients.size() == 2);
  CHECK(plan->clients[0].name == "client-1");
  CHECK(plan->clients[0].rest.to_string() == "127.0.0.1:9021");
  CHECK(plan->clients[0].admin.to_string() == "127.0.0.1:9022");
  CHECK(plan->clients[1].rest.to_string() == "127.0.0.1:9031");
  const Json config = tenon::tool::client_config(*plan, 1);
  CHECK(config["node"]["name"] == "client-2");
  CHECK(config["node"]["role"] == "client");
  CHECK_FALSE(config.contains("consensus"));
  CHECK_FALSE(config["network"].contains("listen"));
  REQUIRE(config["network"]["peers"].size() == 2);
  CHECK(config["network"]["peers"][1] ==
        Json{{"name", "replica-2"}, {"address", "127.0.0.1:9010"}});

  request.first_client = {8080, 9464, 6865, 7575};
  const auto placed = plan_network(request);
  CHECK(placed->clients[0].rest.to_string() == "127.0.0.1:8080");
  CHECK(placed->clients[0].admin.to_string() == "127.0.0.1:9464");
  CHECK(placed->clients[1].rest.to_string() == "127.0.0.1:9031");
  request.first_client = {8080, 9002, 6865, 7575};
  CHECK(holds(refusal(request), "port 9002 of 127.0.0.1 would be used by replica-1 and client-1"));
  request.clients = 65;
  CHECK(holds(refusal(request), "expected at most 64 client nodes, found 65"));
  CHECK(plan_network(request_of(1))->clients.size() == 1);
}

TEST_CASE("network plan: with the engine daml client nodes serve the Daml APIs, replicas do not",
          "[tool]") {
  NetworkRequest request = request_of(2);
  request.base_port = 9000;
  const auto plan = plan_network(request);
  REQUIRE(plan.ok());
  CHECK(tenon::tool::replica_config(*plan, 0)["apis"].size() == 1);
  const Json apis = tenon::tool::client_config(*plan, 0)["apis"];
  REQUIRE(apis.size() == 2);
  CHECK(apis[0]["plugin"] == "rest");
  CHECK(apis[1]["plugin"] == "daml_api");
  CHECK(apis[1]["config"]["auth"] == apis[0]["config"]["auth"]);
  CHECK(apis[1]["config"]["grpc"]["listen"] == "127.0.0.1:9023");
  CHECK(apis[1]["config"]["json"]["listen"] == "127.0.0.1:9024");

  request.daml_api = DamlApi::kOpen;
  const Json open = tenon::tool::client_config(*plan_network(request), 0)["apis"];
  CHECK(open[1]["config"]["auth"] == Json{{"required", false}});
  request.daml_api = DamlApi::kNone;
  CHECK(tenon::tool::client_config(*plan_network(request), 0)["apis"].size() == 1);
  request.engines = {"wasm"};
  request.daml_api.reset();
  CHECK(tenon::tool::client_config(*plan_network(request), 0)["apis"].size() == 1);
}

TEST_CASE("network plan: Daml APIs without their engine or on a taken port are refused", "[tool]") {
  NetworkRequest request = request_of(2);
  request.engines = {"wasm"};
  request.daml_api = DamlApi::kOpen;
  CHECK(holds(refusal(request), "need the engine \"daml\""));
  request = request_of(2);
  request.base_port = 9000;
  request.first_client = {8080, 9464, 9001, 7575};
  CHECK(holds(refusal(request), "port 9001 of 127.0.0.1 would be used by replica-1 and client-1"));
  request.daml_api = DamlApi::kNone;
  CHECK(plan_network(request).ok());
}

TEST_CASE("network plan: the genesis document is one that nodes accept", "[tool]") {
  NetworkRequest request = request_of(4);
  request.allocators = {"replica-3"};
  const auto plan = plan_network(request);
  NetworkKeys keys;
  for (char c = 'a'; c < 'e'; ++c) {
    keys.replicas.push_back(Bytes(32, c));
    keys.operators.push_back(Bytes(32, static_cast<char>(c + 10)));
  }
  keys.clients.push_back(Bytes(32, 'z'));
  const Hash fingerprint = Hash::from_view_or_zero(Bytes(32, 'f'));
  const std::string document =
      tenon::tool::network_genesis(*plan, keys, {{"wasm", fingerprint}}, 77);
  const auto genesis = tenon::host::pipeline::parse_genesis(document);
  INFO(genesis.status().message());
  REQUIRE(genesis.ok());
  CHECK(genesis->time_us == 77);
  REQUIRE(genesis->engines.size() == 1);
  CHECK(genesis->engines[0].fingerprint == fingerprint);
  CHECK(genesis->validators.max_byzantine() == 1);
  REQUIRE(genesis->validators.validators_size() == 4);
  CHECK(genesis->validators.validators(3).name() == "replica-4");
  CHECK(genesis->validators.validators(3).public_key() == Bytes(32, 'd'));
  REQUIRE(genesis->clients.size() == 5);
  CHECK(genesis->clients[2].first == "replica-3");
  CHECK(genesis->clients[2].second.public_key() == Bytes(32, 'c'));
  CHECK(genesis->clients[2].second.may_allocate_parties());
  CHECK_FALSE(genesis->clients[1].second.may_allocate_parties());
  CHECK(genesis->clients[4].first == "client-1");
  CHECK(genesis->clients[4].second.public_key() == Bytes(32, 'z'));
  CHECK(genesis->clients[4].second.may_allocate_parties());
  CHECK(genesis->clients[4].second.streams());
  CHECK_FALSE(genesis->clients[3].second.streams());
  CHECK(genesis->operators.threshold() == 3);
  REQUIRE(genesis->operators.operators_size() == 4);
  CHECK(genesis->operators.operators(0).name() == "operator-1");
}
