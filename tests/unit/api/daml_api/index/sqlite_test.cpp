#include "index/sqlite.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::daml_api::sqlite::test {

TEST_CASE("sqlite: what is rolled back is gone, what is committed stays", "[daml_api][index]") {
  const testkit::TemporaryFolder folder;
  auto opened = Connection::open(folder.path() / "file", Access::kCreate);
  REQUIRE(opened.ok());
  Connection& connection = **opened;
  REQUIRE(connection.execute("CREATE TABLE t(a INTEGER, b BLOB, c TEXT)").ok());
  auto insert = connection.statement("INSERT INTO t VALUES (?, ?, ?)");
  REQUIRE(insert.ok());
  {
    auto lost = Transaction::begin(connection, true);
    REQUIRE(lost.ok());
    REQUIRE((*insert)->execute(std::int64_t{1}, Blob{"x"}, std::string_view("y")).ok());
  }
  CHECK(*connection.integer("SELECT count(*) FROM t") == 0);
  {
    auto kept = Transaction::begin(connection, true);
    REQUIRE(kept.ok());
    REQUIRE((*insert)->execute(UINT64_MAX, Blob{std::string_view("\0z", 2)}, Null()).ok());
    REQUIRE((*insert)->execute(std::uint64_t{7}, Blob{""}, std::string_view()).ok());
    REQUIRE(kept->commit().ok());
  }
  auto select = connection.statement("SELECT a, b, c FROM t ORDER BY a");
  REQUIRE(select.ok());
  Rows rows = (*select)->run();
  REQUIRE(*rows.next());
  CHECK(rows.number(0) == 7);
  CHECK_FALSE(rows.is_null(1));
  CHECK(rows.bytes(1).empty());
  CHECK_FALSE(rows.is_null(2));
  REQUIRE(*rows.next());
  CHECK(rows.integer(0) == INT64_MAX);
  CHECK(rows.bytes(1) == std::string_view("\0z", 2));
  CHECK(rows.is_null(2));
  CHECK_FALSE(*rows.next());
}

TEST_CASE("sqlite: a reader sees what was committed before it began and does not wait",
          "[daml_api][index]") {
  const testkit::TemporaryFolder folder;
  auto writer = Connection::open(folder.path() / "file", Access::kCreate);
  REQUIRE(writer.ok());
  REQUIRE((*writer)->execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1)").ok());
  auto reader = Connection::open(folder.path() / "file", Access::kRead);
  REQUIRE(reader.ok());
  auto snapshot = Transaction::begin(**reader, false);
  REQUIRE(snapshot.ok());
  CHECK(*(*reader)->integer("SELECT count(*) FROM t") == 1);
  auto writing = Transaction::begin(**writer, true);
  REQUIRE(writing.ok());
  REQUIRE((*writer)->execute("INSERT INTO t VALUES (2)").ok());
  CHECK(*(*reader)->integer("SELECT count(*) FROM t") == 1);
  REQUIRE(writing->commit().ok());
  CHECK(*(*reader)->integer("SELECT count(*) FROM t") == 1);
  REQUIRE(snapshot->commit().ok());
  CHECK(*(*reader)->integer("SELECT count(*) FROM t") == 2);
  CHECK_FALSE((*reader)->execute("INSERT INTO t VALUES (3)").ok());
}

TEST_CASE("sqlite: a file that is no database is told apart from one that cannot be had",
          "[daml_api][index]") {
  const testkit::TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << std::string(10'000, 'x');
  const auto damaged = Connection::open(folder.path() / "file", Access::kWrite);
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.status().code() == Code::kDataLoss);
  const auto missing = Connection::open(folder.path() / "none", Access::kWrite);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.status().code() == Code::kUnavailable);
}

} // namespace tenon::daml_api::sqlite::test
