// What a node's network is made of: who it is, whom it knows, and the bounds of everything. Filled
// from the node's configuration and its genesis document. Values only; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/endpoint.hpp"
#include "tenon/core/status.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::host::network {

using plugin::PeerRole;

struct PeerConfig {
  std::string name;
  Bytes public_key; // Ed25519, 32 bytes
  PeerRole role = PeerRole::kReplica;
  // Where it listens. Without one this node waits to be dialled.
  std::optional<Endpoint> address;
  // Known, and neither dialled nor let in, as if the network between were gone: for drills.
  bool cut_off = false;

  friend bool operator==(const PeerConfig& left, const PeerConfig& right) {
    return left.name == right.name && left.public_key == right.public_key &&
           left.role == right.role && left.cut_off == right.cut_off &&
           (left.address ? left.address->to_string() : "") ==
               (right.address ? right.address->to_string() : "");
  }
};

struct NetworkLimits {
  std::size_t frame_bytes = 32u << 20;
  // What waits to be sent to one peer in one lane.
  std::size_t control_queue_bytes = 8u << 20;
  std::size_t bulk_queue_bytes = 64u << 20;
  // Connections from outside that have not said who they are; beyond it the oldest goes.
  std::size_t handshakes = 64;
  std::size_t peers = 1024;
  // From the first packet to Welcome, and for both lanes to be up.
  std::uint64_t handshake_timeout_ms = 5'000;
  // A connection on which nothing was sent for this long says that it is alive …
  std::uint64_t ping_after_ms = 5'000;
  // … and one on which nothing came, or nothing could be sent, for this long is cut.
  std::uint64_t silence_ms = 15'000;
  // How far a peer's wall clock may be from ours.
  std::uint64_t clock_difference_ms = 30'000;
  // Pauses between attempts to connect double between these two, with jitter …
  std::uint64_t reconnect_first_ms = 50;
  std::uint64_t reconnect_most_ms = 5'000;
  // … and begin anew after connections that lived this long.
  std::uint64_t settled_after_ms = 10'000;
  // For how long a peer is left alone that was cut: doubles between these two.
  std::uint64_t cut_first_ms = 1'000;
  std::uint64_t cut_most_ms = 300'000;
  // How long a last word may take to reach the other side.
  std::uint64_t farewell_ms = 1'000;
};

struct NetworkOptions {
  std::string name;
  PeerRole role = PeerRole::kReplica;
  Hash chain;
  Hash engines_fingerprint;
  // An IP address or localhost; port 0 takes a free one. Without it this node only dials.
  std::optional<Endpoint> listen;
  // An entry of this node's own name is passed over: lists of the whole network will do.
  std::vector<PeerConfig> peers;
  NetworkLimits limits;
};

// The first thing that is wrong with the list, as a sentence.
[[nodiscard]] Status check_peers(const std::vector<PeerConfig>& peers, const std::string& own_name,
                                 BytesView own_key, const NetworkLimits& limits);
[[nodiscard]] Status check_options(const NetworkOptions& options, BytesView own_key);

} // namespace tenon::host::network
