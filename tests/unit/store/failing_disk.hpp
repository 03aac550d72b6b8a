// A disk that does not do as it is told: the n-th read fails or has a wrong bit; or from the
// n-th write on it is full, or only lets itself be read. Over another file system, of
// which it keeps nothing. Used from RocksDB's threads; armed by the test's thread.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>
#include <mutex>
#include <string>

#include "unit/store/lockless_file_system.hpp"

namespace tenon::store {

class FailingDisk final : public LocklessFileSystem {
public:
  enum class Trouble {
    kReadError,  // read n fails
    kFlippedBit, // read n has a bit changed
    kFull,       // write n and all after it find no room; of an append, half is written
    kReadOnly,   // write n and all after it are refused
  };

  explicit FailingDisk(rocksdb::Env& below); // outlives this

  [[nodiscard]] rocksdb::Env* env() { return env_.get(); }

  // The n-th operation of the kind, counted from here, is in trouble; 0: none is. Only files whose
  // names end so count.
  void arm(std::uint64_t operation, Trouble trouble, const std::string& name_end = {});
  void disarm() { arm(0, Trouble::kReadError); }
  // Operations of the armed kind since then; and did it come to trouble?
  [[nodiscard]] std::uint64_t operations() const;
  [[nodiscard]] bool met_trouble() const;

  const char* Name() const override { return "FailingDisk"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

private:
  class Sequential;
  class RandomAccess;
  class Writable;

  // What the reader gets of what was read.
  rocksdb::IOStatus read(const std::string& name, rocksdb::IOStatus status, rocksdb::Slice* result,
                         char* scratch);
  // Whether a write may be done.
  rocksdb::IOStatus write(const std::string& name);
  [[nodiscard]] bool meets_trouble(const std::string& name, bool writes);

  std::unique_ptr<rocksdb::Env> env_;

  mutable std::mutex mutex_;
  std::uint64_t operations_ = 0;
  std::uint64_t at_ = 0;
  Trouble trouble_ = Trouble::kReadError;
  std::string name_end_;
  bool met_trouble_ = false;
};

} // namespace tenon::store
