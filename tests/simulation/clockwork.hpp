// Simulated time: everything that happens later, in order, from one seed. Owned by the simulation;
// one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace tenon::simulation {

// SplitMix64: the same numbers on every machine, unlike the standard's distributions.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  // Below `bound`, which is not 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  bool chance(double probability) {
    return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability;
  }

private:
  std::uint64_t state_;
};

class Clockwork {
public:
  using Task = std::function<void()>;

  [[nodiscard]] std::uint64_t now_us() const { return now_us_; }
  void at(std::uint64_t time_us, Task task) {
    queue_.push({time_us < now_us_ ? now_us_ : time_us, order_++, std::move(task)});
  }
  void after(std::uint64_t delay_us, Task task) { at(now_us_ + delay_us, std::move(task)); }
  // Does the next thing; false when there is none before `until_us`.
  bool step(std::uint64_t until_us) {
    if (queue_.empty() || queue_.top().time_us > until_us) {
      now_us_ = until_us;
      return false;
    }
    // The task may add others, which moves the queue.
    Entry entry = std::move(const_cast<Entry&>(queue_.top()));
    queue_.pop();
    now_us_ = entry.time_us;
    entry.task();
    return true;
  }
  void clear() { queue_ = {}; }

private:
  struct Entry {
    std::uint64_t time_us = 0;
    std::uint64_t order = 0;
    Task task;
    bool operator<(const Entry& other) const {
      return time_us != other.time_us ? time_us > other.time_us : order > other.order;
    }
  };
  std::priority_queue<Entry> queue_;
  std::uint64_t now_us_ = 1'000'000;
  std::uint64_t order_ = 0;
};

} // namespace tenon::simulation
