// Measures what is done again and again, in processor time of this thread: nothing here waits, and
// so the figures are those of one core, whoever else uses the machine.
#pragma once

#include <ctime>

#include "tenon/core/status.hpp"

namespace tenon::bench {

class Stopwatch {
public:
  [[nodiscard]] double seconds() const { return now() - begin_; }

private:
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }
  double begin_ = now();
};

// Calls once() for so many seconds, and before that a tenth of them without measuring. Seconds of
// one call.
template <typename F> Result<double> time_each(double seconds, F once) {
  constexpr int kBatch = 16; // calls between two looks at the clock
  double measured = 0;
  std::uint64_t calls = 0;
  for (const double wanted : {seconds / 10, seconds}) {
    const Stopwatch watch;
    calls = 0;
    do {
      for (int i = 0; i < kBatch; ++i)
        TENON_RETURN_IF_ERROR(once());
      calls += kBatch;
      measured = watch.seconds();
    } while (measured < wanted);
  }
  return measured / static_cast<double>(calls);
}

} // namespace tenon::bench
