#include "node/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "services/files.hpp"

namespace tenon::host::node {

Result<DataDirectory> DataDirectory::open(const std::filesystem::path& folder) {
  TENON_RETURN_IF_ERROR(services::make_private_folder(folder));
  return lock(folder, O_RDWR | O_CREAT, LOCK_EX);
}

Result<DataDirectory> DataDirectory::open_for_reading(const std::filesystem::path& folder) {
  return lock(folder, O_RDONLY, LOCK_SH);
}

Result<DataDirectory> DataDirectory::lock(const std::filesystem::path& folder, int flags,
                                          int operation) {
  const auto file = folder / "lock";
  const int lock = ::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return failed_precondition("the data directory " + folder.string() +
                               " cannot be used: " + file.string() + ": " + std::strerror(errno));
  }
  if (flock(lock, operation | LOCK_NB) != 0) {
    close(lock);
    return failed_precondition("the data directory " + folder.string() +
                               " is in use by another node or a tool; stop it, or name another "
                               "directory with --data-dir");
  }
  return DataDirectory(folder, lock);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0)
    close(lock_);
}

Result<std::filesystem::path> DataDirectory::plugin_folder(const std::string& name) const {
  const auto folder = folder_ / "plugins" / name;
  TENON_RETURN_IF_ERROR(services::make_private_folder(folder.parent_path()));
  TENON_RETURN_IF_ERROR(services::make_private_folder(folder));
  return folder;
}

} // namespace tenon::host::node
