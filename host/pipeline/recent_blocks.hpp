// Blocks that were decoded lately: what was judged is executed soon after, and need not be taken
// apart, hashed and compared with its root again. Owned by the replica; any thread.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "pipeline/decoded_block.hpp"

namespace tenon::host::pipeline {

class RecentBlocks {
public:
  // As decode_block(); the same object for the same bytes, while it is kept.
  [[nodiscard]] Result<std::shared_ptr<const DecodedBlock>> decode(BytesView encoded);
  // Built here just now: its root is right.
  void add_own(Bytes encoded);
  // Its body has been found to be the one that its header names.
  void root_is_right(const DecodedBlock& block);
  [[nodiscard]] bool has_right_root(const DecodedBlock& block) const;

private:
  struct Entry {
    Bytes encoded; // compared as a whole: the id does not tell what the body is
    std::shared_ptr<const DecodedBlock> block; // null until somebody asks for it
    bool root_is_right = false;
  };

  // With the lock held.
  [[nodiscard]] Entry* find(BytesView encoded);
  void add(Entry entry);

  mutable std::mutex mutex_;
  std::deque<Entry> entries_; // the newest last
  std::size_t bytes_ = 0;
};

} // namespace tenon::host::pipeline
