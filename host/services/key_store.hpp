// The node's keys, in files of mode 0600 under <data>/keys: made with the system's generator on
// first start, never a default one. Owned by the node; any thread after open().
#pragma once

#include <filesystem>

#include "ports/signer.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::services {

class KeyStore final : public Signer {
public:
  // Opens or makes <folder>/node.pem. Refuses a key file that others may read. A new key comes with
  // the file node.unused, which says that no node has run with it.
  static Result<KeyStore> open(const std::filesystem::path& folder);
  // Makes the key pair with which a solo node's tokens are signed, where it is missing:
  // <folder>/jwt_es256.pem (0600) and jwt_es256.pub.pem.
  [[nodiscard]] static Status ensure_token_keys(const std::filesystem::path& folder);

  // For the channels to other nodes, which the host itself serves.
  [[nodiscard]] const crypto::PrivateKey& private_key() const { return key_; }
  [[nodiscard]] Bytes public_key() const override { return key_.public_key(); }
  [[nodiscard]] Result<Bytes> sign(BytesView message) const override { return key_.sign(message); }
  [[nodiscard]] bool unused() const override { return unused_; }
  // From the node's next start on the key counts as used.
  [[nodiscard]] Status mark_used() const;

private:
  KeyStore(crypto::PrivateKey key, std::filesystem::path folder, bool unused)
      : key_(std::move(key)), folder_(std::move(folder)), unused_(unused) {}

  crypto::PrivateKey key_;
  std::filesystem::path folder_;
  bool unused_;
};

} // namespace tenon::host::services
