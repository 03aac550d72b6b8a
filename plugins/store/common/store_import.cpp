// StoreCore: the import of another replica's state, into the slot that is not in use.
#include <algorithm>

#include "common/imported_tree.hpp"
#include "common/store_core.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/merkle/snapshot_range.hpp"

namespace tenon::store {

using merkle::KeySpan;

namespace {

// Bounds the memory for what has come, however scattered it comes.
constexpr std::size_t kMaxSpans = 4096;

std::string text_of(const KeySpan& span) {
  return to_hex(span.first.view()) + " to " + to_hex(span.last.view());
}

Status no_import() {
  return failed_precondition("no import is under way; begin one first");
}

void remove_import(Batch& batch) {
  batch.remove(Column::kMeta, kMetaImport);
  batch.remove_range(Column::kMeta, kMetaRange, prefix_end(kMetaRange));
}

} // namespace

Slot StoreCore::import_slot() const {
  const std::lock_guard lock(mutex_);
  return other(slot_);
}

Status StoreCore::check_target(const plugin::StoreTarget& target) const {
  const std::lock_guard lock(mutex_);
  if (target.height != plugin::kHeadHeight && (head_.empty || target.height > head_.height))
    return {};
  return failed_precondition("the state after block " + std::to_string(target.height) +
                             " cannot be imported: expected a height above the head, which is " +
                             (head_.empty ? "empty" : std::to_string(head_.height)));
}

Status StoreCore::import_begin(const plugin::StoreTarget& target) {
  const std::lock_guard importing(import_mutex_);
  if (import_ && import_->target == target)
    return {};
  if (import_) {
    return failed_precondition("an import of the state after block " +
                               std::to_string(import_->target.height) + " with root " +
                               to_hex(import_->target.state_root.view()) +
                               " is under way; abandon it before another one begins");
  }
  TENON_RETURN_IF_ERROR(check_target(target));
  const Slot slot = import_slot();
  const auto batch = backend_->batch(slot);
  batch->clear(slot);
  batch->put(Column::kMeta, kMetaImport, encode_target(target));
  TENON_RETURN_IF_ERROR(backend_->write(*batch, true));
  import_ = Import{target, {}, {}, {}};
  return {};
}

// Checked and gathered without the lock, so that ranges from several peers are worked on at once.
Status StoreCore::import_range(BytesView encoded) {
  Timed timed(options_.meter, Work::kImport);
  timed.add(1, encoded.size());
  plugin::StoreTarget target;
  {
    const std::lock_guard importing(import_mutex_);
    if (!import_)
      return no_import();
    target = import_->target;
  }
  TENON_ASSIGN_OR_RETURN(HeldRange held, hold_range(encoded));
  const KeySpan span = held.range.span;
  TENON_RETURN_IF_ERROR(merkle::verify_snapshot_range(held.range, target.state_root));
  const std::lock_guard importing(import_mutex_);
  if (!import_ || import_->target != target)
    return no_import();
  if (import_->covered.covers(span))
    return {};
  const SpanSet::Change change = import_->covered.plan(span);
  if (change.swallowed.empty() && import_->covered.size() >= kMaxSpans) {
    return resource_exhausted("the import has " + std::to_string(kMaxSpans) +
                              " separate spans of key hashes already; fill the gaps between them "
                              "first");
  }
  import_->covered.apply(change);
  import_->waiting.add(std::move(held));
  return import_->waiting.bytes() < options_.import_buffer_bytes ? Status() : store_waiting();
}

// Entries before the record of their spans: what a crash takes is named as missing afterwards.
Status StoreCore::store_waiting() {
  if (import_->waiting.ranges().empty())
    return {};
  const auto bulk = backend_->bulk(import_slot());
  TENON_RETURN_IF_ERROR(import_->waiting.write(*bulk, import_->target.height));
  TENON_RETURN_IF_ERROR(bulk->finish());
  SpanSet stored = import_->stored;
  const auto batch = backend_->batch(import_slot());
  for (const HeldRange& held : import_->waiting.ranges()) {
    const SpanSet::Change change = stored.plan(held.range.span);
    for (const KeySpan& gone : change.swallowed)
      batch->remove(Column::kMeta, range_key(gone.first));
    batch->put(Column::kMeta, range_key(change.joined.first), seal(change.joined.last.str()));
    stored.apply(change);
  }
  TENON_RETURN_IF_ERROR(backend_->write(*batch, false));
  import_->stored = std::move(stored);
  import_->waiting.clear();
  return {};
}

Result<std::optional<plugin::StoreImport>> StoreCore::import_missing() const {
  const std::lock_guard importing(import_mutex_);
  if (!import_)
    return std::optional<plugin::StoreImport>();
  plugin::StoreImport under_way{import_->target, {}};
  for (const KeySpan& gap : import_->covered.missing())
    under_way.missing.push_back({gap.first, gap.last});
  return std::optional<plugin::StoreImport>(std::move(under_way));
}

Status StoreCore::check_complete(std::span<const plugin::StoreBlock> blocks) const {
  if (!import_)
    return no_import();
  const std::vector<KeySpan> missing = import_->covered.missing();
  if (!missing.empty()) {
    return failed_precondition("the import is not complete: " + std::to_string(missing.size()) +
                               " spans of key hashes are missing, the first one from " +
                               text_of(missing.front()));
  }
  const plugin::StoreTarget& target = import_->target;
  if (blocks.empty() || blocks.back().height != target.height ||
      blocks.back().block_id != target.block_id ||
      blocks.back().result_hash != target.result_hash) {
    return invalid_argument("the last block of an import must be its target's, block " +
                            std::to_string(target.height) + " with id " +
                            to_hex(target.block_id.view()));
  }
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    if (blocks[i].height != blocks[i - 1].height + 1) {
      return invalid_argument("the blocks of an import must follow each other: after block " +
                              std::to_string(blocks[i - 1].height) + " comes block " +
                              std::to_string(blocks[i].height));
    }
  }
  return check_target(target);
}

Status StoreCore::import_finish(std::span<const plugin::StoreBlock> blocks) {
  const std::lock_guard importing(import_mutex_);
  TENON_RETURN_IF_ERROR(check_complete(blocks));
  TENON_RETURN_IF_ERROR(store_waiting());
  TENON_ASSIGN_OR_RETURN(const Place root, build_imported_tree(*backend_, import_slot()));
  const Hash found = Tree(nullptr, root).root_hash();
  if (found != import_->target.state_root) {
    return data_loss("the imported entries, read back, give state root " + to_hex(found.view()) +
                     ", expected " + to_hex(import_->target.state_root.view()) +
                     ". What was verified was not kept: check the disk, and start the import anew");
  }
  return take_over(root, blocks);
}

// One write makes the other slot the state and empties this one; everybody waits for it.
Status StoreCore::take_over(const Place& root, std::span<const plugin::StoreBlock> blocks) {
  const plugin::StoreTarget target = import_->target;
  const plugin::StoreHead head{false,
                               target.height,
                               target.block_id,
                               target.result_hash,
                               target.state_root,
                               /*without_index=*/true};
  const HorizonRecord horizon{{blocks.front().height, target.height}, target.height + 1};
  std::map<std::uint64_t, Tree> old_trees; // let go of at the end, when nobody waits
  std::unique_lock committing(commit_mutex_);
  TENON_RETURN_IF_ERROR(check_target(target));
  std::unique_lock lock(mutex_);
  const Slot old_slot = slot_;
  const Slot slot = other(slot_);
  const auto batch = backend_->batch(slot);
  batch->put(Column::kMeta, kMetaSlot, seal(Bytes(1, static_cast<char>(slot))));
  batch->put(Column::kMeta, kMetaHead, encode_head(head));
  batch->put(Column::kMeta, kMetaNodes, encode_nodes({false, target.height, root}));
  batch->put(Column::kMeta, kMetaHorizon, encode_horizon(horizon));
  batch->put(Column::kMeta, kMetaUnindexed, seal(height_key(target.height)));
  remove_import(*batch);
  batch->remove_range(Column::kBlocks, height_key(horizon_.readable.oldest_block),
                      height_key(plugin::kHeadHeight));
  for (const plugin::StoreBlock& block : blocks)
    add_parts(*batch, block);
  batch->clear(old_slot);
  generation_->end();
  TENON_RETURN_IF_ERROR(backend_->write(*batch, true));
  TENON_RETURN_IF_ERROR(backend_->note_durable(target.height));
  slot_ = slot;
  generation_ = std::make_shared<Generation>();
  head_ = head;
  horizon_ = horizon;
  old_trees.swap(recent_trees_);
  std::vector<Tree> retired = std::move(retired_trees_);
  head_view_ = backend_->view(slot);
  retired.push_back(std::exchange(head_tree_, Tree(pages_in(head_view_), root)));
  recent_trees_.emplace(head.height, head_tree_);
  note_flush(head_tree_, {}, target.height);
  import_.reset();
  lock.unlock();
  committing.unlock();
  backend_->reclaim(old_slot);
  return {};
}

Status StoreCore::import_abandon() {
  const std::lock_guard importing(import_mutex_);
  if (!import_)
    return {};
  const Slot slot = import_slot();
  const auto batch = backend_->batch(slot);
  batch->clear(slot);
  remove_import(*batch);
  TENON_RETURN_IF_ERROR(backend_->write(*batch, true));
  import_.reset();
  backend_->reclaim(slot);
  return {};
}

// The record that the index is missing goes with its last entries, so that whatever ends the
// writing before that, it is done again.
Status StoreCore::put_index(std::span<const plugin::StoreWrite> writes, bool whole) {
  TENON_RETURN_IF_ERROR(check_stageable(writes));
  const std::lock_guard committing(commit_mutex_);
  const auto batch = backend_->batch(slot_);
  for (const plugin::StoreWrite& write : writes) {
    if (write.key_class != plugin::KeyClass::kIndex) {
      return invalid_argument("key " + to_hex(write.key) +
                              " is not of class INDEX: the state changes by blocks only");
    }
    if (write.is_delete)
      batch->remove(Column::kIndex, write.key);
    else
      batch->put(Column::kIndex, write.key, write.entry);
  }
  if (whole)
    batch->remove(Column::kMeta, kMetaUnindexed);
  TENON_RETURN_IF_ERROR(backend_->write(*batch, whole));
  const std::lock_guard lock(mutex_);
  head_.without_index = head_.without_index && !whole;
  head_view_ = backend_->view(slot_);
  return {};
}

} // namespace tenon::store
