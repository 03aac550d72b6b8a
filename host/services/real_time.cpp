#include "services/real_time.hpp"

#include <chrono>

#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::services {

namespace {

template <typename Clock> std::uint64_t now_us() {
  using std::chrono::microseconds;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<microseconds>(Clock::now().time_since_epoch()).count());
}

} // namespace

std::uint64_t RealClock::monotonic_us() const {
  return now_us<std::chrono::steady_clock>();
}

std::uint64_t RealClock::wall_us() const {
  return now_us<std::chrono::system_clock>();
}

Status StaticClock::set_wall_us(std::uint64_t current_us, std::uint64_t new_us) {
  if (new_us < current_us) {
    return invalid_argument("TIME_RUNS_BACK: expected a time at or after " +
                            std::to_string(current_us) + " us, found " + std::to_string(new_us));
  }
  std::uint64_t expected = current_us;
  if (wall_us_.compare_exchange_strong(expected, new_us))
    return {};
  return failed_precondition("TIME_MOVED: the clock shows " + std::to_string(expected) +
                             " us, found a caller who took it for " + std::to_string(current_us));
}

Result<Bytes> SystemRandom::bytes(std::size_t count) {
  return crypto::random_bytes(count);
}

} // namespace tenon::host::services
