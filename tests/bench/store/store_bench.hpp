// What a store costs beside RocksDB alone: the same random updates of the same keys through the
// rocksdb store's C table — staged while earlier blocks are being committed, as in the node — and
// as plain write batches, in turns within one process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "tenon/core/status.hpp"
#include "workload.hpp"

namespace tenon::bench {

struct StoreBenchOptions {
  std::filesystem::path plugin;    // tenon_store_rocksdb.so
  std::filesystem::path directory; // empty, on the disk to be measured
  WorkloadOptions workload;
  std::uint64_t batch = 1'000;
  std::uint64_t batches = 600;
  bool sync = true;
  std::string config = "{}"; // of the store plugin
  std::function<void(const std::string&)> progress;
};

struct StoreFigures {
  double seconds = 0;     // for all updates
  double cpu_seconds = 0; // of the whole process, compaction included
  double get_ns = 0;
};

struct StoreBenchReport {
  StoreFigures store;
  StoreFigures plain; // RocksDB alone
  double abi_call_ns = 0;
  double proof_us = 0;
};

[[nodiscard]] Result<StoreBenchReport> run_store_bench(const StoreBenchOptions& options);

} // namespace tenon::bench
