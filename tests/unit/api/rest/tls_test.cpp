// TLS on real sockets: what is spoken, what is refused, and what a node does not start with.
#include <catch2/catch.hpp>

#include <thread>

#include "server_harness.hpp"
#include "tls_client.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

const std::string& certificate() {
  static const std::string pem = certificate_pem(ec_key());
  return pem;
}

Settings with_tls(const std::string& certificate_text, const std::string& key_text) {
  Settings settings;
  settings.server.listen = "127.0.0.1:0";
  settings.server.certificate_file = temporary_file(certificate_text, ".pem");
  settings.server.key_file = temporary_file(key_text, ".key");
  return settings;
}

Settings good_tls() {
  return with_tls(certificate(), ec_key().private_pem);
}

Status start_with(const Settings& settings) {
  Harness harness(settings);
  http::Telemetry telemetry{plugin::Host(&kNoHost), "rest"};
  http::Server server(harness.service, harness.settings.server, telemetry);
  return server.start();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("rest tls: a client that trusts the certificate speaks TLS 1.3 and is served",
          "[rest][socket][tls]") {
  for (const KeyPair* key : {&ec_key(), &rsa_key()}) {
    const std::string pem = certificate_pem(*key);
    RunningServer rest(with_tls(pem, key->private_pem));
    TlsSocket socket(rest.port(), pem);
    INFO(socket.failure());
    REQUIRE(socket.connected());
    CHECK(socket.version() == "TLSv1.3");
    const std::string token = token_for({"alice"});
    for (int i = 0; i < 3; ++i) {
      REQUIRE(socket.send(request_text("GET", "/v1/status", token)));
      CHECK(read_answer(socket).status == 200);
    }
    // A body of many records, refused by its route, does not cost the connection.
    socket.send(request_text("POST", "/v1/nothing", token, std::string(60'000, 'x')));
    CHECK(read_answer(socket).status == 404);
    socket.send(request_text("GET", "/v1/status", token, {}, "Connection: close\r\n"));
    CHECK(read_answer(socket).status == 200);
    CHECK(socket.closes());
  }
}

TEST_CASE("rest tls: an answer of many records arrives whole", "[rest][socket][tls]") {
  RunningServer rest(good_tls());
  TlsSocket socket(rest.port(), certificate());
  REQUIRE(socket.connected());
  for (int i = 0; i < 3; ++i) {
    socket.send(request_text("GET", "/v1/openapi.json", {}));
    const Answer answer = read_answer(socket);
    CHECK(answer.status == 200);
    CHECK(answer.body.size() > 4 * SSL3_RT_MAX_PLAIN_LENGTH);
    CHECK_FALSE(Json::parse(answer.body, nullptr, false).is_discarded());
  }
}

TEST_CASE("rest tls: an older version is refused with an alert", "[rest][socket][tls]") {
  RunningServer rest(good_tls());
  for (const int version : {TLS1_2_VERSION, TLS1_1_VERSION}) {
    const TlsSocket socket(rest.port(), certificate(), version);
    CHECK_FALSE(socket.connected());
    INFO(socket.failure());
    CHECK((contains(socket.failure(), "protocol version") ||
           contains(socket.failure(), "no protocols available")));
  }
  const TlsSocket socket(rest.port(), certificate());
  CHECK(socket.connected());
}

TEST_CASE("rest tls: a client of another authority does not connect", "[rest][socket][tls]") {
  RunningServer rest(good_tls());
  const TlsSocket socket(rest.port(), certificate_pem(other_ec_key()));
  CHECK_FALSE(socket.connected());
  CHECK(contains(socket.failure(), "certificate verify failed"));
}

TEST_CASE("rest tls: a request in clear is closed without an answer", "[rest][socket][tls]") {
  RunningServer rest(good_tls());
  Socket socket(rest.port());
  socket.send(request_text("GET", "/v1/status", token_for({"alice"})));
  CHECK_FALSE(socket.receive_until("HTTP/1.1", 2000));
  Socket another(rest.port());
  another.send(request_text("GET", "/v1/status", token_for({"alice"})));
  CHECK(another.closes());
}

TEST_CASE("rest tls: a stream runs over it, and ends with its last offset", "[rest][socket][tls]") {
  RunningServer rest(good_tls());
  TlsSocket socket(rest.port(), certificate());
  REQUIRE(socket.connected());
  socket.send(handshake_text("/v1/streams/events",
                             "Authorization: Bearer " + token_for({"alice"}) + "\r\n"));
  REQUIRE(socket.receive_until("\r\n\r\n").value_or("").starts_with("HTTP/1.1 101"));
  std::string last;
  for (int i = 0; i < 20; ++i) {
    rest.harness.ledger.transfer("alice", "bob");
    const Message message = read_message(socket);
    REQUIRE(message.opcode == 1);
    last = Json::parse(message.payload)["offset"];
  }
  send_message(socket, 9, "are you there");
  const Message pong = read_message(socket);
  CHECK(pong.opcode == 10);
  CHECK(pong.payload == "are you there");
  Status drained = unavailable("not yet");
  std::thread draining([&] { drained = rest.server.drain(5000); });
  const Message end = read_message(socket);
  CHECK(end.opcode == 8);
  CHECK(Json::parse(end.close_reason())["last_offset"] == last);
  send_message(socket, 8, end.payload.substr(0, 2));
  CHECK(socket.closes());
  draining.join();
  CHECK(drained.ok());
}

TEST_CASE("rest tls: a handshake that stays half done holds up neither draining nor others",
          "[rest][socket][tls]") {
  Settings settings = good_tls();
  settings.server.limits.header_timeout_ms = 60'000;
  RunningServer rest(settings);
  Socket silent(rest.port());
  Socket half(rest.port());
  half.send(std::string_view("\x16\x03\x01\x02\x00", 5));
  TlsSocket other(rest.port(), certificate());
  other.send(request_text("GET", "/v1/status", token_for({"alice"})));
  CHECK(read_answer(other).status == 200);
  CHECK(rest.server.drain(5000).ok());
  CHECK(silent.closes());
  CHECK(half.closes());
}

TEST_CASE("rest tls: a handshake that takes too long is cut off", "[rest][socket][tls]") {
  Settings settings = good_tls();
  settings.server.limits.header_timeout_ms = 100;
  RunningServer rest(settings);
  Socket silent(rest.port());
  CHECK(silent.closes(5000));
}

TEST_CASE("rest tls: files that are missing or hold something else are named",
          "[rest][socket][tls]") {
  const std::string key = ec_key().private_pem;
  Settings settings = good_tls();
  settings.server.certificate_file = "/nonexistent.pem";
  CHECK(contains(start_with(settings).message(), "tls.certificate_file: /nonexistent.pem"));
  settings = good_tls();
  settings.server.key_file = "/nonexistent.key";
  CHECK(contains(start_with(settings).message(), "tls.key_file: /nonexistent.key"));
  settings = with_tls("no certificate", key);
  CHECK(contains(start_with(settings).message(), "tls.certificate_file: "));
  CHECK(contains(start_with(settings).message(), "expected a chain of certificates"));
  settings = with_tls(certificate(), "no key");
  CHECK(contains(start_with(settings).message(), "tls.key_file: "));
  CHECK(contains(start_with(settings).message(), "expected a private key"));
  // One for the other.
  settings = with_tls(key, certificate());
  CHECK(contains(start_with(settings).message(), "tls.key_file: "));
}

TEST_CASE("rest tls: a key behind a passphrase is refused, and nobody is asked for it",
          "[rest][socket][tls]") {
  for (const char* passphrase : {"secret", "other"}) {
    const Status status = start_with(with_tls(certificate(), encrypted_pem(ec_key(), passphrase)));
    REQUIRE_FALSE(status.ok());
    CHECK(contains(status.message(), "without a passphrase"));
  }
}

TEST_CASE("rest tls: a key that is not the certificate's is refused, of the same kind or another",
          "[rest][socket][tls]") {
  for (const KeyPair* key : {&other_ec_key(), &rsa_key()}) {
    const Settings settings = with_tls(certificate(), key->private_pem);
    const Status status = start_with(settings);
    REQUIRE_FALSE(status.ok());
    CHECK(contains(status.message(), "tls.key_file: " + settings.server.key_file +
                                         " is not the key of " +
                                         settings.server.certificate_file));
  }
}

TEST_CASE("rest tls: a certificate whose time is over, or has not come, is refused with the date",
          "[rest][socket][tls]") {
  const std::string key = ec_key().private_pem;
  const Status over =
      start_with(with_tls(certificate_pem(ec_key(), kNow - 2 * kDay_s, kNow - kDay_s), key));
  REQUIRE_FALSE(over.ok());
  CHECK(contains(over.message(), "has expired on Nov 13 22:13:20 2023 GMT"));
  const Status early =
      start_with(with_tls(certificate_pem(ec_key(), kNow + kDay_s, kNow + 2 * kDay_s), key));
  REQUIRE_FALSE(early.ok());
  CHECK(contains(early.message(), "is not valid before Nov 15 22:13:20 2023 GMT"));
}
