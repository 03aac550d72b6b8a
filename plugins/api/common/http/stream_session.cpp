#include "common/http/stream_session.hpp"

namespace tenon::api::http {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kCloseTimeout = std::chrono::seconds(5);

template <typename Connection>
class StreamSession final : public Session,
                            public std::enable_shared_from_this<StreamSession<Connection>> {
public:
  StreamSession(Worker& worker, Connection connection, std::unique_ptr<Stream> stream)
      : worker_(worker), websocket_(std::move(connection)), wake_(*worker.context),
        watchdog_(*worker.context), stream_(std::move(stream)) {}

  asio::awaitable<void> run(beast_http::request<beast_http::string_body> request) {
    const auto keep_alive = this->shared_from_this();
    const Registration registration(worker_, this);
    beast::get_lowest_layer(websocket_).expires_never();
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = kCloseTimeout;
    timeout.idle_timeout = milliseconds(2 * worker_.limits.stream_ping_ms);
    timeout.keep_alive_pings = true; // after half of the idle timeout
    websocket_.set_option(timeout);
    websocket_.auto_fragment(false); // one frame, one message
    websocket_.read_message_max(stream_->max_message_bytes());
    if (const std::string protocol = stream_->subprotocol(); !protocol.empty()) {
      websocket_.set_option(
          websocket::stream_base::decorator([protocol](websocket::response_type& response) {
            response.set(beast_http::field::sec_websocket_protocol, protocol);
          }));
    }
    const auto [error] = co_await websocket_.async_accept(request, kAwait);
    if (error)
      co_return;
    if (worker_.draining)
      end_with(stream_->code_of(Stream::End::kGoingAway));
    worker_.telemetry.streams(1);
    asio::co_spawn(*worker_.context, read(keep_alive), asio::detached);
    asio::co_spawn(*worker_.context, watch(keep_alive), asio::detached);
    co_await write();
    worker_.telemetry.streams(-1);
    finished_ = true;
    watchdog_.cancel();
    abort();
  }

  void drain() override { end_with(stream_->code_of(Stream::End::kGoingAway)); }

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
  void end_with(CloseCode end) {
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
      const auto end = stream_->receive(beast::buffers_to_string(buffer.data()));
      buffer.consume(size);
      if (end)
        end_with(*end);
      else
        head_moved(); // there may be an answer
    }
    closed_ = true;
    wake_.cancel();
    keep_alive.reset();
  }

  asio::awaitable<void> write() {
    while (!closed_ && !end_) {
      moved_ = false;
      Stream::Step step = stream_->next();
      for (std::size_t i = 0; i < step.messages.size() && !closed_ && !end_; ++i) {
        write_began_ = Clock::now();
        writing_ = true;
        const auto [error, size] =
            co_await websocket_.async_write(asio::buffer(step.messages[i].text), kAwait);
        writing_ = false;
        if (error)
          co_return;
        stream_->sent(step.messages[i].position);
      }
      if (step.close)
        end_with(*step.close);
      if (step.messages.empty() && !moved_ && !closed_ && !end_) {
        wake_.expires_at(step.again_in_ms ? Clock::now() + milliseconds(*step.again_in_ms)
                                          : Clock::time_point::max());
        co_await wake_.async_wait(kAwait);
      }
    }
    if (!closed_)
      co_await close();
  }

  asio::awaitable<void> close() {
    websocket::close_reason reason;
    reason.code = static_cast<websocket::close_code>(*end_);
    reason.reason = stream_->reason_of(*end_);
    write_began_ = Clock::now();
    writing_ = true;
    co_await websocket_.async_close(reason, kAwait);
    writing_ = false;
  }

  // What no event tells: a reader that does not take its frame, and an end that the stream knows.
  asio::awaitable<void> watch(std::shared_ptr<StreamSession> keep_alive) {
    const ServerLimits& limits = worker_.limits;
    const milliseconds stall(limits.stream_stall_ms);
    const milliseconds tick(std::clamp<std::uint64_t>(limits.stream_stall_ms / 4, 10, 1000));
    while (!finished_ && !closed_) {
      watchdog_.expires_after(tick);
      co_await watchdog_.async_wait(kAwait);
      if (finished_ || closed_)
        break;
      if (const auto end = end_ ? std::nullopt : stream_->check())
        end_with(*end);
      const auto waited = writing_ ? Clock::now() - write_began_ : Clock::duration::zero();
      // A close frame cannot overtake a frame half sent: the reader has a while to take that.
      if (waited > stall + milliseconds(limits.stream_grace_ms)) {
        abort();
      } else if (waited > stall && !end_) {
        worker_.telemetry.slow_reader();
        end_with(stream_->code_of(Stream::End::kSlowReader));
      }
    }
    keep_alive.reset();
  }

  Worker& worker_;
  websocket::stream<Connection> websocket_;
  asio::steady_timer wake_;
  asio::steady_timer watchdog_;
  const std::unique_ptr<Stream> stream_;
  std::optional<CloseCode> end_;
  Clock::time_point write_began_{};
  bool writing_ = false;
  bool moved_ = false;
  bool closed_ = false;
  bool finished_ = false;
};

} // namespace

template <typename Connection>
asio::awaitable<void> run_stream(Worker& worker, Connection connection,
                                 beast_http::request<beast_http::string_body> request,
                                 std::unique_ptr<Stream> stream) {
  const auto session = std::make_shared<StreamSession<Connection>>(worker, std::move(connection),
                                                                   std::move(stream));
  co_await session->run(std::move(request));
}

template asio::awaitable<void> run_stream(Worker&, PlainStream,
                                          beast_http::request<beast_http::string_body>,
                                          std::unique_ptr<Stream>);
template asio::awaitable<void> run_stream(Worker&, TlsStream,
                                          beast_http::request<beast_http::string_body>,
                                          std::unique_ptr<Stream>);

} // namespace tenon::api::http
