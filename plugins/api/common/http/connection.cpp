// One HTTP/1.1 connection: reads requests one after the other (pipelined ones wait in the buffer,
// so answers keep their order), enforces the limits, and turns into a stream when asked to.
#include "common/http/stream_session.hpp"
#include "common/http/wire_text.hpp"

namespace tenon::api::http {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Parser = beast_http::request_parser<beast_http::string_body>;

// A refused body of at most this is read and dropped, so that the connection can go on.
constexpr std::uint64_t kMaxDroppedBodyBytes = 64 * 1024;
constexpr std::size_t kReadBytes = 8192;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kMaxLingerBytes = 4 * 1024 * 1024;

// Where an answer meets the connection that waits for it. Filled on the connection's thread.
struct Pending {
  explicit Pending(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::optional<Response> response;
  bool abandoned = false;
};

Responder responder_for(const std::shared_ptr<asio::io_context>& context,
                        const std::shared_ptr<Pending>& pending) {
  return [context, pending](Response response) {
    asio::dispatch(*context, [pending, response = std::move(response)]() mutable {
      if (pending->abandoned)
        return;
      pending->response = std::move(response);
      pending->timer.cancel();
    });
  };
}

template <typename Stream>
class Connection final : public Session, public std::enable_shared_from_this<Connection<Stream>> {
public:
  Connection(Worker& worker, Stream stream)
      : worker_(worker), limits_(worker.limits), stream_(std::move(stream)) {}

  asio::awaitable<void> run() {
    const auto keep_alive = this->shared_from_this();
    worker_.telemetry.connections(1);
    {
      const Registration registration(worker_, this);
      if (co_await handshake()) {
        while (co_await serve_one()) {
        }
      }
    }
    if (upgrade_) {
      auto upgrade = std::move(upgrade_);
      co_await run_stream<Stream>(worker_, std::move(stream_), std::move(upgrade->request),
                                  std::move(upgrade->stream));
    } else {
      co_await shut_down();
    }
    worker_.telemetry.connections(-1);
  }

  void drain() override {
    if (idle_)
      beast::get_lowest_layer(stream_).cancel();
  }
  void abort() override {
    beast::get_lowest_layer(stream_).close();
    if (pending_ != nullptr)
      pending_->timer.cancel();
  }
  void head_moved() override {}

private:
  struct Upgrade {
    beast_http::request<beast_http::string_body> request;
    std::unique_ptr<http::Stream> stream;
  };

  void expire_in(std::uint64_t time_ms) {
    beast::get_lowest_layer(stream_).expires_after(milliseconds(time_ms));
  }

  asio::awaitable<bool> handshake() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      idle_ = true; // nothing has been asked yet
      expire_in(limits_.header_timeout_ms);
      const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
      idle_ = false;
      co_return !error;
    }
    co_return true;
  }

  asio::awaitable<void> shut_down() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      expire_in(1000);
      co_await stream_.async_shutdown(kAwait);
    }
    ErrorCode ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_both, ignored);
  }

  // Waits for the first byte of the next request; false when none comes.
  asio::awaitable<bool> wait_for_request() {
    if (buffer_.size() > 0)
      co_return true;
    if (worker_.draining)
      co_return false;
    idle_ = true;
    expire_in(limits_.idle_timeout_ms);
    const auto [error, size] =
        co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAwait);
    idle_ = false;
    buffer_.commit(size);
    co_return !error;
  }

  // One request and its answer; true when another may follow.
  asio::awaitable<bool> serve_one() {
    if (!co_await wait_for_request())
      co_return false;
    began_ = Clock::now();
    without_body_ = false;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(boost::none); // set once the route is known
    // From the first byte on the clock runs, however slowly the others come.
    expire_in(limits_.header_timeout_ms);
    const auto [error, size] =
        co_await beast_http::async_read_header(stream_, buffer_, parser, kAwait);
    if (error)
      co_return co_await refuse_header(parser, error);
    without_body_ = parser.get().method() == beast_http::verb::head;
    const RequestHead head = head_of(parser);
    auto admitted = worker_.application.admit(head);
    if (auto* response = std::get_if<Response>(&admitted))
      co_return co_await refuse(parser, std::move(*response));
    auto& admission = std::get<Admission>(admitted);
    if (admission.open)
      co_return co_await upgrade(parser, std::move(admission), head.target);
    if (const auto failure = co_await read_body(parser, admission.body_limit)) {
      co_await answer(admission.route, *failure, false);
      co_await linger();
      co_return false;
    }
    const std::string_view route = admission.route;
    const Response response = co_await wait_for_answer(
        std::move(admission), std::move(parser.get().body()), head.target);
    co_return co_await answer(route, response, parser.get().keep_alive());
  }

  asio::awaitable<bool> refuse_header(const Parser& parser, ErrorCode error) {
    const bool is_http =
        error.category() == beast_http::make_error_code(beast_http::error::bad_method).category();
    // A timeout has closed the socket already: a slow loris hears nothing.
    if (is_http && error != beast_http::error::end_of_stream &&
        error != beast_http::error::partial_message) {
      const Refusal refusal = header_refusal(error, !parser.get().target().empty());
      co_await answer({}, worker_.application.refuse(refusal, "/"), false);
      co_await linger();
    }
    co_return false;
  }

  // The answer to a request whose body nobody wants.
  asio::awaitable<bool> refuse(Parser& parser, Response response) {
    const bool has_body = !parser.is_done();
    const bool small =
        !parser.chunked() && parser.content_length_remaining().value_or(0) <= kMaxDroppedBodyBytes;
    const bool waits = !parser.get()[beast_http::field::expect].empty();
    if (has_body && small && !waits && co_await read_body(parser, kMaxDroppedBodyBytes))
      co_return false;
    const bool go_on = (!has_body || (small && !waits)) && parser.get().keep_alive();
    const bool more = co_await answer({}, response, go_on);
    if (!go_on && has_body)
      co_await linger();
    co_return more;
  }

  // The refusal, if there is one.
  asio::awaitable<std::optional<Response>> read_body(Parser& parser, std::uint64_t limit) {
    if (parser.is_done())
      co_return std::nullopt;
    if (beast::iequals(parser.get()[beast_http::field::expect], "100-continue")) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      expire_in(limits_.write_timeout_ms);
      co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
    }
    parser.body_limit(limit);
    expire_in(limits_.body_timeout_ms);
    const auto [error, size] = co_await beast_http::async_read(stream_, buffer_, parser, kAwait);
    if (!error)
      co_return std::nullopt;
    const auto target = parser.get().target();
    Refusal refusal{400, "MALFORMED_REQUEST", "the body cannot be read: " + error.message()};
    if (error == beast_http::error::body_limit) {
      refusal = {413, "BODY_TOO_LARGE",
                 "the body is larger than the " + std::to_string(limit) +
                     " bytes that are taken here"};
    }
    co_return worker_.application.refuse(refusal, {target.data(), target.size()});
  }

  asio::awaitable<Response> wait_for_answer(Admission admission, std::string body,
                                            std::string target) {
    const auto pending = std::make_shared<Pending>(*worker_.context);
    beast::get_lowest_layer(stream_).expires_never();
    pending_ = pending;
    admission.answer(std::move(body), responder_for(worker_.context, pending));
    if (!pending->response) {
      pending->timer.expires_after(milliseconds(limits_.response_timeout_ms));
      co_await pending->timer.async_wait(kAwait);
    }
    pending_.reset();
    pending->abandoned = true;
    if (!pending->response)
      co_return worker_.application.unanswered(target);
    co_return std::move(*pending->response);
  }

  asio::awaitable<bool> answer(std::string_view route, const Response& response, bool keep_alive) {
    keep_alive = keep_alive && !worker_.draining;
    const std::string head = head_text(response, keep_alive);
    // Not an array of two: of that, what is written stays behind as an empty buffer, which a TLS
    // stream takes for the end.
    const auto body = without_body_ ? asio::const_buffer() : asio::buffer(response.body);
    const auto buffers = beast::buffers_cat(asio::buffer(head), body);
    expire_in(limits_.write_timeout_ms);
    const auto [error, size] = co_await asio::async_write(stream_, buffers, kAwait);
    const std::chrono::duration<double> took = Clock::now() - began_;
    worker_.telemetry.request(route, response.status, took.count());
    co_return !error && keep_alive;
  }

  // Reads on for a moment after the last answer: closing over unread bytes would reset the
  // connection, and the client would lose the answer.
  asio::awaitable<void> linger() {
    ErrorCode ignored;
    if constexpr (std::is_same_v<Stream, PlainStream>)
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    beast::get_lowest_layer(stream_).expires_after(kLingerTime);
    std::array<char, kReadBytes> dropped;
    for (std::size_t total = 0; total < kMaxLingerBytes;) {
      const auto [error, size] = co_await stream_.async_read_some(asio::buffer(dropped), kAwait);
      if (error)
        break;
      total += size;
    }
  }

  asio::awaitable<bool> upgrade(Parser& parser, Admission admission, std::string target) {
    const bool keep_alive = parser.get().keep_alive();
    if (worker_.telemetry.open_streams() >= static_cast<std::int64_t>(limits_.streams)) {
      const Refusal refusal{429, "TOO_MANY_STREAMS",
                            "there are " + std::to_string(limits_.streams) +
                                " streams, which is the limit"};
      co_return co_await answer(admission.route, worker_.application.refuse(refusal, target),
                                keep_alive);
    }
    if (!websocket::is_upgrade(parser.get())) {
      const Refusal refusal{400, "INVALID_UPGRADE",
                            "a WebSocket handshake needs HTTP/1.1, Connection: Upgrade, Upgrade: "
                            "websocket, Sec-WebSocket-Version: 13 and Sec-WebSocket-Key"};
      co_return co_await answer(admission.route, worker_.application.refuse(refusal, target),
                                keep_alive);
    }
    auto opened = admission.open();
    if (const auto* response = std::get_if<Response>(&opened))
      co_return co_await answer(admission.route, *response, keep_alive);
    upgrade_ = Upgrade{parser.release(), std::move(std::get<0>(opened))};
    co_return false;
  }

  Worker& worker_;
  const ServerLimits& limits_;
  Stream stream_;
  beast::flat_buffer buffer_;
  Clock::time_point began_{};
  std::shared_ptr<Pending> pending_; // while an answer is waited for
  std::optional<Upgrade> upgrade_;
  bool idle_ = false;
  bool without_body_ = false; // the answer to HEAD is a head (RFC 9110, 9.3.2)
};

template <typename Stream> void serve(Worker& worker, Stream stream) {
  const auto connection = std::make_shared<Connection<Stream>>(worker, std::move(stream));
  asio::co_spawn(
      *worker.context, [connection] { return connection->run(); }, asio::detached);
}

} // namespace

void serve_plain(Worker& worker, tcp::socket socket) {
  serve(worker, PlainStream(std::move(socket)));
}

void serve_tls(Worker& worker, tcp::socket socket, asio::ssl::context& tls) {
  serve(worker, TlsStream(std::move(socket), tls));
}

} // namespace tenon::api::http
