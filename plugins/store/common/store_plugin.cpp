#include "common/store_plugin.hpp"

namespace tenon::store {

Status StorePlugin::require_open() const {
  return core_ ? Status() : fault("the store was used before start() or after stop()");
}

Status StorePlugin::start() {
  options_.chain = host_.chain_id();
  TENON_ASSIGN_OR_RETURN(auto backend, open_backend_());
  TENON_ASSIGN_OR_RETURN(core_, StoreCore::open(std::move(backend), options_));
  return {};
}

void StorePlugin::stop() {
  if (!core_)
    return;
  if (const Status status = core_->flush(); !status.ok()) {
    host_.log(plugin::LogLevel::kWarn, "the tree's last pages were not written, the next start "
                                       "works them out again: " + status.to_string());
  }
  core_.reset();
}

Result<plugin::StoreHead> StorePlugin::head() const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->head();
}

Result<std::unique_ptr<plugin::StoreSnapshot>> StorePlugin::snapshot(std::uint64_t height) const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->snapshot(height);
}

Result<std::unique_ptr<plugin::StoreStage>>
StorePlugin::stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->stage(parent, writes);
}

Status StorePlugin::commit(plugin::StoreStage& stage, const plugin::StoreBlock& block, bool sync) {
  TENON_RETURN_IF_ERROR(require_open());
  TENON_RETURN_IF_ERROR(core_->commit(stage, block, sync));
  if (metrics_.is_due())
    metrics_.report(core_->figures());
  return {};
}

Result<std::optional<Bytes>> StorePlugin::read_block(std::uint64_t height,
                                                     plugin::BlockPart part) const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->read_block(height, part);
}

Status StorePlugin::verify(plugin::ProgressVisitor progress) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->verify(progress);
}

Result<plugin::StoreHorizon> StorePlugin::horizon() const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->horizon();
}

Status StorePlugin::prune(std::uint64_t keep_from) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->prune(keep_from);
}

Status StorePlugin::put_block(const plugin::StoreBlock& block) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->put_block(block);
}

Status StorePlugin::import_begin(const plugin::StoreTarget& target) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->import_begin(target);
}

Status StorePlugin::import_range(BytesView range) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->import_range(range);
}

Result<std::optional<plugin::StoreImport>> StorePlugin::import_missing() const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->import_missing();
}

Status StorePlugin::import_finish(std::span<const plugin::StoreBlock> blocks) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->import_finish(blocks);
}

Status StorePlugin::import_abandon() {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->import_abandon();
}

Status StorePlugin::put_index(std::span<const plugin::StoreWrite> writes, bool whole) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->put_index(writes, whole);
}

Status StorePlugin::versions(BytesView key, plugin::VersionVisitor visit) const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->versions(key, visit);
}

Status StorePlugin::changes(std::uint64_t height, plugin::ChangeVisitor visit) const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->changes(height, visit);
}

Result<Bytes> StorePlugin::describe(bool whole, plugin::ProgressVisitor progress) const {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->describe(whole, progress);
}

Result<plugin::StoreScrub> StorePlugin::scrub(std::uint64_t random) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->scrub(random);
}

Result<plugin::StoreCheckpoint> StorePlugin::checkpoint(const std::string& directory) {
  TENON_RETURN_IF_ERROR(require_open());
  return core_->checkpoint(directory);
}

} // namespace tenon::store
