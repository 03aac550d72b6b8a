#include "common/tree/tree.hpp"

#include "common/tree/tree_update.hpp"

namespace tenon::store {

namespace {

// What a walk has reached. `passing`: a page that is not kept in memory.
struct Reached {
  const Page* page = nullptr;
  OwnedPage passing;
};

Result<Reached> peek_page(const PageSource* source, const Node* node, const Path& path) {
  Reached reached;
  if (node->kind() == Node::Kind::kPage) {
    reached.page = static_cast<const Page*>(node);
    return reached;
  }
  TENON_ASSIGN_OR_RETURN(reached.page, static_cast<const Stub*>(node)->peek(*source, path,
                                                                            reached.passing));
  return reached;
}

// Walks towards a key hash, page by page, and says in which leaf (of whatever key) it ends.
// `visit(page, slot)` sees each page on the way. Pages are kept while there is room for them.
template <typename Visit>
Result<std::optional<Leaf>> walk(const PageSource* source, const Node* node, const Hash& key_hash,
                                 Visit visit) {
  Path path;
  Reached reached;
  for (;;) {
    Reached next;
    if (reached.passing == nullptr && (source == nullptr || source->memory()->has_room())) {
      TENON_ASSIGN_OR_RETURN(next.page, page_of(node, source, path));
    } else {
      TENON_ASSIGN_OR_RETURN(next, peek_page(source, node, path));
    }
    reached = std::move(next);
    const Page& page = *reached.page;
    page.note_used();
    const std::uint8_t slot = nibble_at(key_hash, path.size());
    visit(page, slot);
    if (page.has_leaf(slot))
      return std::optional(page.leaf(slot));
    if (!page.has_page(slot))
      return std::optional<Leaf>();
    path.push_back(slot);
    node = page.page(slot);
  }
}

// Appends the siblings of the four levels of one page, and returns the slot of the lone leaf in
// which the path ends above the slot, if it does.
std::optional<std::size_t> page_siblings(const Page& page, std::size_t slot,
                                         std::vector<Hash>& out) {
  for (std::size_t level = Page::kLevels; level > 0; --level) {
    const std::size_t place = slot >> level;
    const Subtree whole = page.subtree(level, place);
    if (whole.empty)
      return std::nullopt;
    if (whole.lone_leaf)
      return page.lone_slot(level, place);
    out.push_back(*page.subtree(level - 1, (slot >> (level - 1)) ^ 1).hash);
  }
  return std::nullopt;
}

class UnwrittenWalk {
public:
  explicit UnwrittenWalk(Tree::PageVisitor visit) : visit_(visit) {}

  void visit(const Node* node) {
    if (node->kind() != Node::Kind::kPage)
      return;
    const Page& page = *static_cast<const Page*>(node);
    if (page.persisted())
      return;
    for (unsigned rest = page.pages(); rest != 0; rest &= rest - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(rest));
      path_.push_back(static_cast<std::uint8_t>(slot));
      visit(page.page(slot));
      path_.pop_back();
    }
    visit_(path_, page);
  }

private:
  Tree::PageVisitor visit_;
  Path path_;
};

class LeafWalk {
public:
  LeafWalk(const PageSource* source, const Hash& first, Tree::LeafVisitor visit)
      : source_(source), first_(first), visit_(visit) {}

  Result<bool> visit_leaf(const Leaf& leaf) {
    return leaf.key_hash < first_ ? Result<bool>(true) : visit_(leaf);
  }

  // False once the visitor has had enough. `on_border`: the path so far is that of the first hash.
  Result<bool> visit(const Node* node, bool on_border) {
    TENON_ASSIGN_OR_RETURN(const Reached reached, peek_page(source_, node, path_));
    const Page& page = *reached.page;
    const std::uint8_t border = on_border ? nibble_at(first_, path_.size()) : std::uint8_t{0};
    for (std::uint8_t slot = border; slot < Page::kFanout; ++slot) {
      Result<bool> more = true;
      if (page.has_leaf(slot)) {
        more = visit_leaf(page.leaf(slot));
      } else if (page.has_page(slot)) {
        path_.push_back(slot);
        more = visit(page.page(slot), on_border && slot == border);
        path_.pop_back();
      }
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

merkle::TreeNode tree_node(const Leaf& leaf) {
  return {leaf.hash, merkle::RangeLeaf{leaf.key_hash, leaf.value_hash}};
}

// What stands `level` (0 to 4) binary levels below the top of a page, on the way to a slot of it.
merkle::TreeNode node_inside(const Page& page, std::size_t level, std::size_t slot) {
  const std::size_t height = Page::kLevels - level;
  const std::size_t place = slot >> height;
  const Subtree found = page.subtree(height, place);
  if (found.lone_leaf)
    return tree_node(page.leaf(page.lone_slot(height, place)));
  return {*found.hash, std::nullopt};
}

// Says what stands at places, asked for in the order of a walk from the root: the pages on the way
// to the last one are at hand for the next one.
class PlaceWalk {
public:
  PlaceWalk(const PageSource* source, const Node* root, const std::optional<Leaf>& lone)
      : source_(source), root_(root), lone_(lone) {}

  Result<merkle::TreeNode> operator()(const merkle::KeySpan& wanted, std::size_t depth) {
    if (root_ == nullptr)
      return lone_ ? tree_node(*lone_) : merkle::TreeNode{merkle::empty_hash(), std::nullopt};
    TENON_RETURN_IF_ERROR(leave_other_pages(wanted, depth));
    for (;;) {
      const std::uint8_t slot = nibble_at(wanted.first, path_.size());
      const Page& page = *way_.back().page;
      if (depth <= Page::kLevels * way_.size())
        return node_inside(page, depth - Page::kLevels * path_.size(), slot);
      if (page.has_leaf(slot))
        return tree_node(page.leaf(slot));
      if (!page.has_page(slot))
        return merkle::TreeNode{merkle::empty_hash(), std::nullopt};
      path_.push_back(slot);
      TENON_RETURN_IF_ERROR(enter(page.page(slot)));
    }
  }

private:
  // Keeps the pages above the wanted place, the root's in any case.
  Status leave_other_pages(const merkle::KeySpan& wanted, std::size_t depth) {
    if (way_.empty())
      return enter(root_);
    std::size_t same = 0;
    while (same < path_.size() && Page::kLevels * (same + 1) < depth &&
           path_[same] == nibble_at(wanted.first, same)) {
      ++same;
    }
    path_.resize(same);
    way_.resize(same + 1);
    return {};
  }

  Status enter(const Node* node) {
    TENON_ASSIGN_OR_RETURN(Reached reached, peek_page(source_, node, path_));
    way_.push_back(std::move(reached));
    return {};
  }

  const PageSource* source_;
  const Node* root_;
  const std::optional<Leaf>& lone_;
  Path path_;                // of the page at the end of the way
  std::vector<Reached> way_; // from the root's page, one more than the path has slots
};

} // namespace

Tree::Tree(std::shared_ptr<const PageSource> source, const Place& root)
    : source_(std::move(source)),
      version_(Version::begin(root.page ? new Stub(*root.page) : nullptr,
                              source_ ? source_->memory() : nullptr)),
      lone_(root.leaf) {}

Place Tree::root() const {
  if (version_->root() != nullptr)
    return Place(version_->root()->hash());
  return lone_ ? Place(*lone_) : Place();
}

Result<Tree> Tree::apply(std::span<TreeChange> changes, std::vector<Path>& removed,
                         PageSweep* sweep) const {
  TreeUpdate update(source_.get(), version_->next_number(), removed);
  TENON_ASSIGN_OR_RETURN(const bool changed,
                         update.apply(version_->root(), lone_ ? &*lone_ : nullptr, changes));
  if (!changed)
    return *this;
  if (sweep != nullptr)
    update.sweep(*sweep, size());
  auto version = update.finish(version_);
  return Tree(source_, std::move(version), update.lone());
}

Result<std::optional<Hash>> Tree::find(const Hash& key_hash) const {
  std::optional<Leaf> end = lone_;
  if (version_->root() != nullptr) {
    TENON_ASSIGN_OR_RETURN(
        end, walk(source_.get(), version_->root(), key_hash, [](const Page&, std::uint8_t) {}));
  }
  if (!end || end->key_hash != key_hash)
    return std::optional<Hash>();
  return std::optional<Hash>(end->value_hash);
}

Result<merkle::SparseProof> Tree::prove(const Hash& key_hash) const {
  constexpr std::size_t kUsualDepth = 32; // of billions of keys
  merkle::SparseProof proof;
  proof.siblings.reserve(kUsualDepth);
  std::optional<Leaf> end = lone_;
  if (version_->root() != nullptr) {
    std::optional<Leaf> floating;
    TENON_ASSIGN_OR_RETURN(end, walk(source_.get(), version_->root(), key_hash,
                                     [&](const Page& page, std::uint8_t slot) {
                                       const auto above = page_siblings(page, slot, proof.siblings);
                                       if (above)
                                         floating = page.leaf(*above);
                                     }));
    if (!end)
      end = floating;
  }
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

void Tree::visit_unwritten(PageVisitor visit) const {
  if (version_->root() != nullptr)
    UnwrittenWalk(visit).visit(version_->root());
}

Status Tree::visit_from(const Hash& first, LeafVisitor visit) const {
  LeafWalk walk(source_.get(), first, visit);
  if (version_->root() != nullptr)
    return walk.visit(version_->root(), true).status();
  return lone_ ? walk.visit_leaf(*lone_).status() : Status();
}

Result<merkle::RangeProof> Tree::prove_range(const merkle::KeySpan& range) const {
  PlaceWalk walk(source_.get(), version_->root(), lone_);
  return merkle::make_range_proof(range, walk);
}

Result<merkle::MultiProof> Tree::prove_many(std::span<const Hash> key_hashes) const {
  PlaceWalk walk(source_.get(), version_->root(), lone_);
  return merkle::make_multi_proof(key_hashes, walk);
}

} // namespace tenon::store
