// Closed-loop load over real sockets: n keep-alive HTTP clients in one thread, each with one
// request in flight. As small as a client can be, for it shares the processors with the node it
// measures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/load_report.hpp"
#include "tenon/core/status.hpp"

namespace tenon::bench {

struct LoadSettings {
  std::uint16_t port = 0;            // on 127.0.0.1
  std::vector<std::string> requests; // one client each: the request it repeats, headers included
  double warm_up_s = 2;
  double measured_s = 10;
};

// Every request sent has been answered when this returns.
[[nodiscard]] Result<LoadReport> generate_load(const LoadSettings& settings);

} // namespace tenon::bench
