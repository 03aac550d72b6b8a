// Status and Result<T>: how every fallible function of Tenon answers. Values only; any thread.
//
// Codes are those of google.rpc.Code. `fault` separates the two kinds of failure whose confusion
// would fork a ledger: without it a failure is the same on every replica (an invalid transaction, a
// bad request); with it this replica is broken and must not go on.
#pragma once

#include <cassert>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "tenon/abi/base.h"

namespace tenon {

enum class Code : std::uint32_t {
  kOk = TENON_OK,
  kCancelled = TENON_CANCELLED,
  kUnknown = TENON_UNKNOWN,
  kInvalidArgument = TENON_INVALID_ARGUMENT,
  kDeadlineExceeded = TENON_DEADLINE_EXCEEDED,
  kNotFound = TENON_NOT_FOUND,
  kAlreadyExists = TENON_ALREADY_EXISTS,
  kPermissionDenied = TENON_PERMISSION_DENIED,
  kResourceExhausted = TENON_RESOURCE_EXHAUSTED,
  kFailedPrecondition = TENON_FAILED_PRECONDITION,
  kAborted = TENON_ABORTED,
  kOutOfRange = TENON_OUT_OF_RANGE,
  kUnimplemented = TENON_UNIMPLEMENTED,
  kInternal = TENON_INTERNAL,
  kUnavailable = TENON_UNAVAILABLE,
  kDataLoss = TENON_DATA_LOSS,
  kUnauthenticated = TENON_UNAUTHENTICATED,
};

// "INVALID_ARGUMENT" …
[[nodiscard]] std::string_view code_name(Code code);

class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  // A failure of this replica, not of what it was asked.
  static Status make_fault(Code code, std::string message) {
    Status status(code, std::move(message));
    status.fault_ = true;
    return status;
  }

  [[nodiscard]] bool ok() const { return code_ == Code::kOk; }
  [[nodiscard]] Code code() const { return code_; }
  [[nodiscard]] bool fault() const { return fault_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  // "INVALID_ARGUMENT: message", with " (fault)" where it is one.
  [[nodiscard]] std::string to_string() const;

  // The same failure, told from one level further out: "context: message".
  [[nodiscard]] Status with_context(std::string_view context) const;

  // Across the C border: writes `out` (when not NULL and this is a failure) and returns the code.
  std::int32_t to_abi(tenon_status* out) const;
  static Status from_abi(std::int32_t code, const tenon_status& status);

private:
  Code code_ = Code::kOk;
  bool fault_ = false;
  std::string message_;
};

inline Status ok_status() {
  return {};
}
inline Status invalid_argument(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}
inline Status not_found(std::string message) {
  return {Code::kNotFound, std::move(message)};
}
inline Status failed_precondition(std::string message) {
  return {Code::kFailedPrecondition, std::move(message)};
}
inline Status permission_denied(std::string message) {
  return {Code::kPermissionDenied, std::move(message)};
}
inline Status resource_exhausted(std::string message) {
  return {Code::kResourceExhausted, std::move(message)};
}
inline Status out_of_range(std::string message) {
  return {Code::kOutOfRange, std::move(message)};
}
inline Status unavailable(std::string message) {
  return {Code::kUnavailable, std::move(message)};
}
inline Status fault(std::string message) {
  return Status::make_fault(Code::kInternal, std::move(message));
}
inline Status data_loss(std::string message) {
  return Status::make_fault(Code::kDataLoss, std::move(message));
}

// A value or the failure that kept it from being.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {
    assert(!std::get<1>(state_).ok());
  }

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  [[nodiscard]] Status status() const { return ok() ? Status() : std::get<1>(state_); }

  [[nodiscard]] T& value() & { return require(); }
  [[nodiscard]] const T& value() const& { return const_cast<Result*>(this)->require(); }
  [[nodiscard]] T&& value() && { return std::move(require()); }
  T& operator*() & { return require(); }
  const T& operator*() const& { return const_cast<Result*>(this)->require(); }
  T&& operator*() && { return std::move(require()); }
  T* operator->() { return &require(); }
  const T* operator->() const { return &const_cast<Result*>(this)->require(); }

private:
  T& require() {
    if (!ok())
      std::abort(); // reading a value that is not there is a bug, in release too
    return std::get<0>(state_);
  }
  std::variant<T, Status> state_;
};

// Returns the failure of `expression` from the enclosing function.
#define TENON_RETURN_IF_ERROR(expression)                                                          \
  do {                                                                                             \
    if (::tenon::Status tenon_status_ = (expression); !tenon_status_.ok())                         \
      return tenon_status_;                                                                        \
  } while (false)

#define TENON_CONCAT_INNER(a, b) a##b
#define TENON_CONCAT(a, b) TENON_CONCAT_INNER(a, b)
// TENON_ASSIGN_OR_RETURN(auto value, function()): the value, or returns the failure.
#define TENON_ASSIGN_OR_RETURN(declaration, expression)                                            \
  TENON_ASSIGN_OR_RETURN_INNER(TENON_CONCAT(tenon_result_, __LINE__), declaration, expression)
#define TENON_ASSIGN_OR_RETURN_INNER(result, declaration, expression)                              \
  auto result = (expression);                                                                      \
  if (!result.ok())                                                                                \
    return result.status();                                                                        \
  declaration = std::move(*result)

} // namespace tenon
