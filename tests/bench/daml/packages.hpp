// The benchmark's packages, from their texts. Pure; any thread.
#pragma once

#include <filesystem>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::bench {

[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& file);
// The payload of the package that a text says.
[[nodiscard]] Result<Bytes> assemble_file(const std::filesystem::path& file);
// The same in a DAR.
[[nodiscard]] Result<Bytes> dar_of_file(const std::filesystem::path& file);

} // namespace tenon::bench
