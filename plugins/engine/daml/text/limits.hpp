// What bounds the textual form. Nothing of a ledger depends on these values. Constants; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lf/limits.hpp"

namespace tenon::daml::text {

// The bytes of one text, whether written or read.
inline constexpr std::size_t kMaxTextSize = std::size_t{256} << 20;

// Expressions inside each other, and kinds inside each other: each takes two messages of an archive
// at least, but for a template key of an old form. Walking them recurses.
inline constexpr int kMaxNesting = 600;
inline constexpr int kMaxTypeNesting = lf::kMaxTypeDepth;

// Types of more parts are written as their entry in the package's type table.
inline constexpr std::uint32_t kMaxWrittenType = 32;

} // namespace tenon::daml::text
