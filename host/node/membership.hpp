// Keeps the node's list of peers, and the key of its own channels, as the committed ledger has
// them: at the start, and soon after every block that may have changed it. Owned by the node,
// begins before the network does and stops before the ledger; the work is an executor's, one at a
// time.
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

  explicit Membership(Parts parts) : parts_(std::move(parts)) {}
  ~Membership() { stop(); }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  // Gives the network its peers and key; fails when the node must not start like this. [main]
  [[nodiscard]] Status begin(const pipeline::Members& genesis);
  // Watches the ledger from here on. [main]
  void start();
  // After it nothing of this object runs or will run. [main]
  void stop();

  // What the channels mean for the node's readiness, and what is wrong with the list. Any thread.
  void show(const std::string& peers_json, v1::StatusResponse& status) const;

private:
  void head_moved();
  void arm();
  void refresh();
  [[nodiscard]] Status apply(const pipeline::Members& members);

  const Parts parts_;
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
    std::uint64_t seen = 0; // version of the last refresh
    std::condition_variable rested;
  };
  std::shared_ptr<Turn> turn_ = std::make_shared<Turn>();
};

} // namespace tenon::host::node
