#include "rpc/telemetry.hpp"

#include <mutex>

#include "common/json/json_text.hpp"

namespace tenon::daml_api::rpc {

using api::Json;
using plugin::MetricKind;

Telemetry::Telemetry(plugin::Host host)
    : host_(host), streams_(host.metric(MetricKind::kGauge, "daml_api_streams", "Open streams")),
      slow_readers_(host.metric(MetricKind::kCounter, "daml_api_slow_readers_total",
                                "Streams cut off because their reader was slow")),
      overloaded_(host.metric(MetricKind::kCounter, "daml_api_overloaded_total",
                              "Calls refused because too many waited or streamed")) {}

void Telemetry::request(const std::string& method, Code code, double seconds) {
  const Handles found = handles(method, code);
  found.count.record(1);
  found.seconds.record(seconds);
}

void Telemetry::streams(std::int64_t change) {
  streams_.record(static_cast<double>(open_streams_ += change));
}

void Telemetry::hidden(const std::string& method, const std::string& request_id,
                       const Failure& failure) {
  const bool ours = failure.code().category == Category::kSystemInternalAssumptionViolated;
  const Json fields = {{"method", method},
                       {"request_id", request_id},
                       {"error", std::string(failure.code().id)},
                       {"cause", failure.cause()}};
  host_.log(ours ? plugin::LogLevel::kError : plugin::LogLevel::kDebug,
            "a call failed for a reason that its client was not told", api::dump(fields));
}

Telemetry::Handles Telemetry::handles(const std::string& method, Code code) {
  const std::pair key(method, code);
  {
    const std::shared_lock lock(mutex_);
    const auto found = handles_.find(key);
    if (found != handles_.end())
      return found->second;
  }
  const Json labels = {{"method", method}, {"code", std::string(code_name(code))}};
  const Json method_label = {{"method", method}};
  const Handles made = {host_.metric(MetricKind::kCounter, "daml_api_requests_total",
                                     "Calls answered", api::dump(labels)),
                        host_.metric(MetricKind::kHistogram, "daml_api_request_seconds",
                                     "Time from a call to its end", api::dump(method_label))};
  const std::unique_lock lock(mutex_);
  return handles_.emplace(key, made).first->second;
}

} // namespace tenon::daml_api::rpc
