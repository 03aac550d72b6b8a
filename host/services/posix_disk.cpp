#include "services/posix_disk.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "services/descriptor.hpp"
#include "services/files.hpp"

namespace tenon::host::services {

namespace {

Status failure(const std::string& path, const std::string& what, int error = errno) {
  const Code code = error == ENOSPC || error == EDQUOT ? Code::kResourceExhausted
                    : error == ENOENT                  ? Code::kNotFound
                                                       : Code::kFailedPrecondition;
  return {code, path + " cannot be " + what + ": " + std::strerror(error)};
}

class PosixReader final : public FileReader {
public:
  PosixReader(std::string name, int descriptor) : name_(std::move(name)), file_(descriptor) {}
  [[nodiscard]] bool ok() const { return file_.ok(); }

  [[nodiscard]] Result<Bytes> read(std::size_t limit) override {
    Bytes piece(limit, '\0');
    std::size_t filled = 0;
    while (filled < limit) {
      const ssize_t count = ::read(file_.get(), piece.data() + filled, limit - filled);
      if (count < 0 && errno != EINTR)
        return failure(name_, "read");
      if (count == 0)
        break;
      filled += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    piece.resize(filled);
    return piece;
  }

private:
  std::string name_;
  Descriptor file_;
};

class PosixWriter final : public FileWriter {
public:
  PosixWriter(std::string name, int descriptor) : name_(std::move(name)), file_(descriptor) {}
  [[nodiscard]] bool ok() const { return file_.ok(); }

  [[nodiscard]] Status append(BytesView bytes) override {
    return write_all(file_.get(), bytes) ? Status() : failure(name_, "written");
  }
  [[nodiscard]] Status sync() override {
    return fsync(file_.get()) == 0 ? Status() : failure(name_, "synced");
  }

private:
  std::string name_;
  Descriptor file_;
};

class PosixLock final : public FileLock {
public:
  explicit PosixLock(int descriptor) : file_(descriptor) {}
  [[nodiscard]] int descriptor() const { return file_.get(); }

private:
  Descriptor file_;
};

} // namespace

Result<std::vector<std::string>> PosixDisk::names(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> found;
  std::filesystem::directory_iterator place(folder, error);
  if (error == std::errc::no_such_file_or_directory)
    return found;
  for (; !error && place != std::filesystem::directory_iterator(); place.increment(error))
    found.push_back(place->path().filename().string());
  if (error)
    return failure(folder, "listed", error.value());
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::optional<std::uint64_t>> PosixDisk::size(const std::string& file) {
  struct stat facts {};
  if (stat(file.c_str(), &facts) == 0)
    return std::optional(static_cast<std::uint64_t>(facts.st_size));
  if (errno == ENOENT)
    return std::optional<std::uint64_t>();
  return failure(file, "examined");
}

Result<std::unique_ptr<FileReader>> PosixDisk::open(const std::string& file) {
  auto reader = std::make_unique<PosixReader>(file, ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader->ok())
    return failure(file, "read");
  return std::unique_ptr<FileReader>(std::move(reader));
}

Result<std::unique_ptr<FileWriter>> PosixDisk::create(const std::string& file) {
  ::unlink(file.c_str());
  auto writer = std::make_unique<PosixWriter>(
      file, ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!writer->ok())
    return failure(file, "written");
  return std::unique_ptr<FileWriter>(std::move(writer));
}

Status PosixDisk::make_folder(const std::string& folder) {
  return make_private_folder(folder);
}

Status PosixDisk::rename(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? Status() : failure(from, "renamed to " + to);
}

Status PosixDisk::remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return error ? failure(path, "removed", error.value()) : Status();
}

Status PosixDisk::sync_folder(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.ok() && fsync(opened.get()) == 0 ? Status() : failure(folder, "synced");
}

Result<std::unique_ptr<FileLock>> PosixDisk::lock(const std::string& file) {
  auto lock = std::make_unique<PosixLock>(
      ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock->descriptor() < 0)
    return failure(file, "written");
  if (flock(lock->descriptor(), LOCK_EX | LOCK_NB) != 0)
    return Status(Code::kAborted, file + " is held by another process");
  return std::unique_ptr<FileLock>(std::move(lock));
}

} // namespace tenon::host::services
