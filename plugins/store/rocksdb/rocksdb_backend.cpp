#include "rocksdb/rocksdb_backend.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdarg>
#include <memory>
#include <mutex>

#include "common/records.hpp"
#include "rocksdb/database_files.hpp"
#include "rocksdb/file_checksum.hpp"
#include "rocksdb/rocksdb_status.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

rocksdb::Slice slice(BytesView bytes) {
  return {bytes.data(), bytes.size()};
}
BytesView view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
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

// RocksDB's own messages: what matters of them comes as a status. A file of them would end the
// process when the disk is full.
class NoMessages final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// A database that cannot be closed stays as it is, without any work under way, as long as the
// process; the next start finds it as after a kill.
void keep_until_the_end(std::unique_ptr<rocksdb::DB> database) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::unique_ptr<rocksdb::DB>>();
  rocksdb::CancelAllBackgroundWork(database.get(), /*wait=*/true);
  const std::lock_guard lock(mutex);
  kept->push_back(std::move(database));
}

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
  result.level0_file_num_compaction_trigger = options.level0_files;
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
  result.file_checksum_gen_factory = file_checksums();
  result.info_log = std::make_shared<NoMessages>();
  result.max_manifest_file_size = 16u << 20; // it is hashed after each change (durable_mark.hpp)
  result.max_open_files = 512;
  result.max_file_opening_threads = 2; // made anew for each of the column families
  result.max_total_wal_size = 512u << 20;
  if (options.env != nullptr)
    result.env = options.env;
  return result;
}

Result<std::optional<Bytes>> read_meta(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* meta,
                                       BytesView key) {
  Bytes record;
  const rocksdb::Status read = database.Get({}, meta, slice(key), &record);
  if (read.IsNotFound())
    return std::optional<Bytes>();
  TENON_RETURN_IF_ERROR(failure(read, "reading the column meta of " + database.GetName()));
  return std::optional<Bytes>(std::move(record));
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
    options.fill_cache = column != Column::kNodes; // the tree keeps what it has read
    Bytes value;
    const rocksdb::Status status =
        database_.Get(options, handles_[place_of(column, slot_)], slice(key), &value);
    if (status.IsNotFound())
      return std::optional<Bytes>();
    if (!status.ok())
      return failure(status, "reading a key");
    return std::optional<Bytes>(std::move(value));
  }
  [[nodiscard]] Status get_many(Column column, std::span<const BytesView> keys,
                                FoundVisitor visit) const override {
    constexpr std::size_t kTogether = 32; // what RocksDB looks for in one step
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    options.verify_checksums = true;
    std::array<rocksdb::Slice, kTogether> slices;
    std::array<rocksdb::Status, kTogether> statuses;
    for (std::size_t begin = 0; begin < keys.size(); begin += kTogether) {
      const std::size_t count = std::min(kTogether, keys.size() - begin);
      for (std::size_t i = 0; i < count; ++i)
        slices[i] = slice(keys[begin + i]);
      std::array<rocksdb::PinnableSlice, kTogether> values;
      database_.MultiGet(options, handles_[place_of(column, slot_)], count, slices.data(),
                         values.data(), statuses.data(), /*sorted_input=*/true);
      for (std::size_t i = 0; i < count; ++i) {
        const bool found = !statuses[i].IsNotFound();
        if (found)
          TENON_RETURN_IF_ERROR(failure(statuses[i], "reading keys"));
        TENON_RETURN_IF_ERROR(visit(
            begin + i, found ? std::optional<BytesView>(view_of(values[i])) : std::nullopt));
      }
    }
    return {};
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
RocksdbBackend::column_families(const RocksdbOptions& options, const Filters& filters) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families(kPlaces);
  for (const Slot slot : {Slot::kSecond, Slot::kFirst}) { // the common columns are the first's
    for (std::size_t i = 0; i < kColumns; ++i) {
      const auto column = static_cast<Column>(i);
      const std::string suffix = slot == Slot::kSecond ? ".2" : "";
      families[place_of(column, slot)] = {kColumnNames[i] + suffix,
                                          column_options(column, options, cache)};
    }
    families[place_of(Column::kHistory, slot)].options.compaction_filter_factory =
        filters[static_cast<std::size_t>(slot)];
  }
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return families;
}

// Whoever only reads cannot add the columns that an older format did not have.
Status RocksdbBackend::check_readable(const RocksdbOptions& options,
                                      const rocksdb::DBOptions& settings, bool exists) {
  if (!exists) {
    return failed_precondition("there is no database in " + options.directory +
                               ". Start its node once, or name another data directory");
  }
  std::vector<std::string> found;
  TENON_RETURN_IF_ERROR(
      failure(rocksdb::DB::ListColumnFamilies(settings, options.directory, &found),
              "opening the database in " + options.directory));
  if (std::find(found.begin(), found.end(), kColumnNames.back()) != found.end())
    return {};
  return failed_precondition("the database in " + options.directory +
                             " is of an older format, without the column " + kColumnNames.back() +
                             ". Start its node once with this version, which brings it up to "
                             "date, before it is opened for reading only");
}

// Against the mark beside the database. The end of a log looks the same whether the power failed
// while it was being written or it was damaged afterwards; only this tells that a whole tail of
// synced blocks is missing.
Status RocksdbBackend::check_nothing_lost(rocksdb::DB& database,
                                          rocksdb::ColumnFamilyHandle* meta,
                                          const std::string& directory, const DurableMark& mark) {
  const auto lost = [&directory](const std::string& what, const std::string& found) {
    return data_loss(what + ", but the database in " + directory + " " + found +
                     ": its write-ahead log or manifest is damaged, or an older copy was put "
                     "back. " + kRestore);
  };
  if (mark.block()) {
    TENON_ASSIGN_OR_RETURN(const auto record, read_meta(database, meta, kMetaHead));
    plugin::StoreHead head;
    if (record) {
      TENON_ASSIGN_OR_RETURN(head, decode_head(*record));
    }
    if (!record || head.height < *mark.block()) {
      return lost("block " + std::to_string(*mark.block()) + " was committed and synced",
                  "ends " + (record ? "at block " + std::to_string(head.height)
                                    : std::string("before its first block")));
    }
  }
  if (mark.forgotten().value_or(0) > 0) {
    TENON_ASSIGN_OR_RETURN(const auto record, read_meta(database, meta, kMetaHorizon));
    HorizonRecord horizon;
    if (record) {
      TENON_ASSIGN_OR_RETURN(horizon, decode_horizon(*record));
    }
    if (horizon.readable.oldest_version < *mark.forgotten()) {
      return lost("versions before block " + std::to_string(*mark.forgotten()) + " were pruned",
                  "begins at block " + std::to_string(horizon.readable.oldest_version));
    }
  }
  return {};
}

// Whoever opens a database for writing removes what it could not read of its logs, and files that
// it does not know. So it is looked at for reading first, its logs and the column "meta" alone.
Status RocksdbBackend::check_before_writing(
    const RocksdbOptions& options, const rocksdb::DBOptions& settings,
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
    const DurableMark& mark) {
  if (!mark.block())
    return {};
  const std::vector<rocksdb::ColumnFamilyDescriptor> some = {
      families[place_of(Column::kMeta, Slot::kFirst)], families.back()};
  rocksdb::DB* database = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(settings, options.directory, some,
                                                              &opened, &database);
  if (!status.ok())
    return failure(status, "opening the database in " + options.directory);
  const std::unique_ptr<rocksdb::DB> owned(database);
  const Status checked = check_nothing_lost(*database, opened.front(), options.directory, mark);
  for (rocksdb::ColumnFamilyHandle* const handle : opened)
    database->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  return checked;
}

Result<std::unique_ptr<Backend>> RocksdbBackend::open(const RocksdbOptions& options) {
  rocksdb::DBOptions settings = database_options(options);
  const Filters filters = {std::make_shared<HistoryFilters>(), std::make_shared<HistoryFilters>()};
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = column_families(options, filters);
  DatabaseLock lock(*settings.env);
  if (!options.read_only)
    TENON_RETURN_IF_ERROR(lock.take(options.directory));
  TENON_ASSIGN_OR_RETURN(const bool exists, has_database(*settings.env, options.directory));
  TENON_ASSIGN_OR_RETURN(std::shared_ptr<DurableMark> mark,
                         DurableMark::read(*settings.env, options.directory));
  if (exists)
    TENON_RETURN_IF_ERROR(mark->check_manifest());
  if (options.read_only)
    TENON_RETURN_IF_ERROR(check_readable(options, settings, exists));
  else if (exists)
    TENON_RETURN_IF_ERROR(check_before_writing(options, settings, families, *mark));
  lock.release(); // RocksDB takes it itself
  const auto events = std::make_shared<DatabaseEvents>(mark);
  settings.listeners.push_back(events);
  rocksdb::DB* database = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  const rocksdb::Status status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(settings, options.directory, families, &opened, &database)
          : rocksdb::DB::Open(settings, options.directory, families, &opened, &database);
  if (!status.ok())
    return failure(status, "opening the database in " + options.directory);
  std::unique_ptr<rocksdb::DB> owned(database);
  database->DestroyColumnFamilyHandle(opened.back()); // the default one is not used
  Handles handles{};
  std::copy_n(opened.begin(), kPlaces, handles.begin());
  std::unique_ptr<RocksdbBackend> backend(
      new RocksdbBackend(std::move(owned), mark, events, handles, filters, options.read_only));
  TENON_RETURN_IF_ERROR(
      check_nothing_lost(*database, handles[place_of(Column::kMeta, Slot::kFirst)],
                         options.directory, *mark));
  if (!options.read_only) {
    TENON_RETURN_IF_ERROR(mark->open());
    TENON_RETURN_IF_ERROR(mark->note_manifest(*database));
  }
  return std::unique_ptr<Backend>(std::move(backend));
}

Status RocksdbBackend::note_durable(std::uint64_t height) {
  return mark_->note_block(height);
}

// What is gone from tables does not come back with a log that loses its end, and so with it the
// right to read it: the mark tells.
Result<bool> RocksdbBackend::forget_superseded(Slot slot, std::uint64_t height) {
  HistoryFilters& filters = *filters_[static_cast<std::size_t>(slot)];
  if (height < filters.below())
    return true;
  TENON_RETURN_IF_ERROR(mark_->note_forgotten(height));
  filters.set_below(height + 1);
  return true;
}

// RocksDB tells nobody of what it still writes to the manifest while it ends. A mark that says too
// little only costs the closer look at the manifest's end.
RocksdbBackend::~RocksdbBackend() {
  if (!read_only_ && !events_->cannot_be_closed()) {
    rocksdb::CancelAllBackgroundWork(database_.get(), /*wait=*/true);
    (void)mark_->note_manifest(*database_);
  }
  for (rocksdb::ColumnFamilyHandle* const handle : handles_) {
    database_->DestroyColumnFamilyHandle(handle);
  }
  if (events_->cannot_be_closed())
    keep_until_the_end(std::move(database_));
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
    cleared.push_back(slot);
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
  std::vector<Slot> cleared;
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
  TENON_RETURN_IF_ERROR(events_->check());
  TENON_RETURN_IF_ERROR(gathered.first_failure);
  for (const Slot slot : gathered.cleared) { // heights may be lower now
    TENON_RETURN_IF_ERROR(mark_->note_forgotten(0));
    filters_[static_cast<std::size_t>(slot)]->set_below(0);
  }
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
