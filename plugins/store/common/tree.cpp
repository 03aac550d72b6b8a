#include "common/tree.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kLevelsPerPage = 4;
constexpr std::size_t kMaxDepth = 64;

// The four binary levels inside a page, by the rule that a lone leaf floats to the top of any
// subtree it has to itself.
struct Subtree {
  Hash hash = merkle::empty_hash();
  bool empty = true;
  bool lone_leaf = false;
};

// Every subtree of a page: level 0 are its slots, level 4 is the page.
using Levels = std::array<std::array<Subtree, Page::kFanout>, kLevelsPerPage + 1>;
using Slots = std::array<Subtree, Page::kFanout>;

Slots slots_of(const Page::Children& children) {
  Slots slots;
  for (std::size_t i = 0; i < Page::kFanout; ++i) {
    if (!children[i].empty())
      slots[i] = {children[i].hash(), false, children[i].leaf.has_value()};
  }
  return slots;
}

Slots slots_of(const Page& page) {
  Slots slots;
  for (std::size_t i = 0; i < Page::kFanout; ++i) {
    if (const Leaf* const leaf = page.leaf_at(i))
      slots[i] = {leaf->hash, false, true};
    else if (const NodeRef* const below = page.page_at(i))
      slots[i] = {(*below)->hash(), false, false};
  }
  return slots;
}

// The subtree of two halves, if it can be said without hashing.
bool combines_without_hash(const Subtree& left, const Subtree& right, Subtree& out) {
  if (left.empty && right.empty) {
    out = {};
  } else if (left.empty && right.lone_leaf) {
    out = right;
  } else if (right.empty && left.lone_leaf) {
    out = left;
  } else {
    return false;
  }
  return true;
}

// The four levels from the bottom up, the nodes of a level hashed side by side.
Levels levels_of(const Slots& slots) {
  constexpr std::size_t kTagSize = merkle::kInnerTag.size();
  constexpr std::size_t kMessageSize = kTagSize + 2 * Hash::kSize;
  Levels levels;
  levels[0] = slots;
  std::array<char, kMessageSize * Page::kFanout / 2> messages;
  std::array<std::size_t, Page::kFanout / 2> places;
  std::array<Hash, Page::kFanout / 2> digests;
  for (std::size_t depth = 0; depth < kLevelsPerPage; ++depth) {
    const auto& below = levels[depth];
    auto& level = levels[depth + 1];
    std::size_t hashed = 0;
    for (std::size_t i = 0; i < Page::kFanout >> (depth + 1); ++i) {
      if (combines_without_hash(below[2 * i], below[2 * i + 1], level[i]))
        continue;
      char* const message = messages.data() + hashed * kMessageSize;
      std::memcpy(message, merkle::kInnerTag.data(), kTagSize);
      std::memcpy(message + kTagSize, below[2 * i].hash.bytes.data(), Hash::kSize);
      std::memcpy(message + kTagSize + Hash::kSize, below[2 * i + 1].hash.bytes.data(),
                  Hash::kSize);
      places[hashed++] = i;
    }
    crypto::sha256_many({messages.data(), hashed * kMessageSize}, kMessageSize,
                        std::span(digests).first(hashed));
    for (std::size_t i = 0; i < hashed; ++i)
      level[places[i]] = {digests[i], false, false};
  }
  return levels;
}

Hash page_hash(const Page::Children& children) {
  return levels_of(slots_of(children))[kLevelsPerPage][0].hash;
}

bool same(const Child& a, const Child& b) {
  if (a.node != b.node || a.leaf.has_value() != b.leaf.has_value())
    return false;
  return !a.leaf || a.leaf->hash == b.leaf->hash;
}

class Updater {
public:
  Updater(const PageSource* source, std::vector<Path>& removed)
      : source_(source), removed_(removed) {}

  Result<Child> apply(const Child& place, std::span<TreeChange> changes) {
    if (changes.empty())
      return place;
    return place.node ? apply_to_page(place, changes)
                      : build(changes, place.leaf ? &*place.leaf : nullptr);
  }

private:
  // A subtree from the changes alone and, unless one of them overwrites it, one existing leaf.
  Result<Child> build(std::span<TreeChange> changes, const Leaf* leaf) {
    std::size_t puts = 0;
    const TreeChange* last_put = nullptr;
    for (TreeChange& change : changes) {
      if (leaf != nullptr && change.key_hash == leaf->key_hash) {
        change.old_value_hash = leaf->value_hash;
        leaf = nullptr;
      }
      if (change.value_hash) {
        ++puts;
        last_put = &change;
      }
    }
    if (puts == 0)
      return leaf != nullptr ? Child(*leaf) : Child();
    if (puts == 1 && leaf == nullptr)
      return Child(Leaf(last_put->key_hash, *last_put->value_hash));
    if (path_.size() >= kMaxDepth)
      return data_loss("two keys of the state have the same hash");
    Page::Children children;
    if (leaf != nullptr)
      children[nibble_at(leaf->key_hash, path_.size())] = *leaf;
    bool changed = false;
    TENON_RETURN_IF_ERROR(update_children(children, changes, changed));
    return finish(std::move(children), false);
  }

  Result<Child> apply_to_page(const Child& place, std::span<TreeChange> changes) {
    TENON_ASSIGN_OR_RETURN(const auto page, page_of(place.node));
    Page::Children children = page->children();
    bool changed = false;
    TENON_RETURN_IF_ERROR(update_children(children, changes, changed));
    return changed ? finish(std::move(children), true) : Result<Child>(place);
  }

  Status update_children(Page::Children& children, std::span<TreeChange> changes, bool& changed) {
    const std::size_t depth = path_.size();
    for (std::size_t begin = 0; begin < changes.size();) {
      const std::uint8_t nibble = nibble_at(changes[begin].key_hash, depth);
      std::size_t end = begin + 1;
      while (end < changes.size() && nibble_at(changes[end].key_hash, depth) == nibble)
        ++end;
      path_.push_back(nibble);
      auto updated = apply(children[nibble], changes.subspan(begin, end - begin));
      path_.pop_back();
      if (!updated.ok())
        return updated.status();
      changed = changed || !same(*updated, children[nibble]);
      children[nibble] = std::move(*updated);
      begin = end;
    }
    return {};
  }

  // A page, or what is left of one: nothing, or a lone leaf that floats up to the parent. Whether
  // the page that vanishes ever reached the disk is not known here: an older version of it may
  // have.
  Result<Child> finish(Page::Children&& children, bool was_page) {
    std::size_t count = 0;
    Child* only = nullptr;
    for (Child& child : children) {
      if (child.empty())
        continue;
      ++count;
      only = &child;
    }
    if (count > 1 || (count == 1 && only->node))
      return Child(std::make_shared<const Page>(std::move(children)));
    if (was_page)
      removed_.push_back(path_);
    return count == 0 ? Child() : std::move(*only);
  }

  Result<std::shared_ptr<const Page>> page_of(const NodeRef& node) {
    if (node->kind() == Node::Kind::kPage)
      return std::static_pointer_cast<const Page>(node);
    return static_cast<const Stub&>(*node).load(*source_, path_);
  }

  const PageSource* source_;
  std::vector<Path>& removed_;
  Path path_;
};

// Walks towards a key hash, page by page, and says what stands where the walk ends: a leaf (of
// whatever key) or nothing. `visit(page, nibble)` sees each page on the way.
template <typename Visit>
Result<std::optional<Leaf>> walk(const PageSource* source, Child place, const Hash& key_hash,
                                 Visit visit) {
  Path path;
  while (place.node) {
    std::shared_ptr<const Page> page;
    if (place.node->kind() == Node::Kind::kPage) {
      page = std::static_pointer_cast<const Page>(place.node);
    } else {
      TENON_ASSIGN_OR_RETURN(page, static_cast<const Stub&>(*place.node).load(*source, path));
    }
    const std::uint8_t nibble = nibble_at(key_hash, path.size());
    visit(*page, nibble);
    path.push_back(nibble);
    place = page->child(nibble);
  }
  return place.leaf;
}

// Appends the siblings of the four levels of one page, and returns the lone leaf in which the path
// ends above the slot, if it does.
const Leaf* page_siblings(const Page& page, std::uint8_t nibble, std::vector<Hash>& out) {
  const Levels levels = levels_of(slots_of(page));
  for (std::size_t depth = kLevelsPerPage; depth > 0; --depth) {
    const std::size_t place = nibble >> depth;
    const Subtree& whole = levels[depth][place];
    if (whole.empty)
      return nullptr;
    if (whole.lone_leaf) {
      for (std::size_t slot = place << depth; slot < (place + 1) << depth; ++slot) {
        if (const Leaf* const leaf = page.leaf_at(slot))
          return leaf;
      }
    }
    out.push_back(levels[depth - 1][(nibble >> (depth - 1)) ^ 1].hash);
  }
  return nullptr;
}

Result<std::shared_ptr<const Page>> peek_page(const PageSource* source, const NodeRef& node,
                                              const Path& path) {
  if (node->kind() == Node::Kind::kPage)
    return std::static_pointer_cast<const Page>(node);
  return static_cast<const Stub&>(*node).peek(*source, path);
}

class LeafWalk {
public:
  LeafWalk(const PageSource* source, const Hash& first, Tree::LeafVisitor visit)
      : source_(source), first_(first), visit_(visit) {}

  // False once the visitor has had enough. `on_border`: the path so far is that of the first hash.
  Result<bool> visit(const Child& place, bool on_border) {
    if (place.leaf)
      return place.leaf->key_hash < first_ ? Result<bool>(true) : visit_(*place.leaf);
    if (!place.node)
      return true;
    TENON_ASSIGN_OR_RETURN(const auto page, peek_page(source_, place.node, path_));
    const std::uint8_t border = on_border ? nibble_at(first_, path_.size()) : std::uint8_t{0};
    for (std::uint8_t nibble = border; nibble < Page::kFanout; ++nibble) {
      path_.push_back(nibble);
      const auto more = visit(page->child(nibble), on_border && nibble == border);
      path_.pop_back();
      if (!more.ok() || !*more)
        return more;
    }
    return true;
  }

private:
  const PageSource* source_;
  Hash first_;
  Tree::LeafVisitor visit_;
  Path path_;
};

// What stands `level` (0 to 4) binary levels below the top of a page, on the way to a slot of it.
merkle::TreeNode node_inside(const Page& page, std::size_t level, std::uint8_t nibble) {
  const std::size_t height = kLevelsPerPage - level;
  const std::size_t place = static_cast<std::size_t>(nibble) >> height;
  const Subtree found = levels_of(slots_of(page))[height][place];
  merkle::TreeNode node{found.hash, std::nullopt};
  for (std::size_t slot = place << height; found.lone_leaf && slot < (place + 1) << height;
       ++slot) {
    if (const Leaf* const leaf = page.leaf_at(slot))
      node.leaf = merkle::RangeLeaf{leaf->key_hash, leaf->value_hash};
  }
  return node;
}

// How many members of the bitmap stand before the one of `bit`.
std::size_t rank(unsigned bitmap, unsigned bit) {
  return static_cast<std::size_t>(std::popcount(bitmap & (bit - 1)));
}

} // namespace

std::uint8_t nibble_at(const Hash& hash, std::size_t depth) {
  const std::uint8_t byte = hash.bytes[depth / 2];
  return depth % 2 == 0 ? byte >> kLevelsPerPage : byte & 0x0f;
}

Bytes encode_path(const Path& path) {
  Bytes out;
  out.push_back(static_cast<char>(path.size()));
  for (std::size_t i = 0; i < path.size(); i += 2) {
    const int low = i + 1 < path.size() ? path[i + 1] : 0;
    out.push_back(static_cast<char>((path[i] << kLevelsPerPage) | low));
  }
  return out;
}

Page::Page(Children&& children) : Node(Kind::kPage, page_hash(children)) {
  for (std::size_t i = 0; i < kFanout; ++i) {
    const auto bit = static_cast<std::uint16_t>(1u << i);
    if (children[i].leaf)
      leaf_bitmap_ |= bit;
    else if (children[i].node)
      page_bitmap_ |= bit;
  }
  leaves_.reserve(static_cast<std::size_t>(std::popcount(leaf_bitmap_)));
  pages_.reserve(static_cast<std::size_t>(std::popcount(page_bitmap_)));
  for (Child& child : children) {
    if (child.leaf)
      leaves_.push_back(*child.leaf);
    else if (child.node)
      pages_.push_back(std::move(child.node));
  }
}

const Leaf* Page::leaf_at(std::size_t nibble) const {
  const unsigned bit = 1u << nibble;
  return (leaf_bitmap_ & bit) == 0 ? nullptr : &leaves_[rank(leaf_bitmap_, bit)];
}

const NodeRef* Page::page_at(std::size_t nibble) const {
  const unsigned bit = 1u << nibble;
  return (page_bitmap_ & bit) == 0 ? nullptr : &pages_[rank(page_bitmap_, bit)];
}

Child Page::child(std::size_t nibble) const {
  if (const Leaf* const leaf = leaf_at(nibble))
    return *leaf;
  const NodeRef* const below = page_at(nibble);
  return below != nullptr ? Child(*below) : Child();
}

Page::Children Page::children() const {
  Children result;
  auto leaf = leaves_.begin();
  auto page = pages_.begin();
  for (std::size_t i = 0; i < kFanout; ++i) {
    if ((leaf_bitmap_ & (1u << i)) != 0)
      result[i].leaf = *leaf++;
    else if ((page_bitmap_ & (1u << i)) != 0)
      result[i].node = *page++;
  }
  return result;
}

Bytes Page::encode() const {
  Bytes out;
  out.reserve(2 * sizeof leaf_bitmap_ + (2 * leaves_.size() + pages_.size()) * Hash::kSize);
  append_be16(out, leaf_bitmap_ | page_bitmap_);
  append_be16(out, leaf_bitmap_);
  auto leaf = leaves_.begin();
  auto page = pages_.begin();
  for (std::size_t i = 0; i < kFanout; ++i) {
    if ((leaf_bitmap_ & (1u << i)) != 0) {
      out.append(leaf->key_hash.view()).append(leaf->value_hash.view());
      ++leaf;
    } else if ((page_bitmap_ & (1u << i)) != 0) {
      out.append((*page++)->hash().view());
    }
  }
  return out;
}

Result<std::shared_ptr<const Page>> Page::decode(BytesView encoded) {
  Reader reader(encoded);
  std::uint16_t present = 0;
  std::uint16_t leaves = 0;
  bool ok = reader.be16(present) && reader.be16(leaves) && (leaves & ~present) == 0;
  Children children;
  for (std::size_t i = 0; ok && i < kFanout; ++i) {
    if ((present & (1u << i)) == 0)
      continue;
    Hash first;
    Hash second;
    ok = reader.hash(first);
    if ((leaves & (1u << i)) != 0) {
      ok = ok && reader.hash(second);
      if (ok)
        children[i].leaf.emplace(first, second);
    } else if (ok) {
      children[i].node = std::make_shared<Stub>(first);
    }
  }
  if (!ok || !reader.empty())
    return data_loss("a tree page is malformed");
  auto page = std::make_shared<const Page>(std::move(children));
  page->mark_persisted();
  return std::shared_ptr<const Page>(std::move(page));
}

Result<std::shared_ptr<const Page>> Stub::read(const PageSource& source, const Path& path) const {
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, source.load_page(path));
  auto page = Page::decode(encoded);
  if (!page.ok())
    return page.status().with_context("page " + to_hex(encode_path(path)));
  if ((*page)->hash() == hash())
    return page;
  return data_loss("page " + to_hex(encode_path(path)) + " hashes to " +
                   to_hex((*page)->hash().view()) + ", its parent expects " +
                   to_hex(hash().view()));
}

Result<std::shared_ptr<const Page>> Stub::load(const PageSource& source, const Path& path) const {
  if (auto loaded = std::atomic_load(&page_))
    return loaded;
  auto page = read(source, path);
  if (!page.ok()) {
    // An update may have loaded this page and written its successor since the first look.
    if (auto loaded = std::atomic_load(&page_))
      return loaded;
    return page.status();
  }
  // Two threads may have loaded it; both copies are equal, and the first one stays.
  std::shared_ptr<const Page> expected;
  if (!std::atomic_compare_exchange_strong(&page_, &expected, *page))
    return expected;
  return *page;
}

Result<std::shared_ptr<const Page>> Stub::peek(const PageSource& source, const Path& path) const {
  if (auto loaded = std::atomic_load(&page_))
    return loaded;
  auto page = read(source, path);
  if (page.ok())
    return page;
  // As in load(): whoever overwrites a page has loaded it before.
  if (auto loaded = std::atomic_load(&page_))
    return loaded;
  return page;
}

Result<Tree> Tree::apply(std::span<TreeChange> changes, std::vector<Path>& removed) const {
  Updater updater(source_, removed);
  TENON_ASSIGN_OR_RETURN(Child root, updater.apply(root_, changes));
  return Tree(source_, std::move(root));
}

Result<std::optional<Hash>> Tree::find(const Hash& key_hash) const {
  TENON_ASSIGN_OR_RETURN(const std::optional<Leaf> end,
                         walk(source_, root_, key_hash, [](const Page&, std::uint8_t) {}));
  if (!end || end->key_hash != key_hash)
    return std::optional<Hash>();
  return std::optional<Hash>(end->value_hash);
}

Result<merkle::SparseProof> Tree::prove(const Hash& key_hash) const {
  merkle::SparseProof proof;
  std::optional<Leaf> floating;
  TENON_ASSIGN_OR_RETURN(std::optional<Leaf> end,
                         walk(source_, root_, key_hash, [&](const Page& page, std::uint8_t nibble) {
                           const Leaf* const above = page_siblings(page, nibble, proof.siblings);
                           floating = above != nullptr ? std::optional(*above) : std::nullopt;
                         }));
  if (!end)
    end = floating;
  if (!end)
    return proof;
  if (end->key_hash == key_hash) {
    proof.end = merkle::SparseProof::End::kLeaf;
  } else {
    proof.end = merkle::SparseProof::End::kOtherLeaf;
    proof.other_key_hash = end->key_hash;
    proof.other_value_hash = end->value_hash;
  }
  return proof;
}

Status Tree::visit_from(const Hash& first, LeafVisitor visit) const {
  return LeafWalk(source_, first, visit).visit(root_, true).status();
}

Result<merkle::RangeProof> Tree::prove_range(const merkle::KeySpan& range) const {
  return merkle::make_range_proof(
      range,
      [&](const merkle::KeySpan& wanted, std::size_t depth) -> Result<merkle::TreeNode> {
        Child place = root_;
        Path path;
        while (place.node) {
          TENON_ASSIGN_OR_RETURN(const auto page, peek_page(source_, place.node, path));
          const std::size_t level = depth - kLevelsPerPage * path.size();
          const std::uint8_t nibble = nibble_at(wanted.first, path.size());
          if (level <= kLevelsPerPage)
            return node_inside(*page, level, nibble);
          path.push_back(nibble);
          place = page->child(nibble);
        }
        merkle::TreeNode node{place.empty() ? merkle::empty_hash() : place.hash(), std::nullopt};
        if (place.leaf)
          node.leaf = merkle::RangeLeaf{place.leaf->key_hash, place.leaf->value_hash};
        return node;
      });
}

} // namespace tenon::store
