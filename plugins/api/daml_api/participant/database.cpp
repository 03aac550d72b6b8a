#include "participant/database.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <string_view>
#include <unistd.h>

#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace {

namespace fs = std::filesystem;

// "TNPA", at its place in the header of the file, says that the file is ours.
constexpr std::uint32_t kApplicationId = 0x544e5041;
constexpr std::size_t kApplicationIdPlace = 68;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderSize = 100;

// Each step leads from the version of its place to the next one. Steps are never changed: files
// that have taken them exist.
constexpr std::array kSteps = {R"(
CREATE TABLE identity_providers (
  id TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL UNIQUE,
  jwks_url TEXT NOT NULL,
  audience TEXT NOT NULL,
  deactivated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  primary_party TEXT NOT NULL,
  identity_provider TEXT NOT NULL,
  deactivated INTEGER NOT NULL,
  version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX users_by_provider ON users (identity_provider, id);
CREATE TABLE user_rights (
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  party TEXT NOT NULL,
  PRIMARY KEY (user, kind, party)
) WITHOUT ROWID;
CREATE TABLE user_annotations (
  owner TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE TABLE parties (
  party TEXT NOT NULL PRIMARY KEY,
  identity_provider TEXT NOT NULL,
  version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX parties_by_provider ON parties (identity_provider, party);
CREATE TABLE party_annotations (
  owner TEXT NOT NULL REFERENCES parties (party) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE TABLE time_model (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL,
  average_latency_us INTEGER NOT NULL,
  min_skew_us INTEGER NOT NULL,
  max_skew_us INTEGER NOT NULL
);
INSERT INTO users VALUES ('participant_admin', '', '', 0, 0);
INSERT INTO user_rights VALUES ('participant_admin', 1, '');
)",
                               R"(
CREATE TABLE pruned (
  chain BLOB NOT NULL PRIMARY KEY,
  up_to INTEGER NOT NULL,
  divulged_up_to INTEGER NOT NULL,
  divulged_until_us INTEGER NOT NULL
) WITHOUT ROWID;
)",
                               R"(
ALTER TABLE time_model RENAME COLUMN average_latency_us TO average_latency_ns;
ALTER TABLE time_model RENAME COLUMN min_skew_us TO min_skew_ns;
ALTER TABLE time_model RENAME COLUMN max_skew_us TO max_skew_ns;
UPDATE time_model SET
  average_latency_ns = min(average_latency_ns, 9223372036854775) * 1000,
  min_skew_ns = min(min_skew_ns, 9223372036854775) * 1000,
  max_skew_ns = min(max_skew_ns, 9223372036854775) * 1000;
)"};

Status cannot(const char* what, const fs::path& file) {
  return unavailable(file.string() + ": cannot " + what + ": " + std::strerror(errno));
}

// What a crash just after a rename may lose is the rename, unless the folder is synced too.
Status sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return cannot("open the folder", folder);
  const bool synced = ::fsync(descriptor) == 0;
  const Status status = synced ? ok_status() : cannot("sync the folder", folder);
  ::close(descriptor);
  return status;
}

Status configure(sqlite::Connection& connection) {
  return connection.execute("PRAGMA synchronous = FULL;"
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA trusted_schema = OFF");
}

Status take_steps(sqlite::Connection& connection, std::size_t version) {
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(connection, true));
  for (; version < kSteps.size(); ++version)
    TENON_RETURN_IF_ERROR(connection.execute(kSteps[version]));
  TENON_RETURN_IF_ERROR(
      connection.execute("PRAGMA user_version = " + std::to_string(kSteps.size())));
  return transaction.commit();
}

Status write_new(const fs::path& file) {
  TENON_ASSIGN_OR_RETURN(const auto connection,
                         sqlite::Connection::open(file, sqlite::Access::kCreate));
  TENON_RETURN_IF_ERROR(configure(*connection));
  TENON_RETURN_IF_ERROR(
      connection->execute("PRAGMA application_id = " + std::to_string(kApplicationId)));
  TENON_RETURN_IF_ERROR(take_steps(*connection, 0));
  // All of it must be in the file itself, which alone is renamed.
  return connection->execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

fs::path with_suffix(const fs::path& file, const char* suffix) {
  fs::path named = file;
  named += suffix;
  return named;
}

// Under another name first: a file of the real name is complete.
Status create(const fs::path& file) {
  std::error_code error;
  if (fs::exists(with_suffix(file, "-wal"), error)) {
    return data_loss(file.string() + ": the file is missing, but what belongs to it, " +
                     with_suffix(file, "-wal").string() +
                     ", is there; put it back, or remove that too to begin with no users");
  }
  const fs::path unfinished = with_suffix(file, ".new");
  for (const char* const suffix : {"", "-wal", "-shm"})
    fs::remove(with_suffix(unfinished, suffix), error);
  TENON_RETURN_IF_ERROR(write_new(unfinished));
  fs::rename(unfinished, file, error);
  if (error)
    return unavailable(file.string() + ": cannot be made: " + error.message());
  return sync_folder(file.parent_path().empty() ? fs::path(".") : file.parent_path());
}

// Before SQLite may touch it.
Status recognise(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string header(kHeaderSize, '\0');
  if (!stream.is_open())
    return cannot("read", file);
  stream.read(header.data(), kHeaderSize);
  const BytesView found(header.data(), static_cast<std::size_t>(stream.gcount()));
  if (found.size() < kHeaderSize || !found.starts_with(kMagic) ||
      read_be32(found.substr(kApplicationIdPlace)) != kApplicationId) {
    return data_loss(file.string() + ": this is not a database of a participant's users and "
                                     "parties, or it is damaged; it has not been changed. Put the "
                                     "right file there, or move it away to begin with no users");
  }
  return {};
}

Status check_intact(sqlite::Connection& connection) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const check,
                         connection.statement("PRAGMA quick_check(1)"));
  sqlite::Rows rows = check->run();
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there || rows.bytes(0) != "ok") {
    return data_loss("the database is damaged: " +
                     (there ? std::string(rows.bytes(0)) : std::string("it cannot be checked")));
  }
  return {};
}

Result<std::unique_ptr<sqlite::Connection>> open_existing(const fs::path& file) {
  TENON_ASSIGN_OR_RETURN(auto connection, sqlite::Connection::open(file, sqlite::Access::kWrite));
  TENON_RETURN_IF_ERROR(configure(*connection));
  TENON_RETURN_IF_ERROR(check_intact(*connection));
  TENON_ASSIGN_OR_RETURN(const std::int64_t version, connection->integer("PRAGMA user_version"));
  if (version < 1 || version > static_cast<std::int64_t>(kSteps.size())) {
    return failed_precondition("the database is of version " + std::to_string(version) +
                               "; expected 1 to " + std::to_string(kSteps.size()) +
                               ": it was written by a newer Tenon");
  }
  if (static_cast<std::size_t>(version) < kSteps.size())
    TENON_RETURN_IF_ERROR(take_steps(*connection, static_cast<std::size_t>(version)));
  return connection;
}

} // namespace

Result<std::unique_ptr<sqlite::Connection>> open_participant_database(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    if (error)
      return unavailable(file.string() + ": cannot be looked at: " + error.message());
    TENON_RETURN_IF_ERROR(create(file));
  }
  TENON_RETURN_IF_ERROR(recognise(file));
  auto connection = open_existing(file);
  if (!connection.ok())
    return connection.status().with_context(file.string());
  return connection;
}

} // namespace tenon::daml_api
