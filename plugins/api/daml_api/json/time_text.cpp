#include "json/time_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace tenon::daml_api::json {

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

// `count` digits at the front, which are taken away.
bool take_number(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count)
    return false;
  out = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9')
      return false;
    out = out * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected))
    return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int32_t> take_date(std::string_view& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
      !take(text, '-') || !take_number(text, 2, day) || year == 0)
    return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok())
    return std::nullopt;
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

} // namespace

std::string date_text(std::int32_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string timestamp_text(std::int64_t unix_us) {
  const std::int64_t seconds = floor_divide(unix_us, kMicrosPerSecond);
  const auto micros = static_cast<int>(unix_us - seconds * kMicrosPerSecond);
  const std::int64_t days = floor_divide(seconds, kSecondsPerDay);
  const auto second = static_cast<int>(seconds - days * kSecondsPerDay);
  std::array<char, 32> time{};
  std::snprintf(time.data(), time.size(), "T%02d:%02d:%02d", second / 3600, second / 60 % 60,
                second % 60);
  std::string text = date_text(static_cast<std::int32_t>(days)) + time.data();
  if (micros != 0) {
    const bool millis = micros % 1000 == 0;
    std::snprintf(time.data(), time.size(), millis ? ".%03d" : ".%06d",
                  millis ? micros / 1000 : micros);
    text += time.data();
  }
  return text + "Z";
}

std::optional<std::int32_t> parse_date(std::string_view text) {
  const auto days = take_date(text);
  return text.empty() ? days : std::nullopt;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const auto days = take_date(text);
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!days || !take(text, 'T') || !take_number(text, 2, hour) || !take(text, ':') ||
      !take_number(text, 2, minute) || !take(text, ':') || !take_number(text, 2, second) ||
      hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  std::int64_t micros = 0;
  if (take(text, '.')) {
    std::int64_t unit = kMicrosPerSecond / 10;
    int digit = 0;
    std::size_t digits = 0;
    for (; take_number(text, 1, digit); ++digits, unit /= 10)
      micros += digit * unit;
    if (digits == 0)
      return std::nullopt;
  }
  if (text != "Z")
    return std::nullopt;
  const std::int64_t seconds = *days * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  return seconds * kMicrosPerSecond + micros;
}

} // namespace tenon::daml_api::json
