// Verified ranges of an import on their way to the disk: gathered until they are worth files of
// their own, since many small ones would soon have to be merged. A crash takes them; the spans on
// disk then name them as missing. Owned by the import; one thread at a time.
#pragma once

#include <vector>

#include "common/backend.hpp"
#include "tenon/merkle/snapshot_range.hpp"

namespace tenon::store {

// A decoded range with the bytes that its views borrow from.
struct HeldRange {
  std::vector<char> encoded;
  merkle::SnapshotRange range;
};
[[nodiscard]] Result<HeldRange> hold_range(BytesView encoded);

class ImportBuffer {
public:
  void add(HeldRange range);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<HeldRange>& ranges() const { return ranges_; }
  // As of the block of that height, each entry once, however many of the ranges have it.
  [[nodiscard]] Status write(Bulk& bulk, std::uint64_t height) const;
  void clear();

private:
  std::vector<HeldRange> ranges_;
  std::size_t bytes_ = 0;
};

} // namespace tenon::store
