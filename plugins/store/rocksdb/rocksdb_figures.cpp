// RocksdbBackend: what RocksDB knows of itself, and the check of its files.
#include <rocksdb/metadata.h>

#include <cstdlib>
#include <map>

#include "rocksdb/file_check.hpp"
#include "rocksdb/rocksdb_backend.hpp"

namespace tenon::store {

namespace {

constexpr double kMicrosecondsPerSecond = 1e6;
constexpr double kBytesPerGigabyte = 1024.0 * 1024 * 1024;

using Properties = std::map<std::string, std::string>;

double number_in(const Properties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found == properties.end() ? 0 : std::strtod(found->second.c_str(), nullptr);
}

double property_of(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* handle,
                   const std::string& name) {
  std::uint64_t value = 0;
  return database.GetIntProperty(handle, name, &value) ? static_cast<double>(value) : 0;
}

// What RocksDB counts by column family, summed up.
struct Sums {
  double table_bytes = 0;
  double table_files = 0;
  double level0_files = 0;
  double read_bytes = 0;
  double written_bytes = 0;
  double pending_bytes = 0;
  double memtable_bytes = 0;
  double reader_bytes = 0;
  double slowdowns = 0;
  double stops = 0;

  void add(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* handle) {
    Properties found;
    database.GetMapProperty(handle, rocksdb::DB::Properties::kCFStats, &found);
    table_bytes += number_in(found, "compaction.Sum.SizeBytes");
    table_files += number_in(found, "compaction.Sum.NumFiles");
    level0_files += number_in(found, "compaction.L0.NumFiles");
    read_bytes += number_in(found, "compaction.Sum.ReadGB") * kBytesPerGigabyte;
    written_bytes += number_in(found, "compaction.Sum.WriteGB") * kBytesPerGigabyte;
    slowdowns += number_in(found, "io_stalls.total_slowdown");
    stops += number_in(found, "io_stalls.total_stop");
    pending_bytes +=
        property_of(database, handle, rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
    memtable_bytes +=
        property_of(database, handle, rocksdb::DB::Properties::kSizeAllMemTables);
    reader_bytes +=
        property_of(database, handle, rocksdb::DB::Properties::kEstimateTableReadersMem);
  }
};

} // namespace

std::vector<BackendFigure> RocksdbBackend::figures() const {
  rocksdb::DB& database = *database_;
  Sums sums;
  for (rocksdb::ColumnFamilyHandle* const handle : handles_)
    sums.add(database, handle);
  Properties all;
  database.GetMapProperty(rocksdb::DB::Properties::kDBStats, &all);
  rocksdb::ColumnFamilyHandle* const any = handles_.front();
  const auto property = [&](const std::string& name) { return property_of(database, any, name); };
  return {
      {"table_bytes", "Bytes of the tables on disk", sums.table_bytes},
      {"table_files", "Tables on disk", sums.table_files},
      {"level0_files", "Tables that nothing has been merged with yet", sums.level0_files},
      {"compaction_pending_bytes", "Bytes that wait for being merged", sums.pending_bytes},
      {"compactions_running", "Merges under way",
       property(rocksdb::DB::Properties::kNumRunningCompactions)},
      {"flushes_running", "Memtables being written to tables",
       property(rocksdb::DB::Properties::kNumRunningFlushes)},
      {"compaction_read_bytes", "Bytes read for merging, since the start", sums.read_bytes},
      {"table_written_bytes", "Bytes written to tables, since the start", sums.written_bytes},
      {"log_written_bytes", "Bytes written to the write-ahead log, since the start",
       number_in(all, "db.wal_bytes_written")},
      {"log_syncs", "Times the write-ahead log was synced, since the start",
       number_in(all, "db.wal_syncs")},
      {"stall_seconds", "How long writes have waited for flushes and merges, since the start",
       number_in(all, "db.user_write_stall_micros") / kMicrosecondsPerSecond},
      {"stall_slowdowns", "Times that writes were slowed down, since the start", sums.slowdowns},
      {"stall_stops", "Times that writes were stopped, since the start", sums.stops},
      {"writes_stopped", "1 while writes are stopped",
       property(rocksdb::DB::Properties::kIsWriteStopped)},
      {"memtable_bytes", "Memory of what is not in tables yet", sums.memtable_bytes},
      {"table_reader_bytes", "Memory of indexes and filters of tables", sums.reader_bytes},
      {"block_cache_bytes", "Memory of blocks read from disk",
       property(rocksdb::DB::Properties::kBlockCacheUsage)},
  };
}

std::optional<ColumnFigures> RocksdbBackend::figures_of(Column column, Slot slot) const {
  rocksdb::ColumnFamilyHandle* const handle = handles_[place_of(column, slot)];
  ColumnFigures figures;
  std::uint64_t estimated = 0;
  database_->GetIntProperty(handle, rocksdb::DB::Properties::kEstimateNumKeys, &estimated);
  figures.estimated_entries = estimated;
  rocksdb::ColumnFamilyMetaData metadata;
  database_->GetColumnFamilyMetaData(handle, &metadata);
  for (const rocksdb::LevelMetaData& level : metadata.levels) {
    if (!level.files.empty())
      figures.levels.push_back({level.level, level.files.size(), level.size});
  }
  return figures;
}

std::unique_ptr<FileCheck> RocksdbBackend::check_files(std::uint64_t random) const {
  return std::make_unique<TableFileCheck>(*database_, random);
}

} // namespace tenon::store
