// Values as text for messages, in the manner of Daml: Mod:Iou {owner: 'Alice', amount: 1.50}.
// Pure; any thread.
#pragma once

#include "values/value.hpp"

namespace tenon::daml {

inline constexpr std::size_t kMaxValueTextSize = 200;

// What is longer than `max_size` or nested deeper than a few levels is shown as "...". Any value;
// takes time by the size of the text, not of the value.
[[nodiscard]] std::string to_text(const Value& value, std::size_t max_size = kMaxValueTextSize);

} // namespace tenon::daml
