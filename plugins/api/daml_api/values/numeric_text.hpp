// Numbers with digits behind a point, as clients write them and as the engine reads them. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenon::daml_api {

// [+-]? 1 to 38 digits ( . 0 to 37 digits )?, of which at most 38 count, as the engine has it: no
// zeros in front, none at the end, always a point. Nothing for any other text.
[[nodiscard]] std::optional<std::string> numeric_for_engine(std::string_view text);

} // namespace tenon::daml_api
