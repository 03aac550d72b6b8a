// The way on after a wedge. Nobody can order a transaction then, so the operators sign a command
// that every replica is given as a file; the first block above the wedge carries it, for all to
// check and for the block log to keep. Step: before and in block_executor, and in the replica's
// proposals. Pure but for reads of the state; any thread.
#pragma once

#include "pipeline/block_state.hpp"
#include "pipeline/executed_block.hpp"

namespace tenon::host::pipeline {

// Is the encoded OperatorCommand an unwedge of exactly the block `last`, signed by enough of the
// operators of the state after it?
[[nodiscard]] Status check_unwedge(const ExecutedBlock& last, const Hash& chain, BytesView encoded);

// What the header of a child of `parent` must name, if the child carries this unwedge; empty: none.
[[nodiscard]] Result<EpochAt> epoch_above(const ExecutedBlock& parent, const Hash& chain,
                                          BytesView unwedge);

// Takes the block's unwedge, which has been checked, into the operators' log.
[[nodiscard]] Status record_unwedge(BlockState& state, const DecodedBlock& block);

} // namespace tenon::host::pipeline
