#include "rocksdb/history_filter.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "common/records.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;
using Decision = rocksdb::CompactionFilter::Decision;

namespace {

using Versions = std::map<Bytes, std::set<std::uint64_t>>; // heights by key

// What one pass over all of it leaves.
Versions filtered(const Versions& versions, std::uint64_t below) {
  HistoryFilters filters;
  filters.set_below(below);
  const auto filter = filters.CreateCompactionFilter({});
  std::map<Bytes, std::pair<Bytes, std::uint64_t>> rows;
  for (const auto& [key, heights] : versions) {
    for (const std::uint64_t height : heights)
      rows[history_key(key, height)] = {key, height};
  }
  Versions left;
  std::string unused;
  for (const auto& [row, version] : rows) {
    const Decision decision = filter->FilterV2(0, row, rocksdb::CompactionFilter::ValueType::kValue,
                                               "", &unused, &unused);
    if (decision == Decision::kKeep)
      left[version.first].insert(version.second);
    else
      CHECK(decision == Decision::kRemove);
  }
  return left;
}

constexpr std::size_t kKeys = 50;
constexpr std::uint64_t kHeights = 200;

Bytes key_of(std::size_t i) {
  return "key " + std::to_string(i) + Bytes(1, '\0'); // one that is escaped
}

std::unique_ptr<Backend> open(const testkit::TemporaryFolder& folder) {
  RocksdbOptions options;
  options.directory = (folder.path() / "db").string();
  options.write_buffer_bytes = 64u << 10;
  auto opened = RocksdbBackend::open(options);
  REQUIRE(opened.ok());
  return std::move(*opened);
}

// Every key at every height, enough for RocksDB to merge what was written first.
void write_versions(Backend& backend, Slot slot) {
  const Bytes value = encode_history(true, Bytes(400, '.'));
  for (std::uint64_t height = 0; height < kHeights; ++height) {
    const auto batch = backend.batch(slot);
    for (std::size_t i = 0; i < kKeys; ++i)
      batch->put(Column::kHistory, history_key(key_of(i), height), value);
    REQUIRE(backend.write(*batch, false).ok());
  }
}

Versions versions_in(const Backend& backend, Slot slot) {
  Versions found;
  const auto view = backend.view(slot);
  for (auto place = view->iterate(Column::kHistory, "", ""); place->valid(); place->next()) {
    Bytes key;
    std::uint64_t height = 0;
    REQUIRE(decode_history_key(place->key(), key, height));
    found[key].insert(height);
  }
  return found;
}

std::size_t count(const Versions& versions) {
  std::size_t sum = 0;
  for (const auto& [key, heights] : versions)
    sum += heights.size();
  return sum;
}

// Until RocksDB has merged files and has nothing left to do; false when it never does.
bool wait_for_merges(const Backend& backend) {
  for (int i = 0; i < 1000; ++i) {
    std::map<std::string, double> figures;
    for (const BackendFigure& figure : backend.figures())
      figures[figure.name] = figure.value;
    if (figures.at("compaction_read_bytes") > 0 && figures.at("compactions_running") == 0 &&
        figures.at("flushes_running") == 0)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

} // namespace

TEST_CASE("history filter: whoever may still read sees what was there, and no more is kept",
          "[store][prune]") {
  std::mt19937 random(3);
  for (int run = 0; run < 200; ++run) {
    Versions versions;
    for (int i = 0; i < 60; ++i) {
      Bytes key(1 + random() % 2, '\0');
      for (char& byte : key)
        byte = static_cast<char>(random() % 3);
      versions[key].insert(random() % 30);
    }
    const std::uint64_t oldest = random() % 30; // that is read
    const Versions left = filtered(versions, oldest + 1);
    for (const auto& [key, heights] : versions) {
      INFO("key " << to_hex(key) << ", read from " << oldest);
      std::set<std::uint64_t> expected(heights.lower_bound(oldest + 1), heights.end());
      if (const auto first_above = heights.upper_bound(oldest); first_above != heights.begin())
        expected.insert(*std::prev(first_above));
      CHECK(left.at(key) == expected);
    }
  }
}

TEST_CASE("history filter: there is none before it was said what may go", "[store][prune]") {
  HistoryFilters filters;
  CHECK(filters.CreateCompactionFilter({}) == nullptr);
  filters.set_below(1);
  CHECK(filters.CreateCompactionFilter({}) != nullptr);
}

TEST_CASE("history filter: what is no version stays", "[store][prune]") {
  HistoryFilters filters;
  filters.set_below(100);
  const auto filter = filters.CreateCompactionFilter({});
  std::string unused;
  for (const char* const key : {"", "short"}) {
    CHECK(filter->FilterV2(0, key, rocksdb::CompactionFilter::ValueType::kValue, "", &unused,
                           &unused) == Decision::kKeep);
  }
}

TEST_CASE("rocksdb backend: superseded versions go when files are merged, others stay",
          "[store][prune]") {
  constexpr std::uint64_t kOldest = 120;
  const testkit::TemporaryFolder folder;
  const auto backend = open(folder);
  REQUIRE(backend->forget_superseded(Slot::kFirst, kOldest).value());
  write_versions(*backend, Slot::kFirst);
  REQUIRE(wait_for_merges(*backend));
  const Versions left = versions_in(*backend, Slot::kFirst);
  CHECK(count(left) < kKeys * kHeights * 3 / 4);
  REQUIRE(left.size() == kKeys);
  for (const auto& [key, heights] : left) {
    for (std::uint64_t height = kOldest; height < kHeights; ++height)
      CHECK(heights.contains(height));
  }
}

TEST_CASE("rocksdb backend: nothing goes from a slot that was cleared for another state",
          "[store][prune]") {
  const testkit::TemporaryFolder folder;
  const auto backend = open(folder);
  REQUIRE(backend->forget_superseded(Slot::kSecond, kHeights).ok());
  REQUIRE(backend->forget_superseded(Slot::kFirst, kHeights).ok());
  const auto batch = backend->batch(Slot::kFirst);
  batch->clear(Slot::kSecond);
  REQUIRE(backend->write(*batch, true).ok());
  write_versions(*backend, Slot::kSecond);
  REQUIRE(wait_for_merges(*backend));
  CHECK(count(versions_in(*backend, Slot::kSecond)) == kKeys * kHeights);
}

TEST_CASE("rocksdb backend: a database that has lost what it may forget is refused",
          "[store][prune]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions options;
  options.directory = (folder.path() / "db").string();
  const auto write_horizon = [](Backend& backend, std::uint64_t oldest) {
    plugin::StoreHead head;
    head.empty = false;
    head.height = 20;
    const auto batch = backend.batch(Slot::kFirst);
    batch->put(Column::kMeta, kMetaHead, encode_head(head));
    batch->put(Column::kMeta, kMetaHorizon, encode_horizon({{oldest, oldest}, oldest}));
    REQUIRE(backend.write(*batch, true).ok());
  };
  {
    const auto backend = RocksdbBackend::open(options).value();
    write_horizon(*backend, 8);
    REQUIRE(backend->note_durable(20).ok());
    REQUIRE(backend->forget_superseded(Slot::kFirst, 7).ok());
    REQUIRE(backend->forget_superseded(Slot::kFirst, 8).ok());
    REQUIRE(backend->forget_superseded(Slot::kFirst, 3).ok()); // takes nothing back
  }
  {
    const auto backend = RocksdbBackend::open(options).value();
    write_horizon(*backend, 7);
  }
  for (const bool read_only : {true, false}) {
    options.read_only = read_only;
    const Status status = RocksdbBackend::open(options).status();
    INFO(status.to_string());
    CHECK(status.code() == Code::kDataLoss);
    CHECK(status.message().find("versions before block 8 were pruned, but the database in") !=
          std::string::npos);
    CHECK(status.message().find("begins at block 7") != std::string::npos);
  }
}

TEST_CASE("rocksdb backend: a state that takes the place of another may begin lower",
          "[store][prune]") {
  const testkit::TemporaryFolder folder;
  {
    const auto backend = open(folder);
    const auto batch = backend->batch(Slot::kFirst);
    batch->put(Column::kMeta, kMetaHorizon, encode_horizon({{8, 8}, 8}));
    REQUIRE(backend->write(*batch, true).ok());
    REQUIRE(backend->forget_superseded(Slot::kFirst, 8).ok());
    const auto other = backend->batch(Slot::kSecond);
    other->put(Column::kMeta, kMetaHorizon, encode_horizon({{5, 5}, 6}));
    other->clear(Slot::kFirst);
    REQUIRE(backend->write(*other, true).ok());
  }
  CHECK(open(folder) != nullptr);
}
