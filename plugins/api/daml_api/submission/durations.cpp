#include "submission/durations.hpp"

namespace tenon::daml_api {

namespace {

constexpr std::int64_t kMaxDurationSeconds = 315'576'000'000;
constexpr std::int64_t kFirstSecond = -62'135'596'800;
constexpr std::int64_t kLastSecond = 253'402'300'799;
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

} // namespace

std::optional<std::int64_t> duration_us(const google::protobuf::Duration& duration) {
  const std::int64_t seconds = duration.seconds();
  const std::int32_t nanos = duration.nanos();
  if (seconds < -kMaxDurationSeconds || seconds > kMaxDurationSeconds ||
      nanos <= -kNanosPerSecond || nanos >= kNanosPerSecond) {
    return std::nullopt;
  }
  const std::int64_t down = nanos % 1000 < 0 ? 1 : 0;
  return seconds * kMicrosPerSecond + nanos / 1000 - down;
}

std::optional<std::int64_t> timestamp_us(const google::protobuf::Timestamp& timestamp) {
  const std::int64_t seconds = timestamp.seconds();
  const std::int32_t nanos = timestamp.nanos();
  if (seconds < kFirstSecond || seconds > kLastSecond || nanos < 0 || nanos >= kNanosPerSecond)
    return std::nullopt;
  const std::int64_t micros = seconds * kMicrosPerSecond + (nanos + 999) / 1000;
  const std::int64_t last = kLastSecond * kMicrosPerSecond + kMicrosPerSecond - 1;
  return micros <= last ? std::optional(micros) : std::nullopt;
}

std::string iso_duration(std::uint64_t us) {
  const std::uint64_t seconds = us / 1'000'000;
  const std::uint64_t fraction = us % 1'000'000;
  std::string text = "PT";
  if (seconds >= 3600)
    text += std::to_string(seconds / 3600) + "H";
  if (seconds / 60 % 60 != 0)
    text += std::to_string(seconds / 60 % 60) + "M";
  if (seconds % 60 == 0 && fraction == 0 && text.size() > 2)
    return text;
  text += std::to_string(seconds % 60);
  if (fraction != 0) {
    std::string digits = std::to_string(1'000'000 + fraction).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text + "S";
}

} // namespace tenon::daml_api
