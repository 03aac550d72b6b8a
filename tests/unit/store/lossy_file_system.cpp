#include "unit/store/lossy_file_system.hpp"

#include <rocksdb/system_clock.h>

#include "tenon/testkit/full_run.hpp"

namespace tenon::store {

std::uint64_t every_operation() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return testkit::full_run() ? 1 : 5;
#else
  return 1;
#endif
}

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// Gathers what is written and passes it on when it is synced.
class LossyFileSystem::File final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  File(LossyFileSystem& system, std::string name, std::unique_ptr<rocksdb::FSWritableFile> target)
      : FSWritableFileOwnerWrapper(std::move(target)), system_(system), name_(std::move(name)) {}

  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(system_.mutex_);
    if (IOStatus status = system_.count_operation(); !status.ok())
      return status;
    system_.unsynced_[name_].append(data.data(), data.size());
    return IOStatus::OK();
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(system_.mutex_);
    if (IOStatus status = system_.count_operation(); !status.ok())
      return status;
    if (system_.ignore_log_syncs_ && name_.ends_with(".log"))
      return IOStatus::OK();
    std::string& unsynced = system_.unsynced_[name_];
    if (IOStatus status = target()->Append(unsynced, options, debug); !status.ok())
      return status;
    unsynced.clear();
    return target()->Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  uint64_t GetFileSize(const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(system_.mutex_);
    return target()->GetFileSize(options, debug) + system_.unsynced_[name_].size();
  }

private:
  LossyFileSystem& system_;
  std::string name_;
};

class LossyFileSystem::Directory final : public rocksdb::FSDirectory {
public:
  Directory(LossyFileSystem& system, std::string name, std::unique_ptr<rocksdb::FSDirectory> target)
      : system_(system), name_(std::move(name)), target_(std::move(target)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(system_.mutex_);
    if (IOStatus status = system_.count_operation(); !status.ok())
      return status;
    system_.keep_names(name_);
    return target_->Fsync(options, debug);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return target_->Close(options, debug);
  }

private:
  LossyFileSystem& system_;
  std::string name_;
  std::unique_ptr<rocksdb::FSDirectory> target_;
};

namespace {

// RocksDB's threads sleep for a second after what fails.
class RestlessClock final : public rocksdb::SystemClockWrapper {
public:
  RestlessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  [[nodiscard]] const char* Name() const override { return "RestlessClock"; }
  void SleepForMicroseconds(int) override {}
};

class RestlessEnv final : public rocksdb::EnvWrapper {
public:
  explicit RestlessEnv(std::unique_ptr<rocksdb::Env> env) : EnvWrapper(std::move(env)) {
    file_system_ = target()->GetFileSystem();
    system_clock_ = std::make_shared<RestlessClock>();
  }
};

} // namespace

LossyFileSystem::LossyFileSystem() : LossyFileSystem(rocksdb::NewMemEnv(rocksdb::Env::Default())) {}

LossyFileSystem::LossyFileSystem(rocksdb::Env* memory)
    : LocklessFileSystem(memory->GetFileSystem()), memory_(memory),
      env_(std::make_unique<RestlessEnv>(rocksdb::NewCompositeEnv(
          std::shared_ptr<rocksdb::FileSystem>(std::shared_ptr<void>(), this)))) {}

void LossyFileSystem::arm(std::uint64_t operation, Trouble trouble) {
  const std::lock_guard lock(mutex_);
  operations_ = 0;
  fails_at_ = operation;
  trouble_ = trouble;
}

std::uint64_t LossyFileSystem::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

IOStatus LossyFileSystem::count_operation() {
  ++operations_;
  const bool fails = fails_at_ != 0 && (trouble_ == Trouble::kPowerLoss ? operations_ >= fails_at_
                                                                        : operations_ == fails_at_);
  return fails ? IOStatus::IOError("the test's disk failed at operation " +
                                   std::to_string(operations_))
               : IOStatus::OK();
}

std::string LossyFileSystem::content(const std::string& name) {
  std::string result;
  rocksdb::Status status = rocksdb::ReadFileToString(memory_.get(), name, &result);
  if (!status.ok())
    std::abort(); // the file was there a moment ago: the test itself is broken
  return result;
}

void LossyFileSystem::append_durably(const std::string& name, const std::string& bytes,
                                     bool replace) {
  std::string whole = replace ? std::string() : content(name);
  whole += bytes;
  if (!rocksdb::WriteStringToFile(memory_.get(), whole, name, true).ok())
    std::abort();
}

void LossyFileSystem::move_along(std::string& name, const NameChange& renamed) {
  if (name.starts_with(renamed.renamed_from + "/"))
    name = renamed.created + name.substr(renamed.renamed_from.size());
}

// The names of change `i` stay, if the folder that is synced is the one it is in by now.
bool LossyFileSystem::is_in(std::size_t i, const std::string& folder) const {
  std::string name = unsynced_names_[i].created;
  for (std::size_t later = i + 1; later < unsynced_names_.size(); ++later) {
    if (!unsynced_names_[later].renamed_from.empty())
      move_along(name, unsynced_names_[later]);
  }
  return name.substr(0, name.rfind('/')) == (folder == "/" ? "" : folder);
}

void LossyFileSystem::keep_names(const std::string& folder) {
  std::vector<NameChange> rest;
  for (std::size_t i = 0; i < unsynced_names_.size(); ++i) {
    const NameChange& change = unsynced_names_[i];
    if (!is_in(i, folder)) {
      rest.push_back(change);
    } else if (!change.renamed_from.empty()) {
      // A folder keeps its new name: what is undone in it later is undone there.
      for (NameChange& earlier : rest) {
        move_along(earlier.created, change);
        move_along(earlier.renamed_from, change);
      }
    }
  }
  unsynced_names_ = std::move(rest);
}

// A file, or everything in a folder.
std::vector<std::string> LossyFileSystem::names_at(const std::string& path) const {
  std::vector<std::string> found;
  for (const auto& [name, bytes] : unsynced_) {
    if (name == path || name.starts_with(path + "/"))
      found.push_back(name);
  }
  return found;
}

void LossyFileSystem::undo(const NameChange& change) {
  if (!change.renamed_from.empty()) {
    if (memory_->FileExists(change.created).ok())
      memory_->RenameFile(change.created, change.renamed_from).PermitUncheckedError();
  } else {
    memory_->DeleteFile(change.created).PermitUncheckedError();
  }
  if (change.replaced)
    append_durably(change.created, change.old_content, true);
}

void LossyFileSystem::crash(Unsynced unsynced, std::mt19937& random) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, bytes] : unsynced_) {
    if (unsynced == Unsynced::kTorn && !bytes.empty() && memory_->FileExists(name).ok())
      append_durably(name, bytes.substr(0, random() % (bytes.size() + 1)), false);
  }
  const std::size_t kept =
      unsynced == Unsynced::kTorn ? random() % (unsynced_names_.size() + 1) : 0;
  for (std::size_t i = unsynced_names_.size(); i > kept; --i)
    undo(unsynced_names_[i - 1]);
  unsynced_.clear();
  unsynced_names_.clear();
  fails_at_ = 0;
}

IOStatus LossyFileSystem::NewWritableFile(const std::string& name,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = count_operation(); !status.ok())
    return status;
  NameChange change{name, "", memory_->FileExists(name).ok(), ""};
  if (change.replaced)
    change.old_content = content(name);
  std::unique_ptr<rocksdb::FSWritableFile> file;
  if (IOStatus status = target()->NewWritableFile(name, options, &file, debug); !status.ok())
    return status;
  unsynced_[name].clear();
  unsynced_names_.push_back(std::move(change));
  *result = std::make_unique<File>(*this, name, std::move(file));
  return IOStatus::OK();
}

IOStatus LossyFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* result,
                                       IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  if (IOStatus status = target()->NewDirectory(name, options, &directory, debug); !status.ok())
    return status;
  *result = std::make_unique<Directory>(*this, name, std::move(directory));
  return IOStatus::OK();
}

IOStatus LossyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                     const IOOptions& options, IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = count_operation(); !status.ok())
    return status;
  NameChange change{to, from, memory_->FileExists(to).ok(), ""};
  if (change.replaced)
    change.old_content = content(to);
  if (IOStatus status = target()->RenameFile(from, to, options, debug); !status.ok())
    return status;
  for (const std::string& name : names_at(from)) {
    unsynced_[to + name.substr(from.size())] = std::move(unsynced_[name]);
    unsynced_.erase(name);
  }
  unsynced_names_.push_back(std::move(change));
  return IOStatus::OK();
}

IOStatus LossyFileSystem::LinkFile(const std::string& from, const std::string& to,
                                   const IOOptions& options, IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = count_operation(); !status.ok())
    return status;
  if (IOStatus status = target()->LinkFile(from, to, options, debug); !status.ok())
    return status;
  unsynced_names_.push_back({to, "", false, ""});
  return IOStatus::OK();
}

IOStatus LossyFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                     IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = count_operation(); !status.ok())
    return status;
  unsynced_.erase(name);
  return target()->DeleteFile(name, options, debug);
}

} // namespace tenon::store
