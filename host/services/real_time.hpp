// The process's real clock and the system's random generator. Owned by the node; any thread.
#pragma once

#include "ports/clock.hpp"
#include "ports/random.hpp"

namespace tenon::host::services {

class RealClock final : public Clock {
public:
  [[nodiscard]] std::uint64_t monotonic_us() const override;
  [[nodiscard]] std::uint64_t wall_us() const override;
};

class SystemRandom final : public Random {
public:
  [[nodiscard]] Result<Bytes> bytes(std::size_t count) override;
};

} // namespace tenon::host::services
