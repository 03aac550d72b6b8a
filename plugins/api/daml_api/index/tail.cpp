#include "index/tail.hpp"

#include <algorithm>
#include <mutex>

namespace tenon::daml_api::index {

namespace {

// How many transactions one read looks at, however few of them match.
constexpr std::size_t kLookedAt = 4096;

} // namespace

Extent Tail::extent() const {
  const std::shared_lock lock(mutex_);
  return extent_;
}

void Tail::reset(const Extent& extent) {
  const std::unique_lock lock(mutex_);
  extent_ = extent;
  begins_after_ = extent.end;
  bytes_ = 0;
  transactions_.clear();
}

void Tail::append(const std::vector<std::shared_ptr<const IndexedTransaction>>& added,
                  const Extent& extent) {
  const std::unique_lock lock(mutex_);
  extent_ = extent;
  for (const auto& transaction : added) {
    transactions_.push_back(transaction);
    bytes_ += transaction->bytes;
  }
  while (!transactions_.empty() && (bytes_ > capacity_bytes_ || transactions_.front()->offset <=
                                                                    extent_.pruned_up_to)) {
    bytes_ -= transactions_.front()->bytes;
    begins_after_ = transactions_.front()->offset;
    transactions_.pop_front();
  }
}

std::optional<Tail::Seen> Tail::read(std::uint64_t after, std::uint64_t up_to, PageLimit limit,
                                     Matches matches) const {
  Seen seen;
  // What is looked at is taken out first: nobody waits for the lock while somebody looks.
  std::vector<std::shared_ptr<const IndexedTransaction>> candidates;
  {
    const std::shared_lock lock(mutex_);
    if (after < begins_after_)
      return std::nullopt;
    seen.looked_up_to = std::max(after, std::min(up_to, extent_.end));
    auto next = std::upper_bound(
        transactions_.begin(), transactions_.end(), after,
        [](std::uint64_t offset, const auto& transaction) { return offset < transaction->offset; });
    for (; next != transactions_.end() && (*next)->offset <= up_to; ++next) {
      if (candidates.size() == kLookedAt) {
        seen.looked_up_to = candidates.back()->offset;
        break;
      }
      candidates.push_back(*next);
    }
  }
  std::uint64_t bytes = 0;
  for (auto& candidate : candidates) {
    if (!matches(*candidate))
      continue;
    if (seen.transactions.size() >= limit.items || bytes >= limit.bytes) {
      if (!seen.transactions.empty()) {
        seen.looked_up_to = seen.transactions.back()->offset;
        break;
      }
    }
    bytes += candidate->bytes;
    seen.transactions.push_back(std::move(candidate));
  }
  return seen;
}

} // namespace tenon::daml_api::index
