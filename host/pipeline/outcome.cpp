#include "pipeline/outcome.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline {

namespace {

bool is_reason(std::string_view text) {
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

} // namespace

Explanation explain(const Status& status) {
  tenon_status cut;
  status.to_abi(&cut);
  const std::string_view text(cut.text, status.ok() ? 0 : cut.text_size);
  // A block holds UTF-8; what an engine says may quote a contract's bytes, or be cut in the middle
  // of a character.
  const std::size_t colon = text.find(": ");
  if (colon != std::string_view::npos && is_reason(text.substr(0, colon)))
    return {std::string(text.substr(0, colon)), as_utf8(text.substr(colon + 2))};
  return {std::string(code_name(status.code())), as_utf8(text)};
}

void fill_outcome(const Status& status, v1::Outcome& outcome) {
  Explanation explanation = explain(status);
  outcome.set_code(static_cast<std::uint32_t>(status.code()));
  outcome.set_reason(std::move(explanation.reason));
  outcome.set_message(std::move(explanation.message));
}

Status as_fault(const Status& status) {
  const bool as_it_is = status.ok() || status.fault() || status.code() == Code::kAborted;
  return as_it_is ? status : Status::make_fault(status.code(), status.message());
}

v1::Completion failed_completion(const Status& status) {
  Explanation explanation = explain(status);
  v1::Completion completion;
  completion.set_code(static_cast<std::uint32_t>(status.code()));
  completion.set_reason(std::move(explanation.reason));
  completion.set_message(std::move(explanation.message));
  completion.set_fault(status.fault());
  return completion;
}

} // namespace tenon::host::pipeline
