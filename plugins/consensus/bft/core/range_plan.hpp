// Which ranges of the state are still missing, and whom they are asked of: the key hashes are cut
// into equal slices, and of each slice one range at a time is on its way. Whoever was asked for a
// slice is not the next one to be, where there is a choice: nobody alone holds up the last one.
// Owned by the core; its thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bft/core/types.hpp"
#include "tenon/merkle/range_proof.hpp"

namespace tenon::consensus::bft {

class RangePlan {
public:
  // A power of two, at most 256.
  explicit RangePlan(std::size_t slices);

  void set_missing(const std::vector<merkle::KeySpan>& missing);
  [[nodiscard]] bool complete() const;
  [[nodiscard]] std::size_t slices() const { return missing_.size(); }
  [[nodiscard]] std::size_t slices_done() const;

  // What is missing first of a slice of which nothing is on its way, and that was not asked of
  // `but_not` last.
  [[nodiscard]] std::optional<merkle::KeySpan> next(const std::string& but_not = {}) const;
  // How many bytes a span of the state has, going by the ranges that were taken; at first few, to
  // learn more.
  [[nodiscard]] std::size_t expected_bytes(const merkle::KeySpan& span, std::size_t most) const;
  // It is waited for until then.
  void asked(const Hash& first, const std::string& peer, TimeUs now_us, TimeUs until_us);
  // It has come from the peer, after how long, and is being written. Nothing when it was not asked
  // of this one, or has been given up.
  [[nodiscard]] std::optional<TimeUs> came(const Hash& first, const std::string& peer,
                                           TimeUs now_us, BytesView range = {});
  // It is written, and so was what it should be; or it will not come.
  void settled(const Hash& first, bool taken = false);
  // What was asked of the peer is given up, or what should have come by now; of whom, each once.
  void give_up(const std::string& peer);
  [[nodiscard]] std::set<std::string> give_up_overdue(TimeUs now_us);
  [[nodiscard]] std::size_t asked_of(const std::string& peer) const;
  [[nodiscard]] std::size_t on_their_way() const { return on_their_way_.size(); }
  [[nodiscard]] std::size_t being_written() const;
  // When the next one is given up.
  [[nodiscard]] std::optional<TimeUs> next_due_us() const;

private:
  struct OnItsWay {
    std::string peer;
    TimeUs asked_us = 0;
    TimeUs until_us = 0;
    bool came = false;
    std::size_t bytes = 0;
    double share = 0; // of all key hashes
  };
  [[nodiscard]] std::size_t slice_of(const Hash& hash) const;
  template <typename Drop> std::set<std::string> give_up_if(Drop&& drop);

  std::vector<std::optional<merkle::KeySpan>> missing_; // of each slice, the first that is
  std::vector<std::string> last_asked_;                 // for each slice
  double taken_bytes_ = 0;
  double taken_share_ = 0;
  std::map<Hash, OnItsWay> on_their_way_;    // by first hash
};

} // namespace tenon::consensus::bft
