// Plugins behind their C tables, as the host uses them: the bridge and the SDK's export adapters,
// end to end.
#include <catch2/catch.hpp>

#include <sstream>

#include "bridge/consensus_client.hpp"
#include "bridge/engine_client.hpp"
#include "bridge/store_client.hpp"
#include "common/memory_backend.hpp"
#include "common/store_plugin.hpp"
#include "pipeline/block_log.hpp"
#include "tenon/plugin/export_consensus.hpp"
#include "tenon/plugin/export_engine.hpp"
#include "tenon/plugin/export_store.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

class MemoryPlugin final : public store::StorePlugin {
public:
  explicit MemoryPlugin(plugin::Host host)
      : StorePlugin(host, {}, false, []() -> Result<std::unique_ptr<store::Backend>> {
          return std::unique_ptr<store::Backend>(std::make_unique<store::MemoryBackend>());
        }) {}
  static Result<std::unique_ptr<MemoryPlugin>> create(plugin::Host host, std::string_view) {
    return std::make_unique<MemoryPlugin>(host);
  }
};

class ScriptPlugin final : public plugin::Plugin, public plugin::Engine {
public:
  static Result<std::unique_ptr<ScriptPlugin>> create(plugin::Host, std::string_view) {
    return std::make_unique<ScriptPlugin>();
  }
  Status start() override { return {}; }
  Status drain(std::uint64_t) override { return {}; }
  void stop() override {}
  [[nodiscard]] Result<Hash> fingerprint() const override { return engine_.fingerprint(); }
  [[nodiscard]] Result<plugin::ExecutionResult>
  execute(const plugin::StateView& view, const plugin::EngineTransaction& transaction,
          const plugin::EngineContext& context) override {
    if (transaction.payload == "throw")
      throw std::runtime_error("not again");
    return engine_.execute(view, transaction, context);
  }
  [[nodiscard]] Result<Bytes> prepare(const plugin::StateView& view, BytesView command,
                                      const plugin::EngineTransaction& submitter) override {
    return engine_.prepare(view, command, submitter);
  }
  [[nodiscard]] Result<Bytes> query(const plugin::StateView& view, BytesView request,
                                    const plugin::EngineTransaction& caller,
                                    const plugin::EngineContext& context) override {
    return engine_.query(view, request, caller, context);
  }

private:
  ScriptEngine engine_;
};

// A plugin instance as the host holds it.
class Instance {
public:
  Instance(const tenon_plugin* plugin, const testkit::ManualHost& host) : plugin_(plugin) {
    tenon_status status;
    REQUIRE(plugin_->create(host.table(), to_abi("{}"), &instance_, &status) == TENON_OK);
  }
  ~Instance() {
    plugin_->stop(instance_);
    plugin_->destroy(instance_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  void start() {
    tenon_status status;
    REQUIRE(plugin_->start(instance_, &status) == TENON_OK);
  }
  const tenon_plugin& plugin() { return *plugin_; }
  tenon_instance* get() { return instance_; }

private:
  const tenon_plugin* plugin_;
  tenon_instance* instance_ = nullptr;
};

template <typename T, template <typename> typename Kind> const tenon_plugin* entry_of() {
  return plugin::Export<T, Kind<T>>::entry();
}

} // namespace

TEST_CASE("bridge: a node of plugins behind C tables gives the same ledger as one of objects",
          "[bridge]") {
  World plain;
  plain.allocate_all({"alice", "bob"});
  REQUIRE(plain.submit("1", {"alice"}, "mint alice 10").code() == 0);
  REQUIRE(plain.submit("2", {"alice"}, "pay alice bob 4").code() == 0);
  REQUIRE(plain.submit("3", {"alice"}, "fail SOME_REASON").reason() == "SOME_REASON");
  REQUIRE(plain.submit("4", {"alice"}, "count b n").code() == 0);
  std::stringstream log;
  REQUIRE(host::pipeline::export_block_log(plain.store(), log).ok());

  testkit::ManualHost host(plain.pipeline().chain());
  Instance store(entry_of<MemoryPlugin, plugin::StoreExport>(), host);
  Instance engine(entry_of<ScriptPlugin, plugin::EngineExport>(), host);
  store.start();
  engine.start();
  const auto store_client = *host::bridge::StoreClient::make(store.plugin(), store.get());
  const auto engine_client = *host::bridge::EngineClient::make(engine.plugin(), engine.get());
  CHECK_FALSE(host::bridge::EngineClient::make(store.plugin(), store.get()).ok());
  ManualExecutor executor(host);
  ManualClock clock(host);
  KeySigner signer(host.node_key());
  CountingRandom random(9);
  QuietLog quiet;
  MapMetrics metrics;
  host::pipeline::Options options;
  options.genesis = plain.genesis();
  options.client = "node";
  const auto pipeline = *host::pipeline::Pipeline::open({*store_client,
                                                         {{"script", engine_client.get()}},
                                                         signer,
                                                         clock,
                                                         random,
                                                         executor,
                                                         quiet,
                                                         metrics},
                                                        options);
  const auto height = host::pipeline::replay_block_log(log, *pipeline, [&] { host.run_all(); });
  INFO(height.status().to_string());
  REQUIRE(height.ok());
  CHECK(store_client->head()->state_root == plain.store().head()->state_root);
  CHECK(store_client->verify([](std::uint64_t, std::uint64_t) { return true; }).ok());

  Instance consensus(entry_of<consensus::simple::SimpleConsensus, plugin::ConsensusExport>(), host);
  const auto consensus_client =
      *host::bridge::ConsensusClient::make(consensus.plugin(), consensus.get());
  REQUIRE(consensus_client->attach(*pipeline).ok());
  consensus.start();
  pipeline->connect(*consensus_client);
  std::vector<v1::Completion> outcomes;
  const auto submit = [&](const std::string& id, const std::string& line) {
    REQUIRE(pipeline
                ->submit(World::submission(id, {"alice"}, line),
                         [&](const v1::Completion& done) { outcomes.push_back(done); })
                .ok());
    host.run_all();
  };
  submit("5", "pay alice bob 1");
  submit("2", "pay alice bob 4");
  submit("6", "throw");
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[0].code() == 0);
  CHECK(outcomes[1].duplicate());
  CHECK(outcomes[2].fault());
  v1::ProofRequest request;
  request.mutable_keys()->add_keys("sys/parameters");
  CHECK(pipeline->prove(request)->keys(0).present());
  pipeline->stop();
}
