#include <algorithm>
#include <iterator>

#include "errors/codes.hpp"
#include "errors/failure.hpp"

namespace tenon::daml_api {

namespace {

struct Known {
  std::string_view id;
  const ErrorCode* code;
};

// What the host and the engine say in words of their own, sorted by id.
constexpr Known kOthers[] = {
    {"ALLOCATION_NOT_ALLOWED", &codes::kPermissionDenied},
    {"BAD_COMMAND", &codes::kInvalidArgument},
    {"BLOCK_FULL", &codes::kParticipantBackpressure},
    {"COMMAND_TOO_LARGE", &codes::kInvalidArgument},
    {"CONTEXT_TOO_LARGE", &codes::kInvalidArgument},
    {"DEADLINE_PASSED", &codes::kRequestTimeOut},
    {"DEDUPLICATION_PASSED", &codes::kRequestTimeOut},
    {"DEDUPLICATION_TOO_LONG", &codes::kInvalidDeduplicationPeriod},
    {"HEIGHT_NOT_REACHED", &codes::kOffsetAfterLedgerEnd},
    {"HISTORY_PRUNED", &codes::kParticipantPrunedDataAccessed},
    {"INVALID_COMMAND_ID", &codes::kInvalidArgument},
    {"INVALID_PARTY", &codes::kInvalidArgument},
    {"INVALID_RESULT", &codes::kInvalidArgument},
    {"MALFORMED_COMMAND", &codes::kInvalidArgument},
    {"MALFORMED_COMMANDS", &codes::kInvalidArgument},
    {"MALFORMED_REQUEST", &codes::kInvalidArgument},
    {"MALFORMED_TRANSACTION", &codes::kInvalidArgument},
    {"NOT_A_READER", &codes::kPermissionDenied},
    {"NOT_CERTIFIED", &codes::kServiceNotRunning},
    {"NOT_HELD_HERE", &codes::kContractNotFound},
    {"NOT_READY", &codes::kServiceNotRunning},
    {"NO_AUTHORITY", &codes::kInvalidArgument},
    {"NO_CONSENSUS", &codes::kServiceNotRunning},
    {"NO_REPLICA", &codes::kServiceNotRunning},
    {"OUTCOME_UNKNOWN", &codes::kRequestTimeOut},
    {"PARTY_EXISTS", &codes::kInvalidArgument},
    {"PARTY_NOT_HOSTED", &codes::kSubmitterCannotActViaParticipant},
    {"QUEUE_FULL", &codes::kParticipantBackpressure},
    {"RESULT_TOO_LARGE", &codes::kInvalidArgument},
    {"STOPPING", &codes::kServerIsShuttingDown},
    {"TIME_BOUNDS", &codes::kInvalidLedgerTime},
    {"TIME_IS_NOT_STATIC", &codes::kUnsupportedOperation},
    {"TIME_MOVED", &codes::kInvalidArgument},
    {"TIME_RUNS_BACK", &codes::kInvalidArgument},
    {"TOO_MANY_CALLERS", &codes::kParticipantBackpressure},
    {"TOO_MANY_PARTIES", &codes::kInvalidArgument},
    {"TOO_MANY_PENDING", &codes::kParticipantBackpressure},
    {"TOO_MUCH_UNDER_WAY", &codes::kParticipantBackpressure},
    {"TRANSACTION_TOO_LARGE", &codes::kInvalidArgument},
    {"UNKNOWN_CHOICE", &codes::kCommandPreprocessingFailed},
    {"UNKNOWN_PARTY", &codes::kPartyNotKnownOnLedger},
    {"WEDGED", &codes::kServiceNotRunning},
};
static_assert(std::ranges::is_sorted(kOthers, {}, &Known::id));

// Commands that the ledger will never take: their transactions come too late for any block.
constexpr std::string_view kNeverCommitted[] = {"DEADLINE_PASSED", "DEDUPLICATION_PASSED"};

const ErrorCode* find_code(std::string_view id) {
  const auto published = std::ranges::find(codes::kAll, id, &ErrorCode::id);
  if (published != codes::kAll.end())
    return *published;
  const auto other = std::ranges::lower_bound(kOthers, id, {}, &Known::id);
  return other != std::end(kOthers) && other->id == id ? other->code : nullptr;
}

// For failures without an id, and for ids that clients would not understand.
const ErrorCode& code_of(Code code) {
  switch (code) {
  case Code::kInvalidArgument:
  case Code::kNotFound:
    return codes::kInvalidArgument;
  case Code::kCancelled:
  case Code::kDeadlineExceeded:
    return codes::kRequestTimeOut;
  case Code::kAlreadyExists:
  case Code::kFailedPrecondition:
    return codes::kInconsistent;
  case Code::kPermissionDenied:
    return codes::kPermissionDenied;
  case Code::kResourceExhausted:
  case Code::kAborted:
    return codes::kParticipantBackpressure;
  case Code::kOutOfRange:
    return codes::kOffsetOutOfRange;
  case Code::kUnimplemented:
    return codes::kUnsupportedOperation;
  case Code::kUnavailable:
    return codes::kServiceNotRunning;
  case Code::kUnauthenticated:
    return codes::kUnauthenticated;
  case Code::kOk:
  case Code::kUnknown:
  case Code::kInternal:
  case Code::kDataLoss:
    break;
  }
  return codes::kLedgerApiInternalError;
}

// The "ID" of "ID: text"; empty where the message does not begin with one.
std::string_view id_of(std::string_view message) {
  const std::size_t end = message.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  if (end == 0 || end == std::string_view::npos || !message.substr(end).starts_with(": "))
    return {};
  return message.substr(0, end);
}

} // namespace

Failure Failure::from_status(const Status& status) {
  const std::string_view message = status.message();
  if (status.fault())
    return {codes::kLedgerApiInternalError, std::string(message)};
  const std::string_view id = id_of(message);
  const ErrorCode* const known = find_code(id);
  if (known == nullptr)
    return {code_of(status.code()), std::string(message)};
  Failure failure(*known, std::string(message.substr(id.size() + 2)));
  if (std::ranges::find(kNeverCommitted, id) != std::end(kNeverCommitted))
    return std::move(failure).definite(true);
  return failure;
}

} // namespace tenon::daml_api
