#include "network/peer.hpp"

namespace tenon::host::network {

namespace {

constexpr std::size_t kMaxErrorBytes = 1024;

} // namespace

LaneCounters LaneCounters::make(Metrics& metrics, const std::string& peer, Lane lane) {
  const MetricLabels labels = {{"peer", peer},
                               {"lane", lane == Lane::kControl ? "control" : "bulk"}};
  return {metrics.counter("peer_received_bytes_total", "Bytes received from a peer", labels),
          metrics.counter("peer_received_frames_total", "Frames received from a peer", labels),
          metrics.counter("peer_sent_bytes_total", "Bytes sent to a peer", labels),
          metrics.counter("peer_sent_frames_total", "Frames sent to a peer", labels),
          metrics.counter("peer_queue_refusals_total",
                          "Frames not sent because the peer's queue was full", labels)};
}

Peer::Peer(PeerConfig config, const NetworkLimits& limits, Metrics& metrics)
    : dialling{nullptr, 0, Backoff(limits.reconnect_first_ms, limits.reconnect_most_ms)},
      ban{0, {}, Backoff(limits.cut_first_ms, limits.cut_most_ms)}, cut_off(config.cut_off),
      config_(std::move(config)), queues_{SendQueue(limits.control_queue_bytes),
                                          SendQueue(limits.bulk_queue_bytes)},
      counters_{LaneCounters::make(metrics, config_.name, Lane::kControl),
                LaneCounters::make(metrics, config_.name, Lane::kBulk)} {
  facts_.address = config_.address;
}

PeerFacts Peer::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

void Peer::set_address(std::optional<Endpoint> address) {
  const std::lock_guard lock(mutex_);
  facts_.address = std::move(address);
}

void Peer::set_connected(bool connected, std::uint64_t wall_us) {
  const std::lock_guard lock(mutex_);
  facts_.connected = connected;
  facts_.since_wall_us = wall_us;
  if (connected)
    facts_.last_error.clear();
}

void Peer::set_last_error(std::string sentence) {
  sentence.resize(std::min(sentence.size(), kMaxErrorBytes));
  const std::lock_guard lock(mutex_);
  facts_.last_error = std::move(sentence);
}

void Peer::add_received(Lane lane, std::size_t bytes, std::size_t frames) {
  received_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  counters(lane).received_bytes.add(static_cast<double>(bytes));
  counters(lane).received_frames.add(static_cast<double>(frames));
}

void Peer::add_sent(Lane lane, std::size_t bytes, std::size_t frames) {
  sent_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  counters(lane).sent_bytes.add(static_cast<double>(bytes));
  counters(lane).sent_frames.add(static_cast<double>(frames));
}

} // namespace tenon::host::network
