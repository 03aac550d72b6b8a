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

const std::string& key_of_channels(const v1::Validator& validator) {
  return validator.tls_key().empty() ? validator.public_key() : validator.tls_key();
}

std::string names_of(const v1::ValidatorSet& validators) {
  std::string text;
  for (const v1::Validator& validator : validators.validators())
    text += (text.empty() ? "" : ", ") + validator.name();
  return text;
}

// A name of the configuration that no validator has.
config::ConfigError unknown_name(const config::NodeConfig& config, const Pointer& place,
                                 const v1::ValidatorSet& validators, const std::string& name) {
  config::ConfigError error =
      config.document.error(place, "no validator of the genesis document has this name",
                            "one of " + names_of(validators), "\"" + name + "\"");
  std::vector<std::string_view> known;
  for (const v1::Validator& validator : validators.validators())
    known.push_back(validator.name());
  error.suggestion = nearest_word(name, known);
  return error;
}

Status check_own_key(const v1::Validator& own, const v1::ValidatorSet& validators,
                     BytesView node_key, const std::filesystem::path& keys_folder) {
  if (own.public_key() == node_key)
    return {};
  std::string owner;
  for (const v1::Validator& validator : validators.validators()) {
    if (validator.public_key() == node_key)
      owner = ", the key of validator " + validator.name();
  }
  return failed_precondition(
      "the key of this node is not that of validator " + own.name() +
      " in the genesis document: expected the private key of " + to_hex(own.public_key()) + " in " +
      (keys_folder / "node.pem").string() + ", found that of " + to_hex(node_key) + owner +
      ". How to fix: put the key file that was made for " + own.name() +
      " there, or give the node the name that goes with its key");
}

void check_names(const config::NodeConfig& config, const v1::ValidatorSet& validators,
                 config::ConfigErrors& errors) {
  if (find_validator(validators, config.name) == nullptr)
    errors.push_back(unknown_name(config, Pointer("/node/name"), validators, config.name));
  std::set<std::string> listed = {config.name};
  for (const config::NetworkPeer& peer : config.network->peers) {
    listed.insert(peer.name);
    if (find_validator(validators, peer.name) == nullptr)
      errors.push_back(unknown_name(config, peer.place / "name", validators, peer.name));
  }
  for (const v1::Validator& validator : validators.validators()) {
    if (!listed.contains(validator.name())) {
      errors.push_back(config.document.error(
          Pointer("/network/peers"), "a validator of the genesis document has no address here",
          "an entry {\"name\": \"" + validator.name() + "\", \"address\": \"HOST:PORT\"}", "none"));
    }
  }
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

Result<network::NetworkOptions> network_options(const config::NodeConfig& config,
                                                const pipeline::Genesis& genesis,
                                                const Hash& engines_fingerprint, BytesView node_key,
                                                const std::filesystem::path& keys_folder) {
  config::ConfigErrors errors;
  check_names(config, genesis.validators, errors);
  if (!errors.empty())
    return config::to_status(errors);
  TENON_RETURN_IF_ERROR(check_own_key(*find_validator(genesis.validators, config.name),
                                      genesis.validators, node_key, keys_folder));
  network::NetworkOptions options;
  options.name = config.name;
  options.role = network::PeerRole::kReplica;
  options.chain = genesis.chain;
  options.engines_fingerprint = engines_fingerprint;
  options.listen = config.network->listen;
  options.limits = config.network->limits;
  for (const config::NetworkPeer& peer : config.network->peers) {
    const v1::Validator& validator = *find_validator(genesis.validators, peer.name);
    options.peers.push_back(
        {peer.name, key_of_channels(validator), network::PeerRole::kReplica, peer.address});
  }
  return options;
}

Result<crypto::PrivateKey> channel_key(const v1::Validator& own, const crypto::PrivateKey& node_key,
                                       const std::filesystem::path& keys_folder) {
  if (key_of_channels(own) == node_key.public_key())
    return node_key;
  const auto file = keys_folder / "tls.pem";
  const std::string wanted = "the private key of tls_key " + to_hex(own.tls_key()) +
                             ", which the genesis document gives validator " + own.name();
  auto pem = services::read_file(file, kMaxKeyFileBytes, true);
  if (!pem.ok())
    return pem.status().with_context("expected " + wanted + ", in " + file.string());
  auto key = crypto::PrivateKey::from_pem(*pem);
  if (!key.ok())
    return key.status().with_context(file.string() + " holds no Ed25519 key in PKCS#8 PEM");
  if (key->public_key() != own.tls_key()) {
    return failed_precondition(file.string() + " holds another key: expected " + wanted +
                               ", found that of " + to_hex(key->public_key()) +
                               ". How to fix: put the key file that was made for it there");
  }
  return key;
}

void show_peers(const std::string& peers_json, const v1::ValidatorSet& validators,
                v1::StatusResponse& status) {
  const auto described = nlohmann::json::parse(peers_json, nullptr, false);
  std::uint32_t connected = 1; // this node
  std::vector<std::string> missing;
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
  const std::uint32_t quorum = quorum_of(validators);
  if (connected >= quorum) {
    for (std::string& one : missing)
      status.add_warnings(std::move(one));
    return;
  }
  std::string reason =
      std::to_string(connected) + " of " + std::to_string(validators.validators_size()) +
      " replicas are connected, this one included; " + std::to_string(quorum) + " are needed";
  for (const std::string& one : missing)
    reason += "; " + one;
  status.add_reasons(std::move(reason));
}

} // namespace tenon::host::node
