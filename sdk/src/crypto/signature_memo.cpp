#include "tenon/crypto/signature_memo.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::crypto {

namespace {

// Both are of fixed size when a signature is right, so nothing else has this hash.
Hash entry_of(BytesView public_key, BytesView message, BytesView signature) {
  return sha256(Bytes(public_key).append(signature).append(message));
}

} // namespace

SignatureMemo& SignatureMemo::shared() {
  static SignatureMemo memo;
  return memo;
}

bool SignatureMemo::verify(BytesView public_key, BytesView message, BytesView signature) {
  if (public_key.size() != kPublicKeySize || signature.size() != kSignatureSize)
    return false;
  const Hash entry = entry_of(public_key, message, signature);
  if (known(entry))
    return true;
  const bool right = crypto::verify(public_key, message, signature);
  const std::lock_guard lock(mutex_);
  ++checked_;
  if (right)
    keep(entry);
  return right;
}

void SignatureMemo::remember(BytesView public_key, BytesView message, BytesView signature) {
  const Hash entry = entry_of(public_key, message, signature);
  const std::lock_guard lock(mutex_);
  keep(entry);
}

std::uint64_t SignatureMemo::checked() const {
  const std::lock_guard lock(mutex_);
  return checked_;
}

bool SignatureMemo::known(const Hash& entry) const {
  const std::lock_guard lock(mutex_);
  return young_.contains(entry) || old_.contains(entry);
}

// Under the lock.
void SignatureMemo::keep(const Hash& entry) {
  if (young_.size() >= capacity_ / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert(entry);
}

} // namespace tenon::crypto
