#include "common/auth/keys.hpp"

#include <array>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "common/json/json_text.hpp"

namespace tenon::api::auth {

namespace {

constexpr int kMinRsaBits = 2048;
constexpr std::size_t kP256Bytes = 32;

template <auto Free> struct Freed {
  template <typename T> void operator()(T* object) const { Free(object); }
};
using Bignum = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) {
  return {key, EVP_PKEY_free};
}

// Which algorithm a key is for, or why it is for none.
Result<VerificationKey> classify(std::shared_ptr<EVP_PKEY> key, std::string_view where) {
  VerificationKey result;
  result.key = std::move(key);
  if (EVP_PKEY_is_a(result.key.get(), "RSA") == 1) {
    const int bits = EVP_PKEY_get_bits(result.key.get());
    if (bits < kMinRsaBits) {
      return invalid_argument(std::string(where) + ": the RSA key has " + std::to_string(bits) +
                              " bits; at least " + std::to_string(kMinRsaBits) + " are expected");
    }
    result.algorithm = Algorithm::kRs256;
    return result;
  }
  std::array<char, 32> group{};
  std::size_t size = 0;
  if (EVP_PKEY_is_a(result.key.get(), "EC") == 1 &&
      EVP_PKEY_get_group_name(result.key.get(), group.data(), group.size(), &size) == 1 &&
      std::string_view(group.data(), size) == "prime256v1") {
    result.algorithm = Algorithm::kEs256;
    return result;
  }
  return invalid_argument(std::string(where) +
                          ": the key is neither RSA (RS256) nor on the curve P-256 (ES256)");
}

Result<std::shared_ptr<EVP_PKEY>> make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return invalid_argument("the numbers are not a public key");
  return own(key);
}

bool member(const Json& object, const char* name, std::string& out) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string())
    return false;
  return decode_base64url(found->get_ref<const std::string&>(), out) && !out.empty();
}

Result<std::shared_ptr<EVP_PKEY>> rsa_from_jwk(const Json& jwk) {
  std::string modulus;
  std::string exponent;
  if (!member(jwk, "n", modulus) || !member(jwk, "e", exponent) || modulus.size() > 1024 ||
      exponent.size() > 8)
    return invalid_argument("an RSA key needs 'n' and 'e' in base64url");
  const Bignum n(BN_bin2bn(octets(modulus), static_cast<int>(modulus.size()), nullptr));
  const Bignum e(BN_bin2bn(octets(exponent), static_cast<int>(exponent.size()), nullptr));
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return invalid_argument("the numbers are not a public key");
  return make_key("RSA", builder.get());
}

Result<std::shared_ptr<EVP_PKEY>> ec_from_jwk(const Json& jwk) {
  std::string x;
  std::string y;
  if (!member(jwk, "x", x) || !member(jwk, "y", y) || x.size() != kP256Bytes ||
      y.size() != kP256Bytes)
    return invalid_argument("a P-256 key needs 'x' and 'y', 32 bytes each, in base64url");
  const std::string point = "\x04" + x + y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return invalid_argument("the numbers are not a public key");
  return make_key("EC", builder.get());
}

// Nothing when the key is of a type or use that does not concern us.
Result<std::vector<VerificationKey>> key_from_jwk(const Json& jwk, const std::string& where) {
  const std::string type = text_member(jwk, "kty");
  const std::string use = text_member(jwk, "use");
  const std::string algorithm = text_member(jwk, "alg");
  const bool rsa = type == "RSA" && (algorithm.empty() || algorithm == "RS256");
  const bool ec = type == "EC" && text_member(jwk, "crv") == "P-256" &&
                  (algorithm.empty() || algorithm == "ES256");
  if ((!rsa && !ec) || (!use.empty() && use != "sig"))
    return std::vector<VerificationKey>{};
  auto made = rsa ? rsa_from_jwk(jwk) : ec_from_jwk(jwk);
  if (!made.ok())
    return made.status().with_context(where);
  TENON_ASSIGN_OR_RETURN(VerificationKey key, classify(std::move(*made), where));
  key.id = text_member(jwk, "kid");
  return std::vector<VerificationKey>{std::move(key)};
}

// RFC 7518 gives r and s side by side, OpenSSL wants them in DER.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * kP256Bytes)
    return {};
  Bignum r(BN_bin2bn(octets(signature), kP256Bytes, nullptr));
  Bignum s(BN_bin2bn(octets(signature.substr(kP256Bytes)), kP256Bytes, nullptr));
  const EcdsaSignature both(ECDSA_SIG_new());
  if (both == nullptr || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1)
    return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  std::string der(80, '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  const int size = i2d_ECDSA_SIG(both.get(), &out);
  der.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return der;
}

} // namespace

bool decode_base64url(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() % 4 == 1)
    return false;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '-' || c == '_')
      value = c == '-' ? 62 : 63;
    else
      return false;
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  // One text per byte string: bits that no byte takes are zero.
  return (bits & ((1U << held) - 1)) == 0;
}

Result<VerificationKey> key_from_pem(std::string_view pem, std::string_view where) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* const key =
      bio == nullptr ? nullptr : PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr);
  if (key == nullptr) {
    return invalid_argument(
        std::string(where) +
        ": no public key in PEM form (expected \"-----BEGIN PUBLIC KEY-----\")");
  }
  return classify(own(key), where);
}

Result<KeySet> keys_from_jwks(std::string_view text, std::string_view where) {
  auto document = parse_json(text);
  if (!document.ok())
    return document.status().with_context(where);
  const auto list = document->is_object() ? document->find("keys") : document->end();
  if (!document->is_object() || list == document->end() || !list->is_array()) {
    return invalid_argument(std::string(where) +
                            ": not a key set (expected an object with the list \"keys\")");
  }
  if (list->size() > kMaxKeys) {
    return invalid_argument(std::string(where) + ": " + std::to_string(list->size()) +
                            " keys; at most " + std::to_string(kMaxKeys) + " are expected");
  }
  KeySet keys;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& jwk = (*list)[i];
    const std::string place = std::string(where) + ": key " + std::to_string(i);
    if (!jwk.is_object())
      return invalid_argument(place + " is not an object");
    TENON_ASSIGN_OR_RETURN(auto found, key_from_jwk(jwk, place));
    keys.insert(keys.end(), found.begin(), found.end());
  }
  if (keys.empty())
    return invalid_argument(std::string(where) + ": no key for RS256 or ES256 signatures in it");
  return keys;
}

bool verify_signature(const VerificationKey& key, std::string_view message,
                      std::string_view signature) {
  const std::string der = key.algorithm == Algorithm::kEs256 ? der_of(signature) : std::string();
  const std::string_view encoded = key.algorithm == Algorithm::kEs256 ? der : signature;
  if (encoded.empty())
    return false;
  const DigestContext context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.key.get()) == 1 &&
         EVP_DigestVerify(context.get(), octets(encoded), encoded.size(), octets(message),
                          message.size()) == 1;
}

} // namespace tenon::api::auth
