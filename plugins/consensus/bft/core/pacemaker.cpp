#include "bft/core/pacemaker.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr TimeUs kSafetyFactor = 3;    // of the smoothed hop: jitter is not failure
constexpr TimeUs kSmoothing = 8;       // a new sample counts for one eighth
constexpr std::uint32_t kPatience = 1; // empty views before delta grows

} // namespace

TimeUs Pacemaker::delta_us() const {
  TimeUs delta = std::max(floor_us_, kSafetyFactor * hop_us_);
  for (std::uint32_t i = kPatience; i < empty_views_ && delta < cap_us_; ++i)
    delta += delta / 2;
  return std::min(delta, cap_us_);
}

void Pacemaker::view_notarized(std::optional<TimeUs> took_us) {
  empty_views_ = 0;
  if (!took_us)
    return;
  const TimeUs hop = std::min(*took_us / 2, cap_us_);
  hop_us_ = hop_us_ == 0 ? hop : hop_us_ - hop_us_ / kSmoothing + hop / kSmoothing;
}

void Pacemaker::view_nullified() {
  empty_views_ = std::min(empty_views_ + 1, 64u);
}

void Pacemaker::reset() {
  empty_views_ = 0;
  silent_.clear();
}

} // namespace tenon::consensus::bft
