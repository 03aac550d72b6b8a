// What the places of the state tree are called and what can stand there: paths, leaves, roots.
// Values only; any thread.
#pragma once

#include <optional>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::store {

// Four-bit steps from the root: the address of a page.
using Path = std::vector<std::uint8_t>;

// The four bits of a key hash at a depth counted in pages.
[[nodiscard]] inline std::uint8_t nibble_at(const Hash& hash, std::size_t depth) {
  const std::uint8_t byte = hash.bytes[depth / 2];
  return depth % 2 == 0 ? byte >> 4 : byte & 0x0f;
}

// Disk key of a page: number of nibbles, then the nibbles, two to a byte.
[[nodiscard]] Bytes encode_path(const Path& path);

// One key and its value, with the hash they make together. Lies in the page above it.
struct Leaf {
  Leaf() = default;
  Leaf(const Hash& key, const Hash& value)
      : key_hash(key), value_hash(value), hash(merkle::leaf_hash(key, value)) {}
  Hash key_hash;
  Hash value_hash;
  Hash hash;
};

// What stands at a place of the tree, by hash: nothing, a lone leaf, or a page.
struct Place {
  Place() = default;
  Place(const Leaf& lone) : leaf(lone) {}
  explicit Place(const Hash& page_hash) : page(page_hash) {}

  [[nodiscard]] bool empty() const { return !leaf && !page; }
  [[nodiscard]] Hash hash() const {
    return leaf ? leaf->hash : page ? *page : merkle::empty_hash();
  }

  std::optional<Leaf> leaf;
  std::optional<Hash> page;
};

} // namespace tenon::store
