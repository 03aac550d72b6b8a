#include "network_files.hpp"

#include <chrono>
#include <system_error>

#include "files.hpp"
#include "node/config/node_config.hpp"
#include "node/plugin_set.hpp"
#include "services/files.hpp"
#include "services/key_store.hpp"
#include "spawn.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::tool {
namespace {

namespace config = host::config;
namespace services = host::services;
using Path = std::filesystem::path;

constexpr unsigned kForAll = 0644;
constexpr unsigned kForOwner = 0600;
constexpr std::uint64_t kAskTimeoutMs = 60'000;

std::uint64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Status renamed(const Path& from, const Path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (!error)
    return ok_status();
  return failed_precondition(from.string() + " cannot be renamed to " + to.string() + ": " +
                             error.message());
}

// Nothing of the old folder is lost: it holds keys.
Status set_aside(const Path& folder) {
  std::error_code error;
  for (std::size_t i = 1;; ++i) {
    const Path target = folder.string() + "." + std::to_string(i);
    if (!std::filesystem::exists(target, error))
      return renamed(folder, target);
  }
}

Status make_place(const Path& folder, IfThere if_there) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error))
    return ok_status();
  if (if_there == IfThere::kSetAside)
    return set_aside(folder);
  return failed_precondition(folder.string() +
                             " exists and is not empty: expected a new folder, because another "
                             "network's keys would be lost. How to fix: choose another one, or let "
                             "--force set this one aside");
}

// One node's keys and configuration; its public key.
Result<Bytes> make_node(const Json& node_config, const Path& folder) {
  TENON_RETURN_IF_ERROR(services::make_private_folder(folder));
  TENON_RETURN_IF_ERROR(services::make_private_folder(folder / "data"));
  const Path keys = folder / "data" / "keys";
  TENON_ASSIGN_OR_RETURN(const services::KeyStore store, services::KeyStore::open(keys));
  TENON_RETURN_IF_ERROR(services::KeyStore::ensure_token_keys(keys));
  TENON_RETURN_IF_ERROR(
      services::write_file_atomically(folder / "node.json", node_config.dump(2) + "\n", kForAll));
  return store.public_key();
}

Result<Bytes> make_operator(const Path& file) {
  TENON_ASSIGN_OR_RETURN(const auto key, crypto::PrivateKey::generate());
  TENON_ASSIGN_OR_RETURN(const std::string pem, key.to_pem());
  TENON_RETURN_IF_ERROR(services::write_file_atomically(file, pem, kForOwner));
  return key.public_key();
}

Result<std::string> fill(const NetworkPlan& plan, const Path& folder,
                         const AskEngines& ask_engines) {
  NetworkKeys keys;
  TENON_RETURN_IF_ERROR(services::make_private_folder(folder / "operators"));
  for (std::size_t i = 0; i < plan.replicas.size(); ++i) {
    TENON_ASSIGN_OR_RETURN(Bytes node,
                           make_node(replica_config(plan, i), folder / plan.replicas[i].name));
    TENON_ASSIGN_OR_RETURN(Bytes one,
                           make_operator(folder / "operators" / (operator_name(i) + ".pem")));
    keys.replicas.push_back(std::move(node));
    keys.operators.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < plan.clients.size(); ++i) {
    TENON_ASSIGN_OR_RETURN(Bytes node,
                           make_node(client_config(plan, i), folder / plan.clients[i].name));
    keys.clients.push_back(std::move(node));
  }
  TENON_ASSIGN_OR_RETURN(const auto engines,
                         ask_engines(folder / plan.replicas.front().name / "node.json"));
  std::string genesis = network_genesis(plan, keys, engines, now_us());
  TENON_RETURN_IF_ERROR(host::pipeline::parse_genesis(genesis).status());
  TENON_RETURN_IF_ERROR(services::write_file_atomically(folder / "genesis.json", genesis, kForAll));
  std::vector<std::string> names;
  for (const ReplicaPlan& replica : plan.replicas)
    names.push_back(replica.name);
  for (const ClientPlan& client : plan.clients)
    names.push_back(client.name);
  for (const std::string& name : names) {
    TENON_RETURN_IF_ERROR(services::write_file_atomically(folder / name / "data" / "genesis.json",
                                                          genesis, kForAll));
  }
  return genesis;
}

Json described(const NetworkPlan& plan, const Path& folder, const std::string& genesis) {
  Json nodes = Json::array();
  for (const ReplicaPlan& replica : plan.replicas) {
    nodes.push_back({{"name", replica.name},
                     {"role", "replica"},
                     {"folder", (folder / replica.name).string()},
                     {"address", replica.address.to_string()},
                     {"url", "http://" + replica.rest.to_string()},
                     {"admin", "http://" + replica.admin.to_string()},
                     {"ledger_api", nullptr},
                     {"json_api", nullptr}});
  }
  const bool daml_api = plan.daml_api != DamlApi::kNone;
  for (const ClientPlan& client : plan.clients) {
    nodes.push_back({{"name", client.name},
                     {"role", "client"},
                     {"folder", (folder / client.name).string()},
                     {"address", nullptr},
                     {"url", "http://" + client.rest.to_string()},
                     {"admin", "http://" + client.admin.to_string()},
                     {"ledger_api", daml_api ? Json(client.ledger_api.to_string()) : Json()},
                     {"json_api",
                      daml_api ? Json("http://" + client.json_api.to_string()) : Json()}});
  }
  return {{"folder", folder.string()},        {"chain", to_hex(crypto::sha256(genesis).view())},
          {"replicas", plan.replicas.size()}, {"clients", plan.clients.size()},
          {"quorum", plan.quorum()},          {"max_byzantine", plan.max_byzantine},
          {"may_be_silent", plan.may_be_silent()},
          {"nodes", std::move(nodes)}};
}

} // namespace

Result<std::vector<host::pipeline::EngineFingerprint>> ask_tenond(const Path& config_file) {
  // Without the other plugins the network could not run either.
  auto loaded =
      config::load_config(config_file, {{}, installation() / "lib" / "tenon" / "plugins"});
  if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded))
    return config::to_status(*errors);
  const auto refusals = host::node::check_plugins(std::get<config::NodeConfig>(loaded));
  if (!refusals.empty())
    return host::loader::to_status(refusals);
  TENON_ASSIGN_OR_RETURN(const std::string text,
                         output_of({installation() / "bin" / "tenond",
                                    {"--describe-engines", "--config", config_file.string()}},
                                   kAskTimeoutMs));
  TENON_ASSIGN_OR_RETURN(const Json answer, parse_json(text, "the answer of tenond"));
  std::vector<host::pipeline::EngineFingerprint> engines;
  for (const Json& engine : answer.value("engines", Json::array())) {
    const auto fingerprint = hash_from_hex(engine.value("fingerprint", ""));
    if (!fingerprint)
      return fault("tenond told no fingerprint of an engine: " + engine.dump());
    engines.push_back({engine.value("id", ""), *fingerprint});
  }
  return engines;
}

Result<Json> make_network(const NetworkPlan& plan, const Path& folder, IfThere if_there,
                          const AskEngines& ask_engines) {
  const Path target = std::filesystem::absolute(folder).lexically_normal();
  const Path clean = target.has_filename() ? target : target.parent_path();
  const Path making = clean.string() + ".making";
  if (if_there == IfThere::kRefuse)
    TENON_RETURN_IF_ERROR(make_place(clean, if_there));
  std::error_code ignored;
  std::filesystem::remove_all(making, ignored); // of an attempt that was cut short
  TENON_RETURN_IF_ERROR(services::make_private_folder(making));
  auto genesis = fill(plan, making, ask_engines);
  Status made = genesis.status();
  if (made.ok())
    made = make_place(clean, if_there);
  if (made.ok())
    made = renamed(making, clean);
  if (!made.ok()) {
    std::filesystem::remove_all(making, ignored);
    return made;
  }
  return described(plan, clean, *genesis);
}

} // namespace tenon::tool
