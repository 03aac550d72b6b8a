// Tokens: every way they can be wrong, and that right ones give the right identity.
#include <catch2/catch.hpp>

#include <thread>

#include "harness.hpp"

using namespace tenon;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

KeySet both_keys() {
  return {*key_from_pem(ec_key().public_pem, "ec"), *key_from_pem(rsa_key().public_pem, "rsa")};
}

TokenRules rules() {
  return {"", std::string(64, '0'), kNow};
}

std::string reason(const std::string& token, const TokenRules& with = rules()) {
  const auto identity = verify_token(token, both_keys(), with);
  if (identity.ok())
    return "accepted";
  CHECK(identity.status().code() == Code::kUnauthenticated);
  return identity.status().message().substr(0, identity.status().message().find(':'));
}

std::string signed_with(Json claims) {
  return sign(claims, "ES256", ec_key().private_pem);
}

} // namespace

TEST_CASE("rest auth: RS256 and ES256 tokens of trusted keys are accepted", "[rest]") {
  Json claims = claims_for({"alice", "bob"});
  claims["read_as"] = {"carol"};
  for (const auto& [algorithm, key] :
       {std::pair<std::string, std::string>{"RS256", rsa_key().private_pem},
        {"ES256", ec_key().private_pem}}) {
    const auto identity = verify_token(sign(claims, algorithm, key), both_keys(), rules());
    REQUIRE(identity.ok());
    CHECK(identity->subject == "tester");
    CHECK(identity->may_act_as("bob"));
    CHECK_FALSE(identity->may_act_as("carol"));
    CHECK(identity->may_read_as("carol"));
    CHECK_FALSE(identity->admin);
    CHECK(identity->readable() == std::vector<std::string>{"alice", "bob", "carol"});
  }
}

TEST_CASE("rest auth: a token changed anywhere is refused", "[rest]") {
  for (const auto& [algorithm, key] :
       {std::pair<std::string, std::string>{"RS256", rsa_key().private_pem},
        {"ES256", ec_key().private_pem}}) {
    const std::string token = sign(claims_for({"alice"}), algorithm, key);
    REQUIRE(reason(token) == "accepted");
    for (std::size_t i = 0; i < token.size(); i += 7) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      if (changed != token)
        CHECK(reason(changed) != "accepted");
    }
    CHECK(reason(token + "A") != "accepted");
    CHECK(reason(token.substr(0, token.size() - 1)) != "accepted");
  }
}

TEST_CASE("rest auth: no algorithm but RS256 and ES256 is accepted, whatever it is signed with",
          "[rest]") {
  const Json claims = claims_for({"alice"}, true);
  CHECK(reason(raw_token({{"alg", "none"}}, claims, "")) == "TOKEN_ALGORITHM");
  CHECK(reason(raw_token({{"alg", "None"}}, claims, "")) == "TOKEN_ALGORITHM");
  CHECK(reason(raw_token(Json::object(), claims, "")) == "TOKEN_ALGORITHM");
  CHECK(reason(raw_token({{"alg", 7}}, claims, "")) == "TOKEN_ALGORITHM");
  // The attack of old: the public key, which everybody has, used as a shared secret.
  CHECK(reason(sign(claims, "HS256", ec_key().public_pem)) == "TOKEN_ALGORITHM");
  CHECK(reason(sign(claims, "HS256", rsa_key().public_pem)) == "TOKEN_ALGORITHM");
  CHECK(reason(raw_token({{"alg", "ES256"}, {"crit", {"b64"}}}, claims, "x")) == "TOKEN_ALGORITHM");
  CHECK(reason(raw_token({{"alg", "ES256"}}, claims, std::string(64, '\0'))) == "TOKEN_SIGNATURE");
  CHECK(reason(sign(claims, "ES256", other_ec_key().private_pem)) == "TOKEN_SIGNATURE");
}

TEST_CASE("rest auth: times and audience are checked", "[rest]") {
  Json claims = claims_for({"alice"});
  claims["exp"] = kNow;
  CHECK(reason(signed_with(claims)) == "TOKEN_EXPIRED");
  claims["exp"] = kNow + 1;
  CHECK(reason(signed_with(claims)) == "accepted");
  claims["nbf"] = kNow + 1;
  CHECK(reason(signed_with(claims)) == "TOKEN_NOT_YET_VALID");
  claims["nbf"] = kNow;
  CHECK(reason(signed_with(claims)) == "accepted");
  claims["nbf"] = "soon";
  CHECK(reason(signed_with(claims)) == "TOKEN_CLAIMS");
  claims.erase("nbf");

  claims["aud"] = "another chain";
  CHECK(reason(signed_with(claims)) == "TOKEN_AUDIENCE");
  claims["aud"] = {"another chain", std::string(64, '0')};
  CHECK(reason(signed_with(claims)) == "accepted");
  const TokenRules strict = {"ledger.example", std::string(64, '0'), kNow};
  CHECK(reason(signed_with(claims), strict) == "TOKEN_AUDIENCE");
  claims["aud"] = "ledger.example";
  CHECK(reason(signed_with(claims), strict) == "accepted");
  claims.erase("aud");
  CHECK(reason(signed_with(claims), strict) == "TOKEN_AUDIENCE");
}

TEST_CASE("rest auth: claims of the wrong form are refused", "[rest]") {
  const auto with = [](const char* name, Json value) {
    Json claims = claims_for({"alice"});
    claims[name] = std::move(value);
    return reason(signed_with(claims));
  };
  CHECK(with("exp", nullptr) == "TOKEN_CLAIMS");
  CHECK(with("exp", -5) == "TOKEN_CLAIMS");
  CHECK(with("act_as", "alice") == "TOKEN_CLAIMS");
  CHECK(with("act_as", {1}) == "TOKEN_CLAIMS");
  CHECK(with("read_as", {""}) == "TOKEN_CLAIMS");
  CHECK(with("admin", "true") == "TOKEN_CLAIMS");
  CHECK(with("sub", 1) == "TOKEN_CLAIMS");
  CHECK(reason("") == "TOKEN_MALFORMED");
  CHECK(reason("a.b") == "TOKEN_MALFORMED");
  CHECK(reason("a.b.c.d") == "TOKEN_MALFORMED");
  CHECK(reason("!.!.!") == "TOKEN_MALFORMED");
  CHECK(reason(std::string(9000, 'a')) == "TOKEN_MALFORMED");
  CHECK(reason(base64url("[]") + ".e30.e30") == "TOKEN_MALFORMED");
}

TEST_CASE("rest auth: keys that are too weak or of other kinds are refused", "[rest]") {
  CHECK_FALSE(key_from_pem("not a key", "x").ok());
  const auto weak = key_from_pem(make_rsa_key(1024).public_pem, "weak.pem");
  REQUIRE_FALSE(weak.ok());
  CHECK(weak.status().message().find("weak.pem: the RSA key has 1024 bits") == 0);
  CHECK_FALSE(key_from_pem(ec_key().private_pem, "private").ok());
}

TEST_CASE("rest auth: a key set gives keys by name, and skips what it does not know", "[rest]") {
  const Json set = {{"keys",
                     {jwk_of(ec_key(), "one"),
                      jwk_of(rsa_key(), "two"),
                      {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AA"}},
                      {{"kty", "oct"}, {"k", "AAAA"}}}}};
  const auto keys = keys_from_jwks(set.dump(), "set");
  REQUIRE(keys.ok());
  REQUIRE(keys->size() == 2);
  CHECK((*keys)[0].id == "one");
  CHECK(verify_token(token_for({"alice"}), *keys, rules()).ok());
  CHECK(verify_token(sign(claims_for({"alice"}), "RS256", rsa_key().private_pem), *keys, rules())
            .ok());
  // A name that no key has is a reason to look for newer keys; a wrong signature is not.
  const auto unknown = verify_token(
      raw_token({{"alg", "ES256"}, {"kid", "nine"}}, claims_for({}), "x"), *keys, rules());
  CHECK(is_unknown_key(unknown.status()));
  // Nor does a key without a name, of a file, make the name known.
  KeySet with_file = *keys;
  with_file.push_back(*key_from_pem(other_ec_key().public_pem, "file"));
  const auto of_newer = [&](const char* id) {
    return verify_token(raw_token({{"alg", "ES256"}, {"kid", id}}, claims_for({}), "x"), with_file,
                        rules())
        .status();
  };
  CHECK(is_unknown_key(of_newer("nine")));
  CHECK_FALSE(is_unknown_key(of_newer("one")));
  for (const char* broken : {"", "[]", "{}", R"({"keys":7})", R"({"keys":[]})", R"({"keys":[7]})",
                             R"({"keys":[{"kty":"RSA","n":"AQAB"}]})",
                             R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]})"})
    CHECK_FALSE(keys_from_jwks(broken, "set").ok());
}

TEST_CASE("rest auth: a point off the curve is no key", "[rest]") {
  Json jwk = jwk_of(ec_key(), "bad");
  jwk["y"] = jwk["x"];
  CHECK_FALSE(keys_from_jwks(Json{{"keys", {jwk}}}.dump(), "set").ok());
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

TEST_CASE("rest auth: a key source without keys says so", "[rest]") {
  CHECK(KeySource::open({}).status().message().find("no key to verify tokens with") !=
        std::string::npos);
  KeySourceSettings settings;
  settings.key_files = {"/nonexistent/key.pem"};
  CHECK(KeySource::open(settings).status().message().find(
            "/nonexistent/key.pem: cannot be opened") == 0);
  for (const char* url :
       {"http://ledger.example/jwks", "http://127.0.0.1:8080@ledger.example/jwks",
        "http://127.0.0.1.ledger.example/", "http://user:word@127.0.0.1:1/", "ftp://127.0.0.1/"}) {
    INFO(url);
    CHECK(fetch_url(url, 100, 100).status().code() == Code::kInvalidArgument);
  }
  for (const char* url : {"http://127.0.0.1:1/jwks", "http://localhost:1/", "http://[::1]:1/"}) {
    INFO(url);
    CHECK(fetch_url(url, 100, 100).status().code() == Code::kUnavailable); // nobody listens there
  }
}
