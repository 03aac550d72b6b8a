// Keys behind a URL: fetched at the start, again when a token names one that is not there, and kept
// when what comes is no key set.
#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "common/auth/verifier.hpp"
#include "key_server.hpp"
#include "tokens.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::auth;
using namespace tenon::api::test;

namespace {

template <typename Condition> bool eventually(Condition holds) {
  for (int i = 0; i < 2000 && !holds(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return holds();
}

struct Bearer {
  std::uint64_t expires_at_s = 0;
};

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
    verifier_ = std::make_unique<Verifier<Bearer>>(*source_);
    source_->start([this](const Status& status) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(status);
    });
  }

  KeySource& source() { return *source_; }
  [[nodiscard]] std::size_t key_count() const { return source_->keys()->size(); }
  // The code of the refusal, or "accepted".
  std::string outcome(const std::string& token) {
    const auto read = [](const Json& claims) -> Result<Bearer> {
      TENON_ASSIGN_OR_RETURN(const std::uint64_t end, check_times(claims, kNow, Expiry::kRequired));
      return Bearer{end};
    };
    const Status status = verifier_->verify(token, kNow, read).status();
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
  std::unique_ptr<Verifier<Bearer>> verifier_;
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

TEST_CASE("auth keys: a key that came later is accepted after a token that names it was refused",
          "[auth][socket]") {
  const Json first = jwk_of(ec_key(), "one");
  KeyServer server(key_set({first}));
  Subject subject(server);
  REQUIRE(eventually([&] { return subject.key_count() == 1; }));
  CHECK(subject.outcome(token_of(ec_key(), "one")) == "accepted");

  server.answer(200, key_set({first, jwk_of(other_ec_key(), "two")}));
  const std::string later = token_of(other_ec_key(), "two");
  CHECK(subject.outcome(later) == "TOKEN_KEY_UNKNOWN");
  REQUIRE(eventually([&] { return subject.key_count() == 2; }));
  CHECK(subject.outcome(later) == "accepted");
  CHECK(subject.outcome(token_of(ec_key(), "one")) == "accepted");
  // A known name with a wrong signature is no reason to look again.
  CHECK(subject.outcome(token_of(ec_key(), "two")) == "TOKEN_SIGNATURE");
  CHECK(server.requests() == 2);
  CHECK(subject.reports().empty());
}

TEST_CASE("auth keys: a key that is taken away is trusted no longer", "[auth][socket]") {
  KeyServer server(key_set({jwk_of(ec_key(), "one"), jwk_of(other_ec_key(), "two")}));
  Subject subject(server);
  REQUIRE(eventually([&] { return subject.key_count() == 2; }));
  const std::string token = token_of(other_ec_key(), "two");
  CHECK(subject.outcome(token) == "accepted");
  server.answer(200, key_set({jwk_of(ec_key(), "one")}));
  subject.source().refresh_soon();
  REQUIRE(eventually([&] { return subject.key_count() == 1; }));
  CHECK(subject.outcome(token) == "TOKEN_KEY_UNKNOWN");
}

TEST_CASE("auth keys: a flood of unknown names makes one fetch per pause, and stop waits for none",
          "[auth][socket]") {
  KeyServer server(key_set({jwk_of(ec_key(), "one")}));
  Subject subject(server, 60'000);
  REQUIRE(eventually([&] { return subject.key_count() == 1; }));
  for (int i = 0; i < 100; ++i) {
    const Json header = {{"alg", "ES256"}, {"kid", std::to_string(i)}};
    CHECK(subject.outcome(raw_token(header, claims_for({}), "x")) == "TOKEN_KEY_UNKNOWN");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(server.requests() == 1);
  const auto began = std::chrono::steady_clock::now();
  subject.source().stop();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
}

TEST_CASE("auth keys: what is no key set changes no key, and is reported until one comes",
          "[auth][socket]") {
  const Json first = jwk_of(ec_key(), "one");
  KeyServer server(key_set({first}));
  Subject subject(server);
  REQUIRE(eventually([&] { return subject.key_count() == 1; }));
  const auto known = subject.source().keys();

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
    subject.source().refresh_soon();
    REQUIRE(eventually([&] { return subject.reported(server.url() + ": " + bad.report); }));
    CHECK(subject.source().keys() == known);
    CHECK(subject.outcome(token_of(ec_key(), "one")) == "accepted");
  }
  // After a failure it asks again by itself.
  server.answer(200, key_set({first, jwk_of(rsa_key(), "two")}));
  REQUIRE(eventually([&] { return subject.reports().back().ok(); }));
  CHECK(subject.key_count() == 2);
}

TEST_CASE("auth keys: an answer of more than 1 MiB is refused", "[auth][socket]") {
  std::string body = key_set({jwk_of(ec_key(), "one")});
  body.append((1 << 20) - body.size(), ' ');
  KeyServer server(body + ' ');
  Subject subject(server);
  REQUIRE(eventually([&] { return subject.reported(server.url() + ": "); }));
  CHECK(subject.key_count() == 0);
  CHECK(subject.outcome(token_of(ec_key(), "one")) == "TOKEN_KEY_UNKNOWN");
  server.answer(200, body);
  REQUIRE(eventually([&] { return subject.key_count() == 1; }));
  CHECK(subject.outcome(token_of(ec_key(), "one")) == "accepted");

  CHECK(fetch_url(server.url(), 5000, body.size()).ok());
  const auto cut = fetch_url(server.url(), 5000, body.size() - 1);
  CHECK(cut.status().code() == Code::kUnavailable);
}
