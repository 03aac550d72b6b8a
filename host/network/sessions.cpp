// The part of the switchboard that knows peers: who may talk, what is told to the protocols, and
// how sessions begin and end.
#include <algorithm>

#include "network/switchboard.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::network {

namespace {

// A peer that was well-behaved for so many times the longest ban begins anew.
constexpr std::uint64_t kForgottenAfter = 2;

} // namespace

std::optional<Goodbye> Switchboard::recognise(Connection& connection) {
  const Bytes& key = connection.key();
  std::optional<Goodbye> refusal;
  if (key == identity_->public_key() || key == connection.identity().public_key()) {
    refusal = {GoodbyeCode::kDuplicateIdentity,
               options_.name + " refuses the node at " + connection.place() +
                   ": it has the key of " + options_.name + " itself, " + to_hex(key) +
                   "; expected one process per key: stop one of the two, or give it its own key"};
  } else if (connection.is_dialled()) {
    const Peer& peer = *connection.peer();
    if (key != peer.public_key()) {
      refusal = {GoodbyeCode::kUnknownKey,
                 options_.name + " refuses the node at " + connection.place() + ": its key is " +
                     to_hex(key) + "; expected that of " + peer.name() + ", " +
                     to_hex(peer.public_key()) + ": correct the address or the key"};
    }
  } else if (const auto found = by_key_.find(key); found != by_key_.end()) {
    const Ban& ban = found->second->ban;
    connection.set_peer(found->second);
    if (found->second->cut_off) {
      refusal = cut_off_goodbye(*found->second);
    } else if (now_us() < ban.until_us) {
      refusal = {GoodbyeCode::kMisbehaved,
                 options_.name + " refuses " + found->second->name() + " for " +
                     std::to_string((ban.until_us - now_us()) / 1000 + 1) +
                     " ms more, because it was cut: " + ban.reason};
    }
  } else {
    refusal = {GoodbyeCode::kUnknownKey,
               options_.name + " refuses the node at " + connection.place() + ": its key is " +
                   to_hex(key) + "; expected the key of one of its peers: add the node to the " +
                   "network, or start it with its own key"};
  }
  return refusal;
}

Hello Switchboard::own_hello(Lane lane) {
  return {kProtocolVersion,
          options_.chain.str(),
          options_.name,
          static_cast<std::uint32_t>(options_.role),
          options_.engines_fingerprint.str(),
          clock_.wall_us(),
          static_cast<std::uint32_t>(lane),
          instance_};
}

// Two processes with one key would sign contradictory votes: the first one is kept, and both sides
// are told.
std::optional<Goodbye> Switchboard::known_elsewhere(const Connection& connection,
                                                    const Bytes& instance) const {
  const Peer& peer = *connection.peer();
  if (peer.session.empty() || peer.session.instance == instance)
    return std::nullopt;
  return Goodbye{GoodbyeCode::kDuplicateIdentity,
                 options_.name + " refuses the process at " + connection.place() +
                     ": another process is connected as " + peer.name() +
                     " with the same key; expected one: stop one of the two (after a crash of " +
                     "its machine the first is forgotten within " +
                     std::to_string(options_.limits.silence_ms) + " ms)"};
}

std::optional<Goodbye> Switchboard::examine(Connection& connection, const Hello& hello) {
  auto refusal = check_hello(options_, connection.peer()->config(), hello, clock_.wall_us());
  return refusal ? refusal : known_elsewhere(connection, hello.instance);
}

std::optional<Goodbye> Switchboard::established(Connection& connection) {
  Peer& peer = *connection.peer();
  if (auto refusal = known_elsewhere(connection, connection.instance()))
    return refusal;
  const auto lane = static_cast<std::size_t>(connection.lane());
  if (peer.session.lanes[lane] != nullptr) {
    // The same process connects anew: it has given up what this side still holds.
    const std::string reason = peer.name() + " connected anew";
    end_session(peer, {GoodbyeCode::kLeaving, reason}, reason);
  }
  if (peer.dialling.connection.get() == &connection)
    peer.dialling.connection.reset();
  if (peer.session.empty()) {
    peer.session.instance = connection.instance();
    peer.session.began_us = now_us();
  }
  peer.session.lanes[lane] = connection.shared_from_this();
  if (peer.session.lanes[0] != nullptr && peer.session.lanes[1] != nullptr)
    complete_session(peer);
  poke();
  return std::nullopt;
}

void Switchboard::complete_session(Peer& peer) {
  peer.session.complete = true;
  peer.set_connected(true, clock_.wall_us());
  connected_ += 1;
  show_connected();
  metrics_.counter("peer_connects_total", "Sessions begun with a peer", {{"peer", peer.name()}})
      .add();
  log(plugin::LogLevel::kInfo, peer.name() + " is connected");
  peer.queue(Lane::kControl).open();
  peer.queue(Lane::kBulk).open();
  for (const Told& told : handlers_) {
    if (PeerHandler* const handler = told.get(); handler != nullptr)
      handler->connected(peer.name(), peer.role());
  }
  for (const auto& connection : peer.session.lanes) {
    if (connection != nullptr)
      connection->resume();
  }
}

void Switchboard::end_session(Peer& peer, const Goodbye& goodbye, const std::string& reason) {
  if (peer.session.empty())
    return;
  const Session session = std::exchange(peer.session, {});
  peer.queue(Lane::kControl).close();
  peer.queue(Lane::kBulk).close();
  if (now_us() >= session.began_us + options_.limits.settled_after_ms * 1000)
    peer.dialling.pause.reset();
  retry_later(peer);
  for (const auto& connection : session.lanes) {
    if (connection != nullptr)
      connection->leave(goodbye, reason);
  }
  if (const auto dialled = std::exchange(peer.dialling.connection, nullptr))
    dialled->close(reason);
  if (session.complete) {
    peer.set_connected(false, clock_.wall_us());
    connected_ -= 1;
    show_connected();
    log(plugin::LogLevel::kInfo, peer.name() + " is disconnected: " + reason);
    for (const Told& told : handlers_) {
      if (PeerHandler* const handler = told.get(); handler != nullptr)
        handler->disconnected(peer.name());
    }
  }
  peer.set_last_error(reason);
  poke();
}

void Switchboard::show_connected() {
  connected_gauge_.set(static_cast<double>(connected_));
}

bool Switchboard::complete(const Connection& connection) const {
  return connection.peer()->session.complete;
}

void Switchboard::received(Connection& connection, std::uint8_t slot, BytesView payload) {
  if (PeerHandler* const handler = handlers_[slot].get(); handler != nullptr) {
    handler->received(connection.peer()->name(), connection.lane(), payload);
    return;
  }
  metrics_
      .counter("peer_unclaimed_frames_total", "Frames of a protocol that nobody has opened here")
      .add();
}

void Switchboard::ended(Connection& connection) {
  poke();
  const std::shared_ptr<Peer> peer = connection.peer();
  const std::string& reason = connection.end_reason();
  note_end(connection);
  if (peer == nullptr)
    return;
  if (peer->session.lanes[static_cast<std::size_t>(connection.lane())].get() == &connection) {
    // Whichever lane the other side hears first, it hears why.
    end_session(*peer,
                connection.said().value_or(
                    Goodbye{GoodbyeCode::kLeaving, "the other lane ended: " + reason}),
                reason);
    return;
  }
  if (peer->dialling.connection.get() != &connection)
    return;
  peer->dialling.connection.reset();
  peer->set_last_error(reason);
  if (peer->session.empty())
    retry_later(*peer);
  else
    end_session(*peer, {GoodbyeCode::kLeaving, reason}, reason);
}

void Switchboard::gone(Connection& connection) {
  connections_.erase(connection.id());
  if (stopping_)
    poke();
}

// Counts and, at a bounded rate, logs what kept two nodes from talking.
void Switchboard::note_end(const Connection& connection) {
  const std::shared_ptr<Peer>& peer = connection.peer();
  const std::string who = peer != nullptr ? peer->name() : "";
  if (const auto& said = connection.said(); said && said->code != GoodbyeCode::kLeaving) {
    const std::string code(code_name(said->code));
    metrics_
        .counter("peer_refusals_total", "Connections that this node refused or cut",
                 {{"code", code}})
        .add();
    log_bounded(plugin::LogLevel::kWarn, code + "/" + who, code + ": " + said->text);
    if (peer != nullptr)
      peer->set_last_error(said->text);
    if (peer != nullptr && said->code == GoodbyeCode::kMisbehaved && now_us() >= peer->ban.until_us)
      ban(*peer, said->text);
  } else if (const auto& heard = connection.heard();
             heard && heard->code != GoodbyeCode::kLeaving) {
    const std::string code(code_name(heard->code));
    metrics_
        .counter("peer_refusals_heard_total", "Connections that other nodes refused or cut",
                 {{"code", code}})
        .add();
    log_bounded(plugin::LogLevel::kWarn, "heard " + code + "/" + who, connection.end_reason());
    if (peer != nullptr)
      peer->set_last_error(connection.end_reason());
  } else if (!said && !heard && !stopping_ && (peer == nullptr || !peer->session.complete)) {
    log_bounded(plugin::LogLevel::kInfo, "end/" + who,
                "no connection with " + (who.empty() ? connection.place() : who) + ": " +
                    connection.end_reason());
  }
}

bool Switchboard::set_handler(Protocol protocol, PeerHandler* handler) {
  Told& told = handlers_[static_cast<std::size_t>(protocol)];
  if (told.handler != nullptr)
    return false;
  told = {handler, false};
  return true;
}

void Switchboard::begin_telling(Protocol protocol) {
  Told& told = handlers_[static_cast<std::size_t>(protocol)];
  if (told.handler == nullptr || std::exchange(told.began, true))
    return;
  for (const auto& [name, peer] : directory_) {
    if (PeerHandler* const handler = told.get(); handler != nullptr && peer->session.complete)
      handler->connected(name, peer->role());
  }
}

void Switchboard::clear_handler(Protocol protocol) {
  handlers_[static_cast<std::size_t>(protocol)] = {};
}

void Switchboard::ban(Peer& peer, std::string_view reason) {
  const std::uint64_t now = now_us();
  const std::uint64_t forgotten_us = kForgottenAfter * options_.limits.cut_most_ms * 1000;
  if (now >= peer.ban.until_us + forgotten_us)
    peer.ban.length.reset();
  peer.ban.until_us = now + peer.ban.length.next_ms() * 1000;
  peer.ban.reason = reason;
}

Goodbye Switchboard::cut_off_goodbye(const Peer& peer) const {
  return {GoodbyeCode::kLeaving, options_.name + " is cut off from " + peer.name() +
                                     " by its configuration (network.cut_off)"};
}

void Switchboard::set_cut_off(Peer& peer, bool cut_off) {
  if (std::exchange(peer.cut_off, cut_off) == cut_off)
    return;
  if (cut_off) {
    const Goodbye goodbye = cut_off_goodbye(peer);
    part_with(peer, goodbye, goodbye.text);
    peer.set_last_error(goodbye.text);
  } else {
    peer.dialling.pause.reset();
    peer.dialling.not_before_us = 0;
  }
}

void Switchboard::cut(Peer& peer, std::string_view reason) {
  ban(peer, reason);
  const Goodbye goodbye{GoodbyeCode::kMisbehaved,
                        options_.name + " cuts " + peer.name() + ": " + std::string(reason)};
  part_with(peer, goodbye, goodbye.text);
  peer.set_last_error(goodbye.text);
}

// Its session, and what is about to become one.
void Switchboard::part_with(Peer& peer, const Goodbye& goodbye, const std::string& reason) {
  end_session(peer, goodbye, reason);
  const auto all = connections_; // leaving may take some out
  for (const auto& [id, connection] : all) {
    if (connection->peer().get() == &peer)
      connection->leave(goodbye, reason);
  }
}

void Switchboard::use_identity(std::shared_ptr<const TlsIdentity> identity) {
  identity_ = std::move(identity);
  log(plugin::LogLevel::kInfo, "new connections show the key " + to_hex(identity_->public_key()));
  poke();
}

void Switchboard::add_peer(const PeerConfig& config) {
  const auto peer = std::make_shared<Peer>(config, options_.limits, metrics_);
  by_key_[config.public_key] = peer;
  const std::unique_lock lock(directory_mutex_);
  directory_[config.name] = peer;
}

void Switchboard::remove_peer(const std::shared_ptr<Peer>& peer, const std::string& reason) {
  by_key_.erase(peer->public_key());
  {
    const std::unique_lock lock(directory_mutex_);
    directory_.erase(peer->name());
  }
  part_with(*peer, {GoodbyeCode::kUnknownKey, reason}, reason);
}

void Switchboard::set_peers(const std::vector<PeerConfig>& peers) {
  std::map<std::string, const PeerConfig*> wanted;
  for (const PeerConfig& config : peers) {
    if (config.name != options_.name)
      wanted[config.name] = &config;
  }
  const auto before = directory_;
  for (const auto& [name, peer] : before) {
    const auto found = wanted.find(name);
    if (found == wanted.end()) {
      remove_peer(peer,
                  options_.name + " no longer knows " + name + ": it was removed from the network");
    } else if (found->second->public_key != peer->public_key() ||
               found->second->role != peer->role()) {
      remove_peer(peer, options_.name + " knows " + name + " by another key or role from now on: " +
                            "expected the key " + to_hex(found->second->public_key));
    } else {
      peer->set_address(found->second->address);
      set_cut_off(*peer, found->second->cut_off);
    }
  }
  for (const auto& [name, config] : wanted) {
    if (!directory_.contains(name))
      add_peer(*config);
  }
  poke();
}

} // namespace tenon::host::network
