#include "json/decimal.hpp"

#include <algorithm>
#include <charconv>

namespace tenon::daml_api::json {

namespace {

constexpr std::size_t kMaxDigits = 38;
constexpr int kMaxExponent = 100'000; // of a number that is not zero or too large anyway

// The digits of a JSON number, without point and leading zeros, and the place of its point.
struct Digits {
  std::string digits;
  int scale = 0; // digits behind the point; may be negative
  bool negative = false;
};

std::size_t digits_at(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

bool read_exponent(std::string_view& text, int& exponent) {
  if (!text.starts_with('e') && !text.starts_with('E'))
    return true;
  text.remove_prefix(1);
  if (text.starts_with('+') && digits_at(text.substr(1)) > 0)
    text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (read.ec != std::errc() || exponent > kMaxExponent || exponent < -kMaxExponent)
    return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return true;
}

std::optional<Digits> read_digits(std::string_view text) {
  Digits number;
  number.negative = text.starts_with('-');
  text.remove_prefix(number.negative ? 1 : 0);
  const std::size_t before = digits_at(text);
  if (before == 0 || (before > 1 && text.front() == '0'))
    return std::nullopt;
  number.digits = text.substr(0, before);
  text.remove_prefix(before);
  if (text.starts_with('.')) {
    const std::size_t behind = digits_at(text.substr(1));
    if (behind == 0)
      return std::nullopt;
    number.digits += text.substr(1, behind);
    number.scale = static_cast<int>(behind);
    text.remove_prefix(1 + behind);
  }
  int exponent = 0;
  if (!read_exponent(text, exponent) || !text.empty())
    return std::nullopt;
  number.scale -= exponent;
  number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size()));
  return number;
}

// Takes `count` digits off the end. True: what is left is to be increased by one.
bool round_off(std::string& digits, std::size_t count) {
  if (count > digits.size()) {
    digits.clear();
    return false;
  }
  const std::string dropped = digits.substr(digits.size() - count);
  digits.resize(digits.size() - count);
  const bool more_than_half =
      dropped[0] > '5' ||
      (dropped[0] == '5' && dropped.find_first_not_of('0', 1) != std::string::npos);
  const bool odd = !digits.empty() && (digits.back() - '0') % 2 == 1;
  return more_than_half || (dropped[0] == '5' && odd);
}

} // namespace

std::optional<Unscaled> parse_decimal(std::string_view text, int scale) {
  auto number = read_digits(text);
  if (!number)
    return std::nullopt;
  if (number->digits.empty())
    return Unscaled{0};
  const int missing = scale - number->scale;
  bool up = false;
  if (missing < 0)
    up = round_off(number->digits, static_cast<std::size_t>(-missing));
  else if (number->digits.size() + static_cast<std::size_t>(missing) > kMaxDigits)
    return std::nullopt;
  else
    number->digits.append(static_cast<std::size_t>(missing), '0');
  if (number->digits.size() > kMaxDigits)
    return std::nullopt;
  Unscaled value = 0;
  for (const char digit : number->digits)
    value = value * 10 + (digit - '0');
  value += up ? 1 : 0;
  Unscaled limit = 1;
  for (std::size_t i = 0; i < kMaxDigits; ++i)
    limit *= 10;
  if (value >= limit)
    return std::nullopt;
  return number->negative ? -value : value;
}

int scale_of(std::string_view numeric) {
  const auto point = numeric.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(numeric.size() - point - 1);
}

std::string short_decimal(std::string_view numeric) {
  std::string text(numeric);
  if (text.find('.') != std::string::npos)
    text.erase(text.find_last_not_of('0') + 1);
  else
    text.push_back('.');
  if (text.back() == '.')
    text.push_back('0');
  return text;
}

} // namespace tenon::daml_api::json
