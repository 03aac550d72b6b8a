// Lives of a store that end at any operation while RocksDB also writes tables and merges them, and
// replicas whose lives ended at different ones.
#include <catch2/catch.hpp>

#include "tenon/testkit/full_run.hpp"
#include "unit/store/disk_ledger.hpp"
#include "unit/store/lossy_file_system.hpp"

using namespace tenon;
using namespace tenon::store;
using Trouble = LossyFileSystem::Trouble;
using Unsynced = LossyFileSystem::Unsynced;

namespace {

// Large enough that tables are written and merged while blocks are committed.
const DiskLedger& large_ledger() {
  static const DiskLedger instance({.blocks = 30, .writes = 120, .keys = 200, .value_bytes = 300});
  return instance;
}

constexpr std::size_t kPrunedAt = 12; // blocks, before tables are merged
constexpr std::size_t kOldestKept = 6;

// Commits everything and closes in good order, as far as it comes; how many were acknowledged.
// When it is pruned, tables lose the superseded versions as they are merged.
std::size_t live(LossyFileSystem& disk, bool pruned) {
  const auto store = large_ledger().open(*disk.env());
  if (!store.ok())
    return 0;
  std::size_t acknowledged = 0;
  while (acknowledged < large_ledger().blocks()) {
    const Status status = large_ledger().commit_next(**store);
    if (!status.ok()) {
      CHECK(status.fault());
      return acknowledged;
    }
    ++acknowledged;
    if (pruned && acknowledged == kPrunedAt) {
      if (const Status prunes = (*store)->prune(kOldestKept); !prunes.ok()) {
        CHECK(prunes.fault());
        return acknowledged;
      }
    }
  }
  (void)(*store)->flush(); // what it does not write is worked out again
  return acknowledged;
}

void survive(Trouble trouble, Unsynced unsynced, std::size_t lives, bool pruned = false) {
  std::mt19937 random(9);
  std::uint64_t operations = 0;
  {
    LossyFileSystem disk;
    REQUIRE(live(disk, pruned) == large_ledger().blocks());
    operations = disk.operations();
  }
  REQUIRE(operations > 200);
  const std::uint64_t stride = testkit::full_run() ? 1 : operations / lives + 1;
  for (std::uint64_t n = 1; n <= operations; n += stride) {
    LossyFileSystem disk;
    disk.arm(n, trouble);
    const std::size_t acknowledged = live(disk, pruned);
    disk.crash(unsynced, random);
    const Status recovered = large_ledger().expect_recovers(*disk.env(), acknowledged);
    INFO("trouble at operation " << n << " of about " << operations << ", acknowledged "
                                 << acknowledged << ": " << recovered.to_string());
    REQUIRE(recovered.ok());
  }
}

constexpr std::size_t kShortLife = 80; // operations

// Lives until all blocks are there, each ended at a random operation; how many lives it took.
std::size_t live_through(const DiskLedger& ledger, LossyFileSystem& disk, std::mt19937& random) {
  for (std::size_t lives = 1;; ++lives) {
    const Trouble trouble = random() % 3 == 0 ? Trouble::kOneError : Trouble::kPowerLoss;
    disk.arm(1 + random() % kShortLife, trouble);
    {
      const auto store = ledger.open(*disk.env());
      Status status = store.status();
      while (status.ok() && DiskLedger::committed(**store) < ledger.blocks()) {
        status = ledger.commit_next(**store);
        const std::size_t blocks = DiskLedger::committed(**store);
        if (status.ok() && blocks > 20 && random() % 8 == 0)
          status = (*store)->prune(blocks - 20);
      }
      if (status.ok())
        return lives;
      INFO(status.to_string());
      REQUIRE(status.fault());
    }
    disk.crash(random() % 2 == 0 ? Unsynced::kLost : Unsynced::kTorn, random);
  }
}

} // namespace

TEST_CASE("rocksdb store: a power cut while tables are written and merged loses no block",
          "[store][crash]") {
  survive(Trouble::kPowerLoss, Unsynced::kLost, 10);
}

TEST_CASE("rocksdb store: torn tables, logs and names lose no block", "[store][crash]") {
  survive(Trouble::kPowerLoss, Unsynced::kTorn, 10);
}

TEST_CASE("rocksdb store: one failed operation while tables are written and merged loses nothing",
          "[store][crash]") {
  survive(Trouble::kOneError, Unsynced::kLost, 10);
}

TEST_CASE("rocksdb store: a power cut while merged tables lose versions takes none that is kept",
          "[store][crash][prune]") {
  survive(Trouble::kPowerLoss, Unsynced::kLost, 10, /*pruned=*/true);
  survive(Trouble::kPowerLoss, Unsynced::kTorn, 10, /*pruned=*/true);
  survive(Trouble::kOneError, Unsynced::kLost, 10, /*pruned=*/true);
}

TEST_CASE("rocksdb store: replicas with different crash histories have equal roots at every height",
          "[store][crash]") {
  const DiskLedger ledger({.blocks = testkit::full_run() ? 600u : 150u, .flush_blocks = 7});
  for (unsigned replica = 1; replica <= 2; ++replica) {
    std::mt19937 random(replica);
    LossyFileSystem disk;
    const std::size_t lives = live_through(ledger, disk, random);
    INFO("replica " << replica << ", " << lives << " lives");
    CHECK(lives >= 3);
    disk.crash(Unsynced::kLost, random);
    const auto store = ledger.open(*disk.env());
    INFO(store.status().to_string());
    REQUIRE(store.ok());
    REQUIRE(DiskLedger::committed(**store) == ledger.blocks());
    const Status whole = ledger.expect_whole(**store); // each version under the ledger's root
    INFO(whole.to_string());
    REQUIRE(whole.ok());
  }
}
