// RocksDB alone: each batch one write. Has the options that peers/src/rocksdb.rs has. Owned and
// called by one thread.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>

#include "subject.hpp"

namespace tenon::bench {

class PlainRocksdb final : public Subject {
public:
  static Result<std::unique_ptr<PlainRocksdb>> open(const std::filesystem::path& directory,
                                                    std::size_t cache_bytes);
  explicit PlainRocksdb(std::unique_ptr<rocksdb::DB> database) : database_(std::move(database)) {}

  Status write(const Updates& updates, bool sync) override;
  Result<bool> has(BytesView key) override;
  std::optional<double> written_bytes() override;

private:
  std::unique_ptr<rocksdb::DB> database_;
};

} // namespace tenon::bench
