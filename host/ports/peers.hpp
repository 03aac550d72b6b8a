// Authenticated channels to the other nodes, as the host's parts see them. Several protocols share
// one pair of connections per peer. Implemented by host/network, owned by the node. Any thread;
// handlers are called on the network's and throw nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::host {

using plugin::Lane;
using plugin::PeerHandler;
using plugin::PeerRole;

// Whose frames these are; the number stands in every frame.
enum class Protocol : std::uint8_t {
  kConsensus = 1, // the consensus plugins of replicas, among themselves
  kLink = 2,      // client nodes and replicas
};

// A frame on its way to one peer or to many: nobody changes it, and nobody copies it.
using SharedFrame = std::shared_ptr<const Bytes>;

class Peers {
public:
  virtual ~Peers() = default;
  // Names the protocol's handler and tells it of the peers that are connected, on the network's
  // thread. ALREADY_EXISTS while the protocol has one.
  [[nodiscard]] virtual Status open(Protocol protocol, PeerHandler& handler) = 0;
  // Returns only when no call of that handler is under way, unless called from inside one.
  virtual void close(Protocol protocol) = 0;
  // Queues the frame and never blocks. RESOURCE_EXHAUSTED: the peer's queue of that lane is full.
  // UNAVAILABLE: the peer is not connected. NOT_FOUND: it is none.
  [[nodiscard]] virtual Status send(Protocol protocol, std::string_view peer, Lane lane,
                                    SharedFrame frame) = 0;
  // To every connected replica; how many of their queues took it.
  [[nodiscard]] virtual Result<std::uint32_t> broadcast(Protocol protocol, Lane lane,
                                                        SharedFrame frame) = 0;
  // The peer breaks the rules: ends its connections and stays away from it for a while.
  [[nodiscard]] virtual Status cut(std::string_view peer, std::string_view reason) = 0;
  // JSON object: {"peers": [{"name", "role", "address", "connected", …}]}
  [[nodiscard]] virtual std::string describe() const = 0;
};

} // namespace tenon::host
