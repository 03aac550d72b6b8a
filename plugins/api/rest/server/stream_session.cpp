#include "server/stream_session.hpp"

namespace tenon::api::rest {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxClientMessageBytes = 4096;
constexpr auto kCloseTimeout = std::chrono::seconds(5);

const char* name_of(StreamEnd end) {
  switch (end) {
  case StreamEnd::kGoingAway:
    return "GOING_AWAY";
  case StreamEnd::kUnexpectedMessage:
    return "UNEXPECTED_MESSAGE";
  case StreamEnd::kLedgerFailed:
    return "LEDGER_FAILED";
  case StreamEnd::kTokenExpired:
    return "TOKEN_EXPIRED";
  case StreamEnd::kSlowReader:
    return "SLOW_READER";
  }
  return "";
}

template <typename Stream>
class StreamSession final : public Session,
                            public std::enable_shared_from_this<StreamSession<Stream>> {
public:
  StreamSession(Worker& worker, Stream stream, Subscription subscription,
                std::uint64_t token_expires_at_s)
      : worker_(worker), websocket_(std::move(stream)), wake_(*worker.context),
        watchdog_(*worker.context), subscription_(std::move(subscription)),
        last_offset_(subscription_.start()), token_expires_at_s_(token_expires_at_s) {}

  asio::awaitable<void> run(http::request<http::string_body> request, bool token_in_protocol) {
    const auto keep_alive = this->shared_from_this();
    const Registration registration(worker_, this);
    const Limits& limits = worker_.service.settings().limits;
    beast::get_lowest_layer(websocket_).expires_never();
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = kCloseTimeout;
    timeout.idle_timeout = milliseconds(2 * limits.stream_ping_ms);
    timeout.keep_alive_pings = true; // after half of the idle timeout
    websocket_.set_option(timeout);
    websocket_.auto_fragment(false); // one frame, one message
    websocket_.read_message_max(kMaxClientMessageBytes);
    if (token_in_protocol) {
      websocket_.set_option(
          websocket::stream_base::decorator([](websocket::response_type& response) {
            response.set(http::field::sec_websocket_protocol, "bearer");
          }));
    }
    const auto [error] = co_await websocket_.async_accept(request, kAwait);
    if (error)
      co_return;
    if (worker_.draining)
      end_with(StreamEnd::kGoingAway);
    worker_.telemetry.streams(1);
    asio::co_spawn(*worker_.context, read(keep_alive), asio::detached);
    asio::co_spawn(*worker_.context, watch(keep_alive), asio::detached);
    co_await write();
    worker_.telemetry.streams(-1);
    finished_ = true;
    watchdog_.cancel();
    abort();
  }

  void drain() override { end_with(StreamEnd::kGoingAway); }

  void abort() override {
    closed_ = true;
    wake_.cancel();
    beast::get_lowest_layer(websocket_).close();
  }

  void head_moved() override {
    moved_ = true;
    wake_.cancel();
  }

private:
  void end_with(StreamEnd end) {
    if (!end_)
      end_ = end;
    wake_.cancel();
  }

  // Pings, pongs and the client's close are handled inside of reads, so one is always under way.
  asio::awaitable<void> read(std::shared_ptr<StreamSession> keep_alive) {
    beast::flat_buffer buffer;
    while (true) {
      const auto [error, size] = co_await websocket_.async_read(buffer, kAwait);
      if (error)
        break;
      buffer.consume(size);
      end_with(StreamEnd::kUnexpectedMessage);
    }
    closed_ = true;
    wake_.cancel();
    keep_alive.reset();
  }

  asio::awaitable<void> write() {
    while (!closed_ && !end_) {
      moved_ = false;
      auto frames = subscription_.next();
      if (!frames.ok()) {
        worker_.telemetry.log(plugin::LogLevel::kWarn,
                              "a stream ends: " + frames.status().to_string());
        end_with(StreamEnd::kLedgerFailed);
        break;
      }
      for (std::size_t i = 0; i < frames->size() && !closed_ && !end_; ++i) {
        write_began_ = Clock::now();
        writing_ = true;
        const auto [error, size] =
            co_await websocket_.async_write(asio::buffer((*frames)[i].text), kAwait);
        writing_ = false;
        if (error)
          co_return;
        last_offset_ = (*frames)[i].offset;
      }
      if (frames->empty() && !moved_ && !closed_ && !end_) {
        wake_.expires_at(Clock::time_point::max());
        co_await wake_.async_wait(kAwait);
      }
    }
    if (!closed_)
      co_await close();
  }

  asio::awaitable<void> close() {
    const StreamEnd end = *end_;
    if (end == StreamEnd::kSlowReader)
      worker_.telemetry.slow_reader();
    websocket::close_reason reason;
    reason.code = static_cast<websocket::close_code>(end);
    reason.reason = std::string("{\"code\":\"") + name_of(end) + "\",\"last_offset\":\"" +
                    std::to_string(last_offset_) + "\"}";
    write_began_ = Clock::now();
    writing_ = true;
    co_await websocket_.async_close(reason, kAwait);
    writing_ = false;
  }

  // What no event tells: a reader that does not take its frame, and the end of the token.
  asio::awaitable<void> watch(std::shared_ptr<StreamSession> keep_alive) {
    const Limits& limits = worker_.service.settings().limits;
    const milliseconds stall(limits.stream_stall_ms);
    const milliseconds tick(std::clamp<std::uint64_t>(limits.stream_stall_ms / 4, 10, 1000));
    while (!finished_ && !closed_) {
      watchdog_.expires_after(tick);
      co_await watchdog_.async_wait(kAwait);
      if (finished_ || closed_)
        break;
      if (worker_.service.authenticator().now_s() >= token_expires_at_s_)
        end_with(StreamEnd::kTokenExpired);
      const auto waited = writing_ ? Clock::now() - write_began_ : Clock::duration::zero();
      // A close frame cannot overtake a frame half sent: the reader has a while to take that.
      if (waited > stall + milliseconds(limits.stream_grace_ms))
        abort();
      else if (waited > stall)
        end_with(StreamEnd::kSlowReader);
    }
    keep_alive.reset();
  }

  Worker& worker_;
  websocket::stream<Stream> websocket_;
  asio::steady_timer wake_;
  asio::steady_timer watchdog_;
  Subscription subscription_;
  std::uint64_t last_offset_;
  const std::uint64_t token_expires_at_s_;
  std::optional<StreamEnd> end_;
  Clock::time_point write_began_{};
  bool writing_ = false;
  bool moved_ = false;
  bool closed_ = false;
  bool finished_ = false;
};

} // namespace

template <typename Stream>
asio::awaitable<void>
run_stream(Worker& worker, Stream stream, http::request<http::string_body> request,
           Subscription subscription, std::uint64_t token_expires_at_s, bool token_in_protocol) {
  const auto session = std::make_shared<StreamSession<Stream>>(
      worker, std::move(stream), std::move(subscription), token_expires_at_s);
  co_await session->run(std::move(request), token_in_protocol);
}

template asio::awaitable<void> run_stream(Worker&, PlainStream, http::request<http::string_body>,
                                          Subscription, std::uint64_t, bool);
template asio::awaitable<void> run_stream(Worker&, TlsStream, http::request<http::string_body>,
                                          Subscription, std::uint64_t, bool);

} // namespace tenon::api::rest
