#include "pipeline/expiry.hpp"

#include "pipeline/block_room.hpp"
#include "pipeline/keys.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline {

namespace {

// The index holds every expiry there is, and some that a later write of the same key has replaced.
// Only the state decides, so that a replica whose index was rebuilt removes the same entries.
Result<bool> expires_at(const plugin::StoreSnapshot& base, BytesView key, std::uint64_t time_us) {
  TENON_ASSIGN_OR_RETURN(const auto encoded, base.get(plugin::KeyClass::kState, key));
  if (!encoded)
    return false;
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(*encoded));
  return entry.expires_at_us == time_us;
}

} // namespace

Result<ExpiryProgress> remove_expired(BlockState& state, std::uint64_t done_before_us,
                                      std::uint64_t max_entries, std::uint64_t max_key_bytes) {
  const plugin::StoreSnapshot& base = state.base();
  const std::uint64_t now_us = state.record_time_us();
  const std::size_t key_at = keys::kExpiries.size() + sizeof(std::uint64_t);
  ExpiryProgress progress{now_us + 1};
  Status status;
  const auto visit = [&](BytesView index_key, BytesView) {
    if (index_key.size() <= key_at) {
      status = data_loss("an entry of the expiry index is malformed");
      return false;
    }
    const std::uint64_t time_us = read_be64(index_key.substr(keys::kExpiries.size()));
    const BytesView key = index_key.substr(key_at);
    const std::uint64_t key_bytes = key.size() + kItemOverheadBytes;
    if (progress.removed >= max_entries || progress.key_bytes + key_bytes > max_key_bytes) {
      progress.done_before_us = time_us;
      return false;
    }
    const Result<bool> due = expires_at(base, key, time_us);
    if (!due.ok()) {
      status = due.status();
      return false;
    }
    if (*due) {
      state.remove(Bytes(key));
      ++progress.removed;
      progress.key_bytes += key_bytes;
    }
    state.remove_index(Bytes(index_key));
    return true;
  };
  TENON_RETURN_IF_ERROR(base.scan(plugin::KeyClass::kIndex, keys::expiry(done_before_us, {}),
                                  keys::expiry(now_us + 1, {}), visit));
  TENON_RETURN_IF_ERROR(status);
  return progress;
}

} // namespace tenon::host::pipeline
