// How fast the daml engine is, in process, on a state in memory, on one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::bench {

struct DamlBenchOptions {
  std::filesystem::path packages; // the texts of the programs
  std::filesystem::path shared;   // data that need not be there
  double seconds = 1;             // for each thing that is measured
  std::function<void(const std::string&)> progress;
};

struct Figure {
  std::string name; // ends in its unit
  std::string what;
  double value = 0;
};

[[nodiscard]] Result<std::vector<Figure>> run_daml_bench(const DamlBenchOptions& options);

} // namespace tenon::bench
