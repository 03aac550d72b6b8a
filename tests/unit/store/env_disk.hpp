// The host's port to the disk over the one that RocksDB uses in these tests, so that one power cut
// hits both. One thread.
#pragma once

#include <rocksdb/env.h>

#include <memory>
#include <set>

#include "ports/disk.hpp"

namespace tenon::store {

class EnvDisk final : public host::Disk {
public:
  explicit EnvDisk(rocksdb::Env* env) : env_(env) {}

  [[nodiscard]] Result<std::vector<std::string>> names(const std::string& folder) override;
  [[nodiscard]] Result<std::optional<std::uint64_t>> size(const std::string& file) override;
  [[nodiscard]] Result<std::unique_ptr<host::FileReader>> open(const std::string& file) override;
  [[nodiscard]] Result<std::unique_ptr<host::FileWriter>> create(const std::string& file) override;
  [[nodiscard]] Status make_folder(const std::string& folder) override;
  [[nodiscard]] Status rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Status remove(const std::string& path) override;
  [[nodiscard]] Status sync_folder(const std::string& folder) override;
  [[nodiscard]] Result<std::unique_ptr<host::FileLock>> lock(const std::string& file) override;

private:
  rocksdb::Env* env_;
  std::shared_ptr<std::set<std::string>> held_ = std::make_shared<std::set<std::string>>();
};

} // namespace tenon::store
