// Removes, at the start of a block, what has expired by its record time: in (time, key) order, at
// most so many entries and bytes of keys, so that a block's work stays bounded. What is left reads
// as absent and waits for the next block. Step: block_executor. One thread.
#pragma once

#include "pipeline/block_state.hpp"

namespace tenon::host::pipeline {

// Where the next block may begin to look: before it, nothing is left to expire.
struct ExpiryProgress {
  std::uint64_t done_before_us = 0;
  std::size_t removed = 0;
  std::uint64_t key_bytes = 0; // of what was removed, each with kItemOverheadBytes
};

// `done_before_us` of the parent block; 0 when unknown (after a restart).
[[nodiscard]] Result<ExpiryProgress> remove_expired(BlockState& state, std::uint64_t done_before_us,
                                                    std::uint64_t max_entries,
                                                    std::uint64_t max_key_bytes);

} // namespace tenon::host::pipeline
