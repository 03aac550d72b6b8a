// The store's sequenced calls — stage, commit, abandon — which must not overlap: execution of one
// block runs beside the commit of another, and they meet here. Owned by the pipeline; any thread.
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
  // Lets go of blocks and, with the last reference, of their stages.
  void drop(std::vector<std::shared_ptr<ExecutedBlock>> blocks);

private:
  plugin::Store& store_;
  std::mutex mutex_;
};

} // namespace tenon::host::pipeline
