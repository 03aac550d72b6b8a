// Work of which instructions.py counts the processor's instructions: always the same, whatever the
// time and wherever memory lies. One thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "tenon/core/status.hpp"

namespace tenon::bench {

// "create_and_exercise", "fold" or "map".
[[nodiscard]] Status do_counted_work(const std::filesystem::path& packages, std::string_view work);

} // namespace tenon::bench
