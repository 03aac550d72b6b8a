#include "kind_suites.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "bridge/api_client.hpp"
#include "bridge/consensus_client.hpp"
#include "bridge/engine_client.hpp"
#include "consensus_under_test.hpp"
#include "tenon/plugin/guard.hpp"
#include "tenon/testkit/consensus_suite.hpp"
#include "tenon/testkit/fake_replica.hpp"
#include "tenon/testkit/store_suite.hpp"

namespace tenon::tool {

namespace {

using host::node::PluginInstance;
using host::node::PluginState;
using testkit::NamedTest;

Status broken(std::string what) {
  return failed_precondition(std::move(what));
}

Status table_is_whole(const PluginInstance& instance, const std::string& kind) {
  const tenon_plugin& table = instance.table();
  tenon_instance* const object = instance.instance();
  if (kind == "store")
    return host::bridge::StoreClient::make(table, object).status();
  if (kind == "engine")
    return host::bridge::EngineClient::make(table, object).status();
  if (kind == "consensus")
    return host::bridge::ConsensusClient::make(table, object).status();
  return host::bridge::ApiClient::make(table, object).status();
}

Status create_and_free(Subject& subject) {
  for (int round = 0; round < 3; ++round) {
    TENON_ASSIGN_OR_RETURN(const auto instance, subject.make("unstarted"));
    TENON_RETURN_IF_ERROR(table_is_whole(*instance, subject.plugin().descriptor.kind));
  }
  return {};
}

Status answers_queries(Subject& subject) {
  TENON_ASSIGN_OR_RETURN(const auto instance, subject.make("queried"));
  const auto asked = [&](BytesView id) {
    return instance->table().query(instance->instance(), to_abi(id));
  };
  for (const std::string& id : subject.plugin().descriptor.offers) {
    if (asked(id) == nullptr)
      return broken("query(\"" + id + "\") gives NULL, but the descriptor offers it");
  }
  if (asked("org.example.unknown/1") != nullptr)
    return broken("query() of an unknown interface must give NULL");
  return {};
}

Status lives_and_ends(Subject& subject) {
  for (int round = 0; round < 2; ++round) {
    TENON_ASSIGN_OR_RETURN(const auto instance, subject.make("life"));
    std::unique_ptr<host::bridge::ConsensusClient> consensus;
    testkit::FakeReplica replica(Hash{}, Bytes(32, 'k'));
    if (subject.plugin().descriptor.kind == "consensus") {
      TENON_ASSIGN_OR_RETURN(
          consensus, host::bridge::ConsensusClient::make(instance->table(), instance->instance()));
      TENON_RETURN_IF_ERROR(consensus->attach(replica));
    }
    if (const auto refusal = instance->start())
      return refusal->status();
    instance->drain(1000);
    instance->stop();
    if (instance->hung() || instance->state() != PluginState::kStopped)
      return broken("drain() or stop() did not return in time");
  }
  return {};
}

// No state at all: what an engine sees of an empty ledger.
class EmptyView final : public plugin::StateView {
public:
  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView) const override {
    return std::optional<Bytes>();
  }
  [[nodiscard]] Status scan(BytesView, BytesView, plugin::ScanVisitor) const override { return {}; }
  [[nodiscard]] Status scan_index(BytesView, BytesView, plugin::ScanVisitor) const override {
    return plugin::no_index_here();
  }
  [[nodiscard]] Result<bool> has_party(BytesView) const override { return false; }
};

// What execute() made of a payload, in a form that can be compared.
std::string outcome_of(plugin::Engine& engine, const Bytes& payload) {
  const std::vector<std::string> parties = {"alice"};
  const plugin::EngineTransaction transaction{Hash{}, payload, parties, {}};
  const auto result = engine.execute(EmptyView(), transaction, {1, 1'700'000'000'000'000});
  if (!result.ok())
    return (result.status().fault() ? "fault: " : "rejected: ") + result.status().to_string();
  std::string text = "committed: " + result->response;
  for (const auto& write : result->writes)
    text += "|" + write.key + "=" + write.value.value_or("(removed)");
  for (const auto& event : result->events)
    text += "|" + event.payload;
  return text;
}

struct StartedEngine {
  std::unique_ptr<PluginInstance> instance;
  std::unique_ptr<host::bridge::EngineClient> client;
};

Result<StartedEngine> start_engine(Subject& subject, const std::string& name) {
  StartedEngine engine;
  TENON_ASSIGN_OR_RETURN(engine.instance, subject.make(name));
  if (const auto refusal = engine.instance->start())
    return refusal->status();
  TENON_ASSIGN_OR_RETURN(engine.client, host::bridge::EngineClient::make(
                                            engine.instance->table(), engine.instance->instance()));
  return engine;
}

Status fingerprint_is_stable(Subject& subject) {
  TENON_ASSIGN_OR_RETURN(const auto created, subject.make("unstarted"));
  TENON_ASSIGN_OR_RETURN(const auto unstarted,
                         host::bridge::EngineClient::make(created->table(), created->instance()));
  TENON_ASSIGN_OR_RETURN(const Hash before, unstarted->fingerprint());
  TENON_ASSIGN_OR_RETURN(const StartedEngine engine, start_engine(subject, "started"));
  TENON_ASSIGN_OR_RETURN(const Hash after, engine.client->fingerprint());
  return before == after ? Status() : broken("two instances of one engine differ in fingerprint");
}

Status garbage_is_rejected_alike(Subject& subject, std::uint32_t seed) {
  TENON_ASSIGN_OR_RETURN(const StartedEngine first, start_engine(subject, "first"));
  TENON_ASSIGN_OR_RETURN(const StartedEngine second, start_engine(subject, "second"));
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    Bytes payload(random() % 64, '\0');
    for (char& c : payload)
      c = static_cast<char>(random());
    const std::string here = outcome_of(*first.client, payload);
    if (here.starts_with("fault"))
      return broken("a payload that is only wrong was called a fault of the replica: " + here);
    if (const std::string there = outcome_of(*second.client, payload); here != there)
      return broken("two instances disagree: " + here + " and " + there);
  }
  return {};
}

Status garbage_requests_are_refused(Subject& subject, std::uint32_t seed) {
  TENON_ASSIGN_OR_RETURN(const StartedEngine engine, start_engine(subject, "asked"));
  std::mt19937 random(seed);
  const std::vector<std::string> parties = {"alice"};
  const plugin::EngineTransaction caller{Hash{}, {}, parties, parties};
  for (int round = 0; round < 200; ++round) {
    Bytes request = "{\"";
    for (std::size_t i = random() % 40; i > 0; --i)
      request += static_cast<char>(random());
    const auto prepared = engine.client->prepare(EmptyView(), request, caller);
    const auto answered = engine.client->query(EmptyView(), request, caller, {1, 1});
    if (prepared.status().fault() || answered.status().fault())
      return broken("a request that is only wrong was called a fault of the replica");
    if (prepared.ok())
      return broken("prepare() accepted a command that is no JSON");
  }
  return {};
}

Status endpoints_are_json(Subject& subject) {
  TENON_ASSIGN_OR_RETURN(const auto instance, subject.make("listening"));
  if (const auto refusal = instance->start())
    return refusal->status();
  TENON_ASSIGN_OR_RETURN(const auto client,
                         host::bridge::ApiClient::make(instance->table(), instance->instance()));
  TENON_ASSIGN_OR_RETURN(const Bytes text, client->endpoints());
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const bool good = json.is_array() && std::all_of(json.begin(), json.end(), [](const auto& entry) {
                      return entry.is_object() && entry.contains("protocol") &&
                             entry.contains("address") && entry.contains("tls");
                    });
  return good ? Status() : broken("endpoints() is no array of {protocol, address, tls}: " + text);
}

std::vector<NamedTest> store_tests(const SubjectSource& subject, std::uint32_t seed) {
  testkit::StoreSuiteOptions options;
  options.seed = seed;
  options.open = [subject](const std::string& name) -> Result<std::unique_ptr<plugin::Store>> {
    TENON_ASSIGN_OR_RETURN(Subject* const loaded, subject());
    return loaded->open_store(name);
  };
  return testkit::store_suite(options);
}

std::vector<NamedTest> consensus_tests(const SubjectSource& subject, std::uint32_t seed) {
  testkit::ConsensusSuiteOptions options;
  options.seed = seed;
  options.make =
      [subject](plugin::Host host,
                std::size_t max_queued_bytes) -> Result<testkit::ConsensusSuiteOptions::Made> {
    TENON_ASSIGN_OR_RETURN(Subject* const loaded, subject());
    return make_consensus(*loaded, host, max_queued_bytes);
  };
  return testkit::consensus_suite(options);
}

} // namespace

std::vector<NamedTest> kind_suite(const std::string& kind, const SubjectSource& subject,
                                  std::uint32_t seed) {
  std::vector<NamedTest> tests;
  const auto add = [&](std::string name, std::function<Status(Subject&)> run) {
    tests.push_back({std::move(name), [subject, run = std::move(run)]() -> Status {
                       TENON_ASSIGN_OR_RETURN(Subject* const loaded, subject());
                       return run(*loaded);
                     }});
  };
  add("an instance can be made and freed without being started", create_and_free);
  add("query answers what the descriptor offers and nothing else", answers_queries);
  add("start, drain and stop succeed, and a second instance can follow", lives_and_ends);
  if (kind == "engine") {
    add("the fingerprint is known before start and the same in every instance",
        fingerprint_is_stable);
    add("payloads that make no sense are rejected, everywhere alike",
        [seed](Subject& engine) { return garbage_is_rejected_alike(engine, seed); });
    add("requests that make no sense are refused, and no fault",
        [seed](Subject& engine) { return garbage_requests_are_refused(engine, seed); });
  }
  if (kind == "api")
    add("endpoints lists what it listens on", endpoints_are_json);
  std::vector<NamedTest> more;
  if (kind == "store")
    more = store_tests(subject, seed);
  if (kind == "consensus")
    more = consensus_tests(subject, seed);
  for (NamedTest& test : more)
    tests.push_back(std::move(test));
  return tests;
}

} // namespace tenon::tool
