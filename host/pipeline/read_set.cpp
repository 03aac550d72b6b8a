#include "pipeline/read_set.hpp"

#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

void ReadSet::RangeDigest::add(BytesView key, BytesView value) {
  Bytes sizes;
  append_be64(sizes, key.size());
  digest_ = crypto::sha256({digest_.view(), sizes, key, value});
  ++count_;
}

void ReadSet::add_point(BytesView key, const std::optional<Bytes>& value) {
  points_.push_back(
      {Bytes(key), value ? std::optional<Hash>(crypto::sha256(*value)) : std::nullopt});
}

void ReadSet::add_range(BytesView begin, BytesView end, const RangeDigest& seen, bool exhausted) {
  ranges_.push_back({Bytes(begin), Bytes(end), seen.count(), seen.digest(), exhausted});
}

Result<bool> ReadSet::holds_in(const BlockState& state) const {
  for (const Point& point : points_) {
    TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> value, state.value(point.key));
    if (value.has_value() != point.value.has_value() ||
        (value && crypto::sha256(*value) != *point.value))
      return false;
  }
  for (const Range& range : ranges_) {
    RangeDigest seen;
    bool more = false;
    TENON_RETURN_IF_ERROR(
        state.scan(range.begin, range.end, [&](BytesView key, const merkle::StateEntry& entry) {
          if (seen.count() == range.count) {
            more = true;
            return false;
          }
          seen.add(key, entry.value);
          return true;
        }));
    if (seen.count() != range.count || seen.digest() != range.digest || (range.exhausted && more))
      return false;
  }
  return true;
}

Result<std::vector<Bytes>> ReadSet::keys_in(const BlockState& state,
                                            std::span<const std::string> parties,
                                            std::size_t max_keys) const {
  std::set<Bytes, std::less<>> keys;
  for (const Point& point : points_)
    keys.insert(point.key);
  for (const Range& range : ranges_) {
    std::size_t left = range.count;
    TENON_RETURN_IF_ERROR(
        state.scan(range.begin, range.end, [&](BytesView key, const merkle::StateEntry& entry) {
          if (left == 0)
            return false;
          if (!merkle::may_read(entry.readers, parties))
            return true; // the scan did not count it
          --left;
          keys.emplace(key);
          return keys.size() <= max_keys;
        }));
  }
  if (keys.size() > max_keys) {
    return out_of_range("the query reads more than " + std::to_string(max_keys) +
                        " keys; ask a narrower one");
  }
  return std::vector<Bytes>(keys.begin(), keys.end());
}

} // namespace tenon::host::pipeline
