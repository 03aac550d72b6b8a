// One step of a proof that walks over the state tree: how the tree goes on at a place with keys
// that the proof is asked about. Pure; any thread.
//
// A place is the span of the key hashes that begin with some bits. Which key hashes are asked for,
// and where the walk goes, is said by the proof that has the steps: those of a range
// (range_proof.hpp) or those of a list (multi_proof.hpp). Format: docs/spec/merkle-proof.md.
#pragma once

#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::merkle {

struct WalkStep {
  enum class Kind : std::uint8_t {
    kEmpty = 0,       // nothing is here
    kLeaf = 1,        // one key is here, and it is asked for
    kOtherLeaf = 2,   // one key is here, not asked for: `hash` and `value_hash` are its leaf
    kInner = 3,       // an inner node; key hashes of both halves are asked for
    kEmptyBeside = 4, // an inner node; its half of which none are asked for is empty
    kHashBeside = 5,  // an inner node; its half of which none are asked for has `hash`
  };
  Kind kind = Kind::kEmpty;
  Hash hash;
  Hash value_hash;
};

// 0x01 | for each step: kind u8 | [its one or two hashes]
[[nodiscard]] Bytes encode_steps(std::span<const WalkStep> steps);
// `what` is the proof that they belong to, for the sentence of a refusal.
[[nodiscard]] Result<std::vector<WalkStep>> decode_steps(BytesView encoded, std::size_t max_steps,
                                                         const std::string& what);

} // namespace tenon::merkle
