// A piece of the state as one replica sends it to another: the entries of a range of key hashes and
// the proof that they are all of it. Pure; any thread.
// Format and vectors: docs/spec/merkle-proof.md.
#pragma once

#include <vector>

#include "tenon/merkle/range_proof.hpp"

namespace tenon::merkle {

// A decoded range; the views borrow from the encoded one.
struct SnapshotEntry {
  BytesView key;
  BytesView entry;
  RangeLeaf leaf; // the hashes of both
};
struct SnapshotRange {
  KeySpan span; // up to the last entry's key hash, or to the end of all key hashes
  std::vector<SnapshotEntry> entries;
  RangeProof proof;
};

// Gathers entries in ascending order of their key hashes.
class SnapshotRangeWriter {
public:
  explicit SnapshotRangeWriter(const Hash& first) : first_(first) {}

  void add(BytesView key, BytesView entry, const Hash& key_hash);
  // Of the entries so far, without the proof.
  [[nodiscard]] std::size_t bytes() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  // Of what has been added, or of everything from the first hash on when no key comes after.
  [[nodiscard]] KeySpan span(bool reaches_end) const;
  // 0x01 | first 32 | reaches end u8 | count be32 | for each entry: be32 size, key, be32 size,
  // entry | range proof
  [[nodiscard]] Bytes finish(bool reaches_end, const RangeProof& proof) const;

private:
  Hash first_;
  Hash last_;
  std::uint32_t count_ = 0;
  Bytes entries_;
};

// INVALID_ARGUMENT unless the bytes are a range in its one encoding. Costs memory in proportion to
// the bytes; proves nothing yet.
[[nodiscard]] Result<SnapshotRange> decode_snapshot_range(BytesView encoded);
// The same without the hashes of entries, whose leaves stay empty: for who only looks at them.
[[nodiscard]] Result<SnapshotRange> parse_snapshot_range(BytesView encoded);
// Checks a decoded range against the state root that it is said to come from.
[[nodiscard]] Status verify_snapshot_range(const SnapshotRange& range, const Hash& root);

} // namespace tenon::merkle
