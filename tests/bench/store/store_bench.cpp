#include "store_bench.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <unordered_set>
#include <vector>

#include "plugin_under_test.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kGets = 50'000;
constexpr std::uint64_t kProofs = 10'000;
constexpr std::uint64_t kCalls = 1'000'000;
constexpr std::uint64_t kBatchesPerTurn = 100;
constexpr std::size_t kBlocksInCommit = 16; // of consensus `simple`, by default

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The same sequence of updates for whoever asks with the same seed.
class Workload {
public:
  explicit Workload(const StoreBenchOptions& options) : options_(options), random_(1) {}

  [[nodiscard]] Bytes key(std::uint64_t index) const {
    Bytes key = crypto::sha256("key " + std::to_string(index)).str();
    key.resize(options_.key_size, 'k');
    return key;
  }
  [[nodiscard]] std::uint64_t random_key() { return random_() % options_.keys; }
  [[nodiscard]] Bytes entry() {
    const std::vector<std::string> readers = {std::string(merkle::kPublicReader)};
    const Bytes reader_list = merkle::encode_readers(readers);
    merkle::StateEntry entry;
    for (std::uint8_t& byte : entry.salt.bytes)
      byte = static_cast<std::uint8_t>(random_());
    entry.readers = reader_list;
    const std::size_t frame = merkle::encode_entry(entry).size();
    Bytes value(options_.value_size > frame ? options_.value_size - frame : 0, '\0');
    for (char& byte : value)
      byte = static_cast<char>(random_());
    entry.value = value;
    return merkle::encode_entry(entry);
  }
  // The next batch of updates: of `first`, `first + 1`, …, or of random keys.
  std::vector<std::pair<Bytes, Bytes>> batch(const std::uint64_t* first) {
    std::vector<std::pair<Bytes, Bytes>> updates;
    std::unordered_set<std::uint64_t> taken;
    while (updates.size() < options_.batch) {
      const std::uint64_t index = first != nullptr ? *first + updates.size() : random_key();
      if (index >= options_.keys)
        break;
      if (first != nullptr || taken.insert(index).second)
        updates.emplace_back(key(index), entry());
    }
    return updates;
  }

private:
  const StoreBenchOptions& options_;
  std::mt19937_64 random_;
};

// Either of the two that are compared.
class Subject {
public:
  virtual ~Subject() = default;
  virtual Status write(const std::vector<std::pair<Bytes, Bytes>>& updates, bool sync) = 0;
  // Everything written is committed when this returns.
  virtual Status finish() { return {}; }
  virtual Result<bool> has(BytesView key) = 0;
};

// As the node drives it: blocks are staged while earlier ones are being committed, at most
// kBlocksInCommit of them. Each commit is synced, like each batch of the peer: the node would let
// one sync cover all that wait.
class TenonStore final : public Subject {
public:
  explicit TenonStore(plugin::Store& store) : store_(store) {}
  TenonStore(const TenonStore&) = delete;
  TenonStore& operator=(const TenonStore&) = delete;
  ~TenonStore() override { committer_.join(); }

  Status write(const std::vector<std::pair<Bytes, Bytes>>& updates, bool sync) override {
    std::vector<plugin::StoreWrite> writes;
    writes.reserve(updates.size());
    for (const auto& [key, entry] : updates)
      writes.push_back({plugin::KeyClass::kState, false, key, entry});
    TENON_ASSIGN_OR_RETURN(std::shared_ptr<plugin::StoreStage> stage,
                           store_.stage(newest_.get(), writes));
    newest_ = std::move(stage);
    {
      std::unique_lock lock(mutex_);
      committed_.wait(lock, [this] { return waiting_.size() < kBlocksInCommit; });
      TENON_RETURN_IF_ERROR(failure_);
      waiting_.push_back(newest_);
    }
    boost::asio::post(committer_, [this, sync] { commit_one(sync); });
    return {};
  }
  Status finish() override {
    view_.reset();
    std::unique_lock lock(mutex_);
    committed_.wait(lock, [this] { return waiting_.empty(); });
    return failure_;
  }
  Result<bool> has(BytesView key) override {
    if (!view_) {
      TENON_ASSIGN_OR_RETURN(view_, store_.snapshot(plugin::kHeadHeight));
    }
    TENON_ASSIGN_OR_RETURN(const auto entry, view_->get(plugin::KeyClass::kState, key));
    return entry.has_value();
  }

private:
  void commit_one(bool sync) {
    plugin::StoreBlock block;
    block.height = height_++;
    std::unique_lock lock(mutex_);
    const auto stage = waiting_.front();
    lock.unlock();
    const Status status = store_.commit(*stage, block, sync);
    lock.lock();
    waiting_.pop_front();
    if (failure_.ok())
      failure_ = status;
    committed_.notify_one();
  }

  plugin::Store& store_;
  std::shared_ptr<plugin::StoreStage> newest_;
  std::unique_ptr<plugin::StoreSnapshot> view_;

  std::mutex mutex_; // guards what follows
  std::condition_variable committed_;
  std::deque<std::shared_ptr<plugin::StoreStage>> waiting_; // for their commit, or in it
  Status failure_;

  std::uint64_t height_ = 0; // of the next commit; the committer's
  boost::asio::thread_pool committer_{1};
};

class PlainRocksdb final : public Subject {
public:
  static Result<std::unique_ptr<PlainRocksdb>> open(const std::string& directory) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_cache = rocksdb::NewLRUCache(256u << 20);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* database = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, directory, &database);
    if (!status.ok())
      return fault(status.ToString());
    auto made = std::make_unique<PlainRocksdb>();
    made->database_.reset(database);
    return made;
  }
  Status write(const std::vector<std::pair<Bytes, Bytes>>& updates, bool sync) override {
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
  Result<bool> has(BytesView key) override {
    std::string value;
    const rocksdb::Status status =
        database_->Get(rocksdb::ReadOptions(), rocksdb::Slice(key.data(), key.size()), &value);
    return status.ok();
  }

private:
  std::unique_ptr<rocksdb::DB> database_;
};

using Updates = std::vector<std::pair<Bytes, Bytes>>;

Status fill(Subject& subject, const StoreBenchOptions& options) {
  Workload workload(options);
  for (std::uint64_t first = 0; first < options.keys; first += options.batch)
    TENON_RETURN_IF_ERROR(subject.write(workload.batch(&first), false));
  return subject.finish();
}

// Writes the batches, and adds what they took.
Status measure_updates(Subject& subject, const std::vector<Updates>& batches, bool sync,
                       StoreFigures& figures) {
  const double cpu_before = cpu_seconds();
  const auto began = Clock::now();
  for (const Updates& updates : batches)
    TENON_RETURN_IF_ERROR(subject.write(updates, sync));
  TENON_RETURN_IF_ERROR(subject.finish());
  figures.seconds += seconds_since(began);
  figures.cpu_seconds += cpu_seconds() - cpu_before;
  return {};
}

// The two take turns on the same batches, so that what changes on the machine meanwhile meets both.
Status measure_updates(Subject& plain, Subject& store, const StoreBenchOptions& options,
                       StoreBenchReport& report) {
  Workload workload(options);
  for (std::uint64_t done = 0; done < options.batches;) {
    std::vector<Updates> batches; // made outside of the measured time
    for (std::uint64_t i = 0; i < kBatchesPerTurn && done < options.batches; ++i, ++done)
      batches.push_back(workload.batch(nullptr));
    TENON_RETURN_IF_ERROR(measure_updates(plain, batches, options.sync, report.plain));
    TENON_RETURN_IF_ERROR(measure_updates(store, batches, options.sync, report.store));
    options.progress("wrote " + std::to_string(done) + " of " + std::to_string(options.batches) +
                     " batches to both");
  }
  return {};
}

Status measure_gets(Subject& subject, const StoreBenchOptions& options, StoreFigures& figures) {
  Workload workload(options);
  std::vector<Bytes> keys;
  for (std::uint64_t i = 0; i < kGets; ++i)
    keys.push_back(workload.key(workload.random_key()));
  const auto start = Clock::now();
  for (const Bytes& key : keys) {
    TENON_ASSIGN_OR_RETURN(const bool found, subject.has(key));
    if (!found)
      return data_loss("a key that was written is absent");
  }
  figures.get_ns = seconds_since(start) / static_cast<double>(kGets) * 1e9;
  return {};
}

Status measure_calls(plugin::Store& store, const StoreBenchOptions& options,
                     StoreBenchReport& report) {
  auto start = Clock::now();
  for (std::uint64_t i = 0; i < kCalls; ++i)
    TENON_RETURN_IF_ERROR(store.head().status());
  report.abi_call_ns = seconds_since(start) / static_cast<double>(kCalls) * 1e9;
  Workload workload(options);
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  start = Clock::now();
  for (std::uint64_t i = 0; i < kProofs; ++i) {
    const Bytes key = workload.key(workload.random_key());
    const BytesView keys[] = {key};
    TENON_RETURN_IF_ERROR(view->prove(keys).status());
  }
  report.proof_us = seconds_since(start) / static_cast<double>(kProofs) * 1e6;
  return {};
}

} // namespace

Result<StoreBenchReport> run_store_bench(const StoreBenchOptions& options) {
  StoreBenchReport report;
  const std::string keys = std::to_string(options.keys) + " keys";
  TENON_ASSIGN_OR_RETURN(const auto plain,
                         PlainRocksdb::open((options.directory / "plain").string()));
  options.progress("filling plain RocksDB with " + keys);
  TENON_RETURN_IF_ERROR(fill(*plain, options));
  TENON_ASSIGN_OR_RETURN(const auto plugin,
                         PluginUnderTest::start(options.plugin,
                                                (options.directory / "store").string(),
                                                options.config));
  TenonStore store(plugin->store());
  options.progress("filling the rocksdb store with " + keys);
  TENON_RETURN_IF_ERROR(fill(store, options));
  TENON_RETURN_IF_ERROR(measure_updates(*plain, store, options, report));
  TENON_RETURN_IF_ERROR(measure_gets(*plain, options, report.plain));
  TENON_RETURN_IF_ERROR(measure_gets(store, options, report.store));
  TENON_RETURN_IF_ERROR(measure_calls(plugin->store(), options, report));
  return report;
}

} // namespace tenon::bench
