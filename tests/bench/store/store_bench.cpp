#include "store_bench.hpp"

#include <chrono>
#include <vector>

#include "plain_rocksdb.hpp"
#include "plugin_under_test.hpp"
#include "tenon_store.hpp"
#include "usage.hpp"

namespace tenon::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kGets = 50'000;
constexpr std::uint64_t kProofs = 10'000;
constexpr std::uint64_t kCalls = 1'000'000;
constexpr std::uint64_t kBatchesPerTurn = 100;
constexpr std::size_t kCacheBytes = 256u << 20; // of plain RocksDB

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Status fill(Subject& subject, const StoreBenchOptions& options) {
  Workload workload(options.workload);
  for (std::uint64_t first = 0; first < options.workload.keys; first += options.batch)
    TENON_RETURN_IF_ERROR(subject.write(workload.consecutive(first, options.batch), false));
  return subject.finish();
}

// Writes the batches, and adds what they took.
Status measure_updates(Subject& subject, const std::vector<Updates>& batches, bool sync,
                       StoreFigures& figures) {
  const double cpu_before = process_cpu_seconds();
  const auto began = Clock::now();
  for (const Updates& updates : batches)
    TENON_RETURN_IF_ERROR(subject.write(updates, sync));
  TENON_RETURN_IF_ERROR(subject.finish());
  figures.seconds += seconds_since(began);
  figures.cpu_seconds += process_cpu_seconds() - cpu_before;
  return {};
}

// The two take turns on the same batches, so that what changes on the machine meanwhile meets both.
Status measure_updates(Subject& plain, Subject& store, const StoreBenchOptions& options,
                       StoreBenchReport& report) {
  Workload workload(options.workload);
  for (std::uint64_t done = 0; done < options.batches;) {
    std::vector<Updates> batches; // made outside of the measured time
    for (std::uint64_t i = 0; i < kBatchesPerTurn && done < options.batches; ++i, ++done)
      batches.push_back(workload.random(options.batch));
    TENON_RETURN_IF_ERROR(measure_updates(plain, batches, options.sync, report.plain));
    TENON_RETURN_IF_ERROR(measure_updates(store, batches, options.sync, report.store));
    options.progress("wrote " + std::to_string(done) + " of " + std::to_string(options.batches) +
                     " batches to both");
  }
  return {};
}

Status measure_gets(Subject& subject, const StoreBenchOptions& options, StoreFigures& figures) {
  Workload workload(options.workload);
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
  Workload workload(options.workload);
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
  const std::string keys = std::to_string(options.workload.keys) + " keys";
  TENON_ASSIGN_OR_RETURN(const auto plain,
                         PlainRocksdb::open(options.directory / "plain", kCacheBytes));
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
