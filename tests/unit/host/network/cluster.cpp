#include "cluster.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tenon/crypto/sha256.hpp"

namespace tenon::host::network::test {

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience_ms);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void Ear::received(std::string_view peer, Lane lane, BytesView frame) {
  const std::lock_guard lock(mutex_);
  out_of_turn_ += connected_[std::string(peer)] ? 0 : 1;
  frames_[{std::string(peer), lane}].emplace_back(frame);
  changed_.notify_all();
}

void Ear::connected(std::string_view peer, PeerRole role) {
  const std::lock_guard lock(mutex_);
  connected_[std::string(peer)] = true;
  times_[std::string(peer)] += 1;
  roles_[std::string(peer)] = role;
  changed_.notify_all();
}

void Ear::disconnected(std::string_view peer) {
  const std::lock_guard lock(mutex_);
  connected_[std::string(peer)] = false;
  changed_.notify_all();
}

bool Ear::wait(const std::function<bool()>& condition) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(kPatience_ms), condition);
}

bool Ear::hears_of(const std::string& peer) {
  return wait([&] { return connected_[peer]; });
}

bool Ear::loses(const std::string& peer) {
  return wait([&] { return !connected_[peer]; });
}

bool Ear::gets(const std::string& peer, Lane lane, std::size_t frames) {
  return wait([&] { return frames_[{peer, lane}].size() >= frames; });
}

std::vector<Bytes> Ear::frames(const std::string& peer, Lane lane) const {
  const std::lock_guard lock(mutex_);
  const auto found = frames_.find({peer, lane});
  return found == frames_.end() ? std::vector<Bytes>() : found->second;
}

bool Ear::is_connected(const std::string& peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(peer);
  return found != connected_.end() && found->second;
}

int Ear::times_connected(const std::string& peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = times_.find(peer);
  return found == times_.end() ? 0 : found->second;
}

PeerRole Ear::role_of(const std::string& peer) const {
  const std::lock_guard lock(mutex_);
  return roles_.at(peer);
}

int Ear::out_of_turn() const {
  const std::lock_guard lock(mutex_);
  return out_of_turn_;
}

crypto::PrivateKey key_of(const std::string& seed) {
  return *crypto::PrivateKey::from_seed(crypto::sha256(seed).view());
}

std::vector<std::string> by_key(std::vector<std::string> names) {
  std::sort(names.begin(), names.end(), [](const std::string& left, const std::string& right) {
    return key_of(left).public_key() < key_of(right).public_key();
  });
  return names;
}

SharedFrame frame_of(Bytes bytes) {
  return std::make_shared<const Bytes>(std::move(bytes));
}

NetworkLimits quick_limits() {
  NetworkLimits limits;
  limits.reconnect_first_ms = 5;
  limits.reconnect_most_ms = 50;
  return limits;
}

NetworkOptions options_of(const std::string& name) {
  NetworkOptions options;
  options.name = name;
  options.chain = crypto::sha256("a chain");
  options.engines_fingerprint = crypto::sha256("some engines");
  options.listen = Endpoint{"127.0.0.1", 0};
  options.limits = quick_limits();
  return options;
}

Node::Node(NetworkOptions options_given, const std::string& key_seed)
    : options(std::move(options_given)) {
  auto made = PeerNetwork::make(options, key_of(key_seed.empty() ? options.name : key_seed), log,
                                metrics, clock);
  REQUIRE(made.ok());
  network = *std::move(made);
  REQUIRE(network->open(Protocol::kConsensus, ear).ok());
  const Status started = network->start();
  INFO(started.to_string());
  REQUIRE(started.ok());
}

PeerConfig Node::entry() const {
  PeerConfig entry{options.name, key_of(options.name).public_key(), options.role, std::nullopt};
  if (options.listen)
    entry.address = Endpoint{"127.0.0.1", network->port()};
  return entry;
}

bool Node::logs(std::string_view text) const {
  return eventually([&] { return log.contains(text); });
}

bool Node::counts(std::string_view line) const {
  return eventually([&] { return metrics.text().find(line) != std::string::npos; });
}

Status Node::send(const std::string& peer, Lane lane, Bytes frame) {
  return network->send(Protocol::kConsensus, peer, lane, frame_of(std::move(frame)));
}

void introduce(const std::vector<Node*>& nodes) {
  std::vector<PeerConfig> all;
  for (const Node* node : nodes)
    all.push_back(node->entry());
  for (Node* node : nodes)
    REQUIRE(node->network->set_peers(all).ok());
}

} // namespace tenon::host::network::test
