// Spreads a backup's copying over time, counts it, and ends it when asked to. Owned by whoever runs
// the backup; stop() and copied() from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "ports/clock.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::backup {

class Throttle {
public:
  // 0: as fast as it goes.
  Throttle(const Clock& clock, std::uint64_t bytes_per_second)
      : clock_(clock), bytes_per_second_(bytes_per_second) {}

  // Waits until it is the turn of so many more bytes. CANCELLED after stop().
  [[nodiscard]] Status wait(std::uint64_t bytes);
  void stop();
  [[nodiscard]] std::uint64_t copied() const { return copied_; }

private:
  const Clock& clock_;
  std::uint64_t bytes_per_second_;
  std::atomic<std::uint64_t> copied_ = 0;
  std::uint64_t next_us_ = 0; // whose turn it is; touched by wait() alone
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

} // namespace tenon::host::backup
