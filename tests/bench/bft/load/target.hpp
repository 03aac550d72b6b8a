// What the open loop sends transactions to: a client node of Tenon, or validators of the peer.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "tenon/core/status.hpp"

namespace tenon::bench {

enum class Ending : std::uint8_t {
  kOpen,      // no outcome yet
  kCommitted, // seen in a committed block, or answered as final
  kRefused,   // told to come again later
  kFailed,    // any other answer
};

// Of the transaction with that number; `why` for what is not committed.
using Ended = std::function<void(std::uint32_t number, Ending ending, std::string_view why)>;

// Owned by the open loop's caller; its one thread.
class Target {
public:
  virtual ~Target() = default;
  // Connects, and registers its sockets there; data.ptr of their events is a target's own.
  [[nodiscard]] virtual Status open(int epoll, Ended ended) = 0;
  // False: there is no room; to be tried again after the next event.
  [[nodiscard]] virtual Result<bool> send(std::uint32_t number) = 0;
  // An event of one of the sockets.
  [[nodiscard]] virtual Status ready(void* socket, std::uint32_t events) = 0;
};

} // namespace tenon::bench
