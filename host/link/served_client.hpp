// What a replica keeps of one client node that it serves: how much it has in hand of it, and its
// wait for news. Owned by the link server, whose lock guards what changes; the strands need none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "pipeline/serial_strand.hpp"
#include "tenon/v1/stream.pb.h"

namespace tenon::host::link {

// The wait for news of one client: at most one at a time.
struct NewsWait {
  enum class State {
    kQueued,  // a worker will look
    kLooking, // a worker looks
    kParked,  // until the head moves or the time is up
  };

  std::uint64_t id = 0;
  v1::StreamRequest request;
  std::uint64_t wait_ms = 0;
  State state = State::kQueued;
  bool is_over = false; // answer with what there is
  bool moved = false;   // while a worker looked
  std::optional<std::uint64_t> timer;
};

// One client that has ever been connected. Lives as long as the server, so that what is left of one
// session counts against the next, and batches of both are handed on in order.
struct ServedClient {
  ServedClient(std::string its_name, Executor& executor,
               const pipeline::SerialStrand::Failed& failed)
      : name(std::move(its_name)), batches(executor, failed), news(executor, failed),
        proofs(executor, failed) {}

  const std::string name;
  // The server's lock guards these.
  std::uint64_t session = 0;
  bool is_served = false; // connected, and not cut since
  std::size_t requests = 0;
  std::size_t batch_bytes = 0;
  std::size_t proofs_asked = 0;
  std::optional<NewsWait> wait;
  bool told_of_slowness = false; // in this session
  bool told_of_fault = false;

  pipeline::SerialStrand batches;
  pipeline::SerialStrand news;
  pipeline::SerialStrand proofs;
};

// Whose question it is: an answer to an ended session is not sent.
struct RequestOrigin {
  ServedClient& client;
  std::uint64_t session = 0;
  std::uint64_t id = 0;
};

} // namespace tenon::host::link
