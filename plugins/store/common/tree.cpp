#include "common/tree.hpp"

#include <algorithm>
#include <bit>

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

Subtree slot_subtree(const Node* node) {
  if (node == nullptr)
    return {};
  return {node->hash(), false, node->kind() == Node::Kind::kLeaf};
}

Subtree combine(const Subtree& left, const Subtree& right) {
  if (left.empty && right.empty)
    return {};
  if (left.empty && right.lone_leaf)
    return right;
  if (right.empty && left.lone_leaf)
    return left;
  return {merkle::inner_hash(left.hash, right.hash), false, false};
}

Subtree range_subtree(const Page::Children& children, std::size_t first, std::size_t count) {
  if (count == 1)
    return slot_subtree(children[first].get());
  return combine(range_subtree(children, first, count / 2),
                 range_subtree(children, first + count / 2, count / 2));
}

class Updater {
public:
  Updater(const PageSource* source, std::vector<Path>& removed)
      : source_(source), removed_(removed) {}

  Result<NodeRef> apply(const NodeRef& node, std::span<TreeChange> changes) {
    if (changes.empty())
      return node;
    if (!node)
      return build(changes, nullptr);
    if (node->kind() == Node::Kind::kLeaf) {
      return build(changes, std::static_pointer_cast<const Leaf>(node));
    }
    return apply_to_page(node, changes);
  }

private:
  // A subtree from the changes alone and, unless one of them overwrites it, one existing leaf.
  Result<NodeRef> build(std::span<TreeChange> changes, std::shared_ptr<const Leaf> leaf) {
    std::size_t puts = 0;
    const TreeChange* last_put = nullptr;
    for (TreeChange& change : changes) {
      if (leaf && change.key_hash == leaf->key_hash) {
        change.old_value_hash = leaf->value_hash;
        leaf = nullptr;
      }
      if (change.value_hash) {
        ++puts;
        last_put = &change;
      }
    }
    if (puts == 0)
      return NodeRef(leaf);
    if (puts == 1 && !leaf) {
      return NodeRef(std::make_shared<Leaf>(last_put->key_hash, *last_put->value_hash));
    }
    if (path_.size() >= kMaxDepth)
      return data_loss("two keys of the state have the same hash");
    return build_page(changes, leaf);
  }

  Result<NodeRef> build_page(std::span<TreeChange> changes,
                             const std::shared_ptr<const Leaf>& leaf) {
    Page::Children children;
    const std::size_t depth = path_.size();
    if (leaf)
      children[nibble_at(leaf->key_hash, depth)] = leaf;
    bool changed = false;
    TENON_RETURN_IF_ERROR(for_each_nibble(changes, [&](std::uint8_t nibble, auto group) {
      return update_child(children, nibble, group, changed);
    }));
    return finish(std::move(children), false);
  }

  Result<NodeRef> apply_to_page(const NodeRef& node, std::span<TreeChange> changes) {
    TENON_ASSIGN_OR_RETURN(const auto page, page_of(node));
    Page::Children children = page->children();
    bool changed = false;
    TENON_RETURN_IF_ERROR(for_each_nibble(changes, [&](std::uint8_t nibble, auto group) {
      return update_child(children, nibble, group, changed);
    }));
    return changed ? finish(std::move(children), true) : Result<NodeRef>(node);
  }

  Status update_child(Page::Children& children, std::uint8_t nibble, std::span<TreeChange> group,
                      bool& changed) {
    path_.push_back(nibble);
    auto updated = apply(children[nibble], group);
    path_.pop_back();
    if (!updated.ok())
      return updated.status();
    changed = changed || *updated != children[nibble];
    children[nibble] = std::move(*updated);
    return {};
  }

  // A page, or what is left of one: nothing, or a lone leaf that floats up to the parent. Whether
  // the page that vanishes ever reached the disk is not known here: an older version of it may
  // have.
  Result<NodeRef> finish(Page::Children children, bool was_page) {
    std::size_t count = 0;
    const NodeRef* only = nullptr;
    for (const NodeRef& child : children) {
      if (!child)
        continue;
      ++count;
      only = &child;
    }
    if (count == 0 || (count == 1 && (*only)->kind() == Node::Kind::kLeaf)) {
      if (was_page)
        removed_.push_back(path_);
      return count == 0 ? NodeRef() : *only;
    }
    return NodeRef(std::make_shared<Page>(std::move(children)));
  }

  template <typename Visit> Status for_each_nibble(std::span<TreeChange> changes, Visit visit) {
    const std::size_t depth = path_.size();
    for (std::size_t begin = 0; begin < changes.size();) {
      const std::uint8_t nibble = nibble_at(changes[begin].key_hash, depth);
      std::size_t end = begin + 1;
      while (end < changes.size() && nibble_at(changes[end].key_hash, depth) == nibble)
        ++end;
      TENON_RETURN_IF_ERROR(visit(nibble, changes.subspan(begin, end - begin)));
      begin = end;
    }
    return {};
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

// Walks towards a key hash, page by page, and says where the walk ends: a leaf (of whatever key) or
// null. `visit(page, nibble)` sees each page on the way.
template <typename Visit>
Result<NodeRef> walk(const PageSource* source, NodeRef node, const Hash& key_hash, Visit visit) {
  Path path;
  while (node && node->kind() != Node::Kind::kLeaf) {
    std::shared_ptr<const Page> page;
    if (node->kind() == Node::Kind::kPage) {
      page = std::static_pointer_cast<const Page>(node);
    } else {
      TENON_ASSIGN_OR_RETURN(page, static_cast<const Stub&>(*node).load(*source, path));
    }
    const std::uint8_t nibble = nibble_at(key_hash, path.size());
    visit(*page, nibble);
    path.push_back(nibble);
    node = page->child(nibble);
  }
  return node;
}

// Appends the siblings of the four levels of one page, and returns the lone leaf in which the path
// ends above the slot, if it does.
void page_siblings(const Page::Children& children, std::uint8_t nibble, std::vector<Hash>& out) {
  std::size_t first = 0;
  for (std::size_t count = Page::kFanout; count > 1; count /= 2) {
    const Subtree whole = range_subtree(children, first, count);
    if (whole.empty || whole.lone_leaf)
      return; // the path ended above
    const std::size_t half = count / 2;
    const bool right = (nibble & half) != 0;
    out.push_back(range_subtree(children, right ? first : first + half, half).hash);
    if (right)
      first += half;
  }
}

// The leaf that floats above the key's slot in this page, if the path ends in one.
NodeRef floating_leaf(const Page::Children& children, std::uint8_t nibble) {
  std::size_t first = 0;
  for (std::size_t count = Page::kFanout; count >= 1; count /= 2) {
    const Subtree whole = range_subtree(children, first, count);
    if (whole.lone_leaf) {
      for (std::size_t i = first; i < first + count; ++i) {
        if (children[i])
          return children[i];
      }
    }
    if (whole.empty || count == 1)
      return nullptr;
    if ((nibble & (count / 2)) != 0)
      first += count / 2;
  }
  return nullptr;
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
    const unsigned low = i + 1 < path.size() ? path[i + 1] : 0u;
    out.push_back(static_cast<char>((path[i] << kLevelsPerPage) | low));
  }
  return out;
}

Page::Page(Children children) : Node(Kind::kPage, range_subtree(children, 0, kFanout).hash) {
  present_.reserve(static_cast<std::size_t>(std::count_if(
      children.begin(), children.end(), [](const NodeRef& child) { return !!child; })));
  for (std::size_t i = 0; i < kFanout; ++i) {
    if (!children[i])
      continue;
    bitmap_ = static_cast<std::uint16_t>(bitmap_ | (1u << i));
    present_.push_back(std::move(children[i]));
  }
}

NodeRef Page::child(std::size_t nibble) const {
  if ((bitmap_ & (1u << nibble)) == 0)
    return nullptr;
  const auto before = static_cast<std::uint16_t>(bitmap_ & ((1u << nibble) - 1));
  return present_[static_cast<std::size_t>(std::popcount(before))];
}

Page::Children Page::children() const {
  Children result;
  std::size_t next = 0;
  for (std::size_t i = 0; i < kFanout; ++i) {
    if ((bitmap_ & (1u << i)) != 0)
      result[i] = present_[next++];
  }
  return result;
}

Bytes Page::encode() const {
  Bytes body;
  std::uint16_t leaves = 0;
  const Children all = children();
  for (std::size_t i = 0; i < kFanout; ++i) {
    if (!all[i])
      continue;
    if (all[i]->kind() == Kind::kLeaf) {
      const auto& leaf = static_cast<const Leaf&>(*all[i]);
      leaves = static_cast<std::uint16_t>(leaves | (1u << i));
      body.append(leaf.key_hash.view()).append(leaf.value_hash.view());
    } else {
      body.append(all[i]->hash().view());
    }
  }
  Bytes out;
  append_be16(out, bitmap_);
  append_be16(out, leaves);
  return out + body;
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
        children[i] = std::make_shared<Leaf>(first, second);
    } else if (ok) {
      children[i] = std::make_shared<Stub>(first);
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

Result<Tree> Tree::apply(std::span<TreeChange> changes, std::vector<Path>& removed) const {
  Updater updater(source_, removed);
  TENON_ASSIGN_OR_RETURN(NodeRef root, updater.apply(root_, changes));
  return Tree(source_, std::move(root));
}

Result<std::optional<Hash>> Tree::find(const Hash& key_hash) const {
  TENON_ASSIGN_OR_RETURN(const NodeRef end,
                         walk(source_, root_, key_hash, [](const Page&, std::uint8_t) {}));
  if (!end)
    return std::optional<Hash>();
  const auto& leaf = static_cast<const Leaf&>(*end);
  if (leaf.key_hash != key_hash)
    return std::optional<Hash>();
  return std::optional<Hash>(leaf.value_hash);
}

Result<merkle::SparseProof> Tree::prove(const Hash& key_hash) const {
  merkle::SparseProof proof;
  NodeRef floating;
  TENON_ASSIGN_OR_RETURN(NodeRef end,
                         walk(source_, root_, key_hash, [&](const Page& page, std::uint8_t nibble) {
                           const Page::Children children = page.children();
                           page_siblings(children, nibble, proof.siblings);
                           floating = floating_leaf(children, nibble);
                         }));
  if (!end)
    end = floating;
  if (!end)
    return proof;
  const auto& leaf = static_cast<const Leaf&>(*end);
  if (leaf.key_hash == key_hash) {
    proof.end = merkle::SparseProof::End::kLeaf;
  } else {
    proof.end = merkle::SparseProof::End::kOtherLeaf;
    proof.other_key_hash = leaf.key_hash;
    proof.other_value_hash = leaf.value_hash;
  }
  return proof;
}

} // namespace tenon::store
