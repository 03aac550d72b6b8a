// What the index says for client nodes of blocks that are no longer kept is of no use to anybody:
// without their transactions no page can be made of it. Step: the pipeline's upkeep, after blocks
// were pruned. One call at a time; any thread.
#pragma once

#include "tenon/plugin/store.hpp"

namespace tenon::host::pipeline {

// Removes the notes for client nodes (keys::stream_notes, stream_proofs, shown_writes) of blocks
// below the oldest that the store keeps; `state` is that of the head.
[[nodiscard]] Status forget_notes(plugin::Store& store, const plugin::StoreSnapshot& state);

} // namespace tenon::host::pipeline
