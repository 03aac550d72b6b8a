#include "token.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::tool {
namespace {

constexpr int kCoordinateSize = 32; // of a P-256 signature's r and s

template <auto Free> struct Freer {
  template <typename T> void operator()(T* object) const { Free(object); }
};

std::string base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (!text.empty() && text.back() == '=')
    text.pop_back();
  return text;
}

// RFC 7518 section 3.4: r and s, 32 bytes each, where OpenSSL gives DER.
Result<std::string> sign_es256(EVP_PKEY* key, std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::string der(128, '\0');
  std::size_t size = der.size();
  const auto* input = reinterpret_cast<const unsigned char*>(message.data());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, input,
                     message.size()) != 1) {
    return fault("OpenSSL could not sign the token");
  }
  const auto* cursor = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(size)));
  std::string raw(2 * kCoordinateSize, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  if (!signature ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kCoordinateSize) != kCoordinateSize ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kCoordinateSize, kCoordinateSize) !=
          kCoordinateSize) {
    return invalid_argument("the token key is not an EC key over P-256");
  }
  return raw;
}

nlohmann::json payload_of(const TokenClaims& claims, std::uint64_t issued) {
  nlohmann::json payload = {
      {"sub", claims.subject}, {"iat", issued}, {"exp", issued + claims.lifetime_s}};
  if (claims.is_user) {
    payload["scope"] = "daml_ledger_api";
    return payload;
  }
  payload["act_as"] = claims.act_as;
  payload["read_as"] = claims.read_as;
  payload["admin"] = claims.admin;
  if (claims.ledger_api) {
    nlohmann::json& custom = payload["https://daml.com/ledger-api"];
    custom = {{"ledgerId", claims.ledger_api->ledger_id},
              {"actAs", claims.act_as},
              {"readAs", claims.read_as},
              {"admin", claims.admin}};
    if (!claims.ledger_api->application_id.empty())
      custom["applicationId"] = claims.ledger_api->application_id;
  }
  return payload;
}

} // namespace

Result<std::string> ledger_of(const std::filesystem::path& data_directory) {
  TENON_ASSIGN_OR_RETURN(const std::string genesis, read_file(data_directory / "genesis.json"));
  return to_hex(crypto::sha256(genesis).view());
}

Result<std::string> make_token(const std::filesystem::path& data_directory,
                               const TokenClaims& claims) {
  const auto file = data_directory / "keys" / "jwt_es256.pem";
  TENON_ASSIGN_OR_RETURN(const std::string pem, read_file(file));
  const std::unique_ptr<BIO, Freer<BIO_free>> memory(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>> key(
      PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  if (!key)
    return invalid_argument(file.string() + " is not a private key in PEM");
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto issued = static_cast<std::uint64_t>(now);
  const nlohmann::json header = {{"alg", "ES256"}, {"typ", "JWT"}};
  const std::string message =
      base64url(header.dump()) + "." + base64url(payload_of(claims, issued).dump());
  TENON_ASSIGN_OR_RETURN(const std::string signature, sign_es256(key.get(), message));
  return message + "." + base64url(signature);
}

} // namespace tenon::tool
