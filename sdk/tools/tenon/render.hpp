// JSON as people read it: objects as "name: value" lines, lists of objects as a table. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tenon::tool {

[[nodiscard]] std::string render(const nlohmann::ordered_json& value);

} // namespace tenon::tool
