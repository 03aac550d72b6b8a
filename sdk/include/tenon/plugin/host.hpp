// The host's services as a C++ plugin uses them: thin, typed wrappers over the tables of
// abi/host.h. A Host is a value that borrows the tenon_host given to create(); any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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

// Lanes of the connection to a peer: frames of one never wait for those of the other.
enum class Lane : std::uint32_t {
  kControl = TENON_LANE_CONTROL,
  kBulk = TENON_LANE_BULK,
};
inline constexpr std::size_t kLanes = 2;

enum class PeerRole : std::uint32_t {
  kReplica = TENON_PEER_REPLICA,
  kClient = TENON_PEER_CLIENT,
};

// Whom the host tells of peers: see tenon_peers_handler. One call at a time per peer and lane, on a
// thread that serves all peers: return at once.
class PeerHandler {
public:
  virtual ~PeerHandler() = default;
  // The frame is borrowed.
  virtual void received(std::string_view peer, Lane lane, BytesView frame) = 0;
  virtual void connected(std::string_view peer, PeerRole role) = 0;
  virtual void disconnected(std::string_view peer) = 0;
};

// The channels to the other nodes. Any thread.
class Peers {
public:
  // Ends the handler's calls when destroyed, waiting for one under way.
  class Opened {
  public:
    Opened() = default;
    explicit Opened(const tenon_host_peers* table) : table_(table) {}
    Opened(Opened&& other) noexcept : table_(std::exchange(other.table_, nullptr)) {}
    Opened& operator=(Opened&& other) noexcept {
      if (this != &other) {
        reset();
        table_ = std::exchange(other.table_, nullptr);
      }
      return *this;
    }
    ~Opened() { reset(); }
    void reset() {
      if (table_ != nullptr)
        table_->close(table_->self);
      table_ = nullptr;
    }

  private:
    const tenon_host_peers* table_ = nullptr;
  };

  explicit Peers(const tenon_host_peers* table) : table_(table) {}

  // `handler` must outlive what this returns.
  [[nodiscard]] Result<Opened> open(PeerHandler& handler) const;
  [[nodiscard]] Status send(std::string_view peer, Lane lane, BytesView frame) const;
  // How many replicas' queues took the frame.
  [[nodiscard]] Result<std::uint32_t> broadcast(Lane lane, BytesView frame) const;
  [[nodiscard]] Status cut(std::string_view peer, std::string_view reason) const;
  [[nodiscard]] Result<std::string> describe() const;

private:
  const tenon_host_peers* table_;
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
  // Of a wall clock that stands still: see tenon_host_clock.
  [[nodiscard]] Status set_wall_us(std::uint64_t current_us, std::uint64_t new_us) const;

  [[nodiscard]] Result<Bytes> public_key(std::string_view key_id) const;
  [[nodiscard]] Result<Bytes> sign(std::string_view key_id, BytesView message) const;
  // An Ed25519 signature of the message by the key? Nothing when the host leaves that to plugins.
  [[nodiscard]] std::optional<bool> verify(BytesView public_key, BytesView message,
                                           BytesView signature) const;

  [[nodiscard]] Result<std::string> tls_policy() const;
  [[nodiscard]] Hash chain_id() const;
  [[nodiscard]] Result<std::string> node_info() const;
  [[nodiscard]] Result<std::string> data_directory() const;
  // FAILED_PRECONDITION for plugins of a kind that is not given the ledger.
  [[nodiscard]] Result<Ledger> ledger() const;
  // FAILED_PRECONDITION for plugins of a kind that is not given peers, and on a node without any.
  [[nodiscard]] Result<Peers> peers() const;

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
  const tenon_host_signatures* signatures_;
  const tenon_host_tls* tls_;
  const tenon_host_node* node_;
};

} // namespace tenon::plugin
