#include "node/node_network.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "services/files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/core/nearest_word.hpp"

namespace tenon::host::node {

namespace {

using Pointer = nlohmann::json::json_pointer;

constexpr std::size_t kMaxKeyFileBytes = 16u << 10;

// Of a validator or of a client's record.
template <typename Record> const std::string& key_of_channels(const Record& record) {
  return record.tls_key().empty() ? record.public_key() : record.tls_key();
}

using Names = std::vector<std::string>;

// The clients that are nodes of their own: a validator's record as a client is its own API's, and
// one without streams signs elsewhere.
std::vector<std::pair<std::string, v1::ClientRecord>>
client_nodes(const pipeline::Genesis& genesis) {
  auto nodes = genesis.clients;
  std::erase_if(nodes, [&](const auto& client) {
    return !client.second.streams() ||
           find_validator(genesis.validators, client.first) != nullptr;
  });
  return nodes;
}

// A name of the configuration that nobody of the genesis document has.
config::ConfigError unknown_name(const config::NodeConfig& config, const Pointer& place,
                                 const std::string& whose, const Names& known,
                                 const std::string& name) {
  std::string all;
  for (const std::string& one : known)
    all += (all.empty() ? "" : ", ") + one;
  config::ConfigError error = config.document.error(
      place, "no " + whose + " of the genesis document has this name",
      all.empty() ? "a genesis document with one" : "one of " + all, "\"" + name + "\"");
  error.suggestion = nearest_word(name, std::vector<std::string_view>(known.begin(), known.end()));
  return error;
}

Status check_own_key(const OwnRecord& own, const pipeline::Genesis& genesis, BytesView node_key,
                     const std::filesystem::path& keys_folder) {
  if (own.public_key == node_key)
    return {};
  std::string owner;
  for (const auto& [name, client] : genesis.clients) {
    if (client.public_key() == node_key)
      owner = ", the key of client " + name;
  }
  for (const v1::Validator& validator : genesis.validators.validators()) {
    if (validator.public_key() == node_key)
      owner = ", the key of validator " + validator.name();
  }
  return failed_precondition(
      "the key of this node is not that of " + own.what +
      " in the genesis document: expected the private key of " + to_hex(own.public_key) + " in " +
      (keys_folder / "node.pem").string() + ", found that of " + to_hex(node_key) + owner +
      ". How to fix: put the key file that was made for it there, or give the node the name that "
      "goes with its key");
}

// The peers of either role are the validators, all of them.
void check_peers(const config::NodeConfig& config, const v1::ValidatorSet& validators,
                 config::ConfigErrors& errors) {
  Names names;
  for (const v1::Validator& validator : validators.validators())
    names.push_back(validator.name());
  std::set<std::string> listed;
  for (const config::NetworkPeer& peer : config.network->peers) {
    listed.insert(peer.name);
    if (find_validator(validators, peer.name) == nullptr)
      errors.push_back(unknown_name(config, peer.place / "name", "validator", names, peer.name));
  }
  if (config.role == config::kRoleReplica)
    listed.insert(config.name);
  for (const std::string& name : names) {
    if (!listed.contains(name)) {
      errors.push_back(config.document.error(
          Pointer("/network/peers"), "a validator of the genesis document has no address here",
          "an entry {\"name\": \"" + name + "\", \"address\": \"HOST:PORT\"}", "none"));
    }
  }
}

// The record of this node; empty `what`, and a mistake, when there is none.
OwnRecord find_own(const config::NodeConfig& config, const pipeline::Genesis& genesis,
                   config::ConfigErrors& errors) {
  Names names;
  const Pointer place("/node/name");
  if (config.role == config::kRoleReplica) {
    if (const v1::Validator* const own = find_validator(genesis.validators, config.name))
      return {"validator " + own->name(), own->public_key(), own->tls_key()};
    for (const v1::Validator& validator : genesis.validators.validators())
      names.push_back(validator.name());
    errors.push_back(unknown_name(config, place, "validator", names, config.name));
    return {};
  }
  for (const auto& [name, client] : client_nodes(genesis)) {
    if (name == config.name)
      return {"client " + name, client.public_key(), client.tls_key()};
    names.push_back(name);
  }
  errors.push_back(
      unknown_name(config, place, "client with \"streams\": true", names, config.name));
  return {};
}

} // namespace

const v1::Validator* find_validator(const v1::ValidatorSet& validators, std::string_view name) {
  const auto found = std::ranges::find_if(
      validators.validators(), [&](const v1::Validator& one) { return one.name() == name; });
  return found == validators.validators().end() ? nullptr : &*found;
}

std::uint32_t quorum_of(const v1::ValidatorSet& validators) {
  return (static_cast<std::uint32_t>(validators.validators_size()) + validators.max_byzantine()) /
             2 +
         1;
}

Result<OwnRecord> own_record(const config::NodeConfig& config, const pipeline::Genesis& genesis) {
  config::ConfigErrors errors;
  OwnRecord own = find_own(config, genesis, errors);
  check_peers(config, genesis.validators, errors);
  if (!errors.empty())
    return config::to_status(errors);
  return own;
}

Result<network::NetworkOptions>
network_options(const config::NodeConfig& config, const pipeline::Genesis& genesis,
                const OwnRecord& own, const Hash& engines_fingerprint, BytesView node_key,
                const std::filesystem::path& keys_folder) {
  TENON_RETURN_IF_ERROR(check_own_key(own, genesis, node_key, keys_folder));
  network::NetworkOptions options;
  options.name = config.name;
  options.role = config.role == config::kRoleReplica ? network::PeerRole::kReplica
                                                 : network::PeerRole::kClient;
  options.chain = genesis.chain;
  options.engines_fingerprint = engines_fingerprint;
  options.listen = config.network->listen;
  options.limits = config.network->limits;
  for (const config::NetworkPeer& peer : config.network->peers) {
    const v1::Validator& validator = *find_validator(genesis.validators, peer.name);
    options.peers.push_back(
        {peer.name, key_of_channels(validator), network::PeerRole::kReplica, peer.address});
  }
  if (config.role != config::kRoleReplica)
    return options;
  for (const auto& [name, client] : client_nodes(genesis))
    options.peers.push_back({name, key_of_channels(client), network::PeerRole::kClient, {}});
  return options;
}

Result<crypto::PrivateKey> channel_key(const OwnRecord& own, const crypto::PrivateKey& node_key,
                                       const std::filesystem::path& keys_folder) {
  if (own.tls_key.empty() || own.tls_key == node_key.public_key())
    return node_key;
  const auto file = keys_folder / "tls.pem";
  const std::string wanted = "the private key of tls_key " + to_hex(own.tls_key) +
                             ", which the genesis document gives " + own.what;
  auto pem = services::read_file(file, kMaxKeyFileBytes, true);
  if (!pem.ok())
    return pem.status().with_context("expected " + wanted + ", in " + file.string());
  auto key = crypto::PrivateKey::from_pem(*pem);
  if (!key.ok())
    return key.status().with_context(file.string() + " holds no Ed25519 key in PKCS#8 PEM");
  if (key->public_key() != own.tls_key) {
    return failed_precondition(file.string() + " holds another key: expected " + wanted +
                               ", found that of " + to_hex(key->public_key()) +
                               ". How to fix: put the key file that was made for it there");
  }
  return key;
}

void show_peers(const std::string& role, const std::string& peers_json,
                const v1::ValidatorSet& validators, v1::StatusResponse& status) {
  const bool is_replica = role == config::kRoleReplica;
  const auto described = nlohmann::json::parse(peers_json, nullptr, false);
  std::uint32_t connected = is_replica ? 1 : 0; // this node
  Names missing;
  for (const auto& peer : described.value("peers", nlohmann::json::array())) {
    if (peer.value("role", "") != "replica")
      continue;
    if (peer.value("connected", false)) {
      ++connected;
      continue;
    }
    const std::string why = peer.value("last_error", "");
    missing.push_back(peer.value("name", "") + " is not connected" +
                      (why.empty() ? "" : ": " + why));
  }
  const std::uint32_t needed = is_replica ? quorum_of(validators) : 1;
  if (connected >= needed) {
    for (std::string& one : missing)
      status.add_warnings(std::move(one));
    return;
  }
  const std::string all = std::to_string(validators.validators_size()) + " replicas";
  std::string reason = is_replica
                           ? std::to_string(connected) + " of " + all +
                                 " are connected, this one included; " + std::to_string(needed) +
                                 " are needed"
                           : "none of " + all + " is connected; one is needed";
  for (const std::string& one : missing)
    reason += "; " + one;
  status.add_reasons(std::move(reason));
}

} // namespace tenon::host::node
