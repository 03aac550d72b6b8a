// Who may see what of a transaction: the submitters its outcome, readers their events, operators
// everything; and which entries of the state a client node may see. All that leaves the replica
// about transactions goes through here, and client nodes check what they are given by it. Pure; any
// thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "pipeline/decoded_block.hpp"
#include "tenon/core/function_ref.hpp"
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

// The entry is for everybody, or for a party that the client node hosts. What a ledger notes about
// commands and streams is for nobody.
[[nodiscard]] Result<bool>
is_visible_entry(BytesView key, BytesView encoded,
                 FunctionRef<Result<bool>(const std::string& party)> hosts);

} // namespace tenon::host::pipeline
