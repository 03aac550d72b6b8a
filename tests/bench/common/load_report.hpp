// What a closed loop of requests has seen: how many were answered how, and how fast. A value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::bench {

struct LoadReport {
  std::uint64_t accepted = 0;              // good answers, warm-up included
  std::uint64_t measured = 0;              // of these, after the warm-up
  double seconds = 0;                      // of measuring
  std::vector<std::uint32_t> latencies_us; // sorted, one per measured answer
  std::uint64_t refused = 0;               // other answers
  std::string first_refusal;

  [[nodiscard]] double per_second() const { return static_cast<double>(measured) / seconds; }
  [[nodiscard]] double percentile_ms(double share) const;
};

} // namespace tenon::bench
