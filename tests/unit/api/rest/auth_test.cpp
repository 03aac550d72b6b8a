// What tokens say: every way that can be wrong, and that right ones give the right identity.
#include <catch2/catch.hpp>

#include "auth/claims.hpp"
#include "harness.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

TokenRules rules() {
  return {"", std::string(64, '0'), kNow};
}

std::string reason(const Json& claims, const TokenRules& with = rules()) {
  const auto identity = identity_of(claims, with);
  if (identity.ok())
    return "accepted";
  CHECK(identity.status().code() == Code::kUnauthenticated);
  return identity.status().message().substr(0, identity.status().message().find(':'));
}

} // namespace

TEST_CASE("rest auth: claims say who acts, who reads and who is an operator", "[rest]") {
  Json claims = claims_for({"alice", "bob"});
  claims["read_as"] = {"carol"};
  const auto identity = identity_of(claims, rules());
  REQUIRE(identity.ok());
  CHECK(identity->subject == "tester");
  CHECK(identity->may_act_as("bob"));
  CHECK_FALSE(identity->may_act_as("carol"));
  CHECK(identity->may_read_as("carol"));
  CHECK_FALSE(identity->admin);
  CHECK(identity->readable() == std::vector<std::string>{"alice", "bob", "carol"});
}

TEST_CASE("rest auth: RS256 and ES256 tokens of trusted keys are accepted", "[rest]") {
  Harness rest;
  for (const auto& [algorithm, key] :
       {std::pair<std::string, std::string>{"RS256", rsa_key().private_pem},
        {"ES256", ec_key().private_pem}})
    CHECK(rest.get("/v1/status", sign(claims_for({"alice"}), algorithm, key)).status == 200);
  const std::string stranger =
      sign(claims_for({"alice"}), "ES256", other_ec_key().private_pem);
  CHECK(code_of(rest.get("/v1/status", stranger)) == "TOKEN_SIGNATURE");
}

TEST_CASE("rest auth: times and audience are checked", "[rest]") {
  Json claims = claims_for({"alice"});
  claims["exp"] = kNow;
  CHECK(reason(claims) == "TOKEN_EXPIRED");
  claims["exp"] = kNow + 1;
  CHECK(reason(claims) == "accepted");
  claims["nbf"] = kNow + 1;
  CHECK(reason(claims) == "TOKEN_NOT_YET_VALID");
  claims["nbf"] = kNow;
  CHECK(reason(claims) == "accepted");
  claims["nbf"] = "soon";
  CHECK(reason(claims) == "TOKEN_CLAIMS");
  claims.erase("nbf");

  claims["aud"] = "another chain";
  CHECK(reason(claims) == "TOKEN_AUDIENCE");
  claims["aud"] = {"another chain", std::string(64, '0')};
  CHECK(reason(claims) == "accepted");
  const TokenRules strict = {"ledger.example", std::string(64, '0'), kNow};
  CHECK(reason(claims, strict) == "TOKEN_AUDIENCE");
  claims["aud"] = "ledger.example";
  CHECK(reason(claims, strict) == "accepted");
  claims.erase("aud");
  CHECK(reason(claims, strict) == "TOKEN_AUDIENCE");
}

TEST_CASE("rest auth: claims of the wrong form are refused", "[rest]") {
  const auto with = [](const char* name, Json value) {
    Json claims = claims_for({"alice"});
    claims[name] = std::move(value);
    return reason(claims);
  };
  CHECK(with("exp", nullptr) == "TOKEN_CLAIMS");
  CHECK(with("exp", -5) == "TOKEN_CLAIMS");
  CHECK(with("act_as", "alice") == "TOKEN_CLAIMS");
  CHECK(with("act_as", {1}) == "TOKEN_CLAIMS");
  CHECK(with("read_as", {""}) == "TOKEN_CLAIMS");
  CHECK(with("admin", "true") == "TOKEN_CLAIMS");
  CHECK(with("sub", 1) == "TOKEN_CLAIMS");
}

TEST_CASE("rest auth: a token is verified once, and forgotten when it ends", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  CHECK(rest.get("/v1/status", token).status == 200);
  const auto first = rest.authenticator.authenticate(head_of("GET", "/", "Bearer " + token));
  const auto second = rest.authenticator.authenticate(head_of("GET", "/", "bearer   " + token));
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->get() == second->get());
  rest.now = kNow + 3600;
  const Response answer = rest.get("/v1/status", token);
  CHECK(answer.status == 401);
  CHECK(code_of(answer) == "TOKEN_EXPIRED");
}

TEST_CASE("rest auth: a refusal tells the client how to ask", "[rest]") {
  Harness rest;
  const Response missing = rest.get("/v1/status", "");
  CHECK(missing.status == 401);
  CHECK(code_of(missing) == "TOKEN_MISSING");
  CHECK(header_of(missing, "WWW-Authenticate") == "Bearer realm=\"tenon\"");
  const Response wrong = rest.get("/v1/status", "a.b.c");
  CHECK(wrong.status == 401);
  CHECK(header_of(wrong, "WWW-Authenticate").find("error=\"invalid_token\"") != std::string::npos);
  const RequestHead basic = head_of("GET", "/v1/status", "Basic YTpi");
  CHECK(code_of(rest.ask(basic)) == "TOKEN_MALFORMED");
  RequestHead protocol = head_of("GET", "/v1/status");
  protocol.websocket_protocol = "bearer, " + token_for({"alice"});
  CHECK(rest.ask(protocol).status == 200);
}

TEST_CASE("rest auth: keys come from a set in a file", "[rest]") {
  Harness rest({}, {{"keys", {jwk_of(other_ec_key(), "k1")}}});
  CHECK(rest.get("/v1/status", token_for({"alice"})).status == 401);
  CHECK(rest.get("/v1/status", sign(claims_for({"alice"}), "ES256", other_ec_key().private_pem))
            .status == 200);
}
