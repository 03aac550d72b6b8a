// Backups of a running node: one at a time, on a thread of its own, beside everything else. Owned
// by the node, which stops it before the store; start() and state() are called on the admin
// listener's thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "backup/create.hpp"
#include "backup/throttle.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"

namespace tenon::host::backup {

struct ServiceState {
  bool running = false;
  std::uint64_t copied_bytes = 0;         // by the one that runs, or ran last
  std::optional<Result<Manifest>> result; // of the last one that has ended
};

class Service {
public:
  // All of it outlives the service.
  Service(Disk& disk, Source source, const Clock& clock, Log& log, Metrics& metrics);
  ~Service();

  // FAILED_PRECONDITION while one is under way, and after stop().
  [[nodiscard]] Status start(const std::string& destination, std::uint64_t bytes_per_second);
  [[nodiscard]] ServiceState state() const;
  // Ends the one that is under way, which leaves nothing, and waits for its end.
  void stop();

private:
  void run(const std::string& destination, Throttle& throttle);
  void report(const Result<Manifest>& made, const std::string& destination, double seconds);

  Disk& disk_;
  const Source source_;
  const Clock& clock_;
  Log& log_;
  Counter& made_;
  Counter& failed_;
  Counter& new_bytes_;
  Gauge& height_;
  Gauge& time_;
  Histogram& seconds_;

  mutable std::mutex mutex_; // guards what follows
  bool stopped_ = false;
  ServiceState state_;
  std::unique_ptr<Throttle> throttle_;
  std::thread thread_;
};

} // namespace tenon::host::backup
