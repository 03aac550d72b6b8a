#include "rocksdb/rocksdb_status.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace tenon::store {

namespace {

// RocksDB keeps no error number, but the system's words for it.
struct Cause {
  int error;
  const char* meaning;
};
constexpr Cause kCauses[] = {
    {ENOSPC, "the disk is full. Make room on it, then start the node again"},
    {EDQUOT, "the quota of the disk is used up. Make room, then start the node again"},
    {EROFS, "the file system can only be read. Mount it for writing, then start the node again"},
    {EACCES, "the user that runs this may not use the file. Give it to that user"},
    {EPERM, "the user that runs this may not use the file. Give it to that user"},
    {ENOTDIR, "a file stands where a folder is expected. Move it away, or name another folder"},
    {EMFILE, "the process may open no more files. Raise its limit (ulimit -n)"},
    // The lock of the database: of another process, and of this one.
    {EAGAIN, "another process has this database open. Stop it, or name another folder"},
    {ENOLCK, "this process has this database open already. Name another folder"},
    {EIO, "the disk fails. Look at the system's log, and replace it"},
};

bool mentions(const std::string& text, int error) {
  return text.find(std::generic_category().message(error)) != std::string::npos;
}

std::string meaning_of(const rocksdb::Status& status, const std::string& text) {
  if (status.IsPathNotFound() || mentions(text, ENOENT)) // a table may also have the ending .ldb
    return std::string("a file of the database is missing. ") + kRestore;
  if (status.IsCorruption())
    return std::string("what is on disk is damaged. ") + kRestore;
  for (const Cause& cause : kCauses) {
    if (mentions(text, cause.error))
      return cause.meaning;
  }
  return {};
}

} // namespace

Status failure(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok())
    return {};
  const std::string text = "RocksDB: " + status.ToString();
  const std::string meaning = meaning_of(status, text);
  const std::string message =
      std::string(doing) + ": " + (meaning.empty() ? text : meaning + " (" + text + ")");
  if (status.IsCorruption() || status.IsPathNotFound())
    return data_loss(message);
  const bool full = mentions(text, ENOSPC) || mentions(text, EDQUOT);
  return Status::make_fault(full ? Code::kResourceExhausted : Code::kInternal, message);
}

} // namespace tenon::store
