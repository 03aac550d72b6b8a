#include <catch2/catch.hpp>

#include "tenon/testkit/full_run.hpp"
#include "unit/store/backup_world.hpp"

using namespace tenon;
using namespace tenon::store;
using Trouble = LossyFileSystem::Trouble;
using Unsynced = LossyFileSystem::Unsynced;

namespace {

constexpr std::size_t kBlocks = 6;

DiskLedgerOptions small_ledger() {
  DiskLedgerOptions options;
  options.blocks = kBlocks;
  options.writes = 10;
  options.keys = 20;
  options.flush_blocks = 2;
  return options;
}

// One backup of some blocks, and more blocks since.
std::unique_ptr<StoreCore> first_backup(BackupWorld& world) {
  auto store = world.open();
  REQUIRE(store.ok());
  REQUIRE(world.ledger.commit_up_to(**store, 3).ok());
  REQUIRE(world.back_up(**store).ok());
  REQUIRE(world.ledger.commit_up_to(**store, 4).ok());
  return *std::move(store);
}

// Whatever became of the second backup: the store is whole, the first one is too, and so is the
// second if its manifest is there; and the next one works.
Status expect_unharmed(BackupWorld& world) {
  TENON_ASSIGN_OR_RETURN(const auto store, world.open());
  if (DiskLedger::committed(*store) != 4)
    return data_loss("the store that was backed up lost blocks");
  TENON_RETURN_IF_ERROR(world.ledger.expect_whole(*store));
  TENON_ASSIGN_OR_RETURN(const auto ids, world.folder().ids());
  for (const std::uint64_t id : ids)
    TENON_RETURN_IF_ERROR(world.expect_backup(id).with_context("backup " + std::to_string(id)));
  TENON_RETURN_IF_ERROR(world.ledger.commit_next(*store));
  TENON_ASSIGN_OR_RETURN(const auto next, world.back_up(*store));
  TENON_RETURN_IF_ERROR(world.expect_backup(next.id));
  TENON_ASSIGN_OR_RETURN(const auto left, world.files.names("/data/plugins/store-rocksdb"));
  if (std::find(left.begin(), left.end(), "checkpoint") != left.end())
    return failed_precondition("something is left of the backup that was cut short");
  return {};
}

void survive_trouble_while_backing_up(Trouble trouble, Unsynced unsynced, std::uint64_t stride) {
  std::mt19937 random(3);
  for (std::uint64_t n = 1;; n += stride) {
    BackupWorld world(small_ledger());
    bool made = false;
    std::uint64_t operations = 0;
    {
      const auto store = first_backup(world);
      world.disk.arm(n, trouble);
      const auto second = world.back_up(*store);
      made = second.ok();
      operations = world.disk.operations();
    }
    world.disk.crash(unsynced, random);
    const Status unharmed = expect_unharmed(world);
    INFO("trouble at operation " << n << " of " << operations << ", made: " << made << "; "
                                 << unharmed.to_string());
    REQUIRE(unharmed.ok());
    if (made)
      REQUIRE(world.folder().read(2).ok());
    if (operations < n)
      break;
  }
}

void survive_trouble_while_restoring(Trouble trouble, Unsynced unsynced, std::uint64_t stride) {
  std::mt19937 random(4);
  BackupWorld world(small_ledger());
  first_backup(world).reset();
  for (std::uint64_t n = 1;; n += stride) {
    REQUIRE(world.files.remove("/restored/plugins").ok());
    REQUIRE(world.files.remove("/restored/plugins.restoring").ok());
    REQUIRE(world.files.remove("/restored/genesis.json").ok());
    world.disk.arm(n, trouble);
    const Status restored = world.restore_again(1);
    const std::uint64_t operations = world.disk.operations();
    world.disk.crash(unsynced, random);
    const auto plugins = world.files.names("/restored/plugins");
    INFO("trouble at operation " << n << " of " << operations << "; " << restored.to_string());
    REQUIRE(plugins.ok());
    if (restored.ok())
      REQUIRE_FALSE(plugins->empty());
    if (plugins->empty()) {
      // From when anything of it is there, nothing starts on the directory.
      const auto begun = world.files.names("/restored/plugins.restoring");
      REQUIRE(begun.ok());
      CHECK((begun->empty() || !host::backup::check_finished(world.files, "/restored").ok()));
      REQUIRE(world.restore_again(1).ok());
    }
    const Status whole = world.expect_restored(1);
    INFO(whole.to_string());
    REQUIRE(whole.ok());
    if (operations < n)
      break;
  }
}

} // namespace

TEST_CASE("backup: a power cut at any operation of it harms neither the store nor other backups",
          "[store][backup][crash]") {
  survive_trouble_while_backing_up(Trouble::kPowerLoss, Unsynced::kLost, every_operation());
}

TEST_CASE("backup: a power cut that tears what was written harms no backup",
          "[store][backup][crash]") {
  const std::uint64_t stride = testkit::full_run() ? 1 : 7;
  survive_trouble_while_backing_up(Trouble::kPowerLoss, Unsynced::kTorn, stride);
}

TEST_CASE("backup: a single failed operation ends it and harms nothing",
          "[store][backup][crash]") {
  const std::uint64_t stride = testkit::full_run() ? 1 : 7;
  survive_trouble_while_backing_up(Trouble::kOneError, Unsynced::kLost, stride);
}

TEST_CASE("restore: a power cut at any operation leaves nothing that starts, or everything",
          "[store][backup][crash]") {
  survive_trouble_while_restoring(Trouble::kPowerLoss, Unsynced::kLost, every_operation());
  const std::uint64_t stride = testkit::full_run() ? 1 : 5;
  survive_trouble_while_restoring(Trouble::kPowerLoss, Unsynced::kTorn, stride);
  survive_trouble_while_restoring(Trouble::kOneError, Unsynced::kLost, stride);
}
