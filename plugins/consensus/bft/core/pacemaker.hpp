// How long a replica waits before it gives a view up. One number, delta, stands for the time of a
// message between honest replicas: it follows what is measured, grows while views end in vain, and
// a leader that missed its turn and has not been heard of since is not waited for. Owned by the
// core; its thread.
#pragma once

#include <algorithm>
#include <map>

#include "bft/core/types.hpp"

namespace tenon::consensus::bft {

class Pacemaker {
public:
  static constexpr TimeUs kMaxRetryUs = 500'000;

  Pacemaker(TimeUs floor_us, TimeUs cap_us) : floor_us_(floor_us), cap_us_(cap_us) {}

  [[nodiscard]] TimeUs delta_us() const;
  [[nodiscard]] TimeUs proposal_wait_us() const { return 2 * delta_us(); }
  [[nodiscard]] TimeUs advance_wait_us() const { return 4 * delta_us(); }
  // How long whoever waits in vain lets pass before it says everything once more, and asks somebody
  // else for what it lacks. Patience with leaders must not make it slow in these.
  [[nodiscard]] TimeUs resend_wait_us() const { return std::min(5 * delta_us(), kMaxResendUs); }
  [[nodiscard]] TimeUs retry_wait_us() const { return std::min(2 * delta_us(), kMaxRetryUs); }

  // A view ended; by a notarization, where it was followed, so long after its proposal was seen.
  void view_notarized(std::optional<TimeUs> took_us);
  void view_nullified();

  // A leader that missed its turn counts as silent until it is heard of after the last view of its
  // term: what it says meanwhile does not make up for what it owes.
  void heard(ValidatorIndex validator, View view) {
    if (const auto found = silent_.find(validator); found != silent_.end() && view > found->second)
      silent_.erase(found);
  }
  void missed(ValidatorIndex leader, View last_of_term) { silent_[leader] = last_of_term; }
  [[nodiscard]] bool silent(ValidatorIndex validator) const { return silent_.contains(validator); }
  [[nodiscard]] const std::map<ValidatorIndex, View>& silent_leaders() const { return silent_; }
  // Another committee.
  void reset();

private:
  static constexpr TimeUs kMaxResendUs = 1'000'000;

  TimeUs floor_us_;
  TimeUs cap_us_;
  TimeUs hop_us_ = 0; // smoothed
  std::uint32_t empty_views_ = 0;
  std::map<ValidatorIndex, View> silent_;
};

} // namespace tenon::consensus::bft
