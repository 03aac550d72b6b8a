// The channels between this node and the others: TLS 1.3 with pinned Ed25519 keys, two connections
// per peer (docs/spec/network.md says what travels). Made and owned by the node, outlives whoever
// opened a protocol. Its one thread serves all connections and calls the handlers; every function
// here: any thread.
#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "network/options.hpp"
#include "ports/clock.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/peers.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::network {

class Switchboard;

class PeerNetwork final : public Peers {
public:
  // `clock` runs in real time. Log, metrics and clock outlive the network.
  [[nodiscard]] static Result<std::unique_ptr<PeerNetwork>> make(NetworkOptions options,
                                                                 const crypto::PrivateKey& key,
                                                                 Log& log, Metrics& metrics,
                                                                 const Clock& clock);
  ~PeerNetwork() override;

  // Listens and dials from here on; once.
  [[nodiscard]] Status start();
  // Says goodbye to all peers, and ends within the time of a farewell. Handlers are told of each
  // disconnection. Not from inside a handler.
  void stop();
  // Where it listens; 0 when it does not.
  [[nodiscard]] std::uint16_t port() const;

  // The list as it is from now on: who is no longer in it is cut, who has another key or role
  // connects anew, a new address counts from the next attempt on.
  [[nodiscard]] Status set_peers(std::vector<PeerConfig> peers);
  // New connections show this key; those that are up stay.
  [[nodiscard]] Status use_identity(const crypto::PrivateKey& key);

  [[nodiscard]] Status open(Protocol protocol, PeerHandler& handler) override;
  void close(Protocol protocol) override;
  [[nodiscard]] Status send(Protocol protocol, std::string_view peer, Lane lane,
                            SharedFrame frame) override;
  [[nodiscard]] Result<std::uint32_t> broadcast(Protocol protocol, Lane lane,
                                                SharedFrame frame) override;
  [[nodiscard]] Status cut(std::string_view peer, std::string_view reason) override;
  [[nodiscard]] std::string describe() const override;

private:
  explicit PeerNetwork(std::unique_ptr<Switchboard> switchboard, Bytes public_key);

  enum class Phase { kMade, kRunning, kStopped };

  // Runs the task on the network's thread, or here when there is none; returns when it has run.
  void run_and_wait(FunctionRef<void()> task);
  [[nodiscard]] bool on_network_thread() const;
  [[nodiscard]] Status check_frame(Lane lane, const SharedFrame& frame) const;

  const std::unique_ptr<Switchboard> switchboard_;
  std::mutex lifecycle_; // held while a task is handed to the thread: it does not end meanwhile
  Phase phase_ = Phase::kMade;
  std::thread thread_;
  mutable std::mutex key_mutex_;
  Bytes public_key_;
};

} // namespace tenon::host::network
