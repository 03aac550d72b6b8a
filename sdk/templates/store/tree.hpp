// The sparse Merkle tree over a state, computed from its definition (merkle/sparse_proof.hpp) and
// never kept: a subtree without leaves is empty, one with a single leaf is that leaf, everything
// else is an inner node over its two halves. Costs one pass over all leaves; a store for large
// states keeps the nodes instead and touches only the paths that a block changes. Pure; any thread.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "tenon/merkle/sparse_proof.hpp"

namespace state_tree {

struct Leaf {
  tenon::Hash key_hash;
  tenon::Hash value_hash;
};
// Sorted by key hash.
using Leaves = std::span<const Leaf>;

struct Halves {
  Leaves left;
  Leaves right;
};

// By the bit of the key hash at `depth`; all bits above it are the same in a subtree.
inline Halves halves(Leaves leaves, std::size_t depth) {
  const auto middle = std::partition_point(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
    return !tenon::merkle::bit_at(leaf.key_hash, depth);
  });
  const auto left = static_cast<std::size_t>(middle - leaves.begin());
  return {leaves.first(left), leaves.subspan(left)};
}

inline tenon::Hash subtree_root(Leaves leaves, std::size_t depth = 0) {
  if (leaves.empty())
    return tenon::merkle::empty_hash();
  if (leaves.size() == 1)
    return tenon::merkle::leaf_hash(leaves[0].key_hash, leaves[0].value_hash);
  const Halves parts = halves(leaves, depth);
  return tenon::merkle::inner_hash(subtree_root(parts.left, depth + 1),
                                   subtree_root(parts.right, depth + 1));
}

// The path from the root towards `key_hash`, to where it ends: in nothing, in the key's leaf, or in
// the leaf of another key, which proves that this one is absent.
inline tenon::merkle::SparseProof path_to(Leaves leaves, const tenon::Hash& key_hash) {
  using End = tenon::merkle::SparseProof::End;
  tenon::merkle::SparseProof proof;
  for (std::size_t depth = 0; leaves.size() > 1; ++depth) {
    const Halves parts = halves(leaves, depth);
    const bool right = tenon::merkle::bit_at(key_hash, depth);
    proof.siblings.push_back(subtree_root(right ? parts.left : parts.right, depth + 1));
    leaves = right ? parts.right : parts.left;
  }
  if (leaves.empty()) {
    proof.end = End::kEmpty;
  } else if (leaves[0].key_hash == key_hash) {
    proof.end = End::kLeaf;
  } else {
    proof.end = End::kOtherLeaf;
    proof.other_key_hash = leaves[0].key_hash;
    proof.other_value_hash = leaves[0].value_hash;
  }
  return proof;
}

} // namespace state_tree
