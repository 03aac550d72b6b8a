// Looks through all that a store holds, a small piece at a time, for what is no longer as it was
// written. One cycle begins at a place that chance chooses and comes back to it:
//
//   the state          each entry against its leaf, and all leaves up to the root of the head
//   blocks             each part against its seal; change records, and the versions they name
//   files              as they lie on disk, against their checksums (the backend)
//
// Owned by the StoreCore. One call at a time, on a worker of the host, beside everything else: it
// reads views and takes the store's mutex only to get them, so no commit waits for it.
#pragma once

#include "common/store_core.hpp"

namespace tenon::store {

class StoreScrub {
public:
  // 0 bytes per second: does nothing. Both outlive it.
  StoreScrub(const StoreCore& core, std::uint64_t bytes_per_second);

  // The next piece. DATA_LOSS, with the place, for what is damaged.
  [[nodiscard]] Result<plugin::StoreScrub> step(std::uint64_t random);

private:
  enum class Phase : std::uint8_t { kState, kBlocks, kFiles };
  // What stands still while a piece is looked at.
  struct Moment {
    plugin::StoreHead head;
    HorizonRecord horizon;
    std::shared_ptr<const BackendView> view;
    std::shared_ptr<Generation> generation;
  };

  [[nodiscard]] Moment now() const;
  [[nodiscard]] Result<std::uint64_t> look(std::uint64_t random);
  // Each looks at one piece, says how many bytes that were, and goes on to the next phase at its
  // end.
  [[nodiscard]] Result<std::uint64_t> look_at_state(std::uint64_t random);
  [[nodiscard]] Result<std::uint64_t> look_at_blocks(std::uint64_t random);
  [[nodiscard]] Result<std::uint64_t> look_at_files(std::uint64_t random);
  [[nodiscard]] Status check_block(const Moment& moment, std::uint64_t height,
                                   std::uint64_t& bytes) const;
  [[nodiscard]] static Status check_parts(const Moment& moment, std::uint64_t height,
                                          std::uint64_t& bytes);
  [[nodiscard]] static Status check_changes(const Moment& moment, std::uint64_t height,
                                            std::uint64_t& bytes);
  // Has what was not found been pruned since the moment, or replaced by an import?
  [[nodiscard]] bool is_gone(const Moment& moment, std::uint64_t height) const;
  void enter(Phase phase);

  const StoreCore& core_;
  std::uint64_t bytes_per_second_;
  Phase phase_ = Phase::kState;
  bool begun_ = false;   // the phase
  bool wrapped_ = false; // the walk has come to the end and goes on from the beginning
  Hash first_hash_;      // where the walk over the state began, and where it goes on
  Hash next_hash_;
  std::uint64_t first_height_ = 0; // likewise for blocks
  std::uint64_t next_height_ = 0;
  std::uint64_t last_height_ = 0; // later ones are for the next cycle
  std::unique_ptr<FileCheck> files_;
  std::uint64_t cycles_ = 0;
};

} // namespace tenon::store
