#include "errors/codes.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "errors/status.hpp"

namespace tenon::daml_api {

TEST_CASE("errors: every published id stands in the list once, in the form that ids have",
          "[daml_api][errors]") {
  std::set<std::string_view> ids;
  for (const ErrorCode* const code : codes::kAll) {
    INFO(code->id);
    CHECK(ids.insert(code->id).second);
    CHECK(code->id.size() < 64);
    CHECK(code->id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
          std::string_view::npos);
  }
  CHECK(ids.size() >= 110);
  for (const char* const known :
       {"MISSING_FIELD", "DUPLICATE_COMMAND", "CONTRACT_NOT_FOUND", "OFFSET_AFTER_LEDGER_END",
        "REQUEST_DEADLINE_EXCEEDED", "ACCESS_TOKEN_EXPIRED", "KNOWN_DAR_VERSION"})
    CHECK(ids.contains(known));
}

TEST_CASE("errors: the category alone decides the gRPC code", "[daml_api][errors]") {
  const std::pair<Category, Code> expected[] = {
      {Category::kTransientServerFailure, Code::kUnavailable},
      {Category::kContentionOnSharedResources, Code::kAborted},
      {Category::kDeadlineExceededRequestStateUnknown, Code::kDeadlineExceeded},
      {Category::kSystemInternalAssumptionViolated, Code::kInternal},
      {Category::kSecurityAlert, Code::kInvalidArgument},
      {Category::kInvalidAuthenticationCredentials, Code::kUnauthenticated},
      {Category::kInsufficientPermission, Code::kPermissionDenied},
      {Category::kInvalidIndependentOfSystemState, Code::kInvalidArgument},
      {Category::kInvalidGivenCurrentSystemStateOther, Code::kFailedPrecondition},
      {Category::kInvalidGivenCurrentSystemStateResourceExists, Code::kAlreadyExists},
      {Category::kInvalidGivenCurrentSystemStateResourceMissing, Code::kNotFound},
      {Category::kInvalidGivenCurrentSystemStateSeekAfterEnd, Code::kOutOfRange},
      {Category::kBackgroundProcessDegradationWarning, Code::kInternal},
      {Category::kInternalUnsupportedOperation, Code::kUnimplemented}};
  for (const auto& [category, code] : expected) {
    INFO(static_cast<int>(category));
    CHECK(grpc_code(category) == code);
  }
  for (const ErrorCode* const code : codes::kAll) {
    INFO(code->id);
    const google::rpc::Status status = to_status(Failure(*code, "why"), "request");
    CHECK(status.code() == static_cast<int>(grpc_code(code->category)));
  }
}

TEST_CASE("errors: a client is told to try again where that can help, and when",
          "[daml_api][errors]") {
  for (const ErrorCode* const code : codes::kAll) {
    INFO(code->id);
    const bool retryable = static_cast<unsigned>(code->category) <= 3;
    CHECK(retry_delay_s(*code).has_value() == retryable);
  }
  CHECK(retry_delay_s(codes::kParticipantBackpressure) == 1U);
  CHECK(retry_delay_s(codes::kServerIsShuttingDown) == 1U);
  CHECK(retry_delay_s(codes::kRequestTimeOut) == 1U);
  CHECK(retry_delay_s(codes::kStaleStreamAuthorization) == 0U);
  CHECK(retry_delay_s(codes::kInterpretationTimeExceeded) == 60U);
}

} // namespace tenon::daml_api
