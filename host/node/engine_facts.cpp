#include "node/engine_facts.hpp"

#include <memory>

#include "bridge/engine_client.hpp"
#include "node/plugin_instance.hpp"
#include "node/plugin_set.hpp"
#include "services/asio_executor.hpp"
#include "services/files.hpp"
#include "services/key_store.hpp"
#include "services/metric_registry.hpp"
#include "services/real_time.hpp"
#include "services/scratch_folder.hpp"

namespace tenon::host::node {

namespace {

// A node that has no ledger yet.
class BareNode final : public services::NodeView {
public:
  explicit BareNode(const config::NodeConfig& config) : config_(config) {}
  [[nodiscard]] std::string name() const override { return config_.name; }
  [[nodiscard]] std::string role() const override { return config_.role; }
  [[nodiscard]] Hash chain() const override { return {}; }
  [[nodiscard]] LedgerService* ledger() const override { return nullptr; }
  [[nodiscard]] std::uint64_t ledger_time_us() const override { return 0; }
  [[nodiscard]] std::optional<bool> store_durable() const override { return std::nullopt; }
  void complete_status(v1::StatusResponse&) const override {}
  void list_plugins(v1::PluginsResponse&) const override {}

private:
  const config::NodeConfig& config_;
};

// What an engine may touch from create() to destroy(), in the order of its making.
struct Surroundings {
  Surroundings(const config::NodeConfig& config, Log& log, services::ScratchFolder folder,
               services::KeyStore key_store)
      : scratch(std::move(folder)), keys(std::move(key_store)), executor(1, log), node(config) {}

  services::ScratchFolder scratch;
  services::KeyStore keys; // of this one call
  services::RealClock clock;
  services::MetricRegistry metrics;
  services::AsioExecutor executor;
  BareNode node;
  LifecycleThread lifecycle;
};

Result<Hash> fingerprint_of(PluginInstance& engine) {
  if (const auto refusal = engine.create())
    return loader::to_status({*refusal});
  TENON_ASSIGN_OR_RETURN(const auto client,
                         bridge::EngineClient::make(engine.table(), engine.instance()));
  const auto fingerprint = client->fingerprint();
  if (!fingerprint.ok()) {
    return loader::to_status({engine.refusal(loader::RefusalCode::kStartFailed,
                                             "it told no fingerprint", fingerprint.status())});
  }
  return *fingerprint;
}

} // namespace

Result<std::vector<pipeline::EngineFingerprint>> describe_engines(const config::NodeConfig& config,
                                                                  Log& log) {
  PluginSet set = load_engines(config);
  if (!set.refusals.empty())
    return loader::to_status(set.refusals);
  TENON_ASSIGN_OR_RETURN(services::ScratchFolder scratch,
                         services::ScratchFolder::make("engines"));
  TENON_ASSIGN_OR_RETURN(services::KeyStore keys,
                         services::KeyStore::open(scratch.path() / "keys"));
  auto parts = std::make_unique<Surroundings>(config, log, std::move(scratch), std::move(keys));
  std::vector<pipeline::EngineFingerprint> fingerprints;
  Status failure;
  for (PlannedPlugin& planned : set.plugins) {
    const std::string id = planned.use->id;
    const auto folder = parts->scratch.path() / id;
    TENON_RETURN_IF_ERROR(services::make_private_folder(folder));
    PluginInstance engine(
        {std::move(planned.plugin), planned.use->config.dump(),
         services::ServiceIdentity{"engine/" + id, folder}},
        {log, parts->metrics, parts->executor, parts->clock, parts->keys, parts->node},
        parts->lifecycle);
    const auto fingerprint = fingerprint_of(engine);
    if (!fingerprint.ok()) {
      failure = fingerprint.status();
      break;
    }
    fingerprints.push_back({id, *fingerprint});
  }
  if (parts->lifecycle.given_up() != 0)
    static_cast<void>(parts.release()); // a thread may still be inside an engine
  TENON_RETURN_IF_ERROR(failure);
  return fingerprints;
}

} // namespace tenon::host::node
