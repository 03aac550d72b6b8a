// One TCP and TLS connection, which carries one lane of one peer: made or accepted, shaken hands
// on, introduced by Hello, then frames both ways until it ends. Knows nothing of other connections:
// its owner decides who may talk and is told what happens.
//
// Owned by the switchboard and by its own operations under way; the network's thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/asio.hpp"
#include "network/frame.hpp"
#include "network/hello.hpp"
#include "network/peer.hpp"
#include "network/tls_identity.hpp"
#include "ports/clock.hpp"

namespace tenon::host::network {

class Connection;

class ConnectionOwner {
public:
  virtual ~ConnectionOwner() = default;
  // The handshake is over and the key known: whose it is, by Connection::set_peer, or why it is
  // refused.
  [[nodiscard]] virtual std::optional<Goodbye> recognise(Connection& connection) = 0;
  [[nodiscard]] virtual Hello own_hello(Lane lane) = 0;
  [[nodiscard]] virtual std::optional<Goodbye> examine(Connection& connection,
                                                       const Hello& hello) = 0;
  // Both sides agree: the lane is up unless this refuses.
  [[nodiscard]] virtual std::optional<Goodbye> established(Connection& connection) = 0;
  // Whether frames may be handed on: both lanes are up.
  [[nodiscard]] virtual bool complete(const Connection& connection) const = 0;
  virtual void received(Connection& connection, std::uint8_t slot, BytesView payload) = 0;
  // It talks no more, for the reason end_reason(); a last word may still be on its way.
  virtual void ended(Connection& connection) = 0;
  // Nothing of it is left.
  virtual void gone(Connection& connection) = 0;
};

class Connection final : public std::enable_shared_from_this<Connection> {
public:
  enum class State {
    kConnecting, // no TLS yet
    kGreeting,   // TLS, and Hello on its way
    kUp,
    kLeaving, // a last word is on its way
    kClosed,
  };
  struct Parts {
    ConnectionOwner& owner;
    asio::io_context& context;
    const Clock& clock;
    const NetworkLimits& limits;
    std::shared_ptr<const TlsIdentity> identity;
    std::uint64_t id;
  };

  // The other side called.
  static std::shared_ptr<Connection> accepted(Parts parts, tcp::socket socket);
  // This side calls `peer` at its address.
  static std::shared_ptr<Connection> dialled(Parts parts, std::shared_ptr<Peer> peer, Lane lane,
                                             Endpoint address);

  // Begins; called once.
  void start();
  // Something waits in the peer's queue.
  void pump();
  // Both lanes are up: go on handing frames to the owner.
  void resume();
  // Says goodbye, where there is somebody to hear it, and ends. `reason` is for this side's log.
  void leave(const Goodbye& goodbye, std::string reason);
  void close(std::string reason);
  // Ends what has taken too long and says that this side lives; when to call it next, in monotonic
  // microseconds.
  [[nodiscard]] std::uint64_t step(std::uint64_t now_us);
  // The thread was kept busy elsewhere for so long: silence meanwhile was not the peer's.
  void forgive(std::uint64_t delay_us) { received_us_ += delay_us; }

  [[nodiscard]] std::uint64_t id() const { return parts_.id; }
  [[nodiscard]] bool is_dialled() const { return is_dialled_; }
  [[nodiscard]] State state() const { return state_; }
  // Called from outside and never came so far as to be up, even if it is on its way out.
  [[nodiscard]] bool is_stranger() const {
    return !is_dialled_ && !was_up_ && state_ != State::kClosed;
  }
  [[nodiscard]] const std::shared_ptr<Peer>& peer() const { return peer_; }
  void set_peer(std::shared_ptr<Peer> peer) { peer_ = std::move(peer); }
  [[nodiscard]] Lane lane() const { return lane_; }
  [[nodiscard]] const Bytes& instance() const { return instance_; }
  [[nodiscard]] const Bytes& key() const { return key_; }
  [[nodiscard]] const TlsIdentity& identity() const { return *parts_.identity; }
  // "10.0.0.2:7000"
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] const std::string& end_reason() const { return end_reason_; }
  // The last words of this side and of the other one, if there were any.
  [[nodiscard]] const std::optional<Goodbye>& said() const { return said_; }
  [[nodiscard]] const std::optional<Goodbye>& heard() const { return heard_; }

private:
  using Stream = asio::ssl::stream<tcp::socket>;
  struct Held {
    std::uint8_t slot;
    Bytes payload;
  };

  Connection(Parts parts, tcp::socket socket, ssl_st* tls, bool is_dialled);

  asio::awaitable<void> run();
  asio::awaitable<void> converse();
  asio::awaitable<bool> connect();
  asio::awaitable<bool> shake_hands();
  // False when the connection is over.
  asio::awaitable<bool> read_some();
  asio::awaitable<bool> hand_on_held();
  bool take_frame(std::uint8_t slot, BytesView payload);
  void take_control(BytesView payload);
  void take_hello(const Hello& hello);
  void take_welcome();
  void take_goodbye(Goodbye goodbye);
  void misbehaved(const std::string& what);
  void say(const Control& control);
  void fill();
  void written(const ErrorCode& error, std::size_t bytes);
  void end(State state, std::string reason);
  [[nodiscard]] std::uint64_t now_us() const { return parts_.clock.monotonic_us(); }
  [[nodiscard]] std::uint64_t deadline_in(std::uint64_t time_ms) const {
    return now_us() + time_ms * 1000;
  }
  tcp::socket& socket() { return stream_.next_layer(); }

  const Parts parts_;
  const bool is_dialled_;
  Stream stream_;
  tcp::resolver resolver_;
  asio::steady_timer resumed_;
  FrameDecoder decoder_{kMaxControlBytes};
  State state_ = State::kConnecting;
  std::shared_ptr<Peer> peer_;
  Lane lane_ = Lane::kControl;
  std::optional<Endpoint> address_;
  std::string place_;
  Bytes key_;
  Bytes instance_;
  bool greeted_ = false; // the other side's Hello was taken
  bool was_up_ = false;
  std::string end_reason_;
  std::optional<Goodbye> said_;
  std::optional<Goodbye> heard_;

  Bytes input_;
  std::vector<Held> held_;    // frames that came before both lanes were up
  std::size_t frames_in_ = 0; // since they were counted last

  Bytes own_frames_;                       // of slot 0, whole
  std::optional<SendQueue::Item> sending_; // a frame of which `sent_` bytes are written
  std::size_t sent_ = 0;
  std::size_t frames_out_ = 0;
  Bytes output_; // being written
  bool writing_ = false;

  std::uint64_t deadline_us_ = 0; // of the handshake, later of the last word; 0: none
  std::uint64_t received_us_ = 0;
  std::uint64_t written_us_ = 0; // or began to be, while writing_
};

} // namespace tenon::host::network
