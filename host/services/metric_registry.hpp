// All metrics of the process, kept by prometheus-cpp and printed for a scraper. Owned by the node,
// outlives every part that records; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "ports/metrics.hpp"
#include "tenon/plugin/host.hpp"

namespace prometheus {
class Registry;
}

namespace tenon::host::services {

// "[a-z_][a-z0-9_]*", at most 128 characters.
[[nodiscard]] bool is_metric_name(std::string_view name);

class MetricRegistry final : public Metrics {
public:
  MetricRegistry();
  ~MetricRegistry() override;

  Counter& counter(std::string_view name, std::string_view help,
                   const MetricLabels& labels) override;
  Gauge& gauge(std::string_view name, std::string_view help, const MetricLabels& labels) override;
  Histogram& histogram(std::string_view name, std::string_view help,
                       const MetricLabels& labels) override;

  // The kind under which the name is already known.
  [[nodiscard]] std::optional<plugin::MetricKind> kind_of(std::string_view name) const;
  // Prometheus text format.
  [[nodiscard]] std::string text() const;

private:
  class CounterCell;
  class GaugeCell;
  class HistogramCell;
  using Key = std::pair<std::string, MetricLabels>;

  template <typename Cell, typename Make>
  Cell& cell(plugin::MetricKind kind, std::map<Key, std::unique_ptr<Cell>>& cells,
             std::string_view name, const MetricLabels& labels, Make make);

  std::unique_ptr<prometheus::Registry> registry_;
  mutable std::mutex mutex_;
  std::map<std::string, plugin::MetricKind, std::less<>> kinds_;
  std::map<Key, std::unique_ptr<CounterCell>> counters_;
  std::map<Key, std::unique_ptr<GaugeCell>> gauges_;
  std::map<Key, std::unique_ptr<HistogramCell>> histograms_;
};

} // namespace tenon::host::services
