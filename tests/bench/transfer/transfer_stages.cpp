#include "transfer_stages.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "store/plugin_under_test.hpp"
#include "store/tenon_store.hpp"
#include "store/usage.hpp"
#include "tenon/merkle/snapshot_range.hpp"

namespace tenon::bench {

namespace {

constexpr std::uint64_t kLoadBatch = 10'000;
constexpr std::uint64_t kRangeBytes = 1u << 20; // as replicas ask for

// The keys per second of a step, and the processor time of the whole process for each.
class Step {
public:
  Step(nlohmann::json& figures, std::string name, std::uint64_t keys)
      : figures_(figures), name_(std::move(name)), keys_(static_cast<double>(keys)) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    figures_[name_ + "_keys_per_s"] = keys_ / took.count();
    figures_[name_ + "_cpu_us"] = (process_cpu_seconds() - cpu_) / keys_ * 1e6;
  }
  // What is done here is no part of the step.
  template <typename Work> auto beside(const Work& work) {
    const auto began = std::chrono::steady_clock::now();
    const double cpu = process_cpu_seconds();
    auto made = work();
    cpu_ += process_cpu_seconds() - cpu;
    began_ += std::chrono::steady_clock::now() - began;
    return made;
  }

private:
  nlohmann::json& figures_;
  std::string name_;
  double keys_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double cpu_ = process_cpu_seconds();
};

Result<std::unique_ptr<PluginUnderTest>> open_store(const TransferStagesOptions& options,
                                                    const char* name) {
  const std::filesystem::path directory = options.directory / name;
  std::filesystem::create_directories(directory);
  return PluginUnderTest::start(options.plugin, directory.string(), options.config);
}

Status load(plugin::Store& store, const WorkloadOptions& options) {
  Workload workload(options);
  TenonStore subject(store);
  for (std::uint64_t first = 0; first < options.keys; first += kLoadBatch)
    TENON_RETURN_IF_ERROR(subject.write(workload.consecutive(first, kLoadBatch), false));
  return subject.finish();
}

Result<std::vector<Bytes>> give(const plugin::Store& store, Step& step) {
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  std::vector<Bytes> ranges;
  for (std::optional<Hash> first = Hash(); first;) {
    TENON_ASSIGN_OR_RETURN(Bytes encoded, view->export_range(*first, kRangeBytes));
    TENON_ASSIGN_OR_RETURN(const auto range, step.beside([&] {
                             return merkle::decode_snapshot_range(encoded);
                           }));
    first = merkle::next_hash(range.span.last);
    ranges.push_back(std::move(encoded));
  }
  return ranges;
}

Status verify(std::span<const Bytes> ranges, const Hash& root) {
  for (const Bytes& encoded : ranges) {
    TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(encoded));
    TENON_RETURN_IF_ERROR(merkle::verify_snapshot_range(range, root));
  }
  return {};
}

} // namespace

Result<nlohmann::json> run_transfer_stages(const TransferStagesOptions& options) {
  const std::uint64_t keys = options.workload.keys;
  nlohmann::json figures = {{"stages_keys_count", keys}};
  TENON_ASSIGN_OR_RETURN(const auto giver, open_store(options, "giver"));
  TENON_RETURN_IF_ERROR(load(giver->store(), options.workload));
  settle();
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, giver->store().head());
  std::vector<Bytes> ranges;
  {
    Step step(figures, "export", keys);
    TENON_ASSIGN_OR_RETURN(ranges, give(giver->store(), step));
  }
  {
    const Step step(figures, "verify", keys);
    TENON_RETURN_IF_ERROR(verify(ranges, head.state_root));
  }
  TENON_ASSIGN_OR_RETURN(const auto taker, open_store(options, "taker"));
  const Step whole(figures, "import_and_finish", keys);
  {
    const Step step(figures, "import", keys);
    TENON_RETURN_IF_ERROR(taker->store().import_begin(
        {head.height, head.block_id, head.result_hash, head.state_root}));
    for (const Bytes& range : ranges)
      TENON_RETURN_IF_ERROR(taker->store().import_range(range));
  }
  {
    const Step step(figures, "finish", keys);
    plugin::StoreBlock block;
    block.height = head.height;
    TENON_RETURN_IF_ERROR(taker->store().import_finish(std::span(&block, 1)));
  }
  return figures;
}

} // namespace tenon::bench
