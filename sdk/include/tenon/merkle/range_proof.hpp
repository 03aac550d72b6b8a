// That some leaves are all those of the state tree in a range of key hashes: what a replica checks
// before it believes a piece of the state that another one sent. Pure; any thread.
//
// The rules of the tree are those of sparse_proof.hpp. The proof is the walk along the two borders
// of the range, from the root, the left half before the right one: of each place that lies partly
// in the range it says how the tree goes on there. Everything wholly in the range is computed from
// the leaves. Format and vectors: docs/spec/merkle-proof.md.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"
#include "tenon/merkle/walk_step.hpp"

namespace tenon::merkle {

// The hash after this one in numerical order, and the one before it; nothing at the ends.
[[nodiscard]] std::optional<Hash> next_hash(const Hash& hash);
[[nodiscard]] std::optional<Hash> previous_hash(const Hash& hash);

// Key hashes from `first` to `last`, both included. A place of the tree is the span of those that
// begin with its bits.
struct KeySpan {
  Hash first;
  Hash last;

  [[nodiscard]] static KeySpan all();
  [[nodiscard]] bool contains(const Hash& hash) const { return first <= hash && hash <= last; }
  [[nodiscard]] bool contains(const KeySpan& other) const {
    return first <= other.first && other.last <= last;
  }
  [[nodiscard]] bool overlaps(const KeySpan& other) const {
    return first <= other.last && other.first <= last;
  }
  // Of a place `depth` (< 256) bits below the root.
  [[nodiscard]] std::pair<KeySpan, KeySpan> halves(std::size_t depth) const;

  friend bool operator==(const KeySpan&, const KeySpan&) = default;
};

struct RangeLeaf {
  Hash key_hash;
  Hash value_hash;
};

// Steps are taken at places that lie partly in the range; what is asked for is the range.
struct RangeProof {
  std::vector<WalkStep> steps;
};

[[nodiscard]] Bytes encode_range_proof(const RangeProof& proof);
[[nodiscard]] Result<RangeProof> decode_range_proof(BytesView encoded);

// Checks that under `root` the leaves, sorted by key hash, are exactly those in the range.
[[nodiscard]] Status verify_range_proof(const RangeProof& proof, const Hash& root,
                                        const KeySpan& range, std::span<const RangeLeaf> leaves);

// What stands at a place of a tree. `leaf` when there is one key.
struct TreeNode {
  Hash hash; // empty_hash() when there is no key
  std::optional<RangeLeaf> leaf;
};
// Asked from the root downwards, and never below a place with one key or none.
using TreeLookup = FunctionRef<Result<TreeNode>(const KeySpan& place, std::size_t depth)>;

[[nodiscard]] Result<RangeProof> make_range_proof(const KeySpan& range, TreeLookup lookup);

// The root of the subtree of these leaves, which are sorted, unique and agree in their first
// `depth` bits.
[[nodiscard]] Hash subtree_root(std::span<const RangeLeaf> leaves, std::size_t depth);
// Looks places up in a list of all leaves, sorted by key hash: for trees that are not kept.
[[nodiscard]] TreeNode node_of_leaves(std::span<const RangeLeaf> leaves, const KeySpan& place,
                                      std::size_t depth);

} // namespace tenon::merkle
