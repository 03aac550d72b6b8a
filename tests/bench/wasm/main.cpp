// tenon bench wasm_bench [--json] [--calls N]
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tenon/core/encoding.hpp"
#include "wasm_bench.hpp"

namespace {

int fail(const std::string& what) {
  std::fprintf(stderr, "wasm_bench: %s\n", what.c_str());
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  using namespace tenon::bench;
  // Installed and built alike: bin/bench/wasm_bench, share/tenon/contracts.
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  WasmBenchOptions options;
  options.token = here.parent_path().parent_path() / "share/tenon/contracts/token.wasm";
  options.nothing = here / "contracts/bench_nothing.wasm";
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--json")
      continue;
    if (name != "--calls" || i + 1 == argc)
      return fail("expected --json or --calls and a number, found " + std::string(name));
    options.calls = tenon::parse_u64(argv[i + 1]).value_or(0);
    if (options.calls == 0)
      return fail("--calls: expected a number above 0, found " + std::string(argv[i + 1]));
    ++i;
  }
  const auto report = run_wasm_bench(options);
  if (!report.ok())
    return fail(report.status().to_string());
  const nlohmann::json figures = {{"wasm_calls_count", options.calls},
                                  {"wasm_transfers_per_s", report->transfers_per_s},
                                  {"wasm_native_transfers_per_s", report->native_transfers_per_s},
                                  {"wasm_overhead_us_per_call", report->overhead_us},
                                  {"wasm_query_us", report->query_us},
                                  {"wasm_prepare_us", report->prepare_us}};
  std::printf("%s\n", figures.dump().c_str());
  return 0;
}
