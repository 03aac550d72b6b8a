// A simulated disk with one append-only log: what is not synced when the machine stops is lost, but
// for a beginning of it; a bit of what is synced may flip, which its check sums show. Owned by the
// node it belongs to, survives its crashes; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "simulation/clockwork.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::simulation {

class Disk {
public:
  void append(std::uint64_t sequence, Bytes record) {
    unsynced_.push_back({sequence, false, {std::move(record)}});
  }
  void rewrite(std::uint64_t sequence, std::vector<Bytes> records) {
    unsynced_.push_back({sequence, true, std::move(records)});
  }
  // Everything written up to `up_to` gets to stable storage; each record is shown to `visit`.
  template <typename Visit> void sync(std::uint64_t up_to, Visit&& visit) {
    while (!unsynced_.empty() && unsynced_.front().sequence <= up_to) {
      for (const Bytes& record : unsynced_.front().records)
        visit(record);
      apply(std::move(unsynced_.front()));
      unsynced_.pop_front();
    }
  }
  [[nodiscard]] std::uint64_t last_written() const {
    return unsynced_.empty() ? 0 : unsynced_.back().sequence;
  }
  // A replacement is one rename: all or nothing. Appended records survive up to some point.
  template <typename Visit> void crash(Random& random, Visit&& visit) {
    const std::uint64_t kept = random.below(unsynced_.size() + 1);
    if (kept > 0)
      sync(unsynced_[kept - 1].sequence, visit);
    unsynced_.clear();
  }
  void lose_everything() {
    synced_.clear();
    sums_.clear();
    unsynced_.clear();
  }
  bool flip_a_bit(Random& random) {
    if (synced_.empty())
      return false;
    Bytes& record = synced_[random.below(synced_.size())];
    if (record.empty())
      return false;
    record[random.below(record.size())] ^= static_cast<char>(1u << random.below(8));
    return true;
  }
  // As it was written?
  [[nodiscard]] bool intact() const {
    for (std::size_t i = 0; i < synced_.size(); ++i) {
      if (std::hash<Bytes>()(synced_[i]) != sums_[i])
        return false;
    }
    return true;
  }
  [[nodiscard]] const std::vector<Bytes>& records() const { return synced_; }

private:
  struct Write {
    std::uint64_t sequence = 0;
    bool replaces = false;
    std::vector<Bytes> records;
  };
  void apply(Write write) {
    if (write.replaces) {
      synced_.clear();
      sums_.clear();
    }
    for (Bytes& record : write.records) {
      sums_.push_back(std::hash<Bytes>()(record));
      synced_.push_back(std::move(record));
    }
  }
  std::vector<Bytes> synced_;
  std::vector<std::size_t> sums_;
  std::deque<Write> unsynced_;
};

} // namespace tenon::simulation
