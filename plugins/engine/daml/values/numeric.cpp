#include "values/numeric.hpp"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <limits>

#include "values/decimal_text.hpp"
#include "values/text.hpp"

namespace tenon::daml {

namespace {

using Unscaled = Numeric::Unscaled;
// A product has 76 digits and may be scaled up by 37 more; a dividend has 38 and 74 more.
using Wide = boost::multiprecision::int512_t;

constexpr int kMaxDigits = Numeric::kMaxDigits;
constexpr Unscaled kGreatest64 = std::numeric_limits<std::int64_t>::max();

// 10^0, 10^1 …
template <typename Integer, std::size_t kCount> constexpr std::array<Integer, kCount> powers() {
  std::array<Integer, kCount> table{};
  table[0] = 1;
  for (std::size_t i = 1; i < kCount; ++i)
    table[i] = table[i - 1] * 10;
  return table;
}

constexpr auto kPowers = powers<Unscaled, kMaxDigits + 1>();

template <typename Integer> const Integer& power_of_ten(int exponent) {
  if constexpr (std::is_same_v<Integer, Unscaled>) {
    return kPowers[static_cast<std::size_t>(exponent)];
  } else {
    static const auto wide_powers = powers<Wide, 2 * Numeric::kMaxScale + 1>();
    return wide_powers[static_cast<std::size_t>(exponent)];
  }
}

template <typename Integer> Integer magnitude(const Integer& value) {
  return value < 0 ? Integer(-value) : value;
}

bool has_digits_to_spare(Unscaled value) {
  return magnitude(value) < power_of_ten<Unscaled>(kMaxDigits);
}

void require_scale(int scale) {
  if (scale < 0 || scale > Numeric::kMaxScale)
    std::abort(); // scales come from types, which were checked
}

template <typename Integer> std::string digits_of(Integer value) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

template <typename Integer> std::string plain_text(const Integer& unscaled, int scale) {
  std::string digits = digits_of(magnitude(unscaled));
  const auto behind_point = static_cast<std::size_t>(scale);
  if (digits.size() <= behind_point)
    digits.insert(0, behind_point + 1 - digits.size(), '0');
  digits.insert(digits.size() - behind_point, ".");
  return (unscaled < 0 ? "-" : "") + digits;
}

std::string type_name(int scale) {
  return "Numeric " + std::to_string(scale);
}

Status overflow(const Wide& unscaled, int scale) {
  return out_of_range(plain_text(unscaled, scale) + " has too many digits for a " +
                      type_name(scale) + ", which has " + std::to_string(kMaxDigits));
}

Status not_readable(std::string_view text, std::string_view expected) {
  return invalid_argument("expected " + std::string(expected) + ", found " + quote(text));
}

// The quotient, rounded half to even. `divisor` is not 0.
template <typename Integer>
Integer divide_half_even(const Integer& dividend, const Integer& divisor) {
  Integer quotient = dividend / divisor;
  const Integer rest = magnitude(Integer(dividend - quotient * divisor));
  const Integer missing = magnitude(divisor) - rest;
  const bool odd = quotient % 2 != 0;
  if (rest > missing || (rest == missing && odd))
    quotient += (dividend < 0) == (divisor < 0) ? 1 : -1;
  return quotient;
}

template <typename Integer> Result<Numeric> fit(const Integer& unscaled, int scale) {
  if (magnitude(unscaled) >= power_of_ten<Integer>(kMaxDigits))
    return overflow(Wide(unscaled), scale);
  return Numeric::make(static_cast<Unscaled>(unscaled), scale);
}

// `value` has `excess` digits more behind the point than `scale` wants (fewer when negative).
Result<Numeric> bring_to_scale(const Wide& value, int excess, int scale) {
  if (excess < 0)
    return fit(Wide(value * power_of_ten<Wide>(-excess)), scale);
  return fit(divide_half_even(value, power_of_ten<Wide>(excess)), scale);
}

Result<Numeric> bring_to_scale(Unscaled value, int excess, int scale) {
  if (excess < 0 || excess > kMaxDigits)
    return bring_to_scale(Wide(value), excess, scale);
  return fit(divide_half_even(value, power_of_ten<Unscaled>(excess)), scale);
}

Unscaled read_digits(std::string_view digits, bool negative) {
  Unscaled value = 0;
  for (const char digit : digits)
    value = value * 10 + (digit - '0');
  return negative ? -value : value;
}

} // namespace

Numeric::Numeric(Unscaled unscaled, int scale)
    : unscaled_(unscaled), scale_(static_cast<std::uint8_t>(scale)) {}

Result<Numeric> Numeric::make(Unscaled unscaled, std::int64_t scale) {
  if (scale < 0 || scale > kMaxScale) {
    return out_of_range("a Numeric of scale " + std::to_string(scale) + "; expected 0 to " +
                        std::to_string(kMaxScale));
  }
  if (!has_digits_to_spare(unscaled))
    return overflow(Wide(unscaled), static_cast<int>(scale));
  return Numeric(unscaled, static_cast<int>(scale));
}

Result<Numeric> Numeric::from_int64(std::int64_t value, int scale) {
  require_scale(scale);
  return bring_to_scale(Unscaled{value}, -scale, scale);
}

Numeric Numeric::greatest(int scale) {
  require_scale(scale);
  return Numeric(power_of_ten<Unscaled>(kMaxDigits) - 1, scale);
}

Result<Numeric> Numeric::parse(std::string_view text) {
  const auto parts = scan_decimal(text);
  if (!parts || parts->sign == '+' || parts->integer.empty() || !parts->has_point ||
      parts->has_exponent || (parts->integer.size() > 1 && parts->integer[0] == '0')) {
    return not_readable(text, "a Numeric: digits, a point, digits as many as the scale");
  }
  const std::size_t integer_size = parts->significant_integer().size();
  if (parts->fraction.size() > kMaxScale || integer_size + parts->fraction.size() > kMaxDigits) {
    return out_of_range(quote(text) + " is no Numeric: at most " + std::to_string(kMaxDigits) +
                        " digits, " + std::to_string(kMaxScale) + " of them behind the point");
  }
  const std::string digits = std::string(parts->integer) + std::string(parts->fraction);
  return Numeric(read_digits(digits, parts->sign == '-'),
                 static_cast<int>(parts->fraction.size()));
}

Result<Numeric> Numeric::parse_lenient(std::string_view text, int scale) {
  require_scale(scale);
  const auto parts = scan_decimal(text);
  if (!parts || parts->integer.empty() || parts->has_exponent ||
      (parts->has_point && parts->fraction.empty())) {
    return not_readable(text, "digits, and a point between two of them at most");
  }
  const std::string_view integer = parts->significant_integer();
  const std::string_view fraction = parts->significant_fraction();
  const auto behind_point = static_cast<std::size_t>(scale);
  if (integer.size() > kMaxDigits - behind_point || fraction.size() > behind_point)
    return out_of_range(quote(text) + " does not fit a " + type_name(scale));
  std::string digits = std::string(integer) + std::string(fraction);
  digits.append(behind_point - fraction.size(), '0');
  return Numeric(read_digits(digits, parts->sign == '-'), scale);
}

Result<Numeric> Numeric::parse_least_scale(std::string_view text) {
  const auto parts = scan_decimal(text);
  if (!parts || parts->integer.empty() || parts->integer.size() > kMaxDigits ||
      parts->fraction.size() > kMaxScale || parts->has_exponent) {
    return not_readable(text, "a number of 1 to 38 digits and up to 37 behind a point");
  }
  const std::string_view fraction = parts->significant_fraction();
  const std::string digits = std::string(parts->significant_integer()) + std::string(fraction);
  if (digits.size() > kMaxDigits) {
    return out_of_range(quote(text) + " is no Numeric: at most " + std::to_string(kMaxDigits) +
                        " digits");
  }
  return Numeric(read_digits(digits, parts->sign == '-'), static_cast<int>(fraction.size()));
}

Result<Numeric> Numeric::parse_rounded(std::string_view text, int scale) {
  require_scale(scale);
  const auto parts = scan_decimal(text);
  if (!parts || (parts->integer.empty() && parts->fraction.empty()))
    return not_readable(text, "a number");
  std::string digits = std::string(parts->integer) + std::string(parts->fraction);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty())
    return Numeric(0, scale);
  // How many of the digits stand before the place that is rounded to.
  const std::int64_t kept = static_cast<std::int64_t>(digits.size()) -
                            static_cast<std::int64_t>(parts->fraction.size()) + parts->exponent +
                            scale;
  if (kept > kMaxDigits)
    return out_of_range(quote(text) + " does not fit a " + type_name(scale));
  if (kept < 0)
    return Numeric(0, scale);
  const auto kept_size = static_cast<std::size_t>(kept);
  if (digits.size() < kept_size)
    digits.append(kept_size - digits.size(), '0');
  const std::string_view rest = std::string_view(digits).substr(kept_size);
  Unscaled unscaled = read_digits(std::string_view(digits).substr(0, kept_size), false);
  const bool tie = !rest.empty() && rest[0] == '5' &&
                   rest.find_first_not_of('0', 1) == std::string_view::npos;
  if (!rest.empty() && rest[0] >= '5' && (!tie || unscaled % 2 != 0))
    ++unscaled;
  return fit(parts->sign == '-' ? -unscaled : unscaled, scale);
}

std::string Numeric::to_text() const {
  return plain_text(unscaled_, scale_);
}

std::string Numeric::to_short_text() const {
  std::string text = to_text();
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.push_back('0');
  return text;
}

Bytes Numeric::unscaled_bytes() const {
  Bytes bytes;
  Unscaled rest = unscaled_;
  bool sign = false; // of what the bytes so far say
  do {
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(rest & 0xff)));
    sign = (rest & 0x80) != 0;
    rest >>= 8;
  } while (rest != (sign ? -1 : 0));
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

Result<Numeric> Numeric::add(const Numeric& other) const {
  if (scale_ != other.scale_)
    std::abort(); // both operands have one type
  Unscaled sum = 0;
  if (__builtin_add_overflow(unscaled_, other.unscaled_, &sum))
    return overflow(Wide(unscaled_) + Wide(other.unscaled_), scale_);
  return fit(sum, scale_);
}

Result<Numeric> Numeric::subtract(const Numeric& other) const {
  return add(Numeric(-other.unscaled_, other.scale_));
}

Result<Numeric> Numeric::multiply(const Numeric& other, int scale) const {
  require_scale(scale);
  const int excess = scale_ + other.scale_ - scale;
  if (magnitude(unscaled_) <= kGreatest64 && magnitude(other.unscaled_) <= kGreatest64)
    return bring_to_scale(unscaled_ * other.unscaled_, excess, scale);
  return bring_to_scale(Wide(Wide(unscaled_) * Wide(other.unscaled_)), excess, scale);
}

Result<Numeric> Numeric::divide(const Numeric& other, int scale) const {
  require_scale(scale);
  if (other.unscaled_ == 0)
    return out_of_range(to_text() + " divided by 0");
  const int shift = scale + other.scale_ - scale_; // -37 to 74
  if (shift >= 0 && shift <= 18 && magnitude(unscaled_) <= kGreatest64) {
    return fit(divide_half_even(unscaled_ * power_of_ten<Unscaled>(shift), other.unscaled_),
               scale);
  }
  const Wide dividend = Wide(unscaled_) * power_of_ten<Wide>(std::max(shift, 0));
  const Wide divisor = Wide(other.unscaled_) * power_of_ten<Wide>(std::max(-shift, 0));
  return fit(divide_half_even(dividend, divisor), scale);
}

Result<Numeric> Numeric::round(std::int64_t digits) const {
  if (digits > scale_ || digits <= scale_ - kMaxDigits) {
    return out_of_range("a " + type_name(scale_) + " rounded to " + std::to_string(digits) +
                        " digits behind the point; expected " +
                        std::to_string(scale_ - kMaxDigits + 1) + " to " + std::to_string(scale_));
  }
  const Unscaled unit = power_of_ten<Unscaled>(scale_ - static_cast<int>(digits));
  return fit(divide_half_even(unscaled_, unit) * unit, scale_); // 10^38 at most
}

Result<Numeric> Numeric::cast(int scale) const {
  require_scale(scale);
  if (scale >= scale_)
    return bring_to_scale(unscaled_, scale_ - scale, scale);
  const Unscaled unit = power_of_ten<Unscaled>(scale_ - scale);
  if (unscaled_ % unit != 0) {
    return out_of_range(to_text() + " has more digits behind the point than a " +
                        type_name(scale));
  }
  return Numeric(unscaled_ / unit, scale);
}

Numeric Numeric::shift(int scale) const {
  require_scale(scale);
  return Numeric(unscaled_, scale);
}

Result<std::int64_t> Numeric::to_int64() const {
  const Unscaled integer = unscaled_ / power_of_ten<Unscaled>(scale_);
  if (integer > kGreatest64 || integer < -kGreatest64 - 1)
    return out_of_range(to_text() + " is beyond Int64");
  return static_cast<std::int64_t>(integer);
}

std::strong_ordering Numeric::compare(const Numeric& other) const {
  const auto order = [](const auto& left, const auto& right) {
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
  };
  if (scale_ == other.scale_)
    return order(unscaled_, other.unscaled_);
  return order(Wide(Wide(unscaled_) * power_of_ten<Wide>(other.scale_)),
               Wide(Wide(other.unscaled_) * power_of_ten<Wide>(scale_)));
}

} // namespace tenon::daml
