#include "tenon/crypto/sha256.hpp"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace tenon::crypto {

namespace {

// Fetching an algorithm takes a lock and a look-up; do it once for the process.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr)
    std::abort(); // no SHA-256 in this OpenSSL: nothing here can work
  return fetched;
}

EVP_MD_CTX* thread_context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return context.get();
}

Hash digest(std::initializer_list<BytesView> parts) {
  EVP_MD_CTX* const context = thread_context();
  Hash result;
  bool ok = EVP_DigestInit_ex(context, algorithm(), nullptr) == 1;
  for (const BytesView part : parts) {
    ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  ok = ok && EVP_DigestFinal_ex(context, result.bytes.data(), nullptr) == 1;
  if (!ok)
    std::abort(); // out of memory inside OpenSSL: a wrong digest must not go on
  return result;
}

constexpr std::size_t kBlockSize = 64;

} // namespace

Hash sha256(BytesView bytes) {
  return digest({bytes});
}

Hash sha256(std::initializer_list<BytesView> parts) {
  return digest(parts);
}

Hash hmac_sha256(BytesView key, BytesView message) {
  Hash hashed_key;
  if (key.size() > kBlockSize) {
    hashed_key = sha256(key);
    key = hashed_key.view();
  }
  Bytes inner(kBlockSize, '\x36');
  Bytes outer(kBlockSize, '\x5c');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return sha256({outer, sha256({inner, message}).view()});
}

void sha256_many(BytesView messages, std::size_t message_size, std::span<Hash> digests) {
  for (std::size_t i = 0; i < digests.size(); ++i) {
    digests[i] = sha256(messages.substr(i * message_size, message_size));
  }
}

} // namespace tenon::crypto
