// A file system without locks: they are those of a process, and every life in a test stands for one
// of its own. Base of the disks that fail.
#pragma once

#include <rocksdb/file_system.h>

namespace tenon::store {

class LocklessFileSystem : public rocksdb::FileSystemWrapper {
public:
  using FileSystemWrapper::FileSystemWrapper;

  rocksdb::IOStatus LockFile(const std::string&, const rocksdb::IOOptions&,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext*) override {
    *lock = new rocksdb::FileLock();
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus UnlockFile(rocksdb::FileLock* lock, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override {
    delete lock;
    return rocksdb::IOStatus::OK();
  }
};

} // namespace tenon::store
