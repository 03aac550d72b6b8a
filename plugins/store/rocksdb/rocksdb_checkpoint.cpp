// RocksdbBackend: files of which the store can be opened as it is now. Tables are hard links, what
// RocksDB still writes to is copied, and nothing waits for either. The durable mark is left out: it
// is about the database that goes on.
#include <rocksdb/table_properties.h>
#include <rocksdb/unique_id.h>
#include <rocksdb/utilities/checkpoint.h>

#include <memory>

#include "common/records.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

// So much of the write-ahead log is copied; more of it is first flushed into tables, which later
// checkpoints share.
constexpr std::uint64_t kMaxLogBytes = 32u << 20;
constexpr std::size_t kCacheBytes = 1u << 20; // to look up one record

// The database itself is as it was: no fault.
Status harmless(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok())
    return {};
  return {status.IsNoSpace() ? Code::kResourceExhausted : Code::kUnavailable,
          "RocksDB, " + doing + ": " + status.ToString()};
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

} // namespace

Result<plugin::StoreCheckpoint> RocksdbBackend::checkpoint(const std::string& directory) {
  const std::string copy = directory + "/" + last_part(database_->GetName());
  rocksdb::Checkpoint* made = nullptr;
  TENON_RETURN_IF_ERROR(
      harmless(rocksdb::Checkpoint::Create(database_.get(), &made), "preparing a checkpoint"));
  const std::unique_ptr<rocksdb::Checkpoint> owned(made);
  TENON_RETURN_IF_ERROR(harmless(owned->CreateCheckpoint(copy, kMaxLogBytes),
                                 "making a checkpoint in " + directory));
  RocksdbOptions options;
  options.directory = copy;
  options.read_only = true;
  options.block_cache_bytes = kCacheBytes;
  options.env = database_->GetEnv();
  const auto opened = open(options);
  if (!opened.ok())
    return Status(opened.status().code(), opened.status().message());
  return static_cast<const RocksdbBackend&>(**opened).as_checkpoint();
}

// Each block is one atomic batch, so that a log cut anywhere ends with a whole block. Which one it
// is, only the copy itself can tell.
Result<plugin::StoreCheckpoint> RocksdbBackend::as_checkpoint() const {
  plugin::StoreCheckpoint result;
  TENON_ASSIGN_OR_RETURN(const auto head, view(Slot::kFirst)->get(Column::kMeta, kMetaHead));
  if (!head)
    return failed_precondition("there is nothing to copy: no block has been committed yet");
  TENON_ASSIGN_OR_RETURN(result.head, decode_head(*head));
  const std::string& directory = database_->GetName();
  std::vector<std::string> files;
  TENON_RETURN_IF_ERROR(harmless(database_->GetEnv()->GetChildren(directory, &files),
                                 "listing the checkpoint " + directory));
  TENON_ASSIGN_OR_RETURN(const auto ids, table_ids());
  for (const std::string& file : files) {
    const auto id = ids.find(file);
    result.files.push_back({last_part(directory) + "/" + file,
                            id == ids.end() ? std::string() : id->second});
  }
  return result;
}

// By file name. A table is never changed, and its id is never given to another one.
Result<std::map<std::string, std::string>> RocksdbBackend::table_ids() const {
  std::map<std::string, std::string> ids;
  for (rocksdb::ColumnFamilyHandle* const handle : handles_) {
    rocksdb::TablePropertiesCollection tables;
    TENON_RETURN_IF_ERROR(harmless(database_->GetPropertiesOfAllTables(handle, &tables),
                                   "reading what a checkpoint's tables are"));
    for (const auto& [path, properties] : tables) {
      std::string id;
      TENON_RETURN_IF_ERROR(
          harmless(rocksdb::GetExtendedUniqueIdFromTableProperties(*properties, &id),
                   "asking for the id of " + path));
      ids[last_part(path)] = to_hex(id);
    }
  }
  return ids;
}

} // namespace tenon::store
