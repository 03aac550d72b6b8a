// Texts that clients send: whether they are well formed, and the nearest known name. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::api::rest {

// Heights end at 2^40 (an offset is height * 2^24 + index).
inline constexpr std::uint64_t kMaxHeight = (std::uint64_t{1} << 40) - 1;

// "'a', 'b', 'c'"
[[nodiscard]] std::string listed(const std::vector<std::string_view>& names);
// "; did you mean 'limit'?", or nothing when no name is near.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       const std::vector<std::string_view>& known);

} // namespace tenon::api::rest
