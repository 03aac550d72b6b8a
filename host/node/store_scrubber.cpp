#include "node/store_scrubber.hpp"

#include <algorithm>

#include "pipeline/ledger_opener.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::node {

namespace {

// After the start, and after a failure that is no damage.
constexpr std::uint64_t kPauseMs = 1000;
// A few of them cost less than the piece that goes before them.
constexpr std::uint64_t kLinksPerPiece = 16;

} // namespace

StoreScrubber::StoreScrubber(Parts parts)
    : parts_(std::move(parts)),
      bytes_(parts_.metrics.counter("store_scrub_bytes_total",
                                    "Bytes of the store that were checked beside its service")),
      cycles_(parts_.metrics.counter("store_scrub_cycles_total",
                                     "How often all of the store has been checked")) {
  arm(kPauseMs);
}

StoreScrubber::~StoreScrubber() {
  std::unique_lock lock(life_->mutex);
  life_->ended = true;
  life_->rested.wait(lock, [this] { return !life_->running; });
}

void StoreScrubber::arm(std::uint64_t wait_ms) {
  parts_.executor.after(wait_ms, [this, life = life_] {
    {
      const std::lock_guard lock(life->mutex);
      if (life->ended)
        return; // and `this` may be gone
      life->running = true;
    }
    const auto next_ms = look();
    const std::lock_guard lock(life->mutex);
    life->running = false;
    life->rested.notify_all();
    if (next_ms && !life->ended)
      arm(*next_ms);
  });
}

std::optional<std::uint64_t> StoreScrubber::look() {
  const auto piece = look_at_piece();
  if (!piece.ok() && piece.status().fault()) {
    parts_.damaged(piece.status().with_context("checking the store beside its service"));
    return std::nullopt;
  }
  if (!piece.ok()) {
    return piece.status().code() == Code::kUnimplemented ? std::nullopt
                                                         : std::optional(kPauseMs);
  }
  bytes_.add(static_cast<double>(piece->bytes));
  cycles_.add(static_cast<double>(piece->cycles - counted_cycles_));
  counted_cycles_ = piece->cycles;
  return piece->wait_ms == 0 ? std::nullopt : std::optional(piece->wait_ms);
}

Result<plugin::StoreScrub> StoreScrubber::look_at_piece() {
  TENON_ASSIGN_OR_RETURN(const Bytes random, parts_.random.bytes(sizeof(std::uint64_t)));
  TENON_ASSIGN_OR_RETURN(const plugin::StoreScrub piece, parts_.store.scrub(read_be64(random)));
  if (piece.bytes > 0 && parts_.whole_blocks)
    TENON_RETURN_IF_ERROR(look_at_links());
  return piece;
}

Status StoreScrubber::look_at_links() {
  if (next_height_ == 0) {
    TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, parts_.store.head());
    next_height_ = head.height;
  }
  TENON_RETURN_IF_ERROR(pipeline::check_links(parts_.store, next_height_, kLinksPerPiece));
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, parts_.store.horizon());
  next_height_ -= std::min(next_height_, kLinksPerPiece);
  if (next_height_ <= horizon.oldest_block)
    next_height_ = 0;
  return {};
}

} // namespace tenon::host::node
