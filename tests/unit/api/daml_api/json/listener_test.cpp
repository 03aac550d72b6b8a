// The JSON API on real sockets.
#include <catch2/catch.hpp>

#include "json/listener.hpp"
#include "json_kit.hpp"
#include "loopback.hpp"

using namespace tenon;
using namespace tenon::daml_api::json;
using namespace tenon::daml_api::json::test;
using tenon::api::test::Socket;

namespace {

// A host without any service: logs and metrics go nowhere.
const tenon_host kNoHost = {sizeof(tenon_host), TENON_ABI_MAJOR, TENON_ABI_MINOR, nullptr,
                            [](void*, tenon_bytes) -> const void* { return nullptr; }};

ListenerSettings any_port() {
  ListenerSettings settings;
  settings.server.listen = "127.0.0.1:0";
  return settings;
}

std::string protocols(const std::string& token) {
  return "Sec-WebSocket-Protocol: jwt.token." + token + ", daml.ws.auth\r\n";
}

} // namespace

TEST_CASE("json listener: requests and streams are served over sockets", "[json][socket]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  Listener listener(*desk.parts, any_port(), plugin::Host(&kNoHost));
  REQUIRE(listener.start().ok());
  Socket socket(listener.port());
  const std::string token = Desk::token({kAlice});
  const std::string request = R"({"templateIds":["Main:Asset"]})";
  socket.send(api::test::request_text("POST", "/v1/query", token, request));
  const auto answer = api::test::read_answer(socket);
  CHECK(answer.status == 200);
  CHECK(Json::parse(answer.body)["result"].size() == 1);

  Socket stream(listener.port());
  stream.send(api::test::handshake_text("/v1/stream/query", protocols(token)));
  const std::string head = stream.receive_until("\r\n\r\n").value_or("");
  CHECK(head.starts_with("HTTP/1.1 101"));
  CHECK(head.find("Sec-WebSocket-Protocol: daml.ws.auth\r\n") != std::string::npos);
  api::test::send_message(stream, 1, request);
  CHECK(Json::parse(api::test::read_message(stream).payload)["events"].size() == 1);
  CHECK(Json::parse(api::test::read_message(stream).payload)["offset"] == Desk::offset(1));
  // What happens later wakes the stream.
  desk.index.create(Desk::id(2), kAlice, "two");
  CHECK(Json::parse(api::test::read_message(stream).payload)["offset"] == Desk::offset(2));
  api::test::send_message(stream, 1, request);
  CHECK(Json::parse(api::test::read_message(stream).payload)["status"] == 400);
  CHECK(api::test::read_message(stream).close_code() == 1000);
  listener.stop();
}

TEST_CASE("json listener: a WebSocket needs both subprotocols", "[json][socket]") {
  Desk desk;
  Listener listener(*desk.parts, any_port(), plugin::Host(&kNoHost));
  REQUIRE(listener.start().ok());
  const auto status = [&](const std::string& headers) {
    Socket socket(listener.port());
    socket.send(api::test::handshake_text("/v1/stream/fetch", headers));
    return api::test::read_answer(socket).status;
  };
  const std::string token = Desk::token({kAlice});
  CHECK(status("") == 401);
  CHECK(status("Sec-WebSocket-Protocol: daml.ws.auth\r\n") == 401);
  CHECK(status("Sec-WebSocket-Protocol: jwt.token." + token + "\r\n") == 401);
  CHECK(status(protocols("a.b.c")) == 401);
  CHECK(status(protocols(Desk::token({}))) == 401);
  Socket plain(listener.port());
  plain.send(api::test::request_text("GET", "/v1/stream/query", token));
  CHECK(api::test::read_answer(plain).status == 400);
  listener.stop();
}

TEST_CASE("json listener: settings come from the configuration, and an open port needs TLS",
          "[json]") {
  const auto settings = read_listener_settings(
      Json::parse(R"({"listen": "127.0.0.1:1", "request_threads": 2,
                      "tls": {"certificate_file": "c", "key_file": "k", "minimum_version": "1.2"},
                      "limits": {"body_bytes": 7, "heartbeat_ms": 9, "connections": 3}})"),
      "json.");
  REQUIRE(settings.ok());
  CHECK(settings->server.minimum_tls == api::http::TlsVersion::k12);
  CHECK(settings->threads == 2);
  CHECK(settings->limits.body_bytes == 7);
  CHECK(settings->limits.heartbeat_ms == 9);
  CHECK(settings->server.limits.connections == 3);
  const auto open = read_listener_settings(Json{{"listen", "0.0.0.0:7575"}}, "json.");
  REQUIRE_FALSE(open.ok());
  CHECK(open.status().message().starts_with("json.listen: 0.0.0.0:7575 can be reached"));
}
