// Views of the state: a committed version, with any number of uncommitted blocks laid over it.
// Owned by whoever asked for them; any thread. They must not outlive the store.
#pragma once

#include "common/store_core.hpp"

namespace tenon::store {

// One committed version of the keys: what `latest` holds when nothing newer was written, otherwise
// what `history` does.
class VersionReader {
public:
  VersionReader(std::shared_ptr<const BackendView> view, bool empty, std::uint64_t height,
                bool at_head)
      : view_(std::move(view)), empty_(empty), height_(height),
        latest_is_enough_(at_head && view_->fixed()) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(plugin::KeyClass key_class, BytesView key) const;
  [[nodiscard]] Status scan(plugin::KeyClass key_class, BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const;

private:
  [[nodiscard]] Result<std::optional<Bytes>> from_history(BytesView key) const;
  [[nodiscard]] Status scan_latest(BytesView begin, BytesView end, plugin::ScanVisitor visit) const;
  [[nodiscard]] Status scan_versions(BytesView begin, BytesView end,
                                     plugin::ScanVisitor visit) const;

  std::shared_ptr<const BackendView> view_;
  bool empty_;
  std::uint64_t height_;
  bool latest_is_enough_;
};

class CoreSnapshot final : public plugin::StoreSnapshot {
public:
  // `layers` from the oldest to the newest. Without a tree, it is worked out when a proof asks.
  CoreSnapshot(const StoreCore& core, VersionReader base,
               std::vector<std::shared_ptr<const StagedBlock>> layers, std::optional<Tree> tree,
               std::uint64_t height)
      : core_(core), base_(std::move(base)), layers_(std::move(layers)), tree_(std::move(tree)),
        height_(height) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(plugin::KeyClass key_class,
                                                 BytesView key) const override;
  [[nodiscard]] Status scan(plugin::KeyClass key_class, BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override;
  [[nodiscard]] Result<std::vector<Bytes>> prove(std::span<const BytesView> keys) const override;

private:
  const StoreCore& core_;
  VersionReader base_;
  std::vector<std::shared_ptr<const StagedBlock>> layers_;
  std::optional<Tree> tree_;
  std::uint64_t height_;
};

class CoreStage final : public plugin::StoreStage {
public:
  CoreStage(const StoreCore& core, std::shared_ptr<StagedBlock> staged)
      : core_(core), staged_(std::move(staged)) {}

  [[nodiscard]] const plugin::StoreRoots& roots() const override { return staged_->roots; }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>> snapshot() const override;
  [[nodiscard]] const std::shared_ptr<StagedBlock>& staged() const { return staged_; }

private:
  const StoreCore& core_;
  std::shared_ptr<StagedBlock> staged_;
};

} // namespace tenon::store
