// How failures become outcomes: code, stable reason, deterministic sentence. Pure; any thread.
#pragma once

#include <exception>
#include <string>

#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

// Reasons of the host itself; engines bring their own.
namespace reasons {
inline constexpr std::string_view kDuplicateCommand = "DUPLICATE_COMMAND";
inline constexpr std::string_view kDeadlinePassed = "DEADLINE_PASSED";
inline constexpr std::string_view kOutcomeUnknown = "OUTCOME_UNKNOWN";
} // namespace reasons

// "REASON: text" taken apart; the code's name where the message does not begin with a reason.
struct Explanation {
  std::string reason;
  std::string message;
};
[[nodiscard]] Explanation explain(const Status& status);

// Fills code, reason and message; the text is cut where the plugin border would cut it, so that an
// engine in process and one behind the C table give the same outcome.
void fill_outcome(const Status& status, v1::Outcome& outcome);

// The same failure as one of this replica: for store errors met while executing, which no other
// replica need have. ABORTED stays what it is: the state that was read has been replaced by an
// imported one.
[[nodiscard]] Status as_fault(const Status& status);

// Runs `step`, which gives a Status or a Result. What it throws (memory ran out) is a fault.
template <typename Step> auto contained(Step step) -> decltype(step()) {
  try {
    return step();
  } catch (const std::exception& error) {
    return fault(std::string("an exception ended a step of the pipeline: ") + error.what());
  } catch (...) {
    return fault("an exception of unknown type ended a step of the pipeline");
  }
}

// The answer to a caller whose command is not, or not yet known to be, in a block.
[[nodiscard]] v1::Completion failed_completion(const Status& status);

} // namespace tenon::host::pipeline
