#include "common/http/telemetry.hpp"

#include "common/json/json_text.hpp"

namespace tenon::api::http {

using plugin::MetricKind;

Telemetry::Telemetry(plugin::Host host, std::string_view api)
    : host_(host), api_(api),
      connections_(
          host.metric(MetricKind::kGauge, api_ + "_connections", "Open HTTP connections")),
      streams_(host.metric(MetricKind::kGauge, api_ + "_streams", "Open WebSocket streams")),
      slow_readers_(host.metric(MetricKind::kCounter, api_ + "_slow_readers_total",
                                "Streams closed because their reader was slow")),
      refused_connections_(host.metric(MetricKind::kCounter, api_ + "_refused_connections_total",
                                       "Connections refused because there were too many")) {}

void Telemetry::request(std::string_view route, unsigned status, double seconds) {
  const Handles found = handles(route, status);
  found.count.record(1);
  found.seconds.record(seconds);
}

void Telemetry::connections(std::int64_t change) {
  connections_.record(static_cast<double>(open_connections_ += change));
}

void Telemetry::streams(std::int64_t change) {
  streams_.record(static_cast<double>(open_streams_ += change));
}

Telemetry::Handles Telemetry::handles(std::string_view route, unsigned status) {
  const std::pair key(route, status);
  {
    const std::shared_lock lock(mutex_);
    const auto found = handles_.find(key);
    if (found != handles_.end())
      return found->second;
  }
  const std::string name(route.empty() ? "none" : route);
  const Json route_label = {{"route", name}};
  const Json labels = {{"route", name}, {"status", std::to_string(status)}};
  const Handles made = {
      host_.metric(MetricKind::kCounter, api_ + "_requests_total", "Requests answered",
                   dump(labels)),
      host_.metric(MetricKind::kHistogram, api_ + "_request_seconds",
                   "Time from a request's head to its answer", dump(route_label))};
  const std::unique_lock lock(mutex_);
  return handles_.emplace(key, made).first->second;
}

} // namespace tenon::api::http
