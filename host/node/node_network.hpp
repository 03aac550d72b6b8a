// From the configuration and the genesis document to the channels to other nodes: which validator
// this node is, whose keys the others have, where they listen. And the other way: what those
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

// Everything that is wrong between the two documents is told at once. `node_key` is the public key
// under `keys_folder`; the configuration has a network.
[[nodiscard]] Result<network::NetworkOptions>
network_options(const config::NodeConfig& config, const pipeline::Genesis& genesis,
                const Hash& engines_fingerprint, BytesView node_key,
                const std::filesystem::path& keys_folder);

// The key of this validator's channels: `node_key`, or that of <keys_folder>/tls.pem when the
// genesis document gives the validator a tls_key of its own.
[[nodiscard]] Result<crypto::PrivateKey> channel_key(const v1::Validator& own,
                                                     const crypto::PrivateKey& node_key,
                                                     const std::filesystem::path& keys_folder);

// The validator of that name; null when there is none.
[[nodiscard]] const v1::Validator* find_validator(const v1::ValidatorSet& validators,
                                                  std::string_view name);

// So many of the validators make a result final.
[[nodiscard]] std::uint32_t quorum_of(const v1::ValidatorSet& validators);

// `peers_json` is what the network says of itself. Without a quorum the node is not ready; a
// replica that is missing beside one is worth a warning.
void show_peers(const std::string& peers_json, const v1::ValidatorSet& validators,
                v1::StatusResponse& status);

} // namespace tenon::host::node
