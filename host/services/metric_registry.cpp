#include "services/metric_registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace tenon::host::services {

namespace {

constexpr std::string_view kPrefix = "tenon_";

// Seconds: from what a memory access costs to what a person waits for.
const prometheus::Histogram::BucketBoundaries kBuckets = {
    0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10};

std::string full_name(std::string_view name) {
  return std::string(kPrefix).append(name);
}

} // namespace

class MetricRegistry::CounterCell final : public Counter {
public:
  explicit CounterCell(prometheus::Counter& counter) : counter_(counter) {}
  void add(double value) override { counter_.Increment(value); }

private:
  prometheus::Counter& counter_;
};

class MetricRegistry::GaugeCell final : public Gauge {
public:
  explicit GaugeCell(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }

private:
  prometheus::Gauge& gauge_;
};

class MetricRegistry::HistogramCell final : public Histogram {
public:
  explicit HistogramCell(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double seconds) override { histogram_.Observe(seconds); }

private:
  prometheus::Histogram& histogram_;
};

bool is_metric_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || (name[0] >= '0' && name[0] <= '9'))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

MetricRegistry::MetricRegistry() : registry_(std::make_unique<prometheus::Registry>()) {}
MetricRegistry::~MetricRegistry() = default;

template <typename Cell, typename Make>
Cell& MetricRegistry::cell(plugin::MetricKind kind, std::map<Key, std::unique_ptr<Cell>>& cells,
                           std::string_view name, const MetricLabels& labels, Make make) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Cell>& found = cells[{std::string(name), labels}];
  if (!found) {
    found = make();
    kinds_.emplace(name, kind);
  }
  return *found;
}

Counter& MetricRegistry::counter(std::string_view name, std::string_view help,
                                 const MetricLabels& labels) {
  return cell(plugin::MetricKind::kCounter, counters_, name, labels, [&] {
    return std::make_unique<CounterCell>(prometheus::BuildCounter()
                                             .Name(full_name(name))
                                             .Help(std::string(help))
                                             .Register(*registry_)
                                             .Add(labels));
  });
}

Gauge& MetricRegistry::gauge(std::string_view name, std::string_view help,
                             const MetricLabels& labels) {
  return cell(plugin::MetricKind::kGauge, gauges_, name, labels, [&] {
    return std::make_unique<GaugeCell>(prometheus::BuildGauge()
                                           .Name(full_name(name))
                                           .Help(std::string(help))
                                           .Register(*registry_)
                                           .Add(labels));
  });
}

Histogram& MetricRegistry::histogram(std::string_view name, std::string_view help,
                                     const MetricLabels& labels) {
  return cell(plugin::MetricKind::kHistogram, histograms_, name, labels, [&] {
    return std::make_unique<HistogramCell>(prometheus::BuildHistogram()
                                               .Name(full_name(name))
                                               .Help(std::string(help))
                                               .Register(*registry_)
                                               .Add(labels, kBuckets));
  });
}

std::optional<plugin::MetricKind> MetricRegistry::kind_of(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = kinds_.find(name);
  return found == kinds_.end() ? std::nullopt : std::optional(found->second);
}

std::string MetricRegistry::text() const {
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

} // namespace tenon::host::services
