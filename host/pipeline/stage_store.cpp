#include "pipeline/stage_store.hpp"

namespace tenon::host::pipeline {

using plugin::BlockPart;

Result<std::unique_ptr<plugin::StoreStage>>
StageStore::stage(const ExecutedBlock* parent, std::span<const plugin::StoreWrite> writes) {
  const std::lock_guard lock(mutex_);
  return store_.stage(parent == nullptr ? nullptr : parent->stage.get(), writes);
}

Status StageStore::commit(ExecutedBlock& block, BytesView certificate, bool sync) {
  const std::lock_guard lock(mutex_);
  plugin::StoreBlock stored{block.height(), block.id, block.result_hash, {}};
  const auto part = [&](BlockPart which) -> BytesView& {
    return stored.parts[static_cast<std::size_t>(which)];
  };
  part(BlockPart::kHeader) = block.block->header_bytes;
  part(BlockPart::kBody) = block.block->body_bytes;
  part(BlockPart::kResultHeader) = block.result_header;
  part(BlockPart::kResults) = block.results;
  part(BlockPart::kCertificate) = certificate;
  const Status status = store_.commit(std::move(block.stage), stored, sync);
  block.parent.reset();
  return status;
}

void StageStore::drop(std::vector<std::shared_ptr<ExecutedBlock>> blocks) {
  const std::lock_guard lock(mutex_);
  blocks.clear();
}

} // namespace tenon::host::pipeline
