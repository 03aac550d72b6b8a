// Nodes of a network in one process, on loopback sockets: what each of them logged and what its
// handler was told can be waited for.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "../fakes.hpp"
#include "network/peer_network.hpp"

namespace tenon::host::network::test {

// Long enough for a machine under load; only a failing test waits so long.
inline constexpr std::uint64_t kPatience_ms = 30'000;

// True as soon as the condition holds; false when patience is at its end.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

// Remembers what it was told.
class Ear final : public PeerHandler {
public:
  void received(std::string_view peer, Lane lane, BytesView frame) override;
  void connected(std::string_view peer, PeerRole role) override;
  void disconnected(std::string_view peer) override;

  // Each waits.
  [[nodiscard]] bool hears_of(const std::string& peer);
  [[nodiscard]] bool loses(const std::string& peer);
  [[nodiscard]] bool gets(const std::string& peer, Lane lane, std::size_t frames);

  [[nodiscard]] std::vector<Bytes> frames(const std::string& peer, Lane lane) const;
  [[nodiscard]] bool is_connected(const std::string& peer) const;
  [[nodiscard]] int times_connected(const std::string& peer) const;
  [[nodiscard]] PeerRole role_of(const std::string& peer) const;
  // Frames that came from a peer that was not connected.
  [[nodiscard]] int out_of_turn() const;

private:
  [[nodiscard]] bool wait(const std::function<bool()>& condition);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<std::string, Lane>, std::vector<Bytes>> frames_;
  std::map<std::string, bool> connected_;
  std::map<std::string, int> times_;
  std::map<std::string, PeerRole> roles_;
  int out_of_turn_ = 0;
};

class ShiftedClock final : public Clock {
public:
  [[nodiscard]] std::uint64_t monotonic_us() const override { return real_.monotonic_us(); }
  [[nodiscard]] std::uint64_t wall_us() const override {
    return real_.wall_us() + static_cast<std::uint64_t>(shift_us_.load());
  }
  void shift_ms(std::int64_t by_ms) { shift_us_ = by_ms * 1000; }

private:
  services::RealClock real_;
  std::atomic<std::int64_t> shift_us_{0};
};

[[nodiscard]] crypto::PrivateKey key_of(const std::string& seed);
// The names, the one whose key is the smallest first: it dials the others.
[[nodiscard]] std::vector<std::string> by_key(std::vector<std::string> names);
[[nodiscard]] SharedFrame frame_of(Bytes bytes);

// Quick to give up and to try again, so that tests are.
[[nodiscard]] NetworkLimits quick_limits();
// A replica with the key of its name, listening on a free port.
[[nodiscard]] NetworkOptions options_of(const std::string& name);

struct Node {
  explicit Node(NetworkOptions options) : Node(std::move(options), {}) {}
  Node(NetworkOptions options, const std::string& key_seed);

  [[nodiscard]] PeerConfig entry() const;
  [[nodiscard]] bool logs(std::string_view text) const;
  [[nodiscard]] bool counts(std::string_view line) const;
  [[nodiscard]] Status send(const std::string& peer, Lane lane, Bytes frame);

  testing::MemoryLog log;
  services::MetricRegistry metrics;
  ShiftedClock clock;
  NetworkOptions options;
  Ear ear;
  std::unique_ptr<PeerNetwork> network;
};

// Makes each known to the others.
void introduce(const std::vector<Node*>& nodes);

} // namespace tenon::host::network::test
