#include "node/node_network.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "services/files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/core/nearest_word.hpp"

namespace tenon::host::node {

namespace {

using Pointer = nlohmann::json::json_pointer;

constexpr std::size_t kMaxKeyFileBytes = 16u << 10;

using Names = std::vector<std::string>;

// Of a validator or of a client's record.
template <typename Record> const std::string& key_of_channels(const Record& record) {
  return record.tls_key().empty() ? record.public_key() : record.tls_key();
}

std::string source_of(const pipeline::Members& members) {
  return members.height == 0 ? "the genesis document"
                             : "the ledger (block " + std::to_string(members.height) + ")";
}

const v1::Validator* find_now_or_next(const pipeline::Members& members, std::string_view name) {
  if (const v1::Validator* const now = find_validator(members.validators, name))
    return now;
  return members.next ? find_validator(*members.next, name) : nullptr;
}

// In the order of the list: those of this epoch, then those that come with the next one.
Names validator_names(const pipeline::Members& members) {
  Names names;
  for (const v1::Validator& validator : members.validators.validators())
    names.push_back(validator.name());
  if (!members.next)
    return names;
  for (const v1::Validator& validator : members.next->validators()) {
    if (find_validator(members.validators, validator.name()) == nullptr)
      names.push_back(validator.name());
  }
  return names;
}

// The clients that are nodes of their own: a validator's record as a client is its own API's, and
// one without streams signs elsewhere.
std::vector<std::pair<std::string, v1::ClientRecord>>
client_nodes(const pipeline::Members& members) {
  auto nodes = members.clients;
  std::erase_if(nodes, [&](const auto& client) {
    return !client.second.streams() || find_now_or_next(members, client.first) != nullptr;
  });
  return nodes;
}

// Which other member's key it is, as "validator replica-2"; empty: nobody's. A validator's
// record as a client has its name and its key.
std::string owner_of(const pipeline::Members& members, const std::string& own_name,
                     BytesView public_key) {
  for (const v1::ValidatorSet* const set :
       {&members.validators, members.next ? &*members.next : nullptr}) {
    for (int i = 0; set != nullptr && i < set->validators_size(); ++i) {
      const v1::Validator& one = set->validators(i);
      if (one.public_key() == public_key && one.name() != own_name)
        return "validator " + one.name();
    }
  }
  for (const auto& [name, client] : members.clients) {
    if (client.public_key() == public_key && name != own_name)
      return "client " + name;
  }
  return {};
}

std::string suggestion_for(const std::string& name, const Names& known) {
  const std::vector<std::string_view> words(known.begin(), known.end());
  return std::string(nearest_word(name, words));
}

// A name of the configuration that nobody has.
config::ConfigError unknown_name(const config::NodeConfig& config, const Pointer& place,
                                 const std::string& whose, const std::string& source,
                                 const Names& known, const std::string& name) {
  std::string all;
  for (const std::string& one : known)
    all += (all.empty() ? "" : ", ") + one;
  config::ConfigError error =
      config.document.error(place, "no " + whose + " of " + source + " has this name",
                            all.empty() ? "one that exists" : "one of " + all, "\"" + name + "\"");
  error.suggestion = suggestion_for(name, known);
  return error;
}

std::string did_you_mean(const std::string& name, const Names& known) {
  const std::string near = suggestion_for(name, known);
  return near.empty() ? "" : "; did you mean \"" + near + "\"?";
}

config::ConfigErrors unknown_peers(const config::NodeConfig& config,
                                   const pipeline::Members& members) {
  config::ConfigErrors errors;
  const Names names = validator_names(members);
  for (const config::NetworkPeer& peer : config.network->peers) {
    if (find_now_or_next(members, peer.name) == nullptr && peer.name != config.name) {
      errors.push_back(unknown_name(config, peer.place / "name", "validator", source_of(members),
                                    names, peer.name));
    }
  }
  return errors;
}

bool has_address(const config::NodeConfig& config, const std::string& name) {
  return std::ranges::any_of(config.network->peers, [&](const config::NetworkPeer& peer) {
    return peer.name == name;
  });
}

Result<crypto::PrivateKey> key_in(const std::filesystem::path& file) {
  TENON_ASSIGN_OR_RETURN(const std::string pem, services::read_file(file, kMaxKeyFileBytes, true));
  auto key = crypto::PrivateKey::from_pem(pem);
  if (!key.ok())
    return key.status().with_context(file.string() + " holds no Ed25519 key in PKCS#8 PEM");
  return key;
}

// What a node that was there from the beginning has to know: where the validators listen that were
// there too.
config::ConfigErrors missing_addresses(const config::NodeConfig& config,
                                       const pipeline::Members& genesis,
                                       const pipeline::Members& members) {
  config::ConfigErrors errors;
  for (const v1::Validator& validator : genesis.validators.validators()) {
    const bool own = config.role == config::kRoleReplica && validator.name() == config.name;
    if (own || has_address(config, validator.name()) ||
        find_validator(members.validators, validator.name()) == nullptr)
      continue;
    errors.push_back(config.document.error(
        Pointer("/network/peers"), "a validator of the genesis document has no address here",
        "an entry {\"name\": \"" + validator.name() + "\", \"address\": \"HOST:PORT\"}", "none"));
  }
  return errors;
}

std::string whose_name(const config::NodeConfig& config) {
  return config.role == config::kRoleReplica ? "validator" : "client with \"streams\": true";
}

Names names_of_role(const config::NodeConfig& config, const pipeline::Members& members) {
  if (config.role == config::kRoleReplica)
    return validator_names(members);
  Names names;
  for (const auto& [name, client] : client_nodes(members))
    names.push_back(name);
  return names;
}

// A client node may not have heard yet that operators gave it another key.
Status check_own_key(const config::NodeConfig& config, const std::vector<OwnRecord>& own,
                     const pipeline::Members& members, BytesView node_key,
                     const std::filesystem::path& keys_folder) {
  const auto has_key = [&](const OwnRecord& record) { return record.public_key == node_key; };
  const std::string owner = owner_of(members, config.name, node_key);
  if (own.empty() || std::ranges::any_of(own, has_key) ||
      (config.role == config::kRoleClient && owner.empty()))
    return {};
  return failed_precondition(
      "the key of this node is not that of " + own.front().what + " in " + source_of(members) +
      ": expected the private key of " + to_hex(own.front().public_key) + " in " +
      (keys_folder / "node.pem").string() + ", found that of " + to_hex(node_key) +
      (owner.empty() ? "" : ", the key of " + owner) +
      ". How to fix: put the key file that was made for it there, or give the node the name that "
      "goes with its key");
}

// One list entry per name and key: the ledger lets two records have the same key, channels do not.
class PeerList {
public:
  PeerList(const config::NodeConfig& config, BytesView own_key, Names& warnings)
      : config_(config), own_key_(own_key), warnings_(warnings) {}

  void add(const std::string& name, const std::string& key, network::PeerRole role) {
    if (name == config_.name)
      return;
    const auto [earlier, is_new] = owners_.emplace(key, name);
    if (!is_new || key == own_key_) {
      warnings_.push_back(name + " cannot connect: its key is that of " +
                          (is_new ? config_.name : earlier->second) +
                          " too; operators rotate one of the two");
      return;
    }
    network::PeerConfig peer{name, key, role, {}, cut_off(name)};
    if (role == network::PeerRole::kReplica) {
      for (const config::NetworkPeer& known : config_.network->peers) {
        if (known.name == name)
          peer.address = known.address;
      }
      if (!peer.address) {
        warnings_.push_back("validator " + name + " of the ledger has no address here: add it to " +
                            "\"network.peers\" and send SIGHUP");
      }
    }
    peers.push_back(std::move(peer));
  }

  std::vector<network::PeerConfig> peers;

private:
  [[nodiscard]] bool cut_off(const std::string& name) const {
    const Names& names = config_.network->cut_off;
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  const config::NodeConfig& config_;
  BytesView own_key_;
  Names& warnings_;
  std::map<std::string, std::string> owners_;
};

void warn_of_own(const config::NodeConfig& config, const pipeline::Members& members,
                 const std::vector<OwnRecord>& own, BytesView node_key, Names& warnings) {
  const std::string key = to_hex(node_key);
  if (own.empty()) {
    const bool replica = config.role == config::kRoleReplica;
    const std::string hint = did_you_mean(config.name, names_of_role(config, members));
    warnings.push_back(
        source_of(members) + " has no " + whose_name(config) + " named " + config.name +
        (hint.empty() ? "." : hint) +
        (replica ? " This node follows the others without a vote; operators make it a validator: "
                   "tenon operator add-replica "
                 : " Replicas refuse this node; operators add it: tenon operator add-client ") +
        config.name + " " + key + (replica ? "" : " --streams"));
    return;
  }
  if (std::ranges::none_of(own, [&](const auto& record) { return record.public_key == node_key; }))
    warnings.push_back("the key of this node, " + key + ", is not that of " + own.front().what +
                       " in " + source_of(members) + ", " + to_hex(own.front().public_key) +
                       ": replicas refuse it unless operators have rotated the key since");
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

std::vector<OwnRecord> own_records(const config::NodeConfig& config,
                                   const pipeline::Members& members) {
  std::vector<OwnRecord> own;
  if (config.role == config::kRoleReplica) {
    for (const v1::ValidatorSet* const set :
         {&members.validators, members.next ? &*members.next : nullptr}) {
      const v1::Validator* const one = set ? find_validator(*set, config.name) : nullptr;
      if (one != nullptr)
        own.push_back({"validator " + one->name(), one->public_key(), one->tls_key()});
    }
    return own;
  }
  for (const auto& [name, client] : client_nodes(members)) {
    if (name == config.name)
      own.push_back({"client " + name, client.public_key(), client.tls_key()});
  }
  return own;
}

Status check_start(const config::NodeConfig& config, const pipeline::Members& genesis,
                   const pipeline::Members& members, BytesView node_key,
                   const std::filesystem::path& keys_folder) {
  const std::vector<OwnRecord> own = own_records(config, members);
  config::ConfigErrors errors;
  if (own.empty() && !owner_of(members, config.name, node_key).empty()) {
    errors.push_back(unknown_name(config, Pointer("/node/name"), whose_name(config),
                                  source_of(members), names_of_role(config, members),
                                  config.name));
  }
  if (!errors.empty() || !own_records(config, genesis).empty()) {
    for (config::ConfigError& error : missing_addresses(config, genesis, members))
      errors.push_back(std::move(error));
  }
  if (!errors.empty()) {
    for (config::ConfigError& error : unknown_peers(config, members))
      errors.push_back(std::move(error));
    return config::to_status(errors);
  }
  return check_own_key(config, own, members, node_key, keys_folder);
}

PeerPlan plan_peers(const config::NodeConfig& config, const pipeline::Members& members,
                    BytesView node_key, BytesView channel_key) {
  PeerPlan plan;
  warn_of_own(config, members, own_records(config, members), node_key, plan.warnings);
  const Names names = validator_names(members);
  for (const config::NetworkPeer& peer : config.network->peers) {
    if (peer.name != config.name && find_now_or_next(members, peer.name) == nullptr) {
      plan.warnings.push_back("network.peers names " + peer.name + ", and " + source_of(members) +
                              " has no such validator" + did_you_mean(peer.name, names));
    }
  }
  PeerList list(config, channel_key, plan.warnings);
  for (const std::string& name : names) {
    list.add(name, key_of_channels(*find_now_or_next(members, name)),
             network::PeerRole::kReplica);
  }
  if (config.role == config::kRoleReplica) {
    for (const auto& [name, client] : client_nodes(members))
      list.add(name, key_of_channels(client), network::PeerRole::kClient);
  }
  plan.peers = std::move(list.peers);
  for (const std::string& name : config.network->cut_off) {
    const bool known = std::ranges::any_of(
        plan.peers, [&](const network::PeerConfig& peer) { return peer.name == name; });
    plan.warnings.push_back(known ? "network.cut_off keeps this node apart from " + name
                                  : "network.cut_off names " + name + ", which is no peer" +
                                        did_you_mean(name, names));
  }
  return plan;
}

network::NetworkOptions network_options(const config::NodeConfig& config, const Hash& chain,
                                        const Hash& engines_fingerprint) {
  network::NetworkOptions options;
  options.name = config.name;
  options.role = config.role == config::kRoleReplica ? network::PeerRole::kReplica
                                                     : network::PeerRole::kClient;
  options.chain = chain;
  options.engines_fingerprint = engines_fingerprint;
  options.listen = config.network->listen;
  options.limits = config.network->limits;
  return options;
}

Result<crypto::PrivateKey> channel_key(const OwnRecord& own, const crypto::PrivateKey& node_key,
                                       const std::filesystem::path& keys_folder) {
  if (own.tls_key.empty() || own.tls_key == node_key.public_key())
    return node_key;
  const auto file = keys_folder / "tls.pem";
  const std::string wanted = "the private key of tls_key " + to_hex(own.tls_key) +
                             ", which the ledger gives " + own.what;
  auto key = key_in(file);
  if (!key.ok())
    return key.status().with_context("expected " + wanted + ", in " + file.string());
  if (key->public_key() != own.tls_key) {
    return failed_precondition(file.string() + " holds another key: expected " + wanted +
                               ", found that of " + to_hex(key->public_key()) +
                               ". How to fix: put the key file that was made for it there");
  }
  return key;
}

Result<crypto::PrivateKey> channel_key_of(const config::NodeConfig& config,
                                          const pipeline::Members& members,
                                          const crypto::PrivateKey& node_key,
                                          const std::filesystem::path& keys_folder) {
  std::error_code error;
  const bool has_file = std::filesystem::exists(keys_folder / "tls.pem", error);
  Status first;
  for (const OwnRecord& own : own_records(config, members)) {
    if (own.public_key != node_key.public_key())
      continue;
    auto key = channel_key(own, node_key, keys_folder);
    // A client node may not have heard yet that operators gave it another key.
    const bool may_be_newer = config.role == config::kRoleClient && has_file;
    if (key.ok() && !(may_be_newer && own.tls_key.empty()))
      return key;
    if (!may_be_newer && first.ok())
      first = key.status();
  }
  TENON_RETURN_IF_ERROR(first);
  return has_file ? key_in(keys_folder / "tls.pem") : node_key;
}

void show_peers(const std::string& role, const std::string& own_name,
                const std::string& peers_json, const v1::ValidatorSet& validators,
                v1::StatusResponse& status) {
  const bool is_replica = role == config::kRoleReplica;
  const bool votes = is_replica && find_validator(validators, own_name) != nullptr;
  const auto described = nlohmann::json::parse(peers_json, nullptr, false);
  std::uint32_t connected = votes ? 1 : 0; // this node
  Names missing;
  for (const auto& peer : described.value("peers", nlohmann::json::array())) {
    if (peer.value("role", "") != "replica")
      continue;
    if (peer.value("connected", false)) {
      const bool counts =
          !is_replica || find_validator(validators, peer.value("name", "")) != nullptr;
      connected += counts ? 1 : 0;
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
                           ? std::to_string(connected) + " of " + all + " are connected" +
                                 (votes ? ", this one included; " : "; ") +
                                 std::to_string(needed) + " are needed"
                           : "none of " + all + " is connected; one is needed";
  for (const std::string& one : missing)
    reason += "; " + one;
  status.add_reasons(std::move(reason));
}

} // namespace tenon::host::node
