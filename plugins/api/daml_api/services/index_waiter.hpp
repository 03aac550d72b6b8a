// Whoever has a command's outcome and needs what the index makes of it: called once the index has
// come to an offset, in order, on a thread of the waiter. Owned by the plugin object; any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "errors/failure.hpp"
#include "index/ledger_index.hpp"

namespace tenon::daml_api {

class IndexWaiter {
public:
  // OK, or why the index will not come there.
  using Reached = std::function<void(const Outcome& outcome)>;

  // `index` outlives this.
  explicit IndexWaiter(index::LedgerIndex& index);
  ~IndexWaiter();
  IndexWaiter(const IndexWaiter&) = delete;
  IndexWaiter& operator=(const IndexWaiter&) = delete;

  void when_reached(std::uint64_t offset, Reached reached);
  // Tells those that still wait, and all that come later, that the node stops.
  void stop();

private:
  using Waiting = std::multimap<std::uint64_t, Reached>; // by offset
  static constexpr std::size_t kMaxWaiting = 65'536;

  void run();
  // Of those up to `end`, under the lock.
  std::vector<Reached> take(Waiting::const_iterator end);

  index::LedgerIndex& index_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;
  Waiting waiting_;
  std::unique_ptr<index::Subscription> subscription_;
  std::thread thread_;
};

} // namespace tenon::daml_api
