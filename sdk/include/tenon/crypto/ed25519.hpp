// Ed25519 (RFC 8032): keys in files by OpenSSL, signatures by libsodium. A PrivateKey is owned by
// the node's key store; any thread.
#pragma once

#include <memory>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::crypto {

inline constexpr std::size_t kPublicKeySize = 32;
inline constexpr std::size_t kSignatureSize = 64;

class PrivateKey {
public:
  // From 32 random bytes of the system's generator.
  static Result<PrivateKey> generate();
  // `seed` is the 32-byte private key of RFC 8032.
  static Result<PrivateKey> from_seed(BytesView seed);
  // PKCS#8, PEM.
  static Result<PrivateKey> from_pem(BytesView pem);

  [[nodiscard]] Result<std::string> to_pem() const;
  [[nodiscard]] Bytes public_key() const;
  [[nodiscard]] Result<Bytes> sign(BytesView message) const;
  // The EVP_PKEY, for what OpenSSL does with a key by itself: certificates and TLS. Borrowed.
  [[nodiscard]] void* openssl_key() const;

private:
  struct Parts;
  explicit PrivateKey(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  static Result<PrivateKey> from_openssl(void* key);
  std::shared_ptr<const Parts> parts_;
};

// Without the cofactor. Refused beyond RFC 8032: keys and commitments of small order, and whatever
// is not written in its one canonical way. What decides state is checked by this rule alone, also
// many at a time: two rules would part the replicas.
[[nodiscard]] bool verify(BytesView public_key, BytesView message, BytesView signature);

// Bytes of the system's cryptographic generator.
[[nodiscard]] Result<Bytes> random_bytes(std::size_t count);

} // namespace tenon::crypto
