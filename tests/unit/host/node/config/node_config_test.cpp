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

} // namespace tenon::host::config
