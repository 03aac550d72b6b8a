// Date and Timestamp: from the first day of year 1 to the last of year 9999, in the proleptic
// Gregorian calendar and UTC. Values; any thread.
#pragma once

#include <compare>
#include <cstdint>

#include "tenon/core/status.hpp"

namespace tenon::daml {

class Date {
public:
  static constexpr std::int32_t kFirstDay = -719162;
  static constexpr std::int32_t kLastDay = 2932896;

  Date() = default; // 1970-01-01
  // Days since 1970-01-01. OUT_OF_RANGE beyond the calendar.
  static Result<Date> from_days(std::int64_t days);
  // YYYY-MM-DD
  static Result<Date> parse(std::string_view text);

  [[nodiscard]] std::int32_t days() const { return days_; }
  [[nodiscard]] std::string to_text() const;

  friend auto operator<=>(const Date&, const Date&) = default;

private:
  explicit Date(std::int32_t days) : days_(days) {}
  std::int32_t days_ = 0;
};

class Timestamp {
public:
  static constexpr std::int64_t kFirstMicros = -62135596800000000;
  static constexpr std::int64_t kLastMicros = 253402300799999999;

  Timestamp() = default; // 1970-01-01T00:00:00Z
  // Microseconds since 1970-01-01T00:00:00Z. OUT_OF_RANGE beyond the calendar.
  static Result<Timestamp> from_micros(std::int64_t micros);
  // YYYY-MM-DDThh:mm:ss[.f]Z with one to nine digits of a second; what is finer than a microsecond
  // is cut off. Midnight may be 24:00:00 of the day before; 23:59:60 is read as 23:59:59.
  static Result<Timestamp> parse(std::string_view text);

  [[nodiscard]] std::int64_t micros() const { return micros_; }
  [[nodiscard]] Result<Timestamp> plus_micros(std::int64_t micros) const;
  // The fraction has no, three or six digits: as few as tell the microsecond.
  [[nodiscard]] std::string to_text() const;

  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;

private:
  explicit Timestamp(std::int64_t micros) : micros_(micros) {}
  std::int64_t micros_ = 0;
};

} // namespace tenon::daml
