#include "node/plugin_instance.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "../fakes.hpp"
#include "bridge/api_client.hpp"
#include "bridge/consensus_client.hpp"
#include "bridge/engine_client.hpp"
#include "bridge/store_client.hpp"
#include "tenon/testkit/fake_replica.hpp"
#include "tenon/testkit/memory_view.hpp"

namespace tenon::host::node {
namespace {

using testing::Parts;

loader::LoadedPlugin load_fixture(const std::string& kind, const std::string& name) {
  const auto file = std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures" /
                    loader::plugin_file_name(kind, name);
  auto inspected = loader::inspect(file, {kind, name, std::nullopt});
  REQUIRE(inspected.ok());
  auto loaded = loader::load(*std::move(inspected));
  REQUIRE(loaded.ok());
  return *std::move(loaded);
}

std::unique_ptr<PluginInstance> make(const std::string& fault, Parts& parts,
                                     LifecycleThread& thread, const std::string& kind = "api") {
  return std::make_unique<PluginInstance>(
      PluginInstance::Settings{load_fixture(kind, fault), "{}", {kind + "/" + fault, "/tmp", true}},
      parts.services(), thread);
}

// For plugins that never leave a call: what they may touch stays as long as their threads do.
Parts& lasting_parts() {
  static auto& parts = *new Parts;
  return parts;
}

} // namespace

TEST_CASE("node: a good plugin goes through its life", "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  const auto instance = make("good", parts, thread);
  CHECK_FALSE(instance->create());
  CHECK_FALSE(instance->start());
  CHECK(instance->state() == PluginState::kStarted);
  const auto client = bridge::ApiClient::make(instance->table(), instance->instance());
  REQUIRE(client.ok());
  CHECK((*client)->endpoints().value() == "[]");
  instance->drain(100);
  instance->stop();
  CHECK(instance->state() == PluginState::kStopped);
  CHECK_FALSE(instance->hung());
}

TEST_CASE("node: each way to fail in create and start is a refusal with its reason",
          "[host][node]") {
  const std::array<const char*, 3> cases[] = {
      {"create_fails", "CREATE_FAILED", "no licence was found"},
      {"create_throws", "CREATE_FAILED", "thrown in create"},
      {"create_null", "CREATE_FAILED", "gave no instance"},
      {"status_oversized", "CREATE_FAILED", "malformed status"},
      {"status_unknown_code", "CREATE_FAILED", "malformed status"},
      {"start_fails", "START_FAILED", "port 1 is taken"},
      {"start_throws", "START_FAILED", "unknown type"},
  };
  Parts parts;
  LifecycleThread thread;
  for (const auto& [fault, code, reason] : cases) {
    INFO(fault);
    const auto instance = make(fault, parts, thread);
    auto refusal = instance->create();
    if (!refusal)
      refusal = instance->start();
    REQUIRE(refusal);
    CHECK(loader::refusal_name(refusal->code) == code);
    CHECK(refusal->sentence().find(reason) != std::string::npos);
    CHECK(instance->state() == PluginState::kFailed);
  }
}

TEST_CASE("node: what goes wrong while a plugin ends is logged and contained", "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  for (const char* fault : {"drain_fails", "drain_throws", "stop_throws", "destroy_throws"}) {
    INFO(fault);
    const auto instance = make(fault, parts, thread);
    REQUIRE_FALSE(instance->create());
    REQUIRE_FALSE(instance->start());
    instance->drain(100);
    instance->stop();
    CHECK(instance->state() == PluginState::kStopped);
  }
  CHECK(parts.log.contains("two requests are left"));
  CHECK(parts.log.contains("thrown in drain"));
}

TEST_CASE("node: a plugin that hangs in drain is given up soon after its deadline and left behind",
          "[host][node]") {
  Parts& parts = lasting_parts();
  LifecycleThread thread;
  auto instance = make("drain_hangs", parts, thread);
  REQUIRE_FALSE(instance->create());
  REQUIRE_FALSE(instance->start());
  const auto began = std::chrono::steady_clock::now();
  instance->drain(50);
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= std::chrono::milliseconds(50));
  CHECK(took < std::chrono::seconds(8)); // 2 s of grace, on a busy machine
  CHECK(instance->hung());
  CHECK(thread.given_up() == 1);
  CHECK(parts.log.contains("api/drain_hangs: it did not return from drain() within its deadline"));
  // A call is still inside it: it is neither stopped nor freed.
  instance->stop();
  CHECK(instance->state() != PluginState::kStopped);
  instance.reset();
  CHECK(thread.given_up() == 1);

  const auto other = make("good", parts, thread);
  REQUIRE_FALSE(other->create());
  REQUIRE_FALSE(other->start());
  other->stop();
  CHECK(other->state() == PluginState::kStopped);
}

TEST_CASE("node: a plugin that calls the host after stop is told, and its call does nothing",
          "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  {
    const auto instance = make("calls_after_stop", parts, thread);
    REQUIRE_FALSE(instance->create());
    REQUIRE_FALSE(instance->start());
    instance->drain(100);
    instance->stop();
  }
  CHECK(parts.log.contains("called the host 1 times after it was stopped"));
}

TEST_CASE("node: an instance without a whole table of its kind is refused", "[host][node]") {
  const std::pair<const char*, const char*> cases[] = {
      {"short_interface", "too short"},
      {"null_interface_function", "is NULL"},
      {"no_interface", "does not offer"},
      {"query_throws", "does not offer"},
  };
  Parts parts;
  LifecycleThread thread;
  for (const auto& [fault, reason] : cases) {
    INFO(fault);
    const auto instance = make(fault, parts, thread);
    REQUIRE_FALSE(instance->create());
    const auto client = bridge::ApiClient::make(instance->table(), instance->instance());
    REQUIRE_FALSE(client.ok());
    CHECK(client.status().message().find(reason) != std::string::npos);
  }
}

TEST_CASE("node: what a plugin throws out of a call becomes a fault", "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  const auto api = make("endpoints_throws", parts, thread);
  REQUIRE_FALSE(api->create());
  const auto client = bridge::ApiClient::make(api->table(), api->instance());
  REQUIRE(client.ok());
  CHECK((*client)->endpoints().status().fault());

  const auto store = make("throwing", parts, thread, "store");
  REQUIRE_FALSE(store->create());
  const auto made = bridge::StoreClient::make(store->table(), store->instance());
  REQUIRE(made.ok());
  plugin::Store& thrower = **made;
  CHECK(thrower.head().status().fault());
  CHECK(thrower.snapshot(7).status().fault());
  CHECK(thrower.read_block(1, plugin::BlockPart::kBody).status().fault());
  CHECK(thrower.verify([](std::uint64_t, std::uint64_t) { return true; }).fault());
  CHECK(thrower.checkpoint("/folder").status().fault());
  CHECK(thrower.versions("k", [](const plugin::StoreVersion&) { return true; }).fault());
  CHECK(thrower.changes(1, [](const plugin::StoreChange&) { return true; }).fault());
  CHECK(thrower.describe(true, [](std::uint64_t, std::uint64_t) { return true; }).status().fault());
  CHECK(thrower.scrub(1).status().fault());
  auto snapshot = thrower.snapshot(1);
  REQUIRE(snapshot.ok());
  CHECK((*snapshot)->get(plugin::KeyClass::kState, "k").status().fault());
  CHECK((*snapshot)->prove({}).status().fault());
  CHECK((*snapshot)->prove_many({}).status().fault());
  CHECK((*snapshot)
            ->scan(plugin::KeyClass::kState, "", "", [](BytesView, BytesView) { return true; })
            .fault());
  snapshot->reset();
  auto stage = thrower.stage(nullptr, {});
  REQUIRE(stage.ok());
  CHECK((*stage)->snapshot().status().fault());
  CHECK(thrower.stage(stage->get(), {}).status().fault());
  stage->reset();
  CHECK(thrower.commit(**thrower.stage(nullptr, {}), {}, true).fault());
}

namespace {

// A fault of this replica that names the call it came out of.
void check_thrown(const Status& status, const std::string& call) {
  INFO(call << ": " << status.to_string());
  CHECK(status.fault());
  CHECK(status.code() == Code::kInternal);
  CHECK(status.message().find("thrown in " + call) != std::string::npos);
}

} // namespace

TEST_CASE("node: what an engine throws out of any call is a fault, never a rejection",
          "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  const testkit::MemoryState state;
  const testkit::MemoryView view(state);
  const std::vector<std::string> parties = {"alice"};
  const plugin::EngineTransaction transaction{Hash{}, "payload", parties, {}};
  using Call = std::function<Status(plugin::Engine&)>;
  const std::pair<const char*, Call> calls[] = {
      {"fingerprint", [](plugin::Engine& engine) { return engine.fingerprint().status(); }},
      {"execute",
       [&](plugin::Engine& engine) {
         return engine.execute(view, transaction, {1, 1}).status();
       }},
      {"prepare",
       [&](plugin::Engine& engine) { return engine.prepare(view, "{}", transaction).status(); }},
      {"query",
       [&](plugin::Engine& engine) {
         return engine.query(view, "{}", transaction, {1, 1}).status();
       }},
      {"index_of",
       [&](plugin::Engine& engine) { return engine.index_of("key", "value").status(); }},
      {"event_json", [&](plugin::Engine& engine) { return engine.event_json("{}").status(); }},
  };
  for (const auto& [broken, unused] : calls) {
    const auto instance = make(std::string(broken) + "_throws", parts, thread, "engine");
    REQUIRE_FALSE(instance->create());
    const auto engine = bridge::EngineClient::make(instance->table(), instance->instance());
    REQUIRE(engine.ok());
    for (const auto& [name, call] : calls) {
      const Status status = call(**engine);
      if (std::string(name) == broken)
        check_thrown(status, name);
      else
        CHECK(status.ok()); // one fault each
    }
  }
}

TEST_CASE("node: a write of an unknown key class makes the whole result a fault", "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  const auto instance = make("execute_unknown_class", parts, thread, "engine");
  REQUIRE_FALSE(instance->create());
  const auto engine = bridge::EngineClient::make(instance->table(), instance->instance());
  REQUIRE(engine.ok());
  const testkit::MemoryState state;
  const testkit::MemoryView view(state);
  const std::vector<std::string> parties = {"alice"};
  const auto result = (*engine)->execute(view, {Hash{}, {}, parties, {}}, {1, 1});
  CHECK(result.status().fault());
  CHECK(result.status().message().find("unknown key class") != std::string::npos);
}

TEST_CASE("node: what a consensus throws out of any call is a fault", "[host][node]") {
  Parts parts;
  LifecycleThread thread;
  testkit::FakeReplica replica(Hash{}, Bytes(32, 'k'));
  for (const char* broken : {"attach", "submit", "describe"}) {
    const auto instance = make(std::string(broken) + "_throws", parts, thread, "consensus");
    REQUIRE_FALSE(instance->create());
    const auto consensus = bridge::ConsensusClient::make(instance->table(), instance->instance());
    REQUIRE(consensus.ok());
    const std::pair<std::string, Status> answers[] = {
        {"attach", (*consensus)->attach(replica)},
        {"submit", (*consensus)->submit("batch")},
        {"describe", (*consensus)->describe().status()}};
    for (const auto& [name, status] : answers) {
      if (name == broken)
        check_thrown(status, name);
      else
        CHECK(status.ok());
    }
  }
}

TEST_CASE("node: a call that hangs is given up, and later calls still run", "[host][node]") {
  LifecycleThread thread;
  const auto released = std::make_shared<std::atomic<bool>>(false);
  CHECK_FALSE(thread.run(
      [released] {
        while (!released->load())
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      },
      20));
  CHECK(thread.given_up() == 1);
  bool ran = false;
  CHECK(thread.run([&ran] { ran = true; }, 1000));
  CHECK(ran);
  released->store(true);
}

} // namespace tenon::host::node
