// Time as the host's parts see it: an argument, never a global. The node owns the real one; tests
// and the simulator bring their own. Any thread.
#pragma once

#include <cstdint>

namespace tenon::host {

class Clock {
public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::uint64_t monotonic_us() const = 0;
  // Microseconds since the Unix epoch.
  [[nodiscard]] virtual std::uint64_t wall_us() const = 0;
};

} // namespace tenon::host
