#include "unit/store/failing_disk.hpp"

#include <cerrno>
#include <cstring>

namespace tenon::store {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class FailingDisk::Sequential final : public rocksdb::FSSequentialFileOwnerWrapper {
public:
  Sequential(FailingDisk& disk, std::string name, std::unique_ptr<rocksdb::FSSequentialFile> target)
      : FSSequentialFileOwnerWrapper(std::move(target)), disk_(disk), name_(std::move(name)) {}

  IOStatus Read(std::size_t size, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    return disk_.read(name_, target()->Read(size, options, result, scratch, debug), result,
                      scratch);
  }

private:
  FailingDisk& disk_;
  std::string name_;
};

class FailingDisk::RandomAccess final : public rocksdb::FSRandomAccessFileOwnerWrapper {
public:
  RandomAccess(FailingDisk& disk, std::string name,
               std::unique_ptr<rocksdb::FSRandomAccessFile> target)
      : FSRandomAccessFileOwnerWrapper(std::move(target)), disk_(disk), name_(std::move(name)) {}

  IOStatus Read(std::uint64_t offset, std::size_t size, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    return disk_.read(name_, target()->Read(offset, size, options, result, scratch, debug), result,
                      scratch);
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    for (std::size_t i = 0; i < count; ++i) {
      requests[i].status = Read(requests[i].offset, requests[i].len, options, &requests[i].result,
                                requests[i].scratch, debug);
    }
    return IOStatus::OK();
  }

private:
  FailingDisk& disk_;
  std::string name_;
};

class FailingDisk::Writable final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  Writable(FailingDisk& disk, std::string name, std::unique_ptr<rocksdb::FSWritableFile> target)
      : FSWritableFileOwnerWrapper(std::move(target)), disk_(disk), name_(std::move(name)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const IOStatus may = disk_.write(name_);
    if (may.ok())
      return target()->Append(data, options, debug);
    if (may.IsNoSpace())
      target()->Append(Slice(data.data(), data.size() / 2), options, debug).PermitUncheckedError();
    return may;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus may = disk_.write(name_);
    return may.ok() ? target()->Sync(options, debug) : may;
  }

private:
  FailingDisk& disk_;
  std::string name_;
};

FailingDisk::FailingDisk(rocksdb::Env& below)
    : LocklessFileSystem(below.GetFileSystem()),
      env_(rocksdb::NewCompositeEnv(
          std::shared_ptr<rocksdb::FileSystem>(std::shared_ptr<void>(), this))) {}

void FailingDisk::arm(std::uint64_t operation, Trouble trouble, const std::string& name_end) {
  const std::lock_guard lock(mutex_);
  operations_ = 0;
  at_ = operation;
  trouble_ = trouble;
  name_end_ = name_end;
  met_trouble_ = false;
}

std::uint64_t FailingDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

bool FailingDisk::met_trouble() const {
  const std::lock_guard lock(mutex_);
  return met_trouble_;
}

bool FailingDisk::meets_trouble(const std::string& name, bool writes) {
  const bool of_writes = trouble_ == Trouble::kFull || trouble_ == Trouble::kReadOnly;
  if (writes != of_writes || !name.ends_with(name_end_))
    return false;
  ++operations_;
  const bool meets = at_ != 0 && (writes ? operations_ >= at_ : operations_ == at_);
  met_trouble_ = met_trouble_ || meets;
  return meets;
}

IOStatus FailingDisk::read(const std::string& name, IOStatus status, Slice* result,
                           char* scratch) {
  const std::lock_guard lock(mutex_);
  if (!status.ok() || !meets_trouble(name, /*writes=*/false))
    return status;
  if (trouble_ == Trouble::kReadError)
    return IOStatus::IOError("While reading " + name, std::strerror(EIO));
  if (result->empty())
    return status;
  std::memmove(scratch, result->data(), result->size());
  scratch[result->size() / 2] = static_cast<char>(scratch[result->size() / 2] ^ 0x04);
  *result = Slice(scratch, result->size());
  return status;
}

IOStatus FailingDisk::write(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!meets_trouble(name, /*writes=*/true))
    return IOStatus::OK();
  if (trouble_ == Trouble::kFull)
    return IOStatus::NoSpace("While appending to file: " + name, std::strerror(ENOSPC));
  return IOStatus::IOError("While appending to file: " + name, std::strerror(EROFS));
}

IOStatus FailingDisk::NewSequentialFile(const std::string& name, const FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                        IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  if (IOStatus status = target()->NewSequentialFile(name, options, &file, debug); !status.ok())
    return status;
  *result = std::make_unique<Sequential>(*this, name, std::move(file));
  return IOStatus::OK();
}

IOStatus FailingDisk::NewRandomAccessFile(const std::string& name, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                          IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  if (IOStatus status = target()->NewRandomAccessFile(name, options, &file, debug); !status.ok())
    return status;
  *result = std::make_unique<RandomAccess>(*this, name, std::move(file));
  return IOStatus::OK();
}

IOStatus FailingDisk::NewWritableFile(const std::string& name, const FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      IODebugContext* debug) {
  if (IOStatus may = write(name); !may.ok())
    return may;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  if (IOStatus status = target()->NewWritableFile(name, options, &file, debug); !status.ok())
    return status;
  *result = std::make_unique<Writable>(*this, name, std::move(file));
  return IOStatus::OK();
}

IOStatus FailingDisk::RenameFile(const std::string& from, const std::string& to,
                                 const IOOptions& options, IODebugContext* debug) {
  IOStatus may = write(to);
  return may.ok() ? target()->RenameFile(from, to, options, debug) : may;
}

} // namespace tenon::store
