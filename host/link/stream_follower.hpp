// Follows the client's stream: asks one replica for page after page, checks each and takes it into
// the projection. A replica that is silent, behind or refuses loses its turn to another one; one
// whose page does not verify is dropped and named. One page is asked for at a time, so that nothing
// piles up. Owned by the client ledger. Its work runs on a strand; what is public: any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "link/projection.hpp"
#include "link/replica_link.hpp"
#include "pipeline/health.hpp"
#include "ports/clock.hpp"

namespace tenon::host::link {

class StreamFollower {
public:
  // Called on the strand for every page that was taken in, after the head has moved.
  using Applied = std::function<void(const v1::StreamPage& page,
                                     const wire::StreamedPage& checked)>;
  using Switched = std::function<void()>;

  struct Parts {
    ReplicaLink& link;
    Projection& projection;
    pipeline::Health& health;
    const Clock& clock;
    Log& log;
    Metrics& metrics;
    Strand& strand;
  };

  StreamFollower(const Parts& parts, Applied applied, Switched switched);

  // Something may have changed: a replica connected, or a pause is over.
  void wake();
  // The replica that is being followed; empty: none.
  [[nodiscard]] std::string replica() const;
  // Has it seen all that its replica had, once?
  [[nodiscard]] bool caught_up() const { return caught_up_; }
  [[nodiscard]] std::uint64_t behind() const;

private:
  void ask(bool in_need);
  void take(const std::string& replica, const Result<pb::Answer>& answer);
  void take_page(const std::string& replica, const v1::StreamPage& page);
  // It had its turn; others come first for a while.
  void pass_over(const std::string& replica, std::uint64_t pause_us);
  [[nodiscard]] std::string choose(bool in_need) const;

  Parts parts_;
  Applied applied_;
  Switched switched_;
  Counter& pages_;
  Counter& switches_;
  Gauge& height_;
  // On the strand.
  bool asking_ = false;
  std::uint64_t turn_began_us_ = 0;
  std::map<std::string, std::uint64_t> passed_over_until_us_;
  std::atomic<bool> caught_up_{false};
  std::atomic<std::uint64_t> seen_height_{0}; // of the replica's head
  mutable std::mutex mutex_;                  // guards the name
  std::string replica_;
};

} // namespace tenon::host::link
