// Transaction batches on their way into a block: what this replica has taken in, what others have
// sent it, and who is known to hold which. In the order of arrival; each replica that brings
// batches in has a window of bytes, so that none of them can fill another's memory. Owned by the
// core; its thread.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "bft/core/types.hpp"

namespace tenon::consensus::bft {

struct PooledBatch {
  Bytes bytes;
  std::size_t transactions = 0;
  std::string origin; // the replica that brought it in
  TimeUs since_us = 0;
  std::uint64_t arrival = 0;
  std::set<ValidatorIndex> holders; // by their own word
};

class BatchPool {
public:
  struct Limits {
    std::size_t max_origin_bytes = 32u << 20;
    std::size_t max_remembered = 65536; // digests of final batches, against repetition
  };
  explicit BatchPool(const Limits& limits) : limits_(limits) {}

  enum class Added { kNew, kKnown, kFinal, kFull };
  Added add(const Hash& digest, Bytes bytes, std::string origin, TimeUs now_us);
  [[nodiscard]] const PooledBatch* find(const Hash& digest) const;
  void acknowledge(const Hash& digest, ValidatorIndex holder);

  // What the oldest batches outside `taken` fill a block with.
  struct Space {
    std::size_t max_bytes = 0;
    std::size_t max_transactions = 0;
    std::size_t max_inline_bytes = 0; // of batches that fewer than `holders` others hold
    std::size_t holders = 0;
  };
  struct Choice {
    Hash digest;
    bool contents = false; // to be sent along
  };
  using Digests = std::unordered_set<Hash, HashHasher>;
  [[nodiscard]] std::vector<Choice> choose(const Space& space, const Digests& taken) const;
  // Is there any outside `taken`?
  [[nodiscard]] bool has_other_than(const Digests& taken) const;

  // In a final block: remembered, and let go of.
  void finish(const Hash& digest);
  // Brought in by `origin` before `before_us`, oldest first, up to a size.
  [[nodiscard]] std::vector<Hash> waiting_of(const std::string& origin, TimeUs before_us,
                                             std::size_t max_bytes) const;
  [[nodiscard]] std::size_t bytes_of(const std::string& origin) const;
  [[nodiscard]] std::size_t size() const { return batches_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Since when the oldest waits.
  [[nodiscard]] std::optional<TimeUs> oldest_us() const;

private:
  friend struct Mutations; // see core.hpp

  Limits limits_;
  std::unordered_map<Hash, PooledBatch, HashHasher> batches_;
  std::map<std::uint64_t, Hash> order_; // by arrival
  std::map<std::string, std::size_t> origin_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t next_arrival_ = 0;
  Digests final_;
  std::deque<Hash> final_order_;
};

// The number of transactions of an encoded TransactionBatch; nothing when it is not one.
[[nodiscard]] std::optional<std::size_t> count_transactions(BytesView batch);

} // namespace tenon::consensus::bft
