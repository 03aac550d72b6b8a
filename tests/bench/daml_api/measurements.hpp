// What is measured of one ledger through its Ledger API, the same for every ledger. Main thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>

#include "tenon/session.hpp"

namespace tenon::bench {

struct LedgerUnderTest {
  std::string name; // what its figures begin with
  std::uint16_t port = 0;
  pid_t process = 0;
};

struct MeasureOptions {
  std::filesystem::path dar;
  double seconds = 10; // of measuring commands, after a warm-up of as long
  std::uint64_t contracts = 100'000;
  std::function<void(const std::string& sentence)> progress;
};

// A fresh ledger. A failure: a command was refused, or what was acknowledged is not on it.
[[nodiscard]] Result<tool::Json> measure(const LedgerUnderTest& ledger,
                                         const MeasureOptions& options);

} // namespace tenon::bench
