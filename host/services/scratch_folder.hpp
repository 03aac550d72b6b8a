// A folder for files that nobody needs afterwards: gone with its owner. One thread.
#pragma once

#include <filesystem>

#include "tenon/core/status.hpp"

namespace tenon::host::services {

class ScratchFolder {
public:
  // In the system's temporary folder; `purpose` becomes part of its name.
  [[nodiscard]] static Result<ScratchFolder> make(const std::string& purpose);
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

} // namespace tenon::host::services
