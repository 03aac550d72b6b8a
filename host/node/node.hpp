// A node: the only place where the host's parts are put together. Store, engines, the channels to
// other nodes, consensus and APIs start in this order and stop in the reverse one; whatever fails
// to start takes down what has started before it. What of it the ledger is, depends on the role
// (node_ledger.cpp): a pipeline that consensus drives, and for client nodes a link to it; or, on a
// client node, a ledger that follows the replicas'. Owned by main; main thread, except what the
// admin listener and the plugins ask of it through NodeView.
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "admin/admin_server.hpp"
#include "backup/service.hpp"
#include "bridge/api_client.hpp"
#include "bridge/consensus_client.hpp"
#include "bridge/engine_client.hpp"
#include "bridge/store_client.hpp"
#include "link/client_ledger.hpp"
#include "link/link_server.hpp"
#include "network/peer_network.hpp"
#include "node/config/node_config.hpp"
#include "node/data_directory.hpp"
#include "node/membership.hpp"
#include "node/plugin_instance.hpp"
#include "node/plugin_set.hpp"
#include "node/store_scrubber.hpp"
#include "pipeline/genesis.hpp"
#include "pipeline/pipeline.hpp"
#include "services/asio_executor.hpp"
#include "services/key_store.hpp"
#include "services/metric_registry.hpp"
#include "services/plugin_services.hpp"
#include "services/posix_disk.hpp"
#include "services/real_time.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::host::node {

struct ReplaySummary {
  std::uint64_t height = 0;
  Hash state_root;
};

class Node final : private services::NodeView {
public:
  // Ready for applications when it returns. `config` and `log` outlive the node.
  static Result<std::unique_ptr<Node>> start(const config::NodeConfig& config, Log& log);
  // Opens the ledger only: no consensus, no APIs. Not for client nodes.
  static Result<std::unique_ptr<Node>> open_ledger(const config::NodeConfig& config, Log& log);
  // What start() failed with was stopped before it returned.
  ~Node() override;

  // Executes the blocks of a block log file after the head; a result that differs from the one in
  // the file ends it. Only after open_ledger().
  [[nodiscard]] Result<ReplaySummary> replay(const std::filesystem::path& block_log);

  // Takes nothing new, finishes what was accepted within the deadline, and ends every part. False
  // when a plugin hung: its threads may still run, so that only _exit() may follow.
  [[nodiscard]] bool stop(std::uint64_t drain_ms);

  // Takes over what may change while the node runs, of a configuration that was read again; what
  // else is different is named in the log. [main]
  void reload(const config::NodeConfig& fresh);

  // What the APIs listen on, as JSON arrays.
  [[nodiscard]] std::vector<std::string> endpoints() const;
  [[nodiscard]] std::string admin_address() const;
  // Where other nodes reach this one; empty without a network.
  [[nodiscard]] std::string network_address() const;

private:
  using Instances = std::vector<std::unique_ptr<PluginInstance>>;

  Node(const config::NodeConfig& config, Log& log);
  static Status given_up(std::unique_ptr<Node> node, Status why);
  [[nodiscard]] std::array<const Instances*, 4> groups() const {
    return {&store_, &engines_, &consensus_, &apis_};
  }
  // Is a thread still inside a plugin, or inside the host on a plugin's behalf?
  [[nodiscard]] bool left_behind() const;
  void release_ledger();

  [[nodiscard]] Status begin();
  [[nodiscard]] Status prepare_parts();
  [[nodiscard]] Status start_admin();
  [[nodiscard]] Status check_own_key_file() const;
  [[nodiscard]] Status make_plugins();
  [[nodiscard]] Status establish_chain();
  [[nodiscard]] Status make_network(std::vector<pipeline::EngineFingerprint> fingerprints);
  [[nodiscard]] Status start_store_and_engines();
  [[nodiscard]] Status make_ledger();
  [[nodiscard]] Status make_membership();
  [[nodiscard]] Status start_ledger();
  [[nodiscard]] Status start_consensus();
  void start_scrubber();
  [[nodiscard]] Status start_apis();
  [[nodiscard]] Status make_backups();
  [[nodiscard]] admin::AdminReply answer_backup(std::optional<std::string_view> body);
  void stop_ledger(FunctionRef<std::uint64_t()> left_ms);
  [[nodiscard]] Status start_plugin(PluginInstance& instance);
  [[nodiscard]] Result<PluginInstance*> add_instance(PlannedPlugin planned);
  [[nodiscard]] Result<std::string> instance_folder(const config::PluginUse& use);
  [[nodiscard]] Status refuse(const std::vector<loader::Refusal>& refusals);
  template <typename Client>
  [[nodiscard]] Status bind(const PluginInstance& instance, std::unique_ptr<Client>& client);
  [[nodiscard]] Status make_genesis(std::span<const pipeline::EngineFingerprint> fingerprints);
  [[nodiscard]] bool is_client() const { return config_.role == config::kRoleClient; }
  [[nodiscard]] Result<Bytes> read_unwedge() const;
  [[nodiscard]] pipeline::Options ledger_options() const;
  [[nodiscard]] admin::Readiness readiness() const;
  void note(const std::string& message, const std::string& fields_json = {});

  // NodeView
  [[nodiscard]] std::string name() const override { return config_.name; }
  [[nodiscard]] std::string role() const override { return config_.role; }
  [[nodiscard]] Hash chain() const override;
  [[nodiscard]] LedgerService* ledger() const override { return ledger_.load(); }
  [[nodiscard]] std::uint64_t ledger_time_us() const override;
  [[nodiscard]] std::optional<bool> store_durable() const override;
  void complete_status(v1::StatusResponse& status) const override;
  void list_plugins(v1::PluginsResponse& plugins) const override;

  const config::NodeConfig& config_;
  Log& log_;
  const std::unique_ptr<Clock> owned_clock_;
  Clock& clock_;
  services::SystemRandom random_;
  std::uint64_t started_us_;
  services::MetricRegistry metrics_;

  mutable std::mutex mutex_; // guards what the status shows and starting or stopping changes
  std::string phase_ = "starting";
  std::vector<loader::Refusal> refusals_;
  Hash chain_;
  Bytes genesis_;
  std::atomic<LedgerService*> ledger_{nullptr};
  std::atomic<std::optional<bool>> store_durable_{std::nullopt};
  std::unique_ptr<network::PeerNetwork> network_;

  services::PosixDisk disk_;
  std::optional<DataDirectory> data_;
  std::optional<services::KeyStore> keys_;
  std::unique_ptr<admin::AdminServer> admin_;
  std::unique_ptr<services::AsioExecutor> executor_;
  LifecycleThread lifecycle_;

  Instances store_;
  Instances engines_;
  Instances consensus_;
  Instances apis_;
  std::unique_ptr<bridge::StoreClient> store_client_;
  std::vector<std::unique_ptr<bridge::EngineClient>> engine_clients_;
  std::unique_ptr<bridge::ConsensusClient> consensus_client_;
  std::vector<std::unique_ptr<bridge::ApiClient>> api_clients_;
  // One of the two, by role.
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<link::ClientLedger> client_ledger_;
  std::unique_ptr<link::LinkServer> link_server_; // of a replica
  std::unique_ptr<StoreScrubber> scrubber_;       // while the ledger moves
  std::unique_ptr<Membership> membership_;        // with a network
  std::unique_ptr<backup::Service> backups_;      // of a node that serves
  bool stopped_ = false;
};

} // namespace tenon::host::node
