// Reads the entries of many keys that come in the order of their hashes, in the order in which they
// lie: looking for neighbours costs a fraction of looking for each by itself. One thread.
#pragma once

#include <span>
#include <vector>

#include "common/backend.hpp"

namespace tenon::store {

class SortedReader {
public:
  // Reads for ascending keys.
  using Read = FunctionRef<Status(std::span<const BytesView> keys,
                                  BackendView::FoundVisitor visit)>;

  void clear() { count_ = 0; }
  void add(BytesView key);
  [[nodiscard]] std::size_t size() const { return count_; }
  // Keys are numbered as they were added.
  [[nodiscard]] BytesView key(std::size_t number) const { return added_[number]; }
  [[nodiscard]] Status read(Read read, BackendView::FoundVisitor visit);

private:
  std::vector<Bytes> added_; // more than count_: their memory is used again
  std::size_t count_ = 0;
  std::vector<std::size_t> order_;
  std::vector<BytesView> sorted_;
};

} // namespace tenon::store
