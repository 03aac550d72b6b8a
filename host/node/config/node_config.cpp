#include "node/config/node_config.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "node/config/secrets.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::config {

namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

constexpr std::uintmax_t kMaxFileBytes = 4u << 20;
// A connection is cut after so many keepalives that did not come.
constexpr std::uint64_t kSilentKeepalives = 3;

std::variant<std::string, ConfigError> read_file(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error || !std::filesystem::is_regular_file(file, error)) {
    return ConfigError{file.string(),
                       {},
                       {},
                       "the configuration cannot be read",
                       "a readable JSON file",
                       error ? error.message() : "something that is no regular file",
                       {}};
  }
  if (size > kMaxFileBytes) {
    return ConfigError{file.string(),
                       {},
                       {},
                       "the configuration is too large",
                       "at most 4 MiB",
                       std::to_string(size) + " bytes",
                       {}};
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    return ConfigError{
        file.string(),        {}, {}, "the configuration cannot be read", "a readable JSON file",
        std::strerror(errno), {}};
  }
  return text.str();
}

// From a document that its schema has accepted to the configuration.
class Loader {
public:
  Loader(Document document, const std::filesystem::path& file, const LoadOptions& options)
      : options_(options) {
    std::error_code error;
    folder_ = std::filesystem::absolute(file, error).parent_path();
    config_.document = std::move(document);
  }

  std::variant<NodeConfig, ConfigErrors> load() {
    const Json& json = config_.document.json();
    config_.name = json["node"]["name"];
    config_.role = json["node"]["role"];
    take_paths(json);
    config_.store = plugin_use("store", json["store"], Pointer("/store"));
    for (std::size_t i = 0; i < json["engines"].size(); ++i) {
      const Pointer place = Pointer("/engines") / i;
      config_.engines.push_back(plugin_use("engine", json["engines"][i], place));
      config_.engines.back().id = json["engines"][i]["id"];
    }
    take_time(json);
    take_consensus(json);
    const Json apis = json.value("apis", Json::array());
    for (std::size_t i = 0; i < apis.size(); ++i)
      config_.apis.push_back(plugin_use("api", apis[i], Pointer("/apis") / i));
    take_network(json);
    take_limits(json.value("limits", Json::object()));
    take_log(json.value("log", Json::object()));
    take_admin(json);
    check_engines();
    if (!errors_.empty())
      return std::move(errors_);
    return std::move(config_);
  }

private:
  std::filesystem::path resolved(const std::string& text) const {
    const std::filesystem::path path(text);
    return (path.is_relative() ? folder_ / path : path).lexically_normal();
  }

  void complain(const Pointer& place, std::string what, std::string expected, std::string found) {
    errors_.push_back(
        config_.document.error(place, std::move(what), std::move(expected), std::move(found)));
  }

  void take_paths(const Json& json) {
    std::error_code error;
    config_.data_directory = options_.data_directory
                                 ? std::filesystem::absolute(*options_.data_directory, error)
                                 : resolved(json["node"]["data_dir"]);
    config_.data_directory = config_.data_directory.lexically_normal();
    check_data_directory();
    config_.genesis_file = config_.data_directory / "genesis.json";
    if (json.contains("genesis") && json["genesis"].contains("file"))
      config_.genesis_file = resolved(json["genesis"]["file"]);
    config_.unwedge_is_named = json["node"].contains("unwedge_file");
    config_.unwedge_file = config_.unwedge_is_named ? resolved(json["node"]["unwedge_file"])
                                                    : config_.data_directory / "unwedge";
    const Json folders = json.value("plugin_path", Json::array());
    for (std::size_t i = 0; i < folders.size(); ++i) {
      const auto folder = resolved(folders[i]);
      if (!std::filesystem::is_directory(folder, error)) {
        complain(Pointer("/plugin_path") / i, "this is not a folder", "an existing folder",
                 folder.string());
      }
      config_.plugin_path.push_back(folder);
    }
    if (!options_.installed_plugins.empty())
      config_.plugin_path.push_back(options_.installed_plugins);
  }

  // The nearest folder that exists must let the node write; nothing is made yet.
  void check_data_directory() {
    std::filesystem::path existing = config_.data_directory;
    std::error_code error;
    while (!existing.empty() && !std::filesystem::exists(existing, error) &&
           existing.has_parent_path() && existing.parent_path() != existing)
      existing = existing.parent_path();
    const Pointer place("/node/data_dir");
    if (!std::filesystem::is_directory(existing, error)) {
      complain(place, "the data directory cannot be made", "a folder",
               existing.string() + ", which is a file");
    } else if (access(existing.c_str(), W_OK | X_OK) != 0) {
      complain(place, "the data directory is not writable", "a folder that this user may write to",
               existing.string() + ": " + std::strerror(errno));
    }
  }

  PluginUse plugin_use(const std::string& kind, const Json& section, const Pointer& place) {
    PluginUse use;
    use.kind = kind;
    use.plugin = section["plugin"];
    use.place = place / "config";
    if (section.contains("sha256"))
      use.sha256 = hash_from_hex(section["sha256"].get<std::string>());
    use.config = section.value("config", Json::object());
    const References references{config_.document, folder_, config_.data_directory};
    resolve_references(use.config, use.place, references, errors_);
    return use;
  }

  void take_time(const Json& json) {
    config_.static_time = json["node"].value("static_time", false);
    if (config_.static_time && config_.role != kRoleSolo) {
      complain(Pointer("/node/static_time"), "nodes of a network share the real time",
               "no such member, or \"role\": \"solo\"", "true");
    }
  }

  void take_consensus(const Json& json) {
    const bool is_there = json.contains("consensus");
    if (config_.role == kRoleClient) {
      if (is_there) {
        complain(Pointer("/consensus"), "a client node takes no part in consensus",
                 "no such section, or \"role\": \"replica\"", "the section");
      }
      if (config_.unwedge_is_named) {
        complain(Pointer("/node/unwedge_file"), "a client node ends no wedge",
                 "no such member, or \"role\": \"replica\"", "the member");
      }
    } else if (is_there) {
      config_.consensus = plugin_use("consensus", json["consensus"], Pointer("/consensus"));
    } else {
      complain(Pointer(), "\"consensus\" is missing: a " + config_.role + " node needs one",
               R"("consensus": {"plugin": NAME})", "nothing");
    }
  }

  void take_network(const Json& json) {
    const bool is_there = json.contains("network");
    const bool is_client = config_.role == kRoleClient;
    if (config_.role == kRoleSolo) {
      if (is_there) {
        complain(Pointer("/network"), "a solo node talks to no other node",
                 "no such section, or \"role\": \"replica\"", "the section");
      }
      return;
    }
    if (!is_there) {
      complain(Pointer("/node/role"),
               std::string(is_client ? "a client node" : "a replica") +
                   " needs the section \"network\"",
               is_client ? R"("network": {"peers": [{"name", "address"}]}, with the replicas)"
                         : R"("network": {"listen": "HOST:PORT", "peers": [{"name", "address"}]})",
               "nothing");
      return;
    }
    const Json& section = json["network"];
    Network network;
    if (section.contains("listen"))
      network.listen = take_address(section["listen"], Pointer("/network/listen"));
    check_listening(section);
    take_peers(section["peers"], network.peers);
    network.cut_off = section.value("cut_off", network.cut_off);
    take_network_limits(section.value("limits", Json::object()), network.limits);
    config_.network = std::move(network);
  }

  void check_listening(const Json& section) {
    const bool listens = section.contains("listen");
    if (config_.role == kRoleClient && listens) {
      complain(Pointer("/network/listen"), "nobody dials a client node, which dials the replicas",
               "no such member", section["listen"].dump());
    } else if (config_.role == kRoleReplica && !listens) {
      complain(Pointer("/network"), "\"listen\" is missing: a replica is dialled by other nodes",
               "\"listen\": \"HOST:PORT\"", "nothing");
    }
  }

  void take_peers(const Json& list, std::vector<NetworkPeer>& peers) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Json& peer = list[i];
      const Pointer place = Pointer("/network/peers") / i;
      if (!names.insert(peer["name"]).second)
        complain(place / "name", "two peers have the same name", "one entry per node",
                 peer["name"].dump());
      auto address = take_address(peer["address"], place / "address");
      if (address && address->port == 0)
        complain(place / "address", "nobody listens at port 0", "the port at which it listens",
                 peer["address"].dump());
      if (address)
        peers.push_back({peer["name"], *std::move(address), place});
    }
  }

  void take_network_limits(const Json& json, network::NetworkLimits& limits) {
    const auto take = [&](const char* name, auto& target) { target = json.value(name, target); };
    take("max_frame_bytes", limits.frame_bytes);
    take("max_control_queue_bytes", limits.control_queue_bytes);
    take("max_bulk_queue_bytes", limits.bulk_queue_bytes);
    take("handshake_timeout_ms", limits.handshake_timeout_ms);
    take("max_clock_skew_ms", limits.clock_difference_ms);
    take("keepalive_ms", limits.ping_after_ms);
    limits.silence_ms = kSilentKeepalives * limits.ping_after_ms;
    if (limits.frame_bytes > limits.bulk_queue_bytes) {
      complain(Pointer("/network/limits"), "the largest frame could never be queued",
               "max_frame_bytes of at most max_bulk_queue_bytes (" +
                   std::to_string(limits.bulk_queue_bytes) + ")",
               std::to_string(limits.frame_bytes));
    }
  }

  std::optional<Endpoint> take_address(const Json& text, const Pointer& place) {
    auto address = parse_endpoint(text.get_ref<const std::string&>());
    if (!address)
      complain(place, "this is no address", "\"HOST:PORT\"", text.dump());
    return address;
  }

  void take_limits(const Json& json) {
    Limits& limits = config_.limits;
    const auto take = [&](const char* name, auto& target) { target = json.value(name, target); };
    take("max_pending_commands", limits.max_pending_commands);
    take("max_queued_bytes", limits.max_queued_bytes);
    take("max_command_bytes", limits.max_command_bytes);
    take("max_batch_transactions", limits.max_batch_transactions);
    take("max_batches_in_flight", limits.max_batches_in_flight);
    take("max_staged_blocks", limits.max_staged_blocks);
    take("max_pre_executions", limits.max_pre_executions);
    take("max_cached_blocks", limits.max_cached_blocks);
    take("default_deadline_ms", limits.default_deadline_ms);
    take("default_dedup_window_ms", limits.default_dedup_window_ms);
    take("worker_threads", limits.worker_threads);
    take("drain_ms", limits.drain_ms);
    if (limits.max_command_bytes > limits.max_queued_bytes) {
      complain(Pointer("/limits/max_command_bytes"), "one command could never be queued",
               "at most max_queued_bytes (" + std::to_string(limits.max_queued_bytes) + ")",
               std::to_string(limits.max_command_bytes));
    }
  }

  void take_log(const Json& json) {
    const std::map<std::string, plugin::LogLevel> levels = {{"trace", plugin::LogLevel::kTrace},
                                                            {"debug", plugin::LogLevel::kDebug},
                                                            {"info", plugin::LogLevel::kInfo},
                                                            {"warn", plugin::LogLevel::kWarn},
                                                            {"error", plugin::LogLevel::kError}};
    config_.log_level = levels.at(json.value("level", "info"));
    config_.log_format =
        json.value("format", "json") == "text" ? LogFormat::kText : LogFormat::kJson;
  }

  void take_admin(const Json& json) {
    if (!json.contains("admin") || !json["admin"].contains("listen"))
      return;
    const Pointer place("/admin/listen");
    const std::string text = json["admin"]["listen"];
    const auto endpoint = parse_endpoint(text);
    if (!endpoint) {
      complain(place, "this is no address to listen on", "\"HOST:PORT\"", "\"" + text + "\"");
    } else if (!is_loopback(*endpoint)) {
      complain(place, "the admin listener has neither TLS nor authentication",
               "a loopback address such as 127.0.0.1:9464", "\"" + text + "\"");
    } else {
      config_.admin = *endpoint;
    }
  }

  void check_engines() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < config_.engines.size(); ++i) {
      const Pointer place = Pointer("/engines") / i / "id";
      const std::string& id = config_.engines[i].id;
      if (id == "sys")
        complain(place, "the id is reserved for the host", "another id", "\"sys\"");
      else if (!ids.insert(id).second)
        complain(place, "two engines have the same id", "different ids", "\"" + id + "\"");
    }
  }

  const LoadOptions& options_;
  std::filesystem::path folder_;
  NodeConfig config_;
  ConfigErrors errors_;
};

} // namespace

std::variant<NodeConfig, ConfigErrors> load_config(const std::filesystem::path& file,
                                                   const LoadOptions& options) {
  auto text = read_file(file);
  if (auto* const error = std::get_if<ConfigError>(&text))
    return ConfigErrors{*error};
  auto document = Document::parse(std::get<std::string>(text), file.string());
  if (auto* const error = std::get_if<ConfigError>(&document))
    return ConfigErrors{*error};
  auto& parsed = std::get<Document>(document);
  const auto schema = Schema::compile(Json::parse(node_schema_text()));
  if (!schema.ok())
    return ConfigErrors{parsed.error(Pointer(), schema.status().message(), "", "")};
  ConfigErrors errors = schema->check(parsed.json(), parsed, Pointer());
  if (!errors.empty())
    return errors;
  return Loader(std::move(parsed), file, options).load();
}

ConfigErrors check_section(const NodeConfig& config, const PluginUse& use, const Schema& schema) {
  return schema.check(use.config, config.document, use.place);
}

} // namespace tenon::host::config
