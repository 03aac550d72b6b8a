// What a store's upkeep costs its commits: block after block is staged and committed as fast as it
// goes, each synced, first with nothing else, then while the store is pruned, while backups of it
// are made, while both are, and with nothing else again. One thread, and one for each upkeep.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "tenon/core/status.hpp"
#include "workload.hpp"

namespace tenon::bench {

struct UnderLoadOptions {
  std::filesystem::path plugin;    // tenon_store_rocksdb.so
  std::filesystem::path directory; // empty, on the disk that is measured
  WorkloadOptions workload;
  std::uint64_t batch = 1'000;
  std::uint64_t blocks = 1'500; // of each phase
  std::uint64_t kept = 128;     // blocks, when pruned
  std::string config = "{}";    // of the store plugin
  std::function<void(const std::string&)> progress;
};

[[nodiscard]] Result<nlohmann::json> run_under_load(const UnderLoadOptions& options);

} // namespace tenon::bench
