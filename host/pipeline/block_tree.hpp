// The executed blocks that are not committed yet, as the tree they form on the head: several
// children of one parent may be staged, branches are abandoned, and a final block makes its
// ancestors final. Owned by the pipeline. Changed on the sequencer strand; read from any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/executed_block.hpp"

namespace tenon::host::pipeline {

class BlockTree {
public:
  using BlockPointer = std::shared_ptr<ExecutedBlock>;

  explicit BlockTree(std::size_t max_staged) : max_staged_(max_staged) {}

  // The committed block that the ledger was opened with. Before all else.
  void start(BlockPointer head);
  // Lets go of everything for a committed block that was not executed here.
  void restart(BlockPointer head);

  // A staged block, the last final one, or null.
  [[nodiscard]] BlockPointer find(const Hash& id) const;
  [[nodiscard]] BlockPointer final_tip() const;
  // What is known of a block that was executed here, or made final lately.
  struct Executed {
    std::uint64_t height = 0;
    std::shared_ptr<const EpochSchedule> schedule;
  };
  [[nodiscard]] std::optional<Executed> executed(const Hash& id) const;
  [[nodiscard]] std::size_t size() const;
  // RESOURCE_EXHAUSTED when consensus keeps too many branches alive.
  [[nodiscard]] Status insert(BlockPointer block);

  struct Finalized {
    bool known = false;                // staged here, or final before
    std::vector<BlockPointer> path;    // newly final, oldest first
    std::vector<BlockPointer> dropped; // can no longer become final
  };
  // Takes a block and its ancestors out of the tree as final, and all that contradicts them.
  [[nodiscard]] Finalized finalize(const Hash& id);
  // Takes out a staged block and its descendants.
  [[nodiscard]] std::vector<BlockPointer> abandon(const Hash& id);

private:
  // Takes out the staged blocks that stand, or that do not stand, on `ancestor`. Links are followed
  // down to `floor` and no further: below it they belong to the committer.
  [[nodiscard]] std::vector<BlockPointer> take(bool standing, const ExecutedBlock* ancestor,
                                               const ExecutedBlock* floor);

  std::size_t max_staged_;
  mutable std::mutex mutex_;
  BlockPointer final_tip_; // the last final block: the head once the committer has caught up
  std::map<Hash, BlockPointer> staged_;
  std::deque<std::pair<Hash, Executed>> recently_final_;
};

} // namespace tenon::host::pipeline
