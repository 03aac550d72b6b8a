#include "closed_loop.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tenon::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSubmit = "com.daml.ledger.api.v1.CommandService/SubmitAndWait";

Clock::duration seconds(double count) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
}

class Run {
public:
  Run(LedgerClient& client, const ClosedLoop& loop)
      : client_(client), loop_(loop), started_at_(Clock::now()),
        measured_from_(started_at_ + seconds(loop.warm_up_s)),
        end_(loop.measured_s > 0 ? measured_from_ + seconds(loop.measured_s)
                                 : Clock::time_point::max()) {}

  LoadReport run() {
    open_ = loop_.in_flight;
    for (std::uint64_t i = 0; i < loop_.in_flight; ++i)
      send();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return open_ == 0; });
    report_.seconds = loop_.measured_s > 0
                          ? loop_.measured_s
                          : std::chrono::duration<double>(Clock::now() - measured_from_).count();
    std::sort(report_.latencies_us.begin(), report_.latencies_us.end());
    return std::move(report_);
  }

private:
  void send() {
    const auto request = Clock::now() < end_ ? loop_.request(next_++) : std::nullopt;
    if (!request) {
      const std::lock_guard lock(mutex_);
      if (--open_ == 0)
        idle_.notify_all();
      return;
    }
    const auto sent_at = Clock::now();
    client_.start(kSubmit, *request, [this, sent_at](const Status& status) {
      count(status, sent_at, Clock::now());
      send();
    });
  }

  void count(const Status& status, Clock::time_point sent_at, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (!status.ok()) {
      if (report_.refused++ == 0)
        report_.first_refusal = status.to_string();
      return;
    }
    ++report_.accepted;
    if (now < measured_from_ || now >= end_)
      return;
    ++report_.measured;
    report_.latencies_us.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - sent_at).count()));
  }

  LedgerClient& client_;
  const ClosedLoop& loop_;
  const Clock::time_point started_at_, measured_from_, end_;
  std::atomic<std::uint64_t> next_ = 0;
  std::mutex mutex_; // guards what follows
  std::condition_variable idle_;
  std::uint64_t open_ = 0;
  LoadReport report_;
};

} // namespace

LoadReport run_closed_loop(LedgerClient& client, const ClosedLoop& loop) {
  return Run(client, loop).run();
}

} // namespace tenon::bench
