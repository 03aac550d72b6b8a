#include "subject.hpp"

#include "idle_ledger.hpp"
#include "services/asio_executor.hpp"
#include "services/key_store.hpp"
#include "services/real_time.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::tool {

namespace {

using host::node::PluginInstance;

class QuietLog final : public host::Log {
public:
  void write(plugin::LogLevel, std::string_view, std::string_view, std::string_view) override {}
  [[nodiscard]] plugin::LogLevel lowest_level() const override { return plugin::LogLevel::kTrace; }
};

class TestSigner final : public host::Signer {
public:
  [[nodiscard]] Bytes public_key() const override { return key_->public_key(); }
  [[nodiscard]] Result<Bytes> sign(BytesView message) const override { return key_->sign(message); }
  [[nodiscard]] bool unused() const override { return true; }

private:
  Result<crypto::PrivateKey> key_ =
      crypto::PrivateKey::from_seed(crypto::sha256("plugin check").view());
};

// A node that only API plugins ask for more than its name: they start on an open ledger.
class LonelyNode final : public host::services::NodeView {
public:
  [[nodiscard]] std::string name() const override { return "plugin-check"; }
  [[nodiscard]] std::string role() const override { return "solo"; }
  [[nodiscard]] Hash chain() const override { return crypto::sha256("plugin check"); }
  [[nodiscard]] host::LedgerService* ledger() const override { return &ledger_; }
  [[nodiscard]] std::uint64_t ledger_time_us() const override { return 0; }
  [[nodiscard]] std::optional<bool> store_durable() const override { return std::nullopt; }
  void complete_status(v1::StatusResponse& status) const override { status.set_node(name()); }
  void list_plugins(v1::PluginsResponse&) const override {}

private:
  mutable IdleLedger ledger_;
};

// A store in its plugin, stopped and freed with this object.
class StoreUnderTest final : public plugin::Store {
public:
  StoreUnderTest(std::unique_ptr<PluginInstance> instance,
                 std::unique_ptr<host::bridge::StoreClient> client)
      : instance_(std::move(instance)), client_(std::move(client)) {}

  [[nodiscard]] bool durable() const override { return client_->durable(); }
  [[nodiscard]] Result<plugin::StoreHead> head() const override { return client_->head(); }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t height) const override {
    return client_->snapshot(height);
  }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) override {
    return client_->stage(parent, writes);
  }
  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override {
    return client_->commit(stage, block, sync);
  }
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override {
    return client_->read_block(height, part);
  }
  [[nodiscard]] Status verify(plugin::ProgressVisitor progress) override {
    return client_->verify(progress);
  }
  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override { return client_->horizon(); }
  [[nodiscard]] Status prune(std::uint64_t keep_from) override { return client_->prune(keep_from); }
  [[nodiscard]] Status put_block(const plugin::StoreBlock& block) override {
    return client_->put_block(block);
  }
  [[nodiscard]] Status import_begin(const plugin::StoreTarget& target) override {
    return client_->import_begin(target);
  }
  [[nodiscard]] Status import_range(BytesView range) override {
    return client_->import_range(range);
  }
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override {
    return client_->import_missing();
  }
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock> blocks) override {
    return client_->import_finish(blocks);
  }
  [[nodiscard]] Status import_abandon() override { return client_->import_abandon(); }
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite> writes, bool whole) override {
    return client_->put_index(writes, whole);
  }
  [[nodiscard]] Status versions(BytesView key, plugin::VersionVisitor visit) const override {
    return client_->versions(key, visit);
  }
  [[nodiscard]] Status changes(std::uint64_t height, plugin::ChangeVisitor visit) const override {
    return client_->changes(height, visit);
  }
  [[nodiscard]] Result<Bytes> describe(bool whole,
                                       plugin::ProgressVisitor progress) const override {
    return client_->describe(whole, progress);
  }
  [[nodiscard]] Result<plugin::StoreScrub> scrub(std::uint64_t random) override {
    return client_->scrub(random);
  }

private:
  std::unique_ptr<PluginInstance> instance_;
  std::unique_ptr<host::bridge::StoreClient> client_;
};

} // namespace

struct Subject::Parts {
  QuietLog log;
  host::services::MetricRegistry metrics;
  host::services::AsioExecutor executor{2, log};
  host::services::RealClock clock;
  TestSigner signer;
  LonelyNode node;
  host::node::LifecycleThread thread;
};

Subject::Subject(host::loader::LoadedPlugin plugin, std::string config_json,
                 std::filesystem::path folder)
    : plugin_(std::move(plugin)), config_json_(std::move(config_json)), folder_(std::move(folder)),
      parts_(std::make_unique<Parts>()) {}

Subject::~Subject() = default;

Result<std::unique_ptr<PluginInstance>> Subject::make(const std::string& name) {
  std::error_code error;
  std::filesystem::create_directories(folder_ / name, error);
  if (error)
    return failed_precondition((folder_ / name).string() + " cannot be made: " + error.message());
  auto instance = std::make_unique<PluginInstance>(
      PluginInstance::Settings{plugin_,
                               config_json_,
                               {"check/" + name, folder_ / name, plugin_.descriptor.kind == "api"}},
      host::services::ServiceParts{parts_->log, parts_->metrics, parts_->executor, parts_->clock,
                                   parts_->signer, parts_->node},
      parts_->thread);
  if (const auto refusal = instance->create())
    return refusal->status();
  return instance;
}

Result<std::unique_ptr<plugin::Store>> Subject::open_store(const std::string& name) {
  TENON_ASSIGN_OR_RETURN(auto instance, make(name));
  if (const auto refusal = instance->start())
    return refusal->status();
  TENON_ASSIGN_OR_RETURN(auto client,
                         host::bridge::StoreClient::make(instance->table(), instance->instance()));
  return std::unique_ptr<plugin::Store>(
      std::make_unique<StoreUnderTest>(std::move(instance), std::move(client)));
}

} // namespace tenon::tool
