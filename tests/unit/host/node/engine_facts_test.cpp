#include "node/engine_facts.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "../fakes.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::host::node {
namespace {

using nlohmann::json;
using Described = Result<std::vector<pipeline::EngineFingerprint>>;

const std::filesystem::path kFixtures = std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures";

// Asks the engines of a configuration whose other plugins do not exist.
Described describe(const std::filesystem::path& folder, const json& engines) {
  const auto file = folder / "node.json";
  const json text = {{"node", {{"name", "tester"}, {"role", "solo"}, {"data_dir", "data"}}},
                     {"plugin_path", {kFixtures.string()}},
                     {"store", {{"plugin", "none_such"}}},
                     {"engines", engines},
                     {"consensus", {{"plugin", "none_such"}}}};
  std::ofstream(file) << text.dump(2);
  const auto loaded = config::load_config(file, {});
  if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded))
    return config::to_status(*errors);
  testing::MemoryLog log;
  return describe_engines(std::get<config::NodeConfig>(loaded), log);
}

} // namespace

TEST_CASE(
    "engine facts: engines tell their fingerprints before there is a ledger, and leave nothing",
    "[host][node]") {
  const testkit::TemporaryFolder folder;
  const auto described = describe(
      folder.path(), {{{"id", "one"}, {"plugin", "good"}}, {{"id", "two"}, {"plugin", "good"}}});
  INFO(described.status().message());
  REQUIRE(described.ok());
  REQUIRE(described->size() == 2);
  CHECK((*described)[0].id == "one");
  CHECK((*described)[1].id == "two");
  CHECK((*described)[0].fingerprint == Hash()); // the fixture's
  CHECK_FALSE(std::filesystem::exists(folder.path() / "data"));
}

TEST_CASE("engine facts: an engine that tells none, or is not there, is refused with a sentence",
          "[host][node]") {
  const testkit::TemporaryFolder folder;
  const auto fails = describe(folder.path(), {{{"id", "one"}, {"plugin", "fingerprint_fails"}}});
  REQUIRE_FALSE(fails.ok());
  CHECK(fails.status().message().find("the licence server is down") != std::string::npos);
  CHECK(fails.status().message().find("START_FAILED") != std::string::npos);
  const auto missing = describe(folder.path(), {{{"id", "one"}, {"plugin", "none_such"}}});
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.status().message().find("tenon_engine_none_such.so refused (NOT_FOUND)") !=
        std::string::npos);
}

} // namespace tenon::host::node
