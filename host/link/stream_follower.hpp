// Follows the client's stream: asks one replica for page after page, checks each and takes it into
// the projection. A replica that is silent, behind or refuses loses its turn to another one; one
// whose page does not verify is dropped and named. One page is asked for at a time, so that nothing
// piles up. Owned by the client ledger. Its work runs on a strand; what is public: any thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
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
  // Called on the strand when the projection has begun anew at this height.
  using Restarted = std::function<void(std::uint64_t height)>;

  struct Parts {
    ReplicaLink& link;
    Projection& projection;
    pipeline::Health& health;
    const Clock& clock;
    Log& log;
    Metrics& metrics;
    Strand& strand;
  };

  StreamFollower(const Parts& parts, Applied applied, Switched switched, Restarted restarted);

  // Something may have changed: a replica connected, or a pause is over.
  void wake();
  // The replica that is being followed; empty: none.
  [[nodiscard]] std::string replica() const;
  // Has it lately had all that f + 1 of the validators had? One of those is honest.
  [[nodiscard]] bool caught_up() const;
  // In words, for the status: how far it is from that.
  [[nodiscard]] std::string lag() const;
  // What a replica last failed with; empty: none did.
  [[nodiscard]] std::string last_failure() const;

private:
  // What a replica last said of itself.
  struct Word {
    std::uint64_t head_height = 0;
    std::uint64_t at_us = 0;
    bool had_all = false; // this node had all that the replica had
  };
  struct Heard {
    std::size_t had_all = 0; // validators of whom this node lately had everything
    std::size_t needed = 0;
    std::uint64_t behind = 0; // by what so many validators say
  };
  [[nodiscard]] Heard heard() const;
  void note(const std::string& replica, std::uint64_t head_height, bool had_all);
  [[nodiscard]] bool knows_all_of(const std::string& replica) const;
  void ask(bool in_need);
  void take(const std::string& replica, const Result<pb::Answer>& answer, bool begins);
  // What follows is not to be had of f + 1 validators: one of them is honest.
  [[nodiscard]] bool must_begin_anew() const;
  void note_refusal(const std::string& replica, const Status& why);
  void take_start(const std::string& replica, const v1::StreamPage& page);
  void restart(const std::string& replica, const v1::StreamPage& page,
               const wire::StreamStart& start, const Projection::State& state);
  void take_page(const std::string& replica, const v1::StreamPage& page);
  // `state`: see Projection::apply.
  void apply(const std::string& replica, const v1::StreamPage& page,
             const wire::StreamedPage& checked, const Projection::State* state);
  void take_over(const std::string& replica, const v1::StreamPage& page,
                 wire::StreamedPage checked);
  void answered(const std::string& replica);
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
  Restarted restarted_;
  Counter& pages_;
  Counter& switches_;
  Counter& restarts_;
  Gauge& height_;
  // On the strand.
  std::uint64_t slack_ms_ = 0; // see kLeastSlackMs
  std::uint64_t asked_at_us_ = 0;
  std::uint64_t asked_to_wait_ms_ = 0;
  bool asking_ = false;
  std::uint64_t turn_began_us_ = 0;
  struct Failures {
    std::uint32_t in_a_row = 0;
    std::uint64_t until_us = 0;
  };
  std::map<std::string, Failures> failures_; // by replica
  std::set<std::string> without_history_;    // who does not have what follows …
  std::uint64_t without_after_ = 0;          // … this height
  mutable std::mutex mutex_; // guards what follows
  std::string replica_;
  std::string last_failure_;
  std::map<std::string, Word> words_; // by replica
};

} // namespace tenon::host::link
