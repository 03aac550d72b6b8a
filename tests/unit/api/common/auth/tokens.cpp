#include "tokens.hpp"

#include <atomic>
#include <fstream>
#include <jwt/jwt.hpp>
#include <memory>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::api::test {

namespace {

KeyPair pair_of(EVP_PKEY* key) {
  const auto text = [](auto write) {
    std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  KeyPair pair;
  pair.private_pem = text(
      [&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  pair.public_pem = text([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, key); });
  EVP_PKEY_free(key);
  return pair;
}

std::string number_of(EVP_PKEY* key, const char* name, int size) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  std::string bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(number);
  return base64url(bytes);
}

// Files that live as long as the process.
class Files {
public:
  std::string add(std::string_view content, const char* suffix) {
    const auto path = folder_.path() / (std::to_string(++count_) + suffix);
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

private:
  testkit::TemporaryFolder folder_;
  std::atomic<int> count_ = 0;
};

} // namespace

KeyPair make_rsa_key(unsigned bits) {
  return pair_of(EVP_RSA_gen(bits));
}

const KeyPair& rsa_key() {
  static const KeyPair pair = make_rsa_key(2048);
  return pair;
}

const KeyPair& ec_key() {
  static const KeyPair pair = pair_of(EVP_EC_gen("P-256"));
  return pair;
}

const KeyPair& other_ec_key() {
  static const KeyPair pair = pair_of(EVP_EC_gen("P-256"));
  return pair;
}

Json jwk_of(const KeyPair& pair, const std::string& id) {
  std::unique_ptr<BIO, int (*)(BIO*)> bio(
      BIO_new_mem_buf(pair.public_pem.data(), static_cast<int>(pair.public_pem.size())), BIO_free);
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
    return {{"kty", "RSA"},
            {"kid", id},
            {"n", number_of(key.get(), OSSL_PKEY_PARAM_RSA_N, 0)},
            {"e", number_of(key.get(), OSSL_PKEY_PARAM_RSA_E, 0)}};
  }
  return {{"kty", "EC"},
          {"crv", "P-256"},
          {"kid", id},
          {"use", "sig"},
          {"x", number_of(key.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)},
          {"y", number_of(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)}};
}

std::string base64url(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6)
      text += kDigits[bits >> (held - 6) & 63];
  }
  if (held > 0)
    text += kDigits[bits << (6 - held) & 63];
  return text;
}

std::string sign(const Json& claims, const std::string& algorithm, const std::string& key,
                 const std::string& key_id) {
  jwt::jwt_object token{jwt::params::algorithm(algorithm), jwt::params::secret(key)};
  if (!key_id.empty())
    token.header().add_header("kid", key_id);
  for (const auto& [name, value] : claims.items())
    token.payload().add_claim(name, value);
  return token.signature();
}

std::string raw_token(const Json& header, const Json& claims, std::string_view signature) {
  return base64url(header.dump()) + "." + base64url(claims.dump()) + "." + base64url(signature);
}

Json claims_for(const std::vector<std::string>& act_as, bool admin) {
  Json claims = {{"sub", "tester"}, {"exp", kNow + 3600}, {"act_as", act_as}};
  if (admin)
    claims["admin"] = true;
  return claims;
}

std::string token_for(const std::vector<std::string>& act_as, bool admin) {
  return sign(claims_for(act_as, admin), "ES256", ec_key().private_pem);
}

std::string temporary_file(std::string_view content, const char* suffix) {
  static Files files;
  return files.add(content, suffix);
}

} // namespace tenon::api::test
