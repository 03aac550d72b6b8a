// The chain's genesis document on disk: read where it is, made once by a solo node. Its bytes are
// the chain's identity, so they are never rewritten. Used by the node; main thread.
#pragma once

#include <filesystem>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::node {

// NOT_FOUND when there is none.
[[nodiscard]] Result<Bytes> read_genesis(const std::filesystem::path& file);
// Whole and synced, or not there at all.
[[nodiscard]] Status write_genesis(const std::filesystem::path& file, BytesView document);

} // namespace tenon::host::node
