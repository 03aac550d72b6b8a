#include "services/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "services/descriptor.hpp"

namespace tenon::host::services {

namespace {

Status failure(const std::filesystem::path& file, const std::string& what) {
  return failed_precondition(file.string() + " cannot be " + what + ": " + std::strerror(errno));
}

} // namespace

bool write_all(int descriptor, BytesView content) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno != EINTR)
      return false;
    if (count > 0)
      content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Status write_file_atomically(const std::filesystem::path& file, BytesView content, unsigned mode) {
  const std::string temporary = file.string() + ".new";
  ::unlink(temporary.c_str()); // left by a process that was killed here
  {
    const Descriptor out(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!out.ok() || !write_all(out.get(), content) || fsync(out.get()) != 0)
      return failure(file, "written");
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0)
    return failure(file, "written");
  const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor folder(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || fsync(folder.get()) != 0)
    return failure(parent, "synced");
  return {};
}

Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit, bool owner_only) {
  const Descriptor in(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!in.ok()) {
    const bool absent = errno == ENOENT;
    const Status status = failure(file, "read");
    return absent ? not_found(status.message()) : status;
  }
  struct stat facts {};
  if (fstat(in.get(), &facts) != 0)
    return failure(file, "examined");
  if (!S_ISREG(facts.st_mode))
    return failed_precondition(file.string() + " is not a regular file");
  if (owner_only && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return failed_precondition(file.string() + " may be used by others than its owner; chmod 600 " +
                               file.string());
  }
  Bytes content;
  char buffer[16384];
  for (;;) {
    const ssize_t count = ::read(in.get(), buffer, sizeof buffer);
    if (count == 0)
      return content;
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return failure(file, "read");
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return failed_precondition(file.string() + " is larger than " + std::to_string(limit) +
                                 " bytes");
    }
  }
}

Status make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error))
    return {};
  std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return failure(folder, "made");
  return {};
}

} // namespace tenon::host::services
