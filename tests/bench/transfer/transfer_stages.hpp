// What each step of a state transfer costs by itself, one after the other in one process and, but
// for what the store does in the background, on one thread: giving ranges, verifying them, taking
// them, making them the state. One thread.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "store/workload.hpp"
#include "tenon/core/status.hpp"

namespace tenon::bench {

struct TransferStagesOptions {
  WorkloadOptions workload;
  std::filesystem::path plugin;    // the store's
  std::filesystem::path directory; // empty; on the disk that is measured
  std::string config = "{}";       // of the store plugin
};

[[nodiscard]] Result<nlohmann::json> run_transfer_stages(const TransferStagesOptions& options);

} // namespace tenon::bench
