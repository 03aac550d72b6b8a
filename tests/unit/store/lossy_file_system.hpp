// A disk that forgets: what was not synced is gone after crash(), and the machine can be made to
// lose power at any operation. Over an in-memory file system, so that a test can do this hundreds
// of times. Used from RocksDB's threads; armed and crashed by the test's thread.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "unit/store/lockless_file_system.hpp"

namespace tenon::store {

// How far it is from one operation at which tests have trouble to the next: they take each one.
// With sanitizers, which take ten times as long, a sample, unless tests are to be long.
[[nodiscard]] std::uint64_t every_operation();

class LossyFileSystem final : public LocklessFileSystem {
public:
  enum class Trouble {
    kPowerLoss, // operation n and all after it fail: nothing reaches the disk any more
    kOneError,  // only operation n fails, as a bad sector or a full disk would make it
  };
  enum class Unsynced {
    kLost,
    // Of each file a random beginning of what was not synced did reach the disk, and of the new
    // names the first ones: file systems keep the order of those.
    kTorn,
  };

  LossyFileSystem();

  [[nodiscard]] rocksdb::Env* env() { return env_.get(); }

  // The n-th operation that changes the disk, counted from here, fails. 0: none.
  void arm(std::uint64_t operation, Trouble trouble);
  [[nodiscard]] std::uint64_t operations() const;
  // Syncs of write-ahead logs say that they succeeded, and do nothing: the mutant that the test of
  // power loss must catch.
  void ignore_log_syncs() { ignore_log_syncs_ = true; }
  // The machine restarts: unsynced data, new names and renames are gone. Every file is closed.
  void crash(Unsynced unsynced, std::mt19937& random);

  const char* Name() const override { return "LossyFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

private:
  class File;
  class Directory;
  // A change of names that is durable only once the directory is synced.
  struct NameChange {
    std::string created;      // new file, or the new name of a renamed one
    std::string renamed_from; // empty for a new file
    bool replaced = false;    // a file of the new name was there, with this content:
    std::string old_content;
  };

  explicit LossyFileSystem(rocksdb::Env* memory);
  rocksdb::IOStatus count_operation();
  static void move_along(std::string& name, const NameChange& renamed);
  [[nodiscard]] bool is_in(std::size_t i, const std::string& folder) const;
  void keep_names(const std::string& folder);
  [[nodiscard]] std::vector<std::string> names_at(const std::string& path) const;
  void undo(const NameChange& change);
  std::string content(const std::string& name);
  void append_durably(const std::string& name, const std::string& bytes, bool replace);

  std::unique_ptr<rocksdb::Env> memory_;
  std::unique_ptr<rocksdb::Env> env_;
  bool ignore_log_syncs_ = false;

  mutable std::mutex mutex_;
  std::uint64_t operations_ = 0;
  std::uint64_t fails_at_ = 0;
  Trouble trouble_ = Trouble::kPowerLoss;
  std::map<std::string, std::string> unsynced_; // by file name
  std::vector<NameChange> unsynced_names_;
};

} // namespace tenon::store
