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
#include "link/takeover.hpp"
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
  // Has it seen all that its replica had, and heard of one lately?
  [[nodiscard]] bool caught_up() const;
  // What a replica last failed with; empty: none did.
  [[nodiscard]] std::string last_failure() const;
  [[nodiscard]] std::uint64_t behind() const;

private:
  void ask(bool in_need);
  void take(const std::string& replica, const Result<pb::Answer>& answer);
  void take_page(const std::string& replica, const v1::StreamPage& page);
  // `state`: see Projection::apply.
  void apply(const v1::StreamPage& page, const wire::StreamedPage& checked,
             const Projection::State* state);
  void take_over(const std::string& replica, const v1::StreamPage& page,
                 wire::StreamedPage checked);
  void answered(const std::string& replica, std::uint64_t head_height);
  void failed(const std::string& replica, const std::string& why,
              std::uint64_t least_pause_us = 0);
  void end_turn();
  // 0: it is not paused.
  [[nodiscard]] std::uint64_t paused_until_us(const std::string& replica) const;
  [[nodiscard]] std::string next_after(const std::string& name, bool in_need) const;
  [[nodiscard]] std::string choose(bool in_need) const;

  Parts parts_;
  Takeover takeover_;
  Applied applied_;
  Switched switched_;
  Counter& pages_;
  Counter& switches_;
  Gauge& height_;
  // On the strand.
  std::uint64_t slack_ms_ = 0; // see kLeastSlackMs
  bool asking_ = false;
  std::uint64_t turn_began_us_ = 0;
  struct Failures {
    std::uint32_t in_a_row = 0;
    std::uint64_t until_us = 0;
  };
  std::map<std::string, Failures> failures_; // by replica
  std::atomic<bool> caught_up_{false};
  std::atomic<std::uint64_t> seen_height_{0}; // of the replica's head
  std::atomic<std::uint64_t> last_answer_us_{0};
  mutable std::mutex mutex_; // guards the two names
  std::string replica_;
  std::string last_failure_;
};

} // namespace tenon::host::link
