// Open-loop load: transactions are due at even distances, whatever becomes of those before them.
// The time of each counts from the moment at which it was due, so a target that stalls is not
// spared. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "load/target.hpp"

namespace tenon::bench {

struct LoopSettings {
  double per_s = 1000;
  double warm_up_s = 2;
  double measured_s = 10;
  double drain_s = 10; // for outcomes of what was sent
};

struct Sample {
  std::uint64_t due_us = 0;   // since the start of the run
  std::uint64_t ended_us = 0; // likewise; 0: not ended
  Ending ending = Ending::kOpen;
  bool sent = false;
};

struct LoopReport {
  double began_monotonic_s = 0;
  std::vector<Sample> samples; // by number
  std::string first_refusal;
  std::string first_failure;
  double processor_s = 0; // this program's, while it measured
};

// `measuring` is called when measuring begins (true) and when it ends (false).
[[nodiscard]] Result<LoopReport> run_open_loop(Target& target, const LoopSettings& settings,
                                               const std::function<void(bool begins)>& measuring);

} // namespace tenon::bench
