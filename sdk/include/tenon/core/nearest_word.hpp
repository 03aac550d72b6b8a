// What somebody who mistyped a name perhaps meant. Pure, any thread.
#pragma once

#include <span>
#include <string_view>

namespace tenon {

// The candidate that `word` is a likely slip of; empty when none is near.
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string_view> candidates);

} // namespace tenon
