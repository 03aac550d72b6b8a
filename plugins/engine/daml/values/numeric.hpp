// Numeric s: a decimal number of 38 digits, s of them behind the point. Values; any thread.
//
// Results are rounded half to even to the scale that was asked for; a result of more than 38 digits
// is OUT_OF_RANGE. Scales come from types and are between 0 and 37: any other aborts, except in
// make(), which takes numbers from outside.
#pragma once

#include <compare>
#include <cstdint>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml {

class Numeric {
public:
  using Unscaled = __int128;
  static constexpr int kMaxDigits = 38;
  static constexpr int kMaxScale = 37;

  Numeric() = default; // 0 with scale 0

  // unscaled / 10^scale. OUT_OF_RANGE for more than 38 digits and for a scale that is none.
  static Result<Numeric> make(Unscaled unscaled, std::int64_t scale);
  static Result<Numeric> from_int64(std::int64_t value, int scale); // INT64_TO_NUMERIC
  static Numeric greatest(int scale);

  // As values are written on the ledger: -?(0|[1-9][0-9]*)\.[0-9]*, where the digits behind the
  // point tell the scale.
  static Result<Numeric> parse(std::string_view text);
  // TEXT_TO_NUMERIC: [+-]?[0-9]+(\.[0-9]+)?, any number of zeros at both ends.
  static Result<Numeric> parse_lenient(std::string_view text, int scale);
  // As clients send values: [+-]?[0-9]{1,38}(\.[0-9]{0,37})?, with the least scale that keeps it.
  static Result<Numeric> parse_least_scale(std::string_view text);
  // As JSON has numbers, exponent and all; digits beyond the scale are rounded away.
  static Result<Numeric> parse_rounded(std::string_view text, int scale);

  [[nodiscard]] Unscaled unscaled() const { return unscaled_; }
  [[nodiscard]] int scale() const { return scale_; }

  // As many digits behind the point as the scale says: "1.50", "7.".
  [[nodiscard]] std::string to_text() const;
  // NUMERIC_TO_TEXT: without the zeros at the end, but with one digit behind the point at least.
  [[nodiscard]] std::string to_short_text() const;
  // Two's complement, big-endian, no more bytes than needed: as keys are hashed.
  [[nodiscard]] Bytes unscaled_bytes() const;

  // Both of one scale.
  [[nodiscard]] Result<Numeric> add(const Numeric& other) const;
  [[nodiscard]] Result<Numeric> subtract(const Numeric& other) const;
  [[nodiscard]] Result<Numeric> multiply(const Numeric& other, int scale) const;
  [[nodiscard]] Result<Numeric> divide(const Numeric& other, int scale) const;
  // To `digits` behind the point (before it when negative); the scale stays.
  [[nodiscard]] Result<Numeric> round(std::int64_t digits) const;
  // The same number with another scale; never rounds.
  [[nodiscard]] Result<Numeric> cast(int scale) const;
  // The point moved: times 10^(this scale - scale).
  [[nodiscard]] Numeric shift(int scale) const;
  // NUMERIC_TO_INT64: towards zero.
  [[nodiscard]] Result<std::int64_t> to_int64() const;

  // By value, whatever the scales.
  [[nodiscard]] std::strong_ordering compare(const Numeric& other) const;
  // Number and scale.
  friend bool operator==(const Numeric&, const Numeric&) = default;

private:
  Numeric(Unscaled unscaled, int scale);

  Unscaled unscaled_ = 0;
  std::uint8_t scale_ = 0;
};

} // namespace tenon::daml
