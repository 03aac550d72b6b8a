// The state store itself, over any Backend: versions, the Merkle tree, stages, the block log, what
// is pruned of them, and the import of another replica's state beside them. Both shipped stores are
// this class; what differs is the backend.
//
// Owned by the plugin. One thread stages ([sequencer]), one commits, any number read, prune or
// import; staging on a stage that is being committed is allowed, so a block can execute while its
// parent is being synced. Of the mutexes, import_mutex_ is taken first and mutex_ last.
#pragma once

#include <deque>
#include <map>
#include <mutex>

#include "common/backend.hpp"
#include "common/generation.hpp"
#include "common/import_buffer.hpp"
#include "common/overlay.hpp"
#include "common/records.hpp"
#include "common/span_set.hpp"
#include "common/store_meter.hpp"
#include "common/tree/page_sweep.hpp"
#include "common/tree/tree.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::store {

struct StoreOptions {
  Hash chain;
  // Tree pages are written once so many blocks or bytes of changes have gathered; what lies between
  // is recovered from the change records. 1 writes them with every block.
  std::uint64_t flush_blocks = 2048;
  std::uint64_t flush_bytes = 128u << 20;
  // How much memory the tree's pages may take; what the disk has is dropped beyond that.
  std::int64_t page_cache_bytes = INT64_MAX;
  // How far back proofs can be made.
  std::uint64_t proof_versions = 128;
  // How much the checks beside the service read; 0: there are none.
  std::uint64_t scrub_bytes_per_second = 0;
  // Told of all work; outlives the store. Null: nobody is.
  StoreMeter* meter = nullptr;
  // What an import gathers in memory before it writes files, and so loses when it is killed.
  std::uint64_t import_buffer_bytes = 32u << 20;
};

// Everything a staged block is, apart from its height. Shared by the stage and by every view that
// stands on it. Immutable once made, but for what its commit changes under StoreCore's mutex: its
// height, its parent, and through which view its tree loads pages.
struct StagedBlock {
  std::array<Overlay, 2> overlays; // by KeyClass
  Tree tree;
  std::vector<TreeChange> changes;
  std::vector<std::uint32_t> changed_items; // of `changes`, one by one: their number in the overlay
  std::vector<Path> removed_pages;
  plugin::StoreRoots roots;
  std::shared_ptr<const StagedBlock> parent; // null on the head; reset once this is committed
  std::optional<std::uint64_t> base;         // without a parent: the head it was staged on
  std::optional<std::uint64_t> height;
  std::shared_ptr<Generation> generation;
};

class StoreScrub;

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

  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override;
  [[nodiscard]] Status prune(std::uint64_t keep_from) override;
  [[nodiscard]] Status put_block(const plugin::StoreBlock& block) override;

  [[nodiscard]] Status import_begin(const plugin::StoreTarget& target) override;
  [[nodiscard]] Status import_range(BytesView range) override;
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override;
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock> blocks) override;
  [[nodiscard]] Status import_abandon() override;
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite> writes, bool whole) override;

  [[nodiscard]] Result<plugin::StoreCheckpoint> checkpoint(const std::string& directory) override {
    return backend_->checkpoint(directory);
  }

  [[nodiscard]] Status versions(BytesView key, plugin::VersionVisitor visit) const override;
  [[nodiscard]] Status changes(std::uint64_t height, plugin::ChangeVisitor visit) const override;
  [[nodiscard]] Result<Bytes> describe(bool whole, plugin::ProgressVisitor progress) const override;
  [[nodiscard]] Result<plugin::StoreScrub> scrub(std::uint64_t random) override;
  // The backend's, and those of the tree.
  [[nodiscard]] std::vector<BackendFigure> figures() const;

  // Writes the tree's pages that are behind, so that the next opening has nothing to work out; none
  // where the database does not outlive the process. What is not written is not lost either.
  [[nodiscard]] Status flush();

private:
  friend class CoreStage;
  friend class CoreSnapshot;
  friend class StoreScrub;

  // Loads pages of a slot's tree through a view of the backend.
  class Pages final : public PageSource {
  public:
    Pages(std::shared_ptr<PageMemory> memory, std::shared_ptr<const BackendView> view,
          std::uint32_t flush)
        : PageSource(std::move(memory)), view_(std::move(view)),
          flush_(view_->fixed() ? flush : 0) {}
    [[nodiscard]] Result<Bytes> load_page(const Path& path) const override;
    [[nodiscard]] std::uint32_t flush() const override { return flush_; }

  private:
    std::shared_ptr<const BackendView> view_;
    std::uint32_t flush_;
  };
  // An import under way: what it is after, and what it has.
  struct Import {
    plugin::StoreTarget target;
    SpanSet covered; // by what is stored and what waits
    SpanSet stored;  // in the other slot
    ImportBuffer waiting;
  };

  StoreCore(std::unique_ptr<Backend> backend, const StoreOptions& options);

  [[nodiscard]] Status check_identity();
  [[nodiscard]] Status add_keys();
  [[nodiscard]] Status recover();
  [[nodiscard]] Status recover_slot(const BackendView& view);
  [[nodiscard]] Status recover_import(const BackendView& view);
  [[nodiscard]] Status roll_forward(NodesRecord nodes);
  [[nodiscard]] Status check_stageable(std::span<const plugin::StoreWrite> writes) const;
  static void add_parts(Batch& batch, const plugin::StoreBlock& block);
  static void add_block(Batch& batch, const StagedBlock& staged, const plugin::StoreBlock& block,
                        StoreMeter* meter);
  [[nodiscard]] std::shared_ptr<const PageSource>
  pages_in(std::shared_ptr<const BackendView> view) const {
    return std::make_shared<Pages>(page_memory_, std::move(view), flushes_);
  }
  void count_block(std::span<const TreeChange> changes);
  // Is it time to write pages?
  [[nodiscard]] bool pages_are_due(const Tree& tree, std::uint64_t height) const;
  // Adds the pages not on disk yet; they are given to note_flush() once the batch is written.
  std::vector<const Page*> add_pages(Batch& batch, const Tree& tree, std::uint64_t height);
  void note_flush(const Tree& tree, std::span<const Page* const> written, std::uint64_t height);
  void publish(const std::shared_ptr<StagedBlock>& staged, const plugin::StoreHead& head);
  // The tree after block `height`, going back from the nearest newer one that is at hand.
  [[nodiscard]] Result<Tree> tree_at(std::uint64_t height) const;
  [[nodiscard]] static Result<Tree> undone(const BackendView& view, const Tree& tree,
                                           std::uint64_t from, std::uint64_t height);
  // Is this version above the horizon? Under mutex_.
  [[nodiscard]] Status check_version(std::uint64_t height) const;

  [[nodiscard]] Status raise_horizon(std::uint64_t keep_from);
  // Change records that can go, up to which, and the state that they are of.
  struct PruneBounds {
    std::shared_ptr<Generation> generation;
    Slot slot;
    std::uint64_t first;
    std::uint64_t last; // replaying needs the records above it, or a reader what they supersede
    bool backend_forgets; // what was superseded until then
  };
  [[nodiscard]] Result<PruneBounds> prune_bounds();
  // Removes what some blocks below the horizon left behind; false when nothing more can go.
  [[nodiscard]] Result<bool> prune_step();

  // Where an import writes: what is not read and committed to.
  [[nodiscard]] Slot import_slot() const;
  [[nodiscard]] Status check_target(const plugin::StoreTarget& target) const;
  [[nodiscard]] Status check_complete(std::span<const plugin::StoreBlock> blocks) const;
  // Writes what waits; under import_mutex_.
  [[nodiscard]] Status store_waiting();
  [[nodiscard]] Status take_over(const Place& root, std::span<const plugin::StoreBlock> blocks);

  [[nodiscard]] static Result<std::optional<Bytes>>
  read_part(const BackendView& view, std::uint64_t height, plugin::BlockPart part);
  [[nodiscard]] Status verify_from(const BackendView& view, const Tree& tree,
                                   const plugin::StoreHead& head, const HorizonRecord& horizon,
                                   plugin::ProgressVisitor progress) const;
  [[nodiscard]] static Status verify_latest(const BackendView& view, const Tree& tree,
                                            std::uint64_t total, plugin::ProgressVisitor progress);
  [[nodiscard]] static Status verify_blocks(const BackendView& view, const plugin::StoreHead& head,
                                            const HorizonRecord& horizon,
                                            plugin::ProgressVisitor progress);

  std::unique_ptr<Backend> backend_;
  StoreOptions options_;
  std::shared_ptr<PageMemory> page_memory_ = std::make_shared<PageMemory>();

  mutable std::mutex import_mutex_; // guards the next; held while an import takes over
  std::optional<Import> import_;

  std::mutex prune_mutex_;   // held for one step of pruning; before the next one
  std::mutex commit_mutex_;  // held from before a block is written until it is the head
  mutable std::mutex mutex_; // guards what follows
  Slot slot_ = Slot::kFirst; // changes under all three mutexes
  std::shared_ptr<Generation> generation_ = std::make_shared<Generation>();
  plugin::StoreHead head_;
  HorizonRecord horizon_;
  Tree head_tree_;
  std::shared_ptr<const BackendView> head_view_;
  mutable std::map<std::uint64_t, Tree> recent_trees_;
  std::vector<Tree> retired_trees_; // no longer recent; let go of by the next stage()

  PageSweep page_sweep_; // of the thread that stages

  // Guarded by commit_mutex_.
  std::uint64_t nodes_height_ = 0; // of the last flush
  std::uint32_t flushes_ = 1;      // the first one brought what was there when the store opened
  std::int64_t unwritten_at_flush_ = 0;
  std::uint64_t blocks_since_flush_ = 0;
  std::uint64_t bytes_since_flush_ = 0;
  std::vector<Path> removed_since_flush_;

  std::unique_ptr<StoreScrub> scrub_;
};

} // namespace tenon::store
