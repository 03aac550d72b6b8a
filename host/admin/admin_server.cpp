#include "admin/admin_server.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tenon/crypto/sha256.hpp"

namespace tenon::host::admin {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

constexpr std::size_t kMaxConnections = 64;
constexpr std::uint32_t kMaxHeaderBytes = 8192;
constexpr std::uint64_t kMaxBodyBytes = 16384; // the path of a folder
constexpr auto kTimeout = std::chrono::seconds(5);
constexpr auto kCompletion = asio::as_tuple(asio::use_awaitable);

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response make_response(const Request& request, http::status status, const char* type,
                       std::string body) {
  Response response(status, request.version());
  response.set(http::field::content_type, type);
  response.set(http::field::cache_control, "no-store");
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.prepare_payload();
  if (request.method() == http::verb::head)
    response.body().clear();
  return response;
}

} // namespace

struct AdminServer::Running {
  explicit Running(AdminSources sources_given) : sources(std::move(sources_given)) {}

  asio::awaitable<void> accept_all() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(kCompletion);
      if (error == asio::error::operation_aborted)
        co_return;
      if (error || connections >= kMaxConnections)
        continue; // the socket closes here
      connections += 1;
      asio::co_spawn(context, serve(beast::tcp_stream(std::move(socket))), asio::detached);
    }
  }

  asio::awaitable<void> serve(beast::tcp_stream stream) {
    co_await talk(stream);
    connections -= 1;
  }

  asio::awaitable<void> talk(beast::tcp_stream& stream) {
    beast::flat_buffer buffer;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kMaxHeaderBytes);
      parser.body_limit(kMaxBodyBytes);
      stream.expires_after(kTimeout);
      const auto [read_error, read_size] =
          co_await http::async_read(stream, buffer, parser, kCompletion);
      if (read_error)
        co_return;
      const Response response = answer(parser.get());
      stream.expires_after(kTimeout);
      const auto [write_error, write_size] =
          co_await http::async_write(stream, response, kCompletion);
      if (write_error || !response.keep_alive())
        co_return;
    }
  }

  [[nodiscard]] Response answer(const Request& request) const {
    if (request.target() == "/backup")
      return answer_backup(request);
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      Response refused = make_response(request, http::status::method_not_allowed, "text/plain",
                                       "only GET and HEAD are answered here\n");
      refused.set(http::field::allow, "GET, HEAD");
      return refused;
    }
    if (request.target() == "/livez") {
      return make_response(request, http::status::ok, "application/json", "{\"live\":true}\n");
    }
    if (request.target() == "/readyz") {
      const Readiness state = sources.readiness();
      const nlohmann::json body = {{"ready", state.ready}, {"reasons", state.reasons}};
      return make_response(
          request, state.ready ? http::status::ok : http::status::service_unavailable,
          "application/json",
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    }
    if (request.target() == "/metrics") {
      return make_response(request, http::status::ok, "text/plain; version=0.0.4; charset=utf-8",
                           sources.metrics_text());
    }
    return make_response(request, http::status::not_found, "text/plain",
                         "known here: /livez, /readyz, /metrics, /backup\n");
  }

  // Compared by their digests, so that the time it takes tells nothing of the token.
  [[nodiscard]] bool is_trusted(const Request& request) const {
    return !sources.token.empty() &&
           crypto::sha256(std::string(request[http::field::authorization])) ==
               crypto::sha256("Bearer " + sources.token);
  }

  [[nodiscard]] Response answer_backup(const Request& request) const {
    if (!is_trusted(request)) {
      return make_response(request, http::status::unauthorized, "text/plain",
                           "the token in the node's data directory (admin.json) is asked for\n");
    }
    const bool begins = request.method() == http::verb::post;
    if (!begins && request.method() != http::verb::get) {
      Response refused = make_response(request, http::status::method_not_allowed, "text/plain",
                                       "only GET and POST are answered here\n");
      refused.set(http::field::allow, "GET, POST");
      return refused;
    }
    AdminReply reply = sources.backup(begins ? std::optional<std::string_view>(request.body())
                                             : std::nullopt);
    return make_response(request, http::int_to_status(reply.status), "application/json",
                         std::move(reply.json) + "\n");
  }

  AdminSources sources;
  asio::io_context context{1};
  Tcp::acceptor acceptor{context};
  std::size_t connections = 0; // touched by the context's only thread
  std::thread thread;
};

AdminServer::AdminServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

AdminServer::~AdminServer() {
  running_->context.stop();
  running_->thread.join();
}

std::uint16_t AdminServer::port() const {
  boost::system::error_code error;
  return running_->acceptor.local_endpoint(error).port();
}

Result<std::unique_ptr<AdminServer>> AdminServer::start(const std::string& host, std::uint16_t port,
                                                        AdminSources sources) {
  auto running = std::make_unique<Running>(std::move(sources));
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error)
    return invalid_argument("admin.listen: " + host + " is no address: " + error.message());
  const Tcp::endpoint endpoint(address, port);
  Tcp::acceptor& acceptor = running->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error)
    acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error)
    acceptor.bind(endpoint, error);
  if (!error)
    acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return failed_precondition("the admin listener cannot listen on " + host + ":" +
                               std::to_string(port) + ": " + error.message() +
                               "; end the other process or change \"admin.listen\"");
  }
  asio::co_spawn(running->context, running->accept_all(), asio::detached);
  running->thread = std::thread([context = &running->context] { context->run(); });
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(running)));
}

} // namespace tenon::host::admin
