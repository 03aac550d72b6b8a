// Reads that fail or come with a wrong bit, once each: what was asked for fails too, or is right;
// never is it wrong, and nothing on disk is worse afterwards.
#include <catch2/catch.hpp>

#include "tenon/testkit/full_run.hpp"
#include "unit/store/disk_ledger.hpp"
#include "unit/store/failing_disk.hpp"

using namespace tenon;
using namespace tenon::store;
using Trouble = FailingDisk::Trouble;

namespace {

const DiskLedger& ledger() {
  static const DiskLedger instance({.blocks = 24, .writes = 60, .keys = 80, .value_bytes = 200});
  return instance;
}

using Files = std::map<std::string, std::string>; // by path

// A database as a kill leaves it: tables, and a log with blocks of which the tables know nothing.
const Files& files() {
  static const Files instance = [] {
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    for (const std::size_t blocks : {ledger().blocks() - 5, ledger().blocks()}) {
      const auto store = ledger().open(*memory);
      REQUIRE(store.ok());
      REQUIRE(ledger().commit_up_to(**store, blocks).ok());
    }
    Files found;
    std::vector<std::string> names;
    REQUIRE(memory->GetChildren(kTestDatabase, &names).ok());
    for (const std::string& name : names) {
      if (name != "LOCK")
        found[std::string(kTestDatabase) + "/" + name];
    }
    found[std::string(kTestDatabase) + ".durable"];
    for (auto& [path, content] : found)
      REQUIRE(rocksdb::ReadFileToString(memory.get(), path, &content).ok());
    return found;
  }();
  return instance;
}

std::unique_ptr<rocksdb::Env> copied() {
  std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  REQUIRE(memory->CreateDirIfMissing(kTestDatabase).ok());
  for (const auto& [path, content] : files())
    REQUIRE(rocksdb::WriteStringToFile(memory.get(), content, path).ok());
  return memory;
}

// Opens, reads, proves, exports, verifies and commits. A fault, or everything was right.
Status use_all(FailingDisk& disk) {
  TENON_ASSIGN_OR_RETURN(const auto store, ledger().open(*disk.env()));
  if (DiskLedger::committed(*store) != ledger().blocks())
    return failed_precondition("another head");
  TENON_RETURN_IF_ERROR(ledger().expect_whole(*store));
  TENON_ASSIGN_OR_RETURN(const auto view, store->snapshot(plugin::kHeadHeight));
  TENON_RETURN_IF_ERROR(view->export_range({}, 1 << 20).status());
  TENON_RETURN_IF_ERROR(store->prune(ledger().blocks() / 2));
  return ledger().commit_next(*store);
}

void survive(Trouble trouble, std::size_t lives, const std::string& files_named = {}) {
  std::uint64_t reads = 0;
  {
    const auto memory = copied();
    FailingDisk disk(*memory);
    disk.arm(0, trouble, files_named);
    const Status used = use_all(disk);
    INFO(used.to_string());
    REQUIRE(used.ok());
    reads = disk.operations();
  }
  REQUIRE(reads > 1);
  const std::uint64_t stride = testkit::full_run() ? 1 : reads / lives + 1;
  std::size_t noticed = 0;
  for (std::uint64_t n = 1; n <= reads; n += stride) {
    const auto memory = copied();
    FailingDisk disk(*memory);
    disk.arm(n, trouble, files_named);
    const Status used = use_all(disk);
    INFO("read " << n << " of about " << reads << ": " << used.to_string());
    REQUIRE((used.ok() || used.fault()));
    noticed += used.ok() ? 0 : 1;
    disk.disarm();
    const auto again = ledger().open(*memory);
    INFO("afterwards: " << again.status().to_string());
    REQUIRE(again.ok());
    REQUIRE(DiskLedger::committed(**again) >= ledger().blocks());
    REQUIRE(ledger().expect_whole(**again).ok());
  }
  CHECK(noticed > 0);
}

} // namespace

TEST_CASE("rocksdb store: a read that fails is a fault, and the next start finds everything",
          "[store][disk]") {
  survive(Trouble::kReadError, 15);
}

TEST_CASE("rocksdb store: a table read with a wrong bit is noticed, and is whole when read again",
          "[store][disk]") {
  survive(Trouble::kFlippedBit, 15, ".sst");
}
