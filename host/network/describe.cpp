// The network's part of a node's status.
#include <nlohmann/json.hpp>

#include "network/peer_network.hpp"
#include "network/switchboard.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::network {

namespace {

nlohmann::json describe_peer(Peer& peer) {
  const PeerFacts facts = peer.facts();
  nlohmann::json described = {{"name", peer.name()},
                              {"role", role_name(peer.role())},
                              {"public_key", to_hex(peer.public_key())},
                              {"connected", facts.connected},
                              {"received_bytes", peer.received_bytes()},
                              {"sent_bytes", peer.sent_bytes()},
                              {"queued_bytes",
                               {{"control", peer.queue(Lane::kControl).queued_bytes()},
                                {"bulk", peer.queue(Lane::kBulk).queued_bytes()}}}};
  if (facts.address)
    described["address"] = facts.address->to_string();
  if (facts.since_wall_us != 0)
    described["since"] = rfc3339(facts.since_wall_us);
  if (!facts.last_error.empty())
    described["last_error"] = facts.last_error;
  return described;
}

} // namespace

std::string PeerNetwork::describe() const {
  nlohmann::json peers = nlohmann::json::array();
  switchboard_->each_peer(
      [&](const std::shared_ptr<Peer>& peer) { peers.push_back(describe_peer(*peer)); });
  return nlohmann::json{{"peers", std::move(peers)}}.dump(-1, ' ', false,
                                                          nlohmann::json::error_handler_t::replace);
}

} // namespace tenon::host::network
