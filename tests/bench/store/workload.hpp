// The keys and values that stores are measured with: always the same ones in the same order, here
// and in the peers' program (peers/src/workload.rs).
//
// Key number i is SHA-256 of the text "key i", made longer or shorter. Loading writes the keys 0,
// 1, 2, …; a batch of updates takes the next numbers of splitmix64 with the state 1, each modulo
// the number of keys, and leaves out what the batch already has. The bytes of entries are those of
// splitmix64 with the state 2. Used by one thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "tenon/core/bytes.hpp"

namespace tenon::bench {

using Updates = std::vector<std::pair<Bytes, Bytes>>; // key and encoded entry

struct WorkloadOptions {
  std::uint64_t keys = 1'000'000;
  std::size_t key_size = 32;
  std::size_t value_size = 100; // of the encoded entry
};

class SplitMix64 {
public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}
  std::uint64_t next();

private:
  std::uint64_t state_;
};

class Workload {
public:
  explicit Workload(const WorkloadOptions& options) : options_(options) {}

  [[nodiscard]] Bytes key(std::uint64_t index) const;
  [[nodiscard]] std::uint64_t random_key() { return choices_.next() % options_.keys; }
  // The keys from `first`, `count` of them or as many as there are.
  [[nodiscard]] Updates consecutive(std::uint64_t first, std::uint64_t count);
  // `count` keys, no two alike, in the order of their choice.
  [[nodiscard]] Updates random(std::uint64_t count);

private:
  [[nodiscard]] Bytes entry();
  void fill(void* to, std::size_t size);

  WorkloadOptions options_;
  SplitMix64 choices_{1};
  SplitMix64 contents_{2};
};

} // namespace tenon::bench
