#include "tenon/crypto/ed25519.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sodium.h>

#include <array>

namespace tenon::crypto {

namespace {

static_assert(kPublicKeySize == crypto_sign_ed25519_PUBLICKEYBYTES);
static_assert(kSignatureSize == crypto_sign_ed25519_BYTES);

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

const unsigned char* data_of(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Before anything else of libsodium's; it may be called often, and from any thread.
bool ready() {
  static const bool is_ready = sodium_init() >= 0;
  return is_ready;
}

} // namespace

// OpenSSL's, for TLS and files, and libsodium's, which signs in half the time.
struct PrivateKey::Parts {
  explicit Parts(EVP_PKEY* key) : openssl(key) {}
  ~Parts() {
    EVP_PKEY_free(openssl);
    sodium_memzero(secret.data(), secret.size());
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  EVP_PKEY* const openssl;
  std::array<unsigned char, crypto_sign_ed25519_SECRETKEYBYTES> secret{};
  std::array<unsigned char, crypto_sign_ed25519_PUBLICKEYBYTES> own_public{};
};

// Takes the key over.
Result<PrivateKey> PrivateKey::from_openssl(void* key) {
  const auto parts = std::make_shared<Parts>(static_cast<EVP_PKEY*>(key));
  std::array<unsigned char, crypto_sign_ed25519_SEEDBYTES> seed{};
  std::size_t size = seed.size();
  const bool made =
      ready() && EVP_PKEY_get_raw_private_key(parts->openssl, seed.data(), &size) == 1 &&
      size == seed.size() &&
      crypto_sign_ed25519_seed_keypair(parts->own_public.data(), parts->secret.data(),
                                       seed.data()) == 0;
  sodium_memzero(seed.data(), seed.size());
  if (!made)
    return fault("the Ed25519 key could not be made ready for signing");
  return PrivateKey(parts);
}

void* PrivateKey::openssl_key() const {
  return parts_->openssl;
}

Result<PrivateKey> PrivateKey::generate() {
  TENON_ASSIGN_OR_RETURN(const Bytes seed, random_bytes(kPublicKeySize));
  return from_seed(seed);
}

Result<PrivateKey> PrivateKey::from_seed(BytesView seed) {
  if (seed.size() != kPublicKeySize) {
    return invalid_argument("an Ed25519 private key is 32 bytes, found " +
                            std::to_string(seed.size()));
  }
  EVP_PKEY* const key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(seed), seed.size());
  if (key == nullptr)
    return fault("OpenSSL could not make an Ed25519 key");
  return from_openssl(key);
}

Result<PrivateKey> PrivateKey::from_pem(BytesView pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio)
    return fault("OpenSSL could not make a memory buffer");
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  if (key == nullptr)
    return invalid_argument("not a private key in PEM (PKCS#8)");
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    EVP_PKEY_free(key);
    return invalid_argument("the private key is not an Ed25519 key");
  }
  return from_openssl(key);
}

Result<std::string> PrivateKey::to_pem() const {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), parts_->openssl, nullptr, nullptr, 0,
                                            nullptr, nullptr) != 1) {
    return fault("OpenSSL could not write the key as PEM");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

Bytes PrivateKey::public_key() const {
  return {reinterpret_cast<const char*>(parts_->own_public.data()), parts_->own_public.size()};
}

Result<Bytes> PrivateKey::sign(BytesView message) const {
  Bytes signature(kSignatureSize, '\0');
  if (crypto_sign_ed25519_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                                   data_of(message), message.size(), parts_->secret.data()) != 0)
    return fault("libsodium could not sign with the Ed25519 key");
  return signature;
}

bool verify(BytesView public_key, BytesView message, BytesView signature) {
  return public_key.size() == kPublicKeySize && signature.size() == kSignatureSize && ready() &&
         crypto_sign_ed25519_verify_detached(data_of(signature), data_of(message), message.size(),
                                             data_of(public_key)) == 0;
}

Result<Bytes> random_bytes(std::size_t count) {
  Bytes bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return fault("the system's random generator failed");
  }
  return bytes;
}

} // namespace tenon::crypto
