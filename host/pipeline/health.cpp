#include "pipeline/health.hpp"

namespace tenon::host::pipeline {

namespace {

const char* way_back(const Status& status) {
  return status.code() == Code::kDataLoss
             ? "check its disk and memory, then empty its data directory but for genesis.json and "
               "keys, so that it takes the state over from other replicas, or restore a backup"
             : "check its disk and memory, then restart it or restore it from a replica";
}

} // namespace

Health::Health(Log& log, Metrics& metrics)
    : log_(log), halted_gauge_(metrics.gauge(
                     "pipeline_halted", "1 when a fault has stopped this replica, otherwise 0")) {
  halted_gauge_.set(0);
}

Status Health::observe(Status status) {
  if (!status.fault())
    return status;
  {
    const std::lock_guard lock(mutex_);
    if (halted_)
      return status;
    reason_ = status;
    halted_.store(true, std::memory_order_release);
    damaged_.store(status.code() == Code::kDataLoss, std::memory_order_release);
  }
  halted_gauge_.set(1);
  log_.write(plugin::LogLevel::kError, "pipeline",
             "this replica has halted: " + status.to_string() + "; " + way_back(status));
  if (on_halt_)
    on_halt_(status);
  return status;
}

Status Health::check() const {
  if (!halted())
    return {};
  const std::lock_guard lock(mutex_);
  return reason_.with_context("this replica has halted");
}

} // namespace tenon::host::pipeline
