#include "index/database.hpp"

#include <fstream>
#include <system_error>

#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index {

namespace {

constexpr int kCheckpointPages = 8192; // of 4 KiB

constexpr std::int64_t kFormat = 2;
constexpr const char* kFileName = "ledger_index.sqlite";

constexpr const char* kSchema = R"(
CREATE TABLE state(
  id INTEGER PRIMARY KEY CHECK (id = 1), chain BLOB NOT NULL, engine TEXT NOT NULL,
  began_at INTEGER NOT NULL DEFAULT 0, pruned INTEGER NOT NULL DEFAULT 0,
  divulgence_pruned INTEGER NOT NULL DEFAULT 0, divulgence_pruned_us INTEGER NOT NULL DEFAULT 0,
  end_offset INTEGER NOT NULL DEFAULT 0,
  end_record_time INTEGER NOT NULL DEFAULT 0, end_ledger_time INTEGER NOT NULL DEFAULT 0,
  followed_to INTEGER NOT NULL DEFAULT 0, next_sequence INTEGER NOT NULL DEFAULT 1);
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE transactions(
  offset INTEGER PRIMARY KEY, id BLOB NOT NULL, record_time INTEGER NOT NULL,
  first_event INTEGER NOT NULL, events INTEGER NOT NULL, header BLOB NOT NULL);
CREATE UNIQUE INDEX transactions_by_id ON transactions(id);
CREATE TABLE events(
  sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL, node INTEGER NOT NULL,
  payload BLOB NOT NULL, witnesses BLOB NOT NULL);
CREATE TABLE contracts(
  id BLOB PRIMARY KEY, created INTEGER, archived INTEGER, archived_at INTEGER) WITHOUT ROWID;
CREATE TABLE active(
  party INTEGER, template INTEGER, sequence INTEGER, PRIMARY KEY (party, template, sequence))
  WITHOUT ROWID;
CREATE TABLE archived(
  party INTEGER, template INTEGER, offset INTEGER, sequence INTEGER,
  PRIMARY KEY (party, template, offset, sequence)) WITHOUT ROWID;
CREATE TABLE postings(
  party INTEGER, list INTEGER, offset INTEGER, PRIMARY KEY (party, list, offset)) WITHOUT ROWID;
CREATE TABLE completions(
  application INTEGER, party INTEGER, offset INTEGER, PRIMARY KEY (application, party, offset))
  WITHOUT ROWID;
CREATE TABLE key_creates(
  key_hash BLOB, sequence INTEGER, PRIMARY KEY (key_hash, sequence)) WITHOUT ROWID;
CREATE TABLE metering(
  hour INTEGER, application INTEGER, events INTEGER NOT NULL, PRIMARY KEY (hour, application))
  WITHOUT ROWID;
)";

std::filesystem::path damage_mark(const IndexSettings& settings) {
  return settings.directory / (std::string(kFileName) + ".damaged-mark");
}

// The last one that was set aside is kept for whoever wants to know what happened to it.
Status set_aside(const IndexSettings& settings, const IndexLog& log, const std::string& why) {
  const std::string file = database_file(settings).string();
  log(true, "the index " + file + " is set aside as " + file +
                ".aside and made anew from the ledger: " + why);
  std::error_code error;
  for (const char* const part : {"", "-wal", "-shm"}) {
    if (!std::filesystem::exists(file + part, error))
      continue;
    std::filesystem::rename(file + part, file + ".aside" + part, error);
    if (error) {
      return Status::make_fault(Code::kUnavailable, file + part + " cannot be set aside as " +
                                                        file + ".aside" + part + ": " +
                                                        error.message());
    }
  }
  std::filesystem::remove(damage_mark(settings), error);
  return {};
}

Status tune(sqlite::Connection& connection, const IndexSettings& settings) {
  // After a power failure the last pages may be missing, never a part of one: the ledger has them.
  // Most pages are written many times in a row; the longer they are only in the log, the fewer of
  // these writes go to the database and the fewer syncs there are.
  return connection.execute("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = " +
                            std::to_string(kCheckpointPages) + "; PRAGMA cache_size = -" +
                            std::to_string(settings.cache_bytes / 1024));
}

Status create_tables(sqlite::Connection& connection, const IndexSettings& settings) {
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(connection, true));
  TENON_RETURN_IF_ERROR(connection.execute(kSchema));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const insert,
      connection.statement("INSERT INTO state(id, chain, engine) VALUES (1, ?, ?)"));
  TENON_RETURN_IF_ERROR(
      insert->execute(sqlite::Blob{settings.chain}, std::string_view(settings.engine)));
  TENON_RETURN_IF_ERROR(connection.execute("PRAGMA user_version = " + std::to_string(kFormat)));
  return transaction.commit();
}

// FAILED_PRECONDITION: an intact index, but not of this ledger.
Status check_identity(sqlite::Connection& connection, const IndexSettings& settings) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection.statement("SELECT chain, engine FROM state"));
  sqlite::Rows rows = find->run();
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return data_loss("it does not say what it is an index of");
  const std::string file = database_file(settings).string();
  if (rows.bytes(0) != settings.chain) {
    return failed_precondition("INDEX_OF_ANOTHER_LEDGER: " + file + " is an index of the ledger " +
                               to_hex(rows.bytes(0)) + ", expected " + to_hex(settings.chain) +
                               "; give each node a data directory of its own, or delete the file");
  }
  if (rows.bytes(1) != settings.engine) {
    return failed_precondition("INDEX_OF_ANOTHER_ENGINE: " + file + " is an index of engine \"" +
                               as_utf8(rows.bytes(1)) + "\", expected \"" + settings.engine +
                               "\"; delete the file to have it made anew");
  }
  return {};
}

// DATA_LOSS: cannot be read as an index of this format.
Result<std::unique_ptr<sqlite::Connection>> try_open(const IndexSettings& settings) {
  TENON_ASSIGN_OR_RETURN(
      auto connection, sqlite::Connection::open(database_file(settings), sqlite::Access::kCreate));
  TENON_RETURN_IF_ERROR(tune(*connection, settings));
  TENON_ASSIGN_OR_RETURN(const std::int64_t tables,
                         connection->integer("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0) {
    TENON_RETURN_IF_ERROR(create_tables(*connection, settings));
  }
  TENON_ASSIGN_OR_RETURN(const std::int64_t format, connection->integer("PRAGMA user_version"));
  if (format != kFormat) {
    return data_loss("its format is " + std::to_string(format) + ", expected " +
                     std::to_string(kFormat));
  }
  TENON_RETURN_IF_ERROR(check_identity(*connection, settings));
  TENON_RETURN_IF_ERROR(read_state(*connection).status());
  return connection;
}

} // namespace

std::filesystem::path database_file(const IndexSettings& settings) {
  return settings.directory / kFileName;
}

void mark_damaged(const IndexSettings& settings) {
  std::ofstream(damage_mark(settings)).flush();
}

Result<std::unique_ptr<sqlite::Connection>> open_database(const IndexSettings& settings,
                                                          const IndexLog& log) {
  std::error_code error;
  std::filesystem::create_directories(settings.directory, error);
  if (error) {
    return Status::make_fault(Code::kUnavailable, "the directory of the index, " +
                                                      settings.directory.string() +
                                                      ", cannot be made: " + error.message());
  }
  if (std::filesystem::exists(damage_mark(settings), error))
    TENON_RETURN_IF_ERROR(set_aside(settings, log, "it was found damaged"));
  auto connection = try_open(settings);
  if (!connection.ok() && connection.status().code() == Code::kDataLoss) {
    TENON_RETURN_IF_ERROR(set_aside(settings, log, connection.status().message()));
    connection = try_open(settings);
  }
  if (!connection.ok())
    return connection.status().with_context("the index of the Ledger API");
  return connection;
}

Result<StateRow> read_state(sqlite::Connection& connection) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT began_at, pruned, divulgence_pruned, end_offset, "
                           "end_record_time, end_ledger_time, divulgence_pruned_us, followed_to, "
                           "next_sequence FROM state"));
  sqlite::Rows rows = find->run();
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return data_loss("the database is damaged: it does not say where it stands");
  return StateRow{{rows.number(0), rows.number(1), rows.number(2), rows.number(3), rows.number(4),
                   rows.integer(5), rows.integer(6)},
                  rows.number(7),
                  rows.number(8)};
}

Status write_state(sqlite::Connection& connection, const StateRow& state) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const update,
      connection.statement("UPDATE state SET began_at = ?, pruned = ?, divulgence_pruned = ?, "
                           "end_offset = ?, end_record_time = ?, end_ledger_time = ?, "
                           "divulgence_pruned_us = ?, followed_to = ?, next_sequence = ?"));
  const Extent& extent = state.extent;
  return update->execute(extent.began_at, extent.pruned_up_to, extent.divulgence_pruned_up_to,
                         extent.end, extent.end_record_time_us, extent.end_ledger_time_us,
                         extent.divulgence_pruned_us, state.followed_to, state.next_sequence);
}

ReaderPool::Lease::~Lease() {
  if (!connection_)
    return;
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->idle_.push_back(std::move(connection_));
  }
  pool_->given_back_.notify_one();
}

Result<ReaderPool::Lease> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [&] { return !idle_.empty() || taken_ < settings_.readers; });
  if (!idle_.empty()) {
    std::unique_ptr<sqlite::Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    return Lease(*this, std::move(connection));
  }
  TENON_ASSIGN_OR_RETURN(
      auto connection, sqlite::Connection::open(database_file(settings_), sqlite::Access::kRead));
  TENON_RETURN_IF_ERROR(tune(*connection, settings_));
  ++taken_;
  return Lease(*this, std::move(connection));
}

} // namespace tenon::daml_api::index
