// One state from its first block, or its import, to its replacement by another import: what views
// and stages of it hold, so that they know when it is gone and pruning knows what they still read.
// Shared by the StoreCore, its snapshots and its stages; any thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "tenon/core/status.hpp"

namespace tenon::store {

class Generation {
public:
  // Set before the first record of the state is overwritten: who read something and then finds the
  // generation alive has read it whole.
  void end() { ended_.store(true, std::memory_order_seq_cst); }
  [[nodiscard]] Status check_alive() const {
    if (!ended_.load(std::memory_order_seq_cst))
      return {};
    return {Code::kAborted, "the state that this view or stage stands on was replaced by an "
                            "imported one; ask for a new one"};
  }

  // The lowest version that somebody reads.
  [[nodiscard]] std::optional<std::uint64_t> lowest_pin() const {
    const std::lock_guard lock(mutex_);
    return pins_.empty() ? std::nullopt : std::optional(*pins_.begin());
  }

private:
  friend class Pin;
  std::atomic<bool> ended_ = false;
  mutable std::mutex mutex_;
  std::multiset<std::uint64_t> pins_;
};

// Keeps what version `height` reads from being pruned for as long as it lives. Before the first
// block there is no version and nothing to keep.
class Pin {
public:
  Pin(std::shared_ptr<Generation> generation, std::optional<std::uint64_t> height)
      : generation_(std::move(generation)) {
    if (!height)
      return;
    const std::lock_guard lock(generation_->mutex_);
    place_ = generation_->pins_.insert(*height);
  }
  ~Pin() {
    if (!place_)
      return;
    const std::lock_guard lock(generation_->mutex_);
    generation_->pins_.erase(*place_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  [[nodiscard]] const Generation& generation() const { return *generation_; }

private:
  std::shared_ptr<Generation> generation_;
  std::optional<std::multiset<std::uint64_t>::iterator> place_;
};

} // namespace tenon::store
