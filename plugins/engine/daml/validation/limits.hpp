// What bounds the validation of one package. Like the limits of packages themselves these decide
// what a ledger accepts, so they are part of the engine's fingerprint. Constants; any thread.
#pragma once

#include <cstdint>

#include "lf/limits.hpp"

namespace tenon::daml::validation {

// Of a type with its synonyms expanded and its variables replaced: larger than any that can be
// written, so that programs may put written types together.
inline constexpr std::uint32_t kMaxTypeLevels = 2 * lf::kMaxTypeDepth;
inline constexpr std::uint32_t kMaxTypeParts = 2 * lf::kMaxTypeSize;

// Expressions inside each other; also types and kinds as written.
inline constexpr int kMaxExpressionLevels = lf::kMaxNesting;

// Steps that the validator may take: so many for any package, and so many more for each part of it
// (an expression, an entry of a table), up to a highest number. What is kept costs about one step
// for each eight bytes, so that steps bound the memory too.
inline constexpr std::uint64_t kBaseWork = 10'000'000;
inline constexpr std::uint64_t kWorkPerPart = 250;
inline constexpr std::uint64_t kMaxWork = 500'000'000;

// The steps that keeping something costs: a type besides its parts, a reference from one module to
// another, a name on the way to a fully resolved one.
inline constexpr std::uint64_t kTypeWork = 20;
inline constexpr std::uint64_t kReferenceWork = 20;
inline constexpr std::uint64_t kNameWork = 20;

// Of a type in a message.
inline constexpr std::size_t kMaxTypeText = 400;

} // namespace tenon::daml::validation
