// Unpredictable bytes, as the host's parts see them: salts of transactions come from here. Owned by
// the node; tests bring a seeded one. Any thread.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host {

class Random {
public:
  virtual ~Random() = default;
  [[nodiscard]] virtual Result<Bytes> bytes(std::size_t count) = 0;
};

} // namespace tenon::host
