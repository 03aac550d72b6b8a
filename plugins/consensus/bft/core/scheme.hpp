// How votes are signed and checked. The shipped one is Ed25519 by the host's key; the simulator has
// a cheap one, and aggregated signatures would be a third. Owned by whoever makes the core; its
// thread.
#pragma once

#include <span>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::consensus::bft {

struct SignatureCheck {
  BytesView public_key;
  BytesView message;
  BytesView signature;
};

class Scheme {
public:
  virtual ~Scheme() = default;
  // With this replica's own key. A failure is a fault.
  [[nodiscard]] virtual Result<Bytes> sign(BytesView message) = 0;
  // Are all of them right? A batch may be cheaper than its parts.
  [[nodiscard]] virtual bool verify(std::span<const SignatureCheck> checks) = 0;
};

} // namespace tenon::consensus::bft
