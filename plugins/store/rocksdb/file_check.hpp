// Reads the tables of a database as they lie on disk, past every cache, and compares each with the
// checksum that the manifest has of the whole file. Owned by the scrub; one thread at a time. Must
// not outlive the database.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>

#include <memory>
#include <string>
#include <vector>

#include "common/backend_figures.hpp"

namespace tenon::store {

class TableFileCheck final : public FileCheck {
public:
  // Of the tables that are there now; `random` says with which to begin. Those that RocksDB merges
  // into new ones meanwhile are left out: what was in them is checked when it reads them.
  TableFileCheck(rocksdb::DB& database, std::uint64_t random);

  [[nodiscard]] Result<std::uint64_t> check(std::uint64_t max_bytes) override;

private:
  struct Table {
    std::string name; // below the database's directory
    std::string checksum;
  };

  // False when the table is gone.
  [[nodiscard]] Result<bool> open(const Table& table);
  [[nodiscard]] Status close(const Table& table);
  [[nodiscard]] bool is_live(const std::string& name) const;
  [[nodiscard]] static std::vector<Table> tables_of(rocksdb::DB& database);

  rocksdb::DB& database_;
  std::vector<Table> rest_; // the last one first
  std::unique_ptr<rocksdb::SequentialFile> file_; // of rest_.back(), once it is begun
  std::unique_ptr<rocksdb::FileChecksumGenerator> checksum_;
  std::string buffer_;
};

} // namespace tenon::store
