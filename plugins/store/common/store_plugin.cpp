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
  return core_->commit(stage, block, sync);
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

} // namespace tenon::store
