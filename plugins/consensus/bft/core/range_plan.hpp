// Which ranges of the state are still missing, and whom they are asked of: the key hashes are cut
// into equal slices, and of each slice one range at a time is on its way. Owned by the core; its
// thread.
#pragma once

#include <map>
#include <optional>
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

  // The first missing hash of a slice of which nothing is on its way; spread over all of them.
  [[nodiscard]] std::optional<Hash> next() const;
  void asked(const Hash& first, const std::string& peer, TimeUs now_us);
  // It has come from the peer, and is being written. False when it was not asked of this one.
  [[nodiscard]] bool came(const Hash& first, const std::string& peer);
  // It is written, or it will not come.
  void settled(const Hash& first) { on_their_way_.erase(first); }
  // What was asked of the peer, or of anyone before that time, is given up; of whom.
  std::vector<std::string> give_up(const std::string& peer);
  std::vector<std::string> give_up_before(TimeUs time_us);
  [[nodiscard]] std::size_t asked_of(const std::string& peer) const;
  [[nodiscard]] std::size_t on_their_way() const { return on_their_way_.size(); }
  [[nodiscard]] std::size_t being_written() const;
  // When the oldest one was asked for.
  [[nodiscard]] std::optional<TimeUs> oldest_us() const;

private:
  struct OnItsWay {
    std::string peer;
    TimeUs asked_us = 0;
    bool came = false;
  };
  [[nodiscard]] std::size_t slice_of(const Hash& hash) const;
  template <typename Drop> std::vector<std::string> give_up_if(Drop&& drop);

  std::vector<std::optional<Hash>> missing_; // of each slice, the first that is
  std::map<Hash, OnItsWay> on_their_way_;    // by first hash
};

} // namespace tenon::consensus::bft
