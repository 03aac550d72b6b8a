#include "pipeline/stage_store.hpp"

namespace tenon::host::pipeline {

using plugin::BlockPart;

Result<std::unique_ptr<plugin::StoreStage>>
StageStore::stage(const ExecutedBlock* parent, std::span<const plugin::StoreWrite> writes) {
  std::shared_ptr<plugin::StoreStage> below;
  if (parent != nullptr) {
    const std::lock_guard lock(mutex_);
    below = parent->stage;
  }
  return store_.stage(below.get(), writes);
}

Status StageStore::commit(ExecutedBlock& block, BytesView certificate, bool sync) {
  std::shared_ptr<plugin::StoreStage> stage;
  {
    const std::lock_guard lock(mutex_);
    stage = block.stage;
  }
  plugin::StoreBlock stored{block.height(), block.id, block.result_hash, {}};
  const auto part = [&](BlockPart which) -> BytesView& {
    return stored.parts[static_cast<std::size_t>(which)];
  };
  part(BlockPart::kHeader) = block.block->header_bytes;
  part(BlockPart::kBody) = block.block->body_bytes;
  part(BlockPart::kResultHeader) = block.result_header;
  part(BlockPart::kResults) = block.results;
  part(BlockPart::kCertificate) = certificate;
  TENON_RETURN_IF_ERROR(store_.commit(*stage, stored, sync));
  const std::lock_guard lock(mutex_);
  block.stage.reset();
  block.parent.reset();
  return {};
}

} // namespace tenon::host::pipeline
