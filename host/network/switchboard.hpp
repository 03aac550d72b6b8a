// Everything that happens on the network's thread: listens, dials, decides who may talk, keeps the
// session of each peer, and hands frames to the protocols' handlers.
//
// Who dials: of two nodes that both listen the one with the smaller public key; a node that does
// not listen dials every peer that has an address. So there is one connection per lane. The control
// lane comes first, the bulk lane when it is up; a session ends with either of them.
//
// Owned by the PeerNetwork. `find`, `each_peer` and `wake`: any thread; all else: the network's.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <random>
#include <shared_mutex>

#include "network/connection.hpp"
#include "network/log_limiter.hpp"
#include "ports/log.hpp"
#include "ports/peers.hpp"

namespace tenon::host::network {

class Switchboard final : public ConnectionOwner {
public:
  Switchboard(NetworkOptions options, std::shared_ptr<const TlsIdentity> identity, Bytes instance,
              Log& log, Metrics& metrics, const Clock& clock);
  ~Switchboard() override;

  // Before run().
  [[nodiscard]] Status listen();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Serves until everything has ended after stop().
  void run();
  void stop();

  void set_peers(const std::vector<PeerConfig>& peers);
  void use_identity(std::shared_ptr<const TlsIdentity> identity);
  // False: the protocol has one already. It is not called before begin_telling(), which tells it of
  // the peers that are connected.
  [[nodiscard]] bool set_handler(Protocol protocol, PeerHandler* handler);
  void begin_telling(Protocol protocol);
  void clear_handler(Protocol protocol);
  void cut(Peer& peer, std::string_view reason);

  [[nodiscard]] std::shared_ptr<Peer> find(std::string_view name) const;
  // While it runs the list does not change.
  void each_peer(FunctionRef<void(const std::shared_ptr<Peer>&)> visit) const;
  // The queue of that lane is not empty any more.
  void wake(const std::shared_ptr<Peer>& peer, Lane lane);
  // Runs the task on the network's thread.
  void post(std::function<void()> task);
  [[nodiscard]] const NetworkOptions& options() const { return options_; }

  std::optional<Goodbye> recognise(Connection& connection) override;
  Hello own_hello(Lane lane) override;
  std::optional<Goodbye> examine(Connection& connection, const Hello& hello) override;
  std::optional<Goodbye> established(Connection& connection) override;
  bool complete(const Connection& connection) const override;
  void received(Connection& connection, std::uint8_t slot, BytesView payload) override;
  void ended(Connection& connection) override;
  void gone(Connection& connection) override;

private:
  struct Told {
    PeerHandler* handler = nullptr;
    bool began = false;
    [[nodiscard]] PeerHandler* get() const { return began ? handler : nullptr; }
  };

  asio::awaitable<void> accept_all();
  asio::awaitable<void> watch();
  void take(tcp::socket socket);
  void make_room_for_stranger();
  Connection::Parts parts();
  // What is due now, and when something will be next, in monotonic microseconds.
  std::uint64_t step();
  std::uint64_t step_peer(const std::shared_ptr<Peer>& peer, std::uint64_t now_us);
  // Has the alarm rung at once.
  void poke();

  [[nodiscard]] bool dials(const Peer& peer) const;
  void dial(const std::shared_ptr<Peer>& peer, Lane lane);
  void retry_later(Peer& peer);
  void complete_session(Peer& peer);
  void end_session(Peer& peer, const Goodbye& goodbye, const std::string& reason);
  void add_peer(const PeerConfig& config);
  void remove_peer(const std::shared_ptr<Peer>& peer, const std::string& reason);
  void ban(Peer& peer, std::string_view reason);
  void set_cut_off(Peer& peer, bool cut_off);
  [[nodiscard]] Goodbye cut_off_goodbye(const Peer& peer) const;
  [[nodiscard]] std::optional<Goodbye> known_elsewhere(const Connection& connection,
                                                       const Bytes& instance) const;
  void part_with(Peer& peer, const Goodbye& goodbye, const std::string& reason);
  void note_end(const Connection& connection);
  void log(plugin::LogLevel level, const std::string& message);
  void log_bounded(plugin::LogLevel level, const std::string& kind, const std::string& message);
  void show_connected();
  [[nodiscard]] std::uint64_t now_us() const { return clock_.monotonic_us(); }

  const NetworkOptions options_; // its list of peers is where the list began
  const Bytes instance_;
  std::shared_ptr<const TlsIdentity> identity_;
  Log& log_;
  Metrics& metrics_;
  const Clock& clock_;
  Gauge& connected_gauge_;
  std::minstd_rand random_;
  LogLimiter limiter_;

  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer alarm_{context_};
  std::uint16_t port_ = 0;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_; // the oldest first
  std::map<Bytes, std::shared_ptr<Peer>> by_key_;
  std::array<Told, 256> handlers_{}; // by slot
  std::size_t connected_ = 0;
  bool poked_ = false;
  bool stopping_ = false;

  mutable std::shared_mutex directory_mutex_; // its writer is the network's thread
  std::map<std::string, std::shared_ptr<Peer>, std::less<>> directory_;
};

} // namespace tenon::host::network
