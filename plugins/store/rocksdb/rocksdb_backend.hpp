// The backend over RocksDB: one database, one column family per column, one WriteBatch per block.
// Owned by the StoreCore; see common/backend.hpp for threads.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <atomic>

#include "common/backend.hpp"

namespace tenon::store {

struct RocksdbOptions {
  std::string directory; // "<directory>.durable" lies beside it
  // Changes nothing on disk, and write() fails.
  bool read_only = false;
  std::size_t block_cache_bytes = 256u << 20;
  std::size_t write_buffer_bytes = 16u << 20;
  // Where files go; tests put one here that loses unsynced data. Null: the system's.
  rocksdb::Env* env = nullptr;
};

class RocksdbBackend final : public Backend {
public:
  static Result<std::unique_ptr<Backend>> open(const RocksdbOptions& options);
  ~RocksdbBackend() override;

  [[nodiscard]] bool durable() const override { return true; }
  [[nodiscard]] std::shared_ptr<const BackendView> view(Slot slot) const override;
  [[nodiscard]] std::unique_ptr<Batch> batch(Slot slot) const override;
  [[nodiscard]] Status write(Batch& batch, bool sync) override;
  [[nodiscard]] Status note_durable(std::uint64_t height) override;
  [[nodiscard]] std::optional<std::uint64_t> noted_durable() const override;
  void reclaim(Slot slot) override;
  [[nodiscard]] bool read_only() const override { return read_only_; }
  [[nodiscard]] Status verify() const override;

private:
  using Handles = std::array<rocksdb::ColumnFamilyHandle*, kPlaces>; // by place_of()
  class Gathered;
  class View;
  class Iterator;

  RocksdbBackend(std::unique_ptr<rocksdb::DB> database, const Handles& handles, bool read_only)
      : database_(std::move(database)), handles_(handles), read_only_(read_only) {}
  [[nodiscard]] static std::vector<rocksdb::ColumnFamilyDescriptor>
  column_families(const RocksdbOptions& options);
  [[nodiscard]] static Status check_readable(const RocksdbOptions& options,
                                             const rocksdb::DBOptions& settings);
  [[nodiscard]] Status open_durable_mark(const std::string& name, bool read_only);

  std::unique_ptr<rocksdb::DB> database_;
  Handles handles_;
  bool read_only_;
  // One small record beside the database, overwritten after each synced commit, never synced
  // itself: it may be too low after a power cut, but never too high.
  std::unique_ptr<rocksdb::RandomRWFile> durable_mark_;
  std::optional<std::uint64_t> durable_at_open_;
  // So much room a batch begins with: grown by doubling, a large one is copied and paged in twice.
  std::atomic<std::size_t> last_batch_bytes_ = 0;
};

} // namespace tenon::store
