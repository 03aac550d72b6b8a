// StoreCore: opening what an earlier process left, and checking all of it.
#include <algorithm>

#include "common/snapshot.hpp"
#include "common/store_core.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::store {

namespace {

constexpr std::uint64_t kProgressStep = 4096;

// A database's keys, while it is brought to the present format.
constexpr std::size_t kKeysPerBatch = 4096;

Bytes format_record() {
  Bytes version;
  append_be32(version, kFormatVersion);
  return version;
}

Status stopped() {
  return {Code::kCancelled, "the check was stopped before its end"};
}

} // namespace

Result<std::unique_ptr<StoreCore>> StoreCore::open(std::unique_ptr<Backend> backend,
                                                   const StoreOptions& options) {
  std::unique_ptr<StoreCore> store(new StoreCore(std::move(backend), options));
  TENON_RETURN_IF_ERROR(store->check_identity());
  TENON_RETURN_IF_ERROR(store->recover());
  return store;
}

Status StoreCore::check_identity() {
  const auto view = backend_->view(Slot::kFirst);
  TENON_ASSIGN_OR_RETURN(const auto format, view->get(Column::kMeta, kMetaFormat));
  TENON_ASSIGN_OR_RETURN(const auto chain, view->get(Column::kMeta, kMetaChain));
  if (!format && !chain) {
    const auto batch = backend_->batch(Slot::kFirst);
    batch->put(Column::kMeta, kMetaFormat, format_record());
    batch->put(Column::kMeta, kMetaChain, options_.chain.view());
    return backend_->write(*batch, true);
  }
  if (!format || format->size() != sizeof(std::uint32_t) || !chain) {
    return data_loss("the database has no valid format and chain records");
  }
  const std::uint32_t found = read_be32(*format);
  if (found != kFormatVersion && found != kFormatWithoutKeys) {
    return failed_precondition("the database was written in format " + std::to_string(found) +
                               "; this version reads up to format " +
                               std::to_string(kFormatVersion) +
                               ". Use the newer version that wrote it, or another data directory");
  }
  if (*chain != options_.chain.view()) {
    return failed_precondition("the database belongs to chain " + to_hex(*chain) +
                               ", this node to chain " + to_hex(options_.chain.view()) +
                               ". Point the node to its own data directory, or to the genesis "
                               "document of that chain");
  }
  return found == kFormatWithoutKeys ? add_keys() : Status();
}

// From the format that had no column "keys": every key that ever was has a history record. The
// format record comes last; whatever ends this before it, it begins anew.
Status StoreCore::add_keys() {
  if (backend_->read_only()) {
    return failed_precondition("the database is of format " + std::to_string(kFormatWithoutKeys) +
                               ", expected format " + std::to_string(kFormatVersion) +
                               ". Start its node once with this version, which brings it up to "
                               "date, before it is opened for reading only");
  }
  const auto view = backend_->view(Slot::kFirst);
  auto batch = backend_->batch(Slot::kFirst);
  std::size_t gathered = 0;
  Bytes key;
  Bytes done;
  const auto place = view->iterate(Column::kHistory, "", "");
  for (; place->valid(); place->next()) {
    std::uint64_t version = 0;
    if (!decode_history_key(place->key(), key, version))
      return data_loss("history key " + to_hex(place->key()) + " is malformed");
    if (key == done)
      continue;
    done = key;
    batch->put(Column::kKeys, crypto::sha256(key).view(), key);
    if (++gathered % kKeysPerBatch == 0) {
      TENON_RETURN_IF_ERROR(backend_->write(*batch, false));
      batch = backend_->batch(Slot::kFirst);
    }
  }
  TENON_RETURN_IF_ERROR(place->status());
  batch->put(Column::kMeta, kMetaFormat, format_record());
  return backend_->write(*batch, true);
}

Status StoreCore::recover_slot(const BackendView& view) {
  TENON_ASSIGN_OR_RETURN(const auto slot, view.get(Column::kMeta, kMetaSlot));
  if (slot) {
    TENON_ASSIGN_OR_RETURN(const BytesView record, unseal(*slot, "the slot record"));
    if (record.size() != 1 || static_cast<std::size_t>(record[0]) >= kSlots)
      return data_loss("the slot record is malformed");
    slot_ = static_cast<Slot>(record[0]);
  }
  TENON_ASSIGN_OR_RETURN(const auto horizon, view.get(Column::kMeta, kMetaHorizon));
  if (horizon) {
    TENON_ASSIGN_OR_RETURN(horizon_, decode_horizon(*horizon));
  }
  if (horizon_.oldest_changes > 0 && !backend_->read_only())
    TENON_RETURN_IF_ERROR(backend_->forget_superseded(slot_, horizon_.oldest_changes - 1).status());
  head_view_ = backend_->view(slot_);
  head_tree_ = Tree(pages_in(head_view_));
  return {};
}

Status StoreCore::recover_import(const BackendView& view) {
  TENON_ASSIGN_OR_RETURN(const auto target, view.get(Column::kMeta, kMetaImport));
  if (!target)
    return {};
  Import found;
  TENON_ASSIGN_OR_RETURN(found.target, decode_target(*target));
  const auto place = view.iterate(Column::kMeta, kMetaRange, prefix_end(kMetaRange));
  for (; place->valid(); place->next()) {
    TENON_ASSIGN_OR_RETURN(const BytesView last, unseal(place->value(), "a range record"));
    const BytesView first = place->key().substr(kMetaRange.size());
    if (first.size() != Hash::kSize || last.size() != Hash::kSize)
      return data_loss("a range record of the import under way is malformed");
    found.covered.apply({{}, {Hash::from_view(first), Hash::from_view(last)}});
  }
  TENON_RETURN_IF_ERROR(place->status());
  found.stored = found.covered;
  import_ = std::move(found);
  return {};
}

Status StoreCore::recover() {
  const auto view = backend_->view(Slot::kFirst);
  TENON_RETURN_IF_ERROR(recover_slot(*view));
  TENON_RETURN_IF_ERROR(recover_import(*view));
  TENON_ASSIGN_OR_RETURN(const auto head, view->get(Column::kMeta, kMetaHead));
  TENON_ASSIGN_OR_RETURN(const auto nodes, view->get(Column::kMeta, kMetaNodes));
  if (!head)
    return {};
  TENON_ASSIGN_OR_RETURN(head_, decode_head(*head));
  TENON_ASSIGN_OR_RETURN(const auto unindexed, view->get(Column::kMeta, kMetaUnindexed));
  head_.without_index = unindexed.has_value();
  if (!nodes)
    return data_loss("the database has a head but no root of the state tree");
  TENON_ASSIGN_OR_RETURN(NodesRecord record, decode_nodes(*nodes));
  TENON_RETURN_IF_ERROR(roll_forward(std::move(record)));
  recent_trees_.emplace(head_.height, head_tree_);
  return {};
}

// Pages are written behind; what came after the last flush stands in the change records.
Status StoreCore::roll_forward(NodesRecord nodes) {
  const auto view = head_view_;
  head_tree_ = Tree(pages_in(view), nodes.root);
  nodes_height_ = nodes.height;
  for (std::uint64_t height = nodes.height + 1; height <= head_.height; ++height) {
    TENON_ASSIGN_OR_RETURN(const auto record, view->get(Column::kChanges, height_key(height)));
    if (!record) {
      return data_loss("the change record of block " + std::to_string(height) + " is missing");
    }
    TENON_ASSIGN_OR_RETURN(ChangesRecord changes, decode_changes(*record));
    TENON_ASSIGN_OR_RETURN(
        head_tree_, head_tree_.apply(changes.changes, removed_since_flush_, &page_sweep_));
    head_tree_.settle();
    if (head_tree_.root_hash() != changes.state_root) {
      return data_loss("replaying block " + std::to_string(height) + " gives state root " +
                       to_hex(head_tree_.root_hash().view()) + ", its record says " +
                       to_hex(changes.state_root.view()));
    }
    count_block(changes.changes);
  }
  if (head_tree_.root_hash() == head_.state_root)
    return {};
  return data_loss("the state tree on disk has root " + to_hex(head_tree_.root_hash().view()) +
                   ", the head says " + to_hex(head_.state_root.view()));
}

Status StoreCore::verify(plugin::ProgressVisitor progress) {
  TENON_RETURN_IF_ERROR(backend_->verify());
  std::unique_lock committing(commit_mutex_);
  plugin::StoreHead head;
  HorizonRecord horizon;
  Tree tree;
  std::shared_ptr<const BackendView> view;
  std::shared_ptr<Generation> generation;
  {
    const std::lock_guard lock(mutex_);
    head = head_;
    horizon = horizon_;
    tree = head_tree_;
    view = backend_->view(slot_);
    generation = generation_;
  }
  if (view->fixed())
    committing.unlock(); // what comes meanwhile does not show in it
  if (head.empty)
    return {};
  const Status status = verify_from(*view, tree, head, horizon, progress);
  TENON_RETURN_IF_ERROR(generation->check_alive());
  return status;
}

Status StoreCore::verify_from(const BackendView& view, const Tree& tree,
                              const plugin::StoreHead& head, const HorizonRecord& horizon,
                              plugin::ProgressVisitor progress) const {
  TENON_RETURN_IF_ERROR(verify_blocks(view, head, horizon, progress));
  return verify_latest(view, tree, head.height + 1, progress);
}

Status StoreCore::verify_blocks(const BackendView& view, const plugin::StoreHead& head,
                                const HorizonRecord& horizon, plugin::ProgressVisitor progress) {
  for (std::uint64_t height = horizon.readable.oldest_block; height <= head.height; ++height) {
    for (std::size_t part = 0; part < plugin::kBlockParts; ++part) {
      TENON_ASSIGN_OR_RETURN(const auto bytes,
                             read_part(view, height, static_cast<plugin::BlockPart>(part)));
      if (!bytes) {
        return data_loss("part " + std::to_string(part) + " of block " + std::to_string(height) +
                         " is missing");
      }
    }
    // An imported state has none of the blocks that led to it.
    if (height >= horizon.oldest_changes) {
      TENON_ASSIGN_OR_RETURN(const auto record, view.get(Column::kChanges, height_key(height)));
      if (!record) {
        return data_loss("the change record of block " + std::to_string(height) + " is missing");
      }
      TENON_RETURN_IF_ERROR(decode_changes(*record).status());
    }
    if (height % kProgressStep == 0 && !progress(height, head.height + 1))
      return stopped();
  }
  return {};
}

// Each entry is the leaf that the tree has for it, and the tree has no other leaves. What is read
// of the tree for that is hashed up to the head's root.
Status StoreCore::verify_latest(const BackendView& view, const Tree& tree, std::uint64_t total,
                                plugin::ProgressVisitor progress) {
  std::uint64_t entries = 0;
  const auto place = view.iterate(Column::kLatest, "", "");
  for (; place->valid(); place->next()) {
    std::uint64_t height = 0;
    BytesView entry;
    if (!decode_latest(place->value(), height, entry)) {
      return data_loss("the latest record of key " + to_hex(place->key()) + " is cut short");
    }
    const Hash key_hash = crypto::sha256(place->key());
    const Hash value_hash = merkle::entry_hash(entry);
    TENON_ASSIGN_OR_RETURN(const auto expected, tree.find(key_hash));
    if (expected != value_hash) {
      return data_loss("the entry of key " + to_hex(place->key()) +
                       (expected ? " hashes to " + to_hex(value_hash.view()) +
                                       ", the state tree expects " + to_hex(expected->view())
                                 : " is not in the state tree"));
    }
    TENON_ASSIGN_OR_RETURN(const auto named, view.get(Column::kKeys, key_hash.view()));
    if (named != place->key()) {
      return data_loss("key " + to_hex(place->key()) + " cannot be found by its hash: its record "
                       "in the column keys is " + (named ? "another one's" : "missing"));
    }
    if (++entries % kProgressStep == 0 && !progress(total, total))
      return stopped();
  }
  TENON_RETURN_IF_ERROR(place->status());
  std::uint64_t leaves = 0;
  TENON_RETURN_IF_ERROR(tree.visit_from(Hash(), [&](const Leaf&) -> Result<bool> {
    return ++leaves % kProgressStep != 0 || progress(total, total) ? Result<bool>(true)
                                                                   : Result<bool>(stopped());
  }));
  if (leaves == entries)
    return {};
  return data_loss("the state tree has " + std::to_string(leaves) +
                   " keys, the database entries of " + std::to_string(entries) +
                   ": at least one key of the state is missing");
}

} // namespace tenon::store
