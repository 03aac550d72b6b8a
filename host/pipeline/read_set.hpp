// What an execution read, as fingerprints: enough to tell later, in another state, whether the same
// execution would read the same again — absent keys and the ends of ranges included.
// Step: pre_executor records, block_executor compares. Values; one thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pipeline/block_state.hpp"

namespace tenon::host::pipeline {

// Keys are full keys.
class ReadSet {
public:
  // Digests what a scan visits, pair by pair.
  class RangeDigest {
  public:
    void add(BytesView key, BytesView value);
    [[nodiscard]] const Hash& digest() const { return digest_; }
    [[nodiscard]] std::size_t count() const { return count_; }

  private:
    Hash digest_;
    std::size_t count_ = 0;
  };

  void add_point(BytesView key, const std::optional<Bytes>& value);
  // `exhausted`: the scan went to the end of the range, so nothing may follow what it saw.
  void add_range(BytesView begin, BytesView end, const RangeDigest& seen, bool exhausted);

  // Would all of this be read in the same way from `state`?
  [[nodiscard]] Result<bool> holds_in(const BlockState& state) const;

  // Every key that was read, for proofs: points as asked for, ranges as these parties find them in
  // `state`.
  [[nodiscard]] Result<std::vector<Bytes>> keys_in(const BlockState& state,
                                                   std::span<const std::string> parties,
                                                   std::size_t max_keys) const;

private:
  struct Point {
    Bytes key;
    std::optional<Hash> value;
  };
  struct Range {
    Bytes begin;
    Bytes end;
    std::size_t count;
    Hash digest;
    bool exhausted;
  };
  std::vector<Point> points_;
  std::vector<Range> ranges_;
};

} // namespace tenon::host::pipeline
