// The last committed block and the state after it, as readers see it: one pointer, exchanged at
// every commit. Owned by the pipeline; set on the committer strand, read from any thread.
#pragma once

#include <memory>
#include <mutex>

#include "pipeline/executed_block.hpp"

namespace tenon::host::pipeline {

struct LedgerHead {
  std::shared_ptr<const ExecutedBlock> block;
  std::shared_ptr<const plugin::StoreSnapshot> snapshot; // a committed one, unlike the block's own
};

class HeadHolder {
public:
  [[nodiscard]] std::shared_ptr<const LedgerHead> get() const {
    const std::lock_guard lock(mutex_);
    return head_;
  }
  void set(std::shared_ptr<const LedgerHead> head) {
    const std::lock_guard lock(mutex_);
    head_.swap(head);
  }

private:
  mutable std::mutex mutex_;
  std::shared_ptr<const LedgerHead> head_;
};

} // namespace tenon::host::pipeline
