// WebSocket streams on real sockets: resuming, pings, slow readers, ends.
#include <catch2/catch.hpp>

#include <thread>

#include "loopback.hpp"
#include "server_harness.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

struct Client {
  Client(RunningServer& rest, const std::string& target, const std::string& token,
         int receive_buffer = 0)
      : socket(rest.port(), receive_buffer) {
    socket.send(handshake_text(target, "Authorization: Bearer " + token + "\r\n"));
    head = socket.receive_until("\r\n\r\n").value_or("");
  }
  [[nodiscard]] bool open() const { return head.starts_with("HTTP/1.1 101"); }
  Json next() {
    const Message message = read_message(socket);
    INFO(message.payload);
    REQUIRE(message.opcode == 1);
    return Json::parse(message.payload);
  }

  Socket socket;
  std::string head;
};

std::vector<std::string> offsets_of(Client& client, std::size_t count) {
  std::vector<std::string> offsets;
  for (std::size_t i = 0; i < count; ++i)
    offsets.push_back(client.next()["offset"]);
  return offsets;
}

} // namespace

TEST_CASE("rest stream: events of one's parties arrive live, others' never", "[rest][socket]") {
  RunningServer rest;
  rest.harness.ledger.transfer("alice", "bob");
  Client alice(rest, "/v1/streams/events", token_for({"alice"}));
  Client carol(rest, "/v1/streams/events", token_for({"carol"}));
  REQUIRE(alice.open());
  CHECK(alice.next()["type"] == "events");
  rest.harness.ledger.transfer("bob", "alice");
  rest.harness.ledger.transfer("bob", "carol");
  const Json event = alice.next();
  CHECK(event["height"] == "2");
  CHECK(event["events"][0]["payload"]["arguments"]["to"] == "alice");
  CHECK(carol.next()["height"] == "3");
}

TEST_CASE("rest stream: resuming after any offset gives the rest, without gap or duplicate",
          "[rest][socket]") {
  RunningServer rest;
  for (int i = 0; i < 40; ++i)
    rest.harness.ledger.transfer(i % 3 == 0 ? "carol" : "alice", "bob");
  const std::string bob = token_for({"bob"});
  for (const std::string stream : {"events", "transactions", "blocks"}) {
    const std::string target = "/v1/streams/" + stream;
    // Transactions of others are seen by bob through their events; blocks begin with the genesis.
    const std::size_t total = stream == "blocks" ? 41 : 40;
    const std::string token = stream == "transactions" ? token_for({"bob"}, true) : bob;
    Client whole(rest, target, token);
    const auto expected = offsets_of(whole, total);
    for (std::size_t cut = 1; cut < total; cut += 5) {
      std::vector<std::string> seen;
      {
        Client first(rest, target, token);
        seen = offsets_of(first, cut);
      }
      Client second(rest, target + "?after=" + seen.back(), token);
      const auto more = offsets_of(second, total - cut);
      seen.insert(seen.end(), more.begin(), more.end());
      CHECK(seen == expected);
    }
  }
}

TEST_CASE("rest stream: resuming while transactions are written misses none", "[rest][socket]") {
  RunningServer rest;
  std::thread writer([&] {
    for (int i = 0; i < 1500; ++i)
      rest.harness.ledger.transfer("alice", "bob");
  });
  const std::string token = token_for({"alice"});
  std::uint64_t expected = 1;
  std::string after = "0";
  while (expected <= 1500) {
    Client client(rest, "/v1/streams/transactions?after=" + after, token);
    REQUIRE(client.open());
    for (int i = 0; i < 100 && expected <= 1500; ++i, ++expected) {
      const Json frame = client.next();
      REQUIRE(frame["height"] == std::to_string(expected));
      after = frame["offset"];
    }
  }
  writer.join();
}

TEST_CASE("rest stream: head means from now on", "[rest][socket]") {
  RunningServer rest;
  rest.harness.ledger.transfer("alice", "bob");
  for (const std::string stream : {"events", "blocks"}) {
    Client client(rest, "/v1/streams/" + stream + "?after=head", token_for({"alice"}));
    REQUIRE(client.open());
    // The handshake is answered before the stream begins to wait; what is written then is seen.
    rest.harness.ledger.transfer("alice", "bob");
    CHECK(client.next()["height"] == (stream == "events" ? "2" : "3"));
  }
}

TEST_CASE("rest stream: what a token or an offset does not allow is refused before the upgrade",
          "[rest][socket]") {
  RunningServer rest;
  const auto status = [&](const std::string& target, const std::string& headers) {
    Socket socket(rest.port());
    socket.send(handshake_text(target, headers));
    return read_answer(socket).status;
  };
  const std::string alice = "Authorization: Bearer " + token_for({"alice"}) + "\r\n";
  CHECK(status("/v1/streams/events", "") == 401);
  CHECK(status("/v1/streams/events", "Authorization: Bearer a.b.c\r\n") == 401);
  CHECK(status("/v1/streams/events?party=bob", alice) == 403);
  CHECK(status("/v1/streams/events?after=x", alice) == 400);
  CHECK(status("/v1/streams/events?after=99999999999", alice) == 400);
  CHECK(status("/v1/streams/nothing", alice) == 404);
  Socket socket(rest.port());
  socket.send("GET /v1/streams/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n" + alice +
              "\r\n");
  CHECK(read_answer(socket).status == 400);
}

TEST_CASE("rest stream: browsers give the token as a protocol", "[rest][socket]") {
  RunningServer rest;
  rest.harness.ledger.transfer("alice", "bob");
  Socket socket(rest.port());
  socket.send(handshake_text("/v1/streams/events",
                             "Sec-WebSocket-Protocol: bearer, " + token_for({"alice"}) + "\r\n"));
  const auto head = socket.receive_until("\r\n\r\n");
  REQUIRE(head);
  CHECK(head->find("Sec-WebSocket-Protocol: bearer\r\n") != std::string::npos);
  CHECK(read_message(socket).opcode == 1);
}

TEST_CASE("rest stream: pings are sent and answered, a dead peer is dropped", "[rest][socket]") {
  Settings settings;
  settings.server.limits.stream_ping_ms = 500;
  RunningServer rest(settings);
  Client client(rest, "/v1/streams/events", token_for({"alice"}));
  send_message(client.socket, 9, "are you there");
  Message pong = read_message(client.socket);
  while (pong.opcode == 9)
    pong = read_message(client.socket);
  CHECK(pong.opcode == 10);
  CHECK(pong.payload == "are you there");
  for (int i = 0; i < 2; ++i) {
    const Message ping = read_message(client.socket, 5000);
    CHECK(ping.opcode == 9);
    send_message(client.socket, 10, ping.payload);
  }
  // Pongs stop: after twice the ping time the peer is taken for dead.
  CHECK(client.socket.closes(5000));
}

TEST_CASE("rest stream: a slow reader is told so, with the offset to resume after",
          "[rest][socket]") {
  Settings settings;
  settings.server.limits.stream_stall_ms = 200;
  RunningServer rest(settings);
  const std::string tail(8000, '0');
  for (int i = 0; i < 2000; ++i)
    rest.harness.ledger.transfer("alice", "bob", tail);
  Client client(rest, "/v1/streams/events", token_for({"alice"}), 4096);
  REQUIRE(client.open());
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  // Whoever does not read costs at most a few pages, however much there is to send.
  CHECK(rest.harness.ledger.transactions_requests() < 10 + 2000U * 8000 / (256 * 1024));
  std::string last;
  Message message = read_message(client.socket);
  while (message.opcode == 1) {
    last = Json::parse(message.payload)["offset"];
    message = read_message(client.socket);
  }
  REQUIRE(message.close_code() == 4008);
  const Json reason = Json::parse(message.close_reason());
  CHECK(reason["code"] == "SLOW_READER");
  CHECK(reason["last_offset"] == last);
  Client again(rest, "/v1/streams/events?after=" + last, token_for({"alice"}));
  CHECK(std::stoull(again.next()["offset"].get<std::string>()) ==
        std::stoull(last) + (std::uint64_t{1} << 24));
}

TEST_CASE("rest stream: a reader that never wakes up is cut off", "[rest][socket]") {
  Settings settings;
  settings.server.limits.stream_stall_ms = 100;
  settings.server.limits.stream_grace_ms = 200;
  RunningServer rest(settings);
  for (int i = 0; i < 2000; ++i)
    rest.harness.ledger.transfer("alice", "bob", std::string(8000, '0'));
  Client client(rest, "/v1/streams/events", token_for({"alice"}), 4096);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (rest.telemetry.open_connections() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(rest.telemetry.open_connections() == 0);
  CHECK(rest.telemetry.open_streams() == 0);
}

TEST_CASE("rest stream: every other end has its own code and the last offset", "[rest][socket]") {
  Settings settings;
  settings.server.limits.stream_stall_ms = 100;
  RunningServer rest(settings);
  rest.harness.ledger.transfer("alice", "bob");
  const std::string token = token_for({"alice"});
  const auto end_of = [](Client& client) {
    const Message message = read_message(client.socket);
    REQUIRE(message.opcode == 8);
    const Json reason = Json::parse(message.close_reason());
    CHECK(reason["last_offset"] == "16777216");
    return std::to_string(message.close_code()) + " " + reason["code"].get<std::string>();
  };
  Client chatty(rest, "/v1/streams/events", token);
  chatty.next();
  send_message(chatty.socket, 1, "hello");
  CHECK(end_of(chatty) == "1003 UNEXPECTED_MESSAGE");

  Client unlucky(rest, "/v1/streams/events", token);
  unlucky.next();
  rest.harness.ledger.fail_reads(data_loss("a block is damaged"));
  rest.harness.ledger.transfer("alice", "bob");
  CHECK(end_of(unlucky) == "1011 LEDGER_FAILED");
  rest.harness.ledger.fail_reads({});

  Client expired(rest, "/v1/streams/events?after=16777216", token);
  Client drained(rest, "/v1/streams/events?after=16777216", token);
  expired.next();
  drained.next();
  rest.harness.now = kNow + 4000;
  for (Client* client : {&expired, &drained}) {
    const Message message = read_message(client->socket);
    CHECK(message.close_code() == 4001);
  }
  rest.harness.now = kNow;
  Client last(rest, "/v1/streams/events?after=16777216", token);
  last.next();
  Status drained_by_then = unavailable("not yet");
  std::thread drain([&] { drained_by_then = rest.server.drain(20'000); });
  const Message message = read_message(last.socket);
  CHECK(message.close_code() == 1001);
  CHECK(Json::parse(message.close_reason())["last_offset"] == "33554432");
  send_message(last.socket, 8, message.payload.substr(0, 2));
  drain.join();
  CHECK(drained_by_then.ok());
}

TEST_CASE("rest stream: streams are counted and limited", "[rest][socket]") {
  Settings settings;
  settings.server.limits.streams = 1;
  RunningServer rest(settings);
  rest.harness.ledger.transfer("alice", "bob");
  const std::string token = token_for({"alice"});
  Client first(rest, "/v1/streams/events", token);
  first.next();
  Client second(rest, "/v1/streams/events", token);
  CHECK(second.head.starts_with("HTTP/1.1 429"));
}
