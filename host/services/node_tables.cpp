// The clock, TLS policy and node tables of a plugin instance.
#include <nlohmann/json.hpp>

#include "services/plugin_services_state.hpp"
#include "services/version.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::services {

namespace {

// TLS 1.3 has no weak suites; the list fixes the order of preference.
constexpr BytesView kTlsPolicy =
    R"({"minimum_version":"1.3","allow_plaintext_loopback":true,)"
    R"("cipher_suites":"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:)"
    R"(TLS_CHACHA20_POLY1305_SHA256"})";

std::uint64_t clock_monotonic(void* self) noexcept {
  return ServiceState::of(self).parts.clock.monotonic_us();
}
std::uint64_t clock_wall(void* self) noexcept {
  return ServiceState::of(self).parts.clock.wall_us();
}
std::uint64_t clock_ledger(void* self) noexcept {
  std::uint64_t time_us = 0;
  plugin::guarded_void([&] {
    ServiceState& state = ServiceState::of(self);
    if (const auto pass = state.gate->enter(); pass)
      time_us = state.parts.node.ledger_time_us();
  });
  return time_us;
}

std::int32_t clock_set_wall(void* self, std::uint64_t current_us, std::uint64_t new_us,
                            tenon_status* status) noexcept {
  return plugin::guarded(
      status, [&] { return ServiceState::of(self).parts.clock.set_wall_us(current_us, new_us); });
}

std::int32_t tls_policy(void*, tenon_sink json, tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    plugin::write_sink(json, kTlsPolicy);
    return {};
  });
}

void node_chain_id(void* self, tenon_hash* out) noexcept {
  *out = tenon_hash{};
  plugin::guarded_void([&] { *out = ServiceState::of(self).parts.node.chain().to_abi(); });
}

std::int32_t node_info(void* self, tenon_sink json, tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    const ServiceState& state = ServiceState::of(self);
    const NodeView& node = state.parts.node;
    nlohmann::json info = {{"name", node.name()},
                           {"static_time", state.parts.clock.is_static()},
                           {"key_unused", state.parts.signer.unused()},
                           {"role", node.role()},
                           {"version", kVersion},
                           {"chain_id", to_hex(node.chain().view())}};
    if (const auto durable = node.store_durable())
      info["store_durable"] = *durable;
    plugin::write_sink(json, info.dump());
    return {};
  });
}

std::int32_t node_data_directory(void* self, tenon_sink path, tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    plugin::write_sink(path, ServiceState::of(self).identity.data_directory.string());
    return {};
  });
}

} // namespace

void fill_node_tables(tenon_host_clock& clock, tenon_host_tls& tls, tenon_host_node& node,
                      void* self) {
  clock = {sizeof(tenon_host_clock), 0, self, clock_monotonic, clock_wall, clock_ledger,
           clock_set_wall};
  tls = {sizeof(tenon_host_tls), 0, self, tls_policy};
  node = {sizeof(tenon_host_node), 0, self, node_chain_id, node_info, node_data_directory};
}

} // namespace tenon::host::services
