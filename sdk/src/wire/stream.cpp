#include "tenon/wire/stream.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::wire {

namespace {

// The zero byte ends each tag.
constexpr BytesView kGroupTag("tenon/group/v2\0", 15);
constexpr BytesView kStreamTag("tenon/stream/v2\0", 16);

void append_hashes(Bytes& out, std::span<const Hash> hashes) {
  append_be32(out, static_cast<std::uint32_t>(hashes.size()));
  for (const Hash& hash : hashes)
    out.append(hash.view());
}

} // namespace

Hash stream_group_hash(std::uint64_t offset, BytesView transaction_id, const Hash* outcome_leaf,
                       std::span<const Hash> event_leaves) {
  Bytes bytes(kGroupTag);
  append_be64(bytes, offset);
  bytes.append(Hash::from_view_or_zero(transaction_id).view());
  bytes.push_back(outcome_leaf != nullptr ? '\1' : '\0');
  if (outcome_leaf != nullptr)
    bytes.append(outcome_leaf->view());
  append_hashes(bytes, event_leaves);
  return crypto::sha256(bytes);
}

Hash stream_group_hash(const v1::StreamGroup& group, std::uint64_t height) {
  std::vector<Hash> events;
  events.reserve(static_cast<std::size_t>(group.events_size()));
  for (const v1::StreamEvent& event : group.events())
    events.push_back(event_leaf(event.event(), height, group.index(), event.index()));
  const std::uint64_t offset = make_offset(height, group.index());
  if (!group.has_outcome())
    return stream_group_hash(offset, group.transaction_id(), nullptr, events);
  const Hash outcome = merkle::ordered_leaf(outcome_leaf(group.outcome()));
  return stream_group_hash(offset, group.transaction_id(), &outcome, events);
}

Hash stream_write_hash(const v1::StreamWrite& write) {
  const Hash key = crypto::sha256(write.key());
  if (write.entry().empty())
    return merkle::write_leaf(key, nullptr);
  const Hash value = merkle::entry_hash(write.entry());
  return merkle::write_leaf(key, &value);
}

Hash next_stream_hash(const Hash& previous, std::uint64_t height, const StreamStep& step) {
  Bytes bytes(kStreamTag);
  bytes.append(previous.view());
  append_be64(bytes, height);
  append_hashes(bytes, step.groups);
  append_hashes(bytes, step.writes);
  return crypto::sha256(bytes);
}

} // namespace tenon::wire
