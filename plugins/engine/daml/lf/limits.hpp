// What bounds a package. The reference reads nothing that these refuse except where said. The
// values decide which packages a ledger accepts, so they are part of the engine's fingerprint.
// Constants; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tenon::daml::lf {

// Messages of the archive format inside each other, the package's own included. No expression,
// kind or pattern of a package is nested deeper, so that walking them may recurse.
inline constexpr int kMaxNesting = 1000;

// Types are shared through the package's type table, where no nesting of messages bounds them:
// without these a few kilobytes could describe a type of 2^1000 nodes. No compiler comes near.
inline constexpr std::uint16_t kMaxTypeDepth = 1000;
inline constexpr std::uint32_t kMaxTypeSize = 1u << 16;

// The bytes of one package as archived. Its syntax tree takes some 40 times as much at worst, and
// in practice two to five times.
inline constexpr std::size_t kMaxPackageSize = std::size_t{64} << 20;

} // namespace tenon::daml::lf
