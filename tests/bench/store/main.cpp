// tenon bench store_bench [--json] [--keys N] [--batch N] [--batches N] [--key-bytes N]
//                         [--value-bytes N] [--no-sync] [--config JSON]
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "program.hpp"
#include "store_bench.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace {

using namespace tenon;
using namespace tenon::bench;

Status parse(int argc, char** argv, StoreBenchOptions& options) {
  const std::map<std::string_view, std::function<void(std::uint64_t)>> numbers = {
      {"--keys", [&](std::uint64_t value) { options.workload.keys = value; }},
      {"--batch", [&](std::uint64_t value) { options.batch = value; }},
      {"--batches", [&](std::uint64_t value) { options.batches = value; }},
      {"--key-bytes", [&](std::uint64_t value) { options.workload.key_size = value; }},
      {"--value-bytes", [&](std::uint64_t value) { options.workload.value_size = value; }}};
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--json")
      continue;
    if (name == "--no-sync") {
      options.sync = false;
      continue;
    }
    if (name == "--config" && i + 1 < argc) {
      options.config = argv[++i];
      continue;
    }
    const auto option = numbers.find(name);
    if (option == numbers.end())
      return invalid_argument("unknown option " + std::string(name));
    const auto value = i + 1 < argc ? parse_u64(argv[++i]) : std::nullopt;
    if (!value || *value == 0)
      return invalid_argument(std::string(name) + " needs a number above 0");
    option->second(*value);
  }
  if (options.batch > options.workload.keys)
    return invalid_argument("--batch cannot be larger than --keys");
  return {};
}

nlohmann::json figures(const StoreBenchOptions& options, const StoreBenchReport& report) {
  const auto updates = static_cast<double>(options.batches * options.batch);
  return {
      {"store_keys_count", options.workload.keys},
      {"store_batch_count", options.batch},
      {"store_updates_per_s", updates / report.store.seconds},
      {"plain_rocksdb_updates_per_s", updates / report.plain.seconds},
      {"store_to_plain_rocksdb_ratio", report.plain.seconds / report.store.seconds},
      {"store_to_plain_rocksdb_cpu_ratio", report.plain.cpu_seconds / report.store.cpu_seconds},
      {"store_update_cpu_us", report.store.cpu_seconds / updates * 1e6},
      {"plain_rocksdb_update_cpu_us", report.plain.cpu_seconds / updates * 1e6},
      {"store_get_through_abi_ns", report.store.get_ns},
      {"plain_rocksdb_get_ns", report.plain.get_ns},
      {"store_empty_call_through_abi_ns", report.abi_call_ns},
      {"store_prove_through_abi_us", report.proof_us}};
}

Result<nlohmann::json> run(int argc, char** argv) {
  StoreBenchOptions options;
  options.plugin = shipped_plugin();
  options.progress = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  TENON_RETURN_IF_ERROR(parse(argc, argv, options));
  const testkit::TemporaryFolder folder;
  options.directory = folder.path();
  std::filesystem::create_directory(options.directory / "store");
  TENON_ASSIGN_OR_RETURN(const StoreBenchReport report, run_store_bench(options));
  return figures(options, report);
}

} // namespace

int main(int argc, char** argv) {
  return answer(run(argc, argv));
}
