#include "tenon/plugin/host.hpp"

#include <array>
#include <memory>

#include "tenon/plugin/guard.hpp"

namespace tenon::plugin {

namespace {

Status missing(std::string_view interface_id) {
  return failed_precondition("the host does not offer " + std::string(interface_id) +
                             " to this plugin");
}

// A task on its way through the executor: freed when it has run, or by whoever cancelled it.
using BoxedTask = std::function<void()>;

void run_boxed(void* context) {
  guarded_void([&] {
    const std::unique_ptr<BoxedTask> task(static_cast<BoxedTask*>(context));
    (*task)();
  });
}

} // namespace

Status Ledger::submit(BytesView submission, Completion done) const {
  auto callback = std::make_unique<Completion>(std::move(done));
  const Status status = checked([&](tenon_status* out) {
    return table_->submit(
        table_->self, to_abi(submission), callback.get(),
        [](void* context, tenon_bytes completion) {
          guarded_void([&] {
            const std::unique_ptr<Completion> owned(static_cast<Completion*>(context));
            (*owned)(from_abi(completion));
          });
        },
        out);
  });
  // On success the completion owns the callback, and may have freed it already.
  if (status.ok())
    static_cast<void>(callback.release());
  return status;
}

Result<Bytes> Ledger::query(BytesView request) const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->query(table_->self, to_abi(request), sink, status);
  });
}

Result<Bytes> Ledger::prove(BytesView request) const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->prove(table_->self, to_abi(request), sink, status);
  });
}

Result<Bytes> Ledger::blocks(BytesView request) const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->blocks(table_->self, to_abi(request), sink, status);
  });
}

Result<Bytes> Ledger::transactions(BytesView request) const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->transactions(table_->self, to_abi(request), sink, status);
  });
}

Result<Bytes> Ledger::parties(BytesView request) const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->parties(table_->self, to_abi(request), sink, status);
  });
}

Result<Bytes> Ledger::status() const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->status(table_->self, sink, status);
  });
}

Result<Bytes> Ledger::plugins() const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->plugins(table_->self, sink, status);
  });
}

Result<Ledger::Watch> Ledger::watch(HeadMoved head_moved) const {
  auto callback = std::make_unique<HeadMoved>(std::move(head_moved));
  std::uint64_t id = 0;
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
    return table_->watch(
        table_->self, callback.get(),
        [](void* context, std::uint64_t height) {
          guarded_void([&] { (*static_cast<HeadMoved*>(context))(height); });
        },
        &id, status);
  }));
  return Watch(table_, id, std::move(callback));
}

Result<Peers::Opened> Peers::open(PeerHandler& handler) const {
  const tenon_peers_handler calls = {
      sizeof(tenon_peers_handler),
      0,
      &handler,
      [](void* context, tenon_bytes peer, std::uint32_t lane, tenon_bytes frame) {
        guarded_void([&] {
          static_cast<PeerHandler*>(context)->received(from_abi(peer), static_cast<Lane>(lane),
                                                       from_abi(frame));
        });
      },
      [](void* context, tenon_bytes peer, std::uint32_t role) {
        guarded_void([&] {
          static_cast<PeerHandler*>(context)->connected(from_abi(peer),
                                                        static_cast<PeerRole>(role));
        });
      },
      [](void* context, tenon_bytes peer) {
        guarded_void([&] { static_cast<PeerHandler*>(context)->disconnected(from_abi(peer)); });
      }};
  TENON_RETURN_IF_ERROR(
      checked([&](tenon_status* status) { return table_->open(table_->self, &calls, status); }));
  return Opened(table_);
}

Status Peers::send(std::string_view peer, Lane lane, BytesView frame) const {
  return checked([&](tenon_status* status) {
    return table_->send(table_->self, to_abi(peer), static_cast<std::uint32_t>(lane), to_abi(frame),
                        status);
  });
}

Result<std::uint32_t> Peers::broadcast(Lane lane, BytesView frame) const {
  std::uint32_t reached = 0;
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
    return table_->broadcast(table_->self, static_cast<std::uint32_t>(lane), to_abi(frame),
                             &reached, status);
  }));
  return reached;
}

Status Peers::cut(std::string_view peer, std::string_view reason) const {
  return checked([&](tenon_status* status) {
    return table_->cut(table_->self, to_abi(peer), to_abi(reason), status);
  });
}

Result<std::string> Peers::describe() const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->describe(table_->self, sink, status);
  });
}

Host::Host(const tenon_host* host)
    : host_(host), log_(table<tenon_host_log>(TENON_HOST_LOG_INTERFACE)),
      metrics_(table<tenon_host_metrics>(TENON_HOST_METRICS_INTERFACE)),
      executor_(table<tenon_host_executor>(TENON_HOST_EXECUTOR_INTERFACE)),
      clock_(table<tenon_host_clock>(TENON_HOST_CLOCK_INTERFACE)),
      keystore_(table<tenon_host_keystore>(TENON_HOST_KEYSTORE_INTERFACE)),
      signatures_(table<tenon_host_signatures>(TENON_HOST_SIGNATURES_INTERFACE)),
      tls_(table<tenon_host_tls>(TENON_HOST_TLS_INTERFACE)),
      node_(table<tenon_host_node>(TENON_HOST_NODE_INTERFACE)) {}

void Host::log(LogLevel level, std::string_view message, std::string_view fields_json) const {
  if (log_ == nullptr || static_cast<std::uint32_t>(level) < log_->lowest_level)
    return;
  log_->write(log_->self, static_cast<std::uint32_t>(level), to_abi(message), to_abi(fields_json));
}

Metric Host::metric(MetricKind kind, std::string_view name, std::string_view help,
                    std::string_view labels_json) const {
  if (metrics_ == nullptr)
    return {};
  return {metrics_, metrics_->get(metrics_->self, static_cast<std::uint32_t>(kind), to_abi(name),
                                  to_abi(help), to_abi(labels_json))};
}

Status Host::post(std::function<void()> task) const {
  if (executor_ == nullptr)
    return missing(TENON_HOST_EXECUTOR_INTERFACE);
  auto boxed = std::make_unique<BoxedTask>(std::move(task));
  const Status status = checked([&](tenon_status* out) {
    return executor_->post(executor_->self, run_boxed, boxed.get(), out);
  });
  if (status.ok())
    static_cast<void>(boxed.release());
  return status;
}

Result<Timer> Host::after(std::uint64_t delay_ms, std::function<void()> task) const {
  if (executor_ == nullptr)
    return missing(TENON_HOST_EXECUTOR_INTERFACE);
  auto boxed = std::make_unique<BoxedTask>(std::move(task));
  Timer timer{0, boxed.get()};
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* out) {
    return executor_->after(executor_->self, delay_ms, run_boxed, boxed.get(), &timer.id, out);
  }));
  static_cast<void>(boxed.release());
  return timer;
}

bool Host::cancel(const Timer& timer) const {
  if (executor_ == nullptr || executor_->cancel(executor_->self, timer.id) == 0)
    return false;
  // It will not run, so nobody else frees it.
  delete static_cast<BoxedTask*>(timer.task);
  return true;
}

std::uint64_t Host::monotonic_us() const {
  return clock_ == nullptr ? 0 : clock_->monotonic_us(clock_->self);
}

std::uint64_t Host::wall_us() const {
  return clock_ == nullptr ? 0 : clock_->wall_us(clock_->self);
}

Status Host::set_wall_us(std::uint64_t current_us, std::uint64_t new_us) const {
  // A host of an earlier version has no such function.
  if (clock_ == nullptr || clock_->struct_size < sizeof(tenon_host_clock))
    return missing(TENON_HOST_CLOCK_INTERFACE);
  return checked([&](tenon_status* status) {
    return clock_->set_wall_us(clock_->self, current_us, new_us, status);
  });
}

Result<Bytes> Host::public_key(std::string_view key_id) const {
  if (keystore_ == nullptr)
    return missing(TENON_HOST_KEYSTORE_INTERFACE);
  std::array<std::uint8_t, 32> key{};
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
    return keystore_->public_key(keystore_->self, to_abi(key_id), key.data(), status);
  }));
  return Bytes(key.begin(), key.end());
}

Result<Bytes> Host::sign(std::string_view key_id, BytesView message) const {
  if (keystore_ == nullptr)
    return missing(TENON_HOST_KEYSTORE_INTERFACE);
  std::array<std::uint8_t, 64> signature{};
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
    return keystore_->sign(keystore_->self, to_abi(key_id), to_abi(message), signature.data(),
                           status);
  }));
  return Bytes(signature.begin(), signature.end());
}

std::optional<bool> Host::verify(BytesView public_key, BytesView message,
                                 BytesView signature) const {
  if (signatures_ == nullptr)
    return std::nullopt;
  return signatures_->verify(signatures_->self, to_abi(public_key), to_abi(message),
                             to_abi(signature)) != 0;
}

Result<std::string> Host::tls_policy() const {
  if (tls_ == nullptr)
    return missing(TENON_HOST_TLS_INTERFACE);
  return collected([&](tenon_sink sink, tenon_status* status) {
    return tls_->policy(tls_->self, sink, status);
  });
}

Hash Host::chain_id() const {
  tenon_hash hash{};
  if (node_ != nullptr)
    node_->chain_id(node_->self, &hash);
  return Hash::from_abi(hash);
}

Result<std::string> Host::node_info() const {
  if (node_ == nullptr)
    return missing(TENON_HOST_NODE_INTERFACE);
  return collected([&](tenon_sink sink, tenon_status* status) {
    return node_->info(node_->self, sink, status);
  });
}

Result<std::string> Host::data_directory() const {
  if (node_ == nullptr)
    return missing(TENON_HOST_NODE_INTERFACE);
  return collected([&](tenon_sink sink, tenon_status* status) {
    return node_->data_directory(node_->self, sink, status);
  });
}

Result<Ledger> Host::ledger() const {
  const auto* const ledger = table<tenon_host_ledger>(TENON_HOST_LEDGER_INTERFACE);
  if (ledger == nullptr)
    return missing(TENON_HOST_LEDGER_INTERFACE);
  return Ledger(ledger);
}

Result<Peers> Host::peers() const {
  const auto* const peers = table<tenon_host_peers>(TENON_HOST_PEERS_INTERFACE);
  if (peers == nullptr)
    return missing(TENON_HOST_PEERS_INTERFACE);
  return Peers(peers);
}

} // namespace tenon::plugin
