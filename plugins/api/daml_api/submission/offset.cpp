#include "submission/offset.hpp"

#include <algorithm>

#include "errors/codes.hpp"
#include "tenon/core/encoding.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace api = com::daml::ledger::api::v1;

namespace {

constexpr std::size_t kDigits = 16;

bool is_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

} // namespace

std::string offset_text(std::uint64_t offset) {
  Bytes bytes;
  append_be64(bytes, offset);
  return to_hex(bytes);
}

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), is_digit);
}

Answer<std::uint64_t> parse_offset(std::string_view text, std::string_view field) {
  if (text.empty())
    return missing_field(field);
  if (!is_hexadecimal(text)) {
    const std::string shown = as_utf8(text.substr(0, 100));
    return Failure(codes::kNonHexadecimalOffset, "Offset in " + std::string(field) +
                                             " not specified in hexadecimal: " + shown + ": " +
                                             std::string(field) +
                                             " needs to be a hexadecimal string and not " + shown);
  }
  // Texts sort by their first digits. A longer one comes behind the offset that it begins with; a
  // shorter one comes before all offsets that begin with it, and behind the one before them.
  std::string digits(text.substr(0, kDigits));
  digits.append(kDigits - digits.size(), '0');
  const std::uint64_t offset = read_be64(*from_hex(digits));
  return text.size() < kDigits && offset > 0 ? offset - 1 : offset;
}

Answer<std::uint64_t> resolve_offset(const api::LedgerOffset& offset, std::string_view field,
                                     std::uint64_t ledger_end) {
  switch (offset.value_case()) {
  case api::LedgerOffset::kAbsolute:
    return parse_offset(offset.absolute(), field);
  case api::LedgerOffset::kBoundary:
    if (offset.boundary() == api::LedgerOffset::LEDGER_BEGIN)
      return std::uint64_t{0};
    if (offset.boundary() == api::LedgerOffset::LEDGER_END)
      return ledger_end;
    return wrong_argument("unknown boundary " + std::to_string(offset.boundary()) + " in field " +
                          std::string(field) + ".boundary; expected LEDGER_BEGIN or LEDGER_END");
  case api::LedgerOffset::VALUE_NOT_SET:
    break;
  }
  return missing_field(std::string(field) + ".(boundary|value)");
}

Outcome require_not_after_end(std::string_view kind, std::uint64_t offset,
                              std::uint64_t ledger_end) {
  if (offset <= ledger_end)
    return {};
  return Failure(codes::kOffsetAfterLedgerEnd,
                 std::string(kind) + " offset (" + offset_text(offset) + ") is after ledger end (" +
                     offset_text(ledger_end) + ")");
}

} // namespace tenon::daml_api
