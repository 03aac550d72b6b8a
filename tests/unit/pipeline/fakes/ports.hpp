// The host's ports without threads, clocks or chance: what the pipeline runs on in tests.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "pipeline/options.hpp"
#include "tenon/testkit/manual_host.hpp"

namespace tenon::test {

class ManualExecutor final : public host::Executor {
public:
  explicit ManualExecutor(testkit::ManualHost& host) : host_(host) {}
  void post(host::Task task) override { host_.post(std::move(task)); }
  std::uint64_t after(std::uint64_t delay_ms, host::Task task) override {
    return host_.after(delay_ms, std::move(task));
  }
  bool cancel(std::uint64_t timer) override { return host_.cancel(timer); }

private:
  testkit::ManualHost& host_;
};

class ManualClock final : public host::Clock {
public:
  explicit ManualClock(const testkit::ManualHost& host) : host_(host) {}
  [[nodiscard]] std::uint64_t monotonic_us() const override { return host_.now_us(); }
  [[nodiscard]] std::uint64_t wall_us() const override { return host_.now_us(); }

private:
  const testkit::ManualHost& host_;
};

class KeySigner final : public host::Signer {
public:
  explicit KeySigner(const crypto::PrivateKey& key) : key_(key) {}
  [[nodiscard]] Bytes public_key() const override { return key_.public_key(); }
  [[nodiscard]] Result<Bytes> sign(BytesView message) const override { return key_.sign(message); }
  [[nodiscard]] bool unused() const override { return true; }

private:
  const crypto::PrivateKey& key_;
};

// Bytes that look random and are the same in every run.
class CountingRandom final : public host::Random {
public:
  explicit CountingRandom(std::uint64_t seed) : next_(seed << 32) {}
  [[nodiscard]] Result<Bytes> bytes(std::size_t count) override;

private:
  std::atomic<std::uint64_t> next_;
};

class QuietLog final : public host::Log {
public:
  void write(plugin::LogLevel, std::string_view, std::string_view message,
             std::string_view) override {
    last = message;
  }
  [[nodiscard]] plugin::LogLevel lowest_level() const override { return plugin::LogLevel::kTrace; }
  std::string last;
};

// Remembers the sum of what was added or observed, and the last value set.
class MapMetrics final : public host::Metrics {
public:
  host::Counter& counter(std::string_view name, std::string_view,
                         const host::MetricLabels& labels) override {
    return cell(name, labels);
  }
  host::Gauge& gauge(std::string_view name, std::string_view,
                     const host::MetricLabels& labels) override {
    return cell(name, labels);
  }
  host::Histogram& histogram(std::string_view name, std::string_view,
                             const host::MetricLabels& labels) override {
    return cell(name, labels);
  }
  [[nodiscard]] double value(std::string_view name, const host::MetricLabels& labels = {}) {
    return cell(name, labels).total;
  }

private:
  struct Cell final : host::Counter, host::Gauge, host::Histogram {
    void add(double value) override { total += value; }
    void set(double value) override { total = value; }
    void observe(double seconds) override { total += seconds; }
    std::atomic<double> total = 0;
  };
  Cell& cell(std::string_view name, const host::MetricLabels& labels) {
    std::string key(name);
    for (const auto& [label, value] : labels)
      key.append(",").append(label).append("=").append(value);
    auto& found = cells_[key];
    if (found == nullptr)
      found = std::make_unique<Cell>();
    return *found;
  }
  std::map<std::string, std::unique_ptr<Cell>> cells_;
};

} // namespace tenon::test
