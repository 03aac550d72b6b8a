// What the claims of a token mean.
#include <catch2/catch.hpp>

#include "auth/token_payload.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using api::Json;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

Result<TokenPayload> read(const char* text, const std::string& audience = {}) {
  return read_payload(Json::parse(text), audience, kNow);
}

std::string refusal(const char* text, const std::string& audience = {}) {
  const auto payload = read(text, audience);
  REQUIRE_FALSE(payload.ok());
  CHECK(payload.status().code() == Code::kUnauthenticated);
  return payload.status().message();
}

} // namespace

TEST_CASE("token payload: custom claims stand under their namespace", "[daml_api][auth]") {
  const auto payload = read(R"({"https://daml.com/ledger-api": {"ledgerId": "l",
    "participantId": "p", "applicationId": "a", "admin": true, "actAs": ["alice"],
    "readAs": ["bob", "carol"]}, "exp": 1700000100})");
  REQUIRE(payload.ok());
  CHECK_FALSE(payload->user_id.has_value());
  CHECK(payload->ledger_id == "l");
  CHECK(payload->participant_id == "p");
  CHECK(payload->application_id == "a");
  CHECK(payload->admin);
  CHECK(payload->act_as == std::set<std::string>{"alice"});
  CHECK(payload->read_as == std::set<std::string>{"bob", "carol"});
  CHECK(payload->expires_at_s == kNow + 100);
}

TEST_CASE("token payload: what is null or missing is nothing", "[daml_api][auth]") {
  const auto payload = read(R"({"https://daml.com/ledger-api": {"ledgerId": null, "admin": null,
    "actAs": null}, "exp": null})");
  REQUIRE(payload.ok());
  CHECK_FALSE(payload->ledger_id.has_value());
  CHECK_FALSE(payload->admin);
  CHECK(payload->act_as.empty());
  CHECK(payload->expires_at_s == 0);
}

TEST_CASE("token payload: the old form has its claims at the top", "[daml_api][auth]") {
  const auto payload = read(R"({"ledgerId": "l", "actAs": ["alice"], "party": "bob"})");
  REQUIRE(payload.ok());
  CHECK(payload->ledger_id == "l");
  CHECK(payload->act_as == std::set<std::string>{"alice", "bob"});
}

TEST_CASE("token payload: a participant in the audience makes it the token of a user",
          "[daml_api][auth]") {
  const auto payload = read(R"({"sub": "alice",
    "aud": ["x", "https://daml.com/jwt/aud/participant/p"]})");
  REQUIRE(payload.ok());
  CHECK(payload->user_id == "alice");
  CHECK(payload->participant_id == "p");
  CHECK(refusal(R"({"sub": "a", "aud": "https://daml.com/jwt/aud/participant/"})")
            .find("'aud' must name a participant") != std::string::npos);
  CHECK(refusal(R"({"sub": "a", "aud": ["https://daml.com/jwt/aud/participant/p",
    "https://daml.com/jwt/aud/participant/q"]})")
            .find("found several") != std::string::npos);
  CHECK(refusal(R"({"aud": "https://daml.com/jwt/aud/participant/p"})").find("'sub'") !=
        std::string::npos);
}

TEST_CASE("token payload: the scope of the ledger API makes it the token of a user",
          "[daml_api][auth]") {
  const auto payload = read(R"({"sub": "alice", "scope": "x daml_ledger_api y", "aud": "p"})");
  REQUIRE(payload.ok());
  CHECK(payload->user_id == "alice");
  CHECK(payload->participant_id == "p");
  const auto anywhere = read(R"({"sub": "alice", "scope": "daml_ledger_api"})");
  REQUIRE(anywhere.ok());
  CHECK_FALSE(anywhere->participant_id.has_value());
  CHECK_FALSE(read(R"({"sub": "alice", "scope": "daml_ledger_apis"})")->user_id.has_value());
  CHECK(refusal(R"({"sub": "a", "scope": "daml_ledger_api", "aud": ["p", "q"]})").find("'aud'") !=
        std::string::npos);
}

TEST_CASE("token payload: where an audience is set, only tokens of users that name it are taken",
          "[daml_api][auth]") {
  const auto payload = read(R"({"sub": "alice", "aud": ["x", "our"]})", "our");
  REQUIRE(payload.ok());
  CHECK(payload->user_id == "alice");
  CHECK_FALSE(payload->participant_id.has_value());
  refusal(R"({"sub": "alice", "aud": "x"})", "our");
  refusal(R"({"sub": "alice"})", "our");
  refusal(R"({"https://daml.com/ledger-api": {"admin": true}, "aud": "our"})", "our");
}

TEST_CASE("token payload: claims of a wrong type and past tokens are refused",
          "[daml_api][auth]") {
  CHECK(refusal(R"({"https://daml.com/ledger-api": 1})").find("must be an object") !=
        std::string::npos);
  CHECK(refusal(R"({"https://daml.com/ledger-api": {"admin": "yes"}})").find("'admin'") !=
        std::string::npos);
  CHECK(refusal(R"({"https://daml.com/ledger-api": {"actAs": "alice"}})").find("'actAs'") !=
        std::string::npos);
  CHECK(refusal(R"({"https://daml.com/ledger-api": {"readAs": [1]}})").find("'readAs'") !=
        std::string::npos);
  CHECK(refusal(R"({"aud": {}})").find("'aud'") != std::string::npos);
  CHECK(refusal(R"({"exp": 1700000000})").find("TOKEN_EXPIRED") == 0);
  CHECK(refusal(R"({"exp": "soon"})").find("'exp'") != std::string::npos);
  CHECK(refusal(R"({"nbf": 1700000001})").find("TOKEN_NOT_YET_VALID") == 0);
}
