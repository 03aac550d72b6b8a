// Times and durations of protobuf as microseconds. Pure; any thread.
#pragma once

#include <cstdint>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <optional>
#include <string>

namespace tenon::daml_api {

// Rounded down. Nothing for what is no duration: more than 10,000 years, or nanoseconds beyond a
// second.
[[nodiscard]] std::optional<std::int64_t> duration_us(const google::protobuf::Duration& duration);

// Of a moment of the ledger's calendar, years 1 to 9999; rounded up. Nothing for any other.
[[nodiscard]] std::optional<std::int64_t>
timestamp_us(const google::protobuf::Timestamp& timestamp);

// ISO 8601, as "PT30M" or "PT1H0.5S".
[[nodiscard]] std::string iso_duration(std::uint64_t us);

} // namespace tenon::daml_api
