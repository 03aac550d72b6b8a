// What the programs have in common that measure the shipped store. One thread.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tenon/core/status.hpp"

namespace tenon::bench {

// Of the installation, or the build folder, that this program lies in.
[[nodiscard]] std::filesystem::path shipped_plugin();

// Prints the figures, or why there are none. The program's exit code.
[[nodiscard]] int answer(const Result<nlohmann::json>& figures);

} // namespace tenon::bench
