// The file system of this machine. Any thread.
#pragma once

#include "ports/disk.hpp"

namespace tenon::host::services {

class PosixDisk final : public Disk {
public:
  [[nodiscard]] Result<std::vector<std::string>> names(const std::string& folder) override;
  [[nodiscard]] Result<std::optional<std::uint64_t>> size(const std::string& file) override;
  [[nodiscard]] Result<std::unique_ptr<FileReader>> open(const std::string& file) override;
  [[nodiscard]] Result<std::unique_ptr<FileWriter>> create(const std::string& file) override;
  [[nodiscard]] Status make_folder(const std::string& folder) override;
  [[nodiscard]] Status rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Status remove(const std::string& path) override;
  [[nodiscard]] Status sync_folder(const std::string& folder) override;
  [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& file) override;
};

} // namespace tenon::host::services
