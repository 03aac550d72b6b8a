// From a transaction of Daml to what the host commits: writes with their readers, events, response,
// bounds of time. Pure but for the view; any thread.
#pragma once

#include "engine/interpretation.hpp"

namespace tenon::daml::engine {

// Judges the transaction against the state and turns it into a result, which is the same at every
// record time within its bounds. A failure without fault refuses it, "ID: text".
[[nodiscard]] Result<plugin::ExecutionResult>
make_result(const InterpretationParts& parts, const Submission& submission,
            const Interpreted& interpreted, const Hash& transaction_id);

// The record times at which a submission may be executed.
struct TimeBounds {
  std::uint64_t min_us = 0;
  std::uint64_t max_us = 0;
};
[[nodiscard]] TimeBounds time_bounds(const Submission& submission, std::uint64_t max_skew_us);
// INVALID_LEDGER_TIME tells how far the submission's times are from the block's.
[[nodiscard]] Status check_times(const Submission& submission, std::uint64_t max_skew_us,
                                 std::uint64_t record_time_us);

} // namespace tenon::daml::engine
