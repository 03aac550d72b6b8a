// Disks that are full or refuse writes: the commit that meets it ends with a fault that says so,
// and what was acknowledged is there when there is room again.
#include <catch2/catch.hpp>

#include "tenon/testkit/full_run.hpp"
#include "unit/store/disk_ledger.hpp"
#include "unit/store/failing_disk.hpp"

using namespace tenon;
using namespace tenon::store;
using Trouble = FailingDisk::Trouble;

namespace {

// Large enough that tables are written and merged while blocks are committed.
const DiskLedger& ledger() {
  static const DiskLedger instance({.blocks = 40, .writes = 120, .keys = 200, .value_bytes = 300});
  return instance;
}

struct Life {
  std::size_t acknowledged = 0;
  Status failed;
};

// Commits until something fails. After the end of it RocksDB's threads have come to rest.
Life live(FailingDisk& disk) {
  Life life;
  const auto store = ledger().open(*disk.env());
  if (!store.ok())
    return {0, store.status()};
  while (life.failed.ok() && life.acknowledged < ledger().blocks()) {
    life.failed = ledger().commit_next(**store);
    life.acknowledged += life.failed.ok() ? 1 : 0;
  }
  // Whatever is tried afterwards: it is said again, and nothing is half done.
  if (!life.failed.ok()) {
    const Status again = ledger().commit_next(**store);
    CHECK(again.fault());
    CHECK(DiskLedger::committed(**store) == life.acknowledged);
  }
  return life;
}

void survive(Trouble trouble, const std::string& files, std::size_t lives, Code code,
             const std::string& expected) {
  std::uint64_t operations = 0;
  {
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    FailingDisk disk(*memory);
    disk.arm(0, trouble, files);
    REQUIRE(live(disk).failed.ok());
    operations = disk.operations();
  }
  REQUIRE(operations >= 10);
  const std::uint64_t stride = testkit::full_run() ? 1 : operations / lives + 1;
  std::size_t met = 0;
  for (std::uint64_t n = 1; n <= operations; n += stride) {
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    FailingDisk disk(*memory);
    disk.arm(n, trouble, files);
    const Life life = live(disk);
    INFO("trouble from write " << n << " of about " << operations << " on; acknowledged "
                               << life.acknowledged << ", then " << life.failed.to_string());
    if (!life.failed.ok()) {
      ++met;
      CHECK(life.failed.fault());
      CHECK(life.failed.code() == code);
      CHECK(life.failed.message().find(expected) != std::string::npos);
      CHECK(life.failed.message().find(kTestDatabase) != std::string::npos);
    }
    disk.disarm();
    const Status recovered = ledger().expect_recovers(*disk.env(), life.acknowledged);
    INFO(recovered.to_string());
    REQUIRE(recovered.ok());
  }
  CHECK(met > 0);
}

} // namespace

TEST_CASE("rocksdb store: a disk that is full at a commit ends it and loses nothing",
          "[store][disk]") {
  survive(Trouble::kFull, ".log", 4, Code::kResourceExhausted, "the disk is full");
}

TEST_CASE("rocksdb store: a disk that is full when tables are written or merged ends a commit",
          "[store][disk]") {
  survive(Trouble::kFull, ".sst", 4, Code::kResourceExhausted, "the disk is full");
}

TEST_CASE("rocksdb store: a disk that is full at any write loses nothing", "[store][disk]") {
  survive(Trouble::kFull, "", 4, Code::kResourceExhausted, "the disk is full");
}

TEST_CASE("rocksdb store: a file system that becomes read-only ends the commit and loses nothing",
          "[store][disk]") {
  survive(Trouble::kReadOnly, "", 4, Code::kInternal, "can only be read");
}
