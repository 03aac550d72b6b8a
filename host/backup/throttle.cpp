#include "backup/throttle.hpp"

#include <algorithm>
#include <chrono>

namespace tenon::host::backup {

Status Throttle::wait(std::uint64_t bytes) {
  std::unique_lock lock(mutex_);
  if (bytes_per_second_ != 0) {
    const std::uint64_t now = clock_.monotonic_us();
    next_us_ = std::max(next_us_, now) + bytes * 1'000'000 / bytes_per_second_;
    stopping_.wait_for(lock, std::chrono::microseconds(next_us_ - now),
                       [this] { return stopped_; });
  }
  if (stopped_)
    return {Code::kCancelled, "the node is stopping, which ends the backup; nothing of it is kept"};
  copied_ += bytes;
  return {};
}

void Throttle::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
}

} // namespace tenon::host::backup
