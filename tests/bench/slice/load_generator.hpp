// Closed-loop load over real sockets: n keep-alive HTTP clients in one thread, each with one
// request in flight. As small as a client can be, for it shares the processors with the node it
// measures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::bench {

struct LoadReport {
  std::uint64_t accepted = 0;              // answers of status 2xx, warm-up included
  std::uint64_t measured = 0;              // of these, after the warm-up
  double seconds = 0;                      // of measuring
  std::vector<std::uint32_t> latencies_us; // sorted, one per measured answer
  std::uint64_t refused = 0;               // other answers
  std::string first_refusal;

  [[nodiscard]] double per_second() const { return static_cast<double>(measured) / seconds; }
  [[nodiscard]] double percentile_ms(double share) const;
};

struct LoadSettings {
  std::uint16_t port = 0;            // on 127.0.0.1
  std::vector<std::string> requests; // one client each: the request it repeats, headers included
  double warm_up_s = 2;
  double measured_s = 10;
};

// Every request sent has been answered when this returns.
[[nodiscard]] Result<LoadReport> generate_load(const LoadSettings& settings);

} // namespace tenon::bench
