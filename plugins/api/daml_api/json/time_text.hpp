// Dates and times as they stand in JSON, by ISO 8601. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::daml_api::json {

// "2019-06-18", from days since 1970.
[[nodiscard]] std::string date_text(std::int32_t days);
// "2019-06-18T09:02:16Z", with three or six digits of a second where there are any that count; from
// microseconds since 1970.
[[nodiscard]] std::string timestamp_text(std::int64_t unix_us);

// Back. Nothing for other texts and for what lies outside of the years 1 to 9999; digits beyond
// microseconds are dropped.
[[nodiscard]] std::optional<std::int32_t> parse_date(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);

} // namespace tenon::daml_api::json
