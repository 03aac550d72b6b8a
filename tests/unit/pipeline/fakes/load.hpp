// Many callers at once on a node with real threads.
#pragma once

#include <cstdint>

#include "unit/pipeline/fakes/world.hpp"

namespace tenon::test {

struct Load {
  std::size_t callers = 8;
  std::size_t commands_per_caller = 100;
  std::size_t in_flight_per_caller = 1; // submitted before the first answer is awaited
  v1::Mode mode = v1::MODE_SEQUENTIAL;
};

struct LoadResult {
  std::uint64_t committed = 0;
  std::uint64_t other = 0;
  double seconds = 0;
};

// Parties "p0", "p1" … are allocated already; each command mints 1 to its caller's party.
[[nodiscard]] LoadResult run_load(World& world, const Load& load);

} // namespace tenon::test
