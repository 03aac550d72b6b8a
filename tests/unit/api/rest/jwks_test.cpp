// Keys behind a URL: fetched at the start, again when a token names one that is not there, and kept
// when what comes is no key set.
#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "auth/authenticator.hpp"
#include "tokens.hpp"

using namespace tenon;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

// Answers every request on a port of its own with the same text; in a thread of its own.
class KeyServer {
public:
  explicit KeyServer(const std::string& body) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    answer(200, body);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("no port to listen on");
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/keys.json";
    thread_ = std::thread([this] { serve(); });
  }
  KeyServer(const KeyServer&) = delete;
  KeyServer& operator=(const KeyServer&) = delete;
  ~KeyServer() {
    shutdown(listener_, SHUT_RDWR); // accept() fails from now on
    thread_.join();
    close(listener_);
  }

  // From the next request on.
  void answer(int status, const std::string& body) {
    const std::lock_guard lock(mutex_);
    text_ = "HTTP/1.1 " + std::to_string(status) + " Any\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
  }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int requests() const { return requests_; }

private:
  void serve() {
    for (;;) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0)
        return;
      serve_one(connection);
      close(connection);
    }
  }

  void serve_one(int connection) {
    std::string request;
    std::array<char, 4096> chunk{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t received = recv(connection, chunk.data(), chunk.size(), 0);
      if (received <= 0)
        return;
      request.append(chunk.data(), static_cast<std::size_t>(received));
    }
    ++requests_;
    const std::lock_guard lock(mutex_);
    for (std::string_view left = text_; !left.empty();) {
      const ssize_t sent = send(connection, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return; // the client has read enough
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  const int listener_;
  std::string url_;
  std::mutex mutex_;
  std::string text_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

template <typename Condition> bool eventually(Condition holds) {
  for (int i = 0; i < 2000 && !holds(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return holds();
}

// A source of the server's keys, what it reports, and what verifies tokens with its keys.
class Subject {
public:
  // The next fetch in turn is an hour away.
  explicit Subject(const KeyServer& server, std::uint64_t min_pause_ms = 10) {
    KeySourceSettings settings;
    settings.jwks_url = server.url();
    settings.refresh_s = 3600;
    settings.min_pause_ms = min_pause_ms;
    source_ = *KeySource::open(settings);
    authenticator_ = std::make_unique<Authenticator>(*source_, "", std::string(64, '0'),
                                                     [] { return kNow; });
    source_->start([this](const Status& status) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(status);
    });
  }

  KeySource& source() { return *source_; }
  [[nodiscard]] std::size_t key_count() const { return source_->keys()->size(); }
  // The code of the refusal, or "accepted".
  std::string outcome(const std::string& token) {
    RequestHead head;
    head.authorization = "Bearer " + token;
    const Status status = authenticator_->authenticate(head).status();
    return status.ok() ? "accepted" : status.message().substr(0, status.message().find(':'));
  }
  std::vector<Status> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  // Was there a failed fetch of which this is said?
  bool reported(const std::string& text) {
    for (const Status& status : reports()) {
      if (!status.ok() && status.message().find(text) != std::string::npos)
        return true;
    }
    return false;
  }

private:
  std::mutex mutex_;
  std::vector<Status> reports_;
  std::unique_ptr<KeySource> source_; // its thread reports
  std::unique_ptr<Authenticator> authenticator_;
};

std::string key_set(const std::vector<Json>& keys) {
  Json set = Json::object();
  set["keys"] = keys;
  return set.dump();
}

std::string token_of(const KeyPair& key, const std::string& id) {
  return sign(claims_for({"alice"}), "ES256", key.private_pem, id);
}

} // namespace

TEST_CASE("rest keys: a key that came later is accepted after a token that names it was refused",
          "[rest][socket]") {
  const Json first = jwk_of(ec_key(), "one");
  KeyServer server(key_set({first}));
  Subject rest(server);
  REQUIRE(eventually([&] { return rest.key_count() == 1; }));
  CHECK(rest.outcome(token_of(ec_key(), "one")) == "accepted");

  server.answer(200, key_set({first, jwk_of(other_ec_key(), "two")}));
  const std::string later = token_of(other_ec_key(), "two");
  CHECK(rest.outcome(later) == "TOKEN_KEY_UNKNOWN");
  REQUIRE(eventually([&] { return rest.key_count() == 2; }));
  CHECK(rest.outcome(later) == "accepted");
  CHECK(rest.outcome(token_of(ec_key(), "one")) == "accepted");
  // A known name with a wrong signature is no reason to look again.
  CHECK(rest.outcome(token_of(ec_key(), "two")) == "TOKEN_SIGNATURE");
  CHECK(server.requests() == 2);
  CHECK(rest.reports().empty());
}

TEST_CASE("rest keys: a key that is taken away is trusted no longer", "[rest][socket]") {
  KeyServer server(key_set({jwk_of(ec_key(), "one"), jwk_of(other_ec_key(), "two")}));
  Subject rest(server);
  REQUIRE(eventually([&] { return rest.key_count() == 2; }));
  const std::string token = token_of(other_ec_key(), "two");
  CHECK(rest.outcome(token) == "accepted");
  server.answer(200, key_set({jwk_of(ec_key(), "one")}));
  rest.source().refresh_soon();
  REQUIRE(eventually([&] { return rest.key_count() == 1; }));
  CHECK(rest.outcome(token) == "TOKEN_KEY_UNKNOWN");
}

TEST_CASE("rest keys: a flood of unknown names makes one fetch per pause, and stop waits for none",
          "[rest][socket]") {
  KeyServer server(key_set({jwk_of(ec_key(), "one")}));
  Subject rest(server, 60'000);
  REQUIRE(eventually([&] { return rest.key_count() == 1; }));
  for (int i = 0; i < 100; ++i) {
    const Json header = {{"alg", "ES256"}, {"kid", std::to_string(i)}};
    CHECK(rest.outcome(raw_token(header, claims_for({}), "x")) == "TOKEN_KEY_UNKNOWN");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(server.requests() == 1);
  const auto began = std::chrono::steady_clock::now();
  rest.source().stop();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
}

TEST_CASE("rest keys: what is no key set changes no key, and is reported until one comes",
          "[rest][socket]") {
  const Json first = jwk_of(ec_key(), "one");
  KeyServer server(key_set({first}));
  Subject rest(server);
  REQUIRE(eventually([&] { return rest.key_count() == 1; }));
  const auto known = rest.source().keys();

  struct Case {
    int status;
    std::string body;
    std::string report;
  };
  const Case cases[] = {
      {200, "{}", "not a key set"},
      {200, key_set({}), "no key for RS256 or ES256"},
      {200, R"({"keys": [7]})", "key 0 is not an object"},
      {404, key_set({first}), "answered 404; expected 200"},
      {302, key_set({first}), "answered 302; expected 200"},
  };
  for (const Case& bad : cases) {
    INFO(bad.report);
    server.answer(bad.status, bad.body);
    rest.source().refresh_soon();
    REQUIRE(eventually([&] { return rest.reported(server.url() + ": " + bad.report); }));
    CHECK(rest.source().keys() == known);
    CHECK(rest.outcome(token_of(ec_key(), "one")) == "accepted");
  }
  // After a failure it asks again by itself.
  server.answer(200, key_set({first, jwk_of(rsa_key(), "two")}));
  REQUIRE(eventually([&] { return rest.reports().back().ok(); }));
  CHECK(rest.key_count() == 2);
}

TEST_CASE("rest keys: an answer of more than 1 MiB is refused", "[rest][socket]") {
  std::string body = key_set({jwk_of(ec_key(), "one")});
  body.append((1 << 20) - body.size(), ' ');
  KeyServer server(body + ' ');
  Subject rest(server);
  REQUIRE(eventually([&] { return rest.reported(server.url() + ": "); }));
  CHECK(rest.key_count() == 0);
  CHECK(rest.outcome(token_of(ec_key(), "one")) == "TOKEN_KEY_UNKNOWN");
  server.answer(200, body);
  REQUIRE(eventually([&] { return rest.key_count() == 1; }));
  CHECK(rest.outcome(token_of(ec_key(), "one")) == "accepted");

  CHECK(fetch_url(server.url(), 5000, body.size()).ok());
  const auto cut = fetch_url(server.url(), 5000, body.size() - 1);
  CHECK(cut.status().code() == Code::kUnavailable);
}
