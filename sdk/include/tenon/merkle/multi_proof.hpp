// What many keys have, or that they have nothing, under one root of the state tree: one proof in
// which paths share what they have in common, so that each sibling stands in it once. Pure; any
// thread.
//
// The rules of the tree are those of sparse_proof.hpp. The proof is the walk from the root over the
// places with keys that are asked for, the left half before the right one. Checking it takes one
// hash for each of its steps. Format and vectors: docs/spec/merkle-proof.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/merkle/range_proof.hpp"
#include "tenon/merkle/walk_step.hpp"

namespace tenon::merkle {

inline constexpr std::size_t kMaxMultiProofKeys = 4096;

// Steps are taken at every place with a key that is asked for, down to where the tree ends.
struct MultiProof {
  std::vector<WalkStep> steps;
};

[[nodiscard]] Bytes encode_multi_proof(const MultiProof& proof);
[[nodiscard]] Result<MultiProof> decode_multi_proof(BytesView encoded);

struct KeyClaim {
  Hash key_hash;
  std::optional<Hash> value_hash; // nothing: the key is absent
};

// Checks that every claim holds under `root`. Claims are sorted by key hash, each key once.
[[nodiscard]] Status verify_multi_proof(const MultiProof& proof, const Hash& root,
                                        std::span<const KeyClaim> claims);

// Of key hashes that are sorted, each once.
[[nodiscard]] Result<MultiProof> make_multi_proof(std::span<const Hash> key_hashes,
                                                  TreeLookup lookup);

} // namespace tenon::merkle
