// What waits to be sent to one peer in one lane: bounded, filled by any thread, emptied by the
// network's. Takes frames only while the peer is connected. Owned by its peer.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "ports/peers.hpp"

namespace tenon::host::network {

class SendQueue {
public:
  struct Item {
    std::uint8_t slot = 0;
    SharedFrame frame;
  };
  enum class Push {
    kTaken,
    kTakenWake, // the network's thread has found the queue empty before: tell it
    kFull,
    kClosed,
  };

  explicit SendQueue(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  [[nodiscard]] Push push(Item item);
  [[nodiscard]] std::optional<Item> pop();
  void open();
  // Drops what waits.
  void close();
  [[nodiscard]] std::size_t queued_bytes() const;
  [[nodiscard]] std::size_t limit_bytes() const { return limit_bytes_; }

private:
  const std::size_t limit_bytes_;
  mutable std::mutex mutex_;
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  bool open_ = false;
  bool idle_ = true;
};

} // namespace tenon::host::network
