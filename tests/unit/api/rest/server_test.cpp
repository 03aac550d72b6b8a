// The server on real sockets: framing, limits, timeouts, pipelining, draining.
#include <catch2/catch.hpp>

#include <thread>

#include "harness.hpp"
#include "loopback.hpp"
#include "server_harness.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

const std::string kPay = R"({"function":"transfer","arguments":{"to":"bob","amount":"1"}})";

std::string code_of(const Answer& answer) {
  const Json body = Json::parse(answer.body, nullptr, false);
  return body.is_object() ? body.value("code", std::string()) : std::string();
}

} // namespace

TEST_CASE("rest server: a connection serves many requests", "[rest][socket]") {
  RunningServer rest;
  Socket socket(rest.port());
  const std::string token = token_for({"alice"});
  for (int i = 0; i < 20; ++i) {
    REQUIRE(socket.send(request_text("POST", kExecute, token, kPay)));
    CHECK(read_answer(socket).status == 200);
  }
  socket.send(request_text("GET", "/v1/status", token, {}, "Connection: close\r\n"));
  const Answer last = read_answer(socket);
  CHECK(last.status == 200);
  CHECK(last.head.find("Connection: close") != std::string::npos);
  CHECK(socket.closes());
}

TEST_CASE("rest server: the answer to HEAD has no body, and the next one is in its place",
          "[rest][socket]") {
  RunningServer rest;
  Socket socket(rest.port());
  const std::string token = token_for({"alice"});
  REQUIRE(socket.send(request_text("HEAD", "/v1/status", token) +
                      request_text("GET", "/v1/status", token)));
  const std::string head = socket.receive_until("\r\n\r\n").value_or("");
  CHECK(head.starts_with("HTTP/1.1 405 "));
  CHECK(head.find("Allow: GET") != std::string::npos);
  const Answer next = read_answer(socket);
  CHECK(next.status == 200);
  CHECK(Json::parse(next.body).contains("chain"));
}

TEST_CASE("rest server: pipelined requests are answered in order", "[rest][socket]") {
  RunningServer rest;
  Socket socket(rest.port());
  const std::string token = token_for({"alice"});
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const Json body = {{"function", "transfer"},
                       {"arguments", {{"to", "bob"}, {"amount", "1"}}},
                       {"command_id", "c" + std::to_string(i)}};
    all += request_text("POST", kExecute, token, body.dump());
    all += request_text("GET", "/v1/nothing", token);
  }
  REQUIRE(socket.send(all));
  for (int i = 0; i < 50; ++i) {
    const Answer paid = read_answer(socket);
    REQUIRE(paid.status == 200);
    CHECK(Json::parse(paid.body)["command_id"] == "c" + std::to_string(i));
    CHECK(read_answer(socket).status == 404);
  }
}

TEST_CASE("rest server: a request that comes in pieces, or in chunks, is whole", "[rest][socket]") {
  RunningServer rest;
  Socket socket(rest.port());
  const std::string token = token_for({"alice"});
  const std::string text = request_text("POST", kExecute, token, kPay);
  for (const char c : text)
    REQUIRE(socket.send({&c, 1}));
  CHECK(read_answer(socket).status == 200);
  socket.send("POST " + kExecute + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token +
              "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
              "10\r\n" + kPay.substr(0, 16) + "\r\n");
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", kPay.size() - 16);
  socket.send(size.data() + kPay.substr(16) + "\r\n0\r\n\r\n");
  CHECK(read_answer(socket).status == 200);
}

TEST_CASE("rest server: Expect: 100-continue is answered before the body is sent",
          "[rest][socket]") {
  RunningServer rest;
  Socket socket(rest.port());
  const std::string head =
      "POST " + kExecute + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token_for({"alice"}) +
      "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ";
  socket.send(head + std::to_string(kPay.size()) + "\r\n\r\n");
  CHECK(socket.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send(kPay);
  CHECK(read_answer(socket).status == 200);
  // Refused without the body ever having been asked for.
  socket.send(head + "99999999\r\n\r\n");
  CHECK(read_answer(socket).status == 413);
}

TEST_CASE("rest server: what is not HTTP is told so, and closed", "[rest][socket]") {
  RunningServer rest;
  for (const char* garbage :
       {"\x16\x03\x01\x02\x01\x01\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"}) {
    Socket socket(rest.port());
    socket.send(garbage);
    const Answer answer = read_answer(socket);
    INFO(garbage);
    CHECK(answer.status == 400);
    CHECK(code_of(answer) == "MALFORMED_REQUEST");
    CHECK(socket.closes());
  }
}

TEST_CASE("rest server: heads and targets that are too large are refused", "[rest][socket]") {
  RunningServer rest;
  {
    Socket socket(rest.port());
    socket.send("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n");
    CHECK(read_answer(socket).status == 414);
    CHECK(socket.closes());
  }
  {
    Socket socket(rest.port());
    socket.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n");
    const Answer answer = read_answer(socket);
    CHECK(answer.status == 431);
    CHECK(code_of(answer) == "HEADER_TOO_LARGE");
    CHECK(socket.closes());
  }
}

TEST_CASE("rest server: a refused body does not cost the connection, unless it is large",
          "[rest][socket]") {
  RunningServer rest;
  Socket socket(rest.port());
  const std::string token = token_for({"alice"});
  for (int i = 0; i < 3; ++i) {
    socket.send(request_text("POST", "/v1/nothing", token, std::string(60'000, 'x')));
    CHECK(read_answer(socket).status == 404);
  }
  socket.send(request_text("POST", kExecute, "", std::string(2'000'000, ' ')));
  CHECK(read_answer(socket).status == 401);
  CHECK(socket.closes());
}

TEST_CASE("rest server: a slow loris is cut off, others are served meanwhile", "[rest][socket]") {
  Settings settings;
  settings.server.limits.header_timeout_ms = 200;
  settings.server.limits.body_timeout_ms = 200;
  settings.server.limits.idle_timeout_ms = 300;
  RunningServer rest(settings);
  const std::string token = token_for({"alice"});
  Socket slow(rest.port());
  const auto began = std::chrono::steady_clock::now();
  // A byte now and then keeps no connection alive: the clock runs from the first one.
  std::thread drip([&] {
    for (int i = 0; i < 20 && slow.send(i == 0 ? "GET / HTTP/1.1\r\nX: " : "a"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
  Socket other(rest.port());
  other.send(request_text("GET", "/v1/status", token));
  CHECK(read_answer(other).status == 200);
  drip.join();
  CHECK(slow.closes());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));

  Socket silent(rest.port());
  CHECK(silent.closes(5000));
  Socket half(rest.port());
  half.send("POST " + kExecute + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token +
            "\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{");
  CHECK(half.closes(5000));
}

TEST_CASE("rest server: more connections than the limit are closed at once", "[rest][socket]") {
  Settings settings;
  settings.server.limits.connections = 2;
  RunningServer rest(settings);
  const std::string token = token_for({"alice"});
  Socket first(rest.port());
  Socket second(rest.port());
  for (Socket* socket : {&first, &second}) {
    socket->send(request_text("GET", "/v1/status", token));
    CHECK(read_answer(*socket).status == 200);
  }
  Socket third(rest.port());
  CHECK(third.closes(5000));
}

TEST_CASE("rest server: an answer that does not come is an unknown outcome, and a late one is "
          "nobody's",
          "[rest][socket]") {
  Settings settings;
  settings.server.limits.response_timeout_ms = 100;
  RunningServer rest(settings);
  rest.harness.ledger.hold();
  Socket socket(rest.port());
  socket.send(request_text("POST", kExecute, token_for({"alice"}), kPay));
  const Answer answer = read_answer(socket);
  CHECK(answer.status == 504);
  CHECK(code_of(answer) == "OUTCOME_UNKNOWN");
  rest.harness.ledger.release();
  socket.send(request_text("GET", "/v1/status", token_for({"alice"})));
  CHECK(read_answer(socket).status == 200);
}

TEST_CASE("rest server: draining finishes what is under way and takes nothing new",
          "[rest][socket]") {
  RunningServer rest;
  rest.harness.ledger.hold();
  Socket busy(rest.port());
  Socket idle(rest.port());
  busy.send(request_text("POST", kExecute, token_for({"alice"}), kPay));
  while (rest.harness.ledger.last_submission().engine().empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(rest.server.drain(100).code() == Code::kDeadlineExceeded);
  CHECK(idle.closes());
  Socket late(rest.port());
  CHECK(late.closes());
  rest.harness.ledger.release();
  const Answer answer = read_answer(busy);
  CHECK(answer.status == 200);
  CHECK(answer.head.find("Connection: close") != std::string::npos);
  CHECK(rest.server.drain(5000).ok());
}

TEST_CASE("rest server: stopping cuts what is left, and late answers do no harm",
          "[rest][socket]") {
  auto rest = std::make_unique<RunningServer>();
  rest->harness.ledger.hold();
  Socket busy(rest->port());
  busy.send(request_text("POST", kExecute, token_for({"alice"}), kPay));
  while (rest->harness.ledger.last_submission().engine().empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  rest->server.stop();
  CHECK(busy.closes());
  rest->harness.ledger.release();
}

TEST_CASE("rest server: a port in use is refused with a sentence", "[rest][socket]") {
  RunningServer rest;
  Settings settings;
  settings.server.listen = "127.0.0.1:" + std::to_string(rest.port());
  Harness second(settings);
  http::Telemetry telemetry{plugin::Host(&kNoHost), "rest"};
  http::Server server(second.service, second.settings.server, telemetry);
  const Status status = server.start();
  REQUIRE_FALSE(status.ok());
  CHECK(status.message().find("another process listens there") != std::string::npos);
  server.stop();
}
