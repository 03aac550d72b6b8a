// One engine alone in its process: load, wait for what goes on in the background, update, wait,
// prove. The steps and figures are those of peers/src/run.rs, so that they can stand beside each
// other. Called by one thread.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tenon/core/status.hpp"
#include "workload.hpp"

namespace tenon::bench {

struct EngineOptions {
  std::string engine;              // "store" or "rocksdb"
  std::filesystem::path plugin;    // tenon_store_rocksdb.so
  std::filesystem::path directory; // empty, on the disk to be measured
  WorkloadOptions workload;
  std::uint64_t batch = 1'000;
  std::uint64_t batches = 300;
  std::uint64_t cache_mib = 256;
  nlohmann::json config = nlohmann::json::object(); // of the store plugin
};

[[nodiscard]] Result<nlohmann::json> run_engine(const EngineOptions& options);

} // namespace tenon::bench
