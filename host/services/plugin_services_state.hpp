// The inside of PluginServices, shared by the files that fill its tables. Any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "services/plugin_gate.hpp"
#include "services/plugin_services.hpp"
#include "tenon/abi/host.h"

namespace tenon::host::services {

// What a tenon_metric points to; exactly one of the three is set.
struct MetricHandle {
  plugin::MetricKind kind;
  Counter* counter = nullptr;
  Gauge* gauge = nullptr;
  Histogram* histogram = nullptr;
};

// A plugin's peers handler as the host's parts see it. Called on the network's thread, from open()
// until close(), of which the plugin, or else the end of its services, sees to the second. Client
// nodes have no part in consensus: one that sends a frame of it is cut.
class PluginPeersHandler final : public PeerHandler {
public:
  PluginPeersHandler(const tenon_peers_handler& calls, Peers& peers)
      : calls_(calls), peers_(peers) {}
  void received(std::string_view peer, Lane lane, BytesView frame) override;
  void connected(std::string_view peer, PeerRole role) override;
  void disconnected(std::string_view peer) override;

private:
  const tenon_peers_handler calls_;
  Peers& peers_;
  std::set<std::string, std::less<>> clients_; // that are connected; the network's thread only
};

struct ServiceState {
  ServiceState(ServiceParts parts_given, ServiceIdentity identity_given)
      : parts(parts_given), identity(std::move(identity_given)) {}

  static ServiceState& of(void* self) { return *static_cast<ServiceState*>(self); }

  ServiceParts parts;
  ServiceIdentity identity;
  // Shared with tasks on their way, which may outlive this object.
  std::shared_ptr<PluginGate> gate = std::make_shared<PluginGate>();

  std::mutex mutex;
  std::map<std::pair<std::string, MetricLabels>, MetricHandle> metrics;
  std::set<std::uint64_t> watches;
  std::unique_ptr<PluginPeersHandler> peers_handler; // while the plugin has one open
  std::shared_ptr<std::atomic<std::size_t>> pending_tasks =
      std::make_shared<std::atomic<std::size_t>>(0);

  tenon_host host{};
  tenon_host_log log_table{};
  tenon_host_metrics metrics_table{};
  tenon_host_executor executor_table{};
  tenon_host_clock clock_table{};
  tenon_host_keystore keystore_table{};
  tenon_host_signatures signatures_table{};
  tenon_host_tls tls_table{};
  tenon_host_node node_table{};
  tenon_host_ledger ledger_table{};
  tenon_host_peers peers_table{};
};

inline constexpr const char* kLateCall = "the plugin called the host after it was stopped";

// Each fills its tables; `self` is the state.
void fill_basic_tables(tenon_host_log& log, tenon_host_metrics& metrics,
                       tenon_host_executor& executor, void* self, plugin::LogLevel lowest_level);
void fill_node_tables(tenon_host_clock& clock, tenon_host_tls& tls, tenon_host_node& node,
                      void* self);
void fill_key_tables(tenon_host_keystore& keystore, tenon_host_signatures& signatures, void* self);
void fill_ledger_table(tenon_host_ledger& ledger, void* self);
void fill_peers_table(tenon_host_peers& peers, void* self);

// Ends the calls of the plugin's peers handler, if it has one.
void close_peers(ServiceState& state);

} // namespace tenon::host::services
