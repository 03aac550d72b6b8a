// Where it stands for good how far was pruned: an index that is lost and made anew from the ledger
// must not bring back what was pruned. Called by whoever opens and prunes the index; any thread.
#pragma once

#include <cstdint>

#include "tenon/core/status.hpp"

namespace tenon::daml_api::index {

// Inclusive; 0: nothing was pruned.
struct PrunedOffsets {
  std::uint64_t up_to = 0;
  std::uint64_t divulged_up_to = 0;  // all divulged contracts too
  std::int64_t divulged_until_us = 0; // the ledger time of the last transaction of these; 0: none
  bool operator==(const PrunedOffsets&) const = default;
};

class PruningRecord {
public:
  virtual ~PruningRecord() = default;
  [[nodiscard]] virtual Result<PrunedOffsets> read() = 0;
  // On the disk when it returns.
  virtual Status write(const PrunedOffsets& pruned) = 0;
};

} // namespace tenon::daml_api::index
