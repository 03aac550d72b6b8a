#include "pipeline/recent_blocks.hpp"

#include <algorithm>

namespace tenon::host::pipeline {

namespace {

constexpr std::size_t kMostBlocks = 16;
constexpr std::size_t kMostBytes = 16u << 20;

} // namespace

RecentBlocks::Entry* RecentBlocks::find(BytesView encoded) {
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return BytesView(entry.encoded) == encoded; });
  return found == entries_.end() ? nullptr : &*found;
}

void RecentBlocks::add(Entry entry) {
  if (entry.encoded.size() > kMostBytes)
    return;
  bytes_ += entry.encoded.size();
  entries_.push_back(std::move(entry));
  while (entries_.size() > kMostBlocks || bytes_ > kMostBytes) {
    bytes_ -= entries_.front().encoded.size();
    entries_.pop_front();
  }
}

Result<std::shared_ptr<const DecodedBlock>> RecentBlocks::decode(BytesView encoded) {
  {
    const std::lock_guard lock(mutex_);
    if (const Entry* const known = find(encoded); known != nullptr && known->block != nullptr)
      return known->block;
  }
  TENON_ASSIGN_OR_RETURN(auto block, decode_block(encoded));
  const std::lock_guard lock(mutex_);
  if (Entry* const known = find(encoded); known != nullptr) {
    if (known->block == nullptr)
      known->block = std::move(block);
    return known->block;
  }
  add({Bytes(encoded), block});
  return block;
}

void RecentBlocks::add_own(Bytes encoded) {
  const std::lock_guard lock(mutex_);
  if (Entry* const known = find(encoded); known != nullptr)
    known->root_is_right = true;
  else
    add({std::move(encoded), nullptr, /*root_is_right=*/true});
}

void RecentBlocks::root_is_right(const DecodedBlock& block) {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.block.get() == &block)
      entry.root_is_right = true;
  }
}

bool RecentBlocks::has_right_root(const DecodedBlock& block) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.block.get() == &block && entry.root_is_right;
  });
}

} // namespace tenon::host::pipeline
