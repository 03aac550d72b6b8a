#include "values/int64.hpp"

#include <charconv>
#include <limits>

#include "values/text.hpp"

namespace tenon::daml {

namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Status misfit(std::int64_t left, std::string_view operation, std::int64_t right) {
  return out_of_range(std::to_string(left) + " " + std::string(operation) + " " +
                      std::to_string(right) + " is no Int64");
}

} // namespace

Result<std::int64_t> add_int64(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(left, right, &sum))
    return misfit(left, "+", right);
  return sum;
}

Result<std::int64_t> subtract_int64(std::int64_t left, std::int64_t right) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(left, right, &difference))
    return misfit(left, "-", right);
  return difference;
}

Result<std::int64_t> multiply_int64(std::int64_t left, std::int64_t right) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product))
    return misfit(left, "*", right);
  return product;
}

Result<std::int64_t> divide_int64(std::int64_t left, std::int64_t right) {
  if (right == 0 || (left == kLeast && right == -1))
    return misfit(left, "/", right);
  return left / right;
}

Result<std::int64_t> remainder_int64(std::int64_t left, std::int64_t right) {
  if (right == 0)
    return misfit(left, "modulo", right);
  return right == -1 ? 0 : left % right; // the processor refuses the least integer modulo -1
}

Result<std::int64_t> power_int64(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0)
    return misfit(base, "to the power", exponent);
  if (exponent == 0)
    return std::int64_t{1};
  // By squaring. No square is made that the result does not need, so an overflow is always one of
  // the result.
  std::int64_t square = base;
  std::int64_t product = 1;
  bool overflow = false;
  for (std::int64_t rest = exponent; rest > 1; rest /= 2) {
    if (rest % 2 == 1)
      overflow = overflow || __builtin_mul_overflow(product, square, &product);
    overflow = overflow || __builtin_mul_overflow(square, square, &square);
  }
  if (overflow || __builtin_mul_overflow(product, square, &product))
    return misfit(base, "to the power", exponent);
  return product;
}

Result<std::int64_t> parse_int64(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-'))
    digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return invalid_argument("expected an optional sign and digits, found " + quote(text));
  }
  if (text[0] == '+')
    text.remove_prefix(1); // from_chars knows no plus sign
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return out_of_range(quote(text) + " is no Int64");
  return value;
}

} // namespace tenon::daml
