// Whole files in and out. Main thread.
#pragma once

#include <filesystem>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::tool {

[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view content);

// The folder that holds bin/, lib/ and share/ of this installation (or build).
[[nodiscard]] std::filesystem::path installation();

} // namespace tenon::tool
