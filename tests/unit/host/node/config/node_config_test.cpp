#include "node/config/node_config.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "../../fakes.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::host::config {
namespace {

using testkit::TemporaryFolder;

constexpr const char* kGood = R"({
  "node": { "name": "solo", "role": "solo", "data_dir": "data" },
  "store": { "plugin": "memory" },
  "engines": [{ "id": "wasm", "plugin": "wasm" }],
  "consensus": { "plugin": "simple" },
  "apis": [{ "plugin": "rest", "config": { "listen": "127.0.0.1:0" } }]
})";

class Files {
public:
  std::variant<NodeConfig, ConfigErrors> load(const std::string& text) {
    const auto file = folder_.path() / "node.json";
    std::ofstream(file) << text;
    return load_config(file, {});
  }
  // The sentences of all mistakes, one per line.
  std::string mistakes(const std::string& text) {
    const auto result = load(text);
    const auto* const errors = std::get_if<ConfigErrors>(&result);
    return errors == nullptr ? "" : to_status(*errors).message();
  }
  // The good file with one passage replaced.
  std::string mistakes_with(const std::string& from, const std::string& to) {
    std::string text = kGood;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return mistakes(text.replace(at, from.size(), to));
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

private:
  TemporaryFolder folder_;
};

bool holds(const std::string& text, std::initializer_list<const char*> parts) {
  INFO(text);
  for (const char* part : parts) {
    if (text.find(part) == std::string::npos) {
      UNSCOPED_INFO("missing: " << part << " in: " << text);
      return false;
    }
  }
  return true;
}

} // namespace

TEST_CASE("config: a good file gives the node's settings", "[host][config]") {
  Files files;
  auto result = files.load(kGood);
  REQUIRE(std::holds_alternative<NodeConfig>(result));
  const auto& config = std::get<NodeConfig>(result);
  CHECK(config.name == "solo");
  CHECK(config.data_directory == files.path() / "data");
  CHECK(config.store.plugin == "memory");
  CHECK(config.engines.front().id == "wasm");
  CHECK(config.admin.to_string() == "127.0.0.1:9464");
  CHECK(config.apis.front().config["listen"] == "127.0.0.1:0");
}

TEST_CASE("config: every mistake has its place, what was expected and what was found",
          "[host][config]") {
  Files files;
  CHECK(holds(files.mistakes_with("\"plugin\": \"memory\"", "\"plugni\": \"memory\""),
              {"node.json:3:14 store.plugni", "unknown", "did you mean \"plugin\""}));
  CHECK(holds(files.mistakes_with("\"name\": \"solo\"", "\"name\": 7"),
              {"node.json:2:13 node.name", "wrong type", "expected string", "found 7"}));
  CHECK(holds(files.mistakes_with("\"role\": \"solo\"", "\"role\": \"sollo\""),
              {"node.role", "one of \"solo\"", "did you mean \"solo\""}));
  CHECK(holds(files.mistakes_with(",\n  \"consensus\": { \"plugin\": \"simple\" }", ""),
              {"\"consensus\" is missing"}));
  CHECK(holds(files.mistakes_with("\"id\": \"wasm\"", "\"id\": \"sys\""),
              {"node.json:4:17 engines[0].id", "reserved"}));
  CHECK(
      holds(files.mistakes_with("[{ \"id\"", "[{ \"id\": \"wasm\", \"plugin\": \"a\" }, { \"id\""),
            {"engines[1].id", "two engines"}));
  CHECK(holds(files.mistakes_with("\"apis\"", "\"admin\": {\"listen\": \"0.0.0.0:1\"}, \"apis\""),
              {"admin.listen", "loopback"}));
  CHECK(holds(files.mistakes_with("\"apis\"", "\"plugin_path\": [\"/nowhere\"], \"apis\""),
              {"plugin_path[0]", "/nowhere"}));
  CHECK(holds(files.mistakes_with("\"name\": \"solo\"", "\"name\": \"solo\", \"name\": \"b\""),
              {"node.name", "twice"}));
}

TEST_CASE("config: all mistakes are told at once", "[host][config]") {
  Files files;
  const std::string text =
      files.mistakes(R"({"node": {"name": 1, "role": "x", "data_dir": ""}, "stor": {}})");
  CHECK(holds(text, {"node.name", "node.role", "stor", "\"engines\" is missing"}));
}

TEST_CASE("config: a half-written file is told with the line and column of its end",
          "[host][config]") {
  Files files;
  CHECK(holds(files.mistakes("{\n  \"node\": {\"name\": \"solo\","), {"node.json:2:27", "ends"}));
  CHECK(holds(files.mistakes(""), {"node.json:1:1", "ends"}));
  CHECK(holds(files.mistakes("{\n \"a\": tru }"), {"node.json:2:", "not JSON"}));
  CHECK(holds(files.mistakes(std::string(100, '[')), {"nested too deeply"}));
  for (std::size_t size = 0; size < std::string(kGood).size(); ++size) {
    INFO(size);
    CHECK(files.mistakes(std::string(kGood).substr(0, size)) != "");
  }
}

TEST_CASE("config: secrets come from files that only their owner reads, or from the environment",
          "[host][config]") {
  Files files;
  std::ofstream(files.path() / "secret") << "hunter2\n";
  chmod((files.path() / "secret").c_str(), 0600);
  const auto with = [](const std::string& value) {
    std::string text = kGood;
    const std::string from = "\"127.0.0.1:0\"";
    return text.replace(text.find(from), from.size(), value);
  };
  const auto listen_of = [&](const std::string& value) {
    auto result = files.load(with(value));
    REQUIRE(std::holds_alternative<NodeConfig>(result));
    return std::get<NodeConfig>(result).apis.front().config["listen"].get<std::string>();
  };
  CHECK(listen_of(R"({"$file": "secret"})") == "hunter2");
  setenv("TENON_TEST_SECRET", "from outside", 1);
  CHECK(listen_of(R"({"$env": "TENON_TEST_SECRET"})") == "from outside");
  CHECK(listen_of(R"("$DATA/x")") == (files.path() / "data/x").string());
  chmod((files.path() / "secret").c_str(), 0640);
  CHECK(holds(files.mistakes(with(R"({"$file": "secret"})")),
              {"apis[0].config.listen", "others may read it", "chmod 600"}));
  CHECK(holds(files.mistakes(with(R"({"$file": "none"})")), {"cannot be opened"}));
  CHECK(holds(files.mistakes(with(R"({"$env": "TENON_TEST_NOT_SET"})")), {"not set"}));
  CHECK(holds(files.mistakes(with(R"({"$env": "A", "b": 1})")), {"exactly one member"}));
}

TEST_CASE("config: a plugin's section is checked against the plugin's own schema",
          "[host][config]") {
  Files files;
  auto result = files.load(kGood);
  REQUIRE(std::holds_alternative<NodeConfig>(result));
  const auto& config = std::get<NodeConfig>(result);
  const auto schema = Schema::compile(nlohmann::json::parse(
      R"({"type": "object", "additionalProperties": false,
          "properties": {"listn": {"type": "string"}}})"));
  REQUIRE(schema.ok());
  const auto errors = check_section(config, config.apis.front(), *schema);
  REQUIRE(errors.size() == 1);
  CHECK(holds(errors.front().sentence(),
              {"node.json:6:44 apis[0].config.listen", "did you mean \"listn\""}));
  CHECK_FALSE(Schema::compile(nlohmann::json::parse(R"({"type": "elephant"})")).ok());
}

namespace {

constexpr const char* kReplica = R"({
  "node": { "name": "replica-1", "role": "replica", "data_dir": "data" },
  "store": { "plugin": "memory" },
  "engines": [{ "id": "wasm", "plugin": "wasm" }],
  "consensus": { "plugin": "bft" },
  "network": {
    "listen": "0.0.0.0:7600",
    "peers": [{ "name": "replica-2", "address": "10.0.0.2:7600" }]
  }
})";

std::string replica_with(const std::string& from, const std::string& to) {
  std::string text = kReplica;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("config: a replica has a network, whose limits are those of the channels unless named",
          "[host][config]") {
  Files files;
  auto plain = files.load(kReplica);
  REQUIRE(std::holds_alternative<NodeConfig>(plain));
  const NodeConfig& config = std::get<NodeConfig>(plain);
  REQUIRE(config.network);
  CHECK(config.network->listen->to_string() == "0.0.0.0:7600");
  REQUIRE(config.network->peers.size() == 1);
  CHECK(config.network->peers[0].name == "replica-2");
  CHECK(config.network->peers[0].address.to_string() == "10.0.0.2:7600");
  const network::NetworkLimits defaults;
  CHECK(config.network->limits.frame_bytes == defaults.frame_bytes);
  CHECK(config.network->limits.silence_ms == defaults.silence_ms);

  auto limited = files.load(replica_with("\"listen\"", R"("limits": {
    "max_frame_bytes": 65536, "max_control_queue_bytes": 65537, "max_bulk_queue_bytes": 65538,
    "handshake_timeout_ms": 7, "max_clock_skew_ms": 8, "keepalive_ms": 9}, "listen")"));
  REQUIRE(std::holds_alternative<NodeConfig>(limited));
  const network::NetworkLimits& limits = std::get<NodeConfig>(limited).network->limits;
  CHECK(limits.frame_bytes == 65536);
  CHECK(limits.control_queue_bytes == 65537);
  CHECK(limits.bulk_queue_bytes == 65538);
  CHECK(limits.handshake_timeout_ms == 7);
  CHECK(limits.clock_difference_ms == 8);
  CHECK(limits.ping_after_ms == 9);
  CHECK(limits.silence_ms == 27);
}

TEST_CASE("config: a solo node has no network, a replica cannot do without", "[host][config]") {
  Files files;
  CHECK(files.mistakes(kReplica).empty());
  CHECK(holds(files.mistakes(replica_with("\"replica\"", "\"solo\"")),
              {"node.json:6:3 network", "a solo node talks to no other node", "\"replica\""}));
  CHECK(holds(files.mistakes_with("\"role\": \"solo\"", "\"role\": \"replica\""),
              {"node.json:2:29 node.role", "a replica needs the section \"network\"",
               "\"listen\": \"HOST:PORT\"", "found nothing"}));
}

namespace {

constexpr const char* kClientNode = R"({
  "node": { "name": "client-1", "role": "client", "data_dir": "data" },
  "store": { "plugin": "memory" },
  "engines": [{ "id": "wasm", "plugin": "wasm" }],
  "network": { "peers": [{ "name": "replica-1", "address": "10.0.0.1:7600" }] },
  "apis": [{ "plugin": "rest", "config": { "listen": "127.0.0.1:0" } }]
})";

std::string client_with(const std::string& from, const std::string& to) {
  std::string text = kClientNode;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("config: a client node has replicas that it dials, and no consensus", "[host][config]") {
  Files files;
  auto result = files.load(kClientNode);
  REQUIRE(std::holds_alternative<NodeConfig>(result));
  const auto& config = std::get<NodeConfig>(result);
  CHECK(config.role == kRoleClient);
  CHECK_FALSE(config.consensus);
  REQUIRE(config.network);
  CHECK_FALSE(config.network->listen);
  CHECK(config.network->peers.at(0).address.to_string() == "10.0.0.1:7600");
}

TEST_CASE("config: what belongs to another role is refused with the role that has it",
          "[host][config]") {
  Files files;
  CHECK(holds(files.mistakes(client_with("\"network\"",
                                         R"("consensus": { "plugin": "bft" }, "network")")),
              {"node.json:5:3 consensus: a client node takes no part in consensus",
               "no such section", "\"replica\""}));
  CHECK(holds(files.mistakes(client_with("\"peers\"", R"("listen": "0.0.0.0:7600", "peers")")),
              {"node.json:5:16 network.listen: nobody dials a client node", "no such member",
               "0.0.0.0:7600"}));
  CHECK(holds(files.mistakes(client_with("\"data_dir\"", R"("unwedge_file": "u", "data_dir")")),
              {"node.unwedge_file: a client node ends no wedge"}));
  CHECK(holds(files.mistakes(client_with("\"network\": { \"peers\": [{ \"name\": \"replica-1\", "
                                         "\"address\": \"10.0.0.1:7600\" }] },",
                                         "")),
              {"node.role: a client node needs the section \"network\"", "with the replicas",
               "found nothing"}));
  CHECK(holds(files.mistakes(replica_with("\"consensus\": { \"plugin\": \"bft\" },", "")),
              {"\"consensus\" is missing: a replica node needs one", "{\"plugin\": NAME}"}));
}

TEST_CASE("config: the unwedge file is the data directory's unless another is named",
          "[host][config]") {
  Files files;
  const auto loaded = [&](const std::string& text) {
    auto result = files.load(text);
    REQUIRE(std::holds_alternative<NodeConfig>(result));
    return std::get<NodeConfig>(std::move(result));
  };
  const NodeConfig plain = loaded(kGood);
  CHECK(plain.unwedge_file == files.path() / "data/unwedge");
  CHECK_FALSE(plain.unwedge_is_named);
  const NodeConfig named =
      loaded(replica_with("\"data_dir\"", R"("unwedge_file": "unwedge.bin", "data_dir")"));
  CHECK(named.unwedge_file == files.path() / "unwedge.bin");
  CHECK(named.unwedge_is_named);
}

TEST_CASE("config: every mistake in a network has its place and its remedy", "[host][config]") {
  Files files;
  const auto mistakes = [&](const std::string& from, const std::string& to) {
    return files.mistakes(replica_with(from, to));
  };
  CHECK(holds(
      mistakes("\"0.0.0.0:7600\"", "\"everywhere\""),
      {"node.json:7:5 network.listen", "this is no address", "\"HOST:PORT\"", "\"everywhere\""}));
  CHECK(holds(mistakes("\"10.0.0.2:7600\"", "\"10.0.0.2\""),
              {"network.peers[0].address", "this is no address", "\"10.0.0.2\""}));
  CHECK(holds(mistakes("\"10.0.0.2:7600\"", "\"10.0.0.2:0\""),
              {"network.peers[0].address", "nobody listens at port 0"}));
  CHECK(
      holds(mistakes("\"peers\": [{", R"("peers": [{ "name": "replica-2", "address": "a:1" }, {)"),
            {"network.peers[1].name", "two peers have the same name"}));
  CHECK(holds(mistakes("\"listen\": \"0.0.0.0:7600\",", ""),
              {"network: \"listen\" is missing: a replica is dialled by other nodes"}));
  CHECK(holds(mistakes("\"address\": \"10", "\"adress\": \"10"),
              {"network.peers[0].adress", "did you mean \"address\""}));
  CHECK(holds(mistakes("\"name\": \"replica-2\"", R"("name": "replica-2", "public_key": "00")"),
              {"network.peers[0].public_key", "the key is unknown here"}));
  CHECK(holds(mistakes("\"listen\"", R"("limits": {"max_frame_bytes": 70000,
                                                  "max_bulk_queue_bytes": 65536}, "listen")"),
              {"network.limits", "could never be queued", "65536", "70000"}));
  CHECK(holds(mistakes("\"listen\"", R"("limits": {"keepalive_ms": 0}, "listen")"),
              {"network.limits.keepalive_ms", "out of bounds"}));
}

} // namespace tenon::host::config
