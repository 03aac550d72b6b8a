// Ledger messages as the JSON of this API, the same in answers and in stream frames. Pure; any
// thread.
#pragma once

#include "common/json/json_text.hpp"
#include "common/ledger/ledger.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::rest {

// `operator_view` shows the readers of events too.
void write_transaction(JsonWriter& json, const v1::LedgerTransaction& transaction,
                       bool operator_view);
void write_events(JsonWriter& json, const v1::LedgerTransaction& transaction, bool operator_view);
// Members of a block; its transactions when the summary has a body. A fault when the host's bytes
// are not what they should be.
[[nodiscard]] Status write_block(JsonWriter& json, const v1::BlockSummary& block);

// The offset that stands for a whole block: streams of blocks resume after it.
[[nodiscard]] std::uint64_t end_of_block(std::uint64_t height);

} // namespace tenon::api::rest
