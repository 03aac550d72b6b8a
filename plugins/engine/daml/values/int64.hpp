// Int64 as Daml computes it: every operation whose exact result is no 64-bit integer fails with
// OUT_OF_RANGE. Pure; any thread.
#pragma once

#include <cstdint>

#include "tenon/core/status.hpp"

namespace tenon::daml {

[[nodiscard]] Result<std::int64_t> add_int64(std::int64_t left, std::int64_t right);
[[nodiscard]] Result<std::int64_t> subtract_int64(std::int64_t left, std::int64_t right);
[[nodiscard]] Result<std::int64_t> multiply_int64(std::int64_t left, std::int64_t right);
// Rounds towards zero.
[[nodiscard]] Result<std::int64_t> divide_int64(std::int64_t left, std::int64_t right);
// Has the sign of `left`.
[[nodiscard]] Result<std::int64_t> remainder_int64(std::int64_t left, std::int64_t right);
// A negative exponent fails.
[[nodiscard]] Result<std::int64_t> power_int64(std::int64_t base, std::int64_t exponent);

// TEXT_TO_INT64: [+-]?[0-9]+, any number of leading zeros.
[[nodiscard]] Result<std::int64_t> parse_int64(std::string_view text);

} // namespace tenon::daml
