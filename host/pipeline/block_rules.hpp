// What makes a block a valid child of its parent, before it is executed. Step: block_executor and
// ReplicaApp::verify. Pure; any thread.
#pragma once

#include "pipeline/decoded_block.hpp"

namespace tenon::host::pipeline {

struct BlockRules {
  Hash chain;
  Hash engines; // network fingerprint
};

// `check_root` is spared for blocks that this node has just built itself.
[[nodiscard]] Status check_block(const BlockRules& rules, const v1::LedgerParameters& parameters,
                                 const v1::BlockHeader& parent, const Hash& parent_id,
                                 const DecodedBlock& block, bool check_root);

// The limits alone.
[[nodiscard]] Status check_block_size(const v1::LedgerParameters& parameters,
                                      std::size_t body_bytes, std::size_t transactions);

} // namespace tenon::host::pipeline
