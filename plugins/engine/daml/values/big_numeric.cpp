#include "values/big_numeric.hpp"

#include <algorithm>
#include <bit>

namespace tenon::daml {

namespace {

using Integer = BigNumeric::Integer;

Integer power_of_ten(std::int64_t exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

// 0 has one digit.
std::int64_t digit_count(const Integer& value) {
  if (value == 0)
    return 1;
  const Integer magnitude = abs(value);
  // log10(2) is about 0.30103: the guess is one off at most.
  const auto bits = static_cast<std::int64_t>(msb(magnitude));
  std::int64_t exponent = bits * 30103 / 100000;
  if (power_of_ten(exponent) > magnitude)
    --exponent;
  else if (power_of_ten(exponent + 1) <= magnitude)
    ++exponent;
  return exponent + 1;
}

// Takes the zeros off the end, in steps that halve.
void strip_zeros(Integer& value, std::int64_t& scale) {
  if (value == 0) {
    scale = 0;
    return;
  }
  // Not more decimal zeros than binary ones.
  const auto most = static_cast<std::uint64_t>(lsb(Integer(abs(value))));
  for (std::uint64_t step = std::bit_floor(most); step > 0; step /= 2) {
    Integer quotient;
    Integer rest;
    divide_qr(value, power_of_ten(static_cast<std::int64_t>(step)), quotient, rest);
    if (rest != 0)
      continue;
    value = std::move(quotient);
    scale -= static_cast<std::int64_t>(step);
  }
}

// Both unscaled integers for the greater of the two scales.
struct Aligned {
  Integer left;
  Integer right;
  std::int64_t scale;
};

Aligned align(const Integer& left, std::int64_t left_scale, const Integer& right,
              std::int64_t right_scale) {
  const std::int64_t scale = std::max(left_scale, right_scale);
  return {left * power_of_ten(scale - left_scale), right * power_of_ten(scale - right_scale),
          scale};
}

// Whether a quotient that was cut off (its rest is not 0) is taken one further from zero.
// `half` compares the rest with one half.
bool rounds_away(RoundingMode mode, bool negative, bool odd, int half) {
  switch (mode) {
  case RoundingMode::kUp:
    return true;
  case RoundingMode::kCeiling:
    return !negative;
  case RoundingMode::kFloor:
    return negative;
  case RoundingMode::kHalfUp:
    return half >= 0;
  case RoundingMode::kHalfDown:
    return half > 0;
  case RoundingMode::kHalfEven:
    return half > 0 || (half == 0 && odd);
  case RoundingMode::kDown:
  case RoundingMode::kUnnecessary:
    break;
  }
  return false;
}

} // namespace

Result<RoundingMode> rounding_mode(std::int64_t number) {
  constexpr auto kLast = static_cast<std::int64_t>(RoundingMode::kUnnecessary);
  if (number < 0 || number > kLast) {
    return out_of_range("rounding mode " + std::to_string(number) + "; expected 0 to " +
                        std::to_string(kLast));
  }
  return static_cast<RoundingMode>(number);
}

Result<BigNumeric> BigNumeric::make(Integer unscaled, std::int64_t scale) {
  strip_zeros(unscaled, scale);
  const std::int64_t integer_digits = digit_count(unscaled) - scale;
  if (scale > kMaxScale || integer_digits > kMaxIntegerDigits) {
    return out_of_range("a BigNumeric of " + std::to_string(std::max<std::int64_t>(scale, 0)) +
                        " digits behind the point and " +
                        std::to_string(std::max<std::int64_t>(integer_digits, 0)) +
                        " before it; expected at most " + std::to_string(kMaxScale) + " of each");
  }
  return BigNumeric(std::move(unscaled), scale);
}

BigNumeric BigNumeric::from_numeric(const Numeric& value) {
  Integer unscaled = value.unscaled();
  std::int64_t scale = value.scale();
  strip_zeros(unscaled, scale);
  return {std::move(unscaled), scale};
}

Result<Numeric> BigNumeric::to_numeric(int scale) const {
  if (scale_ > scale || precision() - scale_ > Numeric::kMaxDigits - scale) {
    std::string text = to_text();
    if (text.size() > 2 * Numeric::kMaxDigits)
      text = text.substr(0, Numeric::kMaxDigits) + "...";
    return out_of_range(text + " is no Numeric " + std::to_string(scale));
  }
  return Numeric::make(static_cast<Numeric::Unscaled>(
                           Integer(unscaled_ * power_of_ten(scale - scale_))),
                       scale);
}

std::string BigNumeric::to_text() const {
  std::string digits = Integer(abs(unscaled_)).str();
  if (scale_ <= 0) {
    digits.append(static_cast<std::size_t>(-scale_), '0').append(".0");
  } else {
    const auto behind_point = static_cast<std::size_t>(scale_);
    if (digits.size() <= behind_point)
      digits.insert(0, behind_point + 1 - digits.size(), '0');
    digits.insert(digits.size() - behind_point, ".");
  }
  return (unscaled_ < 0 ? "-" : "") + digits;
}

std::int64_t BigNumeric::precision() const {
  return digit_count(unscaled_);
}

Result<BigNumeric> BigNumeric::add(const BigNumeric& other) const {
  Aligned both = align(unscaled_, scale_, other.unscaled_, other.scale_);
  return make(both.left + both.right, both.scale);
}

Result<BigNumeric> BigNumeric::subtract(const BigNumeric& other) const {
  Aligned both = align(unscaled_, scale_, other.unscaled_, other.scale_);
  return make(both.left - both.right, both.scale);
}

Result<BigNumeric> BigNumeric::multiply(const BigNumeric& other) const {
  return make(unscaled_ * other.unscaled_, scale_ + other.scale_);
}

Result<BigNumeric> BigNumeric::divide(const BigNumeric& other, std::int64_t scale,
                                      RoundingMode mode) const {
  if (other.unscaled_ == 0)
    return out_of_range("a BigNumeric divided by 0");
  if (scale < -kMaxScale || scale > kMaxScale) {
    return out_of_range("a BigNumeric of scale " + std::to_string(scale) + "; expected " +
                        std::to_string(-kMaxScale) + " to " + std::to_string(kMaxScale));
  }
  const std::int64_t shift = scale + other.scale_ - scale_;
  const Integer dividend = unscaled_ * power_of_ten(std::max<std::int64_t>(shift, 0));
  const Integer divisor = other.unscaled_ * power_of_ten(std::max<std::int64_t>(-shift, 0));
  Integer quotient;
  Integer rest;
  divide_qr(dividend, divisor, quotient, rest);
  if (rest == 0)
    return make(std::move(quotient), scale);
  if (mode == RoundingMode::kUnnecessary) {
    return out_of_range("the quotient of two BigNumerics is not exact with scale " +
                        std::to_string(scale));
  }
  const bool negative = (dividend < 0) != (divisor < 0);
  const int half = Integer(abs(rest) * 2).compare(Integer(abs(divisor)));
  if (rounds_away(mode, negative, bit_test(Integer(abs(quotient)), 0), half))
    quotient += negative ? -1 : 1;
  return make(std::move(quotient), scale);
}

Result<BigNumeric> BigNumeric::shift_right(std::int64_t places) const {
  if (unscaled_ == 0)
    return *this;
  if (places < -kMaxShift || places > kMaxShift) {
    return out_of_range("a BigNumeric shifted by " + std::to_string(places) +
                        " places; expected at most " + std::to_string(kMaxShift));
  }
  return make(unscaled_, scale_ + places);
}

std::strong_ordering BigNumeric::compare(const BigNumeric& other) const {
  const Aligned both = align(unscaled_, scale_, other.unscaled_, other.scale_);
  return both.left.compare(both.right) <=> 0;
}

} // namespace tenon::daml
