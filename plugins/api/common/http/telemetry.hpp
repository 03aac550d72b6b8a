// What the server tells its host: logs and metrics. Metric handles are made on first use and kept.
// Owned by the plugin object; any thread.
#pragma once

#include <atomic>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "tenon/plugin/host.hpp"

namespace tenon::api::http {

class Telemetry {
public:
  // `api`: what names of metrics begin with.
  Telemetry(plugin::Host host, std::string_view api);

  void log(plugin::LogLevel level, std::string_view message, std::string_view fields = {}) const {
    host_.log(level, message, fields);
  }
  // `route` lives as long as this; empty when none was found.
  void request(std::string_view route, unsigned status, double seconds);
  void connections(std::int64_t change);
  void streams(std::int64_t change);
  void slow_reader() const { slow_readers_.record(1); }
  void refused_connection() const { refused_connections_.record(1); }

  [[nodiscard]] std::int64_t open_connections() const { return open_connections_.load(); }
  [[nodiscard]] std::int64_t open_streams() const { return open_streams_.load(); }

private:
  struct Handles {
    plugin::Metric count;
    plugin::Metric seconds;
  };
  [[nodiscard]] Handles handles(std::string_view route, unsigned status);

  const plugin::Host host_;
  const std::string api_;
  const plugin::Metric connections_;
  const plugin::Metric streams_;
  const plugin::Metric slow_readers_;
  const plugin::Metric refused_connections_;
  std::atomic<std::int64_t> open_connections_ = 0;
  std::atomic<std::int64_t> open_streams_ = 0;
  std::shared_mutex mutex_;
  std::map<std::pair<std::string_view, unsigned>, Handles> handles_;
};

} // namespace tenon::api::http
