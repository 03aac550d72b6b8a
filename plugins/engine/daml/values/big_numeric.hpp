// BigNumeric: a decimal number of up to 2^15 digits on either side of the point. Exists while a
// contract runs; it is no value of the ledger. Values; any thread.
//
// A number is kept without zeros at the end, so its scale may be negative. Operations fail with
// OUT_OF_RANGE when the result has too many digits. Time grows with the product of the digits:
// the caller charges for it.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>

#include "values/numeric.hpp"

namespace tenon::daml {

// In the order of Daml's literals.
enum class RoundingMode : std::uint8_t {
  kUp,          // away from zero
  kDown,        // towards zero
  kCeiling,     // towards the greater
  kFloor,       // towards the lesser
  kHalfUp,      // to the nearest; half-way: away from zero
  kHalfDown,    // to the nearest; half-way: towards zero
  kHalfEven,    // to the nearest; half-way: to the even one
  kUnnecessary, // the result must be exact
};

// By the number that Daml-LF gives it.
[[nodiscard]] Result<RoundingMode> rounding_mode(std::int64_t number);

class BigNumeric {
public:
  using Integer = boost::multiprecision::cpp_int;
  static constexpr std::int64_t kMaxScale = 1 << 15;
  static constexpr std::int64_t kMaxIntegerDigits = 1 << 15;
  static constexpr std::int64_t kMaxShift = 1 << 16;

  BigNumeric() = default; // 0
  // unscaled / 10^scale
  static Result<BigNumeric> make(Integer unscaled, std::int64_t scale);
  static BigNumeric from_numeric(const Numeric& value); // NUMERIC_TO_BIGNUMERIC

  // Exact, or it fails.
  [[nodiscard]] Result<Numeric> to_numeric(int scale) const; // BIGNUMERIC_TO_NUMERIC
  // BIGNUMERIC_TO_TEXT: all digits, one behind the point at least.
  [[nodiscard]] std::string to_text() const;

  [[nodiscard]] std::int64_t scale() const { return scale_; }
  // How many digits the unscaled integer has; 0 has one.
  [[nodiscard]] std::int64_t precision() const;

  [[nodiscard]] Result<BigNumeric> add(const BigNumeric& other) const;
  [[nodiscard]] Result<BigNumeric> subtract(const BigNumeric& other) const;
  [[nodiscard]] Result<BigNumeric> multiply(const BigNumeric& other) const;
  // To `scale` digits behind the point.
  [[nodiscard]] Result<BigNumeric> divide(const BigNumeric& other, std::int64_t scale,
                                          RoundingMode mode) const;
  // Times 10^-places.
  [[nodiscard]] Result<BigNumeric> shift_right(std::int64_t places) const;

  [[nodiscard]] std::strong_ordering compare(const BigNumeric& other) const;
  friend bool operator==(const BigNumeric&, const BigNumeric&) = default;

private:
  BigNumeric(Integer unscaled, std::int64_t scale)
      : unscaled_(std::move(unscaled)), scale_(scale) {}

  Integer unscaled_ = 0;
  std::int64_t scale_ = 0;
};

} // namespace tenon::daml
