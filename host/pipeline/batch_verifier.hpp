// Verifies the signatures of batches, each at most once: a batch is checked when it comes in, again
// when it stands in a block, and a node need not check at all what it has just signed itself.
// Owned by the pipeline; any thread.
#pragma once

#include <mutex>
#include <unordered_map>

#include "tenon/core/bytes.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

class BatchVerifier {
public:
  BatchVerifier(const Hash& chain, std::size_t capacity) : chain_(chain), capacity_(capacity) {}

  // Did the holder of `public_key` sign this batch? `batch_hash` is SHA-256 of its encoded bytes.
  [[nodiscard]] bool verify(const Hash& batch_hash, const v1::TransactionBatch& batch,
                            BytesView public_key);
  // Remembers a batch that this node has just signed with the key.
  void trust(const Hash& batch_hash, BytesView public_key);

private:
  using Generation = std::unordered_map<Hash, Bytes, HashHasher>; // batch hash → key

  [[nodiscard]] bool known(const Hash& batch_hash, BytesView public_key) const;

  Hash chain_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  Generation young_;
  Generation old_; // dropped when the young one is full
};

} // namespace tenon::host::pipeline
