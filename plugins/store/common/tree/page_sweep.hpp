// Takes pages out of memory that the disk has: those of which nobody has asked for one in a whole
// turn of the hand (the CLOCK algorithm: Corbato, "A paging experiment with the Multics system",
// 1968). Stubs take their places.
//
// Owned by the store, for one line of versions. One thread, the one that stages.
#pragma once

#include <vector>

#include "common/tree/version.hpp"

namespace tenon::store {

class PageSweep {
public:
  // What one run is to do, and what came of it.
  struct Run {
    std::uint64_t version; // the one that is being made: nodes born with it are nobody else's yet
    std::uint32_t flush;   // pages on disk since this flush, or an earlier one, may go
    std::int64_t excess;   // bytes that should go
    std::size_t visits;    // pages that may be looked at, at least one
    std::vector<const Node*>& created;
    std::vector<Replaced>& replaced;
    TreeSize& grown;
    std::uint64_t swept = 0;
  };

  // Goes on where the last run ended; returns the root, which may be another one.
  [[nodiscard]] const Node* sweep(const Node* root, Run& run);

private:
  [[nodiscard]] const Node* visit(const Node* node, bool on_border);
  [[nodiscard]] const Node* stub_for(const Node* node, const Page& page);
  [[nodiscard]] Page* own(const Node* node, const Page& page);
  [[nodiscard]] bool may_go(const Page& page) const;
  [[nodiscard]] bool enough() const { return run_->excess <= 0 || run_->visits == 0; }

  Path hand_; // where the next run begins; empty: at the root
  Run* run_ = nullptr;
  Path path_;
  bool ended_ = false;
};

} // namespace tenon::store
