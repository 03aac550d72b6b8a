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

Result<Bytes> SystemRandom::bytes(std::size_t count) {
  return crypto::random_bytes(count);
}

} // namespace tenon::host::services
