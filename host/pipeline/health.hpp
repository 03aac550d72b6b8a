// Whether this replica may go on. A fault — of the store, of an engine, of a result that
// contradicts a certificate — halts it for good: nothing more is executed, voted for or accepted,
// and whoever waits is told so. Owned by the pipeline; any thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::pipeline {

class Health {
public:
  Health(Log& log, Metrics& metrics);

  // Called once, with the first fault. Set before any other thread is there.
  void on_halt(std::function<void(const Status&)> callback) { on_halt_ = std::move(callback); }

  // Halts when `status` is a fault; returns it either way.
  Status observe(Status status);
  // The same for an answer: a fault met while reading halts as one met while writing does. Nothing
  // is passed on of what a store says that is known to be damaged.
  template <typename T> Result<T> observed(Result<T> result) {
    if (result.ok() && damaged_.load(std::memory_order_acquire))
      return check();
    if (!result.ok() && result.status().code() == Code::kAborted && replacing())
      return unavailable("this replica takes over a newer state from its peers; ask again");
    if (!result.ok())
      return observe(result.status());
    return result;
  }
  [[nodiscard]] bool halted() const { return halted_.load(std::memory_order_acquire); }
  // The fault that halted this replica, or OK.
  [[nodiscard]] Status check() const;

  void stop_accepting() { accepting_.store(false, std::memory_order_release); }
  [[nodiscard]] bool accepting() const { return accepting_.load(std::memory_order_acquire); }

  // While an imported state takes the place of the old one, reads of that end with ABORTED.
  void set_replacing(bool replacing) { replacing_.store(replacing, std::memory_order_release); }
  [[nodiscard]] bool replacing() const { return replacing_.load(std::memory_order_acquire); }

private:
  Log& log_;
  Gauge& halted_gauge_;
  std::atomic<bool> halted_{false};
  std::atomic<bool> damaged_{false}; // halted by DATA_LOSS
  std::atomic<bool> accepting_{true};
  std::atomic<bool> replacing_{false};
  mutable std::mutex mutex_;
  Status reason_;
  std::function<void(const Status&)> on_halt_;
};

} // namespace tenon::host::pipeline
