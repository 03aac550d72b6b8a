#include "common/store_core.hpp"

#include <algorithm>

#include "common/snapshot.hpp"
#include "common/store_scrub.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::store {

using plugin::KeyClass;
using plugin::StoreWrite;

namespace {

// Kept whole for proofs; older ones are worked out from change records. The pages that only these
// hold should still be in the processor's cache when they are let go of.
constexpr std::size_t kRecentTrees = 4;

// The changes of a block's state keys, by key hash.
void add_tree_changes(StagedBlock& staged, StoreMeter* meter) {
  Timed timed(meter, Work::kHash);
  const auto items = staged.overlays[static_cast<std::size_t>(KeyClass::kState)].items();
  std::vector<BytesView> keys;
  std::vector<BytesView> entries;
  keys.reserve(items.size());
  entries.reserve(items.size());
  for (const Overlay::Item& item : items) {
    keys.push_back(item.key);
    if (item.entry)
      entries.push_back(*item.entry);
    timed.add(1, item.key.size() + (item.entry ? item.entry->size() : 0));
  }
  std::vector<Hash> key_hashes(keys.size());
  crypto::sha256_each(keys, key_hashes);
  const std::vector<Hash> entry_hashes = merkle::entry_hashes(entries);
  auto entry_hash = entry_hashes.begin();
  std::vector<TreeChange> changes(items.size());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order(items.size()); // by the first bytes
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    changes[i].key_hash = key_hashes[i];
    if (items[i].entry)
      changes[i].value_hash = *entry_hash++;
    order[i] = {read_be64(changes[i].key_hash.view()), i};
  }
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first
                              : changes[a.second].key_hash < changes[b.second].key_hash;
  });
  staged.changes.reserve(items.size());
  staged.changed_items.reserve(items.size());
  for (const auto& [beginning, item] : order) {
    staged.changes.push_back(changes[item]);
    staged.changed_items.push_back(item);
  }
}

Hash writes_root(std::span<const TreeChange> changes) {
  std::vector<merkle::WrittenKey> writes;
  writes.reserve(changes.size());
  for (const TreeChange& change : changes)
    writes.push_back({change.key_hash, change.value_hash ? &*change.value_hash : nullptr});
  return merkle::writes_root(writes);
}

std::optional<std::uint64_t> height_of(const plugin::StoreHead& head) {
  return head.empty ? std::nullopt : std::optional(head.height);
}

using DirtyPage = std::pair<Bytes, const Page*>; // by encoded path

} // namespace

StoreCore::StoreCore(std::unique_ptr<Backend> backend, const StoreOptions& options)
    : backend_(std::move(backend)), options_(options),
      head_view_(backend_->view(Slot::kFirst)) {
  page_memory_->limit = options.page_cache_bytes;
  head_tree_ = Tree(pages_in(head_view_));
  scrub_ = std::make_unique<StoreScrub>(*this, options.scrub_bytes_per_second);
}

// Whoever goes on with the import asks for what cannot be written now.
StoreCore::~StoreCore() {
  if (import_)
    static_cast<void>(store_waiting());
}

Result<Bytes> StoreCore::Pages::load_page(const Path& path) const {
  const Bytes key = encode_path(path);
  TENON_ASSIGN_OR_RETURN(auto record, view_->get(Column::kNodes, key));
  if (!record)
    return data_loss("page " + to_hex(key) + " of the state tree is missing");
  return *std::move(record);
}

Result<plugin::StoreHead> StoreCore::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

Result<std::unique_ptr<plugin::StoreSnapshot>> StoreCore::snapshot(std::uint64_t height) const {
  const std::lock_guard lock(mutex_);
  const bool at_head = height == plugin::kHeadHeight || (!head_.empty && height == head_.height);
  if (!at_head && (head_.empty || height > head_.height)) {
    return not_found("there is no block " + std::to_string(height) + "; the head is " +
                     (head_.empty ? "empty" : std::to_string(head_.height)));
  }
  const std::uint64_t version = at_head ? head_.height : height;
  TENON_RETURN_IF_ERROR(check_version(version));
  return std::unique_ptr<plugin::StoreSnapshot>(std::make_unique<CoreSnapshot>(
      *this, VersionReader(head_view_, head_.empty, version, at_head),
      std::vector<std::shared_ptr<const StagedBlock>>(),
      at_head ? std::optional<Tree>(head_tree_) : std::nullopt, generation_,
      head_.empty ? std::nullopt : std::optional(version)));
}

Status StoreCore::check_version(std::uint64_t height) const {
  const std::uint64_t oldest = horizon_.readable.oldest_version;
  if (height >= oldest)
    return {};
  return out_of_range("the state can be read from block " + std::to_string(oldest) +
                      " on; the one after block " + std::to_string(height) + " is gone");
}

Status StoreCore::check_stageable(std::span<const StoreWrite> writes) const {
  for (const StoreWrite& write : writes) {
    if (write.key_class != KeyClass::kState && write.key_class != KeyClass::kIndex) {
      return invalid_argument("unknown key class " +
                              std::to_string(static_cast<std::uint32_t>(write.key_class)));
    }
    if (write.key.empty())
      return invalid_argument("a key of the state cannot be empty");
  }
  return {};
}

Result<std::unique_ptr<plugin::StoreStage>> StoreCore::stage(plugin::StoreStage* parent,
                                                             std::span<const StoreWrite> writes) {
  TENON_RETURN_IF_ERROR(check_stageable(writes));
  auto staged = std::make_shared<StagedBlock>();
  std::vector<Tree> retired; // freed here, where new pages are made of the same memory
  {
    const std::lock_guard lock(mutex_);
    staged->tree = head_tree_;
    staged->base = height_of(head_);
    staged->generation = generation_;
    retired.swap(retired_trees_);
    if (parent != nullptr) {
      staged->parent = static_cast<CoreStage*>(parent)->staged();
      staged->tree = staged->parent->tree;
      staged->generation = staged->parent->generation;
    }
  }
  retired.clear();
  for (const KeyClass key_class : {KeyClass::kState, KeyClass::kIndex}) {
    TENON_ASSIGN_OR_RETURN(staged->overlays[static_cast<std::size_t>(key_class)],
                           Overlay::make(writes, key_class));
  }
  add_tree_changes(*staged, options_.meter);
  Timed timed(options_.meter, Work::kTree);
  timed.add(staged->changes.size(), 0);
  auto tree = staged->tree.apply(staged->changes, staged->removed_pages, &page_sweep_);
  TENON_RETURN_IF_ERROR(staged->generation->check_alive());
  if (!tree.ok())
    return tree.status();
  staged->tree = std::move(*tree);
  staged->roots = {staged->tree.root_hash(), writes_root(staged->changes)};
  return std::unique_ptr<plugin::StoreStage>(std::make_unique<CoreStage>(*this, std::move(staged)));
}

Status StoreCore::commit(plugin::StoreStage& stage, const plugin::StoreBlock& block, bool sync) {
  const std::shared_ptr<StagedBlock> staged = static_cast<CoreStage&>(stage).staged();
  const std::lock_guard committing(commit_mutex_);
  plugin::StoreHead head;
  {
    const std::lock_guard lock(mutex_);
    TENON_RETURN_IF_ERROR(staged->generation->check_alive());
    head = head_;
    if (head.without_index) {
      return fault("block " + std::to_string(block.height) +
                   " was committed before the index of the imported state was there");
    }
    const auto base = staged->parent ? staged->parent->height : staged->base;
    const bool on_head = (!staged->parent || base) && base == height_of(head);
    if (!on_head || staged->height || block.height != (head.empty ? 0 : head.height + 1)) {
      return fault("commit of block " + std::to_string(block.height) +
                   " does not follow the head, " +
                   (head.empty ? "which is empty" : "block " + std::to_string(head.height)));
    }
  }
  head = {false, block.height, block.block_id, block.result_hash, staged->roots.state_root};
  const auto batch = backend_->batch(slot_);
  add_block(*batch, *staged, block, options_.meter);
  removed_since_flush_.insert(removed_since_flush_.end(), staged->removed_pages.begin(),
                              staged->removed_pages.end());
  count_block(staged->changes);
  const bool with_pages = pages_are_due(staged->tree, block.height);
  std::vector<const Page*> pages;
  if (with_pages)
    pages = add_pages(*batch, staged->tree, block.height);
  batch->put(Column::kMeta, kMetaHead, encode_head(head));
  {
    Timed timed(options_.meter, sync ? Work::kSync : Work::kWrite);
    timed.add(1, 0);
    TENON_RETURN_IF_ERROR(backend_->write(*batch, sync));
  }
  if (sync)
    TENON_RETURN_IF_ERROR(backend_->note_durable(block.height));
  if (with_pages)
    note_flush(staged->tree, pages, block.height);
  publish(staged, head);
  return {};
}

void StoreCore::add_parts(Batch& batch, const plugin::StoreBlock& block) {
  for (std::size_t part = 0; part < plugin::kBlockParts; ++part) {
    batch.put(Column::kBlocks, block_key(block.height, static_cast<plugin::BlockPart>(part)),
              seal(Bytes(block.parts[part])));
  }
}

void StoreCore::add_block(Batch& batch, const StagedBlock& staged,
                          const plugin::StoreBlock& block, StoreMeter* meter) {
  Timed timed(meter, Work::kBatch);
  add_parts(batch, block);
  const auto items = staged.overlays[static_cast<std::size_t>(KeyClass::kState)].items();
  std::vector<bool> absent_before_and_after(items.size());
  for (std::size_t i = 0; i < staged.changes.size(); ++i) {
    absent_before_and_after[staged.changed_items[i]] =
        !staged.changes[i].value_hash && !staged.changes[i].old_value_hash;
  }
  // One column after the other: within each, the keys come sorted.
  for (const auto& [key, entry] : items) {
    timed.add(1, key.size() + entry.value_or(BytesView()).size());
    if (entry)
      batch.put(Column::kLatest, key, encode_latest(block.height, *entry));
    else
      batch.remove(Column::kLatest, key);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (absent_before_and_after[i])
      continue;
    const auto& entry = items[i].entry;
    batch.put(Column::kHistory, history_key(items[i].key, block.height),
              encode_history(entry.has_value(), entry ? *entry : BytesView()));
  }
  for (const auto& [key, value] :
       staged.overlays[static_cast<std::size_t>(KeyClass::kIndex)].items()) {
    if (value)
      batch.put(Column::kIndex, key, *value);
    else
      batch.remove(Column::kIndex, key);
  }
  for (std::size_t i = 0; i < staged.changes.size(); ++i) {
    const TreeChange& change = staged.changes[i];
    if (change.value_hash && !change.old_value_hash)
      batch.put(Column::kKeys, change.key_hash.view(), items[staged.changed_items[i]].key);
  }
  batch.put(Column::kChanges, height_key(block.height),
            encode_changes({staged.roots.state_root, staged.changes}));
}

void StoreCore::count_block(std::span<const TreeChange> changes) {
  constexpr std::size_t kBytesPerChange = 3 * Hash::kSize + 2;
  ++blocks_since_flush_;
  bytes_since_flush_ += changes.size() * kBytesPerChange;
}

bool StoreCore::pages_are_due(const Tree& tree, std::uint64_t height) const {
  // The genesis block is always flushed, so that a root record exists from the start.
  return height == 0 || blocks_since_flush_ >= options_.flush_blocks ||
         bytes_since_flush_ >= options_.flush_bytes ||
         tree.size().unwritten - unwritten_at_flush_ > options_.page_cache_bytes / 4 * 3;
}

std::vector<const Page*> StoreCore::add_pages(Batch& batch, const Tree& tree,
                                              std::uint64_t height) {
  Timed timed(options_.meter, Work::kPages);
  std::vector<DirtyPage> dirty;
  tree.visit_unwritten([&](const Path& path, const Page& page) {
    dirty.emplace_back(encode_path(path), &page);
  });
  std::sort(dirty.begin(), dirty.end());
  std::vector<const Page*> pages;
  pages.reserve(dirty.size());
  for (const auto& [key, page] : dirty) {
    const Bytes encoded = page->encode();
    batch.put(Column::kNodes, key, encoded);
    pages.push_back(page);
    timed.add(1, encoded.size());
  }
  for (const Path& removed : removed_since_flush_) {
    const Bytes key = encode_path(removed);
    const auto place = std::lower_bound(
        dirty.begin(), dirty.end(), key,
        [](const DirtyPage& page, const Bytes& wanted) { return page.first < wanted; });
    if (place == dirty.end() || place->first != key)
      batch.remove(Column::kNodes, key);
  }
  batch.put(Column::kMeta, kMetaNodes, encode_nodes({false, height, tree.root()}));
  return pages;
}

void StoreCore::note_flush(const Tree& tree, std::span<const Page* const> written,
                           std::uint64_t height) {
  ++flushes_;
  for (const Page* const page : written)
    page->mark_persisted(flushes_);
  unwritten_at_flush_ = tree.size().unwritten;
  nodes_height_ = height;
  removed_since_flush_.clear();
  blocks_since_flush_ = 0;
  bytes_since_flush_ = 0;
}

Status StoreCore::flush() {
  const std::lock_guard committing(commit_mutex_);
  plugin::StoreHead head;
  Tree tree;
  {
    const std::lock_guard lock(mutex_);
    head = head_;
    tree = head_tree_;
  }
  if (head.empty || nodes_height_ == head.height || !backend_->durable() ||
      backend_->read_only())
    return {};
  const auto batch = backend_->batch(slot_);
  const auto written = add_pages(*batch, tree, head.height);
  TENON_RETURN_IF_ERROR(backend_->write(*batch, true));
  note_flush(tree, written, head.height);
  return {};
}

void StoreCore::publish(const std::shared_ptr<StagedBlock>& staged, const plugin::StoreHead& head) {
  auto view = backend_->view(slot_);
  const std::lock_guard lock(mutex_);
  staged->height = head.height;
  staged->parent.reset();
  head_ = head;
  staged->tree.settle();
  staged->tree = staged->tree.with_source(pages_in(view));
  head_tree_ = staged->tree;
  head_view_ = std::move(view);
  recent_trees_.insert_or_assign(head.height, head_tree_);
  while (recent_trees_.size() > kRecentTrees)
    retired_trees_.push_back(std::move(recent_trees_.extract(recent_trees_.begin()).mapped()));
}

// The tree of block `from` without what the blocks after `height` did: all of it in one update.
Result<Tree> StoreCore::undone(const BackendView& view, const Tree& tree, std::uint64_t from,
                               std::uint64_t height) {
  std::map<Hash, std::optional<Hash>> before;
  for (std::uint64_t undo = from; undo > height; --undo) {
    TENON_ASSIGN_OR_RETURN(const auto record, view.get(Column::kChanges, height_key(undo)));
    if (!record)
      return data_loss("the change record of block " + std::to_string(undo) + " is missing");
    TENON_ASSIGN_OR_RETURN(const ChangesRecord changes, decode_changes(*record));
    if (undo == from && changes.state_root != tree.root_hash()) {
      return data_loss("the change record of block " + std::to_string(undo) +
                       " does not lead to the tree that stands after it");
    }
    for (const TreeChange& change : changes.changes)
      before.insert_or_assign(change.key_hash, change.old_value_hash);
  }
  std::vector<TreeChange> changes;
  changes.reserve(before.size());
  for (const auto& [key_hash, value_hash] : before)
    changes.push_back({key_hash, value_hash, std::nullopt});
  std::vector<Path> ignored;
  TENON_ASSIGN_OR_RETURN(Tree result, tree.apply(changes, ignored));
  // The block that an import began with has no record of its own, nor one that was pruned.
  TENON_ASSIGN_OR_RETURN(const auto record, view.get(Column::kChanges, height_key(height)));
  if (!record)
    return result;
  TENON_ASSIGN_OR_RETURN(const ChangesRecord own, decode_changes(*record));
  if (own.state_root == result.root_hash())
    return result;
  return data_loss("the change records from block " + std::to_string(height + 1) + " to block " +
                   std::to_string(from) + " lead back to state root " +
                   to_hex(result.root_hash().view()) + ", the record of block " +
                   std::to_string(height) + " says " + to_hex(own.state_root.view()));
}

Result<Tree> StoreCore::tree_at(std::uint64_t height) const {
  Tree tree;
  std::uint64_t from = 0;
  std::shared_ptr<Generation> generation;
  std::shared_ptr<const BackendView> view;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    view = head_view_;
    const std::uint64_t oldest =
        head_.height >= options_.proof_versions ? head_.height - options_.proof_versions + 1 : 0;
    if (height < oldest) {
      return out_of_range("proofs reach back to block " + std::to_string(oldest) + "; block " +
                          std::to_string(height) + " is older");
    }
    const auto nearest = recent_trees_.lower_bound(height);
    tree = nearest == recent_trees_.end() ? head_tree_ : nearest->second;
    from = nearest == recent_trees_.end() ? head_.height : nearest->first;
  }
  TENON_ASSIGN_OR_RETURN(tree, undone(*view, tree, from, height));
  const std::lock_guard lock(mutex_);
  if (generation == generation_ && recent_trees_.size() < 2 * kRecentTrees)
    recent_trees_.emplace(height, tree);
  return tree;
}

Result<std::optional<Bytes>> StoreCore::read_block(std::uint64_t height,
                                                   plugin::BlockPart part) const {
  if (static_cast<std::size_t>(part) >= plugin::kBlockParts) {
    return invalid_argument("a block has no part " +
                            std::to_string(static_cast<std::uint32_t>(part)));
  }
  TENON_ASSIGN_OR_RETURN(auto found, read_part(*backend_->view(Slot::kFirst), height, part));
  // Asked afterwards, for a block may be pruned while it is being read.
  const std::lock_guard lock(mutex_);
  const std::uint64_t oldest = horizon_.readable.oldest_block;
  if (height < oldest) {
    return out_of_range("the block log begins with block " + std::to_string(oldest) + "; block " +
                        std::to_string(height) + " is not in it");
  }
  return found;
}

Result<std::optional<Bytes>> StoreCore::read_part(const BackendView& view, std::uint64_t height,
                                                  plugin::BlockPart part) {
  TENON_ASSIGN_OR_RETURN(auto record, view.get(Column::kBlocks, block_key(height, part)));
  if (!record)
    return std::optional<Bytes>();
  TENON_ASSIGN_OR_RETURN(const BytesView bytes,
                         unseal(*record, "part " + std::to_string(static_cast<int>(part)) +
                                             " of block " + std::to_string(height)));
  record->resize(bytes.size());
  return record;
}

} // namespace tenon::store
