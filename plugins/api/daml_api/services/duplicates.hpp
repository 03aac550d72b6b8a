// Commands that come again: from where on they count as repetitions, and which submission of them
// was the one that was accepted. Any thread.
#pragma once

#include <cstdint>
#include <functional>

#include "services/index_waiter.hpp"

namespace tenon::daml_api {

// When a deduplication period begins that was given as an offset: what was recorded later counts.
[[nodiscard]] Answer<std::uint64_t> deduplication_start_us(index::LedgerIndex& index,
                                                           std::uint64_t offset);

// DUPLICATE_COMMAND with the id of the submission that was accepted, as far as the index has it;
// any other failure as it is.
[[nodiscard]] Failure with_existing_submission(index::LedgerIndex& index, Failure failure);

using Refused = std::function<void(const Failure& failure)>;

// The same, once the index has what was accepted; without the id when that never comes. Calls
// `refused` once, on any thread.
void explain_refusal(index::LedgerIndex& index, IndexWaiter& waiter, const Failure& failure,
                     const Refused& refused);

} // namespace tenon::daml_api
