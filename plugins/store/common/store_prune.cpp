// StoreCore: what can still be read, and freeing what cannot.
#include <algorithm>

#include "common/store_core.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

// Changes that one step looks at while commits wait: some tens of milliseconds.
constexpr std::size_t kChangesPerStep = 1000;

Status remove_all(Batch& batch, const BackendView& view, BytesView begin, BytesView end) {
  const auto place = view.iterate(Column::kHistory, begin, end);
  for (; place->valid(); place->next())
    batch.remove(Column::kHistory, place->key());
  return place->status();
}

// Removes the versions of a key that no reader from block `height` on comes to see.
Status prune_change(Batch& batch, const BackendView& view, const TreeChange& change,
                    std::uint64_t height) {
  if (change.value_hash && !change.old_value_hash)
    return {}; // the first version of a key; what was before its last removal went with that
  TENON_ASSIGN_OR_RETURN(const auto key, view.get(Column::kKeys, change.key_hash.view()));
  if (!key) {
    if (!change.value_hash && !change.old_value_hash)
      return {}; // a key that never was
    return data_loss("the key of hash " + to_hex(change.key_hash.view()) + ", which block " +
                     std::to_string(height) + " changed, is missing");
  }
  const Bytes begin = history_prefix(*key);
  const Bytes end = prefix_end(begin);
  if (change.value_hash)
    return height == 0 ? Status() : remove_all(batch, view, history_key(*key, height - 1), end);
  // A removal says no more than that there is nothing.
  TENON_RETURN_IF_ERROR(remove_all(batch, view, history_key(*key, height), end));
  const auto newest = view.iterate(Column::kHistory, begin, end);
  TENON_RETURN_IF_ERROR(newest->status());
  if (!newest->valid() || newest->key() >= history_key(*key, height))
    batch.remove(Column::kKeys, change.key_hash.view());
  return {};
}

} // namespace

Result<plugin::StoreHorizon> StoreCore::horizon() const {
  const std::lock_guard lock(mutex_);
  return horizon_.readable;
}

Status StoreCore::prune(std::uint64_t keep_from) {
  TENON_RETURN_IF_ERROR(raise_horizon(keep_from));
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool more, prune_step());
    if (!more)
      return {};
  }
}

// The record comes with the removal of the blocks, in one write; versions go afterwards. From the
// moment that memory knows the horizon nobody begins to read below it.
Status StoreCore::raise_horizon(std::uint64_t keep_from) {
  const std::lock_guard committing(commit_mutex_);
  HorizonRecord raised;
  std::uint64_t oldest_block = 0;
  {
    const std::lock_guard lock(mutex_);
    if (head_.empty || keep_from > head_.height) {
      return invalid_argument("cannot keep blocks from " + std::to_string(keep_from) +
                              " on: expected at most the head, which is " +
                              (head_.empty ? "empty" : std::to_string(head_.height)));
    }
    raised = horizon_;
    oldest_block = raised.readable.oldest_block;
    raised.readable.oldest_block = std::max(oldest_block, keep_from);
    raised.readable.oldest_version = std::max(raised.readable.oldest_version, keep_from);
    if (raised.readable == horizon_.readable)
      return {};
    horizon_ = raised;
  }
  const auto batch = backend_->batch(slot_);
  batch->put(Column::kMeta, kMetaHorizon, encode_horizon(raised));
  if (oldest_block < raised.readable.oldest_block) {
    batch->remove_range(Column::kBlocks, height_key(oldest_block),
                        height_key(raised.readable.oldest_block));
  }
  return backend_->write(*batch, true);
}

// What a change record supersedes goes in the same write as the record: a crash repeats nothing and
// leaves nothing out. Commits wait for a step, so that a key which comes back is not missed.
Result<bool> StoreCore::prune_step() {
  const std::lock_guard committing(commit_mutex_);
  HorizonRecord horizon;
  std::uint64_t bound = nodes_height_; // replaying needs the records above
  {
    const std::lock_guard lock(mutex_);
    horizon = horizon_;
    bound = std::min(bound, horizon.readable.oldest_version);
    bound = std::min(bound, generation_->lowest_pin().value_or(bound));
  }
  const std::uint64_t begin = horizon.oldest_changes;
  if (begin > bound)
    return false;
  const auto view = backend_->view(slot_);
  const auto batch = backend_->batch(slot_);
  for (std::size_t seen = 0; horizon.oldest_changes <= bound && seen < kChangesPerStep;) {
    const std::uint64_t height = horizon.oldest_changes;
    TENON_ASSIGN_OR_RETURN(const auto record, view->get(Column::kChanges, height_key(height)));
    if (!record) {
      return data_loss("the change record of block " + std::to_string(height) + " is missing");
    }
    TENON_ASSIGN_OR_RETURN(const ChangesRecord changes, decode_changes(*record));
    for (const TreeChange& change : changes.changes)
      TENON_RETURN_IF_ERROR(prune_change(*batch, *view, change, height));
    seen += changes.changes.size() + 1;
    ++horizon.oldest_changes;
  }
  batch->remove_range(Column::kChanges, height_key(begin), height_key(horizon.oldest_changes));
  batch->put(Column::kMeta, kMetaHorizon, encode_horizon(horizon));
  TENON_RETURN_IF_ERROR(backend_->write(*batch, false));
  const std::lock_guard lock(mutex_);
  horizon_.oldest_changes = horizon.oldest_changes;
  return horizon.oldest_changes <= bound;
}

Status StoreCore::put_block(const plugin::StoreBlock& block) {
  const std::lock_guard committing(commit_mutex_);
  HorizonRecord horizon;
  {
    const std::lock_guard lock(mutex_);
    horizon = horizon_;
  }
  const std::uint64_t oldest = horizon.readable.oldest_block;
  if (oldest == 0 || block.height != oldest - 1) {
    return failed_precondition(
        "block " + std::to_string(block.height) + " cannot be added below the block log, which " +
        (oldest == 0 ? std::string("has all blocks")
                     : "begins with " + std::to_string(oldest) + ": expected block " +
                           std::to_string(oldest - 1)));
  }
  horizon.readable.oldest_block = block.height;
  const auto batch = backend_->batch(slot_);
  add_parts(*batch, block);
  batch->put(Column::kMeta, kMetaHorizon, encode_horizon(horizon));
  TENON_RETURN_IF_ERROR(backend_->write(*batch, false));
  const std::lock_guard lock(mutex_);
  horizon_ = horizon;
  return {};
}

} // namespace tenon::store
