#include "stream_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>
#include <optional>
#include <type_traits>

namespace tenon::tool {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Socket = asio::ip::tcp::socket;

namespace {

struct Address {
  bool tls = false;
  std::string host;
  std::string port;
  std::string target;
};

Result<Address> split_url(const std::string& url) {
  Address address;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    address.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return invalid_argument("the address " + url + " must begin with http:// or https://");
  }
  const std::size_t slash = rest.find('/');
  address.target = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  const std::string_view authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  address.host = std::string(authority.substr(0, colon));
  address.port = colon == std::string_view::npos ? (address.tls ? "443" : "80")
                                                 : std::string(authority.substr(colon + 1));
  return address;
}

} // namespace

class StreamClient::Connection {
public:
  virtual ~Connection() = default;
  [[nodiscard]] virtual Status open(const Address& address, const std::string& token) = 0;
  [[nodiscard]] virtual Result<std::string> next() = 0;
};

template <typename Stream>
class StreamClient::ConnectionOver final : public StreamClient::Connection {
public:
  explicit ConnectionOver(asio::ssl::context tls) : tls_(std::move(tls)) {
    if constexpr (std::is_same_v<Stream, Socket>) {
      stream_.emplace(io_);
    } else {
      stream_.emplace(io_, tls_);
    }
  }

  Status open(const Address& address, const std::string& token) override {
    beast::error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto endpoints = resolver.resolve(address.host, address.port, error);
    if (!error)
      asio::connect(beast::get_lowest_layer(*stream_), endpoints, error);
    if constexpr (!std::is_same_v<Stream, Socket>) {
      stream_->next_layer().set_verify_callback(asio::ssl::host_name_verification(address.host));
      if (!error)
        stream_->next_layer().handshake(asio::ssl::stream_base::client, error);
    }
    if (error)
      return unavailable("no connection to " + address.host + ": " + error.message());
    stream_->set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      request.set(beast::http::field::authorization, "Bearer " + token);
    }));
    stream_->read_message_max(std::size_t{64} << 20U);
    websocket::response_type response;
    stream_->handshake(response, address.host + ":" + address.port, address.target, error);
    if (error == websocket::error::upgrade_declined)
      return declined(response);
    if (error)
      return unavailable("the WebSocket handshake failed: " + error.message());
    return ok_status();
  }

  Result<std::string> next() override {
    beast::flat_buffer buffer;
    beast::error_code error;
    stream_->read(buffer, error);
    if (!error)
      return beast::buffers_to_string(buffer.data());
    const websocket::close_reason& reason = stream_->reason();
    std::string text = error.message();
    if (reason.code != websocket::close_code::none) {
      text = "closed by the node with code " + std::to_string(reason.code) + ": " +
             std::string(reason.reason.data(), reason.reason.size());
    }
    return unavailable(text);
  }

private:
  static Status declined(const websocket::response_type& response) {
    const std::string text = "the node declined the stream with HTTP status " +
                             std::to_string(response.result_int()) +
                             (response.body().empty() ? "" : ": " + response.body());
    switch (response.result_int()) {
    case 401:
      return {Code::kUnauthenticated, text};
    case 403:
      return permission_denied(text);
    case 503:
      return unavailable(text);
    default:
      return invalid_argument(text);
    }
  }

  asio::io_context io_;
  asio::ssl::context tls_;
  std::optional<websocket::stream<Stream>> stream_;
};

StreamClient::StreamClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
StreamClient::StreamClient(StreamClient&&) noexcept = default;
StreamClient::~StreamClient() = default;

Result<StreamClient> StreamClient::connect(const Settings& settings) {
  TENON_ASSIGN_OR_RETURN(const Address address, split_url(settings.url));
  asio::ssl::context tls(asio::ssl::context::tls_client);
  boost::system::error_code error;
  if (address.tls) {
    tls.set_verify_mode(asio::ssl::verify_peer, error);
    if (settings.certificate_file.empty()) {
      tls.set_default_verify_paths(error);
    } else {
      tls.load_verify_file(settings.certificate_file, error);
    }
    if (error) {
      return invalid_argument(settings.certificate_file + " cannot be used: " + error.message());
    }
  }
  std::unique_ptr<Connection> connection;
  if (address.tls) {
    connection = std::make_unique<ConnectionOver<asio::ssl::stream<Socket>>>(std::move(tls));
  } else {
    connection = std::make_unique<ConnectionOver<Socket>>(std::move(tls));
  }
  TENON_RETURN_IF_ERROR(connection->open(address, settings.token));
  return StreamClient(std::move(connection));
}

Result<std::string> StreamClient::next() {
  return connection_->next();
}

} // namespace tenon::tool
