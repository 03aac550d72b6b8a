#include "index/sqlite.hpp"

#include <sqlite3.h>

namespace tenon::daml_api::sqlite {

namespace {

constexpr int kBusyTimeoutMs = 10'000;

Status failure_of(sqlite3* database, int code) {
  const std::string reason = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  switch (code & 0xff) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return data_loss("the database is damaged: " + reason);
  case SQLITE_FULL:
    return Status::make_fault(Code::kResourceExhausted, "the disk is full: " + reason);
  case SQLITE_READONLY:
    return Status::make_fault(Code::kUnavailable, "the database cannot be written: " + reason);
  default:
    return Status::make_fault(Code::kUnavailable, "the database failed: " + reason);
  }
}

} // namespace

Rows::~Rows() {
  if (statement_ == nullptr)
    return;
  sqlite3_reset(statement_);
  // Parameters are borrowed: what is not bound again must not point at what is gone.
  sqlite3_clear_bindings(statement_);
}

Result<bool> Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW)
    return true;
  if (code == SQLITE_DONE)
    return false;
  return failure_of(sqlite3_db_handle(statement_), code);
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Rows::number(int column) const {
  return static_cast<std::uint64_t>(integer(column));
}

std::string_view Rows::bytes(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), data == nullptr ? 0 : static_cast<std::size_t>(size)};
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

// A parameter that cannot be bound is a bug or a lack of memory; the statement then fails, or does
// nothing to a column that must not be null.
void Statement::bind(int place, std::int64_t value) {
  sqlite3_bind_int64(statement_, place, value);
}

void Statement::bind(int place, std::string_view text) {
  sqlite3_bind_text64(statement_, place, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int place, Blob blob) {
  // Without an address it would be NULL, not an empty byte string.
  const char* const data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  sqlite3_bind_blob64(statement_, place, data, blob.bytes.size(), SQLITE_STATIC);
}

void Statement::bind(int place, Null) {
  sqlite3_bind_null(statement_, place);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     Access access) {
  // Readers open for writing too: in WAL mode they take part in the shared index of the log.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::kCreate)
    flags |= SQLITE_OPEN_CREATE;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK)
    return failure_of(database, code).with_context(file.string());
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  if (access == Access::kRead) {
    TENON_RETURN_IF_ERROR(connection->execute("PRAGMA query_only = 1"));
  } else {
    TENON_RETURN_IF_ERROR(
        connection->execute("PRAGMA journal_mode = WAL").with_context(file.string()));
  }
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close(database_);
}

Status Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? ok_status() : failure_of(database_, code);
}

Result<Statement*> Connection::statement(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end())
    return known->second.get();
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK)
    return failure_of(database_, code);
  return statements_.emplace(sql, std::make_unique<Statement>(prepared)).first->second.get();
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
  TENON_ASSIGN_OR_RETURN(Statement* const asked, statement(sql));
  Rows rows = asked->run();
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  return there ? rows.integer(0) : 0;
}

Result<Transaction> Transaction::begin(Connection& connection, bool write) {
  TENON_RETURN_IF_ERROR(connection.execute(write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // After a failure SQLite may have rolled back by itself; a second time does no harm.
  if (connection_ != nullptr)
    (void)connection_->execute("ROLLBACK");
}

Status Transaction::commit() {
  TENON_RETURN_IF_ERROR(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

} // namespace tenon::daml_api::sqlite
