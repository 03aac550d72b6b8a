#include "rocksdb/database_events.hpp"

#include "rocksdb/rocksdb_status.hpp"

namespace tenon::store {

namespace {

const char* name_of(rocksdb::BackgroundErrorReason reason) {
  switch (reason) {
  case rocksdb::BackgroundErrorReason::kFlush:
  case rocksdb::BackgroundErrorReason::kFlushNoWAL:
    return "writing a table beside the commits";
  case rocksdb::BackgroundErrorReason::kCompaction:
    return "merging tables beside the commits";
  case rocksdb::BackgroundErrorReason::kManifestWrite:
  case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
    return "writing the list of tables";
  case rocksdb::BackgroundErrorReason::kMemTable:
    return "beginning a new log";
  default:
    return "writing a block";
  }
}

} // namespace

Status DatabaseEvents::check() const {
  if (!failed_.load(std::memory_order_acquire))
    return {};
  const std::lock_guard lock(mutex_);
  return first_;
}

void DatabaseEvents::keep(const Status& failed) {
  const std::lock_guard lock(mutex_);
  if (failed.ok() || !first_.ok())
    return;
  first_ = failed;
  failed_.store(true, std::memory_order_release);
}

void DatabaseEvents::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                       rocksdb::Status* status) {
  cannot_be_closed_ = true;
  keep(failure(*status, name_of(reason)));
}

void DatabaseEvents::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status status,
                                          bool* automatic) {
  status.PermitUncheckedError();
  *automatic = false;
}

void DatabaseEvents::OnFlushCompleted(rocksdb::DB* database, const rocksdb::FlushJobInfo&) {
  keep(mark_->note_manifest(*database));
}

void DatabaseEvents::OnCompactionCompleted(rocksdb::DB* database,
                                           const rocksdb::CompactionJobInfo&) {
  keep(mark_->note_manifest(*database));
}

void DatabaseEvents::OnExternalFileIngested(rocksdb::DB* database,
                                            const rocksdb::ExternalFileIngestionInfo&) {
  keep(mark_->note_manifest(*database));
}

} // namespace tenon::store
