#include "common/tree/tree_update.hpp"

#include <algorithm>
#include <cstring>

#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kMaxDepth = 64;
// How many pages a sweep looks at for each one that the update has made: more than one, for some
// are spared, and some have just come.
constexpr std::size_t kVisitsPerPage = 4;

} // namespace

TreeUpdate::~TreeUpdate() {
  for (const Node* const node : created_)
    destroy(node);
}

void TreeUpdate::sweep(PageSweep& hand, const TreeSize& size) {
  PageMemory& memory = *source_->memory();
  const std::int64_t excess = size.in_memory + grown_.in_memory +
                              memory.loaded.load(std::memory_order_relaxed) - memory.limit;
  if (excess <= 0 || root_ == nullptr)
    return;
  PageSweep::Run run{version_, source_->flush(), excess, kVisitsPerPage * made_.size() + 1,
                     created_, replaced_, grown_};
  root_ = hand.sweep(root_, run);
  memory.swept.fetch_add(run.swept, std::memory_order_relaxed);
}

std::shared_ptr<Version> TreeUpdate::finish(std::shared_ptr<Version> base) {
  return std::make_shared<Version>(std::move(base), root_, std::exchange(created_, {}),
                                   std::move(replaced_), grown_);
}

// Pages near the leaves are seldom in the processor's cache, and each walk would wait for one after
// the other: so many walks go down beside each other, and what they reach is on its way.
void TreeUpdate::fetch(const Node* root, std::span<const TreeChange> changes) {
  constexpr std::size_t kTogether = 16;
  constexpr std::size_t kLine = 64;
  const auto fetch_bytes = [](const void* place, std::size_t bytes) {
    const char* const begin = static_cast<const char*>(place);
    for (std::size_t offset = 0; offset < bytes; offset += kLine)
      __builtin_prefetch(begin + offset);
  };
  for (std::size_t begin = 0; begin < changes.size(); begin += kTogether) {
    const auto some = changes.subspan(begin, std::min(kTogether, changes.size() - begin));
    std::array<const Node*, kTogether> next{}; // on their way; null: the walk has ended
    std::fill_n(next.begin(), some.size(), root);
    std::size_t under_way = some.size();
    for (std::size_t depth = 0; under_way > 0; ++depth) {
      for (std::size_t i = 0; i < some.size(); ++i) {
        const Page* const page = next[i] != nullptr ? page_in_memory(next[i]) : nullptr;
        const std::uint8_t slot = nibble_at(some[i].key_hash, depth);
        const bool on = page != nullptr && page->has_page(slot);
        under_way -= next[i] != nullptr && !on ? 1 : 0;
        next[i] = on ? page->page(slot) : nullptr;
        if (on)
          fetch_bytes(next[i], sizeof(Page) + Page::kFanout * sizeof(const Node*));
        else if (page != nullptr)
          fetch_bytes(page, static_cast<std::size_t>(page->bytes()));
      }
    }
  }
}

Result<bool> TreeUpdate::apply(const Node* root, const Leaf* lone, std::span<TreeChange> changes) {
  if (root != nullptr)
    fetch(root, changes);
  auto outcome = root != nullptr ? update_page(root, changes) : build(changes, lone);
  if (!outcome.ok())
    return outcome.status();
  if (outcome->kind == Outcome::Kind::kSame)
    return false;
  hash_leaves(unhashed_);
  make_pages();
  if (outcome->kind == Outcome::Kind::kLeaf)
    lone_ = *outcome->slot.leaf;
  else if (outcome->kind == Outcome::Kind::kPage)
    root_ = made_[outcome->slot.plan];
  return true;
}

// A subtree from the changes alone and, unless one of them overwrites it, one existing leaf.
Result<TreeUpdate::Outcome> TreeUpdate::build(std::span<TreeChange> changes, const Leaf* leaf) {
  using Kind = Outcome::Kind;
  std::size_t puts = 0;
  const TreeChange* last_put = nullptr;
  const Leaf* const before = leaf;
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
    return Outcome{leaf == before ? Kind::kSame : Kind::kEmpty};
  if (puts == 1 && leaf == nullptr) {
    if (before != nullptr && before->key_hash == last_put->key_hash &&
        before->value_hash == *last_put->value_hash)
      return Outcome{};
    Leaf& made = leaves_.emplace_back();
    made.key_hash = last_put->key_hash;
    made.value_hash = *last_put->value_hash;
    unhashed_.push_back(&made);
    Outcome outcome{Kind::kLeaf};
    outcome.slot.leaf = &made;
    return outcome;
  }
  if (path_.size() >= kMaxDepth)
    return data_loss("two keys of the state have the same hash");
  PagePlan plan;
  std::size_t leaf_slot = Page::kFanout;
  if (leaf != nullptr) {
    leaf_slot = nibble_at(leaf->key_hash, path_.size());
    plan.leaves = static_cast<std::uint16_t>(1u << leaf_slot);
    plan.places[leaf_slot].leaf = &leaves_.emplace_back(*leaf);
  }
  TENON_RETURN_IF_ERROR(
      update_slots(plan, changes, [&](std::size_t slot, std::span<TreeChange> some) {
        return build(some, slot == leaf_slot ? leaf : nullptr);
      }));
  return outcome_of(plan);
}

Result<TreeUpdate::Outcome> TreeUpdate::update_page(const Node* node,
                                                    std::span<TreeChange> changes) {
  TENON_ASSIGN_OR_RETURN(const Page* const page, page_of(node, source_, path_));
  PagePlan plan;
  plan.old = page;
  plan.leaves = page->leaves();
  plan.pages = page->pages();
  plan.changed = 0;
  TENON_RETURN_IF_ERROR(update_slots(
      plan, changes, [&](std::size_t slot, std::span<TreeChange> some) -> Result<Outcome> {
        if (page->has_page(slot))
          return update_page(page->page(slot), some);
        if (!page->has_leaf(slot))
          return build(some, nullptr);
        const Leaf leaf = page->leaf(slot);
        return build(some, &leaf);
      }));
  if (plan.changed == 0)
    return Outcome{};
  replaced_.push_back({node, /*with_all_below=*/false});
  grown_.in_memory -= node == page ? page->bytes() : kStubBytes - page->child_stub_bytes();
  grown_.unwritten -= page->persisted() != 0 ? 0 : page->bytes();
  return outcome_of(plan);
}

template <typename Update>
Status TreeUpdate::update_slots(PagePlan& plan, std::span<TreeChange> changes, Update update) {
  const std::size_t depth = path_.size();
  for (std::size_t begin = 0; begin < changes.size();) {
    const std::uint8_t slot = nibble_at(changes[begin].key_hash, depth);
    std::size_t end = begin + 1;
    while (end < changes.size() && nibble_at(changes[end].key_hash, depth) == slot)
      ++end;
    path_.push_back(slot);
    const auto outcome = update(slot, changes.subspan(begin, end - begin));
    path_.pop_back();
    if (!outcome.ok())
      return outcome.status();
    begin = end;
    if (outcome->kind == Outcome::Kind::kSame)
      continue;
    const auto bit = static_cast<std::uint16_t>(1u << slot);
    plan.changed |= bit;
    plan.leaves = static_cast<std::uint16_t>(
        outcome->kind == Outcome::Kind::kLeaf ? plan.leaves | bit : plan.leaves & ~bit);
    plan.pages = static_cast<std::uint16_t>(
        outcome->kind == Outcome::Kind::kPage ? plan.pages | bit : plan.pages & ~bit);
    plan.places[slot] = outcome->slot;
  }
  return {};
}

// A page, or what is left of one: nothing, or a lone leaf that floats up to the parent. Whether the
// page that vanishes ever reached the disk is not known here: an older version of it may have.
Result<TreeUpdate::Outcome> TreeUpdate::outcome_of(const PagePlan& plan) {
  Outcome outcome;
  if (plan.pages != 0 || count_bits(plan.leaves) > 1) {
    outcome.kind = Outcome::Kind::kPage;
    outcome.slot.plan = plans_.size();
    plans_.push_back(plan);
    if (plans_by_depth_.size() <= path_.size())
      plans_by_depth_.resize(path_.size() + 1);
    plans_by_depth_[path_.size()].push_back(outcome.slot.plan);
    return outcome;
  }
  if (plan.old != nullptr)
    removed_.push_back(path_);
  outcome.kind = Outcome::Kind::kEmpty;
  if (plan.leaves != 0) {
    const auto slot = static_cast<std::size_t>(std::countr_zero(unsigned{plan.leaves}));
    outcome.kind = Outcome::Kind::kLeaf;
    outcome.slot.leaf = ((plan.changed >> slot) & 1u) != 0
                            ? plan.places[slot].leaf
                            : &leaves_.emplace_back(plan.old->leaf(slot));
  }
  return outcome;
}

void TreeUpdate::make_pages() {
  made_.resize(plans_.size());
  std::vector<const PagePlan*> plans;
  std::vector<Page*> pages;
  for (std::size_t depth = plans_by_depth_.size(); depth-- > 0;) {
    plans.clear();
    for (const std::size_t number : plans_by_depth_[depth]) {
      PagePlan& plan = plans_[number];
      for (unsigned rest = unsigned{plan.changed} & plan.pages; rest != 0; rest &= rest - 1) {
        PagePlan::Slot& slot = plan.places[static_cast<std::size_t>(std::countr_zero(rest))];
        const Node* const below = made_[slot.plan];
        slot.node = below;
      }
      plans.push_back(&plan);
    }
    pages.resize(plans.size());
    store::make_pages(plans, pages);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      pages[i]->set_born(version_);
      made_[plans_by_depth_[depth][i]] = pages[i];
      grown_.in_memory += pages[i]->bytes();
      grown_.unwritten += pages[i]->bytes();
    }
  }
  created_.assign(made_.begin(), made_.end());
}

} // namespace tenon::store
