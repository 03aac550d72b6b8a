#include "common/store_metrics.hpp"

namespace tenon::store {

namespace {

using plugin::MetricKind;

constexpr std::uint64_t kReportIntervalUs = 5'000'000;
constexpr double kMicrosecondsPerSecond = 1e6;

} // namespace

StoreMetrics::StoreMetrics(plugin::Host host) : host_(host) {
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const std::string labels = R"({"work":")" + std::string(kWorkNames[i]) + R"("})";
    kinds_[i] = {host.metric(MetricKind::kHistogram, "store_work_seconds",
                             "How long each piece of the store's work took", labels),
                 host.metric(MetricKind::kCounter, "store_work_items_total",
                             "Keys, pages, blocks or ranges that the work was on", labels),
                 host.metric(MetricKind::kCounter, "store_work_bytes_total",
                             "Bytes of entries, pages and ranges that the work was on", labels)};
  }
}

void StoreMetrics::did(Work work, std::uint64_t took_us, std::uint64_t items, std::uint64_t bytes) {
  const Kind& kind = kinds_[static_cast<std::size_t>(work)];
  kind.seconds.record(static_cast<double>(took_us) / kMicrosecondsPerSecond);
  kind.items.record(static_cast<double>(items));
  kind.bytes.record(static_cast<double>(bytes));
}

bool StoreMetrics::is_due() {
  const std::uint64_t now = now_us();
  if (reported_us_ != 0 && now - reported_us_ < kReportIntervalUs)
    return false;
  reported_us_ = now;
  return true;
}

void StoreMetrics::report(const std::vector<BackendFigure>& figures) {
  for (const BackendFigure& figure : figures) {
    const auto [place, is_new] = gauges_.try_emplace(figure.name);
    if (is_new) {
      place->second = host_.metric(MetricKind::kGauge, "store_" + std::string(figure.name),
                                   figure.meaning);
    }
    place->second.record(figure.value);
  }
}

} // namespace tenon::store
