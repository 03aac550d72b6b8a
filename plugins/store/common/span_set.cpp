#include "common/span_set.hpp"

#include <algorithm>

namespace tenon::store {

using merkle::KeySpan;

namespace {

// Do the spans overlap, or does one begin right after the other?
bool meet(const KeySpan& a, const KeySpan& b) {
  return a.overlaps(b) || merkle::next_hash(a.last) == b.first ||
         merkle::next_hash(b.last) == a.first;
}

} // namespace

SpanSet::Change SpanSet::plan(const KeySpan& span) const {
  Change change{{}, span};
  auto place = spans_.upper_bound(span.first);
  if (place != spans_.begin())
    --place;
  for (; place != spans_.end(); ++place) {
    const KeySpan other{place->first, place->second};
    if (meet(other, span)) {
      change.swallowed.push_back(other);
      change.joined.first = std::min(change.joined.first, other.first);
      change.joined.last = std::max(change.joined.last, other.last);
    } else if (other.first > span.last) {
      break;
    }
  }
  return change;
}

void SpanSet::apply(const Change& change) {
  for (const KeySpan& gone : change.swallowed)
    spans_.erase(gone.first);
  spans_[change.joined.first] = change.joined.last;
}

bool SpanSet::covers(const KeySpan& span) const {
  auto place = spans_.upper_bound(span.first);
  return place != spans_.begin() && span.last <= (--place)->second;
}

std::vector<KeySpan> SpanSet::missing() const {
  std::vector<KeySpan> gaps;
  std::optional<Hash> next = Hash();
  for (const auto& [first, last] : spans_) {
    if (*next < first)
      gaps.push_back({*next, *merkle::previous_hash(first)});
    next = merkle::next_hash(last);
    if (!next)
      return gaps; // up to the very last hash
  }
  gaps.push_back({*next, KeySpan::all().last});
  return gaps;
}

} // namespace tenon::store
