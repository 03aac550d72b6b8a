#include "values/decimal_text.hpp"

#include <algorithm>
#include <charconv>

namespace tenon::daml {

namespace {

std::string_view take_digits(std::string_view& rest) {
  const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const std::string_view digits = rest.substr(0, size);
  rest.remove_prefix(size);
  return digits;
}

bool take_exponent(std::string_view rest, std::int32_t& exponent) {
  const bool plus = !rest.empty() && rest[0] == '+';
  if (plus)
    rest.remove_prefix(1); // from_chars knows no plus sign
  if (rest.empty() || (plus && rest[0] == '-'))
    return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
  return error == std::errc() && end == rest.data() + rest.size();
}

} // namespace

std::string_view DecimalText::significant_integer() const {
  return integer.substr(std::min(integer.find_first_not_of('0'), integer.size()));
}

std::string_view DecimalText::significant_fraction() const {
  const std::size_t last = fraction.find_last_not_of('0');
  return last == std::string_view::npos ? std::string_view() : fraction.substr(0, last + 1);
}

std::optional<DecimalText> scan_decimal(std::string_view text) {
  DecimalText result;
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    result.sign = rest[0];
    rest.remove_prefix(1);
  }
  result.integer = take_digits(rest);
  if (!rest.empty() && rest[0] == '.') {
    result.has_point = true;
    rest.remove_prefix(1);
    result.fraction = take_digits(rest);
  }
  if (!rest.empty() && (rest[0] == 'e' || rest[0] == 'E')) {
    result.has_exponent = true;
    return take_exponent(rest.substr(1), result.exponent) ? std::optional(result) : std::nullopt;
  }
  return rest.empty() ? std::optional(result) : std::nullopt;
}

} // namespace tenon::daml
