// The state store itself, over any Backend: versions, the Merkle tree, stages, the block log.
// Both shipped stores are this class; what differs is the backend.
//
// Owned by the plugin. One thread stages ([sequencer]), one commits, any number read; staging on a
// stage that is being committed is allowed, so a block can execute while its parent is being
// synced.
#pragma once

#include <deque>
#include <map>
#include <mutex>

#include "common/backend.hpp"
#include "common/records.hpp"
#include "common/tree.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::store {

struct StoreOptions {
  Hash chain;
  // Tree pages are written once so many blocks or bytes of changes have gathered; what lies between
  // is recovered from the change records. 1 writes them with every block.
  std::uint64_t flush_blocks = 128;
  std::uint64_t flush_bytes = 8u << 20;
  // How far back proofs can be made.
  std::uint64_t proof_versions = 128;
};

// A block's writes, shared by the stage and by every view that stands on it. Null: removed.
using Overlay = std::map<Bytes, std::optional<Bytes>, std::less<>>;

// Everything a staged block is, apart from its height. Immutable once made, but for `height`, which
// is set (under StoreCore's mutex) when it is committed.
struct StagedBlock {
  std::array<Overlay, 2> overlays; // by KeyClass
  Tree tree;
  std::vector<TreeChange> changes;
  std::vector<Path> removed_pages;
  plugin::StoreRoots roots;
  std::shared_ptr<const StagedBlock> parent; // null on the head; reset once this is committed
  std::optional<std::uint64_t> base;         // without a parent: the head it was staged on
  std::optional<std::uint64_t> height;
};

class StoreCore final : public plugin::Store {
public:
  // Opens what is there, or starts afresh. Refuses another chain's data and newer formats.
  static Result<std::unique_ptr<StoreCore>> open(std::unique_ptr<Backend> backend,
                                                 const StoreOptions& options);
  ~StoreCore() override;

  [[nodiscard]] bool durable() const override { return backend_->durable(); }
  [[nodiscard]] Result<plugin::StoreHead> head() const override;
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t height) const override;
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) override;
  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override;
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override;
  [[nodiscard]] Status verify(plugin::ProgressVisitor progress) override;

private:
  friend class CoreStage;
  friend class CoreSnapshot;

  // Loads pages of the tree from the backend as it is now.
  class Pages final : public PageSource {
  public:
    explicit Pages(const Backend& backend) : backend_(backend) {}
    [[nodiscard]] Result<Bytes> load_page(const Path& path) const override;

  private:
    const Backend& backend_;
  };

  StoreCore(std::unique_ptr<Backend> backend, const StoreOptions& options);

  [[nodiscard]] Status check_identity();
  [[nodiscard]] Status recover();
  [[nodiscard]] Status check_nothing_lost() const;
  [[nodiscard]] Status roll_forward(NodesRecord nodes);
  [[nodiscard]] Status check_stageable(std::span<const plugin::StoreWrite> writes) const;
  void add_block(Batch& batch, const StagedBlock& staged, const plugin::StoreBlock& block) const;
  // Adds the pages not on disk yet, when it is time; returns them so that they can be marked.
  std::vector<std::shared_ptr<const Page>> add_pages(Batch& batch, const StagedBlock& staged,
                                                     std::uint64_t height);
  void publish(const std::shared_ptr<StagedBlock>& staged, const plugin::StoreHead& head);
  // The tree after block `height`, going back from the nearest newer one that is at hand.
  [[nodiscard]] Result<Tree> tree_at(std::uint64_t height) const;
  [[nodiscard]] static Status verify_latest(const BackendView& view, const Tree& tree,
                                            std::uint64_t total, plugin::ProgressVisitor progress);
  [[nodiscard]] Status verify_blocks(const plugin::StoreHead& head,
                                     plugin::ProgressVisitor progress) const;

  std::unique_ptr<Backend> backend_;
  StoreOptions options_;
  Pages pages_;

  std::mutex commit_mutex_;  // held from before a block is written until it is the head
  mutable std::mutex mutex_; // guards what follows
  plugin::StoreHead head_;
  Tree head_tree_;
  std::shared_ptr<const BackendView> head_view_;
  mutable std::map<std::uint64_t, Tree> recent_trees_;
  std::vector<Tree> retired_trees_; // no longer recent; let go of by the next stage()

  // Touched by the committing thread only.
  std::uint64_t blocks_since_flush_ = 0;
  std::uint64_t bytes_since_flush_ = 0;
  std::vector<Path> removed_since_flush_;
};

} // namespace tenon::store
