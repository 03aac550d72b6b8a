#include "pipeline/batch_verifier.hpp"

#include "tenon/crypto/ed25519.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

bool BatchVerifier::known(const Hash& batch_hash, BytesView public_key) const {
  const std::lock_guard lock(mutex_);
  for (const Generation* generation : {&young_, &old_}) {
    const auto found = generation->find(batch_hash);
    if (found != generation->end() && found->second == public_key)
      return true;
  }
  return false;
}

bool BatchVerifier::verify(const Hash& batch_hash, const v1::TransactionBatch& batch,
                           BytesView public_key) {
  if (known(batch_hash, public_key))
    return true;
  if (!crypto::verify(public_key, wire::batch_signing_bytes(chain_, batch), batch.signature()))
    return false;
  trust(batch_hash, public_key);
  return true;
}

void BatchVerifier::trust(const Hash& batch_hash, BytesView public_key) {
  const std::lock_guard lock(mutex_);
  if (young_.size() >= capacity_ / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(batch_hash, Bytes(public_key));
}

} // namespace tenon::host::pipeline
