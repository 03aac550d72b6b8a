// From the configuration and the genesis document to the channels to other nodes: which validator
// or client this node is, whose keys the others have, where they listen. Replicas know each other
// and wait for client nodes; a client node knows the replicas only. And the other way: what those
// channels mean for the node's readiness. Used by the node; pure but for reading a key file; any
// thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "network/options.hpp"
#include "node/config/node_config.hpp"
#include "pipeline/genesis.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::node {

// This node, as the genesis document has it.
struct OwnRecord {
  std::string what; // "validator replica-1" or "client client-1"
  Bytes public_key;
  Bytes tls_key; // of its channels; empty: public_key
};

// Everything that is wrong between the names of the two documents is told at once. The
// configuration has a network.
[[nodiscard]] Result<OwnRecord> own_record(const config::NodeConfig& config,
                                           const pipeline::Genesis& genesis);

// `own` is what own_record() gave, `node_key` the public key under `keys_folder`.
[[nodiscard]] Result<network::NetworkOptions>
network_options(const config::NodeConfig& config, const pipeline::Genesis& genesis,
                const OwnRecord& own, const Hash& engines_fingerprint, BytesView node_key,
                const std::filesystem::path& keys_folder);

// The key of this node's channels: `node_key`, or that of <keys_folder>/tls.pem when the genesis
// document gives it a tls_key.
[[nodiscard]] Result<crypto::PrivateKey> channel_key(const OwnRecord& own,
                                                     const crypto::PrivateKey& node_key,
                                                     const std::filesystem::path& keys_folder);

// The validator of that name; null when there is none.
[[nodiscard]] const v1::Validator* find_validator(const v1::ValidatorSet& validators,
                                                  std::string_view name);

// So many of the validators make a result final.
[[nodiscard]] std::uint32_t quorum_of(const v1::ValidatorSet& validators);

// `peers_json` is what the network says of itself. A replica without a quorum is not ready, nor is
// a client node without a replica; a replica that is missing beside those is worth a warning.
void show_peers(const std::string& role, const std::string& peers_json,
                const v1::ValidatorSet& validators, v1::StatusResponse& status);

} // namespace tenon::host::node
