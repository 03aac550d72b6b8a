// Keeps the node's list of peers, and the key of its own channels, as the committed ledger has
// them: at the start, soon after every block that may have changed it, when the configuration has
// been read again, and once more after it failed. Owned by the node, begins before the network does
// and stops before the ledger; the work is an executor's, one at a time.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "network/peer_network.hpp"
#include "node/config/node_config.hpp"
#include "pipeline/members.hpp"
#include "ports/executor.hpp"
#include "ports/ledger_service.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::node {

class Membership {
public:
  struct Parts {
    const config::NodeConfig& config;
    network::PeerNetwork& network;
    LedgerService& ledger;
    std::function<Result<pipeline::Members>()> members; // any thread
    std::function<std::uint64_t()> version;             // moves when they may have changed
    const crypto::PrivateKey& node_key;
    std::filesystem::path keys_folder;
    Executor& executor;
    Log& log;
  };

  explicit Membership(Parts parts)
      : parts_(std::move(parts)), config_(std::make_shared<config::NodeConfig>(parts_.config)) {}
  ~Membership() { stop(); }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  // Gives the network its peers and key; fails when the node must not start like this. [main]
  [[nodiscard]] Status begin(const pipeline::Members& genesis);
  // Watches the ledger from here on. [main]
  void start();
  // After it nothing of this object runs or will run. [main]
  void stop();
  // Addresses and drills from here on; the key files are read again too. Between start and stop.
  // [main]
  void use(config::Network section);

  // What the channels mean for the node's readiness, and what is wrong with the list. Any thread.
  void show(const std::string& peers_json, v1::StatusResponse& status) const;

private:
  void head_moved();
  void arm(std::uint64_t delay_ms);
  [[nodiscard]] std::uint64_t delay_ms() const;
  void refresh();
  [[nodiscard]] Status apply(const config::NodeConfig& config, const pipeline::Members& members);

  const Parts parts_;
  std::shared_ptr<const config::NodeConfig> config_; // guarded by the turn's mutex
  std::uint64_t watch_ = 0;
  bool watching_ = false;
  Bytes channel_key_; // shown now; main, then the refreshing task

  mutable std::mutex mutex_; // guards what the status shows
  v1::ValidatorSet validators_;
  std::vector<std::string> warnings_;
  std::string failure_; // of the last refresh

  struct Turn {
    std::mutex mutex;
    bool ended = false;
    bool armed = false;
    bool running = false;
    bool stale = false; // though the ledger is as it was
    std::uint64_t seen = 0; // version of the last refresh
    std::condition_variable rested;
  };
  std::shared_ptr<Turn> turn_ = std::make_shared<Turn>();
};

} // namespace tenon::host::node
