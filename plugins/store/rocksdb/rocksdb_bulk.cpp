// Rows that come in bulk go into sorted table files, one for each column, which the database then
// takes over: neither its log nor its memory sees them.
#include <rocksdb/sst_file_writer.h>

#include "rocksdb/rocksdb_backend.hpp"
#include "rocksdb/rocksdb_status.hpp"

namespace tenon::store {

class RocksdbBackend::TableFiles final : public Bulk {
public:
  TableFiles(rocksdb::DB& database, const Handles& handles, Slot slot)
      : database_(database), handles_(handles), slot_(slot) {}

  [[nodiscard]] Status put(Column column, BytesView key, BytesView value) override {
    if (!writer_ || column != column_)
      TENON_RETURN_IF_ERROR(begin(column));
    return failure(writer_->Put({key.data(), key.size()}, {value.data(), value.size()}), kDoing);
  }

  [[nodiscard]] Status finish() override {
    TENON_RETURN_IF_ERROR(end_file());
    return files_.empty() ? Status() : failure(database_.IngestExternalFiles(files_), kDoing);
  }

private:
  static constexpr const char* kDoing = "writing the files of an import";

  // A file of the same name is left of a crash; it may be one of the database's under another name,
  // and so is not written over.
  [[nodiscard]] Status begin(Column column) {
    TENON_RETURN_IF_ERROR(end_file());
    column_ = column;
    rocksdb::ColumnFamilyHandle* const handle = handles_[place_of(column, slot_)];
    const std::string name = database_.GetName() + "/" + handle->GetName() + ".import";
    if (database_.GetEnv()->FileExists(name).ok())
      TENON_RETURN_IF_ERROR(failure(database_.GetEnv()->DeleteFile(name), "removing " + name));
    rocksdb::ColumnFamilyDescriptor about;
    TENON_RETURN_IF_ERROR(failure(handle->GetDescriptor(&about), kDoing));
    writer_ = std::make_unique<rocksdb::SstFileWriter>(
        rocksdb::EnvOptions(), rocksdb::Options(database_.GetDBOptions(), about.options), handle);
    TENON_RETURN_IF_ERROR(failure(writer_->Open(name), "creating " + name));
    rocksdb::IngestExternalFileArg file;
    file.column_family = handle;
    file.external_files = {name};
    file.options.move_files = true;
    file.options.failed_move_fall_back_to_copy = true;
    file.options.write_global_seqno = false;
    files_.push_back(std::move(file));
    return {};
  }

  // Synced.
  [[nodiscard]] Status end_file() {
    const auto ended = std::move(writer_);
    return ended ? failure(ended->Finish(), kDoing) : Status();
  }

  rocksdb::DB& database_;
  const Handles& handles_;
  Slot slot_;
  Column column_ = Column::kMeta;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::vector<rocksdb::IngestExternalFileArg> files_;
};

std::unique_ptr<Bulk> RocksdbBackend::bulk(Slot slot) {
  return std::make_unique<TableFiles>(*database_, handles_, slot);
}

} // namespace tenon::store
