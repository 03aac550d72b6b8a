// Time as the host's parts see it: an argument, never a global. The node owns the real one; tests
// and the simulator bring their own. Any thread.
#pragma once

#include <cstdint>

#include "tenon/core/status.hpp"

namespace tenon::host {

class Clock {
public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::uint64_t monotonic_us() const = 0;
  // Microseconds since the Unix epoch.
  [[nodiscard]] virtual std::uint64_t wall_us() const = 0;
  // The wall clock stands still until it is set. FAILED_PRECONDITION when it does not stand still
  // or does not show `current_us`, INVALID_ARGUMENT when it would run back.
  [[nodiscard]] virtual bool is_static() const { return false; }
  [[nodiscard]] virtual Status set_wall_us(std::uint64_t current_us, std::uint64_t new_us);
};

inline Status Clock::set_wall_us(std::uint64_t, std::uint64_t) {
  return failed_precondition("TIME_IS_NOT_STATIC: this node's clock runs; configure "
                             "\"static_time\": true on a solo node for tests");
}

} // namespace tenon::host
