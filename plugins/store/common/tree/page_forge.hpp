// Makes pages, many at a time, so that their leaves and inner nodes are hashed side by side.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "common/tree/page.hpp"

namespace tenon::store {

// What a new page is to hold.
struct PagePlan {
  union Slot {
    const Leaf* leaf;
    const Node* node;
    std::size_t plan; // while the page below is a plan itself: its number
  };

  const Page* old = nullptr;  // where the slots come from that are not `changed`
  std::uint16_t leaves = 0;   // bitmaps of the slots that are to have a leaf, or a page
  std::uint16_t pages = 0;
  std::uint16_t changed = UINT16_MAX;
  std::array<Slot, Page::kFanout> places; // of the slots that changed and are not empty
};

// Works out the hash of each, from its key and value.
void hash_leaves(std::span<Leaf* const> leaves);

// pages[i] becomes what plans[i] says. The caller owns the pages. Very many are made by several
// threads, which end before the call does.
void make_pages(std::span<const PagePlan* const> plans, std::span<Page*> pages);

// One thread.
class PageForge {
public:
  // As make_pages(), by this thread alone.
  void make(std::span<const PagePlan* const> plans, std::span<Page*> pages);
  [[nodiscard]] OwnedPage make_one(const PagePlan& plan);

private:
  static Page* shape(const PagePlan& plan);
  void hash_level(std::span<const PagePlan* const> plans, std::span<Page* const> pages,
                  std::size_t level);

  std::vector<char> messages_;
  std::vector<Hash*> targets_;
  std::vector<Hash> digests_;
};

} // namespace tenon::store
