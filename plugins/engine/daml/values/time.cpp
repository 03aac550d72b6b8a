#include "values/time.hpp"

#include <chrono>

#include "values/text.hpp"

namespace tenon::daml {

namespace {

constexpr std::int64_t kNanosPerMicro = 1'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::size_t kDateSize = 10; // YYYY-MM-DD
constexpr std::size_t kTimeSize = 8;  // hh:mm:ss
constexpr std::size_t kMaxFractionDigits = 9;

std::string padded(std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

// Digits and nothing else.
bool read_number(std::string_view digits, std::int64_t& value) {
  value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9')
      return false;
    value = value * 10 + (digit - '0');
  }
  return !digits.empty();
}

bool read_date(std::string_view text, std::int64_t& days) {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  if (text.size() != kDateSize || text[4] != '-' || text[7] != '-' ||
      !read_number(text.substr(0, 4), year) || !read_number(text.substr(5, 2), month) ||
      !read_number(text.substr(8, 2), day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  days = date.ok() ? std::chrono::sys_days(date).time_since_epoch().count() : 0;
  return date.ok();
}

bool read_time(std::string_view text, bool has_fraction, std::int64_t& seconds) {
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (text.size() != kTimeSize || text[2] != ':' || text[5] != ':' ||
      !read_number(text.substr(0, 2), hour) || !read_number(text.substr(3, 2), minute) ||
      !read_number(text.substr(6, 2), second)) {
    return false;
  }
  const bool end_of_day = hour == 24 && minute == 0 && second == 0 && !has_fraction;
  const bool leap_second = hour == 23 && minute == 59 && second == 60;
  if (leap_second)
    second = 59;
  seconds = (hour * 60 + minute) * 60 + second;
  return end_of_day || (hour < 24 && minute < 60 && second < 60);
}

// "" or ".123", to nanoseconds.
bool read_fraction(std::string_view text, std::int64_t& nanos) {
  nanos = 0;
  if (text.empty())
    return true;
  if (text[0] != '.' || text.size() > kMaxFractionDigits + 1 ||
      !read_number(text.substr(1), nanos)) {
    return false;
  }
  for (std::size_t i = text.size() - 1; i < kMaxFractionDigits; ++i)
    nanos *= 10;
  return true;
}

} // namespace

Result<Date> Date::from_days(std::int64_t days) {
  if (days < kFirstDay || days > kLastDay) {
    return out_of_range("a date of " + std::to_string(days) +
                        " days since 1970-01-01; expected " + std::to_string(kFirstDay) + " to " +
                        std::to_string(kLastDay));
  }
  return Date(static_cast<std::int32_t>(days));
}

Result<Date> Date::parse(std::string_view text) {
  std::int64_t days = 0;
  if (!read_date(text, days))
    return invalid_argument("expected a date YYYY-MM-DD, found " + quote(text));
  return from_days(days);
}

std::string Date::to_text() const {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days_))};
  return padded(static_cast<int>(date.year()), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2);
}

Result<Timestamp> Timestamp::from_micros(std::int64_t micros) {
  if (micros < kFirstMicros || micros > kLastMicros) {
    return out_of_range("a timestamp of " + std::to_string(micros) +
                        " microseconds since 1970-01-01T00:00:00Z; expected " +
                        std::to_string(kFirstMicros) + " to " + std::to_string(kLastMicros));
  }
  return Timestamp(micros);
}

Result<Timestamp> Timestamp::parse(std::string_view text) {
  std::int64_t days = 0;
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  constexpr std::size_t kTimeStart = kDateSize + 1;
  constexpr std::size_t kFractionStart = kTimeStart + kTimeSize;
  const auto is = [text](std::size_t at, char letter) {
    return text[at] == letter || text[at] == letter - 'A' + 'a';
  };
  const bool shaped =
      text.size() > kFractionStart && is(kDateSize, 'T') && is(text.size() - 1, 'Z');
  if (!shaped || !read_date(text.substr(0, kDateSize), days) ||
      !read_fraction(text.substr(kFractionStart, text.size() - 1 - kFractionStart), nanos) ||
      !read_time(text.substr(kTimeStart, kTimeSize), nanos != 0, seconds)) {
    return invalid_argument("expected a time YYYY-MM-DDThh:mm:ss[.ffffff]Z, found " + quote(text));
  }
  return from_micros((days * kSecondsPerDay + seconds) * kMicrosPerSecond +
                     nanos / kNanosPerMicro);
}

Result<Timestamp> Timestamp::plus_micros(std::int64_t micros) const {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(micros_, micros, &sum)) {
    return out_of_range(to_text() + " plus " + std::to_string(micros) +
                        " microseconds is no timestamp");
  }
  return from_micros(sum);
}

std::string Timestamp::to_text() const {
  constexpr std::int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;
  std::int64_t day = micros_ / kMicrosPerDay;
  if (micros_ % kMicrosPerDay < 0)
    --day; // days begin before the epoch too
  const std::int64_t rest = micros_ - day * kMicrosPerDay;
  const std::int64_t second = rest / kMicrosPerSecond;
  const std::int64_t fraction = rest % kMicrosPerSecond;
  std::string text = Date::from_days(day).value().to_text() + "T" + padded(second / 3600, 2) +
                     ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2);
  if (fraction % 1000 != 0) {
    text += "." + padded(fraction, 6);
  } else if (fraction != 0) {
    text += "." + padded(fraction / 1000, 3);
  }
  return text + "Z";
}

} // namespace tenon::daml
