// The node's folder on disk, held by one process at a time. Owned by the node; main thread.
#pragma once

#include <filesystem>

#include "tenon/core/status.hpp"

namespace tenon::host::node {

class DataDirectory {
public:
  // Makes the folder (0700) where it is missing and locks it; the lock goes with the process.
  static Result<DataDirectory> open(const std::filesystem::path& folder);
  // For those who only look: changes nothing, may be shared with others who do, and keeps nodes out
  // meanwhile.
  static Result<DataDirectory> open_for_reading(const std::filesystem::path& folder);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) = delete;
  ~DataDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::filesystem::path keys() const { return folder_ / "keys"; }
  // Makes <folder>/plugins/<name>, 0700.
  [[nodiscard]] Result<std::filesystem::path> plugin_folder(const std::string& name) const;

private:
  static Result<DataDirectory> lock(const std::filesystem::path& folder, int flags, int operation);
  DataDirectory(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path folder_;
  int lock_;
};

} // namespace tenon::host::node
