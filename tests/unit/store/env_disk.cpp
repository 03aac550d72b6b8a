#include "unit/store/env_disk.hpp"

#include <algorithm>

namespace tenon::store {

namespace {

Status converted(const rocksdb::Status& status) {
  if (status.ok())
    return {};
  return {status.IsNotFound() ? Code::kNotFound : Code::kFailedPrecondition, status.ToString()};
}

class Reader final : public host::FileReader {
public:
  std::unique_ptr<rocksdb::SequentialFile> file;

  [[nodiscard]] Result<Bytes> read(std::size_t limit) override {
    Bytes buffer(limit, '\0');
    rocksdb::Slice found;
    TENON_RETURN_IF_ERROR(converted(file->Read(limit, &found, buffer.data())));
    return found.ToString();
  }
};

class Writer final : public host::FileWriter {
public:
  std::unique_ptr<rocksdb::WritableFile> file;

  [[nodiscard]] Status append(BytesView bytes) override {
    return converted(file->Append({bytes.data(), bytes.size()}));
  }
  [[nodiscard]] Status sync() override { return converted(file->Sync()); }
};

class Lock final : public host::FileLock {
public:
  Lock(std::shared_ptr<std::set<std::string>> held, std::string name)
      : held_(std::move(held)), name_(std::move(name)) {}
  ~Lock() override { held_->erase(name_); }

private:
  std::shared_ptr<std::set<std::string>> held_;
  std::string name_;
};

} // namespace

Result<std::vector<std::string>> EnvDisk::names(const std::string& folder) {
  std::vector<std::string> found;
  const rocksdb::Status status = env_->GetChildren(folder, &found);
  if (!status.ok() && !status.IsNotFound())
    return converted(status);
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::optional<std::uint64_t>> EnvDisk::size(const std::string& file) {
  if (env_->FileExists(file).IsNotFound())
    return std::optional<std::uint64_t>();
  std::uint64_t size = 0;
  TENON_RETURN_IF_ERROR(converted(env_->GetFileSize(file, &size)));
  return std::optional(size);
}

Result<std::unique_ptr<host::FileReader>> EnvDisk::open(const std::string& file) {
  auto reader = std::make_unique<Reader>();
  TENON_RETURN_IF_ERROR(
      converted(env_->NewSequentialFile(file, &reader->file, rocksdb::EnvOptions())));
  return std::unique_ptr<host::FileReader>(std::move(reader));
}

Result<std::unique_ptr<host::FileWriter>> EnvDisk::create(const std::string& file) {
  auto writer = std::make_unique<Writer>();
  TENON_RETURN_IF_ERROR(
      converted(env_->NewWritableFile(file, &writer->file, rocksdb::EnvOptions())));
  return std::unique_ptr<host::FileWriter>(std::move(writer));
}

Status EnvDisk::make_folder(const std::string& folder) {
  return converted(env_->CreateDirIfMissing(folder));
}

Status EnvDisk::rename(const std::string& from, const std::string& to) {
  return converted(env_->RenameFile(from, to));
}

Status EnvDisk::remove(const std::string& path) {
  if (env_->FileExists(path).IsNotFound())
    return {};
  TENON_ASSIGN_OR_RETURN(const auto children, names(path));
  for (const std::string& child : children)
    TENON_RETURN_IF_ERROR(remove(path + "/" + child));
  // The file system in memory does not tell folders from files, nor keeps those without an entry.
  const rocksdb::Status status = env_->DeleteFile(path);
  return env_->FileExists(path).IsNotFound() ? Status() : converted(status);
}

Status EnvDisk::sync_folder(const std::string& folder) {
  std::unique_ptr<rocksdb::Directory> opened;
  TENON_RETURN_IF_ERROR(converted(env_->NewDirectory(folder, &opened)));
  return converted(opened->Fsync());
}

Result<std::unique_ptr<host::FileLock>> EnvDisk::lock(const std::string& file) {
  if (!held_->insert(file).second)
    return Status(Code::kAborted, file + " is held");
  return std::unique_ptr<host::FileLock>(std::make_unique<Lock>(held_, file));
}

} // namespace tenon::store
