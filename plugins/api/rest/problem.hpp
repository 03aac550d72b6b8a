// Problem documents (RFC 9457): how every refusal and failure is told. `code` is stable and for
// programs, `detail` is a sentence for people. Plain values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "message.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::api::rest {

struct Problem {
  unsigned status = 500;
  std::string code; // upper snake case
  std::string detail;
  // Where the transaction went that was rejected; empty and 0 when there is none.
  std::string transaction_id;
  std::uint64_t offset = 0;
  std::string command_id;
};

// `instance` is the path that was asked for.
[[nodiscard]] Response to_response(const Problem& problem, std::string_view instance);

[[nodiscard]] Problem bad_request(std::string code, std::string detail);
// A failure of the ledger service, or of a check of ours.
[[nodiscard]] Problem problem_of(const Status& status);
// A completion that is not a commit.
[[nodiscard]] Problem problem_of(const v1::Completion& completion, std::string_view command_id);
// Nobody knows yet whether the command took effect.
[[nodiscard]] Problem outcome_unknown(std::string_view command_id);

// The HTTP status of a failure outside of any block.
[[nodiscard]] unsigned http_status(Code code, bool fault);

} // namespace tenon::api::rest
