// Metrics as the parts of the host see them; names get the prefix "tenon_". Owned by the node; any
// thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tenon::host {

class Counter {
public:
  virtual ~Counter() = default;
  virtual void add(double value = 1) = 0;
};

class Gauge {
public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
};

class Histogram {
public:
  virtual ~Histogram() = default;
  virtual void observe(double seconds) = 0;
};

using MetricLabels = std::map<std::string, std::string>;

// The same name and labels give the same object, which lives as long as the registry.
class Metrics {
public:
  virtual ~Metrics() = default;
  virtual Counter& counter(std::string_view name, std::string_view help,
                           const MetricLabels& labels = {}) = 0;
  virtual Gauge& gauge(std::string_view name, std::string_view help,
                       const MetricLabels& labels = {}) = 0;
  virtual Histogram& histogram(std::string_view name, std::string_view help,
                               const MetricLabels& labels = {}) = 0;
};

} // namespace tenon::host
