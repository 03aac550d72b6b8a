#include "pipeline/block_state.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"

namespace tenon::host::pipeline {

using plugin::KeyClass;

namespace {

constexpr std::size_t kMostEntriesKept = 1024;
constexpr std::size_t kMostBytesKept = 4096; // of one entry

} // namespace

Result<bool> BlockState::lives(BytesView encoded, merkle::StateEntry& entry) const {
  TENON_ASSIGN_OR_RETURN(entry, merkle::decode_entry(encoded));
  return entry.expires_at_us == 0 || entry.expires_at_us > record_time_us_;
}

Result<const Bytes*> BlockState::stored(BytesView key) const {
  if (const auto found = state_.find(key); found != state_.end())
    return found->second ? &*found->second : nullptr;
  if (const auto found = read_.find(key); found != read_.end())
    return &found->second;
  Result<std::optional<Bytes>> before = base_->get(KeyClass::kState, key);
  if (!before.ok())
    return as_fault(before.status());
  if (!*before)
    return nullptr;
  if ((*before)->size() <= kMostBytesKept && read_.size() < kMostEntriesKept)
    return &read_.emplace(key, *std::move(*before)).first->second;
  read_last_ = *std::move(*before);
  return &read_last_;
}

Result<std::optional<Bytes>> BlockState::entry(BytesView key) const {
  TENON_ASSIGN_OR_RETURN(const Bytes* const encoded, stored(key));
  merkle::StateEntry decoded;
  bool lives_now = false;
  if (encoded != nullptr) {
    TENON_ASSIGN_OR_RETURN(lives_now, lives(*encoded, decoded));
  }
  return lives_now ? std::optional<Bytes>(*encoded) : std::nullopt;
}

Result<std::optional<Bytes>> BlockState::value(BytesView key) const {
  TENON_ASSIGN_OR_RETURN(const Bytes* const encoded, stored(key));
  merkle::StateEntry decoded;
  bool lives_now = false;
  if (encoded != nullptr) {
    TENON_ASSIGN_OR_RETURN(lives_now, lives(*encoded, decoded));
  }
  return lives_now ? std::optional<Bytes>(Bytes(decoded.value)) : std::nullopt;
}

Status BlockState::scan(BytesView begin, BytesView end, EntryVisitor visit) const {
  auto written = state_.lower_bound(begin);
  const auto written_end = end.empty() ? state_.end() : state_.lower_bound(end);
  bool go_on = true;
  Status status;
  const auto give = [&](BytesView key, BytesView encoded) {
    merkle::StateEntry decoded;
    const Result<bool> lives_now = lives(encoded, decoded);
    status = lives_now.status();
    go_on = status.ok() && (!*lives_now || visit(key, decoded));
  };
  // Gives what this block wrote before `key`; says whether `key` itself is among it.
  const auto give_written_before = [&](const BytesView* key) {
    while (go_on && written != written_end && (key == nullptr || written->first < *key)) {
      if (written->second)
        give(written->first, *written->second);
      ++written;
    }
  };
  const Status scanned =
      base_->scan(KeyClass::kState, begin, end, [&](BytesView key, BytesView encoded) {
        give_written_before(&key);
        if (!go_on)
          return false;
        if (written != written_end && written->first == key)
          return true; // overwritten: its turn comes before the next key
        give(key, encoded);
        return go_on;
      });
  TENON_RETURN_IF_ERROR(as_fault(scanned));
  give_written_before(nullptr);
  return status;
}

void BlockState::put(Bytes key, const merkle::StateEntry& entry) {
  if (entry.expires_at_us != 0)
    put_index(keys::expiry(entry.expires_at_us, key), {});
  state_.insert_or_assign(std::move(key), merkle::encode_entry(entry));
}
void BlockState::remove(Bytes key) {
  state_.insert_or_assign(std::move(key), std::nullopt);
}
void BlockState::put_index(Bytes key, Bytes value) {
  index_.insert_or_assign(std::move(key), std::move(value));
}
void BlockState::remove_index(Bytes key) {
  index_.insert_or_assign(std::move(key), std::nullopt);
}

std::vector<plugin::StoreWrite> BlockState::writes() const {
  std::vector<plugin::StoreWrite> all;
  all.reserve(state_.size() + index_.size());
  const auto append = [&](KeyClass key_class, const Overlay& overlay) {
    for (const auto& [key, value] : overlay)
      all.push_back({key_class, !value, key, value ? BytesView(*value) : BytesView()});
  };
  append(KeyClass::kState, state_);
  append(KeyClass::kIndex, index_);
  return all;
}

} // namespace tenon::host::pipeline
