#include <catch2/catch.hpp>

#include <rocksdb/db.h>

#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/store_model.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "unit/store/lossy_file_system.hpp"
#include "unit/store/shared_backend.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

// What a database of format 1 differs in.
void make_older(Backend& backend) {
  const auto batch = backend.batch(Slot::kFirst);
  Bytes version;
  append_be32(version, kFormatWithoutKeys);
  batch->put(Column::kMeta, kMetaFormat, version);
  const auto view = backend.view(Slot::kFirst);
  for (auto place = view->iterate(Column::kKeys, "", ""); place->valid(); place->next())
    batch->remove(Column::kKeys, place->key());
  REQUIRE(backend.write(*batch, true).ok());
}

testkit::StoreModel commit_some(StoreCore& store) {
  testkit::StoreModel model;
  std::mt19937 random(3);
  for (std::uint64_t height = 0; height < 20; ++height) {
    auto block = testkit::random_block(random, 20, 40);
    block.state[Bytes("zero\0in it", 10)] = std::to_string(height);
    REQUIRE(testkit::commit_block(store, height, block, true).ok());
    model.commit(block);
  }
  return model;
}

} // namespace

TEST_CASE("store: a database of format 1 is brought up to date when it is opened", "[store]") {
  const auto memory = std::make_shared<MemoryBackend>();
  auto store = StoreCore::open(std::make_unique<SharedBackend>(memory), {}).value();
  const testkit::StoreModel model = commit_some(*store);
  store.reset();
  make_older(*memory);
  store = StoreCore::open(std::make_unique<SharedBackend>(memory), {}).value();
  CHECK(store->verify([](std::uint64_t, std::uint64_t) { return true; }).ok());
  for (std::uint64_t height = 0; height < 20; ++height) {
    const Hash root = testkit::StoreModel::state_root(model.state(height));
    const Status same = testkit::expect_version(*store, model, height, &root);
    INFO(same.to_string());
    REQUIRE(same.ok());
    // Keys that were removed later are found by their hash as well.
    REQUIRE(store->snapshot(height).value()->export_range({}, 1 << 20).ok());
  }
  CHECK(memory->view(Slot::kFirst)->get(Column::kMeta, kMetaFormat).value() ==
        Bytes("\0\0\0\2", 4));
}

TEST_CASE("rocksdb store: a database half brought up to date at a power cut is so after the next",
          "[store][crash]") {
  std::mt19937 random(4);
  std::uint64_t operations = 1;
  const std::uint64_t stride = testkit::full_run() ? 1 : 3;
  for (std::uint64_t n = 0; n <= operations; n += stride) { // the first one without trouble
    LossyFileSystem disk;
    RocksdbOptions options;
    options.directory = "/database";
    options.env = disk.env();
    testkit::StoreModel model;
    {
      const auto store = StoreCore::open(RocksdbBackend::open(options).value(), {}).value();
      model = commit_some(*store);
    }
    make_older(*RocksdbBackend::open(options).value());
    disk.arm(n, LossyFileSystem::Trouble::kPowerLoss);
    if (auto backend = RocksdbBackend::open(options); backend.ok())
      (void)StoreCore::open(std::move(*backend), {}).ok();
    operations = n == 0 ? disk.operations() : operations;
    disk.crash(LossyFileSystem::Unsynced::kTorn, random);
    auto backend = RocksdbBackend::open(options);
    INFO("operation " << n << " of " << operations << ": " << backend.status().to_string());
    REQUIRE(backend.ok());
    const auto store = StoreCore::open(std::move(*backend), {}).value();
    REQUIRE(store->verify([](std::uint64_t, std::uint64_t) { return true; }).ok());
    REQUIRE(store->head()->state_root ==
            testkit::StoreModel::state_root(model.state(model.blocks() - 1)));
  }
}

TEST_CASE("store: a key without its record in the column keys is found and named", "[store]") {
  const auto memory = std::make_shared<MemoryBackend>();
  const auto store = StoreCore::open(std::make_unique<SharedBackend>(memory), {}).value();
  REQUIRE(testkit::commit_block(*store, 0, {{{"k", "v"}}, {}}).ok());
  const auto batch = memory->batch(Slot::kFirst);
  batch->remove(Column::kKeys, crypto::sha256("k").view());
  REQUIRE(memory->write(*batch, false).ok());
  const Status verified = store->verify([](std::uint64_t, std::uint64_t) { return true; });
  CHECK(verified.code() == Code::kDataLoss);
  CHECK(verified.message().find("key 6b cannot be found by its hash") != std::string::npos);
  const Status exported = store->snapshot(0).value()->export_range({}, 100).status();
  CHECK(exported.code() == Code::kDataLoss);
}

TEST_CASE("rocksdb store: an older format is not opened for reading only, and the text says why",
          "[store]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions options;
  options.directory = folder.path().string() + "/db";
  {
    auto backend = RocksdbBackend::open(options).value();
    make_older(*backend);
    const auto batch = backend->batch(Slot::kFirst);
    batch->put(Column::kMeta, kMetaChain, Hash().view());
    REQUIRE(backend->write(*batch, true).ok());
  }
  options.read_only = true;
  const auto refused = [](const Status& status) {
    INFO(status.to_string());
    CHECK(status.code() == Code::kFailedPrecondition);
    CHECK_FALSE(status.fault());
    CHECK(status.message().find("Start its node once with this version") != std::string::npos);
  };
  refused(StoreCore::open(RocksdbBackend::open(options).value(), {}).status());
  {
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, options.directory, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names)
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* database = nullptr;
    REQUIRE(rocksdb::DB::Open({}, options.directory, families, &handles, &database).ok());
    const std::unique_ptr<rocksdb::DB> owned(database);
    for (std::size_t i = 0; i < handles.size(); ++i) {
      if (names[i] == "keys")
        REQUIRE(database->DropColumnFamily(handles[i]).ok());
      REQUIRE(database->DestroyColumnFamilyHandle(handles[i]).ok());
    }
  }
  refused(RocksdbBackend::open(options).status());
}
