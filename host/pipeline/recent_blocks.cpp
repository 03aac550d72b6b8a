#include "pipeline/recent_blocks.hpp"

#include <algorithm>

namespace tenon::host::pipeline {

namespace {

constexpr std::size_t kMostBlocks = 16;
constexpr std::size_t kMostBytes = 16u << 20;

} // namespace

Result<std::shared_ptr<const DecodedBlock>> RecentBlocks::decode(BytesView encoded) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = std::ranges::find_if(
        entries_, [&](const Entry& entry) { return BytesView(entry.encoded) == encoded; });
    if (known != entries_.end())
      return known->block;
  }
  TENON_ASSIGN_OR_RETURN(auto block, decode_block(encoded));
  if (encoded.size() > kMostBytes)
    return block;
  const std::lock_guard lock(mutex_);
  entries_.push_back({Bytes(encoded), block});
  bytes_ += encoded.size();
  while (entries_.size() > kMostBlocks || bytes_ > kMostBytes) {
    bytes_ -= entries_.front().encoded.size();
    entries_.pop_front();
  }
  return block;
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
