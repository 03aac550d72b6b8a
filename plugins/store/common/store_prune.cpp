// StoreCore: what can still be read, and freeing what cannot.
#include <algorithm>

#include "common/store_core.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

// Changes that one step looks at; commits wait for a millisecond or two of it.
constexpr std::size_t kChangesPerStep = 1000;

Status remove_all(Batch& batch, const BackendView& view, BytesView begin, BytesView end) {
  const auto place = view.iterate(Column::kHistory, begin, end);
  for (; place->valid(); place->next())
    batch.remove(Column::kHistory, place->key());
  return place->status();
}

// A key of the state that a block removed.
struct RemovedKey {
  std::uint64_t height;
  Bytes key;
  Hash key_hash;
};

// Of a key that was removed, after which there is nothing: its record of that, too, and its hash
// unless it came back.
Status prune_removal(Batch& batch, const BackendView& view, const RemovedKey& removed) {
  const Bytes begin = history_prefix(removed.key);
  const Bytes end = prefix_end(begin);
  const Bytes removal = history_key(removed.key, removed.height);
  TENON_RETURN_IF_ERROR(remove_all(batch, view, removal, end));
  const auto newest = view.iterate(Column::kHistory, begin, end);
  TENON_RETURN_IF_ERROR(newest->status());
  if (!newest->valid() || newest->key() >= removal)
    batch.remove(Column::kKeys, removed.key_hash.view());
  return {};
}

// What one step removes, and from where.
struct Step {
  Batch& batch;
  const BackendView& view;
  bool backend_forgets; // superseded versions, by itself
  std::vector<RemovedKey> removals = {};
};

// Adds what no reader from block `height` on comes to see; removals of keys are left to the caller.
Status prune_block(Step& step, std::uint64_t height, const ChangesRecord& changes) {
  std::vector<const TreeChange*> asked;
  std::vector<BytesView> key_hashes;
  for (const TreeChange& change : changes.changes) {
    if (change.value_hash && (!change.old_value_hash || step.backend_forgets))
      continue; // before the first version of a key there is nothing: its last removal took it
    asked.push_back(&change);
    key_hashes.push_back(change.key_hash.view());
  }
  return step.view.get_many(
      Column::kKeys, key_hashes, [&](std::size_t i, std::optional<BytesView> key) -> Status {
        const TreeChange& change = *asked[i];
        if (!key && !change.value_hash && !change.old_value_hash)
          return {}; // a key that never was
        if (!key) {
          return data_loss("the key of hash " + to_hex(change.key_hash.view()) +
                           ", which block " + std::to_string(height) + " changed, is missing");
        }
        if (!change.value_hash)
          step.removals.push_back({height, Bytes(*key), change.key_hash});
        else if (height > 0)
          return remove_all(step.batch, step.view, history_key(*key, height - 1),
                            prefix_end(history_prefix(*key)));
        return {};
      });
}

// The same for blocks from `first` on, some of those up to `last`; the height of the next one.
Result<std::uint64_t> prune_blocks(Step& step, std::uint64_t first, std::uint64_t last,
                                   Timed& timed) {
  std::uint64_t next = first;
  for (std::size_t seen = 0; next <= last && seen < kChangesPerStep; ++next) {
    TENON_ASSIGN_OR_RETURN(const auto record, step.view.get(Column::kChanges, height_key(next)));
    if (!record)
      return data_loss("the change record of block " + std::to_string(next) + " is missing");
    TENON_ASSIGN_OR_RETURN(const ChangesRecord changes, decode_changes(*record));
    TENON_RETURN_IF_ERROR(prune_block(step, next, changes));
    seen += changes.changes.size() + 1;
    timed.add(1, record->size());
  }
  step.batch.remove_range(Column::kChanges, height_key(first), height_key(next));
  return next;
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

// What a change record supersedes goes in the same write as the record, but for what the backend
// drops by itself: a crash repeats nothing and leaves nothing out. Commits wait for that write
// only, and while it is settled which removed keys have not come back; what older versions there
// are does not depend on them.
Result<bool> StoreCore::prune_step() {
  const std::lock_guard pruning(prune_mutex_);
  Timed timed(options_.meter, Work::kPrune);
  TENON_ASSIGN_OR_RETURN(const PruneBounds bounds, prune_bounds());
  if (bounds.first > bounds.last)
    return false;
  const auto batch = backend_->batch(bounds.slot);
  const auto before = backend_->view(bounds.slot);
  Step step{*batch, *before, bounds.backend_forgets};
  const Result<std::uint64_t> next = prune_blocks(step, bounds.first, bounds.last, timed);
  const std::lock_guard committing(commit_mutex_);
  if (!bounds.generation->check_alive().ok())
    return false; // another state took its place
  if (!next.ok())
    return next.status();
  if (!step.removals.empty()) {
    const auto now = backend_->view(bounds.slot);
    for (const RemovedKey& removed : step.removals)
      TENON_RETURN_IF_ERROR(prune_removal(*batch, *now, removed));
  }
  HorizonRecord horizon;
  {
    const std::lock_guard lock(mutex_);
    horizon = horizon_;
  }
  horizon.oldest_changes = *next;
  batch->put(Column::kMeta, kMetaHorizon, encode_horizon(horizon));
  TENON_RETURN_IF_ERROR(backend_->write(*batch, false));
  const std::lock_guard lock(mutex_);
  horizon_.oldest_changes = *next;
  return *next <= bounds.last;
}

Result<StoreCore::PruneBounds> StoreCore::prune_bounds() {
  const std::lock_guard committing(commit_mutex_); // the slot stays what it is
  std::unique_lock lock(mutex_);
  PruneBounds bounds{generation_, slot_, horizon_.oldest_changes, nodes_height_, false};
  bounds.last = std::min(bounds.last, horizon_.readable.oldest_version);
  bounds.last = std::min(bounds.last, generation_->lowest_pin().value_or(bounds.last));
  lock.unlock();
  if (bounds.first <= bounds.last) {
    TENON_ASSIGN_OR_RETURN(bounds.backend_forgets,
                           backend_->forget_superseded(bounds.slot, bounds.last));
  }
  return bounds;
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
