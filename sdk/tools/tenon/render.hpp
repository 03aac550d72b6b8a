// JSON as people read it: objects as "name: value" lines, lists of objects as a table. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tenon/core/bytes.hpp"

namespace tenon::tool {

[[nodiscard]] std::string render(const nlohmann::ordered_json& value);
// A key: as text where it is one word, otherwise as hex behind "0x".
[[nodiscard]] std::string printable(BytesView bytes);

} // namespace tenon::tool
