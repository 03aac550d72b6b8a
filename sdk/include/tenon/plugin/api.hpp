// An API plugin, in C++: see abi/api.h.
#pragma once

#include "tenon/abi/api.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::plugin {

class Api {
public:
  virtual ~Api() = default;
  // JSON array of {"protocol", "address", "tls"}.
  [[nodiscard]] virtual Result<Bytes> endpoints() const = 0;
};

} // namespace tenon::plugin
