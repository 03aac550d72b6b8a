#include "services/plugin_services.hpp"

#include "services/plugin_services_state.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::services {

namespace {

const void* find_table(void* self, tenon_bytes interface_id) noexcept {
  const ServiceState& state = ServiceState::of(self);
  const BytesView id = from_abi(interface_id);
  const std::pair<BytesView, const void*> tables[] = {
      {TENON_HOST_LOG_INTERFACE, &state.log_table},
      {TENON_HOST_METRICS_INTERFACE, &state.metrics_table},
      {TENON_HOST_EXECUTOR_INTERFACE, &state.executor_table},
      {TENON_HOST_CLOCK_INTERFACE, &state.clock_table},
      {TENON_HOST_KEYSTORE_INTERFACE, &state.keystore_table},
      {TENON_HOST_SIGNATURES_INTERFACE, &state.signatures_table},
      {TENON_HOST_TLS_INTERFACE, &state.tls_table},
      {TENON_HOST_NODE_INTERFACE, &state.node_table},
      {TENON_HOST_LEDGER_INTERFACE, state.identity.with_ledger ? &state.ledger_table : nullptr},
      {TENON_HOST_PEERS_INTERFACE,
       state.identity.with_peers && state.parts.peers != nullptr ? &state.peers_table : nullptr},
  };
  for (const auto& [name, table] : tables) {
    if (name == id)
      return table;
  }
  return nullptr;
}

} // namespace

PluginServices::PluginServices(ServiceParts parts, ServiceIdentity identity)
    : state_(std::make_unique<ServiceState>(parts, std::move(identity))) {
  ServiceState& state = *state_;
  state.host = {sizeof(tenon_host), TENON_ABI_MAJOR, TENON_ABI_MINOR, &state, find_table};
  fill_basic_tables(state.log_table, state.metrics_table, state.executor_table, &state,
                    parts.log.lowest_level());
  fill_node_tables(state.clock_table, state.tls_table, state.node_table, &state);
  fill_key_tables(state.keystore_table, state.signatures_table, &state);
  fill_ledger_table(state.ledger_table, &state);
  fill_peers_table(state.peers_table, &state);
}

PluginServices::~PluginServices() = default;

const tenon_host* PluginServices::host() const {
  return &state_->host;
}

bool PluginServices::close(std::uint64_t timeout_ms) {
  const bool quiet = state_->gate->close(timeout_ms);
  std::set<std::uint64_t> watches;
  {
    const std::lock_guard lock(state_->mutex);
    watches.swap(state_->watches);
  }
  if (LedgerService* const ledger = state_->parts.node.ledger(); ledger != nullptr && quiet) {
    for (const std::uint64_t watch : watches)
      ledger->unwatch(watch);
  }
  if (quiet)
    close_peers(*state_);
  return quiet;
}

std::uint64_t PluginServices::late_calls() const {
  return state_->gate->late_calls();
}

} // namespace tenon::host::services
