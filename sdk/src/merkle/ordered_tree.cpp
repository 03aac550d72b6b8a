#include "tenon/merkle/ordered_tree.hpp"

#include <bit>

#include "tenon/crypto/sha256.hpp"

namespace tenon::merkle {

namespace {

constexpr BytesView kLeafPrefix("\0", 1);
constexpr BytesView kNodePrefix("\1", 1);
// After the key hash of a write.
constexpr BytesView kRemoved("\0", 1);
constexpr BytesView kWritten("\1", 1);

Hash node_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({kNodePrefix, left.view(), right.view()});
}

// The largest power of two smaller than `count` (>= 2): where RFC 9162 splits a list.
std::size_t split_point(std::size_t count) {
  return std::bit_floor(count - 1);
}

} // namespace

Hash ordered_leaf(BytesView bytes) {
  return crypto::sha256({kLeafPrefix, bytes});
}

// Level by level: neighbours make a node, and one that is left over goes up as it is, which is
// where splitting at powers of two puts it as well.
Hash ordered_root(std::span<const Hash> leaves) {
  if (leaves.empty())
    return crypto::sha256(BytesView());
  constexpr std::size_t kMessageSize = kNodePrefix.size() + 2 * Hash::kSize;
  std::vector<Hash> level(leaves.begin(), leaves.end());
  Bytes messages;
  while (level.size() > 1) {
    const std::size_t nodes = level.size() / 2;
    messages.clear();
    for (std::size_t i = 0; i < nodes; ++i)
      messages.append(kNodePrefix).append(level[2 * i].view()).append(level[2 * i + 1].view());
    const bool left_over = level.size() % 2 != 0;
    const Hash last = level.back();
    crypto::sha256_many(messages, kMessageSize, std::span(level).first(nodes));
    level.resize(nodes);
    if (left_over)
      level.push_back(last);
  }
  return level[0];
}

std::vector<Hash> ordered_path(std::span<const Hash> leaves, std::size_t index) {
  if (leaves.size() <= 1 || index >= leaves.size())
    return {};
  const std::size_t split = split_point(leaves.size());
  const bool left = index < split;
  std::vector<Hash> path = left ? ordered_path(leaves.first(split), index)
                                : ordered_path(leaves.subspan(split), index - split);
  path.push_back(ordered_root(left ? leaves.subspan(split) : leaves.first(split)));
  return path;
}

bool verify_ordered_path(const Hash& root, const Hash& leaf, std::size_t index,
                         std::size_t leaf_count, std::span<const Hash> path) {
  if (index >= leaf_count)
    return false;
  // RFC 9162 section 2.1.3.2; `last` is the index of the last node of the current level.
  std::size_t last = leaf_count - 1;
  Hash node = leaf;
  for (const Hash& sibling : path) {
    if (last == 0)
      return false;
    if ((index & 1) != 0 || index == last) {
      node = node_hash(sibling, node);
      while ((index & 1) == 0 && index != 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      node = node_hash(node, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  return last == 0 && node == root;
}

Hash write_leaf(const Hash& key_hash, const Hash* value_hash) {
  return value_hash == nullptr
             ? crypto::sha256({kLeafPrefix, key_hash.view(), kRemoved})
             : crypto::sha256({kLeafPrefix, key_hash.view(), kWritten, value_hash->view()});
}

Hash writes_root(std::span<const WrittenKey> writes) {
  Bytes messages;
  messages.reserve(writes.size() * (2 * Hash::kSize + 2)); // so that views into it stay
  std::vector<BytesView> each;
  each.reserve(writes.size());
  for (const WrittenKey& write : writes) {
    const std::size_t begin = messages.size();
    messages.append(kLeafPrefix).append(write.key_hash.view());
    if (write.value_hash != nullptr)
      messages.append(kWritten).append(write.value_hash->view());
    else
      messages.append(kRemoved);
    each.push_back(BytesView(messages).substr(begin));
  }
  std::vector<Hash> leaves(writes.size());
  crypto::sha256_each(each, leaves);
  return ordered_root(leaves);
}

} // namespace tenon::merkle
