#include "tenon/token.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using tenon::tool::ledger_of;
using tenon::tool::make_token;
using tenon::tool::TokenClaims;

namespace {

class DataDirectory {
public:
  DataDirectory() { std::filesystem::create_directories(path / "keys"); }

  // A fresh P-256 key, as the node makes one on its first start.
  EVP_PKEY* make_key() const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    std::FILE* file = std::fopen((path / "keys/jwt_es256.pem").c_str(), "w");
    REQUIRE(file != nullptr);
    REQUIRE(PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    std::fclose(file);
    return key;
  }

private:
  tenon::testkit::TemporaryFolder folder_;

public:
  std::filesystem::path path = folder_.path();
};

std::string base64url_decode(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0)
    text += '=';
  return tenon::from_base64(text).value();
}

bool signature_holds(EVP_PKEY* key, const std::string& message, const std::string& raw) {
  ECDSA_SIG* signature = ECDSA_SIG_new();
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG_set0(signature, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  const bool holds =
      EVP_DigestVerify(context, der, static_cast<std::size_t>(size),
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return holds;
}

// What the node reads of a token.
nlohmann::json payload_of(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  return nlohmann::json::parse(base64url_decode(token.substr(first + 1, second - first - 1)));
}

} // namespace

TEST_CASE("tool: a token carries its claims and a signature that the public key verifies",
          "[tool]") {
  const DataDirectory directory;
  EVP_PKEY* key = directory.make_key();
  TokenClaims claims;
  claims.subject = "alice";
  claims.act_as = {"alice"};
  claims.read_as = {"bob"};
  claims.admin = true;
  claims.lifetime_s = 60;
  const auto token = make_token(directory.path, claims);
  REQUIRE(token.ok());
  const std::size_t second = token->rfind('.');
  const auto header =
      nlohmann::json::parse(base64url_decode(token->substr(0, token->find('.'))));
  const auto payload = payload_of(*token);
  const std::string signature = base64url_decode(token->substr(second + 1));
  CHECK(header["alg"] == "ES256");
  CHECK(payload["act_as"] == nlohmann::json::array({"alice"}));
  CHECK(payload["read_as"] == nlohmann::json::array({"bob"}));
  CHECK(payload["admin"] == true);
  CHECK_FALSE(payload.contains("https://daml.com/ledger-api"));
  CHECK(payload["exp"].get<long>() - payload["iat"].get<long>() == 60);
  REQUIRE(signature.size() == 64);
  CHECK(signature_holds(key, token->substr(0, second), signature));
  CHECK_FALSE(signature_holds(key, token->substr(0, second) + "x", signature));
  EVP_PKEY_free(key);
}

TEST_CASE("tool: a token for the Ledger API repeats its parties and rights in Daml's claims",
          "[tool]") {
  const DataDirectory directory;
  EVP_PKEY_free(directory.make_key());
  TokenClaims claims;
  claims.subject = "alice";
  claims.act_as = {"alice"};
  claims.read_as = {"bob"};
  claims.ledger_api = {"the ledger", ""};
  const auto payload = payload_of(*make_token(directory.path, claims));
  CHECK(payload["act_as"] == nlohmann::json::array({"alice"}));
  const auto& custom = payload["https://daml.com/ledger-api"];
  CHECK(custom == nlohmann::json{{"ledgerId", "the ledger"},
                                 {"actAs", {"alice"}},
                                 {"readAs", {"bob"}},
                                 {"admin", false}});
  claims.ledger_api->application_id = "example";
  const auto named = payload_of(*make_token(directory.path, claims));
  CHECK(named["https://daml.com/ledger-api"]["applicationId"] == "example");
}

TEST_CASE("tool: a user's token claims nothing but who it is", "[tool]") {
  const DataDirectory directory;
  EVP_PKEY_free(directory.make_key());
  TokenClaims claims;
  claims.subject = "maria";
  claims.is_user = true;
  claims.act_as = {"maria"};
  auto payload = payload_of(*make_token(directory.path, claims));
  CHECK(payload["exp"].get<long>() > payload["iat"].get<long>());
  payload.erase("exp");
  payload.erase("iat");
  CHECK(payload == nlohmann::json{{"sub", "maria"}, {"scope", "daml_ledger_api"}});
}

TEST_CASE("tool: the ledger of a data directory is the hash of its genesis document", "[tool]") {
  const DataDirectory directory;
  CHECK_FALSE(ledger_of(directory.path).ok());
  std::ofstream(directory.path / "genesis.json") << "abc";
  CHECK(*ledger_of(directory.path) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("tool: without a key no token is made, and the message names the file", "[tool]") {
  const DataDirectory directory;
  const auto missing = make_token(directory.path, {});
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.status().message().find("jwt_es256.pem") != std::string::npos);
  std::ofstream(directory.path / "keys/jwt_es256.pem") << "not a key";
  const auto malformed = make_token(directory.path, {});
  REQUIRE_FALSE(malformed.ok());
  CHECK(malformed.status().message().find("not a private key") != std::string::npos);
}
