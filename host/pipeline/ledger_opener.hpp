// Opens the ledger that the store holds: makes block 0 in an empty store, otherwise checks that the
// store belongs to this chain and these engines and that its last blocks hang together, and
// rebuilds the index of an imported state. Step: before all others, when the node starts, and after
// an import. Main thread, or the sequencer strand.
#pragma once

#include "pipeline/engine_set.hpp"
#include "pipeline/ledger_head.hpp"
#include "pipeline/stage_store.hpp"

namespace tenon::host::pipeline {

struct OpenedLedger {
  std::shared_ptr<ExecutedBlock> head;
  std::shared_ptr<const plugin::StoreSnapshot> snapshot; // of the head
};

[[nodiscard]] Result<OpenedLedger> open_ledger(plugin::Store& store, StageStore& stages,
                                               const Genesis& genesis, const EngineSet& engines);

// Do the block and so many below it follow each other, as far as they are not pruned? DATA_LOSS
// names the one that does not.
[[nodiscard]] Status check_links(const plugin::Store& store, std::uint64_t height,
                                 std::uint64_t count);

// A part that every committed block has; its absence is a fault.
[[nodiscard]] Result<Bytes> read_part(const plugin::Store& store, std::uint64_t height,
                                      plugin::BlockPart part);

} // namespace tenon::host::pipeline
