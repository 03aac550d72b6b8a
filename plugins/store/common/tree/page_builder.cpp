#include "common/tree/page_builder.hpp"

#include <algorithm>
#include <utility>

namespace tenon::store {

namespace {

std::size_t shared_steps(const Hash& a, const Hash& b) {
  std::size_t steps = 0;
  while (steps < 2 * Hash::kSize && nibble_at(a, steps) == nibble_at(b, steps))
    ++steps;
  return steps;
}

Path path_to(const Hash& key_hash, std::size_t depth) {
  Path path;
  for (std::size_t i = 0; i < depth; ++i)
    path.push_back(nibble_at(key_hash, i));
  return path;
}

} // namespace

void PageBuilder::place_pending(std::size_t depth) {
  if (open_.size() <= depth)
    open_.resize(depth + 1);
  open_[depth][nibble_at(pending_->key_hash, depth)] = *pending_;
}

Status PageBuilder::close_down_to(std::size_t pages, Emit emit) {
  while (open_.size() > pages) {
    const std::size_t depth = open_.size() - 1;
    const OwnedPage page = Page::make(open_.back());
    TENON_RETURN_IF_ERROR(emit(path_to(pending_->key_hash, depth), *page));
    open_.pop_back();
    open_.back()[nibble_at(pending_->key_hash, depth - 1)] = Place(page->hash());
  }
  return {};
}

Status PageBuilder::add(const Leaf& leaf, Emit emit) {
  if (pending_) {
    if (leaf.key_hash <= pending_->key_hash)
      return fault("leaves of the state tree came out of order");
    const std::size_t shared_after = shared_steps(pending_->key_hash, leaf.key_hash);
    place_pending(lone_ ? shared_after : std::max(shared_before_, shared_after));
    TENON_RETURN_IF_ERROR(close_down_to(shared_after + 1, emit));
    shared_before_ = shared_after;
    lone_ = false;
  }
  pending_ = leaf;
  return {};
}

Result<Place> PageBuilder::finish(Emit emit) {
  TENON_ASSIGN_OR_RETURN(const Page::Places slots, finish_slots(emit));
  return root_of(slots, emit);
}

Result<Page::Places> PageBuilder::finish_slots(Emit emit) {
  if (!pending_)
    return Page::Places();
  place_pending(shared_before_);
  TENON_RETURN_IF_ERROR(close_down_to(1, emit));
  return std::exchange(open_, {}).front();
}

Result<Place> PageBuilder::root_of(const Page::Places& slots, Emit emit) {
  const auto taken = [](const Place& slot) { return !slot.empty(); };
  const auto first = std::find_if(slots.begin(), slots.end(), taken);
  if (first == slots.end())
    return Place();
  if (first->leaf && std::none_of(first + 1, slots.end(), taken))
    return *first;
  const OwnedPage root = Page::make(slots);
  TENON_RETURN_IF_ERROR(emit({}, *root));
  return Place(root->hash());
}

} // namespace tenon::store
