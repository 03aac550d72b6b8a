#include <catch2/catch.hpp>

#include <filesystem>

#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

Status write_rows(Backend& backend, const Bytes& prefix) {
  const auto bulk = backend.bulk(Slot::kSecond);
  for (const Column column : {Column::kKeys, Column::kLatest}) {
    for (char last = 'a'; last <= 'z'; ++last)
      TENON_RETURN_IF_ERROR(bulk->put(column, prefix + last, prefix));
  }
  return bulk->finish();
}

Status expect_rows(const Backend& backend, const Bytes& prefix) {
  const auto view = backend.view(Slot::kSecond);
  for (const Column column : {Column::kKeys, Column::kLatest}) {
    TENON_ASSIGN_OR_RETURN(const auto value, view->get(column, prefix + "m"));
    if (value != prefix)
      return data_loss("a row of a bulk is missing");
  }
  return backend.verify();
}

} // namespace

TEST_CASE("rocksdb store: rows in bulk are there at once and after a restart", "[store][bulk]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions options;
  options.directory = (folder.path() / "db").string();
  {
    const auto backend = RocksdbBackend::open(options).value();
    REQUIRE(write_rows(*backend, "first ").ok());
    REQUIRE(write_rows(*backend, "second ").ok());
    REQUIRE(backend->bulk(Slot::kSecond)->finish().ok()); // nothing
    CHECK(expect_rows(*backend, "first ").ok());
    CHECK(backend->bulk(Slot::kSecond)->put(Column::kKeys, "b", "").ok());
  }
  const auto backend = RocksdbBackend::open(options).value();
  CHECK(expect_rows(*backend, "first ").ok());
  CHECK(expect_rows(*backend, "second ").ok());
  CHECK_FALSE(*backend->view(Slot::kSecond)->get(Column::kKeys, "b"));
}

// After a crash, a file has both the name under which it was made and the one that the database
// gave it.
TEST_CASE("rocksdb store: a file that a crash left under two names is not written over",
          "[store][bulk]") {
  const testkit::TemporaryFolder folder;
  RocksdbOptions options;
  options.directory = (folder.path() / "db").string();
  const auto backend = RocksdbBackend::open(options).value();
  REQUIRE(write_rows(*backend, "first ").ok());
  std::filesystem::path table;
  for (const auto& file : std::filesystem::directory_iterator(options.directory)) {
    if (file.path().extension() == ".sst")
      table = file.path();
  }
  REQUIRE_FALSE(table.empty());
  for (const char* name : {"latest.2.import", "keys.2.import"})
    std::filesystem::create_hard_link(table, std::filesystem::path(options.directory) / name);
  REQUIRE(write_rows(*backend, "second ").ok());
  CHECK(expect_rows(*backend, "first ").ok());
  CHECK(expect_rows(*backend, "second ").ok());
}
