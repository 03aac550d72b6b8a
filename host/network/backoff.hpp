// Pauses that double between two bounds. Owned by what it paces; one thread.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tenon::host::network {

class Backoff {
public:
  Backoff(std::uint64_t first_ms, std::uint64_t most_ms)
      : first_ms_(first_ms), most_ms_(most_ms), next_ms_(first_ms) {}

  // The next pause.
  [[nodiscard]] std::uint64_t next_ms() {
    const std::uint64_t pause_ms = next_ms_;
    next_ms_ = std::min(most_ms_, 2 * next_ms_);
    return pause_ms;
  }
  // The same, anywhere in its upper half: `random` spreads those who lost each other at one time.
  [[nodiscard]] std::uint64_t next_jittered_ms(std::uint64_t random) {
    const std::uint64_t pause_ms = next_ms();
    return pause_ms - random % (pause_ms / 2 + 1);
  }
  void reset() { next_ms_ = first_ms_; }

private:
  std::uint64_t first_ms_;
  std::uint64_t most_ms_;
  std::uint64_t next_ms_;
};

} // namespace tenon::host::network
