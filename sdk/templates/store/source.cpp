// @CLASS@: a store in memory. Every block makes a whole new version of the state: a map, its
// leaves and their root. Versions never change, so readers need no locks and a stage is just a
// version that nobody has made the head. That is right for tests and for small ledgers; each block
// costs time and memory in proportion to the state.
//
// The rules of a store: the same writes give the same roots everywhere (tree.hpp); a block is
// committed whole or not at all; a snapshot means the same for as long as it is held; an error in
// commit() is a fault of this replica. durable() is false here, and the node warns of it: a store
// that says true must come back, after a crash too, with all that was committed.
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/plugin/export_store.hpp"
#include "tree.hpp"

namespace {

using namespace tenon;
using namespace tenon::plugin;
using state_tree::Leaf;

using Entries = std::map<Bytes, Bytes, std::less<>>;

// The ledger after one block. Immutable once it is shared.
struct Version {
  Entries state;
  Entries index;
  std::vector<Leaf> leaves; // of `state`, sorted by key hash
  StoreRoots roots{merkle::empty_hash(), {}};
};
using VersionPointer = std::shared_ptr<const Version>;
using SnapshotPointer = std::unique_ptr<StoreSnapshot>;
using StagePointer = std::unique_ptr<StoreStage>;

std::vector<Leaf> leaves_of(const Entries& state) {
  std::vector<Leaf> leaves;
  leaves.reserve(state.size());
  for (const auto& [key, entry] : state)
    leaves.push_back({crypto::sha256(key), merkle::entry_hash(entry)});
  std::sort(leaves.begin(), leaves.end(),
            [](const Leaf& a, const Leaf& b) { return a.key_hash < b.key_hash; });
  return leaves;
}

// The ordered tree over the block's STATE writes, sorted by key hash.
Hash writes_root(std::span<const StoreWrite> writes) {
  std::map<Hash, Hash> sorted;
  for (const StoreWrite& write : writes) {
    if (write.key_class != KeyClass::kState)
      continue;
    const Hash key_hash = crypto::sha256(write.key);
    const Hash value_hash = merkle::entry_hash(write.entry);
    sorted[key_hash] = merkle::write_leaf(key_hash, write.is_delete ? nullptr : &value_hash);
  }
  std::vector<Hash> leaves;
  for (const auto& [key_hash, leaf] : sorted)
    leaves.push_back(leaf);
  return merkle::ordered_root(leaves);
}

// What a caller got wrong is a plain failure: the store itself is fine.
Status check_writes(std::span<const StoreWrite> writes) {
  std::set<std::pair<KeyClass, BytesView>> seen;
  for (const StoreWrite& write : writes) {
    if (write.key_class != KeyClass::kState && write.key_class != KeyClass::kIndex)
      return invalid_argument("a write of an unknown key class");
    if (!seen.emplace(write.key_class, write.key).second)
      return invalid_argument("two writes of one key in one block");
  }
  return ok_status();
}

class Snapshot final : public StoreSnapshot {
public:
  // The INDEX class is not versioned: a snapshot of any height shows it as of the head.
  Snapshot(VersionPointer state, VersionPointer index)
      : state_(std::move(state)), index_(std::move(index)) {}

  Result<std::optional<Bytes>> get(KeyClass key_class, BytesView key) const override {
    const Entries& entries = of(key_class);
    const auto found = entries.find(key);
    return found == entries.end() ? std::optional<Bytes>() : std::optional<Bytes>(found->second);
  }
  Status scan(KeyClass key_class, BytesView begin, BytesView end,
              ScanVisitor visit) const override {
    const Entries& entries = of(key_class);
    for (auto entry = entries.lower_bound(begin);
         entry != entries.end() && (end.empty() || entry->first < end); ++entry) {
      if (!visit(entry->first, entry->second))
        break;
    }
    return ok_status();
  }
  Result<std::vector<Bytes>> prove(std::span<const BytesView> keys) const override {
    std::vector<Bytes> proofs;
    for (const BytesView key : keys) {
      proofs.push_back(
          merkle::encode_proof(state_tree::path_to(state_->leaves, crypto::sha256(key))));
    }
    return proofs;
  }
  // A replica that was away asks for the state like this, range by range.
  Result<Bytes> export_range(const Hash& first, std::uint64_t max_bytes) const override {
    std::map<Hash, const Entries::value_type*> by_hash;
    std::vector<merkle::RangeLeaf> leaves;
    for (const auto& entry : state_->state)
      by_hash[crypto::sha256(entry.first)] = &entry;
    for (const Leaf& leaf : state_->leaves)
      leaves.push_back({leaf.key_hash, leaf.value_hash});
    merkle::SnapshotRangeWriter range(first);
    auto next = by_hash.lower_bound(first);
    for (; next != by_hash.end() && (range.empty() || range.bytes() < max_bytes); ++next)
      range.add(next->second->first, next->second->second, next->first);
    const bool reaches_end = next == by_hash.end();
    TENON_ASSIGN_OR_RETURN(
        const merkle::RangeProof proof,
        merkle::make_range_proof(
            range.span(reaches_end),
            [&](const merkle::KeySpan& place, std::size_t depth) -> Result<merkle::TreeNode> {
              return merkle::node_of_leaves(leaves, place, depth);
            }));
    return range.finish(reaches_end, proof);
  }

private:
  const Entries& of(KeyClass key_class) const {
    return key_class == KeyClass::kState ? state_->state : index_->index;
  }

  VersionPointer state_;
  VersionPointer index_;
};

class Stage final : public StoreStage {
public:
  Stage(VersionPointer parent, VersionPointer version)
      : parent_(std::move(parent)), version_(std::move(version)) {}

  const StoreRoots& roots() const override { return version_->roots; }
  Result<SnapshotPointer> snapshot() const override {
    return SnapshotPointer(std::make_unique<Snapshot>(version_, version_));
  }
  const VersionPointer& parent() const { return parent_; }
  const VersionPointer& version() const { return version_; }

private:
  VersionPointer parent_;
  VersionPointer version_;
};

// A state on its way in: what the ranges that came so far have brought.
struct Import {
  StoreTarget target;
  Entries entries;
  std::map<Hash, Hash> covered; // first → last key hash of each range, as it came

  std::vector<KeyHashSpan> missing() const {
    std::vector<KeyHashSpan> gaps;
    std::optional<Hash> next = Hash(); // the lowest hash that nothing has covered
    for (const auto& [first, last] : covered) {
      if (next && *next < first)
        gaps.push_back({*next, *merkle::previous_hash(first)});
      if (next && *next <= last)
        next = merkle::next_hash(last);
    }
    if (next)
      gaps.push_back({*next, merkle::KeySpan::all().last});
    return gaps;
  }
};

class @CLASS@ final : public Plugin, public Store {
public:
  explicit @CLASS@(std::size_t keep_versions) : keep_versions_(keep_versions) {}

  // The configuration has been checked against the schema in plugin.json.
  static Result<std::unique_ptr<@CLASS@>> create(Host, std::string_view config) {
    const auto settings = nlohmann::json::parse(config, nullptr, false);
    return std::make_unique<@CLASS@>(settings.value("keep_versions", std::size_t{256}));
  }

  // A store with files opens them here, in the folder that the host gives it:
  // host.data_directory().
  Status start() override { return ok_status(); }
  Status drain(std::uint64_t) override { return ok_status(); }
  void stop() override {}

  bool durable() const override { return false; }

  Result<StoreHead> head() const override {
    const std::lock_guard lock(mutex_);
    return head_;
  }

  Result<SnapshotPointer> snapshot(std::uint64_t height) const override {
    const std::lock_guard lock(mutex_);
    if (height == kHeadHeight)
      return SnapshotPointer(std::make_unique<Snapshot>(newest(), newest()));
    const std::uint64_t oldest = horizon_.oldest_version;
    if (height < oldest || height >= oldest + versions_.size()) {
      return out_of_range("the state after block " + std::to_string(height) +
                          " cannot be read; the oldest that can be is " + std::to_string(oldest));
    }
    return SnapshotPointer(std::make_unique<Snapshot>(versions_[height - oldest], newest()));
  }

  // The work is done without the lock: reading and committing, of the parent too, go on meanwhile.
  Result<StagePointer> stage(StoreStage* parent,
                             std::span<const StoreWrite> writes) override {
    TENON_RETURN_IF_ERROR(check_writes(writes));
    const VersionPointer before =
        parent == nullptr ? locked_newest() : static_cast<Stage*>(parent)->version();
    auto after = std::make_shared<Version>(*before);
    for (const StoreWrite& write : writes) {
      Entries& entries = write.key_class == KeyClass::kState ? after->state : after->index;
      if (write.is_delete)
        entries.erase(Bytes(write.key));
      else
        entries.insert_or_assign(Bytes(write.key), Bytes(write.entry));
    }
    after->leaves = leaves_of(after->state);
    after->roots = {state_tree::subtree_root(after->leaves), writes_root(writes)};
    return StagePointer(std::make_unique<Stage>(before, std::move(after)));
  }

  // The host never commits what does not follow the head. Should it be asked to, something is
  // broken, and going on could fork the ledger: a fault.
  Status commit(StoreStage& stage, const StoreBlock& block, bool) override {
    const Stage& staged = static_cast<const Stage&>(stage);
    const std::lock_guard lock(mutex_);
    if (staged.parent() != newest())
      return fault("the stage does not stand on the head");
    if (head_.without_index)
      return fault("the index of the imported state is not there yet");
    if (block.height != next_height()) {
      return fault("expected block " + std::to_string(next_height()) + ", found " +
                   std::to_string(block.height));
    }
    blocks_.push_back(owned(block));
    versions_.push_back(staged.version());
    if (versions_.size() > keep_versions_)
      drop_version();
    head_ = {false, block.height, block.block_id, block.result_hash, staged.roots().state_root};
    return ok_status();
  }

  Result<std::optional<Bytes>> read_block(std::uint64_t height, BlockPart part) const override {
    const auto index = static_cast<std::size_t>(part);
    if (index >= kBlockParts)
      return invalid_argument("there is no block part " + std::to_string(index));
    const std::lock_guard lock(mutex_);
    const std::uint64_t oldest = horizon_.oldest_block;
    if (height < oldest) {
      return out_of_range("block " + std::to_string(height) +
                          " cannot be read; the oldest that can be is " + std::to_string(oldest));
    }
    if (height >= oldest + blocks_.size())
      return std::optional<Bytes>();
    return std::optional<Bytes>(blocks_[height - oldest][index]);
  }

  // Nothing is believed: leaves and root again, from the entries. A difference is data_loss(…).
  Status verify(ProgressVisitor progress) override {
    const VersionPointer version = locked_newest();
    if (!progress(0, 1))
      return ok_status(); // the caller has seen enough
    if (state_tree::subtree_root(leaves_of(version->state)) != version->roots.state_root)
      return data_loss("the entries of the head do not have the root that was committed");
    static_cast<void>(progress(1, 1));
    return ok_status();
  }

  Result<StoreHorizon> horizon() const override {
    const std::lock_guard lock(mutex_);
    return horizon_;
  }

  // Whoever holds a snapshot holds its version: nothing is taken away from under it.
  Status prune(std::uint64_t keep_from) override {
    const std::lock_guard lock(mutex_);
    if (head_.empty || keep_from > head_.height)
      return invalid_argument("block " + std::to_string(keep_from) + " is above the head");
    for (; horizon_.oldest_block < keep_from; ++horizon_.oldest_block)
      blocks_.pop_front();
    while (horizon_.oldest_version < keep_from)
      drop_version();
    return ok_status();
  }

  Status put_block(const StoreBlock& block) override {
    const std::lock_guard lock(mutex_);
    if (block.height + 1 != horizon_.oldest_block)
      return failed_precondition("block " + std::to_string(block.height) +
                                 " is not the one below the oldest, block " +
                                 std::to_string(horizon_.oldest_block));
    blocks_.push_front(owned(block));
    --horizon_.oldest_block;
    return ok_status();
  }

  Status import_begin(const StoreTarget& target) override {
    const std::lock_guard lock(mutex_);
    if (import_ && import_->target == target)
      return ok_status();
    if (import_)
      return failed_precondition("another import is under way; abandon it first");
    if (target.height < next_height())
      return failed_precondition("the target is not above the head");
    import_ = Import{target, {}, {}};
    return ok_status();
  }

  // A range may come from anyone: it is believed when its proof leads to the target's root.
  Status import_range(BytesView encoded) override {
    TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(encoded));
    const std::lock_guard lock(mutex_);
    if (!import_)
      return failed_precondition("no import is under way");
    TENON_RETURN_IF_ERROR(merkle::verify_snapshot_range(range, import_->target.state_root));
    for (const merkle::SnapshotEntry& entry : range.entries)
      import_->entries.insert_or_assign(Bytes(entry.key), Bytes(entry.entry));
    Hash& last = import_->covered[range.span.first];
    last = std::max(last, range.span.last);
    return ok_status();
  }

  Result<std::optional<StoreImport>> import_missing() const override {
    const std::lock_guard lock(mutex_);
    if (!import_)
      return std::optional<StoreImport>();
    return std::optional(StoreImport{import_->target, import_->missing()});
  }

  Status import_finish(std::span<const StoreBlock> blocks) override {
    const std::lock_guard lock(mutex_);
    if (!import_ || !import_->missing().empty())
      return failed_precondition("no import is under way, or some of it is missing");
    const StoreTarget target = import_->target;
    if (target.height < next_height())
      return failed_precondition("the target is not above the head any more");
    TENON_RETURN_IF_ERROR(check_last_blocks(target, blocks));
    auto version = std::make_shared<Version>();
    version->state = std::move(import_->entries);
    version->leaves = leaves_of(version->state);
    version->roots.state_root = state_tree::subtree_root(version->leaves);
    if (version->roots.state_root != target.state_root)
      return data_loss("the imported entries do not have the target's root");
    blocks_.clear();
    for (const StoreBlock& block : blocks)
      blocks_.push_back(owned(block));
    versions_ = {std::move(version)};
    horizon_ = {blocks.front().height, target.height};
    head_ = {false,
             target.height,
             target.block_id,
             target.result_hash,
             target.state_root,
             /*without_index=*/true};
    import_.reset();
    return ok_status();
  }

  Status import_abandon() override {
    const std::lock_guard lock(mutex_);
    import_.reset();
    return ok_status();
  }

  // The index belongs to no block, so the version of the head gets another one.
  Status put_index(std::span<const StoreWrite> writes, bool whole) override {
    const std::lock_guard lock(mutex_);
    auto changed = std::make_shared<Version>(*newest());
    for (const StoreWrite& write : writes) {
      if (write.key_class != KeyClass::kIndex)
        return invalid_argument("the state changes by blocks only");
      if (write.is_delete)
        changed->index.erase(Bytes(write.key));
      else
        changed->index.insert_or_assign(Bytes(write.key), Bytes(write.entry));
    }
    versions_.back() = std::move(changed);
    head_.without_index = head_.without_index && !whole;
    return ok_status();
  }

private:
  using Parts = std::array<Bytes, kBlockParts>;

  static Parts owned(const StoreBlock& block) {
    Parts parts;
    std::copy(block.parts.begin(), block.parts.end(), parts.begin());
    return parts;
  }
  static Status check_last_blocks(const StoreTarget& target, std::span<const StoreBlock> blocks) {
    if (blocks.empty() || blocks.back().height != target.height ||
        blocks.back().block_id != target.block_id ||
        blocks.back().result_hash != target.result_hash) {
      return invalid_argument("the last block is not the target's");
    }
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      if (blocks[i].height != blocks[i - 1].height + 1)
        return invalid_argument("the blocks do not follow each other");
    }
    return ok_status();
  }

  // The following are called under the lock.
  std::uint64_t next_height() const { return head_.empty ? 0 : head_.height + 1; }
  void drop_version() {
    versions_.pop_front();
    ++horizon_.oldest_version;
  }
  const VersionPointer& newest() const { return versions_.empty() ? nothing_ : versions_.back(); }
  VersionPointer locked_newest() const {
    const std::lock_guard lock(mutex_);
    return newest();
  }

  const std::size_t keep_versions_;
  const VersionPointer nothing_ = std::make_shared<const Version>(); // before the first block

  mutable std::mutex mutex_; // guards what follows
  StoreHead head_;
  StoreHorizon horizon_;
  std::deque<VersionPointer> versions_; // from horizon_.oldest_version on
  std::deque<Parts> blocks_;            // the block log, from horizon_.oldest_block on
  std::optional<Import> import_;
};

} // namespace

TENON_STORE_PLUGIN(@CLASS@)
