// The thread that follows the ledger: it asks for pages of what is new, has them written, lets
// readers know, and frees the room of what was pruned. Owned by the index.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "common/ledger/ledger.hpp"
#include "index/database.hpp"
#include "index/subscribers.hpp"
#include "index/tail.hpp"
#include "index/writer.hpp"

namespace tenon::daml_api::index {

class Follower {
public:
  // All of it outlives the follower; `state` and `pruning` may be null.
  struct Parts {
    const IndexSettings& settings;
    api::Ledger& ledger;
    StateSource* state;
    PruningRecord* pruning;
    Tail& tail;
    Subscribers& subscribers;
    IndexLog log;
  };

  Follower(Parts parts, std::unique_ptr<Writer> writer);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  // Once.
  Status start();
  [[nodiscard]] Status health() const;
  // Stops following for good. Any thread.
  void halt(const Status& why);
  Status prune(std::uint64_t up_to, bool all_divulged);

private:
  void run();
  // Until there is nothing more to do; what kept it from being done.
  Status work();
  [[nodiscard]] Result<bool> follow_one_page(); // more may follow at once
  Status begin_anew(const Status& missing);
  Status record(const PrunedOffsets& pruned);
  void wait_for_work();
  void set_health(Status health);
  [[nodiscard]] bool stopping() const;

  const Parts parts_;
  std::mutex writer_mutex_;
  const std::unique_ptr<Writer> writer_;
  bool freeing_ = true; // under writer_mutex_: there may be pruned rows

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool awake_ = true;
  bool stopping_ = false;
  bool halted_ = false;
  Status health_;

  std::unique_ptr<api::Ledger::Watch> watch_;
  std::thread thread_;
};

} // namespace tenon::daml_api::index
