// What RocksDB's own threads tell. Where one of them fails (a table cannot be written, or tables
// cannot be merged) nobody waits for the answer: the first failure is kept, and the next write ends
// with it. RocksDB does not try again by itself, so that a node with a broken or full disk stops
// until somebody has looked at it. And each change of its manifest is noted in the mark.
//
// Shared by the backend and its database; told by RocksDB's threads, asked by any.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "rocksdb/durable_mark.hpp"
#include "tenon/core/status.hpp"

namespace tenon::store {

class DatabaseEvents final : public rocksdb::EventListener {
public:
  explicit DatabaseEvents(std::shared_ptr<DurableMark> mark) : mark_(std::move(mark)) {}

  // The first failure, or OK.
  [[nodiscard]] Status check() const;
  // Something failed. RocksDB then may have lost count of who uses which column (where a new log
  // cannot be begun while several columns are full), and would end the process if the database were
  // closed.
  [[nodiscard]] bool cannot_be_closed() const { return cannot_be_closed_.load(); }

  const char* Name() const override { return "tenon.database_events"; }
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status status,
                            bool* automatic) override;
  void OnFlushCompleted(rocksdb::DB* database, const rocksdb::FlushJobInfo& job) override;
  void OnCompactionCompleted(rocksdb::DB* database, const rocksdb::CompactionJobInfo& job) override;
  void OnExternalFileIngested(rocksdb::DB* database,
                              const rocksdb::ExternalFileIngestionInfo& info) override;

private:
  void keep(const Status& failed);

  std::shared_ptr<DurableMark> mark_;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> cannot_be_closed_ = false;
  mutable std::mutex mutex_;
  Status first_;
};

} // namespace tenon::store
