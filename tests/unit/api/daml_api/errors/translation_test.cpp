#include <catch2/catch.hpp>

#include "errors/codes.hpp"
#include "errors/failure.hpp"

namespace tenon::daml_api {

namespace {

std::string translated(Code code, std::string message) {
  return std::string(Failure::from_status(Status(code, std::move(message))).code().id);
}

} // namespace

TEST_CASE("translation: a published id keeps its meaning, whatever the status's code",
          "[daml_api][errors]") {
  for (const ErrorCode* const code : codes::kAll) {
    INFO(code->id);
    const Failure failure =
        Failure::from_status(Status(Code::kUnknown, std::string(code->id) + ": what happened"));
    CHECK(&failure.code() == code);
    CHECK(failure.cause() == "what happened");
  }
}

TEST_CASE("translation: what the host says becomes the published error that clients expect",
          "[daml_api][errors]") {
  const std::pair<std::string, const ErrorCode*> expected[] = {
      {"UNKNOWN_PARTY", &codes::kPartyNotKnownOnLedger},
      {"PARTY_NOT_HOSTED", &codes::kSubmitterCannotActViaParticipant},
      {"TOO_MANY_PENDING", &codes::kParticipantBackpressure},
      {"QUEUE_FULL", &codes::kParticipantBackpressure},
      {"STOPPING", &codes::kServerIsShuttingDown},
      {"NO_REPLICA", &codes::kServiceNotRunning},
      {"OUTCOME_UNKNOWN", &codes::kRequestTimeOut},
      {"TRANSACTION_TOO_LARGE", &codes::kInvalidArgument},
      {"COMMAND_TOO_LARGE", &codes::kInvalidArgument},
      {"HISTORY_PRUNED", &codes::kParticipantPrunedDataAccessed},
      {"HEIGHT_NOT_REACHED", &codes::kOffsetAfterLedgerEnd},
      {"ALLOCATION_NOT_ALLOWED", &codes::kPermissionDenied},
      {"PARTY_EXISTS", &codes::kInvalidArgument},
      {"TIME_BOUNDS", &codes::kInvalidLedgerTime},
      {"TIME_IS_NOT_STATIC", &codes::kUnsupportedOperation},
      {"TIME_MOVED", &codes::kInvalidArgument},
      {"DEDUPLICATION_TOO_LONG", &codes::kInvalidDeduplicationPeriod},
      {"UNKNOWN_CHOICE", &codes::kCommandPreprocessingFailed}};
  for (const auto& [id, code] : expected) {
    INFO(id);
    CHECK(translated(Code::kUnknown, id + ": text") == code->id);
  }
  const Failure late =
      Failure::from_status(Status(Code::kDeadlineExceeded, "DEADLINE_PASSED: before its block"));
  CHECK(late.code().id == "REQUEST_TIME_OUT");
  CHECK(late.cause() == "before its block");
  CHECK(late.metadata().at("definite_answer") == "true");
  const Failure unknown =
      Failure::from_status(Status(Code::kDeadlineExceeded, "OUTCOME_UNKNOWN: no outcome yet"));
  CHECK_FALSE(unknown.metadata().contains("definite_answer"));
}

TEST_CASE("translation: without an id that says something, the status's code decides",
          "[daml_api][errors]") {
  const std::pair<Code, const ErrorCode*> expected[] = {
      {Code::kCancelled, &codes::kRequestTimeOut},
      {Code::kUnknown, &codes::kLedgerApiInternalError},
      {Code::kInvalidArgument, &codes::kInvalidArgument},
      {Code::kDeadlineExceeded, &codes::kRequestTimeOut},
      {Code::kNotFound, &codes::kInvalidArgument},
      {Code::kAlreadyExists, &codes::kInconsistent},
      {Code::kPermissionDenied, &codes::kPermissionDenied},
      {Code::kResourceExhausted, &codes::kParticipantBackpressure},
      {Code::kFailedPrecondition, &codes::kInconsistent},
      {Code::kAborted, &codes::kParticipantBackpressure},
      {Code::kOutOfRange, &codes::kOffsetOutOfRange},
      {Code::kUnimplemented, &codes::kUnsupportedOperation},
      {Code::kInternal, &codes::kLedgerApiInternalError},
      {Code::kUnavailable, &codes::kServiceNotRunning},
      {Code::kDataLoss, &codes::kLedgerApiInternalError},
      {Code::kUnauthenticated, &codes::kUnauthenticated}};
  for (const auto& [code, published] : expected) {
    INFO(code_name(code));
    CHECK(translated(code, "SOMETHING_ELSE: text") == published->id);
    CHECK(translated(code, "no id at all") == published->id);
    CHECK(translated(code, "") == published->id);
  }
  const Failure kept = Failure::from_status(Status(Code::kInvalidArgument, "SOMETHING_ELSE: text"));
  CHECK(kept.cause() == "SOMETHING_ELSE: text");
  CHECK(translated(Code::kInvalidArgument, "MISSING_FIELD") == "INVALID_ARGUMENT");
  CHECK(translated(Code::kInvalidArgument, "MISSING_FIELD:text") == "INVALID_ARGUMENT");
}

TEST_CASE("translation: a fault of the node is an internal error, whatever id it bears",
          "[daml_api][errors]") {
  const Failure failure =
      Failure::from_status(Status::make_fault(Code::kNotFound, "CONTRACT_NOT_FOUND: text"));
  CHECK(failure.code().id == "LEDGER_API_INTERNAL_ERROR");
}

} // namespace tenon::daml_api
