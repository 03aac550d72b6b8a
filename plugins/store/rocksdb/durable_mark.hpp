// What is known to be on stable storage, kept beside the database in "<directory>.durable": the
// height of the last block whose commit was synced, the manifest, RocksDB's list of its files, as
// it stood after one of its last changes, and up to which version those that were superseded may
// have been dropped from tables. RocksDB takes its log or manifest for cut short by a power cut
// where it cannot read on; by this it is seen that there was more. It is overwritten in place and
// never synced: after a power cut it may say too little, but never too much.
//
// Owned by the backend, which reads it before the database is opened. Blocks are noted by the
// thread that commits, manifests by RocksDB's, what was forgotten by whichever prunes.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::store {

class DurableMark {
public:
  // Reads what is there. What is torn or damaged tells nothing, which is what it told before.
  static Result<std::unique_ptr<DurableMark>> read(rocksdb::Env& env, const std::string& directory);

  // The last synced block, when this was read.
  [[nodiscard]] std::optional<std::uint64_t> block() const { return block_; }
  // The oldest version that all readers of the database can do with, when this was read.
  [[nodiscard]] std::optional<std::uint64_t> forgotten() const { return forgotten_; }
  // Of a database that is not open: is all of the manifest there that was noted?
  [[nodiscard]] Status check_manifest() const;

  // From here on it can be written to.
  [[nodiscard]] Status open();
  [[nodiscard]] Status note_block(std::uint64_t height);
  [[nodiscard]] Status note_forgotten(std::uint64_t height);
  // The manifest as far as it is synced now. Before open(), nothing is noted.
  [[nodiscard]] Status note_manifest(rocksdb::DB& database);

private:
  DurableMark(rocksdb::Env& env, const std::string& directory)
      : env_(env), directory_(directory), name_(directory + ".durable") {}

  rocksdb::Env& env_;
  std::string directory_;
  std::string name_;
  std::optional<std::uint64_t> block_;
  std::optional<std::uint64_t> forgotten_;
  std::string manifest_; // what was noted of it, or nothing
  std::mutex mutex_; // one manifest after the other; and file_ is there from some time on
  std::unique_ptr<rocksdb::RandomRWFile> file_;
};

} // namespace tenon::store
