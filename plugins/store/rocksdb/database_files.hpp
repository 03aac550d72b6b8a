// A look at a database's files before RocksDB opens them: where it does not find what it looks for
// first, it would begin a new database in place of the old one. One thread.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::store {

// RocksDB's list of the database's files, the one that the file CURRENT names.
struct Manifest {
  std::string name; // with its path
  std::uint64_t number = 0;
};
[[nodiscard]] Result<Manifest> current_manifest(rocksdb::Env& env, const std::string& directory);

// Whether there is a database in the folder; refuses what is none and what lacks its first files.
[[nodiscard]] Result<bool> has_database(rocksdb::Env& env, const std::string& directory);

// RocksDB's own lock of a database, held while its files are looked at: whoever has it open changes
// them. One thread.
class DatabaseLock {
public:
  explicit DatabaseLock(rocksdb::Env& env) : env_(env) {}
  ~DatabaseLock() { release(); }
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

  // Does nothing where no database can be seen.
  [[nodiscard]] Status take(const std::string& directory);
  void release();

private:
  rocksdb::Env& env_;
  rocksdb::FileLock* lock_ = nullptr;
};

} // namespace tenon::store
