#include "network/connection.hpp"

#include <algorithm>
#include <exception>

namespace tenon::host::network {

namespace {

constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::size_t kWriteBytes = 64u << 10;
constexpr std::uint64_t kNever = UINT64_MAX;

std::string place_of(const tcp::socket& socket) {
  ErrorCode error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? "an unknown place"
               : Endpoint{endpoint.address().to_string(), endpoint.port()}.to_string();
}

} // namespace

Connection::Connection(Parts parts, tcp::socket socket, ssl_st* tls, bool is_dialled)
    : parts_(std::move(parts)), is_dialled_(is_dialled), stream_(std::move(socket), tls),
      resolver_(parts_.context), resumed_(parts_.context, asio::steady_timer::time_point::max()) {
  deadline_us_ = deadline_in(parts_.limits.handshake_timeout_ms);
}

std::shared_ptr<Connection> Connection::accepted(Parts parts, tcp::socket socket) {
  ssl_st* const tls = parts.identity->new_server();
  if (tls == nullptr)
    return nullptr;
  std::shared_ptr<Connection> made(new Connection(std::move(parts), std::move(socket), tls, false));
  made->place_ = place_of(made->socket());
  return made;
}

std::shared_ptr<Connection> Connection::dialled(Parts parts, std::shared_ptr<Peer> peer, Lane lane,
                                                Endpoint address) {
  ssl_st* const tls = parts.identity->new_client();
  if (tls == nullptr)
    return nullptr;
  tcp::socket socket(parts.context);
  std::shared_ptr<Connection> made(new Connection(std::move(parts), std::move(socket), tls, true));
  made->peer_ = std::move(peer);
  made->lane_ = lane;
  made->place_ = address.to_string();
  made->address_ = std::move(address);
  return made;
}

void Connection::start() {
  asio::co_spawn(
      parts_.context, [self = shared_from_this()] { return self->run(); }, asio::detached);
}

asio::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  try {
    co_await converse();
  } catch (const std::exception& error) {
    close(std::string("it could not be served: ") + error.what());
  }
  close("it is over");
  parts_.owner.gone(*this);
}

asio::awaitable<void> Connection::converse() {
  if (is_dialled_ && !co_await connect())
    co_return;
  ErrorCode ignored;
  static_cast<void>(socket().set_option(tcp::no_delay(true), ignored));
  if (!co_await shake_hands())
    co_return;
  input_.resize(kReadBytes);
  while (co_await read_some()) {
  }
}

asio::awaitable<bool> Connection::connect() {
  std::vector<tcp::endpoint> endpoints;
  ErrorCode error;
  const auto literal =
      asio::ip::make_address(address_->host == "localhost" ? "127.0.0.1" : address_->host, error);
  if (!error) {
    endpoints.emplace_back(literal, address_->port);
  } else {
    const auto [resolve_error, found] =
        co_await resolver_.async_resolve(address_->host, std::to_string(address_->port), kAwait);
    if (resolve_error || state_ != State::kConnecting) {
      close("its address " + place_ + " could not be resolved: " + resolve_error.message());
      co_return false;
    }
    for (const auto& entry : found)
      endpoints.push_back(entry.endpoint());
  }
  const auto [connect_error, endpoint] = co_await asio::async_connect(socket(), endpoints, kAwait);
  if (connect_error)
    close("no connection to " + place_ + ": " + connect_error.message());
  co_return state_ == State::kConnecting;
}

asio::awaitable<bool> Connection::shake_hands() {
  const auto side = is_dialled_ ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
  const auto [error] = co_await stream_.async_handshake(side, kAwait);
  if (error) {
    close("the TLS handshake with " + place_ + " failed: " + error.message() +
          "; expected a node that speaks TLS 1.3 and shows an Ed25519 key");
  }
  if (state_ != State::kConnecting)
    co_return false;
  state_ = State::kGreeting;
  received_us_ = written_us_ = now_us();
  key_ = peer_key(stream_.native_handle());
  if (const auto refusal = parts_.owner.recognise(*this))
    leave(*refusal, refusal->text);
  else if (is_dialled_)
    say(parts_.owner.own_hello(lane_));
  co_return state_ != State::kClosed;
}

asio::awaitable<bool> Connection::read_some() {
  const auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(input_), kAwait);
  if (error) {
    close("the connection ended: " + error.message());
    co_return false;
  }
  if (state_ == State::kLeaving)
    co_return true; // until the other side has read the last word and closes
  if (state_ == State::kClosed)
    co_return false;
  received_us_ = now_us();
  const auto outcome = decoder_.feed(
      BytesView(input_).substr(0, bytes),
      [this](std::uint8_t slot, BytesView payload) { return take_frame(slot, payload); });
  if (peer_ != nullptr)
    peer_->add_received(lane_, bytes, std::exchange(frames_in_, 0));
  if (outcome == FrameDecoder::Outcome::kTooLarge) {
    const std::string what =
        "a frame of " + std::to_string(decoder_.announced()) + " bytes came from " +
        (peer_ ? peer_->name() : place_) + "; expected at most " +
        std::to_string(decoder_.limit()) +
        (state_ == State::kUp ? ": give both nodes the same limits"
                              : " before both sides know each other: is it a node?");
    leave({GoodbyeCode::kFrameTooLarge, what}, what);
  }
  co_return co_await hand_on_held();
}

// Reads no further until both lanes are up: what is held is no more than came in one reading.
asio::awaitable<bool> Connection::hand_on_held() {
  while (!held_.empty() && state_ == State::kUp && !parts_.owner.complete(*this))
    co_await resumed_.async_wait(kAwait);
  for (const Held& frame : std::exchange(held_, {})) {
    if (state_ == State::kUp)
      parts_.owner.received(*this, frame.slot, frame.payload);
  }
  co_return state_ != State::kClosed;
}

bool Connection::take_frame(std::uint8_t slot, BytesView payload) {
  ++frames_in_;
  if (slot == kOwnSlot)
    take_control(payload);
  else if (state_ != State::kUp)
    misbehaved("a frame of slot " + std::to_string(slot) + " before Hello and Welcome");
  else if (!held_.empty() || !parts_.owner.complete(*this))
    held_.push_back({slot, Bytes(payload)});
  else
    parts_.owner.received(*this, slot, payload);
  return state_ < State::kLeaving;
}

void Connection::take_control(BytesView payload) {
  auto control = decode_control(payload);
  if (!control)
    misbehaved("a message of slot 0 that is none of Hello, Welcome, Goodbye and Ping");
  else if (const auto* const hello = std::get_if<Hello>(&*control))
    take_hello(*hello);
  else if (std::holds_alternative<Welcome>(*control))
    take_welcome();
  else if (auto* const goodbye = std::get_if<Goodbye>(&*control))
    take_goodbye(std::move(*goodbye));
}

void Connection::take_hello(const Hello& hello) {
  if (state_ != State::kGreeting || greeted_)
    return misbehaved("a second Hello");
  greeted_ = true;
  if (const auto refusal = parts_.owner.examine(*this, hello))
    return leave(*refusal, refusal->text);
  instance_ = hello.instance;
  if (!is_dialled_) {
    lane_ = static_cast<Lane>(hello.lane);
    return say(parts_.owner.own_hello(lane_));
  }
  if (hello.lane != static_cast<std::uint32_t>(lane_))
    return misbehaved("a Hello for another lane than was asked for");
  take_welcome();
  if (state_ == State::kUp)
    say(Welcome{}); // before anything of the queue: that waits for the next pump
}

void Connection::take_welcome() {
  if (state_ != State::kGreeting || !greeted_)
    return misbehaved("a Welcome that answers no Hello");
  if (const auto refusal = parts_.owner.established(*this))
    return leave(*refusal, refusal->text);
  if (state_ != State::kGreeting)
    return; // ended by what was told of it
  deadline_us_ = 0;
  decoder_.set_limit(parts_.limits.frame_bytes);
  state_ = State::kUp;
  was_up_ = true;
}

void Connection::take_goodbye(Goodbye goodbye) {
  const std::string who = peer_ != nullptr ? peer_->name() : "the node at " + place_;
  const std::string reason = who + " closed the connection with " +
                             std::string(code_name(goodbye.code)) + ": " + goodbye.text;
  heard_ = std::move(goodbye);
  close(reason);
}

void Connection::misbehaved(const std::string& what) {
  const std::string text = (peer_ != nullptr ? peer_->name() : place_) + " sent " + what +
                           "; expected the peer protocol: run the same release on both nodes";
  leave({GoodbyeCode::kMisbehaved, text}, text);
}

void Connection::say(const Control& control) {
  own_frames_ += encode_control(control);
  pump();
}

// Own frames go between others, never into one.
void Connection::fill() {
  while (output_.size() < kWriteBytes) {
    if (sending_) {
      const BytesView rest =
          BytesView(*sending_->frame).substr(sent_, kWriteBytes - output_.size());
      output_.append(rest);
      sent_ += rest.size();
      if (sent_ == sending_->frame->size())
        sending_.reset();
      continue;
    }
    if (!own_frames_.empty()) {
      output_ += std::exchange(own_frames_, {});
      continue;
    }
    if (state_ != State::kUp)
      return;
    sending_ = peer_->queue(lane_).pop();
    if (!sending_)
      return;
    sent_ = 0;
    ++frames_out_;
    append_frame_head(output_, sending_->slot, sending_->frame->size());
  }
}

void Connection::pump() {
  if (writing_ || state_ == State::kConnecting || state_ == State::kClosed)
    return;
  output_.clear();
  fill();
  if (output_.empty()) {
    ErrorCode ignored;
    if (state_ == State::kLeaving)
      static_cast<void>(socket().shutdown(tcp::socket::shutdown_send, ignored));
    return;
  }
  writing_ = true;
  written_us_ = now_us();
  asio::async_write(stream_, asio::buffer(output_),
                    [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                      self->written(error, bytes);
                    });
}

void Connection::written(const ErrorCode& error, std::size_t bytes) {
  writing_ = false;
  written_us_ = now_us();
  if (peer_ != nullptr)
    peer_->add_sent(lane_, bytes, std::exchange(frames_out_, 0));
  if (error)
    close("the connection ended: " + error.message());
  else
    pump();
}

void Connection::resume() {
  resumed_.cancel();
}

void Connection::end(State state, std::string reason) {
  const bool talked = state_ < State::kLeaving;
  state_ = state;
  resumed_.cancel();
  if (!talked)
    return;
  end_reason_ = std::move(reason);
  const auto self = shared_from_this();
  parts_.owner.ended(*this);
}

void Connection::leave(const Goodbye& goodbye, std::string reason) {
  if (state_ >= State::kLeaving)
    return;
  if (state_ == State::kConnecting)
    return close(std::move(reason));
  deadline_us_ = deadline_in(parts_.limits.farewell_ms);
  own_frames_ += encode_control(goodbye);
  said_ = goodbye;
  end(State::kLeaving, std::move(reason));
  pump();
}

void Connection::close(std::string reason) {
  if (state_ == State::kClosed)
    return;
  end(State::kClosed, std::move(reason));
  resolver_.cancel();
  ErrorCode ignored;
  static_cast<void>(socket().close(ignored));
}

std::uint64_t Connection::step(std::uint64_t now_us) {
  if (state_ == State::kClosed)
    return kNever;
  if (deadline_us_ != 0 && now_us >= deadline_us_) {
    close("it took longer than " + std::to_string(parts_.limits.handshake_timeout_ms) +
          " ms to connect and say Hello: is the node at " + place_ + " alive, and reachable?");
    return kNever;
  }
  if (state_ != State::kUp)
    return deadline_us_;
  const std::uint64_t silence_us = parts_.limits.silence_ms * 1000;
  const std::uint64_t ping_us = parts_.limits.ping_after_ms * 1000;
  const bool waits = !held_.empty(); // for the other lane: whoever reads nothing hears nothing
  if (!waits && now_us >= received_us_ + silence_us) {
    close("nothing was received for " + std::to_string(parts_.limits.silence_ms) +
          " ms: is the node alive, and the network between?");
    return kNever;
  }
  if (writing_ && now_us >= written_us_ + silence_us) {
    close("nothing could be sent for " + std::to_string(parts_.limits.silence_ms) +
          " ms: the other side does not read");
    return kNever;
  }
  if (!writing_ && now_us >= written_us_ + ping_us)
    say(Ping{});
  return std::min(waits ? kNever : received_us_ + silence_us,
                  written_us_ + (writing_ ? silence_us : ping_us));
}

} // namespace tenon::host::network
