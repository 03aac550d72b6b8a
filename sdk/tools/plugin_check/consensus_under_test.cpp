#include "consensus_under_test.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "bridge/consensus_client.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::tool {

namespace {

using plugin::checked;

// The node's lifecycle and its threads are left out on purpose: the suite decides when what runs.
class ConsensusUnderTest final : public plugin::Plugin, public plugin::Consensus {
public:
  explicit ConsensusUnderTest(const tenon_plugin& table) : table_(table) {}
  ConsensusUnderTest(const ConsensusUnderTest&) = delete;
  ConsensusUnderTest& operator=(const ConsensusUnderTest&) = delete;
  ~ConsensusUnderTest() override {
    if (instance_ == nullptr)
      return;
    stop();
    plugin::guarded_void([this] { table_.destroy(instance_); });
  }

  Status create(plugin::Host host, const std::string& config_json) {
    TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
      return table_.create(host.abi(), to_abi(config_json), &instance_, status);
    }));
    if (instance_ == nullptr)
      return fault("create() said OK and gave no instance");
    TENON_ASSIGN_OR_RETURN(client_, host::bridge::ConsensusClient::make(table_, instance_));
    return {};
  }

  [[nodiscard]] Status start() override {
    began_ = true;
    return checked([&](tenon_status* status) { return table_.start(instance_, status); });
  }
  [[nodiscard]] Status drain(std::uint64_t deadline_ms) override {
    return checked(
        [&](tenon_status* status) { return table_.drain(instance_, deadline_ms, status); });
  }
  // Once, as the host does, however often the suite says so.
  void stop() override {
    if (std::exchange(began_, false))
      plugin::guarded_void([this] { table_.stop(instance_); });
  }

  [[nodiscard]] Status attach(plugin::ReplicaApp& app) override { return client_->attach(app); }
  [[nodiscard]] Status submit(BytesView batch) override { return client_->submit(batch); }
  [[nodiscard]] Result<Bytes> describe() const override { return client_->describe(); }

private:
  const tenon_plugin& table_;
  tenon_instance* instance_ = nullptr;
  std::unique_ptr<host::bridge::ConsensusClient> client_;
  bool began_ = false;
};

Status needs_are_met(const host::loader::Descriptor& descriptor, const tenon_host& host) {
  for (const std::string& need : descriptor.needs) {
    if (host.query(host.self, to_abi(need)) == nullptr) {
      return failed_precondition("the plugin needs " + need +
                                 ", which the suite's host does not offer: it has log, executor, "
                                 "clock, keystore and node");
    }
  }
  return {};
}

std::string with_queue_bound(const Subject& subject, std::size_t max_queued_bytes) {
  const auto& schema = subject.plugin().descriptor.config_schema;
  auto config = nlohmann::json::parse(subject.config_json(), nullptr, false);
  const auto properties = schema.find("properties");
  if (!config.is_object() || properties == schema.end() ||
      !properties->contains("max_queued_bytes"))
    return subject.config_json();
  config["max_queued_bytes"] = max_queued_bytes;
  return config.dump();
}

} // namespace

Result<testkit::ConsensusSuiteOptions::Made>
make_consensus(const Subject& subject, plugin::Host host, std::size_t max_queued_bytes) {
  TENON_RETURN_IF_ERROR(needs_are_met(subject.plugin().descriptor, *host.abi()));
  auto made = std::make_unique<ConsensusUnderTest>(*subject.plugin().table);
  TENON_RETURN_IF_ERROR(made->create(host, with_queue_bound(subject, max_queued_bytes)));
  plugin::Consensus* const consensus = made.get();
  return testkit::ConsensusSuiteOptions::Made{std::move(made), consensus};
}

} // namespace tenon::tool
