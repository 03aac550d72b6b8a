#include "backup/service.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host::backup {

namespace {

constexpr double kMicroseconds = 1e6;

}

Service::Service(Disk& disk, Source source, const Clock& clock, Log& log, Metrics& metrics)
    : disk_(disk), source_(std::move(source)), clock_(clock), log_(log),
      made_(metrics.counter("backups_total", "Backups that were made")),
      failed_(metrics.counter("backup_failures_total", "Backups that failed")),
      new_bytes_(metrics.counter("backup_new_bytes_total",
                                 "Bytes added by backups, without those of earlier ones")),
      height_(metrics.gauge("backup_last_height", "Block of the last backup that was made")),
      time_(metrics.gauge("backup_last_time_seconds",
                          "When the last backup was begun, in seconds of Unix time")),
      seconds_(metrics.histogram("backup_seconds", "How long a backup takes")) {}

Service::~Service() {
  stop();
}

Status Service::start(const std::string& destination, std::uint64_t bytes_per_second) {
  TENON_ASSIGN_OR_RETURN(const std::string place,
                         check_destination(source_.data_directory, destination));
  const std::lock_guard lock(mutex_);
  if (stopped_)
    return failed_precondition("the node is stopping");
  if (state_.running) {
    return failed_precondition("another backup of this node is under way. How to fix: wait for "
                               "its end");
  }
  if (thread_.joinable())
    thread_.join(); // it has said that it is done
  state_ = {};
  state_.running = true;
  throttle_ = std::make_unique<Throttle>(clock_, bytes_per_second);
  thread_ = std::thread([this, place, throttle = throttle_.get()] { run(place, *throttle); });
  return {};
}

ServiceState Service::state() const {
  const std::lock_guard lock(mutex_);
  ServiceState now = state_;
  if (throttle_)
    now.copied_bytes = throttle_->copied();
  return now;
}

void Service::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (throttle_)
      throttle_->stop();
  }
  if (thread_.joinable())
    thread_.join();
}

void Service::run(const std::string& destination, Throttle& throttle) {
  const std::uint64_t began_us = clock_.monotonic_us();
  auto made = create(disk_, source_, destination, clock_.wall_us(),
                     [&](std::uint64_t bytes) { return throttle.wait(bytes); });
  report(made, destination,
         static_cast<double>(clock_.monotonic_us() - began_us) / kMicroseconds);
  const std::lock_guard lock(mutex_);
  state_.running = false;
  state_.result = std::move(made);
}

void Service::report(const Result<Manifest>& made, const std::string& destination,
                     double seconds) {
  if (!made.ok()) {
    failed_.add(1);
    log_.write(plugin::LogLevel::kError, "backup",
               "a backup into " + destination + " failed: " + made.status().message());
    return;
  }
  made_.add(1);
  new_bytes_.add(static_cast<double>(made->new_bytes));
  height_.set(static_cast<double>(made->height));
  time_.set(static_cast<double>(made->time_us) / kMicroseconds);
  seconds_.observe(seconds);
  const nlohmann::json fields = {{"backup", made->id},       {"height", made->height},
                                 {"bytes", made->bytes()},   {"new_bytes", made->new_bytes},
                                 {"to", destination},        {"seconds", seconds}};
  log_.write(plugin::LogLevel::kInfo, "backup",
             "backup " + std::to_string(made->id) + " of block " + std::to_string(made->height) +
                 " is made",
             fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace tenon::host::backup
