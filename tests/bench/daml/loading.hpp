// How long it takes until the packages of a DAR can be used. Pure; one thread.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::bench {

struct LoadTimes {
  double packages = 0;
  double megabytes = 0; // of all packages, not compressed
  double templates = 0; // of the main package
  // Seconds.
  double decode = 0;   // the DAR and all packages
  double validate = 0; // all packages
  double compile = 0;  // parts and choices of the main package's templates, as their first use does
};

// The mean of as many runs as fit into the time, and at least of one.
[[nodiscard]] Result<LoadTimes> time_loading(BytesView dar, double seconds);

} // namespace tenon::bench
