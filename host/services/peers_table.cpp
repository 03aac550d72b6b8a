// The peers table of a consensus plugin.
#include "services/plugin_services_state.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::services {

namespace {

constexpr Protocol kProtocol = Protocol::kConsensus;

// Runs `call(state, peers)` while the plugin may call the host, and not after it was stopped.
template <typename Call>
std::int32_t on_peers(void* self, tenon_status* status, Call call) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    if (!pass)
      return failed_precondition(kLateCall);
    return call(state, *state.parts.peers);
  });
}

Status check_lane(std::uint32_t lane) {
  if (lane < plugin::kLanes)
    return {};
  return invalid_argument("there is no lane " + std::to_string(lane) +
                          "; expected 0 (control) or 1 (bulk)");
}

std::int32_t peers_open(void* self, const tenon_peers_handler* handler,
                        tenon_status* status) noexcept {
  return on_peers(self, status, [&](ServiceState& state, Peers& peers) -> Status {
    if (handler == nullptr || handler->struct_size < sizeof(tenon_peers_handler) ||
        handler->received == nullptr || handler->connected == nullptr ||
        handler->disconnected == nullptr) {
      return invalid_argument("the peers handler lacks a function; expected received, connected "
                              "and disconnected, and the size of all of it in struct_size");
    }
    PluginPeersHandler* made = nullptr;
    {
      const std::lock_guard lock(state.mutex);
      if (state.peers_handler != nullptr)
        return {Code::kAlreadyExists, "the plugin has a peers handler open: close it first"};
      state.peers_handler = std::make_unique<PluginPeersHandler>(*handler, peers);
      made = state.peers_handler.get();
    }
    // Without the lock: the network's thread may be in a handler that asks for it.
    const Status opened = peers.open(kProtocol, *made);
    if (!opened.ok()) {
      const std::lock_guard lock(state.mutex);
      state.peers_handler.reset();
    }
    return opened;
  });
}

void peers_close(void* self) noexcept {
  plugin::guarded_void([&] {
    ServiceState& state = ServiceState::of(self);
    if (const auto pass = state.gate->enter(); pass)
      close_peers(state);
  });
}

std::int32_t peers_send(void* self, tenon_bytes peer, std::uint32_t lane, tenon_bytes frame,
                        tenon_status* status) noexcept {
  return on_peers(self, status, [&](ServiceState&, Peers& peers) -> Status {
    TENON_RETURN_IF_ERROR(check_lane(lane));
    return peers.send(kProtocol, from_abi(peer), static_cast<Lane>(lane),
                      std::make_shared<const Bytes>(from_abi(frame)));
  });
}

std::int32_t peers_broadcast(void* self, std::uint32_t lane, tenon_bytes frame,
                             std::uint32_t* reached, tenon_status* status) noexcept {
  return on_peers(self, status, [&](ServiceState&, Peers& peers) -> Status {
    TENON_RETURN_IF_ERROR(check_lane(lane));
    TENON_ASSIGN_OR_RETURN(const std::uint32_t taken,
                           peers.broadcast(kProtocol, static_cast<Lane>(lane),
                                           std::make_shared<const Bytes>(from_abi(frame))));
    if (reached != nullptr)
      *reached = taken;
    return {};
  });
}

std::int32_t peers_cut(void* self, tenon_bytes peer, tenon_bytes reason,
                       tenon_status* status) noexcept {
  return on_peers(self, status, [&](ServiceState&, Peers& peers) -> Status {
    return peers.cut(from_abi(peer), from_abi(reason));
  });
}

std::int32_t peers_describe(void* self, tenon_sink json, tenon_status* status) noexcept {
  return on_peers(self, status, [&](ServiceState&, Peers& peers) -> Status {
    plugin::write_sink(json, peers.describe());
    return {};
  });
}

} // namespace

void PluginPeersHandler::received(std::string_view peer, Lane lane, BytesView frame) {
  plugin::guarded_void([&] {
    if (clients_.contains(peer)) {
      static_cast<void>(peers_.cut(peer, "a client node has no part in consensus"));
      return;
    }
    calls_.received(calls_.context, to_abi(peer), static_cast<std::uint32_t>(lane), to_abi(frame));
  });
}

void PluginPeersHandler::connected(std::string_view peer, PeerRole role) {
  plugin::guarded_void([&] {
    if (role == PeerRole::kClient)
      clients_.emplace(peer);
    calls_.connected(calls_.context, to_abi(peer), static_cast<std::uint32_t>(role));
  });
}

void PluginPeersHandler::disconnected(std::string_view peer) {
  plugin::guarded_void([&] {
    if (const auto client = clients_.find(peer); client != clients_.end())
      clients_.erase(client);
    calls_.disconnected(calls_.context, to_abi(peer));
  });
}

void close_peers(ServiceState& state) {
  std::unique_ptr<PluginPeersHandler> ended;
  {
    const std::lock_guard lock(state.mutex);
    ended.swap(state.peers_handler);
  }
  if (ended != nullptr)
    state.parts.peers->close(kProtocol);
}

void fill_peers_table(tenon_host_peers& peers, void* self) {
  peers = {sizeof(tenon_host_peers), 0,         self,          peers_open, peers_close, peers_send,
           peers_broadcast,          peers_cut, peers_describe};
}

} // namespace tenon::host::services
