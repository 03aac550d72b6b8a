#include "common/tree/page_forge.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>
#include <thread>

#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kTagSize = merkle::kInnerTag.size();
constexpr std::size_t kMessageSize = kTagSize + 2 * Hash::kSize;
// Pages that are worked on together: enough to fill the hash's lanes, few enough for the cache.
constexpr std::size_t kTogether = 32;
// A millisecond's work is worth the start of a thread.
constexpr std::size_t kPagesPerThread = 1024;
constexpr std::size_t kMostThreads = 8;

} // namespace

void hash_leaves(std::span<Leaf* const> leaves) {
  constexpr std::size_t kLeafTagSize = merkle::kLeafTag.size();
  constexpr std::size_t kLeafMessageSize = kLeafTagSize + 2 * Hash::kSize;
  constexpr std::size_t kLeavesTogether = 64;
  std::array<char, kLeafMessageSize * kLeavesTogether> messages;
  std::array<Hash, kLeavesTogether> digests;
  for (std::size_t begin = 0; begin < leaves.size(); begin += kLeavesTogether) {
    const std::size_t count = std::min(kLeavesTogether, leaves.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      char* const message = messages.data() + i * kLeafMessageSize;
      const Leaf& leaf = *leaves[begin + i];
      std::memcpy(message, merkle::kLeafTag.data(), kLeafTagSize);
      std::memcpy(message + kLeafTagSize, leaf.key_hash.bytes.data(), Hash::kSize);
      std::memcpy(message + kLeafTagSize + Hash::kSize, leaf.value_hash.bytes.data(),
                  Hash::kSize);
    }
    crypto::sha256_many({messages.data(), count * kLeafMessageSize}, kLeafMessageSize,
                        std::span(digests).first(count));
    for (std::size_t i = 0; i < count; ++i)
      leaves[begin + i]->hash = digests[i];
  }
}

void make_pages(std::span<const PagePlan* const> plans, std::span<Page*> pages) {
  static const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1u);
  const std::size_t threads = std::min({processors, kMostThreads, plans.size() / kPagesPerThread});
  const std::size_t share = plans.size() / std::max<std::size_t>(threads, 1);
  std::vector<std::thread> others;
  std::size_t begin = 0;
  try {
    for (std::size_t i = 1; i < threads; ++i, begin += share) {
      others.emplace_back([some = plans.subspan(begin, share), made = pages.subspan(begin, share)] {
        PageForge().make(some, made);
      });
    }
  } catch (const std::system_error&) {
    // The system gives no thread: this one makes the rest.
  }
  PageForge().make(plans.subspan(begin), pages.subspan(begin));
  for (std::thread& other : others)
    other.join();
}

void PageForge::make(std::span<const PagePlan* const> plans, std::span<Page*> pages) {
  for (std::size_t begin = 0; begin < plans.size(); begin += kTogether) {
    const std::size_t count = std::min(kTogether, plans.size() - begin);
    const auto some_plans = plans.subspan(begin, count);
    const auto some_pages = pages.subspan(begin, count);
    for (std::size_t i = 0; i < count; ++i)
      some_pages[i] = shape(*some_plans[i]);
    for (std::size_t level = 1; level <= Page::kLevels; ++level)
      hash_level(some_plans, some_pages, level);
  }
}

OwnedPage PageForge::make_one(const PagePlan& plan) {
  const PagePlan* const only = &plan;
  Page* made = nullptr;
  make({&only, 1}, {&made, 1});
  return OwnedPage(made);
}

// The page with everything but the hashes of its inner nodes. The old page's arrays are walked
// beside the new one's.
Page* PageForge::shape(const PagePlan& plan) {
  Page* const page = Page::allocate(plan.leaves, plan.pages);
  const Node** node = page->nodes();
  Page::KeyAndValue* key = page->keys();
  Hash* hash = page->hashes();
  const Page* const old = plan.old;
  const Node* const* old_node = old != nullptr ? old->nodes() : nullptr;
  const Page::KeyAndValue* old_key = old != nullptr ? old->keys() : nullptr;
  const Hash* old_hash = old != nullptr ? old->hashes() : nullptr;
  for (std::size_t slot = 0; slot < Page::kFanout; ++slot) {
    const bool changed = ((plan.changed >> slot) & 1u) != 0;
    if (page->has_leaf(slot)) {
      const Leaf* const leaf = plan.places[slot].leaf;
      *key++ = changed ? Page::KeyAndValue{leaf->key_hash, leaf->value_hash} : *old_key;
      *hash++ = changed ? leaf->hash : *old_hash;
    } else if (page->has_page(slot)) {
      *node = changed ? plan.places[slot].node : *old_node;
      *hash++ = changed ? (*node)->hash() : *old_hash;
      ++node;
    }
    if (old == nullptr)
      continue;
    old_key += old->has_leaf(slot) ? 1 : 0;
    old_node += old->has_page(slot) ? 1 : 0;
    old_hash += old->has_leaf(slot) || old->has_page(slot) ? 1 : 0;
  }
  return page;
}

void PageForge::hash_level(std::span<const PagePlan* const> plans, std::span<Page* const> pages,
                           std::size_t level) {
  const std::size_t nodes = Page::kFanout >> level;
  messages_.resize(plans.size() * nodes * kMessageSize);
  targets_.clear();
  for (std::size_t i = 0; i < plans.size(); ++i) {
    Page& page = *pages[i];
    for (std::size_t index = 0; index < nodes; ++index) {
      if (level < Page::kLevels && ((page.inner_ >> Page::inner_bit(level, index)) & 1u) == 0)
        continue;
      Hash* const target =
          level == Page::kLevels ? &page.hash_ : &page.hashes()[page.inner_place(level, index)];
      if (plans[i]->old != nullptr &&
          (plans[i]->changed & Page::slots_below(level, index)) == 0) {
        *target = *plans[i]->old->subtree(level, index).hash;
        continue;
      }
      char* const message = messages_.data() + targets_.size() * kMessageSize;
      std::memcpy(message, merkle::kInnerTag.data(), kTagSize);
      std::memcpy(message + kTagSize, page.subtree(level - 1, 2 * index).hash, Hash::kSize);
      std::memcpy(message + kTagSize + Hash::kSize, page.subtree(level - 1, 2 * index + 1).hash,
                  Hash::kSize);
      targets_.push_back(target);
    }
  }
  digests_.resize(targets_.size());
  crypto::sha256_many({messages_.data(), targets_.size() * kMessageSize}, kMessageSize, digests_);
  for (std::size_t i = 0; i < targets_.size(); ++i)
    *targets_[i] = digests_[i];
}

} // namespace tenon::store
