// Signs with a key that this process holds. Owned by the node's key store; any thread.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host {

class Signer {
public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual Bytes public_key() const = 0;
  [[nodiscard]] virtual Result<Bytes> sign(BytesView message) const = 0;
  // Has no node ever run with it? Then there are no promises that a lost record may have held.
  [[nodiscard]] virtual bool unused() const = 0;
};

} // namespace tenon::host
