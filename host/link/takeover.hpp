// Takes over what a client node may see of the state after one block, when the streams alone do not
// give it: parties came from another client, or the client joined late. Every entry comes with its
// proof; and since no proof shows that nothing was left out, all of it is asked of one replica more
// than may be Byzantine, and what any of them has counts. Only validators of the block's epoch
// count as such: of others nothing is assumed. Owned by the stream follower, on its strand.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "link/projection.hpp"
#include "link/replica_link.hpp"

namespace tenon::host::link {

// Held in memory until all is there; a replica that gives more is left alone.
inline constexpr std::size_t kMostTakeoverBytes = std::size_t{4} << 30;

class Takeover {
public:
  using Done = std::function<void(Result<Projection::State> state)>;

  struct Target {
    std::uint64_t height = 0;
    Hash state_root;
    std::string client;
    v1::ValidatorSet validators; // who certified the block
  };

  Takeover(ReplicaLink& link, Strand& strand, const Clock& clock,
           std::size_t max_bytes = kMostTakeoverBytes)
      : link_(link), strand_(strand), clock_(clock), max_bytes_(max_bytes) {}

  // One at a time. `done` is called on the strand; UNAVAILABLE: too few replicas gave it all, and
  // what those gave is kept for another attempt at the same block; OUT_OF_RANGE: so many do not
  // have that state any more that one of them is honest.
  void begin(Target target, Done done);
  [[nodiscard]] bool under_way() const { return static_cast<bool>(done_); }
  // Asks again for a part that did not come. To be called a few times a second while it is under
  // way.
  void resume();

private:
  void next_source();
  void leave_source();
  void ask();
  void take(const Result<pb::Answer>& answer);
  void put_off(const Status& why);
  [[nodiscard]] Status add(const v1::StatePart& part);
  [[nodiscard]] Status add_item(const v1::StateItem& item);
  // Of all that the present source gave.
  [[nodiscard]] Status check_visible() const;
  [[nodiscard]] Result<bool> is_visible(const Bytes& key, BytesView encoded,
                                        std::map<std::string, bool>& hosted) const;
  [[nodiscard]] Result<bool> hosts(const std::string& party) const;
  void end(Result<Projection::State> state);

  ReplicaLink& link_;
  Strand& strand_;
  const Clock& clock_;
  const std::size_t max_bytes_;
  Done done_;
  Target target_;
  std::set<std::string> given_by_; // who gave it all
  std::set<std::string> left_;     // who did not, in this attempt, …
  std::set<std::string> too_late_; // … because the state is too old
  std::string last_failure_;
  Projection::State state_; // what those of given_by_ gave
  std::size_t bytes_ = 0;

  // Of the present source.
  std::string source_;
  Bytes from_key_;
  std::uint32_t tries_ = 0; // at the present part
  bool asking_ = false;
  std::uint64_t ask_at_us_ = 0;
  Projection::State given_; // what no other gave
  std::size_t given_bytes_ = 0;
};

} // namespace tenon::host::link
