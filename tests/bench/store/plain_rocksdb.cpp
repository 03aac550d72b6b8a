#include "plain_rocksdb.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <map>

namespace tenon::bench {

Result<std::unique_ptr<PlainRocksdb>> PlainRocksdb::open(const std::filesystem::path& directory,
                                                         std::size_t cache_bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, directory.string(), &database);
  if (!status.ok())
    return fault(status.ToString());
  return std::make_unique<PlainRocksdb>(std::unique_ptr<rocksdb::DB>(database));
}

Status PlainRocksdb::write(const Updates& updates, bool sync) {
  rocksdb::WriteBatch batch;
  for (const auto& [key, entry] : updates) {
    if (const auto status = batch.Put(key, entry); !status.ok())
      return fault(status.ToString());
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  const rocksdb::Status status = database_->Write(options, &batch);
  return status.ok() ? Status() : fault(status.ToString());
}

Result<bool> PlainRocksdb::has(BytesView key) {
  std::string value;
  const rocksdb::Status status =
      database_->Get(rocksdb::ReadOptions(), rocksdb::Slice(key.data(), key.size()), &value);
  return status.ok();
}

// The log, and the tables that flushes and compactions have made.
std::optional<double> PlainRocksdb::written_bytes() {
  std::map<std::string, std::string> whole;
  std::map<std::string, std::string> column;
  if (!database_->GetMapProperty(rocksdb::DB::Properties::kDBStats, &whole) ||
      !database_->GetMapProperty(rocksdb::DB::Properties::kCFStats, &column))
    return std::nullopt;
  const auto log = whole.find("db.wal_bytes_written");
  const auto tables_gib = column.find("compaction.Sum.WriteGB");
  if (log == whole.end() || tables_gib == column.end())
    return std::nullopt;
  return std::stod(log->second) + std::stod(tables_gib->second) * (1u << 30);
}

} // namespace tenon::bench
