#include "loader/refusal.hpp"

#include <array>

namespace tenon::host::loader {

namespace {

// In the order of RefusalCode.
constexpr std::array<std::string_view, 24> kNames = {
    "NOT_FOUND",    "UNREADABLE", "NOT_ELF",       "WRONG_MACHINE", "TRUNCATED",
    "NO_NOTE",      "BAD_NOTE",   "WRONG_MAJOR",   "WRONG_MINOR",   "BAD_DESCRIPTOR",
    "WRONG_KIND",   "WRONG_NAME", "WRONG_DIGEST",  "MISSING_NEED",  "MISSING_OFFER",
    "BAD_SCHEMA",   "BAD_CONFIG", "NO_ENTRY",      "EXTRA_EXPORTS", "LINK_FAILED",
    "ENTRY_FAILED", "BAD_TABLE",  "CREATE_FAILED", "START_FAILED",
};
static_assert(kNames.size() == static_cast<std::size_t>(RefusalCode::kStartFailed) + 1);

} // namespace

std::string_view refusal_name(RefusalCode code) {
  return kNames[static_cast<std::size_t>(code)];
}

std::string Refusal::sentence() const {
  std::string text = file + " refused (" + std::string(refusal_name(code)) + "): " + what;
  if (!expected.empty())
    text += "; expected " + expected;
  if (!found.empty())
    text += "; found " + found;
  if (!how_to_fix.empty())
    text += ". How to fix: " + how_to_fix;
  return text;
}

Status Refusal::status() const {
  return failed_precondition(sentence());
}

Status to_status(const std::vector<Refusal>& refusals) {
  std::string sentences;
  for (const Refusal& refusal : refusals)
    sentences += (sentences.empty() ? "" : "\n") + refusal.sentence();
  return failed_precondition(std::move(sentences));
}

} // namespace tenon::host::loader
