#include "network/switchboard.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::host::network {

namespace {

constexpr std::uint64_t kNever = UINT64_MAX;
constexpr std::uint64_t kLogPeriod_us = 10'000'000;
// The alarm never waits longer, so that nothing depends on its arithmetic alone.
constexpr std::uint64_t kLongestSleep_us = 10'000'000;
// Time that the thread spent elsewhere, beyond which it is not held against the peers.
constexpr std::uint64_t kLate_us = 500'000;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

std::uint32_t seed_of(BytesView instance) {
  return instance.size() < 4 ? 1 : read_be32(instance);
}

} // namespace

Switchboard::Switchboard(NetworkOptions options, std::shared_ptr<const TlsIdentity> identity,
                         Bytes instance, Log& log, Metrics& metrics, const Clock& clock)
    : options_(std::move(options)), instance_(std::move(instance)), identity_(std::move(identity)),
      log_(log), metrics_(metrics), clock_(clock),
      connected_gauge_(metrics.gauge("peers_connected", "Peers with both lanes up")),
      random_(seed_of(instance_)), limiter_(kLogPeriod_us) {
  set_peers(options_.peers);
}

Switchboard::~Switchboard() = default;

Status Switchboard::listen() {
  if (!options_.listen)
    return {};
  const Endpoint& place = *options_.listen;
  ErrorCode error;
  const auto address =
      asio::ip::make_address(place.host == "localhost" ? "127.0.0.1" : place.host, error);
  if (error) {
    return invalid_argument("the network cannot listen on " + place.to_string() +
                            ": expected an IP address or localhost as the host");
  }
  const tcp::endpoint endpoint(address, place.port);
  static_cast<void>(acceptor_.open(endpoint.protocol(), error));
  if (!error)
    static_cast<void>(acceptor_.set_option(tcp::acceptor::reuse_address(true), error));
  if (!error)
    static_cast<void>(acceptor_.bind(endpoint, error));
  if (!error)
    static_cast<void>(acceptor_.listen(tcp::acceptor::max_listen_connections, error));
  if (error) {
    return failed_precondition("the network cannot listen on " + place.to_string() + ": " +
                               error.message() +
                               "; end the other process or choose another address");
  }
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void Switchboard::run() {
  if (acceptor_.is_open())
    asio::co_spawn(context_, accept_all(), asio::detached);
  asio::co_spawn(context_, watch(), asio::detached);
  context_.run();
}

void Switchboard::stop() {
  stopping_ = true;
  ErrorCode ignored;
  static_cast<void>(acceptor_.close(ignored));
  const std::string reason = options_.name + " stops";
  for (const auto& [name, peer] : directory_)
    end_session(*peer, {GoodbyeCode::kLeaving, reason}, reason);
  const auto left = connections_; // closing takes them out
  for (const auto& [id, connection] : left) {
    if (connection->state() != Connection::State::kLeaving)
      connection->close(reason);
  }
  poke();
}

void Switchboard::post(std::function<void()> task) {
  asio::post(context_, std::move(task));
}

void Switchboard::wake(const std::shared_ptr<Peer>& peer, Lane lane) {
  asio::post(context_, [peer, lane] {
    if (const auto& connection = peer->session.lanes[static_cast<std::size_t>(lane)])
      connection->pump();
  });
}

std::shared_ptr<Peer> Switchboard::find(std::string_view name) const {
  const std::shared_lock lock(directory_mutex_);
  const auto found = directory_.find(name);
  return found == directory_.end() ? nullptr : found->second;
}

void Switchboard::each_peer(FunctionRef<void(const std::shared_ptr<Peer>&)> visit) const {
  const std::shared_lock lock(directory_mutex_);
  for (const auto& [name, peer] : directory_)
    visit(peer);
}

asio::awaitable<void> Switchboard::accept_all() {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (stopping_)
      co_return;
    if (error) {
      // Out of descriptors, most likely: wait for some to be freed.
      log_bounded(plugin::LogLevel::kWarn, "accept",
                  "a connection could not be accepted: " + error.message());
      asio::steady_timer pause(context_, kAcceptPause);
      co_await pause.async_wait(kAwait);
      continue;
    }
    take(std::move(socket));
  }
}

Connection::Parts Switchboard::parts() {
  return {*this, context_, clock_, options_.limits, identity_, next_id_++};
}

// Honest nodes say who they are within milliseconds, so whoever has waited longest goes.
void Switchboard::make_room_for_stranger() {
  std::shared_ptr<Connection> oldest;
  std::size_t strangers = 0;
  for (const auto& [id, connection] : connections_) {
    if (!connection->is_stranger())
      continue;
    strangers += 1;
    if (oldest == nullptr)
      oldest = connection;
  }
  if (strangers >= options_.limits.handshakes) {
    metrics_.counter("peer_strangers_dropped_total", "Connections cut to make room for newer ones")
        .add();
    oldest->close("there are " + std::to_string(strangers) +
                  " connections that have not said who they are, which is the limit");
  }
}

void Switchboard::take(tcp::socket socket) {
  make_room_for_stranger();
  const auto connection = Connection::accepted(parts(), std::move(socket));
  if (connection == nullptr)
    return; // no memory for it
  connections_.emplace(connection->id(), connection);
  connection->start();
  poke();
}

void Switchboard::poke() {
  poked_ = true;
  alarm_.cancel();
}

asio::awaitable<void> Switchboard::watch() {
  std::uint64_t due_us = now_us();
  while (!stopping_ || !connections_.empty()) {
    const std::uint64_t late_us = now_us() > due_us ? now_us() - due_us : 0;
    if (late_us > kLate_us) {
      for (const auto& [id, connection] : connections_)
        connection->forgive(late_us);
    }
    poked_ = false;
    const std::uint64_t began_us = now_us();
    due_us = std::min(step(), began_us + kLongestSleep_us);
    if (poked_)
      continue;
    const std::uint64_t pause_us = due_us > began_us ? due_us - began_us : 0;
    alarm_.expires_after(std::chrono::microseconds(std::max<std::uint64_t>(pause_us, 1000)));
    co_await alarm_.async_wait(kAwait);
  }
}

std::uint64_t Switchboard::step() {
  const std::uint64_t now = now_us();
  std::uint64_t due_us = kNever;
  const auto all = connections_; // closing takes some out
  for (const auto& [id, connection] : all)
    due_us = std::min(due_us, connection->step(now));
  for (const auto& [name, peer] : directory_)
    due_us = std::min(due_us, step_peer(peer, now));
  return due_us;
}

std::uint64_t Switchboard::step_peer(const std::shared_ptr<Peer>& peer, std::uint64_t now) {
  Session& session = peer->session;
  std::uint64_t due_us = kNever;
  if (!session.empty() && !session.complete) {
    due_us = session.began_us + options_.limits.handshake_timeout_ms * 1000;
    if (now >= due_us) {
      const std::string reason = "one lane to " + peer->name() + " is up, and the other did not " +
                                 "follow within " +
                                 std::to_string(options_.limits.handshake_timeout_ms) + " ms";
      end_session(*peer, {GoodbyeCode::kLeaving, reason}, reason);
      due_us = kNever;
    }
  }
  if (stopping_ || peer->dialling.connection != nullptr || session.complete)
    return due_us;
  if (session.lanes[0] != nullptr && session.lanes[0]->is_dialled()) {
    dial(peer, Lane::kBulk);
    return due_us;
  }
  if (!session.empty() || !dials(*peer))
    return due_us;
  const std::uint64_t dial_us = std::max(peer->dialling.not_before_us, peer->ban.until_us);
  if (now < dial_us)
    return std::min(due_us, dial_us);
  dial(peer, Lane::kControl);
  return due_us;
}

bool Switchboard::dials(const Peer& peer) const {
  return !peer.cut_off && peer.facts().address.has_value() &&
         (!options_.listen || identity_->public_key() < peer.public_key());
}

void Switchboard::dial(const std::shared_ptr<Peer>& peer, Lane lane) {
  const auto address = peer->facts().address;
  if (!address)
    return;
  peer->dialling.connection = Connection::dialled(parts(), peer, lane, *address);
  if (peer->dialling.connection == nullptr)
    return retry_later(*peer);
  connections_.emplace(peer->dialling.connection->id(), peer->dialling.connection);
  peer->dialling.connection->start();
  poke();
}

void Switchboard::retry_later(Peer& peer) {
  const std::uint64_t pause_ms = peer.dialling.pause.next_jittered_ms(random_());
  peer.dialling.not_before_us = now_us() + pause_ms * 1000;
}

void Switchboard::log(plugin::LogLevel level, const std::string& message) {
  log_.write(level, "network", message);
}

void Switchboard::log_bounded(plugin::LogLevel level, const std::string& kind,
                              const std::string& message) {
  const auto left_out = limiter_.admit(kind, now_us());
  if (!left_out)
    return;
  log(level, *left_out == 0 ? message
                            : message + " (and " + std::to_string(*left_out) +
                                  " more like this since the last that was told)");
}

} // namespace tenon::host::network
