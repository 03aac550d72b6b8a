// How fast the wasm engine runs contracts, in process, on a state in memory, on one thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "tenon/core/status.hpp"

namespace tenon::bench {

struct WasmBenchOptions {
  std::filesystem::path token;   // token.wasm
  std::filesystem::path nothing; // a contract whose function does nothing
  std::uint64_t calls = 20000;
};

struct WasmBenchReport {
  double transfers_per_s = 0;        // token transfers executed, their writes applied
  double native_transfers_per_s = 0; // the same reads, writes and event without a contract
  double overhead_us = 0;            // a call that does nothing: payload to result
  double query_us = 0;               // a balance, JSON to JSON
  double prepare_us = 0;             // a transfer command, JSON to payload
};

[[nodiscard]] Result<WasmBenchReport> run_wasm_bench(const WasmBenchOptions& options);

} // namespace tenon::bench
