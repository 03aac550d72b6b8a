// What a store tells of itself, each number against one that is counted here.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/store_model.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "unit/store/shared_backend.hpp"

using namespace tenon;
using namespace tenon::store;
using nlohmann::json;

namespace {

constexpr auto go_on = [](std::uint64_t, std::uint64_t) { return true; };

const json& column_of(const json& description, const std::string& name, const std::string& of) {
  for (const json& column : description["columns"]) {
    if (column["column"] == name && column["of"] == of)
      return column;
  }
  FAIL("no column " << name << " of " << of);
  std::abort();
}

// Counts what it is told; its clock goes on by one microsecond whenever it is read.
class CountingMeter final : public StoreMeter {
public:
  struct Sum {
    std::uint64_t times = 0;
    std::uint64_t items = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] std::uint64_t now_us() const override { return ++now_us_; }
  void did(Work work, std::uint64_t took_us, std::uint64_t items, std::uint64_t bytes) override {
    CHECK(took_us > 0);
    Sum& sum = sums[static_cast<std::size_t>(work)];
    ++sum.times;
    sum.items += items;
    sum.bytes += bytes;
  }
  [[nodiscard]] const Sum& of(Work work) const { return sums[static_cast<std::size_t>(work)]; }

  std::array<Sum, kWorkNames.size()> sums;

private:
  mutable std::uint64_t now_us_ = 0;
};

struct CountedLedger {
  std::shared_ptr<MemoryBackend> memory = std::make_shared<MemoryBackend>();
  CountingMeter meter;
  std::unique_ptr<StoreCore> store;
  std::vector<testkit::ModelBlock> blocks;
  testkit::StoreModel model;
  std::mt19937 random{17};

  explicit CountedLedger(std::uint64_t flush_blocks) {
    StoreOptions options;
    options.flush_blocks = flush_blocks;
    options.meter = &meter;
    store = StoreCore::open(std::make_unique<SharedBackend>(memory), options).value();
  }
  void commit(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      blocks.push_back(testkit::random_block(random, 30, 60));
      REQUIRE(testkit::commit_block(*store, model.blocks(), blocks.back()).ok());
      model.commit(blocks.back());
    }
  }
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> counted(Column column) const {
    std::pair<std::uint64_t, std::uint64_t> sum;
    const auto view = memory->view(Slot::kFirst);
    for (auto place = view->iterate(column, "", ""); place->valid(); place->next()) {
      ++sum.first;
      sum.second += place->key().size() + place->value().size();
    }
    return sum;
  }
  [[nodiscard]] json described(bool whole) const {
    return json::parse(store->describe(whole, go_on).value());
  }
};

} // namespace

TEST_CASE("describe: entries and bytes of every column are those that are there",
          "[store][describe]") {
  CountedLedger ledger(7);
  ledger.commit(20);
  const json whole = ledger.described(true);
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto [entries, bytes] = ledger.counted(static_cast<Column>(i));
    const json& column = column_of(whole, kColumnNames[i], "state");
    CHECK(column["entries"] == entries);
    CHECK(column["bytes"] == bytes);
  }
  CHECK(column_of(whole, "latest", "state")["entries"] == ledger.model.state(19).size());
  CHECK(column_of(whole, "blocks", "state")["entries"] == 20 * plugin::kBlockParts);
  CHECK(column_of(whole, "latest", "import")["entries"] == 0);
  CHECK_FALSE(column_of(ledger.described(false), "latest", "state").contains("entries"));
}

TEST_CASE("describe: head, horizon, pages behind and an import under way", "[store][describe]") {
  CountedLedger ledger(8);
  CHECK(ledger.described(false)["head"].is_null());
  ledger.commit(20);
  const plugin::StoreHead head = ledger.store->head().value();
  json found = ledger.described(false);
  CHECK(found["format"] == kFormatVersion);
  CHECK(found["head"]["height"] == "19");
  CHECK(found["head"]["state_root"] == to_hex(head.state_root.view()));
  CHECK(found["head"]["block_id"] == to_hex(head.block_id.view()));
  CHECK(found["oldest_block"] == "0");
  CHECK(found["pages_height"] == "16"); // with blocks 0, 8, 16
  CHECK(found["pages_behind"] == 3);
  CHECK(found["import"].is_null());
  REQUIRE(ledger.store->prune(12).ok());
  REQUIRE(ledger.store->import_begin({30, Hash(), Hash(), head.state_root}).ok());
  found = ledger.described(false);
  CHECK(found["oldest_block"] == "12");
  CHECK(found["oldest_version"] == "12");
  CHECK(found["oldest_changes"] == "13");
  CHECK(found["import"]["height"] == "30");
  CHECK(found["import"]["missing_spans"] == 1);
}

TEST_CASE("describe: the tree's levels add up to its leaves and pages", "[store][describe]") {
  CountedLedger ledger(1);
  ledger.commit(40);
  const json tree = ledger.described(true)["tree"];
  std::uint64_t pages = 0;
  std::uint64_t leaves = 0;
  double children = 0;
  for (std::size_t depth = 0; depth < tree.size(); ++depth) {
    CHECK(tree[depth]["depth"] == depth);
    pages += tree[depth]["pages"].get<std::uint64_t>();
    leaves += tree[depth]["leaves"].get<std::uint64_t>();
    children += tree[depth]["mean_children"].get<double>() * tree[depth]["pages"].get<double>();
  }
  CHECK(tree[0]["pages"] == 1);
  CHECK(pages == ledger.counted(Column::kNodes).first);
  CHECK(leaves == ledger.model.state(39).size());
  // Every page but the root is somebody's child, and so is every leaf.
  CHECK(children == Approx(static_cast<double>(leaves + pages - 1)));
}

TEST_CASE("describe: a database's tables are those in its folder", "[store][describe]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions database;
  database.directory = (folder.path() / "db").string();
  testkit::StoreModel model;
  std::mt19937 random(2);
  std::unique_ptr<StoreCore> store;
  const auto open = [&] {
    store.reset();
    store = StoreCore::open(RocksdbBackend::open(database).value(), {}).value();
  };
  for (int life = 0; life < 2; ++life) {
    open();
    for (int i = 0; i < 5; ++i) {
      const auto block = testkit::random_block(random, 30, 60);
      REQUIRE(testkit::commit_block(*store, model.blocks(), block, true).ok());
      model.commit(block);
    }
  }
  const json running = json::parse(store->describe(false, go_on).value())["figures"];
  CHECK(running["log_syncs"] == 5);
  CHECK(running["log_written_bytes"].get<double>() > 0);
  CHECK(running["memtable_bytes"].get<double>() > 0);
  CHECK(running["tree_bytes"].get<double>() > 0);
  database.read_only = true; // nothing is merged behind the test's back
  open();
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(database.directory)) {
    if (entry.path().extension() != ".sst")
      continue;
    ++files;
    bytes += entry.file_size();
  }
  const json found = json::parse(store->describe(false, go_on).value());
  std::uint64_t told_files = 0;
  std::uint64_t told_bytes = 0;
  for (const json& column : found["columns"]) {
    told_files += column["files"].get<std::uint64_t>();
    told_bytes += column["file_bytes"].get<std::uint64_t>();
    for (const json& level : column["levels"])
      CHECK(level["files"].get<std::uint64_t>() > 0);
  }
  REQUIRE(files > 0);
  CHECK(told_files == files);
  CHECK(told_bytes == bytes);
  CHECK(found["figures"]["table_files"] == files);
  CHECK(found["figures"]["table_bytes"] == bytes);
}

TEST_CASE("meter: each stage of a block is told with its keys, pages and bytes",
          "[store][describe]") {
  CountedLedger ledger(5);
  ledger.commit(11);
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
  for (const testkit::ModelBlock& block : ledger.blocks) {
    keys += block.state.size();
    for (const auto& [key, entry] : block.state)
      bytes += key.size() + (entry ? entry->size() : 0);
  }
  CHECK(ledger.meter.of(Work::kHash).times == 11);
  CHECK(ledger.meter.of(Work::kHash).items == keys);
  CHECK(ledger.meter.of(Work::kHash).bytes == bytes);
  CHECK(ledger.meter.of(Work::kTree).times == 11);
  CHECK(ledger.meter.of(Work::kTree).items == keys);
  CHECK(ledger.meter.of(Work::kBatch).items == keys);
  CHECK(ledger.meter.of(Work::kBatch).bytes == bytes);
  CHECK(ledger.meter.of(Work::kWrite).items == 11);
  CHECK(ledger.meter.of(Work::kSync).items == 0);
  CHECK(ledger.meter.of(Work::kPages).times == 3); // with blocks 0, 5, 10
  const auto snapshot = ledger.store->snapshot(plugin::kHeadHeight).value();
  const std::vector<BytesView> asked = {"key 1", "key 2", "none"};
  const auto proofs = snapshot->prove(asked).value();
  CHECK(ledger.meter.of(Work::kProve).items == 3);
  CHECK(ledger.meter.of(Work::kProve).bytes ==
        proofs[0].size() + proofs[1].size() + proofs[2].size());
  const Bytes together = snapshot->prove_many(asked).value();
  CHECK(ledger.meter.of(Work::kProve).items == 6);
  const Bytes range = snapshot->export_range(Hash(), 1 << 20).value();
  CHECK(ledger.meter.of(Work::kExport).items == 1);
  CHECK(ledger.meter.of(Work::kExport).bytes == range.size());
  std::uint64_t pruned_bytes = 0;
  const auto view = ledger.memory->view(Slot::kFirst);
  for (std::uint64_t height = 0; height <= 6; ++height)
    pruned_bytes += view->get(Column::kChanges, height_key(height)).value()->size();
  REQUIRE(ledger.store->prune(6).ok());
  CHECK(ledger.meter.of(Work::kPrune).items == 7);
  CHECK(ledger.meter.of(Work::kPrune).bytes == pruned_bytes);
}

TEST_CASE("meter: a flush writes the pages that it tells of", "[store][describe]") {
  CountedLedger ledger(1'000'000);
  ledger.commit(1); // with pages, and all of them new
  const auto [pages, bytes] = ledger.counted(Column::kNodes);
  std::uint64_t keys = 0;
  const auto view = ledger.memory->view(Slot::kFirst);
  for (auto place = view->iterate(Column::kNodes, "", ""); place->valid(); place->next())
    keys += place->key().size();
  CHECK(ledger.meter.of(Work::kPages).items == pages);
  CHECK(ledger.meter.of(Work::kPages).bytes == bytes - keys);
}
