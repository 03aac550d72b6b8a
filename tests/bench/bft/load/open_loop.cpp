#include "load/open_loop.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>

#include "services/descriptor.hpp"

namespace tenon::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kUsPerS = 1e6;
constexpr std::uint64_t kLongestWait_us = 20'000;
// How many may be sent in a row before answers are read.
constexpr int kMostAtOnce = 64;

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kUsPerS;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Loop {
public:
  Loop(Target& target, const LoopSettings& settings, const std::function<void(bool)>& measuring)
      : target_(target), measuring_(measuring), epoll_(epoll_create1(EPOLL_CLOEXEC)),
        measured_from_us_(static_cast<std::uint64_t>(settings.warm_up_s * kUsPerS)),
        end_us_(measured_from_us_ + static_cast<std::uint64_t>(settings.measured_s * kUsPerS)),
        stop_us_(end_us_ + static_cast<std::uint64_t>(settings.drain_s * kUsPerS)) {
    const double total = (settings.warm_up_s + settings.measured_s) * settings.per_s;
    report_.samples.resize(static_cast<std::size_t>(std::max(1.0, std::floor(total))));
    for (std::size_t i = 0; i < report_.samples.size(); ++i) {
      report_.samples[i].due_us =
          static_cast<std::uint64_t>(static_cast<double>(i) * kUsPerS / settings.per_s);
    }
  }

  Result<LoopReport> run() {
    TENON_RETURN_IF_ERROR(target_.open(
        epoll_.get(), [this](std::uint32_t number, Ending ending, std::string_view why) {
          ended(number, ending, why);
        }));
    began_ = Clock::now();
    report_.began_monotonic_s =
        std::chrono::duration<double>(began_.time_since_epoch()).count();
    for (;;) {
      const std::uint64_t now = now_us();
      mark(now);
      const bool all_sent = next_ == report_.samples.size() || closed_;
      if ((all_sent && open_ == 0 && now >= end_us_) || now >= stop_us_)
        return std::move(report_);
      std::optional<std::uint64_t> due_us;
      if (!all_sent) {
        TENON_ASSIGN_OR_RETURN(due_us, send_due(now));
        closed_ = now >= end_us_ && !due_us; // no room, and the time is over
      }
      TENON_RETURN_IF_ERROR(wait(due_us));
    }
  }

private:
  [[nodiscard]] std::uint64_t now_us() const {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_).count());
  }

  void mark(std::uint64_t now) {
    if (marks_ == 0 && now >= measured_from_us_) {
      ++marks_;
      report_.processor_s = processor_seconds();
      measuring_(true);
    }
    if (marks_ == 1 && now >= end_us_) {
      ++marks_;
      report_.processor_s = processor_seconds() - report_.processor_s;
      measuring_(false);
    }
  }

  // When the next one is due; nothing when the target has no room, so that only an event helps.
  Result<std::optional<std::uint64_t>> send_due(std::uint64_t now) {
    for (int sent = 0; sent < kMostAtOnce && next_ < report_.samples.size(); ++sent) {
      Sample& sample = report_.samples[next_];
      if (sample.due_us > now)
        return std::optional(sample.due_us);
      TENON_ASSIGN_OR_RETURN(const bool taken, target_.send(static_cast<std::uint32_t>(next_)));
      if (!taken)
        return std::optional<std::uint64_t>();
      sample.sent = true;
      ++open_;
      ++next_;
    }
    return next_ < report_.samples.size() ? std::optional(report_.samples[next_].due_us)
                                          : std::nullopt;
  }

  Status wait(std::optional<std::uint64_t> due_us) {
    std::uint64_t wait_us = kLongestWait_us;
    const std::uint64_t now = now_us();
    if (due_us)
      wait_us = *due_us > now ? std::min(*due_us - now, kLongestWait_us) : 0;
    timespec timeout{};
    timeout.tv_nsec = static_cast<long>(wait_us) * 1000;
    std::array<epoll_event, 256> events;
    const int ready = epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   &timeout, nullptr);
    if (ready < 0 && errno != EINTR)
      return fault(std::string("epoll_pwait2 failed: ") + std::strerror(errno));
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      TENON_RETURN_IF_ERROR(target_.ready(event.data.ptr, event.events));
    }
    return ok_status();
  }

  void ended(std::uint32_t number, Ending ending, std::string_view why) {
    if (number >= report_.samples.size())
      return;
    Sample& sample = report_.samples[number];
    if (sample.ending != Ending::kOpen)
      return;
    sample.ending = ending;
    sample.ended_us = now_us();
    --open_;
    if (ending == Ending::kRefused && report_.first_refusal.empty())
      report_.first_refusal = why;
    if (ending == Ending::kFailed && report_.first_failure.empty())
      report_.first_failure = why;
  }

  Target& target_;
  const std::function<void(bool)>& measuring_;
  host::services::Descriptor epoll_;
  std::uint64_t measured_from_us_;
  std::uint64_t end_us_;
  std::uint64_t stop_us_;
  Clock::time_point began_;
  LoopReport report_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  bool closed_ = false;
  int marks_ = 0;
};

} // namespace

Result<LoopReport> run_open_loop(Target& target, const LoopSettings& settings,
                                 const std::function<void(bool begins)>& measuring) {
  return Loop(target, settings, measuring).run();
}

} // namespace tenon::bench
