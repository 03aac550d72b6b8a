// Takes over what a client node may see of the state after one block, when the streams alone do not
// give it: parties came from another client, or the client joined late. Every entry comes with its
// proof; and since no proof shows that nothing was left out, all of it is asked of one replica more
// than may be Byzantine, and what any of them has counts. Owned by the stream follower, on its
// strand.
#pragma once

#include <functional>
#include <set>

#include "link/projection.hpp"
#include "link/replica_link.hpp"

namespace tenon::host::link {

class Takeover {
public:
  using Done = std::function<void(Result<Projection::State> state)>;

  Takeover(ReplicaLink& link, Strand& strand) : link_(link), strand_(strand) {}

  // One at a time. `done` is called on the strand; UNAVAILABLE: too few replicas gave it all.
  void begin(std::uint64_t height, const Hash& state_root, std::size_t sources, Done done);
  [[nodiscard]] bool under_way() const { return static_cast<bool>(done_); }

private:
  void next_source();
  void ask();
  void take(const Result<pb::Answer>& answer);
  [[nodiscard]] Status add(const v1::StatePart& part);
  void end(Result<Projection::State> state);

  ReplicaLink& link_;
  Strand& strand_;
  Done done_;
  std::uint64_t height_ = 0;
  Hash state_root_;
  std::size_t sources_left_ = 0;
  std::set<std::string> tried_;
  std::string source_;
  Bytes from_key_;
  Projection::State state_;
  std::size_t bytes_ = 0;
};

} // namespace tenon::host::link
