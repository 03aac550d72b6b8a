// What one plugin instance gets from the host: the tables of abi/host.h over the node's parts. One
// per instance, owned by the node; lives as long as the process when the instance did not stop in
// time. Tables: any thread; close(): main.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ports/clock.hpp"
#include "ports/executor.hpp"
#include "ports/ledger_service.hpp"
#include "ports/log.hpp"
#include "ports/peers.hpp"
#include "ports/signer.hpp"
#include "services/metric_registry.hpp"
#include "tenon/abi/plugin.h"

namespace tenon::host::services {

// What the node itself knows, for the status that APIs give.
class NodeView {
public:
  virtual ~NodeView() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string role() const = 0;
  [[nodiscard]] virtual Hash chain() const = 0;
  // Null while the ledger is not open.
  [[nodiscard]] virtual LedgerService* ledger() const = 0;
  [[nodiscard]] virtual std::uint64_t ledger_time_us() const = 0;
  // Nothing while the store has not started.
  [[nodiscard]] virtual std::optional<bool> store_durable() const = 0;
  virtual void complete_status(v1::StatusResponse& status) const = 0;
  virtual void list_plugins(v1::PluginsResponse& plugins) const = 0;
};

struct ServiceParts {
  Log& log;
  MetricRegistry& metrics;
  Executor& executor;
  Clock& clock;
  const Signer& signer;
  const NodeView& node;
  Peers* peers = nullptr; // a node without a network has none
};

struct ServiceIdentity {
  std::string component;                // "api/rest", in logs and metrics
  std::filesystem::path data_directory; // made by the node, 0700
  bool with_ledger = false;             // APIs only
  bool with_peers = false;              // consensus only
};

struct ServiceState;

class PluginServices {
public:
  PluginServices(ServiceParts parts, ServiceIdentity identity);
  PluginServices(const PluginServices&) = delete;
  PluginServices& operator=(const PluginServices&) = delete;
  ~PluginServices();

  [[nodiscard]] const tenon_host* host() const;
  // Ends the plugin's access; its queued tasks are dropped and its watches end. False: calls were
  // still under way when the time was over.
  bool close(std::uint64_t timeout_ms);
  // Calls that came after close().
  [[nodiscard]] std::uint64_t late_calls() const;

private:
  std::unique_ptr<ServiceState> state_;
};

} // namespace tenon::host::services
