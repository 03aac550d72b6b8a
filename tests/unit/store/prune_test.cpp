#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "common/store_core.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/store_model.hpp"
#include "unit/store/shared_backend.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

struct PrunedLedger {
  std::shared_ptr<MemoryBackend> memory = std::make_shared<MemoryBackend>();
  std::unique_ptr<StoreCore> store;
  testkit::StoreModel model;
  std::mt19937 random{7};

  explicit PrunedLedger(std::uint64_t flush_blocks) {
    StoreOptions options;
    options.flush_blocks = flush_blocks;
    store = StoreCore::open(std::make_unique<SharedBackend>(memory), options).value();
  }
  void commit(std::size_t blocks) {
    for (std::size_t i = 0; i < blocks; ++i) {
      const auto block = testkit::random_block(random, 20, 40);
      REQUIRE(testkit::commit_block(*store, model.blocks(), block).ok());
      model.commit(block);
    }
  }
  [[nodiscard]] const testkit::StoreModel::Entries& head() const {
    return model.state(model.blocks() - 1);
  }
  [[nodiscard]] std::size_t records(Column column) const {
    std::size_t count = 0;
    const auto view = memory->view(Slot::kFirst);
    for (auto place = view->iterate(column, "", ""); place->valid(); place->next())
      ++count;
    return count;
  }
};

} // namespace

TEST_CASE("prune: up to the head, one version of each present key is all that is kept",
          "[store][prune]") {
  PrunedLedger ledger(1);
  ledger.commit(60);
  const std::size_t before = ledger.records(Column::kHistory);
  REQUIRE(before > 4 * ledger.head().size());
  REQUIRE(ledger.store->prune(59).ok());
  CHECK(ledger.records(Column::kHistory) == ledger.head().size());
  CHECK(ledger.records(Column::kKeys) == ledger.head().size());
  CHECK(ledger.records(Column::kChanges) == 0);
  CHECK(ledger.records(Column::kBlocks) == plugin::kBlockParts);
  // Keys that come back are found again.
  ledger.commit(30);
  REQUIRE(ledger.store->verify([](std::uint64_t, std::uint64_t) { return true; }).ok());
  CHECK(ledger.records(Column::kChanges) == 30);
}

TEST_CASE("prune: change records that replaying needs stay until pages are written",
          "[store][prune]") {
  PrunedLedger ledger(32);
  ledger.commit(60); // pages are written with blocks 0 and 32
  REQUIRE(ledger.store->prune(59).ok());
  CHECK(ledger.records(Column::kChanges) == 27);
  const auto reopened = StoreCore::open(std::make_unique<SharedBackend>(ledger.memory), {}).value();
  CHECK(reopened->head()->state_root == testkit::StoreModel::state_root(ledger.head()));
  CHECK(reopened->horizon()->oldest_version == 59);
  CHECK(reopened->snapshot(58).status().code() == Code::kOutOfRange);
}

TEST_CASE("prune: what a held snapshot reads goes with the first call after its release",
          "[store][prune]") {
  PrunedLedger ledger(1);
  ledger.commit(40);
  auto held = ledger.store->snapshot(10).value();
  REQUIRE(ledger.store->prune(39).ok());
  CHECK(ledger.records(Column::kHistory) > ledger.head().size());
  CHECK(ledger.records(Column::kChanges) == 29);
  CHECK(testkit::expect_entries(*held, plugin::KeyClass::kState, ledger.model.state(10)).ok());
  held.reset();
  REQUIRE(ledger.store->prune(39).ok());
  CHECK(ledger.records(Column::kHistory) == ledger.head().size());
  CHECK(ledger.records(Column::kChanges) == 0);
}

TEST_CASE("prune: keys that are removed and come back meanwhile keep what there is of them",
          "[store][prune]") {
  PrunedLedger ledger(1);
  ledger.commit(1);
  std::atomic<bool> ended = false;
  Status pruned;
  std::thread pruner([&] {
    while (!ended && pruned.ok())
      pruned = ledger.store->prune(ledger.store->head()->height);
  });
  ledger.commit(300);
  ended = true;
  pruner.join();
  REQUIRE(pruned.ok());
  REQUIRE(ledger.store->prune(300).ok());
  CHECK(ledger.records(Column::kHistory) == ledger.head().size());
  CHECK(ledger.records(Column::kKeys) == ledger.head().size());
  CHECK(ledger.store->verify([](std::uint64_t, std::uint64_t) { return true; }).ok());
}

TEST_CASE("prune: a missing change record is found and named", "[store][prune]") {
  PrunedLedger ledger(1);
  ledger.commit(5);
  const auto batch = ledger.memory->batch(Slot::kFirst);
  batch->remove(Column::kChanges, height_key(2));
  REQUIRE(ledger.memory->write(*batch, false).ok());
  const Status status = ledger.store->prune(4);
  CHECK(status.code() == Code::kDataLoss);
  CHECK(status.message() == "the change record of block 2 is missing");
}

TEST_CASE("store: removing a key that is not there leaves no version behind", "[store][prune]") {
  PrunedLedger ledger(1);
  REQUIRE(testkit::commit_block(*ledger.store, 0, {{{"gone", std::nullopt}}, {}}).ok());
  CHECK(ledger.records(Column::kHistory) == 0);
  CHECK(ledger.records(Column::kKeys) == 0);
  CHECK(ledger.records(Column::kChanges) == 1);
}
