// Microseconds as protobuf's messages; the other way is submission/durations.hpp. Pure; any thread.
#pragma once

#include <cstdint>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

namespace tenon::daml_api {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Seconds round down, nanoseconds are never negative, as the message demands.
inline void set_timestamp(google::protobuf::Timestamp& timestamp, std::int64_t unix_us) {
  std::int64_t seconds = unix_us / kMicrosPerSecond;
  std::int64_t micros = unix_us % kMicrosPerSecond;
  if (micros < 0) {
    --seconds;
    micros += kMicrosPerSecond;
  }
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<std::int32_t>(micros * 1000));
}

inline void set_duration(google::protobuf::Duration& duration, std::int64_t us) {
  duration.set_seconds(us / kMicrosPerSecond);
  duration.set_nanos(static_cast<std::int32_t>(us % kMicrosPerSecond * 1000));
}

} // namespace tenon::daml_api
