// Has the store check itself beside its service, one small piece after another, at the pace that
// the store asks for, until it finds damage. Owned by the node; a piece is looked at on a worker of
// the executor, one at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "ports/executor.hpp"
#include "ports/metrics.hpp"
#include "ports/random.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::host::node {

class StoreScrubber {
public:
  struct Parts {
    plugin::Store& store;
    Executor& executor;
    Random& random; // where a cycle begins
    Metrics& metrics;
    // The block log holds whole blocks, whose headers name each other: that of a client node does
    // not.
    bool whole_blocks = false;
    std::function<void(const Status&)> damaged; // told once, on a worker
  };

  // Begins at once. The parts outlive it.
  explicit StoreScrubber(Parts parts);
  // Waits for a piece that is being looked at.
  ~StoreScrubber();
  StoreScrubber(const StoreScrubber&) = delete;
  StoreScrubber& operator=(const StoreScrubber&) = delete;

private:
  // Shared with the timer, which may run when this is gone.
  struct Life {
    std::mutex mutex;
    bool ended = false;
    bool running = false;
    std::condition_variable rested;
  };

  void arm(std::uint64_t wait_ms);
  // How long to wait for the next piece; nothing when there is none.
  [[nodiscard]] std::optional<std::uint64_t> look();
  [[nodiscard]] Result<plugin::StoreScrub> look_at_piece();
  // That a few blocks follow each other: all of them once, from the head downwards, then again.
  [[nodiscard]] Status look_at_links();

  Parts parts_;
  Counter& bytes_;
  Counter& cycles_;
  std::uint64_t counted_cycles_ = 0;
  std::uint64_t next_height_ = 0; // of the block whose link is looked at next; 0: the head's
  std::shared_ptr<Life> life_ = std::make_shared<Life>();
};

} // namespace tenon::host::node
