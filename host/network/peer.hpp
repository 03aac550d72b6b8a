// One node that this one knows: its entry in the list, what waits to be sent to it, what is told of
// it, and the state of its connections. Owned by the switchboard and by whoever sends to it at the
// moment. Queues and facts: any thread; everything under Session and Dialling: the network's.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "network/backoff.hpp"
#include "network/options.hpp"
#include "network/send_queue.hpp"
#include "ports/metrics.hpp"

namespace tenon::host::network {

class Connection;

// What a status shows of a peer.
struct PeerFacts {
  std::optional<Endpoint> address;
  bool connected = false;
  std::uint64_t since_wall_us = 0; // of the connection, or of its loss
  std::string last_error;
};

struct LaneCounters {
  Counter& received_bytes;
  Counter& received_frames;
  Counter& sent_bytes;
  Counter& sent_frames;
  Counter& refused_frames; // the queue was full

  static LaneCounters make(Metrics& metrics, const std::string& peer, Lane lane);
};

// Both connections, made with one process on the other side.
struct Session {
  std::array<std::shared_ptr<Connection>, plugin::kLanes> lanes;
  Bytes instance;
  std::uint64_t began_us = 0;
  bool complete = false;

  [[nodiscard]] bool empty() const { return lanes[0] == nullptr && lanes[1] == nullptr; }
};

struct Dialling {
  std::shared_ptr<Connection> connection; // while it is not in the session yet
  std::uint64_t not_before_us = 0;
  Backoff pause;
};

struct Ban {
  std::uint64_t until_us = 0;
  std::string reason;
  Backoff length;
};

class Peer {
public:
  Peer(PeerConfig config, const NetworkLimits& limits, Metrics& metrics);

  [[nodiscard]] const std::string& name() const { return config_.name; }
  [[nodiscard]] const Bytes& public_key() const { return config_.public_key; }
  [[nodiscard]] PeerRole role() const { return config_.role; }
  // As the list has it; the address is the one it was made with.
  [[nodiscard]] const PeerConfig& config() const { return config_; }

  [[nodiscard]] SendQueue& queue(Lane lane) { return queues_[static_cast<std::size_t>(lane)]; }
  [[nodiscard]] LaneCounters& counters(Lane lane) {
    return counters_[static_cast<std::size_t>(lane)];
  }

  [[nodiscard]] PeerFacts facts() const;
  void set_address(std::optional<Endpoint> address);
  void set_connected(bool connected, std::uint64_t wall_us);
  void set_last_error(std::string sentence);
  void add_received(Lane lane, std::size_t bytes, std::size_t frames);
  void add_sent(Lane lane, std::size_t bytes, std::size_t frames);
  [[nodiscard]] std::uint64_t received_bytes() const { return received_bytes_.load(); }
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_.load(); }

  Session session;
  Dialling dialling;
  Ban ban;
  bool cut_off = false; // by the list

private:
  const PeerConfig config_;
  std::array<SendQueue, plugin::kLanes> queues_;
  std::array<LaneCounters, plugin::kLanes> counters_;
  std::atomic<std::uint64_t> received_bytes_{0};
  std::atomic<std::uint64_t> sent_bytes_{0};
  mutable std::mutex mutex_;
  PeerFacts facts_;
};

} // namespace tenon::host::network
