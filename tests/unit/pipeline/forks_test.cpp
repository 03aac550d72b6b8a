// The tree of staged blocks under a consensus that forks, abandons and finalizes indirectly, over
// both stores; and the block log it leaves, replayed.
#include <catch2/catch.hpp>

#include <sstream>

#include "pipeline/block_log.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/forking_consensus.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;
using host::pipeline::export_block_log;
using host::pipeline::replay_block_log;
using testkit::TemporaryFolder;

namespace {

WorldOptions without_consensus(bool pre_execute = true) {
  WorldOptions options;
  options.with_consensus = false;
  options.pre_execute = pre_execute;
  return options;
}

// Random minting and paying through a forking consensus; what came of it.
class Storm {
public:
  Storm(std::shared_ptr<plugin::Store> store, std::uint64_t seed)
      : world(std::move(store), without_consensus()),
        consensus(world.pipeline().chain(), world.host().node_key(), seed,
                  [this] { world.host().run_all(); }),
        random_(seed) {
    REQUIRE(consensus.attach(world.pipeline()).ok());
    world.pipeline().connect(consensus);
  }

  void run(int steps) {
    for (const char* const party : {"alice", "bob", "carol"})
      submit_party(party);
    REQUIRE(consensus.finish().ok());
    for (int i = 0; i < steps; ++i) {
      if (random_() % 2 == 0)
        submit_random();
      if (with_epochs && !ordered_)
        submit_order();
      world.host().advance_us(random_() % 1000);
      const Status status = consensus.step();
      INFO(status.to_string());
      REQUIRE(status.ok());
    }
    const Status status = consensus.finish();
    INFO(status.to_string());
    REQUIRE(status.ok());
    REQUIRE(outcomes.size() == submitted);
  }

  World world;
  testkit::ForkingConsensus consensus;
  std::vector<v1::Completion> outcomes;
  std::size_t submitted = 0;
  std::uint64_t minted = 0;
  bool with_epochs = false; // operators end one after another
  std::uint64_t orders = 0; // that were accepted

private:
  void submit_party(const std::string& party) {
    v1::SystemCommand command;
    command.mutable_allocate_party()->set_party(party);
    v1::Submission submission =
        World::submission("allocate " + party, {}, command.SerializeAsString());
    submission.set_engine("sys");
    begin(submission);
  }
  void submit_random() {
    static const std::vector<std::string> parties = {"alice", "bob", "carol"};
    const std::string& from = parties[random_() % 3];
    const std::string& to = parties[random_() % 3];
    const std::string id = std::to_string(submitted);
    const std::string amount = std::to_string(random_() % 50);
    v1::Submission submission =
        random_() % 3 == 0 ? World::submission(id, {from}, "mint " + to + " " + amount)
                           : World::submission(id, {from}, "pay " + from + " " + to + " " + amount);
    submission.set_mode(random_() % 2 == 0 ? v1::MODE_PRE_EXECUTED : v1::MODE_SEQUENTIAL);
    if (submission.command().starts_with("mint"))
      minted += *parse_u64(amount);
    begin(submission);
  }
  // A new epoch, as soon as there may be one.
  void submit_order() {
    v1::OperatorAction action;
    action.mutable_set_max_byzantine();
    v1::SystemCommand command;
    v1::OperatorCommand& order = *command.mutable_operator_command();
    order.set_command(action.SerializeAsString());
    order.set_sequence(orders + 1);
    v1::OperatorSignature& signature = *order.add_signatures();
    signature.set_name("node");
    signature.set_signature(*world.host().node_key().sign(wire::operator_signing_bytes(
        world.pipeline().chain(), order.sequence(), order.command())));
    v1::Submission submission =
        World::submission("order " + std::to_string(random_()), {}, command.SerializeAsString());
    submission.set_engine("sys");
    ordered_ = true;
    REQUIRE(world.pipeline()
                .submit(submission,
                        [this](const v1::Completion& completion) {
                          ordered_ = false;
                          orders += completion.code() == 0 ? 1 : 0;
                          if (completion.code() != 0)
                            CHECK(completion.reason() == "CHANGE_PENDING");
                        })
                .ok());
    world.host().run_all();
  }
  void begin(const v1::Submission& submission) {
    ++submitted;
    REQUIRE(world.begin(submission, outcomes).ok());
    world.host().run_all();
  }

  std::mt19937_64 random_;
  bool ordered_ = false; // an order's outcome is not known yet
};

std::uint64_t total_of(World& world) {
  std::uint64_t total = 0;
  for (const char* const party : {"alice", "bob", "carol"})
    total += parse_u64(*world.query({party}, std::string("get balance/") + party)).value_or(0);
  return total;
}

std::string log_of(const plugin::Store& store) {
  std::ostringstream out;
  REQUIRE(export_block_log(store, out).ok());
  return out.str();
}

} // namespace

TEST_CASE("pipeline: every command is done exactly once under forks and indirect finality",
          "[pipeline][forks]") {
  testkit::ForkingConsensus::Counts sum;
  for (std::uint64_t seed = 1; seed <= (testkit::full_run() ? 200u : 12u); ++seed) {
    INFO("seed " << seed);
    Storm storm(memory_store(), seed);
    storm.run(120);
    CHECK(total_of(storm.world) == storm.minted);
    const auto& counts = storm.consensus.counts();
    CHECK(storm.world.status().height() == counts.final_blocks);
    sum.forks += counts.forks;
    sum.ahead += counts.ahead;
    sum.abandoned += counts.abandoned;
    sum.left_behind += counts.left_behind;
    sum.indirect += counts.indirect;
  }
  // The seeds are of use only if they do what they are for.
  CHECK(sum.forks > 50);
  CHECK(sum.ahead > 50);
  CHECK(sum.abandoned > 20);
  CHECK(sum.left_behind > 20);
  CHECK(sum.indirect > 50);
}

TEST_CASE("pipeline: both stores hold the same ledger after the same forks, and after a replay",
          "[pipeline][forks][replay]") {
  const TemporaryFolder directory;
  Storm memory(memory_store(), 77);
  Storm rocksdb(rocksdb_store(directory.path().string() + "/a"), 77);
  memory.run(150);
  rocksdb.run(150);
  const std::string log = log_of(memory.world.store());
  CHECK(log == log_of(rocksdb.world.store()));

  World replayed(rocksdb_store(directory.path().string() + "/b"), without_consensus(false));
  std::istringstream in(log);
  const auto height = replay_block_log(in, replayed.pipeline(), [&] { replayed.host().run_all(); });
  INFO(height.status().to_string());
  REQUIRE(height.ok());
  CHECK(*height == memory.world.status().height());
  CHECK(replayed.status().state_root() == memory.world.status().state_root());
  CHECK(replayed.status().head_offset() == memory.world.status().head_offset());
  CHECK(log_of(replayed.store()) == log);
  CHECK(replayed.transactions({"alice"}).SerializeAsString() ==
        memory.world.transactions({"alice"}).SerializeAsString());

  SECTION("a log can be replayed onto a ledger that has its beginning") {
    std::istringstream again(log);
    CHECK(replay_block_log(again, replayed.pipeline(), [&] { replayed.host().run_all(); }).ok());
  }
}

TEST_CASE("pipeline: epochs end and begin among forks, and the log replays",
          "[pipeline][forks][epochs]") {
  std::uint64_t epochs = 0;
  for (std::uint64_t seed = 1; seed <= (testkit::full_run() ? 100u : 6u); ++seed) {
    INFO("seed " << seed);
    Storm storm(memory_store(), seed);
    storm.with_epochs = true;
    storm.run(200);
    CHECK(total_of(storm.world) == storm.minted);
    v1::BlockHeader head;
    REQUIRE(head.ParseFromString(head_header(storm.world.pipeline())));
    epochs += head.epoch();
    CHECK(storm.orders >= head.epoch());

    World replayed(memory_store(), without_consensus(false));
    std::istringstream in(log_of(storm.world.store()));
    const auto height =
        replay_block_log(in, replayed.pipeline(), [&] { replayed.host().run_all(); });
    INFO(height.status().to_string());
    REQUIRE(height.ok());
    CHECK(replayed.status().state_root() == storm.world.status().state_root());

    v1::ProofRequest request;
    request.mutable_keys()->add_keys("sys/parameters");
    const auto proof = storm.world.pipeline().prove(request);
    REQUIRE(proof.ok());
    CHECK(wire::verify_ledger_proof(
              *proof, storm.world.pipeline().chain(),
              host::pipeline::parse_genesis(storm.world.genesis())->validators)
              .ok());
  }
  CHECK(epochs > 6); // otherwise the seeds are of no use
}

TEST_CASE("pipeline: a value in an indirectly final block is proved through its descendants",
          "[pipeline][proof]") {
  Storm storm(memory_store(), 5);
  storm.run(150);
  REQUIRE(storm.consensus.counts().indirect > 0);
  v1::ValidatorSet validators = host::pipeline::parse_genesis(storm.world.genesis())->validators;
  std::uint64_t with_later_headers = 0;
  for (std::uint64_t height = 1; height <= storm.world.status().height(); ++height) {
    v1::ProofRequest request;
    request.set_height(height);
    request.mutable_keys()->add_keys("sys/parameters");
    request.mutable_keys()->add_keys("script/no such key");
    const auto proof = storm.world.pipeline().prove(request);
    INFO(proof.status().to_string());
    REQUIRE(proof.ok());
    with_later_headers += proof->later_result_headers_size() > 0 ? 1 : 0;
    const auto proved =
        wire::verify_ledger_proof(*proof, storm.world.pipeline().chain(), validators);
    INFO(proved.status().to_string());
    REQUIRE(proved.ok());
    CHECK(proved->height == height);
    CHECK(proved->keys[0].value.has_value());
    CHECK_FALSE(proved->keys[1].value.has_value());
  }
  CHECK(with_later_headers == storm.consensus.counts().indirect);
}

TEST_CASE("block log: a damaged or foreign file is refused with the place", "[pipeline][replay]") {
  World world;
  world.allocate_all({"alice"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 1").code() == 0);
  const std::string log = log_of(world.store());
  const auto replay = [](const std::string& bytes, World& into) {
    std::istringstream in(bytes);
    return replay_block_log(in, into.pipeline(), [&] { into.host().run_all(); }).status();
  };
  SECTION("whole") {
    World into(memory_store(), without_consensus());
    CHECK(replay(log, into).ok());
  }
  SECTION("cut anywhere but between records") {
    for (std::size_t size = 0; size < log.size(); size += 97) {
      World into(memory_store(), without_consensus());
      const Status status = replay(log.substr(0, size), into);
      if (!status.ok())
        CHECK(status.code() == Code::kInvalidArgument);
      else
        CHECK(into.status().height() < world.status().height());
    }
  }
  SECTION("one bit flipped") {
    for (std::size_t at = 0; at < log.size(); at += 53) {
      World into(memory_store(), without_consensus());
      std::string flipped = log;
      flipped[at] = static_cast<char>(flipped[at] ^ 4);
      CHECK_FALSE(replay(flipped, into).ok());
    }
  }
  SECTION("of another chain") {
    WorldOptions other = without_consensus();
    other.change_genesis = [](std::string& document) { document += "\n"; };
    World into(memory_store(), other);
    CHECK(replay(log, into).code() == Code::kFailedPrecondition);
  }
}
