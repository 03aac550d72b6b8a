// Tells watchers that the head has moved; what is new for them they then ask for, each from its own
// offset, so that a slow one holds nobody up and a resumed one misses nothing. Step 9. Owned by the
// pipeline; notify on the committer strand, the rest on any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "ports/ledger_service.hpp"

namespace tenon::host::pipeline {

class EventHub {
public:
  [[nodiscard]] std::uint64_t watch(LedgerService::HeadMovedCallback head_moved);
  // Returns only when no call of that watch is under way. Not from inside a call.
  void unwatch(std::uint64_t watch_id);
  void notify(std::uint64_t height);

private:
  struct Watcher {
    std::mutex calling;
    bool gone = false;
    LedgerService::HeadMovedCallback head_moved;
  };
  std::mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Watcher>> watchers_;
};

} // namespace tenon::host::pipeline
