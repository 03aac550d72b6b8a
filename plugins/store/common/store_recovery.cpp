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
  const auto view = backend_->view();
  TENON_ASSIGN_OR_RETURN(const auto format, view->get(Column::kMeta, kMetaFormat));
  TENON_ASSIGN_OR_RETURN(const auto chain, view->get(Column::kMeta, kMetaChain));
  if (!format && !chain) {
    Bytes version;
    append_be32(version, kFormatVersion);
    const auto batch = backend_->batch();
    batch->put(Column::kMeta, kMetaFormat, version);
    batch->put(Column::kMeta, kMetaChain, options_.chain.view());
    return backend_->write(*batch, true);
  }
  if (!format || format->size() != sizeof(std::uint32_t) || !chain) {
    return data_loss("the database has no valid format and chain records");
  }
  if (const std::uint32_t found = read_be32(*format); found != kFormatVersion) {
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
  return {};
}

Status StoreCore::recover() {
  const auto view = backend_->view();
  TENON_ASSIGN_OR_RETURN(const auto head, view->get(Column::kMeta, kMetaHead));
  TENON_ASSIGN_OR_RETURN(const auto nodes, view->get(Column::kMeta, kMetaNodes));
  if (head) {
    TENON_ASSIGN_OR_RETURN(head_, decode_head(*head));
  }
  TENON_RETURN_IF_ERROR(check_nothing_lost());
  if (!head)
    return {};
  if (!nodes)
    return data_loss("the database has a head but no root of the state tree");
  TENON_ASSIGN_OR_RETURN(NodesRecord record, decode_nodes(*nodes));
  TENON_RETURN_IF_ERROR(roll_forward(std::move(record)));
  recent_trees_.emplace(head_.height, head_tree_);
  return {};
}

// The end of a log looks the same whether the power failed while it was being written or it was
// damaged afterwards; only this tells that a whole tail of synced blocks is missing.
Status StoreCore::check_nothing_lost() const {
  const auto durable = backend_->noted_durable();
  if (!durable || (!head_.empty && head_.height >= *durable))
    return {};
  return data_loss("block " + std::to_string(*durable) +
                   " was committed and synced, but the database ends " +
                   (head_.empty ? std::string("before its first block")
                                : "at block " + std::to_string(head_.height)) +
                   ": its write-ahead log or manifest is damaged, or an older copy was put back. "
                   "Restore this replica's state from another replica or from a backup");
}

// Pages are written behind; what came after the last flush stands in the change records.
Status StoreCore::roll_forward(NodesRecord nodes) {
  const auto view = backend_->view();
  head_tree_ = Tree(&pages_, std::move(nodes.root));
  for (std::uint64_t height = nodes.height + 1; height <= head_.height; ++height) {
    TENON_ASSIGN_OR_RETURN(const auto record, view->get(Column::kChanges, height_key(height)));
    if (!record) {
      return data_loss("the change record of block " + std::to_string(height) + " is missing");
    }
    TENON_ASSIGN_OR_RETURN(ChangesRecord changes, decode_changes(*record));
    TENON_ASSIGN_OR_RETURN(head_tree_, head_tree_.apply(changes.changes, removed_since_flush_));
    if (head_tree_.root_hash() != changes.state_root) {
      return data_loss("replaying block " + std::to_string(height) + " gives state root " +
                       to_hex(head_tree_.root_hash().view()) + ", its record says " +
                       to_hex(changes.state_root.view()));
    }
    ++blocks_since_flush_;
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
  Tree tree;
  std::shared_ptr<const BackendView> view;
  {
    const std::lock_guard lock(mutex_);
    head = head_;
    tree = head_tree_;
    view = head_view_;
  }
  if (view->fixed())
    committing.unlock(); // what comes meanwhile does not show in it
  if (head.empty)
    return {};
  TENON_RETURN_IF_ERROR(verify_blocks(head, progress));
  return verify_latest(*view, tree, head.height + 1, progress);
}

Status StoreCore::verify_blocks(const plugin::StoreHead& head,
                                plugin::ProgressVisitor progress) const {
  for (std::uint64_t height = 0; height <= head.height; ++height) {
    for (std::size_t part = 0; part < plugin::kBlockParts; ++part) {
      TENON_ASSIGN_OR_RETURN(const auto bytes,
                             read_block(height, static_cast<plugin::BlockPart>(part)));
      if (!bytes) {
        return data_loss("part " + std::to_string(part) + " of block " + std::to_string(height) +
                         " is missing");
      }
    }
    TENON_ASSIGN_OR_RETURN(const auto record,
                           backend_->view()->get(Column::kChanges, height_key(height)));
    if (!record) {
      return data_loss("the change record of block " + std::to_string(height) + " is missing");
    }
    TENON_RETURN_IF_ERROR(decode_changes(*record).status());
    if (height % kProgressStep == 0 && !progress(height, head.height + 1))
      return stopped();
  }
  return {};
}

// Builds the tree anew from the entries themselves: neither pages nor change records are believed.
Status StoreCore::verify_latest(const BackendView& view, const Tree& tree, std::uint64_t total,
                                plugin::ProgressVisitor progress) {
  std::vector<TreeChange> leaves;
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
    leaves.push_back({key_hash, value_hash, std::nullopt});
    if (leaves.size() % kProgressStep == 0 && !progress(total, total))
      return stopped();
  }
  TENON_RETURN_IF_ERROR(place->status());
  std::sort(leaves.begin(), leaves.end(),
            [](const TreeChange& a, const TreeChange& b) { return a.key_hash < b.key_hash; });
  std::vector<Path> ignored;
  TENON_ASSIGN_OR_RETURN(const Tree rebuilt, Tree().apply(leaves, ignored));
  if (rebuilt.root_hash() == tree.root_hash())
    return {};
  return data_loss("the entries on disk give state root " + to_hex(rebuilt.root_hash().view()) +
                   ", the head says " + to_hex(tree.root_hash().view()) +
                   ": at least one key of the state is missing");
}

} // namespace tenon::store
