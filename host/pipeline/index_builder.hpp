// Writes the class INDEX anew after an import, which brings the class STATE only: the expiry index,
// which decides what the next block removes; what engines make of their keys; and of the imported
// block what readers look up. Whether it is there is the store's to remember, so that a crash at
// any point ends in doing it again. Step: ledger_opener. Main thread, or the sequencer strand.
#pragma once

#include "pipeline/engine_set.hpp"
#include "pipeline/executed_block.hpp"

namespace tenon::host::pipeline {

// `head` is the store's, with its snapshot. Bounded memory.
[[nodiscard]] Status rebuild_index(plugin::Store& store, const EngineSet& engines,
                                   const ExecutedBlock& head);

} // namespace tenon::host::pipeline
