#include "tenon/network_files.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "node/config/node_config.hpp"
#include "node/node_network.hpp"
#include "services/key_store.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::tool;
using testkit::TemporaryFolder;
using Path = std::filesystem::path;
namespace config = host::config;

namespace {

// In place of tenond, which needs the plugins.
Result<std::vector<host::pipeline::EngineFingerprint>> engines(const Path&) {
  return std::vector<host::pipeline::EngineFingerprint>{
      {"wasm", Hash::from_view_or_zero(Bytes(32, 'f'))}};
}

NetworkPlan plan_of(std::size_t replicas) {
  NetworkRequest request;
  request.replicas = replicas;
  return *plan_network(request);
}

std::string content(const Path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

unsigned mode(const Path& file) {
  struct stat facts {};
  REQUIRE(stat(file.c_str(), &facts) == 0);
  return facts.st_mode & 0777u;
}

// The node's channels, as it would make them.
Result<host::network::NetworkOptions> options_of(const Path& folder) {
  auto loaded = config::load_config(folder / "node.json", {});
  if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded))
    return config::to_status(*errors);
  const auto& node = std::get<config::NodeConfig>(loaded);
  TENON_ASSIGN_OR_RETURN(const auto genesis,
                         host::pipeline::parse_genesis(content(node.genesis_file)));
  const Path keys = node.data_directory / "keys";
  TENON_ASSIGN_OR_RETURN(const auto store, host::services::KeyStore::open(keys));
  const auto members = host::pipeline::members_of(genesis);
  const Bytes key = store.public_key();
  TENON_RETURN_IF_ERROR(host::node::check_start(node, members, members, key, keys));
  auto options = host::node::network_options(node, genesis.chain, Hash());
  options.peers = host::node::plan_peers(node, members, key, key).peers;
  return options;
}

} // namespace

TEST_CASE("network files: every node has its keys for itself and the same genesis document",
          "[tool]") {
  const TemporaryFolder folder;
  const Path network = folder.path() / "network";
  const auto made = make_network(plan_of(4), network, IfThere::kRefuse, engines);
  INFO(made.status().message());
  REQUIRE(made.ok());
  CHECK((*made)["quorum"] == 3);
  CHECK((*made)["may_be_silent"] == 1);
  CHECK((*made)["nodes"][3]["folder"] == (network / "replica-4").string());
  std::set<std::string> keys;
  const std::string genesis = content(network / "genesis.json");
  const auto is_private_and_new = [&](const Path& file) {
    INFO(file);
    CHECK(mode(file) == 0600);
    CHECK(keys.insert(content(file)).second);
  };
  for (const char* const name : {"replica-1", "replica-2", "replica-3", "replica-4", "client-1"}) {
    const Path node = network / name;
    CHECK(mode(node) == 0700);
    is_private_and_new(node / "data/keys/node.pem");
    is_private_and_new(node / "data/keys/jwt_es256.pem");
    CHECK(content(node / "data/genesis.json") == genesis);
  }
  for (std::size_t i = 0; i < 4; ++i)
    is_private_and_new(network / "operators" / (operator_name(i) + ".pem"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "network.making"));
}

TEST_CASE("network files: what is made fits together, also where a node's folder is copied to",
          "[tool]") {
  const TemporaryFolder folder;
  const Path network = folder.path() / "network";
  REQUIRE(make_network(plan_of(4), network, IfThere::kRefuse, engines).ok());
  const Path copy = folder.path() / "elsewhere";
  std::filesystem::copy(network / "replica-2", copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(network);
  const auto options = options_of(copy);
  INFO(options.status().message());
  REQUIRE(options.ok());
  CHECK(options->name == "replica-2");
  CHECK(options->listen->to_string() == "127.0.0.1:7610");
  REQUIRE(options->peers.size() == 4);
  CHECK(options->peers[0].address->to_string() == "127.0.0.1:7600");
  CHECK(options->peers[3].name == "client-1");
  CHECK(options->peers[3].role == host::network::PeerRole::kClient);
  CHECK_FALSE(options->peers[3].address);
}

TEST_CASE("network files: a client node knows the replicas, which know its key", "[tool]") {
  const TemporaryFolder folder;
  const Path network = folder.path() / "network";
  const auto made = make_network(plan_of(4), network, IfThere::kRefuse, engines);
  REQUIRE(made.ok());
  CHECK((*made)["clients"] == 1);
  CHECK((*made)["nodes"][4]["name"] == "client-1");
  CHECK((*made)["nodes"][4]["role"] == "client");
  const auto options = options_of(network / "client-1");
  INFO(options.status().message());
  REQUIRE(options.ok());
  CHECK(options->role == host::network::PeerRole::kClient);
  CHECK_FALSE(options->listen);
  REQUIRE(options->peers.size() == 4);
  CHECK(options->peers[3].address->to_string() == "127.0.0.1:7630");
}

TEST_CASE("network files: a folder in use is refused, or set aside with all its keys", "[tool]") {
  const TemporaryFolder folder;
  const Path network = folder.path() / "network";
  std::filesystem::create_directory(network); // an empty one is as good as none
  REQUIRE(make_network(plan_of(1), network, IfThere::kRefuse, engines).ok());
  const std::string key = content(network / "replica-1/data/keys/node.pem");
  const auto again = make_network(plan_of(1), network, IfThere::kRefuse, engines);
  REQUIRE_FALSE(again.ok());
  CHECK(again.status().message().find("exists and is not empty") != std::string::npos);
  CHECK(again.status().message().find("--force") != std::string::npos);
  CHECK(content(network / "replica-1/data/keys/node.pem") == key);
  REQUIRE(make_network(plan_of(1), network, IfThere::kSetAside, engines).ok());
  CHECK(content(network / "replica-1/data/keys/node.pem") != key);
  CHECK(content(network.string() + ".1/replica-1/data/keys/node.pem") == key);
}

TEST_CASE("network files: a network that cannot be made whole leaves nothing and takes nothing",
          "[tool]") {
  const TemporaryFolder folder;
  const Path network = folder.path() / "network";
  REQUIRE(make_network(plan_of(1), network, IfThere::kRefuse, engines).ok());
  const std::string genesis = content(network / "genesis.json");
  const auto broken = [](const Path&) -> Result<std::vector<host::pipeline::EngineFingerprint>> {
    return failed_precondition("the engine cannot be loaded");
  };
  const auto made = make_network(plan_of(1), network, IfThere::kSetAside, broken);
  REQUIRE_FALSE(made.ok());
  CHECK(made.status().message() == "the engine cannot be loaded");
  CHECK(content(network / "genesis.json") == genesis);
  CHECK_FALSE(std::filesystem::exists(network.string() + ".making"));
  CHECK_FALSE(std::filesystem::exists(network.string() + ".1"));
}
