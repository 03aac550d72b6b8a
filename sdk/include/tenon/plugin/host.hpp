// The host's services as a C++ plugin uses them: thin, typed wrappers over the tables of
// abi/host.h. A Host is a value that borrows the tenon_host given to create(); any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tenon/abi/host.h"
#include "tenon/abi/plugin.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::plugin {

enum class LogLevel : std::uint32_t {
  kTrace = TENON_LOG_TRACE,
  kDebug = TENON_LOG_DEBUG,
  kInfo = TENON_LOG_INFO,
  kWarn = TENON_LOG_WARN,
  kError = TENON_LOG_ERROR,
};

// A counter, gauge or histogram; a copyable handle that does nothing when the host has no metrics.
class Metric {
public:
  Metric() = default;
  Metric(const tenon_host_metrics* table, tenon_metric* metric) : table_(table), metric_(metric) {}
  void record(double value) const {
    if (metric_ != nullptr)
      table_->record(table_->self, metric_, value);
  }

private:
  const tenon_host_metrics* table_ = nullptr;
  tenon_metric* metric_ = nullptr;
};

enum class MetricKind : std::uint32_t {
  kCounter = TENON_METRIC_COUNTER,
  kGauge = TENON_METRIC_GAUGE,
  kHistogram = TENON_METRIC_HISTOGRAM,
};

// The ledger service. Requests and responses are encoded messages of tenon/v1/ledger.proto.
class Ledger {
public:
  using Completion = std::function<void(BytesView completion)>;
  using HeadMoved = std::function<void(std::uint64_t height)>;

  // Ends its watch when destroyed, waiting for a call under way.
  class Watch {
  public:
    Watch() = default;
    Watch(const tenon_host_ledger* table, std::uint64_t id, std::unique_ptr<HeadMoved> callback)
        : table_(table), id_(id), callback_(std::move(callback)) {}
    Watch(Watch&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)), id_(other.id_),
          callback_(std::move(other.callback_)) {}
    Watch& operator=(Watch&& other) noexcept {
      if (this != &other) {
        reset();
        table_ = std::exchange(other.table_, nullptr);
        id_ = other.id_;
        callback_ = std::move(other.callback_);
      }
      return *this;
    }
    ~Watch() { reset(); }
    void reset() {
      if (table_ != nullptr)
        table_->unwatch(table_->self, id_);
      table_ = nullptr;
      callback_.reset();
    }

  private:
    const tenon_host_ledger* table_ = nullptr;
    std::uint64_t id_ = 0;
    std::unique_ptr<HeadMoved> callback_;
  };

  explicit Ledger(const tenon_host_ledger* table) : table_(table) {}

  // `done` is called exactly once when this returns OK, and never otherwise.
  [[nodiscard]] Status submit(BytesView submission, Completion done) const;
  [[nodiscard]] Result<Bytes> query(BytesView request) const;
  [[nodiscard]] Result<Bytes> prove(BytesView request) const;
  [[nodiscard]] Result<Bytes> blocks(BytesView request) const;
  [[nodiscard]] Result<Bytes> transactions(BytesView request) const;
  [[nodiscard]] Result<Bytes> parties(BytesView request) const;
  [[nodiscard]] Result<Bytes> status() const;
  [[nodiscard]] Result<Bytes> plugins() const;
  [[nodiscard]] Result<Watch> watch(HeadMoved head_moved) const;

private:
  const tenon_host_ledger* table_;
};

// A task waiting for its time; named to Host::cancel().
struct Timer {
  std::uint64_t id = 0;
  void* task = nullptr;
};

class Host {
public:
  explicit Host(const tenon_host* host);

  // The C table behind it, for code that makes plugins itself: test kits.
  [[nodiscard]] const tenon_host* abi() const { return host_; }

  // Messages below the host's lowest level are dropped before `fields` is looked at.
  void log(LogLevel level, std::string_view message, std::string_view fields_json = {}) const;
  [[nodiscard]] Metric metric(MetricKind kind, std::string_view name, std::string_view help,
                              std::string_view labels_json = {}) const;

  // Runs `task` on a worker thread. RESOURCE_EXHAUSTED when the queue is full.
  [[nodiscard]] Status post(std::function<void()> task) const;
  [[nodiscard]] Result<Timer> after(std::uint64_t delay_ms, std::function<void()> task) const;
  // True: the task will not run. False: it has run or is running. Once per timer.
  bool cancel(const Timer& timer) const;

  [[nodiscard]] std::uint64_t monotonic_us() const;
  [[nodiscard]] std::uint64_t wall_us() const;

  [[nodiscard]] Result<Bytes> public_key(std::string_view key_id) const;
  [[nodiscard]] Result<Bytes> sign(std::string_view key_id, BytesView message) const;

  [[nodiscard]] Result<std::string> tls_policy() const;
  [[nodiscard]] Hash chain_id() const;
  [[nodiscard]] Result<std::string> node_info() const;
  [[nodiscard]] Result<std::string> data_directory() const;
  // FAILED_PRECONDITION for plugins of a kind that is not given the ledger.
  [[nodiscard]] Result<Ledger> ledger() const;

private:
  template <typename Table> const Table* table(const char* interface_id) const {
    return static_cast<const Table*>(host_->query(host_->self, to_abi(BytesView(interface_id))));
  }

  const tenon_host* host_;
  const tenon_host_log* log_;
  const tenon_host_metrics* metrics_;
  const tenon_host_executor* executor_;
  const tenon_host_clock* clock_;
  const tenon_host_keystore* keystore_;
  const tenon_host_tls* tls_;
  const tenon_host_node* node_;
};

} // namespace tenon::plugin
