#include "rocksdb/rocksdb_backend.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>

#include "common/records.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

rocksdb::Slice slice(BytesView bytes) {
  return {bytes.data(), bytes.size()};
}
BytesView view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// Whatever RocksDB complains about, this replica cannot go on: all of it is a fault.
Status failure(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok())
    return {};
  const std::string text = "RocksDB, " + std::string(doing) + ": " + status.ToString();
  if (status.IsCorruption())
    return data_loss(text);
  return Status::make_fault(status.IsNoSpace() ? Code::kResourceExhausted : Code::kInternal, text);
}

// A block's keys come sorted: each is looked for from where the one before it went. RocksDB keeps
// that place by prefix, one for keys and removed ranges together although they lie in two lists, so
// ranges must have none: in a slot's columns they begin with the empty key, which no entry has.
class OnePlaceForAllKeys final : public rocksdb::SliceTransform {
public:
  [[nodiscard]] const char* Name() const override { return "tenon.one_place_for_all_keys"; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), 0};
  }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override { return !key.empty(); }
};

constexpr double kMemtableBloomRatio = 0.05; // of the write buffer

rocksdb::ColumnFamilyOptions column_options(Column column, const RocksdbOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.verify_compression = true;
  table.format_version = 5;
  // Transactions ask for many keys that are absent (deduplication above all). The log of blocks and
  // versions is only asked for what it has, or by range.
  if (column != Column::kHistory && column != Column::kBlocks && column != Column::kChanges)
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions result;
  result.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  result.write_buffer_size = options.write_buffer_bytes;
  if (is_slotted(column) && column != Column::kChanges)
    result.memtable_insert_with_hint_prefix_extractor = std::make_shared<OnePlaceForAllKeys>();
  // Most keys that are asked for are absent, from what was written lately as well.
  if (column == Column::kLatest) {
    result.memtable_prefix_bloom_size_ratio = kMemtableBloomRatio;
    result.memtable_whole_key_filtering = true;
  }
  // Every column but the block log is rewritten at random places: files wait in level 0 until
  // merging them down is worth it. Bloom filters keep reads from paying for that.
  result.level0_file_num_compaction_trigger = 12;
  result.force_consistency_checks = true;
  // Keys and hashes do not compress; entries and blocks hardly do.
  result.compression = rocksdb::kNoCompression;
  result.level_compaction_dynamic_level_bytes = true;
  if (column == Column::kNodes)
    result.optimize_filters_for_hits = true;
  return result;
}

rocksdb::DBOptions database_options(const RocksdbOptions& options) {
  rocksdb::DBOptions result;
  result.create_if_missing = true;
  result.create_missing_column_families = true;
  result.paranoid_checks = true;
  result.track_and_verify_wals_in_manifest = true;
  result.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  result.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  result.keep_log_file_num = 4;
  result.max_open_files = 512;
  result.max_total_wal_size = 512u << 20;
  if (options.env != nullptr)
    result.env = options.env;
  return result;
}

} // namespace

class RocksdbBackend::Iterator final : public BackendIterator {
public:
  Iterator(rocksdb::DB& database, const rocksdb::Snapshot* snapshot,
           rocksdb::ColumnFamilyHandle* handle, BytesView begin, BytesView end)
      : end_(end), end_slice_(slice(end_)) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.verify_checksums = true;
    if (!end_.empty())
      options.iterate_upper_bound = &end_slice_;
    iterator_.reset(database.NewIterator(options, handle));
    iterator_->Seek(slice(begin));
  }

  [[nodiscard]] bool valid() const override { return iterator_->Valid(); }
  [[nodiscard]] BytesView key() const override { return view_of(iterator_->key()); }
  [[nodiscard]] BytesView value() const override { return view_of(iterator_->value()); }
  void next() override { iterator_->Next(); }
  [[nodiscard]] Status status() const override {
    return failure(iterator_->status(), "reading a range");
  }

private:
  Bytes end_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksdbBackend::View final : public BackendView {
public:
  View(rocksdb::DB& database, const Handles& handles, Slot slot)
      : database_(database), handles_(handles), slot_(slot), snapshot_(database.GetSnapshot()) {}
  ~View() override { database_.ReleaseSnapshot(snapshot_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  [[nodiscard]] bool fixed() const override { return true; }
  [[nodiscard]] Result<std::optional<Bytes>> get(Column column, BytesView key) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    options.verify_checksums = true;
    Bytes value;
    const rocksdb::Status status =
        database_.Get(options, handles_[place_of(column, slot_)], slice(key), &value);
    if (status.IsNotFound())
      return std::optional<Bytes>();
    if (!status.ok())
      return failure(status, "reading a key");
    return std::optional<Bytes>(std::move(value));
  }
  [[nodiscard]] std::unique_ptr<BackendIterator> iterate(Column column, BytesView begin,
                                                         BytesView end) const override {
    return std::make_unique<Iterator>(database_, snapshot_, handles_[place_of(column, slot_)],
                                      begin, end);
  }

private:
  rocksdb::DB& database_;
  Handles handles_;
  Slot slot_;
  const rocksdb::Snapshot* snapshot_;
};

// "latest", and "latest.2" for the second slot.
std::vector<rocksdb::ColumnFamilyDescriptor>
RocksdbBackend::column_families(const RocksdbOptions& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families(kPlaces);
  for (const Slot slot : {Slot::kSecond, Slot::kFirst}) { // the common columns are the first's
    for (std::size_t i = 0; i < kColumns; ++i) {
      const auto column = static_cast<Column>(i);
      const std::string suffix = slot == Slot::kSecond ? ".2" : "";
      families[place_of(column, slot)] = {kColumnNames[i] + suffix,
                                          column_options(column, options, cache)};
    }
  }
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return families;
}

// Whoever only reads cannot add the columns that an older format did not have.
Status RocksdbBackend::check_readable(const RocksdbOptions& options,
                                      const rocksdb::DBOptions& settings) {
  std::vector<std::string> found;
  TENON_RETURN_IF_ERROR(
      failure(rocksdb::DB::ListColumnFamilies(settings, options.directory, &found),
              "opening " + options.directory));
  if (std::find(found.begin(), found.end(), kColumnNames.back()) != found.end())
    return {};
  return failed_precondition("the database in " + options.directory +
                             " is of an older format, without the column " + kColumnNames.back() +
                             ". Start its node once with this version, which brings it up to "
                             "date, before it is opened for reading only");
}

Result<std::unique_ptr<Backend>> RocksdbBackend::open(const RocksdbOptions& options) {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = column_families(options);
  rocksdb::DB* database = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  const rocksdb::DBOptions settings = database_options(options);
  if (options.read_only)
    TENON_RETURN_IF_ERROR(check_readable(options, settings));
  const rocksdb::Status status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(settings, options.directory, families, &opened, &database)
          : rocksdb::DB::Open(settings, options.directory, families, &opened, &database);
  if (!status.ok())
    return failure(status, "opening " + options.directory);
  std::unique_ptr<rocksdb::DB> owned(database);
  database->DestroyColumnFamilyHandle(opened.back()); // the default one is not used
  Handles handles{};
  std::copy_n(opened.begin(), kPlaces, handles.begin());
  std::unique_ptr<RocksdbBackend> backend(
      new RocksdbBackend(std::move(owned), handles, options.read_only));
  TENON_RETURN_IF_ERROR(
      backend->open_durable_mark(options.directory + ".durable", options.read_only));
  return std::unique_ptr<Backend>(std::move(backend));
}

Status RocksdbBackend::open_durable_mark(const std::string& name, bool read_only) {
  rocksdb::Env* const env = database_->GetEnv();
  Bytes mark;
  if (env->FileExists(name).IsNotFound()) {
    if (read_only)
      return {};
    TENON_RETURN_IF_ERROR(
        failure(rocksdb::WriteStringToFile(env, mark, name, true), "creating " + name));
  }
  TENON_RETURN_IF_ERROR(failure(rocksdb::ReadFileToString(env, name, &mark), "reading " + name));
  // A mark that is torn or damaged tells nothing, which is what it told before it was written.
  if (const auto record = unseal(mark, name);
      record.ok() && record->size() == sizeof(std::uint64_t))
    durable_at_open_ = read_be64(*record);
  if (read_only)
    return {};
  return failure(env->NewRandomRWFile(name, &durable_mark_, rocksdb::EnvOptions()),
                 "opening " + name);
}

Status RocksdbBackend::note_durable(std::uint64_t height) {
  const Bytes mark = seal(height_key(height));
  return failure(durable_mark_->Write(0, slice(mark)), "marking a block as durable");
}

std::optional<std::uint64_t> RocksdbBackend::noted_durable() const {
  return durable_at_open_;
}

RocksdbBackend::~RocksdbBackend() {
  for (rocksdb::ColumnFamilyHandle* const handle : handles_) {
    database_->DestroyColumnFamilyHandle(handle);
  }
}

std::shared_ptr<const BackendView> RocksdbBackend::view(Slot slot) const {
  return std::make_shared<View>(*database_, handles_, slot);
}

class RocksdbBackend::Gathered final : public Batch {
public:
  Gathered(rocksdb::DB& database, const Handles& handles, Slot slot, std::size_t expected_bytes)
      : writes(expected_bytes, kNoLimit, kProtectionBytesPerKey, kNoLimit), database_(database),
        handles_(handles), slot_(slot) {}

  void put(Column column, BytesView key, BytesView value) override {
    keep(writes.Put(handles_[place_of(column, slot_)], slice(key), slice(value)));
  }
  void remove(Column column, BytesView key) override {
    keep(writes.Delete(handles_[place_of(column, slot_)], slice(key)));
  }
  void remove_range(Column column, BytesView begin, BytesView end) override {
    keep(writes.DeleteRange(handles_[place_of(column, slot_)], slice(begin), slice(end)));
  }
  // A range needs an end, and keys may be any bytes: it ends behind the last one there is.
  void clear(Slot slot) override {
    for (const Column column : kSlottedColumns) {
      rocksdb::ColumnFamilyHandle* const handle = handles_[place_of(column, slot)];
      const std::unique_ptr<rocksdb::Iterator> last(database_.NewIterator({}, handle));
      last->SeekToLast();
      keep(last->status());
      if (!last->Valid())
        continue;
      const Bytes end = last->key().ToString() + '\0';
      keep(writes.DeleteRange(handle, rocksdb::Slice(), slice(end)));
    }
  }

  rocksdb::WriteBatch writes;
  Status first_failure;

private:
  static constexpr std::size_t kNoLimit = 0;
  static constexpr std::size_t kProtectionBytesPerKey = 8;

  void keep(const rocksdb::Status& status) {
    if (!status.ok() && first_failure.ok())
      first_failure = failure(status, "gathering a block's writes");
  }

  rocksdb::DB& database_;
  const Handles& handles_;
  Slot slot_;
};

std::unique_ptr<Batch> RocksdbBackend::batch(Slot slot) const {
  // A block is about as large as the one before it, and a quarter more costs nothing until used.
  const std::size_t last = last_batch_bytes_.load(std::memory_order_relaxed);
  return std::make_unique<Gathered>(*database_, handles_, slot, last + last / 4);
}

Status RocksdbBackend::write(Batch& batch, bool sync) {
  auto& gathered = static_cast<Gathered&>(batch);
  TENON_RETURN_IF_ERROR(gathered.first_failure);
  rocksdb::WriteOptions options;
  options.sync = sync;
  last_batch_bytes_.store(gathered.writes.GetDataSize(), std::memory_order_relaxed);
  return failure(database_->Write(options, &gathered.writes), "writing a block");
}

// A cleared column gets no more writes that would make RocksDB merge its files. Those above level 0
// are dropped whole; those of level 0, a dozen at most, wait for the slot's next import or for
// RocksDB to find them old. Nothing is merged here and now: it would rewrite what nobody reads.
void RocksdbBackend::reclaim(Slot slot) {
  for (const Column column : kSlottedColumns) {
    const rocksdb::RangePtr everything;
    rocksdb::DeleteFilesInRanges(database_.get(), handles_[place_of(column, slot)], &everything, 1)
        .PermitUncheckedError();
  }
}

Status RocksdbBackend::verify() const {
  return failure(database_->VerifyChecksum(), "verifying block checksums");
}

} // namespace tenon::store
