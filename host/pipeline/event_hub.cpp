#include "pipeline/event_hub.hpp"

#include <vector>

namespace tenon::host::pipeline {

std::uint64_t EventHub::watch(LedgerService::HeadMovedCallback head_moved) {
  auto watcher = std::make_shared<Watcher>();
  watcher->head_moved = std::move(head_moved);
  const std::lock_guard lock(mutex_);
  watchers_.emplace(next_id_, std::move(watcher));
  return next_id_++;
}

void EventHub::unwatch(std::uint64_t watch_id) {
  std::shared_ptr<Watcher> watcher;
  {
    const std::lock_guard lock(mutex_);
    const auto found = watchers_.find(watch_id);
    if (found == watchers_.end())
      return;
    watcher = std::move(found->second);
    watchers_.erase(found);
  }
  const std::lock_guard waits_for_call(watcher->calling);
  watcher->gone = true;
}

void EventHub::notify(std::uint64_t height) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    watchers.reserve(watchers_.size());
    for (const auto& [id, watcher] : watchers_)
      watchers.push_back(watcher);
  }
  for (const auto& watcher : watchers) {
    const std::lock_guard lock(watcher->calling);
    if (!watcher->gone)
      watcher->head_moved(height);
  }
}

} // namespace tenon::host::pipeline
