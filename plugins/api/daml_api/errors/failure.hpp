// How a request of the Ledger API fails: an error code that clients know, what was wrong in a
// sentence, and what a program may want to know of it. Answer<T> and Outcome are to Failure what
// Result<T> and Status are to each other elsewhere, and TENON_ASSIGN_OR_RETURN serves both. Values
// only; any thread.
#pragma once

#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::daml_api {

// What a client can do about it. The numbers are those that stand in messages and in metadata.
enum class Category : std::uint8_t {
  kTransientServerFailure = 1,
  kContentionOnSharedResources = 2,
  kDeadlineExceededRequestStateUnknown = 3,
  kSystemInternalAssumptionViolated = 4,
  kSecurityAlert = 5,
  kInvalidAuthenticationCredentials = 6,
  kInsufficientPermission = 7,
  kInvalidIndependentOfSystemState = 8,
  kInvalidGivenCurrentSystemStateOther = 9,
  kInvalidGivenCurrentSystemStateResourceExists = 10,
  kInvalidGivenCurrentSystemStateResourceMissing = 11,
  kInvalidGivenCurrentSystemStateSeekAfterEnd = 12,
  kBackgroundProcessDegradationWarning = 13,
  kInternalUnsupportedOperation = 14,
};

// Whether the command is known to have had no effect, as clients read it from "definite_answer".
enum class Definite : std::uint8_t { kNo, kYes, kUnsaid };

// One published error; all of them stand in errors/codes.hpp.
struct ErrorCode {
  std::string_view id;
  Category category;
  Definite definite = Definite::kNo; // unless the failure says otherwise
};

// What an error is about, for google.rpc.ResourceInfo.
struct Resource {
  std::string type; // "CONTRACT_ID", "PARTY" …
  std::string name;
};

class [[nodiscard]] Failure {
public:
  Failure(const ErrorCode& code, std::string cause) : code_(&code), cause_(std::move(cause)) {}
  // What the host or an engine says, "ID: text" (errors/translation.cpp).
  static Failure from_status(const Status& status);

  Failure with(std::string key, std::string value) && {
    metadata_[std::move(key)] = std::move(value);
    return std::move(*this);
  }
  Failure about(std::string type, std::string name) && {
    resources_.push_back({std::move(type), std::move(name)});
    return std::move(*this);
  }
  // Whether the command is known to have had no effect; for what a submission is answered.
  Failure definite(bool answer) && {
    return std::move(*this).with("definite_answer", answer ? "true" : "false");
  }

  [[nodiscard]] const ErrorCode& code() const { return *code_; }
  [[nodiscard]] const std::string& cause() const { return cause_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
  [[nodiscard]] const std::vector<Resource>& resources() const { return resources_; }

private:
  const ErrorCode* code_;
  std::string cause_;
  std::map<std::string, std::string> metadata_;
  std::vector<Resource> resources_;
};

// Nothing, or the failure that kept it from being done.
class [[nodiscard]] Outcome {
public:
  Outcome() = default;
  Outcome(Failure failure) : failure_(std::move(failure)) {}
  Outcome(const Status& status) {
    if (!status.ok())
      failure_ = Failure::from_status(status);
  }
  [[nodiscard]] bool ok() const { return !failure_.has_value(); }
  [[nodiscard]] const Failure& failure() const& { return *failure_; }
  [[nodiscard]] Failure failure() && { return *std::move(failure_); }

private:
  std::optional<Failure> failure_;
};

// A value, or the failure that kept it from being.
template <typename T> class [[nodiscard]] Answer {
public:
  Answer(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Answer(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}
  Answer(const Status& status) : state_(std::in_place_index<1>, Failure::from_status(status)) {
    assert(!status.ok());
  }

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  [[nodiscard]] const Failure& failure() const { return std::get<1>(state_); }
  // The name by which TENON_ASSIGN_OR_RETURN asks for it.
  [[nodiscard]] const Failure& status() const { return failure(); }

  T& operator*() & { return require(); }
  const T& operator*() const& { return const_cast<Answer*>(this)->require(); }
  T&& operator*() && { return std::move(require()); }
  T* operator->() { return &require(); }
  const T* operator->() const { return &const_cast<Answer*>(this)->require(); }

private:
  T& require() {
    if (!ok())
      std::abort(); // reading a value that is not there is a bug, in release too
    return std::get<0>(state_);
  }
  std::variant<T, Failure> state_;
};

// Returns the failure of an Outcome from the enclosing function.
#define TENON_RETURN_IF_FAILED(expression)                                                         \
  do {                                                                                             \
    if (::tenon::daml_api::Outcome tenon_outcome_ = (expression); !tenon_outcome_.ok())            \
      return std::move(tenon_outcome_).failure();                                                  \
  } while (false)

} // namespace tenon::daml_api
