// One node's configuration, read from its JSON file: everything that can be wrong with it is told
// at once, with file, line and column, before anything is started. Used by tenond and by
// `tenon config check`; values only, main thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "network/options.hpp"
#include "node/config/document.hpp"
#include "node/config/schema.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/endpoint.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::host::config {

enum class LogFormat { kJson, kText };

// A plugin named by the configuration, with its section still as it stands in the file.
struct PluginUse {
  std::string kind;
  std::string plugin;
  std::string id; // of engines: what transactions name
  std::optional<Hash> sha256;
  nlohmann::json config = nlohmann::json::object(); // secrets and $DATA resolved
  nlohmann::json::json_pointer place;               // of the section "config" in the file
};

struct Limits {
  std::size_t max_pending_commands = 16384;
  std::size_t max_queued_bytes = 64u << 20;
  std::size_t max_command_bytes = 8u << 20;
  std::size_t max_batch_transactions = 512;
  std::size_t max_batches_in_flight = 2;
  std::size_t max_staged_blocks = 64;
  std::size_t max_pre_executions = 4096;
  std::size_t max_cached_blocks = 256;
  std::uint64_t default_deadline_ms = 30'000;
  std::uint64_t default_dedup_window_ms = 24ull * 3600 * 1000;
  std::size_t worker_threads = 0; // 0: one per processor, at least two
  std::uint64_t drain_ms = 10'000;
};

// Another node, as the file names it. Its key stands in the genesis document.
struct NetworkPeer {
  std::string name;
  Endpoint address;
  nlohmann::json::json_pointer place; // of the entry in the file
};

struct Network {
  std::optional<Endpoint> listen; // replicas have one; client nodes dial
  std::vector<NetworkPeer> peers; // may name this node too
  std::vector<std::string> cut_off; // as if the network between were gone
  network::NetworkLimits limits;
};

inline constexpr const char* kRoleSolo = "solo";
inline constexpr const char* kRoleReplica = "replica";
inline constexpr const char* kRoleClient = "client";

struct NodeConfig {
  Document document;
  std::string name;
  std::string role; // one of the three above
  std::filesystem::path data_directory;
  std::filesystem::path genesis_file;
  bool static_time = false; // solo nodes only
  std::filesystem::path unwedge_file;
  bool unwedge_is_named = false; // by the configuration: the file must be there
  std::vector<std::filesystem::path> plugin_path; // the installation's folder comes last
  PluginUse store;
  std::vector<PluginUse> engines;
  std::optional<PluginUse> consensus; // client nodes have none
  std::vector<PluginUse> apis;
  std::optional<Network> network; // solo nodes have none
  Limits limits;
  plugin::LogLevel log_level = plugin::LogLevel::kInfo;
  LogFormat log_format = LogFormat::kJson;
  Endpoint admin{"127.0.0.1", 9464};
};

struct LoadOptions {
  std::optional<std::filesystem::path> data_directory; // --data-dir
  // Folder with the plugins of this installation; left out when empty.
  std::filesystem::path installed_plugins;
};

// Reads the file. The result holds either a configuration that is right as far as the file alone
// can tell, or every mistake found.
[[nodiscard]] std::variant<NodeConfig, ConfigErrors> load_config(const std::filesystem::path& file,
                                                                 const LoadOptions& options);

// A plugin's section against the plugin's own schema.
[[nodiscard]] ConfigErrors check_section(const NodeConfig& config, const PluginUse& use,
                                         const Schema& schema);

} // namespace tenon::host::config
