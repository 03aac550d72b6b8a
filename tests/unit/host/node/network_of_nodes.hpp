// Networks of nodes in this process, for the tests of a node's wiring: their configurations, keys
// and genesis document, of which a test changes one thing. Not thread-safe.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "../fakes.hpp"
#include "node/node.hpp"
#include "node/node_network.hpp"
#include "services/files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::host::node::testing {

using host::testing::MemoryLog;
using nlohmann::json;
using testkit::TemporaryFolder;
using Words = std::vector<std::string>;
namespace asio = boost::asio;

inline const std::filesystem::path kFixtures =
    std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures";
inline const std::filesystem::path kShipped =
    std::filesystem::path(TENON_BINARY_DIR) / "lib/tenon/plugins";

inline bool holds(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

inline std::uint16_t free_port() {
  asio::io_context context;
  asio::ip::tcp::acceptor probe(context, {asio::ip::make_address("127.0.0.1"), 0});
  return probe.local_endpoint().port();
}

inline std::string admin_answer(const Node& node, const std::string& path) {
  const auto endpoint = parse_endpoint(node.admin_address());
  REQUIRE(endpoint);
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::make_address(endpoint->host), endpoint->port});
  boost::system::error_code error;
  asio::write(socket,
              asio::buffer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              error);
  std::string answer;
  asio::read(socket, asio::dynamic_buffer(answer), error);
  return answer;
}

// Until the node's /readyz says all of `words`; what it said last.
inline std::string await_readyz(const Node& node, const Words& words) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::string answer;
  do {
    answer = admin_answer(node, "/readyz");
    if (std::ranges::all_of(words, [&](const auto& word) { return holds(answer, word); }))
      return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  } while (std::chrono::steady_clock::now() < deadline);
  return answer;
}

// The configurations and keys of so many replicas, then so many client nodes; tests change one
// thing in them.
class Network {
public:
  explicit Network(std::size_t replicas, std::size_t clients = 0) : replicas_(replicas) {
    for (std::size_t i = 0; i < replicas + clients; ++i) {
      keys.push_back(*crypto::PrivateKey::generate());
      ports.push_back(free_port());
    }
    genesis = json::parse(
        pipeline::solo_genesis_document("network", keys[0].public_key(), engines(), 1'000'000));
    genesis["max_byzantine"] = (replicas - 1) / 3;
    genesis["validators"] = json::array();
    genesis["clients"] = json::array();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string key = to_hex(keys[i].public_key());
      if (i < replicas)
        genesis["validators"].push_back({{"name", name(i)}, {"public_key", key}});
      genesis["clients"].push_back(
          {{"id", name(i)},
           {"public_key", key},
           {"may_allocate_parties", true},
           {"streams", i >= replicas}});
      configs.push_back(config_of(i));
      put_key(i, "node.pem", keys[i]);
    }
  }

  [[nodiscard]] std::string name(std::size_t i) const {
    return i < replicas_ ? "replica-" + std::to_string(i + 1)
                         : "client-" + std::to_string(i - replicas_ + 1);
  }
  [[nodiscard]] std::filesystem::path data(std::size_t i) const { return folder.path() / name(i); }
  void put_key(std::size_t i, const std::string& file, const crypto::PrivateKey& key) const {
    REQUIRE(services::make_private_folder(data(i)).ok());
    REQUIRE(services::make_private_folder(data(i) / "keys").ok());
    REQUIRE(services::write_file_atomically(data(i) / "keys" / file, *key.to_pem(), 0600).ok());
  }

  config::NodeConfig load(std::size_t i) {
    const auto file = folder.path() / (name(i) + ".json");
    std::ofstream(file) << configs[i].dump(2);
    config::LoadOptions options;
    options.installed_plugins = kShipped;
    auto loaded = config::load_config(file, options);
    if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded))
      FAIL(config::to_status(*errors).message());
    return std::get<config::NodeConfig>(std::move(loaded));
  }
  Result<std::unique_ptr<Node>> start(std::size_t i) {
    std::ofstream(data(i) / "genesis.json") << genesis.dump();
    loaded.push_back(std::make_unique<config::NodeConfig>(load(i)));
    return Node::start(*loaded.back(), log);
  }
  pipeline::Members at_genesis() const {
    auto parsed = pipeline::parse_genesis(genesis.dump());
    REQUIRE(parsed.ok());
    return pipeline::members_of(*parsed);
  }
  // What the configuration and the ledger give together.
  Result<PeerPlan> plan(std::size_t i, const pipeline::Members& members) {
    const config::NodeConfig config = load(i);
    const Bytes key = keys[i].public_key();
    TENON_RETURN_IF_ERROR(check_start(config, at_genesis(), members, key, data(i) / "keys"));
    return plan_peers(config, members, key, key);
  }
  Result<PeerPlan> plan(std::size_t i) { return plan(i, at_genesis()); }

  TemporaryFolder folder;
  MemoryLog log;
  std::vector<crypto::PrivateKey> keys;
  std::vector<std::uint16_t> ports;
  std::vector<json> configs;
  json genesis;

private:
  json config_of(std::size_t own) {
    json peers = json::array();
    for (std::size_t i = 0; i < replicas_; ++i)
      peers.push_back({{"name", name(i)}, {"address", address(i)}});
    const bool is_replica = own < replicas_;
    json config = {{"node",
                    {{"name", name(own)},
                     {"role", is_replica ? "replica" : "client"},
                     {"data_dir", name(own)}}},
                   {"plugin_path", {kFixtures.string()}},
                   {"store", {{"plugin", "memory"}}},
                   {"engines", {{{"id", "only"}, {"plugin", "good"}}}},
                   {"network", {{"peers", peers}}},
                   {"admin", {{"listen", "127.0.0.1:0"}}}};
    if (is_replica) {
      config["consensus"] = {{"plugin", "good"}};
      config["network"]["listen"] = address(own);
    }
    return config;
  }
  [[nodiscard]] std::string address(std::size_t i) const {
    return "127.0.0.1:" + std::to_string(ports[i]);
  }
  static std::vector<pipeline::EngineFingerprint> engines() {
    return {{"only", Hash()}}; // of the fixture
  }

  std::size_t replicas_;
  std::vector<std::unique_ptr<config::NodeConfig>> loaded;
};

inline void says(const Status& status, const Words& words) {
  REQUIRE_FALSE(status.ok());
  for (const std::string& word : words) {
    INFO(status.message());
    INFO("missing: " << word);
    CHECK(holds(status.message(), word));
  }
}

} // namespace tenon::host::node::testing
