// The process's real clock and the system's random generator. Owned by the node; any thread.
#pragma once

#include <atomic>

#include "ports/clock.hpp"
#include "ports/random.hpp"

namespace tenon::host::services {

class RealClock final : public Clock {
public:
  [[nodiscard]] std::uint64_t monotonic_us() const override;
  [[nodiscard]] std::uint64_t wall_us() const override;
};

// Its wall clock is set by hand, for tests of applications; monotonic time runs on.
class StaticClock final : public Clock {
public:
  explicit StaticClock(std::uint64_t wall_us) : wall_us_(wall_us) {}
  [[nodiscard]] std::uint64_t monotonic_us() const override { return real_.monotonic_us(); }
  [[nodiscard]] std::uint64_t wall_us() const override { return wall_us_; }
  [[nodiscard]] bool is_static() const override { return true; }
  [[nodiscard]] Status set_wall_us(std::uint64_t current_us, std::uint64_t new_us) override;

private:
  RealClock real_;
  std::atomic<std::uint64_t> wall_us_;
};

class SystemRandom final : public Random {
public:
  [[nodiscard]] Result<Bytes> bytes(std::size_t count) override;
};

} // namespace tenon::host::services
