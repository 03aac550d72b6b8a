#include "common/store_scrub.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <thread>

#include "common/memory_backend.hpp"
#include "rocksdb/file_check.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/store_model.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

StoreOptions scrubbed(std::uint64_t bytes_per_second) {
  StoreOptions options;
  options.flush_blocks = 4;
  options.scrub_bytes_per_second = bytes_per_second;
  return options;
}

void commit(plugin::Store& store, testkit::StoreModel& model, std::mt19937& random,
            std::size_t blocks, std::size_t value_bytes = 0) {
  for (std::size_t i = 0; i < blocks; ++i) {
    auto block = testkit::random_block(random, 20, 40);
    for (auto& [key, value] : block.state) {
      if (value)
        value->resize(value->size() + value_bytes, '.');
    }
    REQUIRE(testkit::commit_block(store, model.blocks(), block).ok());
    model.commit(block);
  }
}

// One cycle to its end, or to what it finds; the bytes it looked at.
Result<std::uint64_t> scrub_all(plugin::Store& store, std::uint64_t random) {
  std::uint64_t bytes = 0;
  std::uint64_t before = UINT64_MAX;
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const plugin::StoreScrub piece, store.scrub(random));
    bytes += piece.bytes;
    if (before == UINT64_MAX)
      before = piece.cycles;
    if (piece.cycles != before)
      return bytes;
  }
}

struct Record {
  Column column;
  Bytes key;
  Bytes value;
};

std::vector<Record> records_of(const Backend& backend, Column column) {
  std::vector<Record> records;
  const auto view = backend.view(Slot::kFirst);
  for (auto place = view->iterate(column, "", ""); place->valid(); place->next())
    records.push_back({column, Bytes(place->key()), Bytes(place->value())});
  return records;
}

void overwrite(Backend& backend, const Record& record, const std::optional<Bytes>& value) {
  const auto batch = backend.batch(Slot::kFirst);
  if (value)
    batch->put(record.column, record.key, *value);
  else
    batch->remove(record.column, record.key);
  REQUIRE(backend.write(*batch, false).ok());
}

// Views of it count as fixed: nobody writes but the test, and a damaged record is not made good by
// another one, as where it may have changed meanwhile.
class StillBackend final : public Backend {
public:
  explicit StillBackend(std::shared_ptr<MemoryBackend> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] bool durable() const override { return true; }
  [[nodiscard]] std::shared_ptr<const BackendView> view(Slot slot) const override {
    return std::make_shared<View>(inner_->view(slot));
  }
  [[nodiscard]] std::unique_ptr<Batch> batch(Slot slot) const override {
    return inner_->batch(slot);
  }
  [[nodiscard]] Status write(Batch& batch, bool sync) override {
    return inner_->write(batch, sync);
  }
  [[nodiscard]] Status verify() const override { return {}; }

private:
  class View final : public BackendView {
  public:
    explicit View(std::shared_ptr<const BackendView> inner) : inner_(std::move(inner)) {}
    [[nodiscard]] bool fixed() const override { return true; }
    [[nodiscard]] Result<std::optional<Bytes>> get(Column column, BytesView key) const override {
      return inner_->get(column, key);
    }
    [[nodiscard]] std::unique_ptr<BackendIterator> iterate(Column column, BytesView begin,
                                                           BytesView end) const override {
      return inner_->iterate(column, begin, end);
    }

  private:
    std::shared_ptr<const BackendView> inner_;
  };

  std::shared_ptr<MemoryBackend> inner_;
};

struct ScrubbedLedger {
  std::shared_ptr<MemoryBackend> memory = std::make_shared<MemoryBackend>();
  std::unique_ptr<StoreCore> store;
  testkit::StoreModel model;
  std::mt19937 random{21};

  ScrubbedLedger() {
    store = StoreCore::open(std::make_unique<StillBackend>(memory), scrubbed(1)).value();
    commit(*store, model, random, 25);
  }
  void check_finds(const Record& record, const std::optional<Bytes>& damaged) {
    overwrite(*memory, record, damaged);
    const auto found = scrub_all(*store, random());
    INFO(kColumnNames[static_cast<std::size_t>(record.column)]
         << (damaged ? " flipped" : " removed") << ": " << found.status().to_string());
    CHECK(found.status().code() == Code::kDataLoss);
    CHECK(found.status().fault());
    overwrite(*memory, record, record.value);
    REQUIRE(scrub_all(*store, random()).ok());
  }
};

std::string flipped(std::string bytes, std::size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  return bytes;
}

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_whole(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << bytes;
  REQUIRE(out.good());
}

// A database with tables on disk, open for reading: RocksDB merges none of them meanwhile.
struct TableLedger {
  testkit::TemporaryFolder folder;
  RocksdbOptions database;
  testkit::StoreModel model;
  std::mt19937 random{5};
  std::unique_ptr<StoreCore> store;

  TableLedger() {
    database.directory = (folder.path() / "db").string();
    for (int life = 0; life < 3; ++life) {
      store.reset();
      store = StoreCore::open(RocksdbBackend::open(database).value(), scrubbed(1)).value();
      commit(*store, model, random, 10);
    }
    store.reset();
    database.read_only = true;
    store = StoreCore::open(RocksdbBackend::open(database).value(), scrubbed(1)).value();
  }
  [[nodiscard]] std::vector<std::filesystem::path> tables() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(database.directory)) {
      if (entry.path().extension() == ".sst")
        found.push_back(entry.path());
    }
    return found;
  }
};

} // namespace

TEST_CASE("scrub: every flipped or missing record is found within one cycle", "[store][scrub]") {
  ScrubbedLedger ledger;
  std::size_t records = 0;
  for (const Column column :
       {Column::kBlocks, Column::kLatest, Column::kHistory, Column::kChanges, Column::kKeys}) {
    for (const Record& record : records_of(*ledger.memory, column)) {
      // The oldest version may be pruned at any time, and the first change record with it.
      const bool may_go = column == Column::kChanges && record.key == height_key(0);
      ledger.check_finds(record, flipped(record.value, record.value.size() - 1));
      if (!may_go)
        ledger.check_finds(record, std::nullopt);
      ++records;
    }
  }
  CHECK(records > 25 * plugin::kBlockParts + 2 * ledger.model.state(24).size());
}

TEST_CASE("scrub: a cycle looks at every entry, part and version once", "[store][scrub]") {
  ScrubbedLedger ledger;
  std::uint64_t expected = 0;
  for (const auto& [key, entry] : ledger.model.state(24))
    expected += key.size() + entry.size();
  for (std::uint64_t height = 0; height < ledger.model.blocks(); ++height) {
    for (std::size_t part = 0; part < plugin::kBlockParts; ++part)
      expected += testkit::ModelLog(height).part(part).size();
  }
  for (const Record& record : records_of(*ledger.memory, Column::kChanges))
    expected += record.value.size();
  for (const Record& record : records_of(*ledger.memory, Column::kHistory)) {
    Bytes key;
    std::uint64_t height = 0;
    REQUIRE(decode_history_key(record.key, key, height));
    expected += key.size() + record.value.size();
  }
  for (int cycle = 0; cycle < 3; ++cycle) {
    const auto bytes = scrub_all(*ledger.store, ledger.random());
    REQUIRE(bytes.ok());
    CHECK(*bytes > expected); // ranges have sizes and proofs on top
    CHECK(*bytes < expected + 4096);
  }
}

TEST_CASE("scrub: the pace is the configured one, and none is no scrubbing", "[store][scrub]") {
  testkit::StoreModel model;
  std::mt19937 random(3);
  const auto store = StoreCore::open(std::make_unique<MemoryBackend>(), scrubbed(2000)).value();
  CHECK(store->scrub(1)->bytes == 0); // nothing is there
  CHECK(store->scrub(1)->wait_ms > 0);
  commit(*store, model, random, 10);
  for (int i = 0; i < 10; ++i) {
    const auto piece = store->scrub(1);
    REQUIRE(piece.ok());
    if (piece->bytes > 0)
      CHECK(piece->wait_ms == piece->bytes / 2);
  }
  const auto without = StoreCore::open(std::make_unique<MemoryBackend>(), scrubbed(0)).value();
  testkit::StoreModel other;
  commit(*without, other, random, 10);
  CHECK(without->scrub(1)->bytes == 0);
  CHECK(without->scrub(1)->wait_ms == 0);
}

// Merged all the time, tables lose superseded versions under the eyes of the scrub.
TEST_CASE("scrub: nothing is found while blocks are committed and pruned beside it",
          "[store][scrub]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions database;
  database.directory = (folder.path() / "db").string();
  database.write_buffer_bytes = 64u << 10;
  database.level0_files = 2;
  for (const bool on_disk : {false, true}) {
    std::unique_ptr<Backend> backend = std::make_unique<MemoryBackend>();
    if (on_disk)
      backend = RocksdbBackend::open(database).value();
    const auto store = StoreCore::open(std::move(backend), scrubbed(1)).value();
    testkit::StoreModel model;
    std::mt19937 random(9);
    commit(*store, model, random, 5);
    std::atomic<bool> done = false;
    Status found;
    std::thread scrubbing([&] {
      for (std::uint64_t place = 1; !done && found.ok(); place *= 3)
        found = scrub_all(*store, place).status();
    });
    for (int round = 0; round < 40; ++round) {
      commit(*store, model, random, 6, 600);
      CHECK(store->prune(model.blocks() - 4).ok());
    }
    done = true;
    scrubbing.join();
    INFO(found.to_string());
    CHECK(found.ok());
    CHECK(scrub_all(*store, 7).ok());
  }
}

// As a backend may drop it before its change record is pruned.
TEST_CASE("scrub: a version of a block below the oldest version may be gone, another may not",
          "[store][scrub]") {
  const auto memory = std::make_shared<MemoryBackend>();
  StoreOptions options = scrubbed(1);
  options.flush_blocks = 1000; // all change records are kept
  const auto store = StoreCore::open(std::make_unique<StillBackend>(memory), options).value();
  testkit::StoreModel model;
  std::mt19937 random(17);
  commit(*store, model, random, 25);
  REQUIRE(store->prune(20).ok());
  for (const Record& version : records_of(*memory, Column::kHistory)) {
    Bytes key;
    std::uint64_t height = 0;
    REQUIRE(decode_history_key(version.key, key, height));
    overwrite(*memory, version, std::nullopt);
    const auto found = scrub_all(*store, random());
    INFO("block " << height << ": " << found.status().to_string());
    CHECK(found.status().code() == (height < 20 ? Code::kOk : Code::kDataLoss));
    overwrite(*memory, version, version.value);
    REQUIRE(scrub_all(*store, random()).ok()); // to the end of the cycle
  }
}

TEST_CASE("scrub: a state that was taken over is looked through like any other",
          "[store][scrub]") {
  ScrubbedLedger ledger;
  const plugin::StoreHead head = ledger.store->head().value();
  const auto copy = StoreCore::open(std::make_unique<MemoryBackend>(), scrubbed(1)).value();
  testkit::StoreModel old;
  commit(*copy, old, ledger.random, 3);
  REQUIRE(copy->scrub(1).ok()); // half-way through the old one
  REQUIRE(copy->import_begin({head.height, head.block_id, head.result_hash, head.state_root}).ok());
  const auto snapshot = ledger.store->snapshot(head.height).value();
  REQUIRE(copy->import_range(snapshot->export_range(Hash(), UINT64_MAX).value()).ok());
  const testkit::ModelLog log(head.height);
  const std::vector<plugin::StoreBlock> blocks = {log.block()};
  REQUIRE(copy->import_finish(blocks).ok());
  REQUIRE(copy->put_index({}, true).ok());
  CHECK(scrub_all(*copy, 1).ok());
  CHECK(scrub_all(*copy, 1).ok());
}

TEST_CASE("scrub: a flipped bit anywhere in a table is found, though nobody reads it",
          "[store][scrub]") {
  TableLedger ledger;
  const auto tables = ledger.tables();
  REQUIRE(tables.size() > 3);
  REQUIRE(scrub_all(*ledger.store, 1).ok());
  std::uint64_t place = 0;
  for (const std::filesystem::path& table : tables) {
    const std::string whole = read_whole(table);
    for (std::size_t at = 0; at < whole.size(); at += whole.size() / 6 + 1) {
      write_whole(table, flipped(whole, at));
      const auto found = scrub_all(*ledger.store, ++place);
      INFO(table << " at " << at << ": " << found.status().to_string());
      CHECK(found.status().code() == Code::kDataLoss);
      write_whole(table, whole);
      REQUIRE(scrub_all(*ledger.store, ++place).ok());
    }
  }
}

TEST_CASE("scrub: a table that was merged away is left out, one that somebody removed is found",
          "[store][scrub]") {
  const testkit::TemporaryFolder folder;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.disable_auto_compactions = true;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, (folder.path() / "db").string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  for (int table = 0; table < 3; ++table) {
    for (int key = 0; key < 10; ++key)
      REQUIRE(database->Put({}, std::to_string(key), std::string(1000, 'x')).ok());
    REQUIRE(database->Flush({}).ok());
  }
  TableFileCheck merged(*database, 0);
  REQUIRE(merged.check(10).value() == 10);
  REQUIRE(database->CompactRange({}, nullptr, nullptr).ok());
  while (true) {
    const auto read = merged.check(100);
    REQUIRE(read.ok());
    if (*read == 0)
      break;
  }
  TableFileCheck removed(*database, 0);
  std::vector<rocksdb::LiveFileMetaData> files;
  database->GetLiveFilesMetaData(&files);
  REQUIRE(files.size() == 1);
  std::filesystem::remove(database->GetName() + files[0].name);
  const auto found = removed.check(100);
  CHECK(found.status().code() == Code::kDataLoss);
  CHECK(found.status().message().find("cannot be opened") != std::string::npos);
}
