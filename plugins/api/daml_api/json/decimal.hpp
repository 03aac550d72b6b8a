// Numerics: decimals of at most 38 digits, with a scale from 0 to 37. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenon::daml_api::json {

// A number times ten to the power of a scale that is known from elsewhere.
__extension__ using Unscaled = __int128;

// Of a number as JSON writes it, rounded half to even. Nothing for other texts, and for what 38
// digits do not hold.
[[nodiscard]] std::optional<Unscaled> parse_decimal(std::string_view text, int scale);
// How many digits a numeric of the engine has behind its point.
[[nodiscard]] int scale_of(std::string_view numeric);
// Of a numeric of the engine: without zeros at the end, but with a digit behind the point.
[[nodiscard]] std::string short_decimal(std::string_view numeric);

} // namespace tenon::daml_api::json
