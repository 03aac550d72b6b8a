#include "common/tree/tree_update.hpp"

#include <algorithm>
#include <cstring>

#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kMaxDepth = 64;

} // namespace

TreeUpdate::~TreeUpdate() {
  for (const Page* const page : made_)
    destroy(page);
}

std::vector<const Node*> TreeUpdate::take_created() {
  std::vector<const Node*> created(made_.begin(), made_.end());
  made_.clear();
  return created;
}

Result<bool> TreeUpdate::apply(const Node* root, const Leaf* lone, std::span<TreeChange> changes) {
  auto outcome = root != nullptr ? update_page(root, changes) : build(changes, lone);
  if (!outcome.ok())
    return outcome.status();
  if (outcome->kind == Outcome::Kind::kSame)
    return false;
  hash_leaves();
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
  return finish(plan);
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
  replaced_.push_back(node);
  return finish(plan);
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
Result<TreeUpdate::Outcome> TreeUpdate::finish(const PagePlan& plan) {
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

void TreeUpdate::hash_leaves() {
  constexpr std::size_t kTagSize = merkle::kLeafTag.size();
  constexpr std::size_t kMessageSize = kTagSize + 2 * Hash::kSize;
  constexpr std::size_t kTogether = 64;
  std::array<char, kMessageSize * kTogether> messages;
  std::array<Hash, kTogether> digests;
  for (std::size_t begin = 0; begin < unhashed_.size(); begin += kTogether) {
    const std::size_t count = std::min(kTogether, unhashed_.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      char* const message = messages.data() + i * kMessageSize;
      const Leaf& leaf = *unhashed_[begin + i];
      std::memcpy(message, merkle::kLeafTag.data(), kTagSize);
      std::memcpy(message + kTagSize, leaf.key_hash.bytes.data(), Hash::kSize);
      std::memcpy(message + kTagSize + Hash::kSize, leaf.value_hash.bytes.data(), Hash::kSize);
    }
    crypto::sha256_many({messages.data(), count * kMessageSize}, kMessageSize,
                        std::span(digests).first(count));
    for (std::size_t i = 0; i < count; ++i)
      unhashed_[begin + i]->hash = digests[i];
  }
}

void TreeUpdate::make_pages() {
  made_.resize(plans_.size());
  PageForge forge;
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
    forge.make(plans, pages);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      pages[i]->set_born(version_);
      made_[plans_by_depth_[depth][i]] = pages[i];
    }
  }
}

} // namespace tenon::store
