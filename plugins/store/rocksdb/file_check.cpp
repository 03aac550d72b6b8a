#include "rocksdb/file_check.hpp"

#include <rocksdb/env.h>

#include <algorithm>

#include "rocksdb/file_checksum.hpp"
#include "rocksdb/rocksdb_status.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

TableFileCheck::TableFileCheck(rocksdb::DB& database, std::uint64_t random)
    : database_(database), rest_(tables_of(database)) {
  if (!rest_.empty())
    std::rotate(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(random % rest_.size()),
                rest_.end());
}

// Without those that have no checksum, which another configuration of RocksDB wrote.
std::vector<TableFileCheck::Table> TableFileCheck::tables_of(rocksdb::DB& database) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database.GetLiveFilesMetaData(&files);
  std::vector<Table> tables;
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (file.file_checksum_func_name == rocksdb::kStandardDbFileChecksumFuncName)
      tables.push_back({file.name, file.file_checksum});
  }
  return tables;
}

bool TableFileCheck::is_live(const std::string& name) const {
  const std::vector<Table> now = tables_of(database_);
  return std::any_of(now.begin(), now.end(),
                     [&](const Table& table) { return table.name == name; });
}

Result<bool> TableFileCheck::open(const Table& table) {
  const std::string path = database_.GetName() + table.name;
  const rocksdb::Status opened =
      database_.GetEnv()->NewSequentialFile(path, &file_, rocksdb::EnvOptions());
  if (!opened.ok() && !is_live(table.name))
    return false;
  if (!opened.ok())
    return data_loss("table " + path + " cannot be opened: " + opened.ToString() + ". " + kRestore);
  checksum_ = file_checksums()->CreateFileChecksumGenerator({});
  return true;
}

Status TableFileCheck::close(const Table& table) {
  file_.reset();
  checksum_->Finalize();
  const std::string found = checksum_->GetChecksum();
  if (found == table.checksum)
    return {};
  return data_loss("table " + database_.GetName() + table.name + " has checksum " +
                   to_hex(found) + ", the manifest says " + to_hex(table.checksum) + ". " +
                   kRestore);
}

Result<std::uint64_t> TableFileCheck::check(std::uint64_t max_bytes) {
  buffer_.resize(max_bytes);
  std::uint64_t read = 0;
  while (read < max_bytes && !rest_.empty()) {
    const Table& table = rest_.back();
    bool there = file_ != nullptr;
    if (!there) {
      TENON_ASSIGN_OR_RETURN(there, open(table));
    }
    rocksdb::Slice piece;
    if (there) {
      TENON_RETURN_IF_ERROR(failure(file_->Read(max_bytes - read, &piece, buffer_.data()),
                                    "reading table " + table.name));
      checksum_->Update(piece.data(), piece.size());
      read += piece.size();
    }
    if (!piece.empty())
      continue;
    if (there)
      TENON_RETURN_IF_ERROR(close(table));
    rest_.pop_back();
  }
  return read;
}

} // namespace tenon::store
