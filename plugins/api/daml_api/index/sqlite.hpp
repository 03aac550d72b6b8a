// An SQLite database, with statuses for its failures. A Connection, and whatever was made of it, is
// used by one thread at a time.
//
//   TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find, connection.statement("SELECT …"));
//   sqlite::Rows rows = find->run(party, offset);
//   for (;;) {
//     TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
//     …
//
// Failures: DATA_LOSS when the file is no intact database, RESOURCE_EXHAUSTED when the disk is
// full, else UNAVAILABLE; all of them faults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tenon/core/status.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tenon::daml_api::sqlite {

enum class Access : std::uint8_t { kRead, kWrite, kCreate };

// SQLite's integers have a sign; offsets beyond that do not occur, and sort behind all others here.
[[nodiscard]] constexpr std::int64_t to_sql(std::uint64_t number) {
  constexpr std::uint64_t kMost = INT64_MAX;
  return static_cast<std::int64_t>(number < kMost ? number : kMost);
}

// The result of a statement, row by row. The statement is ready for its next run afterwards.
class Rows {
public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  // True: a row is there, until the next call.
  [[nodiscard]] Result<bool> next();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t number(int column) const; // of what to_sql() wrote
  [[nodiscard]] std::string_view bytes(int column) const; // texts too; valid until next()

private:
  sqlite3_stmt* statement_;
};

// Null where it is a parameter.
struct Null {};
// A byte string where it is a parameter; plain string views are texts.
struct Blob {
  std::string_view bytes;
};

class Statement {
public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Begins anew with these parameters, which must stay until the rows are gone: std::int64_t,
  // std::uint64_t, std::string_view, Blob, Null.
  template <typename... Parameters> [[nodiscard]] Rows run(const Parameters&... parameters) {
    int place = 0;
    (bind(++place, parameters), ...);
    return Rows(statement_);
  }
  // Of a statement without result.
  template <typename... Parameters> Status execute(const Parameters&... parameters) {
    return run(parameters...).next().status();
  }

private:
  void bind(int place, std::int64_t value);
  void bind(int place, std::uint64_t value) { bind(place, to_sql(value)); }
  void bind(int place, std::string_view text);
  void bind(int place, Blob blob);
  void bind(int place, Null);

  sqlite3_stmt* statement_;
};

class Connection {
public:
  // In WAL mode, so that readers and the one writer do not wait for each other.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // One or more statements without result.
  Status execute(const std::string& sql);
  // Prepared at the first call with this text and kept; not while rows of it are there.
  [[nodiscard]] Result<Statement*> statement(std::string_view sql);
  // The one integer that the statement gives.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql);

private:
  explicit Connection(sqlite3* database) : database_(database) {}

  sqlite3* database_;
  std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;
};

// BEGIN when made, ROLLBACK when destroyed without commit().
class Transaction {
public:
  // `write`: takes the lock of the writer at once.
  static Result<Transaction> begin(Connection& connection, bool write);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;
};

} // namespace tenon::daml_api::sqlite
