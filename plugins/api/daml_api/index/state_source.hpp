// Where the index gets the contracts that are active on a ledger whose history does not go back to
// its beginning: a node that took over the state of others. Called on the index's own thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "tenon/core/status.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"

namespace tenon::daml_api::index {

class StateSource {
public:
  struct Place {
    std::uint64_t offset = 0; // the state after this transaction; what comes after it is kept
    std::uint64_t record_time_us = 0;
  };

  virtual ~StateSource() = default;
  // Fixes the state that the following pages tell of.
  [[nodiscard]] virtual Result<Place> begin() = 0;
  // In the order in which they were created, as far as that is known; none: that was all.
  [[nodiscard]] virtual Result<std::vector<tenon::daml::engine::v1::Contract>> next() = 0;
};

} // namespace tenon::daml_api::index
