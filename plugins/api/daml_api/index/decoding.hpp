// From what the ledger gives to what the index keeps in memory. Pure; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "index/indexed_transaction.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::daml_api::index {

// Of a transaction of the daml engine. DATA_LOSS when an event is none of this engine's.
[[nodiscard]] Result<std::shared_ptr<const IndexedTransaction>>
decode_transaction(const tenon::v1::LedgerTransaction& transaction);

// Null when nobody is known to have submitted it, and for uploads.
[[nodiscard]] std::shared_ptr<const IndexedCompletion>
decode_completion(const tenon::v1::LedgerTransaction& transaction);

// Without witnesses. The arena holds what the event points at.
[[nodiscard]] Result<IndexedEvent>
decode_event(std::string_view payload, const std::shared_ptr<google::protobuf::Arena>& arena);

} // namespace tenon::daml_api::index
