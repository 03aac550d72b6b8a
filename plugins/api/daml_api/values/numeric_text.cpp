#include "values/numeric_text.hpp"

#include <algorithm>

namespace tenon::daml_api {

namespace {

constexpr std::size_t kMaxDigits = 38;
constexpr std::size_t kMaxScale = 37;

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::optional<std::string> numeric_for_engine(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string_view integer = text.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos)
    fraction = text.substr(point + 1);
  if (integer.empty() || integer.size() > kMaxDigits || fraction.size() > kMaxScale ||
      !all_digits(integer) || !all_digits(fraction)) {
    return std::nullopt;
  }
  integer.remove_prefix(std::min(integer.find_first_not_of('0'), integer.size()));
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (integer.size() + fraction.size() > kMaxDigits)
    return std::nullopt;
  const bool zero = integer.empty() && fraction.empty();
  std::string result = negative && !zero ? "-" : "";
  result.append(integer.empty() ? std::string_view("0") : integer);
  result.push_back('.');
  result.append(fraction);
  return result;
}

} // namespace tenon::daml_api
