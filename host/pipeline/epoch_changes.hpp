// What operators may change from one epoch to the next: validators, f, engines, and whether there
// is a next one. A change is ordered in one block and holds from a later one on, at least
// TENON_CONSENSUS_LAG + 1 above, so that every replica knows of it before it matters. Step:
// block_executor, through operator_actions. Pure; any thread.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

struct EpochChange {
  const Hash& chain;
  std::uint64_t height;                // of the block that orders it
  const v1::ValidatorSet& validators;  // of this block's epoch
  const v1::EpochRecord& record;       // what is ordered already
  const v1::OperatorAction& action;    // one for which changes_epoch() holds
};

[[nodiscard]] bool changes_epoch(const v1::OperatorAction& action);

// The record with the change in it. A second change joins the first when it is for the same height
// and that is still far enough away.
[[nodiscard]] Result<v1::EpochRecord> order_change(const EpochChange& change);

} // namespace tenon::host::pipeline
