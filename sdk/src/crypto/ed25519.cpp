#include "tenon/crypto/ed25519.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace tenon::crypto {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

const unsigned char* data_of(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

EVP_PKEY* key_of(const std::shared_ptr<void>& key) {
  return static_cast<EVP_PKEY*>(key.get());
}

std::shared_ptr<void> owned(EVP_PKEY* key) {
  return {key, [](void* pointer) { EVP_PKEY_free(static_cast<EVP_PKEY*>(pointer)); }};
}

} // namespace

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
  return PrivateKey(owned(key));
}

Result<PrivateKey> PrivateKey::from_pem(BytesView pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio)
    return fault("OpenSSL could not make a memory buffer");
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  if (key == nullptr)
    return invalid_argument("not a private key in PEM (PKCS#8)");
  auto holder = owned(key);
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    return invalid_argument("the private key is not an Ed25519 key");
  }
  return PrivateKey(std::move(holder));
}

Result<std::string> PrivateKey::to_pem() const {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_of(key_), nullptr, nullptr, 0, nullptr,
                                            nullptr) != 1) {
    return fault("OpenSSL could not write the key as PEM");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

Bytes PrivateKey::public_key() const {
  Bytes result(kPublicKeySize, '\0');
  std::size_t size = result.size();
  EVP_PKEY_get_raw_public_key(key_of(key_), reinterpret_cast<unsigned char*>(result.data()), &size);
  return result;
}

Result<Bytes> PrivateKey::sign(BytesView message) const {
  const DigestContext context(EVP_MD_CTX_new());
  Bytes signature(kSignatureSize, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_of(key_)) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     data_of(message), message.size()) != 1) {
    return fault("OpenSSL could not sign with the Ed25519 key");
  }
  return signature;
}

bool verify(BytesView public_key, BytesView message, BytesView signature) {
  if (public_key.size() != kPublicKeySize || signature.size() != kSignatureSize)
    return false;
  const std::unique_ptr<EVP_PKEY, FreeKey> key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, data_of(public_key), public_key.size()));
  const DigestContext context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

Result<Bytes> random_bytes(std::size_t count) {
  Bytes bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return fault("the system's random generator failed");
  }
  return bytes;
}

} // namespace tenon::crypto
