// What goes on beside a store's commits while they are measured, over and over, until it is
// stopped. Each has a thread of its own; made and ended by one.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "tenon/plugin/store.hpp"

namespace tenon::bench {

class Upkeep {
public:
  // Once more; the first failure ends it.
  using Round = std::function<Status()>;

  explicit Upkeep(Round round);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  // The rounds that were done.
  Result<std::uint64_t> stop();

private:
  std::atomic<bool> stopped_ = false;
  std::uint64_t rounds_ = 0; // the thread's until it has ended, as is status_
  Status status_;
  std::thread thread_;
};

// Keeps the newest blocks only.
[[nodiscard]] Upkeep::Round pruning(plugin::Store& store, std::uint64_t kept);
// The oldest block of which it is not settled yet what it left for nobody to see.
[[nodiscard]] Result<std::uint64_t> pruned_up_to(const plugin::Store& store);
// A checkpoint, and of its files, synced, those that no backup before it had.
[[nodiscard]] Upkeep::Round backups(plugin::Store& store, std::filesystem::path directory);

} // namespace tenon::bench
