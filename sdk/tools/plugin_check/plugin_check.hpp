// What `tenon plugin check` does: holds a plugin file to the suite of its kind, each test in a
// process of its own, so that a crash or a hang is a result and not the end. Used by the tool and
// by tests; one thread, and no other thread in the process that calls it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::tool {

struct CheckOptions {
  std::filesystem::path file;
  std::string config_json = "{}";
  std::uint32_t seed = 1;
  std::string only; // the name of one test; empty: all
  std::uint64_t timeout_ms = 60'000;
};

enum class CheckOutcome { kPassed, kFailed, kCrashed, kHung };

// "passed" …
[[nodiscard]] std::string_view outcome_name(CheckOutcome outcome);

struct CheckResult {
  std::string test;
  CheckOutcome outcome = CheckOutcome::kFailed;
  std::string message; // of a failure
  std::uint64_t duration_ms = 0;
  std::string reproduce; // the command that runs this test alone
};

// Fails when the file is refused before any test could run.
[[nodiscard]] Result<std::vector<CheckResult>> check_plugin(const CheckOptions& options);

} // namespace tenon::tool
