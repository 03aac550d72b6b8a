// A decimal number as text, taken apart but not yet judged: every place that reads numbers has its
// own rules of what may be there. Borrows the text; pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon::daml {

struct DecimalText {
  char sign = 0; // '+', '-' or 0
  std::string_view integer;
  bool has_point = false;
  std::string_view fraction;
  bool has_exponent = false;
  std::int32_t exponent = 0;

  // Without the zeros that change nothing: in front of the integer, behind the fraction.
  [[nodiscard]] std::string_view significant_integer() const;
  [[nodiscard]] std::string_view significant_fraction() const;
};

// [+-]? digits ( . digits )? ( [eE] [+-]? digits )?, where the digits of integer and fraction may
// be missing. Nothing for any other text, and for an exponent beyond 32 bits.
[[nodiscard]] std::optional<DecimalText> scan_decimal(std::string_view text);

} // namespace tenon::daml
