#include "tenon/core/status.hpp"

#include <array>
#include <cstring>

namespace tenon {

namespace {

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};

// The longest prefix that fits and does not cut a UTF-8 sequence in two.
std::size_t fitting_prefix(std::string_view text, std::size_t capacity) {
  if (text.size() <= capacity)
    return text.size();
  std::size_t size = capacity;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u)
    --size;
  return size;
}

} // namespace

std::string_view code_name(Code code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kCodeNames.size() ? kCodeNames[index] : kCodeNames[TENON_UNKNOWN];
}

std::string Status::to_string() const {
  std::string text(code_name(code_));
  if (!message_.empty())
    text.append(": ").append(message_);
  if (fault_)
    text.append(" (fault)");
  return text;
}

Status Status::with_context(std::string_view context) const {
  if (ok())
    return *this;
  Status outer = *this;
  outer.message_ = std::string(context).append(": ").append(message_);
  return outer;
}

std::int32_t Status::to_abi(tenon_status* out) const {
  if (out != nullptr && !ok()) {
    out->code = static_cast<std::uint32_t>(code_);
    out->flags = fault_ ? TENON_STATUS_FAULT : 0u;
    out->reserved = 0;
    const std::size_t size = fitting_prefix(message_, TENON_STATUS_TEXT_CAPACITY);
    out->text_size = static_cast<std::uint32_t>(size);
    std::memcpy(out->text, message_.data(), size);
  }
  return static_cast<std::int32_t>(code_);
}

Status Status::from_abi(std::int32_t code, const tenon_status& status) {
  if (code == TENON_OK)
    return {};
  // A code outside the table or text that overruns comes from a broken callee, and what a broken
  // callee says about a transaction cannot go into a block.
  if (code < 0 || static_cast<std::size_t>(code) >= kCodeNames.size() ||
      status.text_size > TENON_STATUS_TEXT_CAPACITY) {
    return tenon::fault("the callee returned a malformed status, code " + std::to_string(code));
  }
  Status result(static_cast<Code>(code), std::string(status.text, status.text_size));
  result.fault_ = (status.flags & TENON_STATUS_FAULT) != 0;
  return result;
}

} // namespace tenon
