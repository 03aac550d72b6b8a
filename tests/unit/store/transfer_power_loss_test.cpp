// Imports and prunings that end in the middle: the store is then in the state before or in the one
// after, whole, and can go on.
#include <catch2/catch.hpp>

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/store_model.hpp"
#include "unit/store/lossy_file_system.hpp"

using namespace tenon;
using namespace tenon::store;
using plugin::BlockPart;
using Trouble = LossyFileSystem::Trouble;
using Unsynced = LossyFileSystem::Unsynced;

namespace {

constexpr std::uint64_t kOwnBlocks = 3;    // committed before the import
constexpr std::uint64_t kTargetBlock = 11; // imported
constexpr std::uint64_t kRangeBytes = 250;

StoreOptions test_options() {
  StoreOptions options;
  options.chain = crypto::sha256("chain");
  options.flush_blocks = 4;
  options.import_buffer_bytes = 8 * kRangeBytes; // files are written in the middle, too
  return options;
}

Result<std::unique_ptr<StoreCore>> open_store(LossyFileSystem& disk) {
  RocksdbOptions database;
  database.directory = "/database";
  database.env = disk.env();
  TENON_ASSIGN_OR_RETURN(auto backend, RocksdbBackend::open(database));
  return StoreCore::open(std::move(backend), test_options());
}

// The ledger of every test, and a replica that has all of it to be imported from.
struct Source {
  std::vector<testkit::ModelBlock> blocks;
  testkit::StoreModel model;
  std::vector<Hash> roots;
  std::unique_ptr<StoreCore> store =
      StoreCore::open(std::make_unique<MemoryBackend>(), test_options()).value();

  Source() {
    std::mt19937 random(5);
    for (std::uint64_t height = 0; height <= kTargetBlock + 2; ++height) {
      blocks.push_back(testkit::random_block(random, 25, 60));
      blocks.back().index.clear();
      model.commit(blocks.back());
      REQUIRE(testkit::commit_block(*store, height, blocks.back()).ok());
      roots.push_back(testkit::StoreModel::state_root(model.state(height)));
    }
  }

  [[nodiscard]] plugin::StoreTarget target() const {
    const testkit::ModelLog log(kTargetBlock);
    return {kTargetBlock, log.block().block_id, log.block().result_hash, roots[kTargetBlock]};
  }
  // The ranges that close a gap.
  [[nodiscard]] Result<std::vector<Bytes>> ranges_of(const plugin::KeyHashSpan& gap) const {
    TENON_ASSIGN_OR_RETURN(const auto snapshot, store->snapshot(kTargetBlock));
    std::vector<Bytes> ranges;
    for (std::optional<Hash> next = gap.first; next && *next <= gap.last;) {
      TENON_ASSIGN_OR_RETURN(Bytes encoded, snapshot->export_range(*next, kRangeBytes));
      TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(encoded));
      next = merkle::next_hash(range.span.last);
      ranges.push_back(std::move(encoded));
    }
    return ranges;
  }
};

const Source& source() {
  static const Source instance;
  return instance;
}

// In two pieces, as a ledger's host would that finds it missing.
Status put_index(StoreCore& store) {
  using plugin::KeyClass;
  const plugin::StoreWrite first[] = {{KeyClass::kIndex, false, "first", "1"}};
  const plugin::StoreWrite second[] = {{KeyClass::kIndex, false, "second", "2"}};
  TENON_RETURN_IF_ERROR(store.put_index(first, /*whole=*/false));
  return store.put_index(second, /*whole=*/true);
}

Status expect_index(StoreCore& store) {
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  for (const BytesView key : {"first", "second"}) {
    TENON_ASSIGN_OR_RETURN(const auto found, view->get(plugin::KeyClass::kIndex, key));
    if (!found)
      return data_loss("the index is said to be whole, and is not");
  }
  return {};
}

Status commit_next(StoreCore& store) {
  TENON_ASSIGN_OR_RETURN(const auto head, store.head());
  if (head.without_index)
    TENON_RETURN_IF_ERROR(put_index(store));
  const std::uint64_t next = head.empty ? 0 : head.height + 1;
  TENON_ASSIGN_OR_RETURN(const auto roots,
                         testkit::commit_block(store, next, source().blocks[next], true));
  return roots.state_root == source().roots[next] ? Status() : data_loss("another root");
}

// Begins the import or goes on with it, and ends it.
Status import_all(StoreCore& store) {
  TENON_RETURN_IF_ERROR(store.import_begin(source().target()));
  const auto under_way = store.import_missing();
  if (!under_way.ok() || !*under_way)
    return fault("the import that was begun is not under way");
  for (const plugin::KeyHashSpan& gap : under_way.value()->missing) {
    TENON_ASSIGN_OR_RETURN(const auto ranges, source().ranges_of(gap));
    for (const Bytes& range : ranges)
      TENON_RETURN_IF_ERROR(store.import_range(range));
  }
  const testkit::ModelLog log(kTargetBlock);
  const std::vector<plugin::StoreBlock> blocks = {log.block()};
  return store.import_finish(blocks);
}

// When the disk of a life begins to fail.
struct Failing {
  std::uint64_t operation = 0; // counted from the first one that is new to this test; 0: never
  Trouble trouble = Trouble::kPowerLoss;
};

std::unique_ptr<StoreCore> opened_with(LossyFileSystem& disk, std::uint64_t blocks,
                                       const Failing& failing) {
  auto store = open_store(disk);
  REQUIRE(store.ok());
  for (std::uint64_t i = 0; i < blocks; ++i)
    REQUIRE(commit_next(**store).ok());
  disk.arm(failing.operation, failing.trouble);
  return std::move(*store);
}

// How far a life of the store came, as it was told: blocks committed, the import ended.
struct Reached {
  std::uint64_t blocks = 0;
  bool imported = false;
};

Reached live_and_import(LossyFileSystem& disk, const Failing& failing) {
  const auto store = opened_with(disk, kOwnBlocks, failing);
  Reached reached{kOwnBlocks, false};
  // Once dropped half-way and begun anew, so that every call is under way at some operation.
  if (!store->import_begin(source().target()).ok() ||
      !store->import_range(source().ranges_of({{}, {}})->front()).ok() ||
      !store->import_abandon().ok() || !import_all(*store).ok())
    return reached;
  reached.imported = true;
  reached.blocks = kTargetBlock + 1;
  if (commit_next(*store).ok())
    ++reached.blocks;
  return reached;
}

Status expect_whole(StoreCore& store) {
  TENON_ASSIGN_OR_RETURN(const auto head, store.head());
  TENON_ASSIGN_OR_RETURN(const auto horizon, store.horizon());
  if (head.empty)
    return {};
  for (std::uint64_t height = horizon.oldest_version; height <= head.height; ++height) {
    TENON_RETURN_IF_ERROR(
        testkit::expect_version(store, source().model, height, &source().roots[height]));
  }
  for (std::uint64_t height = horizon.oldest_block; height <= head.height; ++height) {
    TENON_ASSIGN_OR_RETURN(const auto part, store.read_block(height, BlockPart::kBody));
    if (part != testkit::ModelLog(height).part(1))
      return data_loss("another block");
  }
  return store.verify([](std::uint64_t, std::uint64_t) { return true; });
}

// Opens what the crash left, checks it against what was acknowledged, and goes on with it.
Status recover_import(LossyFileSystem& disk, const Reached& reached) {
  {
    TENON_ASSIGN_OR_RETURN(const auto store, open_store(disk));
    TENON_RETURN_IF_ERROR(expect_whole(*store));
    TENON_ASSIGN_OR_RETURN(const auto head, store->head());
    const std::uint64_t blocks = head.empty ? 0 : head.height + 1;
    const bool imported = blocks > kOwnBlocks;
    if (blocks < reached.blocks || (reached.imported && !imported))
      return data_loss("the store has " + std::to_string(blocks) + " blocks, acknowledged were " +
                       std::to_string(reached.blocks));
    if (!imported)
      TENON_RETURN_IF_ERROR(import_all(*store));
    TENON_RETURN_IF_ERROR(expect_whole(*store));
    TENON_ASSIGN_OR_RETURN(const auto now, store->head());
    if (!now.without_index)
      TENON_RETURN_IF_ERROR(expect_index(*store));
    TENON_RETURN_IF_ERROR(commit_next(*store));
  }
  TENON_ASSIGN_OR_RETURN(const auto store, open_store(disk));
  TENON_ASSIGN_OR_RETURN(const auto under_way, store->import_missing());
  if (under_way)
    return data_loss("an import that ended is still under way");
  TENON_RETURN_IF_ERROR(expect_index(*store));
  return expect_whole(*store);
}

constexpr std::uint64_t kPrunedLedger = 10;

struct Pruned {
  std::uint64_t blocks = 0;
  std::uint64_t horizon = 0;
};

Pruned live_and_prune(LossyFileSystem& disk, const Failing& failing) {
  const auto store = opened_with(disk, kPrunedLedger, failing);
  Pruned reached{kPrunedLedger, 0};
  for (const std::uint64_t horizon : {4u, 8u}) {
    if (!store->prune(horizon).ok())
      return reached;
    reached.horizon = horizon;
    if (!commit_next(*store).ok())
      return reached;
    ++reached.blocks;
  }
  return reached;
}

Status recover_pruned(LossyFileSystem& disk, const Pruned& reached) {
  {
    TENON_ASSIGN_OR_RETURN(const auto store, open_store(disk));
    TENON_RETURN_IF_ERROR(expect_whole(*store));
    TENON_ASSIGN_OR_RETURN(const auto head, store->head());
    TENON_ASSIGN_OR_RETURN(const auto horizon, store->horizon());
    const std::uint64_t blocks = head.empty ? 0 : head.height + 1;
    if (blocks < reached.blocks || blocks > reached.blocks + 1)
      return data_loss("blocks were lost");
    if (horizon.oldest_version < reached.horizon)
      return data_loss("the horizon went back");
    TENON_RETURN_IF_ERROR(store->prune(8));
    TENON_RETURN_IF_ERROR(expect_whole(*store));
    TENON_RETURN_IF_ERROR(commit_next(*store));
  }
  TENON_ASSIGN_OR_RETURN(const auto store, open_store(disk));
  TENON_ASSIGN_OR_RETURN(const auto horizon, store->horizon());
  if (horizon.oldest_version != 8 || horizon.oldest_block != 8)
    return data_loss("the horizon is not where it was put");
  return expect_whole(*store);
}

template <typename Live, typename Recover>
void survive(Trouble trouble, Unsynced unsynced, std::uint64_t stride, Live live,
             Recover recover) {
  std::mt19937 random(9);
  std::uint64_t operations = 0;
  {
    LossyFileSystem disk;
    live(disk, {});
    operations = disk.operations();
  }
  REQUIRE(operations >= 10);
  for (std::uint64_t n = 1; n <= operations; n += stride) {
    LossyFileSystem disk;
    const auto reached = live(disk, {n, trouble});
    disk.crash(unsynced, random);
    const Status status = recover(disk, reached);
    INFO("trouble at operation " << n << " of " << operations << ": " << status.to_string());
    REQUIRE(status.ok());
  }
}

std::uint64_t thinned(std::uint64_t stride) {
  return testkit::full_run() ? 1 : stride;
}

} // namespace

TEST_CASE("rocksdb store: an import without trouble ends in the target's state", "[store][crash]") {
  LossyFileSystem disk;
  const Reached reached = live_and_import(disk, {});
  CHECK(reached.imported);
  CHECK(reached.blocks == kTargetBlock + 2);
  const auto store = open_store(disk);
  REQUIRE(store.ok());
  CHECK((*store)->horizon()->oldest_version == kTargetBlock);
  CHECK(expect_whole(**store).ok());
}

TEST_CASE("rocksdb store: a power cut at any operation of an import leaves one of the two states",
          "[store][crash]") {
  survive(Trouble::kPowerLoss, Unsynced::kLost, every_operation(), live_and_import,
          recover_import);
}

TEST_CASE("rocksdb store: torn writes and single errors in an import leave one of the two states",
          "[store][crash]") {
  survive(Trouble::kPowerLoss, Unsynced::kTorn, thinned(5), live_and_import, recover_import);
  survive(Trouble::kOneError, Unsynced::kLost, thinned(5), live_and_import, recover_import);
}

TEST_CASE("rocksdb store: a power cut at any operation of a pruning loses nothing that is kept",
          "[store][crash]") {
  survive(Trouble::kPowerLoss, Unsynced::kLost, every_operation(), live_and_prune,
          recover_pruned);
}

TEST_CASE("rocksdb store: torn writes and single errors in a pruning lose nothing that is kept",
          "[store][crash]") {
  survive(Trouble::kPowerLoss, Unsynced::kTorn, thinned(3), live_and_prune, recover_pruned);
  survive(Trouble::kOneError, Unsynced::kLost, thinned(3), live_and_prune, recover_pruned);
}
