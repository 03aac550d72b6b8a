// The backend over RocksDB: one database, one column family per column, one WriteBatch per block.
// Owned by the StoreCore; see common/backend.hpp for threads.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <atomic>
#include <map>

#include "common/backend.hpp"
#include "rocksdb/database_events.hpp"
#include "rocksdb/durable_mark.hpp"
#include "rocksdb/history_filter.hpp"

namespace tenon::store {

struct RocksdbOptions {
  std::string directory; // "<directory>.durable" lies beside it
  // Changes nothing on disk, and write() fails.
  bool read_only = false;
  std::size_t block_cache_bytes = 256u << 20;
  std::size_t write_buffer_bytes = 16u << 20;
  // How many files of a column wait in level 0 until they are merged down.
  int level0_files = 12;
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
  [[nodiscard]] std::unique_ptr<Bulk> bulk(Slot slot) override;
  [[nodiscard]] Status write(Batch& batch, bool sync) override;
  [[nodiscard]] Status note_durable(std::uint64_t height) override;
  [[nodiscard]] Result<bool> forget_superseded(Slot slot, std::uint64_t height) override;
  void reclaim(Slot slot) override;
  [[nodiscard]] bool read_only() const override { return read_only_; }
  [[nodiscard]] std::vector<BackendFigure> figures() const override;
  [[nodiscard]] std::optional<ColumnFigures> figures_of(Column column, Slot slot) const override;
  [[nodiscard]] std::unique_ptr<FileCheck> check_files(std::uint64_t random) const override;
  [[nodiscard]] Status verify() const override;
  [[nodiscard]] Result<plugin::StoreCheckpoint> checkpoint(const std::string& directory) override;

private:
  using Handles = std::array<rocksdb::ColumnFamilyHandle*, kPlaces>; // by place_of()
  using Filters = std::array<std::shared_ptr<HistoryFilters>, kSlots>;
  class Gathered;
  class TableFiles;
  class View;
  class Iterator;

  RocksdbBackend(std::unique_ptr<rocksdb::DB> database, std::shared_ptr<DurableMark> mark,
                 std::shared_ptr<DatabaseEvents> events, const Handles& handles,
                 const Filters& filters, bool read_only)
      : mark_(std::move(mark)), events_(std::move(events)), database_(std::move(database)),
        handles_(handles), filters_(filters), read_only_(read_only) {}
  [[nodiscard]] static std::vector<rocksdb::ColumnFamilyDescriptor>
  column_families(const RocksdbOptions& options, const Filters& filters);
  [[nodiscard]] static Status check_readable(const RocksdbOptions& options,
                                             const rocksdb::DBOptions& settings, bool exists);
  [[nodiscard]] static Status
  check_before_writing(const RocksdbOptions& options, const rocksdb::DBOptions& settings,
                       const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                       const DurableMark& mark);
  [[nodiscard]] static Status check_nothing_lost(rocksdb::DB& database,
                                                 rocksdb::ColumnFamilyHandle* meta,
                                                 const std::string& directory,
                                                 const DurableMark& mark);
  [[nodiscard]] Result<plugin::StoreCheckpoint> as_checkpoint() const;
  [[nodiscard]] Result<std::map<std::string, std::string>> table_ids() const;

  std::shared_ptr<DurableMark> mark_;
  std::shared_ptr<DatabaseEvents> events_;
  std::unique_ptr<rocksdb::DB> database_;
  Handles handles_;
  Filters filters_;
  bool read_only_;
  // So much room a batch begins with: grown by doubling, a large one is copied and paged in twice.
  std::atomic<std::size_t> last_batch_bytes_ = 0;
};

} // namespace tenon::store
