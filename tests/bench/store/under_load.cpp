#include "under_load.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "plugin_under_test.hpp"
#include "tenon_store.hpp"
#include "upkeep.hpp"
#include "usage.hpp"

namespace tenon::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLoadBatch = 10'000;

double ms(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Stages and commits one block after the other, and remembers how long each took.
class Committing {
public:
  Committing(plugin::Store& store, const UnderLoadOptions& options)
      : store_(store), options_(options), workload_(options.workload) {}

  Status load(const std::function<Status(const Updates&)>& write) {
    for (std::uint64_t first = 0; first < options_.workload.keys; first += kLoadBatch)
      TENON_RETURN_IF_ERROR(write(workload_.consecutive(first, kLoadBatch)));
    return {};
  }

  // The latencies in ms, in ascending order.
  Result<std::vector<double>> run(std::uint64_t blocks) {
    std::vector<double> latencies;
    for (std::uint64_t i = 0; i < blocks; ++i) {
      const Updates updates = workload_.random(options_.batch);
      const auto began = Clock::now();
      TENON_RETURN_IF_ERROR(commit(updates));
      latencies.push_back(ms(Clock::now() - began));
    }
    std::sort(latencies.begin(), latencies.end());
    return latencies;
  }

private:
  Status commit(const Updates& updates) {
    std::vector<plugin::StoreWrite> writes;
    writes.reserve(updates.size());
    for (const auto& [key, entry] : updates)
      writes.push_back({plugin::KeyClass::kState, false, key, entry});
    TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store_.head());
    TENON_ASSIGN_OR_RETURN(const auto stage, store_.stage(nullptr, writes));
    plugin::StoreBlock block;
    block.height = head.height + 1;
    return store_.commit(*stage, block, true);
  }

  plugin::Store& store_;
  const UnderLoadOptions& options_;
  Workload workload_;
};

double at(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(last * share)];
}

void add_figures(nlohmann::json& figures, const std::string& phase, std::uint64_t batch,
                 const std::vector<double>& latencies) {
  double sum_ms = 0;
  for (const double latency : latencies)
    sum_ms += latency;
  figures[phase + "_p50_ms"] = at(latencies, 0.5);
  figures[phase + "_p99_ms"] = at(latencies, 0.99);
  figures[phase + "_p999_ms"] = at(latencies, 0.999);
  figures[phase + "_max_ms"] = latencies.back();
  figures[phase + "_updates_per_s"] =
      static_cast<double>(latencies.size() * batch) / sum_ms * 1e3;
}

struct Phase {
  const char* name;
  bool prunes;
  bool backs_up;
};
constexpr Phase kPhases[] = {{"alone", false, false},
                             {"pruned", true, false},
                             {"backed_up", false, true},
                             {"pruned_and_backed_up", true, true},
                             {"alone_again", false, false}};

Status run_phase(const Phase& phase, plugin::Store& store, Committing& committing,
                 const UnderLoadOptions& options, nlohmann::json& figures) {
  options.progress(std::string(phase.name) + " ...");
  std::unique_ptr<Upkeep> prunes;
  std::unique_ptr<Upkeep> backs_up;
  TENON_ASSIGN_OR_RETURN(const std::uint64_t unpruned, pruned_up_to(store));
  if (phase.prunes)
    prunes = std::make_unique<Upkeep>(pruning(store, options.kept));
  if (phase.backs_up)
    backs_up = std::make_unique<Upkeep>(backups(store, options.directory / "backup"));
  const double cpu = process_cpu_seconds();
  TENON_ASSIGN_OR_RETURN(const auto latencies, committing.run(options.blocks));
  add_figures(figures, phase.name, options.batch, latencies);
  const std::string name = phase.name;
  figures[name + "_cpu_us"] = (process_cpu_seconds() - cpu) /
                              static_cast<double>(options.blocks * options.batch) * 1e6;
  if (prunes) {
    TENON_ASSIGN_OR_RETURN(const std::uint64_t unpruned_now, pruned_up_to(store));
    figures[name + "_pruned_blocks"] = unpruned_now - unpruned;
    TENON_ASSIGN_OR_RETURN(figures[name + "_prunings_count"], prunes->stop());
  }
  if (backs_up) {
    TENON_ASSIGN_OR_RETURN(figures[name + "_backups_count"], backs_up->stop());
  }
  return {};
}

// Times that the p99 of a phase is the one without upkeep, of the two phases without the lower.
void add_ratios(nlohmann::json& figures) {
  const double alone = std::min(figures["alone_p99_ms"].get<double>(),
                                figures["alone_again_p99_ms"].get<double>());
  for (const Phase& phase : kPhases) {
    const std::string name = phase.name;
    if (phase.prunes || phase.backs_up)
      figures[name + "_p99_ratio"] = figures[name + "_p99_ms"].get<double>() / alone;
  }
}

} // namespace

Result<nlohmann::json> run_under_load(const UnderLoadOptions& options) {
  std::filesystem::create_directories(options.directory / "store");
  TENON_ASSIGN_OR_RETURN(const auto plugin,
                         PluginUnderTest::start(options.plugin,
                                                (options.directory / "store").string(),
                                                options.config));
  plugin::Store& store = plugin->store();
  Committing committing(store, options);
  options.progress("loading ...");
  {
    TenonStore loaded(store);
    TENON_RETURN_IF_ERROR(committing.load(
        [&](const Updates& updates) { return loaded.write(updates, false); }));
    TENON_RETURN_IF_ERROR(loaded.finish());
  }
  settle();
  nlohmann::json figures = {{"keys_count", options.workload.keys},
                            {"batch_count", options.batch},
                            {"blocks_count", options.blocks},
                            {"kept_blocks_count", options.kept}};
  for (const Phase& phase : kPhases)
    TENON_RETURN_IF_ERROR(run_phase(phase, store, committing, options, figures));
  add_ratios(figures);
  return figures;
}

} // namespace tenon::bench
