// Who may see what of a transaction: the submitters its outcome, readers their events, operators
// everything. All that leaves the replica about transactions goes through here. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "pipeline/decoded_block.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

struct Viewer {
  std::span<const std::string> parties;
  bool all = false; // an operator
  bool only_with_events = false;
};

// What the viewer may see; nothing when that is nothing.
[[nodiscard]] std::optional<v1::LedgerTransaction>
visible_part(const Viewer& viewer, std::uint64_t offset, std::uint64_t record_time_us,
             const DecodedTransaction& transaction, const v1::TransactionResult& result);

} // namespace tenon::host::pipeline
