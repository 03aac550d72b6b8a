// From the configuration and the ledger to the channels to other nodes: which validator or client
// this node is, whose keys the others have, where they listen. Replicas know each other and wait
// for client nodes; a client node knows the replicas only. And the other way: what those channels
// mean for the node's readiness. Used by the node and its membership; pure but for reading a key
// file; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "network/options.hpp"
#include "node/config/node_config.hpp"
#include "pipeline/members.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::node {

// This node, as the ledger has it.
struct OwnRecord {
  std::string what; // "validator replica-1" or "client client-1"
  Bytes public_key;
  Bytes tls_key; // of its channels; empty: public_key
};

// Of this epoch first, then of the next; empty when the ledger does not have the node.
[[nodiscard]] std::vector<OwnRecord> own_records(const config::NodeConfig& config,
                                                 const pipeline::Members& members);

// What keeps a node from starting. `node_key` is the public key under `keys_folder`. The
// configuration has a network. Everything that is wrong between the names is told at once.
[[nodiscard]] Status check_start(const config::NodeConfig& config,
                                 const pipeline::Members& genesis,
                                 const pipeline::Members& members, BytesView node_key,
                                 const std::filesystem::path& keys_folder);

struct PeerPlan {
  std::vector<network::PeerConfig> peers;
  std::vector<std::string> warnings; // whole sentences
};
[[nodiscard]] PeerPlan plan_peers(const config::NodeConfig& config,
                                  const pipeline::Members& members, BytesView node_key,
                                  BytesView channel_key);

// All but the peers.
[[nodiscard]] network::NetworkOptions network_options(const config::NodeConfig& config,
                                                      const Hash& chain,
                                                      const Hash& engines_fingerprint);

// The key of this node's channels: `node_key`, or that of <keys_folder>/tls.pem when the ledger
// gives it a tls_key.
[[nodiscard]] Result<crypto::PrivateKey> channel_key(const OwnRecord& own,
                                                     const crypto::PrivateKey& node_key,
                                                     const std::filesystem::path& keys_folder);

// Likewise, by whichever of the node's records goes with its keys. While the ledger has none, and
// on a client node, whose copy of the ledger may be behind, tls.pem counts where there is one.
[[nodiscard]] Result<crypto::PrivateKey> channel_key_of(const config::NodeConfig& config,
                                                        const pipeline::Members& members,
                                                        const crypto::PrivateKey& node_key,
                                                        const std::filesystem::path& keys_folder);

// The validator of that name; null when there is none.
[[nodiscard]] const v1::Validator* find_validator(const v1::ValidatorSet& validators,
                                                  std::string_view name);

// So many of the validators make a result final.
[[nodiscard]] std::uint32_t quorum_of(const v1::ValidatorSet& validators);

// `peers_json` is what the network says of itself, `validators` those of the present epoch. A
// replica without a quorum of them is not ready, nor is a client node without a replica; a replica
// that is missing beside those is worth a warning.
void show_peers(const std::string& role, const std::string& own_name,
                const std::string& peers_json, const v1::ValidatorSet& validators,
                v1::StatusResponse& status);

} // namespace tenon::host::node
