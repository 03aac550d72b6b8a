// What every backend does alike.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "common/memory_backend.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

using Rows = std::map<Bytes, Bytes>;

Bytes random_key(std::mt19937& random) {
  Bytes key(1 + random() % 3, '\0');
  for (char& byte : key)
    byte = static_cast<char>('a' + random() % 6);
  return key;
}

// In some batches, over rows and removals of batches before.
void write_rows(Backend& backend, std::mt19937& random, Rows& rows) {
  for (int round = 0; round < 40; ++round) {
    const auto batch = backend.batch(Slot::kFirst);
    for (int i = 0; i < 20; ++i) {
      const Bytes key = random_key(random);
      if (random() % 3 == 0) {
        batch->remove(Column::kHistory, key);
        rows.erase(key);
      } else {
        batch->put(Column::kHistory, key, std::to_string(round));
        rows[key] = std::to_string(round);
      }
    }
    REQUIRE(backend.write(*batch, false).ok());
  }
}

Rows rest_of(BackendIterator& place) {
  Rows rows;
  for (; place.valid(); place.next())
    rows.emplace(place.key(), place.value());
  CHECK(place.status().ok());
  return rows;
}

void expect_ranges(const Backend& backend, std::mt19937& random, const Rows& rows) {
  const auto view = backend.view(Slot::kFirst);
  for (int i = 0; i < 2000; ++i) {
    const Bytes begin = random_key(random);
    const Bytes end = random_key(random);
    INFO("from " << begin << " to " << end);
    const Rows expected =
        begin < end ? Rows(rows.lower_bound(begin), rows.lower_bound(end)) : Rows();
    CHECK(rest_of(*view->iterate(Column::kHistory, begin, end)) == expected);
  }
}

} // namespace

TEST_CASE("memory backend: an iterator sees all of its range and nothing else", "[store]") {
  MemoryBackend backend;
  std::mt19937 random(5);
  Rows rows;
  write_rows(backend, random, rows);
  expect_ranges(backend, random, rows);
}

// What was in the log is in a table once the database has been opened again.
TEST_CASE("rocksdb backend: an iterator sees all of its range and nothing else", "[store]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions options;
  options.directory = (folder.path() / "db").string();
  std::mt19937 random(6);
  Rows rows;
  for (int life = 0; life < 3; ++life) {
    const auto backend = RocksdbBackend::open(options).value();
    write_rows(*backend, random, rows);
    expect_ranges(*backend, random, rows);
  }
}
