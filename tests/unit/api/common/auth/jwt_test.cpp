// Tokens and keys: every way that they can be wrong, and that right ones are taken.
#include <catch2/catch.hpp>

#include "common/auth/bearer.hpp"
#include "common/auth/jwt.hpp"
#include "common/auth/key_source.hpp"
#include "tokens.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::auth;
using namespace tenon::api::test;

namespace {

KeySet both_keys() {
  return {*key_from_pem(ec_key().public_pem, "ec"), *key_from_pem(rsa_key().public_pem, "rsa")};
}

std::string reason_of(const Status& status) {
  if (status.ok())
    return "accepted";
  CHECK(status.code() == Code::kUnauthenticated);
  return status.message().substr(0, status.message().find(':'));
}

std::string reason(const std::string& token) {
  return reason_of(verify_token(token, both_keys()).status());
}

} // namespace

TEST_CASE("auth: a token changed anywhere is refused", "[auth]") {
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

TEST_CASE("auth: no algorithm but RS256 and ES256 is accepted, whatever it is signed with",
          "[auth]") {
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

TEST_CASE("auth: keys that are too weak or of other kinds are refused", "[auth]") {
  CHECK_FALSE(key_from_pem("not a key", "x").ok());
  const auto weak = key_from_pem(make_rsa_key(1024).public_pem, "weak.pem");
  REQUIRE_FALSE(weak.ok());
  CHECK(weak.status().message().find("weak.pem: the RSA key has 1024 bits") == 0);
  CHECK_FALSE(key_from_pem(ec_key().private_pem, "private").ok());
}

TEST_CASE("auth: a key set gives keys by name, and skips what it does not know", "[auth]") {
  const Json set = {{"keys",
                     {jwk_of(ec_key(), "one"),
                      jwk_of(rsa_key(), "two"),
                      {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AA"}},
                      {{"kty", "oct"}, {"k", "AAAA"}}}}};
  const auto keys = keys_from_jwks(set.dump(), "set");
  REQUIRE(keys.ok());
  REQUIRE(keys->size() == 2);
  CHECK((*keys)[0].id == "one");
  CHECK(verify_token(token_for({"alice"}), *keys).ok());
  CHECK(verify_token(sign(claims_for({"alice"}), "RS256", rsa_key().private_pem), *keys).ok());
  // A name that no key has is a reason to look for newer keys; a wrong signature is not.
  const auto unknown = verify_token(
      raw_token({{"alg", "ES256"}, {"kid", "nine"}}, claims_for({}), "x"), *keys);
  CHECK(is_unknown_key(unknown.status()));
  // Nor does a key without a name, of a file, make the name known.
  KeySet with_file = *keys;
  with_file.push_back(*key_from_pem(other_ec_key().public_pem, "file"));
  const auto of_newer = [&](const char* id) {
    return verify_token(raw_token({{"alg", "ES256"}, {"kid", id}}, claims_for({}), "x"), with_file)
        .status();
  };
  CHECK(is_unknown_key(of_newer("nine")));
  CHECK_FALSE(is_unknown_key(of_newer("one")));
  for (const char* broken : {"", "[]", "{}", R"({"keys":7})", R"({"keys":[]})", R"({"keys":[7]})",
                             R"({"keys":[{"kty":"RSA","n":"AQAB"}]})",
                             R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]})"})
    CHECK_FALSE(keys_from_jwks(broken, "set").ok());
}

TEST_CASE("auth: a point off the curve is no key", "[auth]") {
  Json jwk = jwk_of(ec_key(), "bad");
  jwk["y"] = jwk["x"];
  CHECK_FALSE(keys_from_jwks(Json{{"keys", {jwk}}}.dump(), "set").ok());
}

TEST_CASE("auth: a key source without keys says so", "[auth]") {
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

TEST_CASE("auth: a token that is signed gives its claims, header and claims are open before",
          "[auth]") {
  const Json claims = claims_for({"alice", "bob"});
  for (const auto& [algorithm, key] :
       {std::pair<std::string, std::string>{"RS256", rsa_key().private_pem},
        {"ES256", ec_key().private_pem}}) {
    const std::string token = sign(claims, algorithm, key, "k1");
    CHECK(*verify_token(token, both_keys()) == claims);
    const auto parsed = parse_token(token);
    REQUIRE(parsed.ok());
    CHECK(parsed->header["kid"] == "k1");
    CHECK(parsed->claims == claims);
    CHECK(check_signature(*parsed, both_keys()).ok());
    CHECK_FALSE(check_signature(*parsed, {}).ok());
  }
}

TEST_CASE("auth: what has not the form of a token is refused", "[auth]") {
  for (const std::string& token :
       {std::string(), std::string("a.b"), std::string("a.b.c.d"), std::string("!.!.!"),
        std::string(9000, 'a'), base64url("[]") + ".e30.e30"})
    CHECK(reason(token) == "TOKEN_MALFORMED");
}

TEST_CASE("auth: a token is in force from nbf until exp, which may have to be there", "[auth]") {
  const auto check = [](const Json& claims, Expiry expiry = Expiry::kRequired) {
    return reason_of(check_times(claims, kNow, expiry).status());
  };
  CHECK(check({{"exp", kNow}}) == "TOKEN_EXPIRED");
  CHECK(check({{"exp", kNow + 1}}) == "accepted");
  CHECK(check({{"exp", double(kNow) + 1.5}}) == "accepted");
  CHECK(check({{"exp", kNow + 9}, {"nbf", kNow + 1}}) == "TOKEN_NOT_YET_VALID");
  CHECK(check({{"exp", kNow + 9}, {"nbf", kNow}}) == "accepted");
  CHECK(check({{"exp", "soon"}}) == "TOKEN_CLAIMS");
  CHECK(check({{"exp", -1}}, Expiry::kOptional) == "TOKEN_CLAIMS");
  CHECK(check(Json::object()) == "TOKEN_CLAIMS");
  CHECK(check(Json::object(), Expiry::kOptional) == "accepted");
  CHECK(*check_times({{"exp", kNow + 1}}, kNow, Expiry::kOptional) == kNow + 1);
  CHECK(*check_times(Json::object(), kNow, Expiry::kOptional) == 0);
}

TEST_CASE("auth: the bearer of a token says so, in any case of letters", "[auth]") {
  CHECK(*bearer_token("Bearer abc") == "abc");
  CHECK(*bearer_token(" bEARER \t abc\t") == "abc");
  for (const char* other : {"", "abc", "Basic abc", "Bearer"})
    CHECK(reason_of(bearer_token(other).status()) == "TOKEN_MALFORMED");
}
