// The Merkle tree over a list (RFC 9162 section 2.1): transactions, outcomes, events, a block's
// writes. Pure; any thread.
#pragma once

#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"

namespace tenon::merkle {

// SHA-256(0x00 || bytes)
[[nodiscard]] Hash ordered_leaf(BytesView bytes);
// Of leaf hashes; SHA-256 of nothing when there are none.
[[nodiscard]] Hash ordered_root(std::span<const Hash> leaves);
// The inclusion path of leaf `index`, bottom up.
[[nodiscard]] std::vector<Hash> ordered_path(std::span<const Hash> leaves, std::size_t index);
[[nodiscard]] bool verify_ordered_path(const Hash& root, const Hash& leaf, std::size_t index,
                                       std::size_t leaf_count, std::span<const Hash> path);

// One write of a block, as it stands in the leaf of `writes_root`:
// key hash || 0x01 || value hash, or key hash || 0x00 for a removal. Sorted by key hash.
[[nodiscard]] Hash write_leaf(const Hash& key_hash, const Hash* value_hash);
struct WrittenKey {
  Hash key_hash;
  const Hash* value_hash; // null: removed
};
// Of all writes of a block, sorted.
[[nodiscard]] Hash writes_root(std::span<const WrittenKey> writes);

} // namespace tenon::merkle
