#include "bft/core/range_plan.hpp"

#include <algorithm>
#include <cmath>

#include "tenon/core/encoding.hpp"
#include "tenon/merkle/snapshot_range.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr std::size_t kFirstBytes = 256;
// Asked for while nothing is known of how much there is.
constexpr std::size_t kLeastAsked = 32u << 10;
// Keys do not lie evenly: so much more than expected, that little is left over.
constexpr double kMargin = 33.0 / 32;

// How much of all key hashes lies in the span.
double share_of(const merkle::KeySpan& span) {
  const auto beginning = [](const Hash& hash) { return read_be64(hash.view()); };
  return std::ldexp(static_cast<double>(beginning(span.last) - beginning(span.first)), -64);
}

} // namespace

RangePlan::RangePlan(std::size_t slices)
    : missing_(std::clamp<std::size_t>(slices, 1, 256)), last_asked_(missing_.size()) {
  set_missing({merkle::KeySpan::all()});
}

std::size_t RangePlan::slice_of(const Hash& hash) const {
  return static_cast<std::uint8_t>(hash.view().front()) * missing_.size() / kFirstBytes;
}

void RangePlan::set_missing(const std::vector<merkle::KeySpan>& missing) {
  std::fill(missing_.begin(), missing_.end(), std::nullopt);
  for (const merkle::KeySpan& span : missing) {
    const std::size_t last = slice_of(span.last);
    for (std::size_t slice = slice_of(span.first); slice <= last; ++slice) {
      if (missing_[slice])
        continue;
      merkle::KeySpan whole = merkle::KeySpan::all();
      whole.first.bytes[0] = static_cast<std::uint8_t>(slice * kFirstBytes / missing_.size());
      whole.last.bytes[0] =
          static_cast<std::uint8_t>((slice + 1) * kFirstBytes / missing_.size() - 1);
      missing_[slice] = {std::max(span.first, whole.first), std::min(span.last, whole.last)};
    }
  }
}

bool RangePlan::complete() const {
  return std::none_of(missing_.begin(), missing_.end(),
                      [](const auto& span) { return span.has_value(); });
}

std::size_t RangePlan::slices_done() const {
  return static_cast<std::size_t>(
      std::count_if(missing_.begin(), missing_.end(), [](const auto& span) { return !span; }));
}

std::optional<merkle::KeySpan> RangePlan::next(const std::string& but_not) const {
  std::set<std::size_t> busy;
  for (const auto& [first, range] : on_their_way_)
    busy.insert(slice_of(first));
  for (std::size_t slice = 0; slice < missing_.size(); ++slice) {
    if (missing_[slice] && !busy.contains(slice) &&
        (but_not.empty() || last_asked_[slice] != but_not))
      return missing_[slice];
  }
  return std::nullopt;
}

std::size_t RangePlan::expected_bytes(const merkle::KeySpan& span, std::size_t most) const {
  const double expected =
      taken_share_ > 0 ? taken_bytes_ / taken_share_ * share_of(span) * kMargin : 0;
  const std::size_t least = std::min(kLeastAsked, most);
  return expected < static_cast<double>(most)
             ? std::max(least, static_cast<std::size_t>(expected))
             : most;
}

void RangePlan::asked(const Hash& first, const std::string& peer, TimeUs now_us,
                      TimeUs until_us) {
  on_their_way_[first] = {peer, now_us, until_us};
  last_asked_[slice_of(first)] = peer;
}

std::optional<TimeUs> RangePlan::came(const Hash& first, const std::string& peer, TimeUs now_us,
                                      BytesView range) {
  const auto found = on_their_way_.find(first);
  if (found == on_their_way_.end() || found->second.came || found->second.peer != peer)
    return std::nullopt;
  found->second.came = true;
  if (const auto content = merkle::parse_snapshot_range(range); content.ok()) {
    found->second.bytes = range.size();
    found->second.share = share_of(content->span);
  }
  return now_us - found->second.asked_us;
}

void RangePlan::settled(const Hash& first, bool taken) {
  const auto found = on_their_way_.find(first);
  if (found == on_their_way_.end())
    return;
  if (taken) {
    taken_bytes_ += static_cast<double>(found->second.bytes);
    taken_share_ += found->second.share;
  }
  on_their_way_.erase(found);
}

template <typename Drop> std::set<std::string> RangePlan::give_up_if(Drop&& drop) {
  std::set<std::string> peers;
  std::erase_if(on_their_way_, [&](const auto& item) {
    const bool given_up = !item.second.came && drop(item.second);
    if (given_up)
      peers.insert(item.second.peer);
    return given_up;
  });
  return peers;
}

void RangePlan::give_up(const std::string& peer) {
  give_up_if([&](const OnItsWay& range) { return range.peer == peer; });
}

std::set<std::string> RangePlan::give_up_overdue(TimeUs now_us) {
  return give_up_if([&](const OnItsWay& range) { return range.until_us <= now_us; });
}

std::size_t RangePlan::asked_of(const std::string& peer) const {
  return static_cast<std::size_t>(
      std::count_if(on_their_way_.begin(), on_their_way_.end(), [&](const auto& item) {
        return !item.second.came && item.second.peer == peer;
      }));
}

std::size_t RangePlan::being_written() const {
  return static_cast<std::size_t>(std::count_if(on_their_way_.begin(), on_their_way_.end(),
                                                [](const auto& item) { return item.second.came; }));
}

std::optional<TimeUs> RangePlan::next_due_us() const {
  std::optional<TimeUs> next;
  for (const auto& [first, range] : on_their_way_) {
    if (!range.came)
      next = std::min(next.value_or(range.until_us), range.until_us);
  }
  return next;
}

} // namespace tenon::consensus::bft
