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
  // Sees the entry under each key of class STATE, in their order; they ascend.
  [[nodiscard]] Status get_many(std::span<const BytesView> keys,
                                BackendView::FoundVisitor visit) const;
  // Keys by their hashes, from one on: every one that this version has, and some that it has not.
  [[nodiscard]] std::unique_ptr<BackendIterator> keys_from(const Hash& key_hash) const {
    return view_->iterate(Column::kKeys, key_hash.view(), "");
  }

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
  // `layers` from the oldest to the newest. Without a tree, it is worked out when the first proof
  // asks, and kept: later blocks, however many, take nothing away from it.
  CoreSnapshot(const StoreCore& core, VersionReader base,
               std::vector<std::shared_ptr<const StagedBlock>> layers, std::optional<Tree> tree,
               std::shared_ptr<Generation> generation, std::optional<std::uint64_t> height)
      : core_(core), base_(std::move(base)), layers_(std::move(layers)),
        height_(height.value_or(0)), pin_(std::move(generation), height), tree_(std::move(tree)) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(plugin::KeyClass key_class,
                                                 BytesView key) const override;
  [[nodiscard]] Status scan(plugin::KeyClass key_class, BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override;
  [[nodiscard]] Result<std::vector<Bytes>> prove(std::span<const BytesView> keys) const override;
  [[nodiscard]] Result<Bytes> export_range(const Hash& first,
                                           std::uint64_t max_bytes) const override;
  [[nodiscard]] Result<Bytes> prove_many(std::span<const BytesView> keys) const override;

private:
  // What stands is said only while the state that it was read from does.
  [[nodiscard]] Status check_alive() const { return pin_.generation().check_alive(); }
  template <typename T> [[nodiscard]] Result<T> if_alive(Result<T> found) const {
    TENON_RETURN_IF_ERROR(check_alive());
    return found;
  }
  [[nodiscard]] Result<std::optional<Bytes>> find(plugin::KeyClass key_class, BytesView key) const;
  [[nodiscard]] Status visit_merged(plugin::KeyClass key_class, BytesView begin, BytesView end,
                                    plugin::ScanVisitor visit) const;
  [[nodiscard]] Result<Tree> tree() const;
  [[nodiscard]] Result<std::vector<Bytes>> make_proofs(std::span<const BytesView> keys) const;
  [[nodiscard]] Result<Bytes> make_multi_proof(std::span<const BytesView> keys) const;
  [[nodiscard]] Result<Bytes> make_range(const Hash& first, std::uint64_t max_bytes) const;

  const StoreCore& core_;
  VersionReader base_;
  std::vector<std::shared_ptr<const StagedBlock>> layers_;
  std::uint64_t height_;
  Pin pin_;
  mutable std::mutex tree_mutex_;
  mutable std::optional<Tree> tree_;
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
