// Engines and consensus plugins that throw, as files behind a whole pipeline: always a fault of
// this replica, which halts, and never an outcome that a block would carry to the others.
#include <catch2/catch.hpp>

#include "bridge/consensus_client.hpp"
#include "bridge/engine_client.hpp"
#include "loader/loader.hpp"
#include "pipeline/engine_set.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

// An instance of a fixture, behind the client of its kind.
template <typename Client> class Fixture {
public:
  Fixture(const std::string& kind, const std::string& name) {
    const auto file = std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures" /
                      host::loader::plugin_file_name(kind, name);
    auto inspected = host::loader::inspect(file, {kind, name, std::nullopt});
    REQUIRE(inspected.ok());
    auto loaded = host::loader::load(*std::move(inspected));
    REQUIRE(loaded.ok());
    const tenon_plugin& table = *loaded->table;
    tenon_instance* instance = nullptr; // static in the fixtures: nothing to free
    tenon_status status;
    REQUIRE(table.create(host_.table(), to_abi("{}"), &instance, &status) == TENON_OK);
    client_ = *Client::make(table, instance);
  }
  Client& operator*() { return *client_; }

private:
  testkit::ManualHost host_{Hash{}};
  std::unique_ptr<Client> client_;
};

using EngineFixture = Fixture<host::bridge::EngineClient>;
using ConsensusFixture = Fixture<host::bridge::ConsensusClient>;

WorldOptions with_engine(EngineFixture& engine) {
  WorldOptions options;
  options.engine = &*engine;
  return options;
}

// A ledger on which alice may act, on one of the engine fixtures.
struct EngineWorld {
  explicit EngineWorld(const std::string& name) : engine("engine", name) {
    world.allocate_all({"alice"});
    height = world.status().height();
  }
  EngineFixture engine;
  World world{memory_store(), with_engine(engine)};
  std::uint64_t height = 0;
};

double rejected(World& world) {
  return world.metrics().value("transactions_total", {{"outcome", "rejected"}});
}

// Halted for the reason given, at the height and without the rejections of before.
void check_halted(World& world, std::uint64_t height, const std::string& why) {
  const v1::StatusResponse status = world.status();
  CHECK_FALSE(status.ready());
  REQUIRE(status.reasons_size() > 0);
  INFO(status.reasons(0));
  CHECK(status.reasons(0).find("this replica has halted") != std::string::npos);
  CHECK(status.reasons(0).find(why) != std::string::npos);
  CHECK(world.metrics().value("pipeline_halted") == 1);
  CHECK(status.height() == height);
  CHECK(rejected(world) == 0);
}

} // namespace

TEST_CASE("broken plugin: an engine without a fault commits", "[pipeline][fault]") {
  EngineWorld on("good");
  World& world = on.world;
  CHECK(world.submit("1", {"alice"}, "anything").code() == 0);
  CHECK(world.status().ready());
}

TEST_CASE("broken plugin: an engine that throws in execute halts the replica and rejects nothing",
          "[pipeline][fault]") {
  for (const v1::Mode mode : {v1::MODE_SEQUENTIAL, v1::MODE_PRE_EXECUTED}) {
    INFO(mode);
    EngineWorld on("execute_throws");
    World& world = on.world;
    std::vector<v1::Completion> outcomes;
    v1::Submission submission = World::submission("1", {"alice"}, "anything");
    submission.set_mode(mode);
    const Status refused = world.begin(submission, outcomes);
    world.host().run_all();
    // Pre-execution meets the fault at once, a block only later; the caller learns it either way.
    CHECK((refused.fault() || (outcomes.size() == 1 && outcomes[0].fault())));
    check_halted(world, on.height, "thrown in execute");
  }
}

TEST_CASE("broken plugin: a result of which a part cannot be taken over halts the replica",
          "[pipeline][fault]") {
  EngineWorld on("execute_unknown_class");
  World& world = on.world;
  CHECK(world.submit("1", {"alice"}, "anything").fault());
  check_halted(world, on.height, "unknown key class");
}

TEST_CASE("broken plugin: an engine that throws in prepare halts the replica",
          "[pipeline][fault]") {
  EngineWorld on("prepare_throws");
  World& world = on.world;
  std::vector<v1::Completion> outcomes;
  CHECK(world.begin(World::submission("1", {"alice"}, "anything"), outcomes).fault());
  check_halted(world, on.height, "thrown in prepare");
}

TEST_CASE("broken plugin: an engine that throws in a query halts the replica",
          "[pipeline][fault]") {
  EngineWorld on("query_throws");
  World& world = on.world;
  CHECK(world.query({"alice"}, "{}").status().fault());
  check_halted(world, on.height, "thrown in query");
}

TEST_CASE("broken plugin: an engine without a fingerprint does not open a ledger",
          "[pipeline][fault]") {
  EngineFixture broken("engine", "fingerprint_throws");
  const auto set = host::pipeline::EngineSet::make({{"script", &*broken}});
  REQUIRE_FALSE(set.ok());
  CHECK(set.status().fault());
  CHECK(set.status().message().find("the fingerprint of engine script") != std::string::npos);
}

TEST_CASE("broken plugin: a consensus that throws in submit halts the replica, and the caller is "
          "told of a fault",
          "[pipeline][fault]") {
  ConsensusFixture consensus("consensus", "submit_throws");
  WorldOptions options;
  options.with_consensus = false;
  World world(memory_store(), options);
  world.pipeline().connect(*consensus);
  const v1::Completion outcome = world.allocate("alice");
  CHECK(outcome.fault());
  CHECK(outcome.message().find("thrown in submit") != std::string::npos);
  check_halted(world, 0, "thrown in submit");
  CHECK(world.allocate("bob").code() != 0);
}

TEST_CASE("broken plugin: a consensus that throws when asked makes the replica unready, no more",
          "[pipeline][fault]") {
  ConsensusFixture consensus("consensus", "describe_throws");
  WorldOptions options;
  options.with_consensus = false;
  World world(memory_store(), options);
  world.pipeline().connect(*consensus);
  const v1::StatusResponse status = world.status();
  CHECK_FALSE(status.ready());
  REQUIRE(status.reasons_size() == 1);
  CHECK(status.reasons(0).find("consensus does not answer") != std::string::npos);
  CHECK(status.reasons(0).find("thrown in describe") != std::string::npos);
  CHECK(world.metrics().value("pipeline_halted") == 0);
}
