#include "admin/admin_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

namespace tenon::host::admin {
namespace {

std::unique_ptr<AdminServer> started(bool ready) {
  auto server =
      AdminServer::start("127.0.0.1", 0,
                         {[ready] {
                            return ready ? Readiness{true, {}} : Readiness{false, {"a \"b\""}};
                          },
                          [] { return std::string("tenon_x 1\n"); },
                          [](std::optional<std::string_view> body) -> AdminReply {
                            return body ? AdminReply{202, "{\"begun\":" + std::string(*body) + "}"}
                                        : AdminReply{200, "{\"running\":false}"};
                          },
                          "secret"});
  REQUIRE(server.ok());
  return *std::move(server);
}

// Everything that the server says to these bytes, until it closes.
std::string talk(const AdminServer& server, const std::string& request) {
  namespace asio = boost::asio;
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::make_address("127.0.0.1"), server.port()});
  boost::system::error_code error;
  asio::write(socket, asio::buffer(request), error);
  std::string answer;
  asio::read(socket, asio::dynamic_buffer(answer), error);
  return answer;
}

std::string get(const AdminServer& server, const std::string& path) {
  return talk(server, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

} // namespace

TEST_CASE("admin: readiness is told with its reasons", "[host][admin]") {
  const auto waiting = started(false);
  const std::string answer = get(*waiting, "/readyz");
  CHECK(answer.find("503") != std::string::npos);
  CHECK(answer.find(R"({"ready":false,"reasons":["a \"b\""]})") != std::string::npos);
  CHECK(get(*waiting, "/livez").find("200 OK") != std::string::npos);
  CHECK(get(*started(true), "/readyz").find("200 OK") != std::string::npos);
}

TEST_CASE("admin: metrics are served, other paths and methods are refused", "[host][admin]") {
  const auto server = started(true);
  CHECK(get(*server, "/metrics").find("tenon_x 1") != std::string::npos);
  CHECK(get(*server, "/other").find("404") != std::string::npos);
  CHECK(talk(*server, "POST /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      "Content-Length: 0\r\n\r\n")
            .find("405") != std::string::npos);
}

TEST_CASE("admin: backups are begun and told to who has the token, and to nobody else",
          "[host][admin]") {
  const auto server = started(true);
  const auto ask = [&](const std::string& method, const std::string& authorization) {
    return talk(*server, method + " /backup HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                             authorization + "Content-Length: 1\r\n\r\n7");
  };
  CHECK_THAT(ask("POST", "Authorization: Bearer secret\r\n"),
             Catch::Matchers::Contains("202 Accepted") && Catch::Matchers::Contains("begun\":7"));
  CHECK_THAT(ask("GET", "Authorization: Bearer secret\r\n"),
             Catch::Matchers::Contains("200 OK") && Catch::Matchers::Contains("running"));
  CHECK_THAT(ask("PUT", "Authorization: Bearer secret\r\n"), Catch::Matchers::Contains("405"));
  for (const char* const wrong : {"", "Authorization: Bearer secre\r\n",
                                  "Authorization: secret\r\n", "Authorization: Bearer \r\n"}) {
    CHECK_THAT(ask("POST", wrong), Catch::Matchers::Contains("401") &&
                                       !Catch::Matchers::Contains("begun"));
  }
}

TEST_CASE("admin: malformed and oversized requests end the connection only", "[host][admin]") {
  const auto server = started(true);
  CHECK(talk(*server, "this is not HTTP\r\n\r\n").empty());
  CHECK(talk(*server, "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n").empty());
  CHECK(get(*server, "/livez").find("200 OK") != std::string::npos);
}

TEST_CASE("admin: a port in use is told", "[host][admin]") {
  const auto server = started(true);
  const auto second = AdminServer::start("127.0.0.1", server->port(), {});
  REQUIRE_FALSE(second.ok());
  CHECK(second.status().message().find("in use") != std::string::npos);
}

} // namespace tenon::host::admin
