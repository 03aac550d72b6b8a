#include "common/store_scrub.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::store {

namespace {

// What is read at once: some milliseconds of one processor.
constexpr std::uint64_t kPieceBytes = 64u << 10;
constexpr std::uint64_t kMillisecondsPerSecond = 1000;
// Where there was nothing to look at.
constexpr std::uint64_t kIdleWaitMs = 1000;

Hash hash_of(std::uint64_t random) {
  Bytes bytes;
  append_be64(bytes, random);
  return crypto::sha256(bytes);
}

Status missing(const std::string& what) {
  return data_loss(what + " is missing");
}

std::string change_record_of(std::uint64_t height) {
  return "the change record of block " + std::to_string(height);
}

// What the block's change record says of a key, against the version in the history.
Status check_version(const BackendView& view, std::uint64_t height, const TreeChange& change,
                     std::uint64_t& bytes) {
  if (!change.value_hash && !change.old_value_hash)
    return {}; // a removal of what was not there left nothing else
  TENON_ASSIGN_OR_RETURN(const auto key, view.get(Column::kKeys, change.key_hash.view()));
  if (!key)
    return missing("the key of hash " + to_hex(change.key_hash.view()));
  const std::string what =
      "the version of key " + to_hex(*key) + " at block " + std::to_string(height);
  TENON_ASSIGN_OR_RETURN(const auto version,
                         view.get(Column::kHistory, history_key(*key, height)));
  if (!version)
    return missing(what);
  bytes += key->size() + version->size();
  const bool fits = change.value_hash
                        ? version->starts_with('\1') &&
                              merkle::entry_hash(version->substr(1)) == *change.value_hash
                        : *version == encode_history(false, {});
  if (fits)
    return {};
  return data_loss(what + " is not the one that " + change_record_of(height) + " names");
}

} // namespace

StoreScrub::StoreScrub(const StoreCore& core, std::uint64_t bytes_per_second)
    : core_(core), bytes_per_second_(bytes_per_second) {}

Result<plugin::StoreScrub> StoreScrub::step(std::uint64_t random) {
  if (bytes_per_second_ == 0)
    return plugin::StoreScrub{};
  Timed timed(core_.options_.meter, Work::kScrub);
  TENON_ASSIGN_OR_RETURN(const std::uint64_t bytes, look(random));
  timed.add(1, bytes);
  const std::uint64_t wait_ms = bytes * kMillisecondsPerSecond / bytes_per_second_;
  return plugin::StoreScrub{bytes, cycles_,
                            bytes == 0 ? kIdleWaitMs : std::max<std::uint64_t>(wait_ms, 1)};
}

StoreScrub::Moment StoreScrub::now() const {
  const std::lock_guard lock(core_.mutex_);
  return {core_.head_, core_.horizon_, core_.backend_->view(core_.slot_), core_.generation_};
}

void StoreScrub::enter(Phase phase) {
  phase_ = phase;
  begun_ = false;
  wrapped_ = false;
}

Result<std::uint64_t> StoreScrub::look(std::uint64_t random) {
  switch (phase_) {
  case Phase::kState:
    return look_at_state(random);
  case Phase::kBlocks:
    return look_at_blocks(random);
  case Phase::kFiles:
    break;
  }
  return look_at_files(random);
}

// A range as another replica would be given it: made of entries that were compared with their
// leaves, and checked as the other replica would, from the leaves up to the root.
Result<std::uint64_t> StoreScrub::look_at_state(std::uint64_t random) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, core_.head());
  if (head.empty)
    return std::uint64_t{0};
  if (!begun_)
    next_hash_ = first_hash_ = hash_of(random);
  begun_ = true;
  const auto snapshot = core_.snapshot(head.height);
  const auto encoded = snapshot.ok() ? (*snapshot)->export_range(next_hash_, kPieceBytes)
                                     : Result<Bytes>(snapshot.status());
  if (!encoded.ok() && encoded.status().fault())
    return encoded.status().with_context("while the state was looked through");
  if (!encoded.ok())
    return std::uint64_t{0}; // pruned or replaced meanwhile
  TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(*encoded));
  if (const Status fits = merkle::verify_snapshot_range(range, head.state_root); !fits.ok()) {
    return data_loss("the state tree, from key hash " + to_hex(range.span.first.view()) + " to " +
                     to_hex(range.span.last.view()) + " after block " +
                     std::to_string(head.height) + ", does not lead to its root: " +
                     fits.message());
  }
  const auto next = merkle::next_hash(range.span.last);
  const bool around = wrapped_ ? range.span.last >= first_hash_ : !next && first_hash_.is_zero();
  wrapped_ = wrapped_ || !next;
  next_hash_ = next.value_or(Hash());
  if (around)
    enter(Phase::kBlocks);
  return encoded->size();
}

Result<std::uint64_t> StoreScrub::look_at_blocks(std::uint64_t random) {
  const Moment moment = now();
  const std::uint64_t oldest = moment.horizon.readable.oldest_block;
  if (!begun_) {
    last_height_ = moment.head.height;
    first_height_ = next_height_ = oldest + random % (last_height_ - oldest + 1);
  }
  begun_ = true;
  std::uint64_t bytes = 0;
  while (bytes < kPieceBytes) {
    if (!wrapped_ && next_height_ > last_height_) {
      wrapped_ = true;
      next_height_ = oldest;
    }
    if (wrapped_ && next_height_ >= first_height_) {
      enter(Phase::kFiles);
      break;
    }
    next_height_ = std::max(next_height_, oldest);
    TENON_RETURN_IF_ERROR(check_block(moment, next_height_++, bytes));
  }
  return bytes;
}

bool StoreScrub::is_gone(const Moment& moment, std::uint64_t height) const {
  if (!moment.generation->check_alive().ok())
    return true;
  {
    const std::lock_guard lock(core_.mutex_);
    const plugin::StoreHorizon& readable = core_.horizon_.readable;
    if (height < readable.oldest_block)
      return true;
    if (moment.view->fixed() || height > readable.oldest_version)
      return false;
  }
  const auto record = moment.view->get(Column::kChanges, height_key(height));
  return record.ok() && !*record; // it goes together with what it names
}

Status StoreScrub::check_block(const Moment& moment, std::uint64_t height,
                               std::uint64_t& bytes) const {
  Status status = check_parts(moment, height, bytes);
  if (status.ok())
    status = check_changes(moment, height, bytes);
  return status.ok() || is_gone(moment, height) ? Status() : status;
}

Status StoreScrub::check_parts(const Moment& moment, std::uint64_t height, std::uint64_t& bytes) {
  for (std::size_t part = 0; part < plugin::kBlockParts; ++part) {
    TENON_ASSIGN_OR_RETURN(
        const auto found,
        StoreCore::read_part(*moment.view, height, static_cast<plugin::BlockPart>(part)));
    if (!found)
      return missing("part " + std::to_string(part) + " of block " + std::to_string(height));
    bytes += found->size();
  }
  return {};
}

// Up to the oldest version that can be read, records are pruned, each before the versions that it
// names.
Status StoreScrub::check_changes(const Moment& moment, std::uint64_t height,
                                 std::uint64_t& bytes) {
  const bool kept = height > moment.horizon.readable.oldest_version &&
                    height >= moment.horizon.oldest_changes;
  TENON_ASSIGN_OR_RETURN(const auto record,
                         moment.view->get(Column::kChanges, height_key(height)));
  if (!record)
    return kept ? missing(change_record_of(height)) : Status();
  bytes += record->size();
  TENON_ASSIGN_OR_RETURN(const ChangesRecord changes, decode_changes(*record));
  for (const TreeChange& change : changes.changes)
    TENON_RETURN_IF_ERROR(check_version(*moment.view, height, change, bytes));
  return {};
}

Result<std::uint64_t> StoreScrub::look_at_files(std::uint64_t random) {
  if (!begun_)
    files_ = core_.backend_->check_files(random);
  begun_ = true;
  std::uint64_t bytes = 0;
  if (files_) {
    TENON_ASSIGN_OR_RETURN(bytes, files_->check(kPieceBytes));
  }
  if (bytes == 0) {
    files_.reset();
    ++cycles_;
    enter(Phase::kState);
  }
  return bytes;
}

} // namespace tenon::store
