// Signatures that were found right lately, so that one that comes twice, in a vote and then in a
// certificate, is checked once. What it answers is what verify() answers; it only knows sooner.
// Bounded. Any thread.
#pragma once

#include <mutex>
#include <unordered_set>

#include "tenon/core/bytes.hpp"

namespace tenon::crypto {

class SignatureMemo {
public:
  explicit SignatureMemo(std::size_t capacity = 8192) : capacity_(capacity) {}

  // The one of this process.
  [[nodiscard]] static SignatureMemo& shared();

  [[nodiscard]] bool verify(BytesView public_key, BytesView message, BytesView signature);
  // One that was made here and so is right.
  void remember(BytesView public_key, BytesView message, BytesView signature);
  // Signatures of which verify() has not known before.
  [[nodiscard]] std::uint64_t checked() const;

private:
  [[nodiscard]] bool known(const Hash& entry) const;
  void keep(const Hash& entry);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  // Half of the capacity at most in each; when the young ones are so many they are the old ones.
  std::unordered_set<Hash, HashHasher> young_;
  std::unordered_set<Hash, HashHasher> old_;
  std::uint64_t checked_ = 0;
};

} // namespace tenon::crypto
