#include "network/options.hpp"

#include <map>
#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::network {

namespace {

constexpr std::size_t kMaxNameBytes = 128;
constexpr std::size_t kMaxFrameBytes = 1u << 30;

Status check_name(const std::string& name, std::string_view whose) {
  if (!name.empty() && name.size() <= kMaxNameBytes && is_utf8(name))
    return {};
  return invalid_argument(std::string(whose) + " has a name of " + std::to_string(name.size()) +
                          " bytes; expected UTF-8 of 1 to " + std::to_string(kMaxNameBytes) +
                          " bytes: shorten it in the configuration");
}

Status check_limits(const NetworkLimits& limits) {
  if (limits.frame_bytes == 0 || limits.frame_bytes > kMaxFrameBytes) {
    return invalid_argument("the network's frame limit is " + std::to_string(limits.frame_bytes) +
                            " bytes; expected 1 to " + std::to_string(kMaxFrameBytes));
  }
  if (limits.handshakes == 0 || limits.handshake_timeout_ms == 0 || limits.ping_after_ms == 0 ||
      limits.reconnect_first_ms == 0 || limits.cut_first_ms == 0) {
    return invalid_argument("a limit of the network is 0: handshakes, handshake timeout, ping, "
                            "reconnection and cut times must be 1 at least");
  }
  if (limits.silence_ms < 2 * limits.ping_after_ms) {
    return invalid_argument("the network's silence limit is " + std::to_string(limits.silence_ms) +
                            " ms and pings come every " + std::to_string(limits.ping_after_ms) +
                            " ms; expected at least twice as much silence as there is between "
                            "pings: healthy connections would be cut");
  }
  if (limits.reconnect_most_ms < limits.reconnect_first_ms ||
      limits.cut_most_ms < limits.cut_first_ms) {
    return invalid_argument("a pause of the network has a maximum below its minimum: raise the "
                            "maximum");
  }
  return {};
}

} // namespace

Status check_peers(const std::vector<PeerConfig>& peers, const std::string& own_name,
                   BytesView own_key, const NetworkLimits& limits) {
  if (peers.size() > limits.peers) {
    return invalid_argument("the list of peers has " + std::to_string(peers.size()) +
                            " entries; at most " + std::to_string(limits.peers) + " are taken");
  }
  std::set<std::string> names;
  std::map<Bytes, std::string> keys;
  for (const PeerConfig& peer : peers) {
    TENON_RETURN_IF_ERROR(check_name(peer.name, "a peer"));
    if (peer.public_key.size() != crypto::kPublicKeySize) {
      return invalid_argument("the public key of peer " + peer.name + " has " +
                              std::to_string(peer.public_key.size()) +
                              " bytes; expected the 32 of an Ed25519 key");
    }
    if (!names.insert(peer.name).second)
      return invalid_argument("peer " + peer.name + " is listed twice: remove one entry");
    const auto [other, is_new] = keys.emplace(peer.public_key, peer.name);
    if (!is_new) {
      return invalid_argument("peers " + other->second + " and " + peer.name +
                              " have the same public key " + to_hex(peer.public_key) +
                              "; expected one key per node: correct one of them");
    }
    if (peer.name != own_name && peer.public_key == own_key) {
      return invalid_argument("peer " + peer.name + " has the public key of this node, " +
                              own_name + ": correct the entry, or give this node a key of its own");
    }
  }
  return {};
}

Status check_options(const NetworkOptions& options, BytesView own_key) {
  TENON_RETURN_IF_ERROR(check_name(options.name, "this node"));
  TENON_RETURN_IF_ERROR(check_limits(options.limits));
  return check_peers(options.peers, options.name, own_key, options.limits);
}

} // namespace tenon::host::network
