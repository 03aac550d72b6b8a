// A client node's way to the replicas: sends requests to the one that it is told, and matches the
// answers. Knows nothing of what they mean. Owned by the client ledger. Any thread; callbacks run
// on a worker of the executor, without a lock held.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/clock.hpp"
#include "ports/executor.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/peers.hpp"
#include "tenon/core/status.hpp"
#include "tenon/link/v1/link.pb.h"

namespace tenon::host::link {

namespace pb = tenon::link::v1;

class ReplicaLink {
public:
  // What it answered: of the kind that was asked for. A refusal is a failure with its code and
  // message; UNAVAILABLE: not connected, or not any more, or its queue is full, or it answered what
  // is no answer; DEADLINE_EXCEEDED: no answer in time. Must not call stop().
  using Answered = std::function<void(Result<pb::Answer> answer)>;

  ReplicaLink(Peers& peers, Executor& executor, Log& log, Metrics& metrics, const Clock& clock);
  ~ReplicaLink();
  ReplicaLink(const ReplicaLink&) = delete;
  ReplicaLink& operator=(const ReplicaLink&) = delete;

  // Opens the protocol. `changed` is called, one call at a time, after replicas have connected or
  // gone; what has changed is not said, and one call may stand for several changes. Once.
  [[nodiscard]] Status start(std::function<void()> changed);
  // Everything that is under way fails as UNAVAILABLE; callbacks that no worker has begun are
  // called here. When it returns, no callback runs or will run, but those of an ask() that came
  // after it: these are over when the destructor returns.
  void stop();

  // The callback is called exactly once, never from inside. The request's id is filled in here.
  void ask(const std::string& replica, pb::Request request, std::uint64_t timeout_ms,
           Answered done);
  // Connected replicas, sorted by name.
  [[nodiscard]] std::vector<std::string> connected() const;
  // It gave something that does not verify: ends its connections, counts it and says so. What it
  // was asked fails as UNAVAILABLE. Once per connection; further calls change nothing.
  void drop(const std::string& replica, const std::string& reason);

private:
  class Core;
  std::shared_ptr<Core> core_;
};

} // namespace tenon::host::link
