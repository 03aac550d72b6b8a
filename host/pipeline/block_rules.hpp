// What makes a block a valid child of its parent, before it is executed. Step: block_executor and
// ReplicaApp::verify. Pure; any thread.
#pragma once

#include "pipeline/decoded_block.hpp"
#include "pipeline/epoch_schedule.hpp"

namespace tenon::host::pipeline {

// Where the block stands.
struct BlockPlace {
  const Hash& chain;
  const v1::BlockHeader& parent;
  const Hash& parent_id;
  const EpochAt& epoch; // at the block's height
};

// `check_root` is spared for blocks that this node has just built itself.
[[nodiscard]] Status check_block(const BlockPlace& place, const v1::LedgerParameters& parameters,
                                 const DecodedBlock& block, bool check_root);

// The limits alone.
[[nodiscard]] Status check_block_size(const v1::LedgerParameters& parameters,
                                      std::size_t body_bytes, std::size_t transactions);

} // namespace tenon::host::pipeline
