// From the metadata of a call to its claims: signatures, users, identity providers, streams.
#include <catch2/catch.hpp>

#include <map>

#include "auth/authenticator.hpp"
#include "errors/codes.hpp"
#include "key_server.hpp"
#include "tokens.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using api::Json;
using api::test::ec_key;
using api::test::KeyServer;
using api::test::kNow;
using api::test::other_ec_key;

namespace {

// Users and issuers as a test sets them.
class FakeUsers final : public UserDirectory {
public:
  Answer<std::shared_ptr<const UserRights>> rights_of(const std::string& id) override {
    if (id.find('?') != std::string::npos)
      return Failure(codes::kInvalidArgument, "no user id");
    const auto found = users.find(id);
    return found == users.end() ? std::shared_ptr<const UserRights>() : found->second;
  }
  Result<std::optional<TrustedIssuer>> trusted_issuer(const std::string& issuer) override {
    const auto found = issuers.find(issuer);
    return found == issuers.end() ? std::nullopt : std::optional(found->second);
  }
  void set(const std::string& id, UserRights rights) {
    users[id] = std::make_shared<const UserRights>(std::move(rights));
  }

  std::map<std::string, std::shared_ptr<const UserRights>> users;
  std::map<std::string, TrustedIssuer> issuers;
};

std::string key_file() {
  return api::test::temporary_file(ec_key().public_pem, ".pem");
}

// One with ec_key() and the users of a test.
struct Rig {
  explicit Rig(AuthenticatorSettings settings = {}, bool with_keys = true) {
    settings.ledger_id = "ledger";
    settings.participant_id = "participant";
    if (with_keys) {
      api::auth::KeySourceSettings source;
      source.key_files = {key_file()};
      auto opened = api::auth::KeySource::open(std::move(source));
      REQUIRE(opened.ok());
      keys = std::move(*opened);
    }
    authenticator = std::make_unique<Authenticator>(
        std::move(settings), keys.get(), users, [this] { return now_s; },
        [this](const Status& status) { reports.push_back(status.message()); });
  }

  std::shared_ptr<const Claims> claims(const std::string& token) {
    auto answer = authenticator->authenticate("Bearer " + token);
    REQUIRE(answer.ok());
    return *answer;
  }
  std::string failure(const std::string& token) {
    const auto answer = authenticator->authenticate("Bearer " + token);
    return answer.ok() ? "" : std::string(answer.failure().code().id);
  }

  std::uint64_t now_s = kNow;
  FakeUsers users;
  std::unique_ptr<api::auth::KeySource> keys;
  std::vector<std::string> reports;
  std::unique_ptr<Authenticator> authenticator;
};

std::string custom_token(Json claims, std::uint64_t expires_at_s = kNow + 60) {
  return api::test::sign({{"https://daml.com/ledger-api", std::move(claims)},
                          {"exp", expires_at_s}},
                         "ES256", ec_key().private_pem);
}

std::string user_token(const std::string& user, Json more = Json::object(),
                       const std::string& key = ec_key().private_pem) {
  more["sub"] = user;
  more["scope"] = "daml_ledger_api";
  if (!more.contains("exp"))
    more["exp"] = kNow + 60;
  return api::test::sign(more, "ES256", key);
}

} // namespace

TEST_CASE("authenticator: with authorization off everybody may do everything",
          "[daml_api][auth]") {
  AuthenticatorSettings settings;
  settings.required = false;
  Rig rig(settings, false);
  CHECK((*rig.authenticator->authenticate(""))->anybody);
  CHECK((*rig.authenticator->authenticate("Bearer nonsense"))->anybody);
}

TEST_CASE("authenticator: no token, a bad one, one of another key and a past one give no claims",
          "[daml_api][auth]") {
  Rig rig;
  CHECK_FALSE((*rig.authenticator->authenticate(""))->authenticated);
  CHECK(rig.reports.empty());
  CHECK_FALSE((*rig.authenticator->authenticate("Basic abc"))->authenticated);
  CHECK_FALSE(rig.claims("a.b.c")->authenticated);
  CHECK_FALSE(rig.claims(user_token("alice", Json::object(), other_ec_key().private_pem))
                  ->authenticated);
  CHECK_FALSE(rig.claims(custom_token({{"admin", true}}, kNow))->authenticated);
  // Each is told to the log.
  CHECK(rig.reports.size() == 4);
  CHECK(rig.reports.back().find("TOKEN_EXPIRED") == 0);
}

TEST_CASE("authenticator: custom claims are taken as they are", "[daml_api][auth]") {
  Rig rig;
  const auto claims = rig.claims(custom_token(
      {{"admin", true}, {"actAs", {"alice"}}, {"readAs", {"bob"}}, {"applicationId", "app"}}));
  CHECK(claims->authenticated);
  CHECK_FALSE(claims->anybody);
  CHECK(claims->participant_admin);
  CHECK_FALSE(claims->identity_provider_admin);
  CHECK(claims->act_as == std::set<std::string>{"alice"});
  CHECK(claims->read_as == std::set<std::string>{"bob"});
  CHECK(claims->application_id == "app");
  CHECK(claims->user_id.empty());
  CHECK(claims->expires_at_s == kNow + 60);
  CHECK(claims->require_public().ok());
}

TEST_CASE("authenticator: a token for another ledger or participant is denied everything",
          "[daml_api][auth]") {
  Rig rig;
  rig.users.set("alice", {});
  CHECK(rig.claims(custom_token({{"ledgerId", "ledger"}, {"participantId", "participant"}}))
            ->require_public()
            .ok());
  CHECK(rig.claims(custom_token({{"ledgerId", "x"}}))->require_public().failure().code().id ==
        "PERMISSION_DENIED");
  CHECK_FALSE(rig.claims(custom_token({{"participantId", "x"}}))->require_public().ok());
  CHECK(rig.claims(user_token("alice", {{"aud", "participant"}}))->require_public().ok());
  CHECK_FALSE(rig.claims(user_token("alice", {{"aud", "x"}}))->require_public().ok());
}

TEST_CASE("authenticator: a user has the rights that the participant knows, at each request anew",
          "[daml_api][auth]") {
  Rig rig;
  rig.users.set("alice", {false, true, false, {"p"}, {"q"}, ""});
  const std::string token = user_token("alice");
  const auto first = rig.claims(token);
  CHECK(first->participant_admin);
  CHECK(first->act_as == std::set<std::string>{"p"});
  CHECK(first->read_as == std::set<std::string>{"q"});
  CHECK(first->user_id == "alice");
  CHECK(first->application_id == "alice");
  CHECK(rig.claims(token) == first); // not made again while nothing has changed
  rig.users.set("alice", {});
  CHECK_FALSE(rig.claims(token)->participant_admin);
  CHECK(rig.claims(token)->act_as.empty());
}

TEST_CASE("authenticator: users who are not there, deactivated or of another provider are denied",
          "[daml_api][auth]") {
  Rig rig;
  CHECK(rig.failure(user_token("nobody")) == "PERMISSION_DENIED");
  CHECK(rig.failure(user_token("a?b")) == "INVALID_ARGUMENT");
  rig.users.set("alice", {true, false, false, {}, {}, ""});
  CHECK(rig.failure(user_token("alice")) == "PERMISSION_DENIED");
  rig.users.set("alice", {false, false, false, {}, {}, "idp"});
  CHECK(rig.failure(user_token("alice")) == "PERMISSION_DENIED");
  rig.users.set("alice", {});
  CHECK(rig.failure(user_token("alice")).empty());
}

TEST_CASE("authenticator: a token ends while it is remembered", "[daml_api][auth]") {
  Rig rig;
  const std::string token = custom_token({{"admin", true}});
  CHECK(rig.claims(token)->authenticated);
  rig.now_s = kNow + 60;
  CHECK_FALSE(rig.claims(token)->authenticated);
}

TEST_CASE("authenticator: the audience that is set is demanded of every token",
          "[daml_api][auth]") {
  AuthenticatorSettings settings;
  settings.audience = "our";
  Rig rig(settings);
  rig.users.set("alice", {});
  CHECK(rig.claims(user_token("alice", {{"aud", {"x", "our"}}}))->authenticated);
  CHECK_FALSE(rig.claims(user_token("alice"))->authenticated);
  CHECK_FALSE(rig.claims(custom_token({{"admin", true}}))->authenticated);
}

TEST_CASE("authenticator: identity providers vouch for their own users", "[daml_api][auth]") {
  KeyServer server(Json({{"keys", {api::test::jwk_of(other_ec_key(), "k")}}}).dump());
  Rig rig;
  rig.users.set("alice", {false, false, true, {}, {}, "idp"});
  rig.users.set("bob", {});
  rig.users.issuers["https://issuer"] = {"idp", server.url(), ""};
  const auto token = [](const std::string& user, Json more) {
    return user_token(user, std::move(more), other_ec_key().private_pem);
  };
  // The first token comes before the keys have been fetched.
  const auto claims = rig.claims(token("alice", {{"iss", "https://issuer"}}));
  CHECK(claims->authenticated);
  CHECK(claims->identity_provider_admin);
  CHECK(claims->identity_provider_id == "idp");

  // A user of another provider, or of the default one.
  CHECK(rig.failure(token("bob", {{"iss", "https://issuer"}})) == "PERMISSION_DENIED");
  // Nobody's issuer, and none.
  CHECK_FALSE(rig.claims(token("alice", {{"iss", "https://other"}}))->authenticated);
  CHECK_FALSE(rig.claims(token("alice", Json::object()))->authenticated);
  // Signed with another key than the provider's, and custom claims.
  CHECK(rig.failure(user_token("alice", {{"iss", "https://issuer"}})) == "PERMISSION_DENIED");
  const std::string custom =
      api::test::sign({{"https://daml.com/ledger-api", {{"admin", true}}},
                       {"iss", "https://issuer"}},
                      "ES256", other_ec_key().private_pem);
  CHECK_FALSE(rig.claims(custom)->authenticated);
}

TEST_CASE("authenticator: a provider's audience is demanded, also of tokens seen before it was set",
          "[daml_api][auth]") {
  KeyServer server(Json({{"keys", {api::test::jwk_of(other_ec_key(), "k")}}}).dump());
  Rig rig({}, false);
  rig.users.set("alice", {false, false, false, {}, {}, "idp"});
  rig.users.issuers["issuer"] = {"idp", server.url(), ""};
  const auto token = [](Json more) {
    more["iss"] = "issuer";
    return user_token("alice", std::move(more), other_ec_key().private_pem);
  };
  const std::string plain = token(Json::object());
  CHECK(rig.claims(plain)->authenticated);
  rig.users.issuers["issuer"].audience = "our";
  CHECK_FALSE(rig.claims(plain)->authenticated);
  CHECK(rig.claims(token({{"aud", "our"}}))->authenticated);
  // A provider that is deactivated is not among those that are trusted.
  rig.users.issuers.clear();
  CHECK_FALSE(rig.claims(token({{"aud", "our"}}))->authenticated);
}

TEST_CASE("authenticator: keys that cannot be fetched leave their tokens unauthenticated",
          "[daml_api][auth]") {
  Rig rig({}, false);
  rig.users.set("alice", {false, false, false, {}, {}, "idp"});
  rig.users.issuers["issuer"] = {"idp", "http://127.0.0.1:1/keys", ""};
  CHECK_FALSE(rig.claims(user_token("alice", {{"iss", "issuer"}}))->authenticated);
}

TEST_CASE("authenticator: a stream ends with its token and when its user's rights change",
          "[daml_api][auth]") {
  Rig rig;
  rig.users.set("alice", {false, false, false, {"p"}, {}, ""});
  const auto user = rig.claims(user_token("alice"));
  const auto custom = rig.claims(custom_token({{"actAs", {"p"}}}));
  CHECK(rig.authenticator->still_valid(*user).ok());
  CHECK(rig.authenticator->still_valid(*custom).ok());

  const auto stale = [&](UserRights rights) {
    rig.users.set("alice", std::move(rights));
    const Outcome outcome = rig.authenticator->still_valid(*user);
    return !outcome.ok() && outcome.failure().code().id == "STALE_STREAM_AUTHORIZATION";
  };
  CHECK(stale({false, false, false, {"p", "q"}, {}, ""}));
  CHECK(stale({false, false, false, {}, {}, ""}));
  CHECK(stale({true, false, false, {"p"}, {}, ""}));
  CHECK(stale({false, true, false, {"p"}, {}, ""}));
  CHECK_FALSE(stale({false, false, false, {"p"}, {}, ""}));
  rig.users.users.clear();
  CHECK_FALSE(rig.authenticator->still_valid(*user).ok());

  rig.now_s = kNow + 60;
  CHECK(rig.authenticator->still_valid(*custom).failure().code().id == "PERMISSION_DENIED");
  Claims anybody;
  anybody.anybody = true;
  CHECK(rig.authenticator->still_valid(anybody).ok());
}
