// How requests of the JSON API are answered: {"result": …, "status": 200}, or {"errors": […],
// "status": …} with what the ledger said where it was the ledger. Read<T> is to Refusal what
// Result<T> is to Status, and takes failures of both kinds. Values only; any thread.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/http/message.hpp"
#include "common/json/json_text.hpp"
#include "errors/failure.hpp"

namespace tenon::daml_api::json {

class [[nodiscard]] Refusal {
public:
  Refusal(unsigned status, std::string error) : status_(status), error_(std::move(error)) {}
  // What the ledger or a service of it has against the request.
  Refusal(Failure failure);

  // {"unknownTemplateIds": […]} beside the error.
  Refusal&& warning(api::Json warnings) && {
    warnings_ = std::move(warnings);
    return std::move(*this);
  }

  [[nodiscard]] unsigned status() const { return status_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  // It was the ledger that refused, and not this API.
  [[nodiscard]] bool by_ledger() const { return failure_.has_value(); }
  // `request_id` goes into what the ledger said.
  [[nodiscard]] std::string to_json(std::string_view request_id) const;

private:
  unsigned status_;
  std::string error_;
  std::optional<Failure> failure_;
  api::Json warnings_;
};

// Of what the client sent: 400.
[[nodiscard]] Refusal bad_request(std::string error);
// 401.
[[nodiscard]] Refusal unauthorized(std::string error);

// A value, or why there is none.
template <typename T> class [[nodiscard]] Read {
public:
  Read(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Read(Refusal refusal) : state_(std::in_place_index<1>, std::move(refusal)) {}
  Read(Failure failure) : state_(std::in_place_index<1>, Refusal(std::move(failure))) {}
  // What this node could not read of its own.
  Read(const Status& status) : Read(Failure::from_status(status)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  // The name by which TENON_ASSIGN_OR_RETURN asks for it.
  [[nodiscard]] const Refusal& status() const { return std::get<1>(state_); }

  T& operator*() & { return require(); }
  const T& operator*() const& { return const_cast<Read*>(this)->require(); }
  T&& operator*() && { return std::move(require()); }
  T* operator->() { return &require(); }
  const T* operator->() const { return &const_cast<Read*>(this)->require(); }

private:
  T& require() {
    if (!ok())
      std::abort(); // reading a value that is not there is a bug, in release too
    return std::get<0>(state_);
  }
  std::variant<T, Refusal> state_;
};

// {"result": …, "status": 200}; `warnings`, an object of JSON, stands before the result if it is
// not empty.
[[nodiscard]] api::http::Response result_response(std::string_view result,
                                                  std::string_view warnings = {});
[[nodiscard]] api::http::Response refusal_response(const Refusal& refusal,
                                                   std::string_view request_id);
[[nodiscard]] api::http::Response json_response(unsigned status, std::string body);

// {"unknownTemplateIds": ["Module:Name"]}; an empty text for none.
[[nodiscard]] std::string warnings_text(const char* name, const std::vector<std::string>& unknown);

} // namespace tenon::daml_api::json
