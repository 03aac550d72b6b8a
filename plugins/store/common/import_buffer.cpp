#include "common/import_buffer.hpp"

#include <algorithm>

#include "common/records.hpp"

namespace tenon::store {

using merkle::SnapshotEntry;

Result<HeldRange> hold_range(BytesView encoded) {
  HeldRange held{{encoded.begin(), encoded.end()}, {}};
  TENON_ASSIGN_OR_RETURN(held.range,
                         merkle::decode_snapshot_range({held.encoded.data(), held.encoded.size()}));
  return held;
}

void ImportBuffer::add(HeldRange range) {
  bytes_ += range.encoded.size();
  ranges_.push_back(std::move(range));
}

void ImportBuffer::clear() {
  ranges_.clear();
  bytes_ = 0;
}

// Escaped keys stand in the order of keys.
Status ImportBuffer::write(Bulk& bulk, std::uint64_t height) const {
  std::vector<const SnapshotEntry*> entries;
  for (const HeldRange& held : ranges_) {
    for (const SnapshotEntry& entry : held.range.entries)
      entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(),
            [](auto* a, auto* b) { return a->leaf.key_hash < b->leaf.key_hash; });
  entries.erase(std::unique(entries.begin(), entries.end(),
                            [](auto* a, auto* b) { return a->leaf.key_hash == b->leaf.key_hash; }),
                entries.end());
  for (const SnapshotEntry* entry : entries)
    TENON_RETURN_IF_ERROR(bulk.put(Column::kKeys, entry->leaf.key_hash.view(), entry->key));
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
  for (const SnapshotEntry* entry : entries) {
    TENON_RETURN_IF_ERROR(
        bulk.put(Column::kLatest, entry->key, encode_latest(height, entry->entry)));
  }
  for (const SnapshotEntry* entry : entries) {
    TENON_RETURN_IF_ERROR(bulk.put(Column::kHistory, history_key(entry->key, height),
                                   encode_history(true, entry->entry)));
  }
  return {};
}

} // namespace tenon::store
