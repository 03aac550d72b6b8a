// Which key hashes an import has already covered: disjoint spans in order, joined where they meet.
// Owned by the import; one thread at a time.
#pragma once

#include <map>
#include <vector>

#include "tenon/merkle/range_proof.hpp"

namespace tenon::store {

class SpanSet {
public:
  // What adding a span does: the spans it swallows go, `joined` comes.
  struct Change {
    std::vector<merkle::KeySpan> swallowed;
    merkle::KeySpan joined;
  };
  [[nodiscard]] Change plan(const merkle::KeySpan& span) const;
  void apply(const Change& change);

  [[nodiscard]] bool covers(const merkle::KeySpan& span) const;
  [[nodiscard]] std::vector<merkle::KeySpan> missing() const;
  [[nodiscard]] std::size_t size() const { return spans_.size(); }

private:
  std::map<Hash, Hash> spans_; // first → last
};

} // namespace tenon::store
