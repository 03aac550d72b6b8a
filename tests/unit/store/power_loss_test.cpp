#include <catch2/catch.hpp>

#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/store_model.hpp"
#include "unit/store/lossy_file_system.hpp"

using namespace tenon;
using namespace tenon::store;
using Trouble = LossyFileSystem::Trouble;
using Unsynced = LossyFileSystem::Unsynced;

namespace {

constexpr std::uint64_t kBlocks = 10;
constexpr std::uint64_t kFlushBlocks = 4; // so that tree pages are flushed among the commits

// What every life of the store in these tests commits; fixed, so that a later life can tell which
// blocks an earlier one left.
struct Ledger {
  std::vector<testkit::ModelBlock> blocks;
  testkit::StoreModel model;
  std::vector<Hash> roots;

  Ledger() {
    std::mt19937 random(5);
    for (std::uint64_t i = 0; i < kBlocks + 3; ++i) {
      blocks.push_back(testkit::random_block(random, 25, 60));
      model.commit(blocks.back());
      roots.push_back(testkit::StoreModel::state_root(model.state(i)));
    }
  }
};

const Ledger& ledger() {
  static const Ledger instance;
  return instance;
}

Result<std::unique_ptr<StoreCore>> open_store(LossyFileSystem& disk) {
  RocksdbOptions database;
  database.directory = "/database";
  database.env = disk.env();
  StoreOptions options;
  options.chain = crypto::sha256("chain");
  options.flush_blocks = kFlushBlocks;
  TENON_ASSIGN_OR_RETURN(auto backend, RocksdbBackend::open(database));
  return StoreCore::open(std::move(backend), options);
}

// Commits up to `blocks` blocks and returns how many were acknowledged before the first failure.
std::uint64_t live(LossyFileSystem& disk, std::uint64_t blocks, bool sync) {
  const auto store = open_store(disk);
  if (!store.ok())
    return 0;
  for (std::uint64_t height = 0; height < blocks; ++height) {
    const auto roots = testkit::commit_block(**store, height, ledger().blocks[height], sync);
    if (!roots.ok()) {
      CHECK(roots.status().fault());
      return height;
    }
  }
  return blocks;
}

// How many blocks a store found after a crash holds, once it has proved to be whole and usable.
Result<std::uint64_t> recovered_blocks(LossyFileSystem& disk) {
  std::uint64_t blocks = 0;
  {
    TENON_ASSIGN_OR_RETURN(const auto store, open_store(disk));
    TENON_ASSIGN_OR_RETURN(const auto head, store->head());
    blocks = head.empty ? 0 : head.height + 1;
    for (std::uint64_t height = 0; height < blocks; ++height) {
      TENON_RETURN_IF_ERROR(
          testkit::expect_version(*store, ledger().model, height, &ledger().roots[height]));
    }
    TENON_RETURN_IF_ERROR(store->verify([](std::uint64_t, std::uint64_t) { return true; }));
    for (std::uint64_t next = blocks; next < blocks + 2; ++next) {
      TENON_ASSIGN_OR_RETURN(const auto roots,
                             testkit::commit_block(*store, next, ledger().blocks[next], true));
      if (roots.state_root != ledger().roots[next])
        return data_loss("a block after recovery has another root");
    }
  }
  // And once more, after an orderly end.
  TENON_ASSIGN_OR_RETURN(const auto store, open_store(disk));
  TENON_ASSIGN_OR_RETURN(const auto head, store->head());
  if (head.height != blocks + 1)
    return data_loss("blocks committed after recovery are gone");
  return blocks;
}

std::uint64_t operations_of_a_life() {
  LossyFileSystem disk;
  REQUIRE(live(disk, kBlocks, true) == kBlocks);
  return disk.operations();
}

void survive_trouble_at_every_operation(Trouble trouble, Unsynced unsynced, std::uint64_t stride) {
  std::mt19937 random(9);
  const std::uint64_t operations = operations_of_a_life();
  REQUIRE(operations > 3 * kBlocks);
  for (std::uint64_t n = 1; n <= operations; n += stride) {
    LossyFileSystem disk;
    disk.arm(n, trouble);
    const std::uint64_t acknowledged = live(disk, kBlocks, true);
    disk.crash(unsynced, random);
    const auto blocks = recovered_blocks(disk);
    INFO("trouble at operation " << n << " of " << operations << ", " << acknowledged
                                 << " blocks acknowledged; " << blocks.status().to_string());
    REQUIRE(blocks.ok());
    // The block under way may be there or not; everything acknowledged is.
    REQUIRE(*blocks >= acknowledged);
    REQUIRE(*blocks <= acknowledged + 1);
  }
}

} // namespace

TEST_CASE("rocksdb store: a power cut at any operation loses nothing acknowledged",
          "[store][crash]") {
  survive_trouble_at_every_operation(Trouble::kPowerLoss, Unsynced::kLost, every_operation());
}

TEST_CASE("rocksdb store: a power cut that tears unsynced writes loses nothing acknowledged",
          "[store][crash]") {
  const std::uint64_t stride = testkit::full_run() ? 1 : 3;
  survive_trouble_at_every_operation(Trouble::kPowerLoss, Unsynced::kTorn, stride);
}

TEST_CASE("rocksdb store: a single failed operation loses nothing acknowledged", "[store][crash]") {
  const std::uint64_t stride = testkit::full_run() ? 1 : 3;
  survive_trouble_at_every_operation(Trouble::kOneError, Unsynced::kLost, stride);
}

TEST_CASE("rocksdb store: without the sync, the power-loss test sees blocks vanish",
          "[store][crash]") {
  std::mt19937 random(1);
  SECTION("the store does not ask for it") {
    LossyFileSystem disk;
    REQUIRE(live(disk, kBlocks, false) == kBlocks);
    disk.crash(Unsynced::kLost, random);
    const auto blocks = recovered_blocks(disk);
    INFO(blocks.status().to_string());
    CHECK((!blocks.ok() || *blocks < kBlocks));
  }
  SECTION("the disk does not do it") {
    LossyFileSystem disk;
    disk.ignore_log_syncs();
    REQUIRE(live(disk, kBlocks, true) == kBlocks);
    disk.crash(Unsynced::kLost, random);
    const auto blocks = recovered_blocks(disk);
    INFO(blocks.status().to_string());
    CHECK((!blocks.ok() || *blocks < kBlocks));
  }
}
