// Where execution and commits meet: a block is staged on its parent while the parent is being
// committed, and lets go of the parent's stage whichever ends last. Owned by the pipeline; stage:
// the sequencer strand, commit: the committer strand.
#pragma once

#include <mutex>
#include <span>

#include "pipeline/executed_block.hpp"

namespace tenon::host::pipeline {

class StageStore {
public:
  explicit StageStore(plugin::Store& store) : store_(store) {}

  // On the parent's stage, or on the head once the parent is committed (null: an empty ledger).
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(const ExecutedBlock* parent, std::span<const plugin::StoreWrite> writes);
  // Commits the block's stage. Its children are then staged on the head.
  [[nodiscard]] Status commit(ExecutedBlock& block, BytesView certificate, bool sync);

private:
  plugin::Store& store_;
  std::mutex mutex_; // guards every block's `stage` and `parent`; never held during a store's call
};

} // namespace tenon::host::pipeline
