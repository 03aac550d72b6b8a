// A broken replica halts: it votes for nothing, accepts nothing, and says why. And bounds hold.
#include <catch2/catch.hpp>

#include "pipeline/ledger_opener.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "unit/pipeline/fakes/faulty_store.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

// Gives the result header of block 1 for that of another one.
class SwappedBlocks final : public FaultyStore {
public:
  using FaultyStore::FaultyStore;
  std::atomic<std::uint64_t> swapped{0};
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override {
    const bool other =
        swapped != 0 && height == swapped && part == plugin::BlockPart::kResultHeader;
    return FaultyStore::read_block(other ? 1 : height, part);
  }
};

void check_halted(World& world, const std::string& why) {
  const v1::StatusResponse status = world.status();
  CHECK_FALSE(status.ready());
  REQUIRE(status.reasons_size() > 0);
  CHECK(status.reasons(0).find(why) != std::string::npos);
  CHECK(world.metrics().value("pipeline_halted") == 1);
  CHECK(world.submit("later", {"alice"}, "mint alice 1").code() != 0);
  CHECK(propose_on_head(world.pipeline(), 1).status().fault());
  // Reads go on.
  CHECK(world.pipeline().blocks({}).ok());
}

} // namespace

TEST_CASE("fault: a store that cannot commit halts the replica, and the caller is told",
          "[pipeline][fault]") {
  auto store = std::make_shared<FaultyStore>(memory_store());
  World world(store);
  world.allocate_all({"alice"});
  const auto height = world.status().height();
  store->fail_commit = true;
  const v1::Completion completion = world.submit("1", {"alice"}, "mint alice 1");
  CHECK(completion.fault());
  CHECK(world.status().height() == height);
  check_halted(world, "the disk is full");
}

TEST_CASE("fault: nothing is passed on of what a store says that is known to be damaged",
          "[pipeline][fault]") {
  World world;
  world.allocate_all({"alice"});
  REQUIRE(world.pipeline().blocks({}).ok());
  world.pipeline().halt(data_loss("table 7 has another checksum"));
  CHECK_FALSE(world.status().ready());
  CHECK(world.status().reasons(0).find("table 7") != std::string::npos);
  const Status blocks = world.pipeline().blocks({}).status();
  CHECK(blocks.code() == Code::kDataLoss);
  CHECK(blocks.message().find("table 7 has another checksum") != std::string::npos);
  CHECK(world.query({"alice"}, "get balance/alice").status().code() == Code::kDataLoss);
  CHECK(world.submit("1", {"alice"}, "mint alice 1").code() != 0);
}

TEST_CASE("fault: blocks that do not follow each other are found, wherever one looks",
          "[pipeline][fault]") {
  auto store = std::make_shared<SwappedBlocks>(memory_store());
  World world(store);
  world.allocate_all({"alice", "bob", "carol"});
  const std::uint64_t head = world.status().height();
  REQUIRE(head >= 3);
  for (std::uint64_t height = 0; height <= head; ++height)
    CHECK(host::pipeline::check_links(*store, height, 100).ok());
  CHECK(host::pipeline::check_links(*store, head + 1, 100).code() == Code::kDataLoss);
  store->swapped = 2; // its result header is now that of another block
  CHECK(host::pipeline::check_links(*store, head, 100).code() == Code::kDataLoss);
  CHECK(host::pipeline::check_links(*store, 1, 100).ok());
}

TEST_CASE("fault: memory that runs out in the middle of a step halts the replica",
          "[pipeline][fault]") {
  auto store = std::make_shared<FaultyStore>(memory_store());
  World world(store);
  world.allocate_all({"alice"});
  store->throw_in_commit = true;
  CHECK(world.submit("1", {"alice"}, "mint alice 1").fault());
  check_halted(world, "an exception ended a step of the pipeline: std::bad_alloc");
}

TEST_CASE("fault: consensus is answered when memory runs out while a block executes",
          "[pipeline][fault]") {
  auto store = std::make_shared<FaultyStore>(memory_store());
  World world(store);
  world.allocate_all({"alice"});
  const auto head = *world.pipeline().head();
  const auto block = propose_on_head(world.pipeline(), head.view + 1);
  REQUIRE(block.ok());
  store->throw_in_stage = true;
  std::vector<Status> answers;
  world.pipeline().execute(
      *block, [&](const Result<Bytes>& result) { answers.push_back(result.status()); });
  world.pipeline().finalized(head.block_id, {},
                             [&](const Status& status) { answers.push_back(status); });
  world.host().run_all();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].fault());
  CHECK(answers[1].fault());
  check_halted(world, "an exception ended a step of the pipeline: std::bad_alloc");
}

TEST_CASE("fault: a store that cannot stage halts the replica before it votes",
          "[pipeline][fault]") {
  auto store = std::make_shared<FaultyStore>(memory_store());
  World world(store);
  world.allocate_all({"alice"});
  store->fail_stage = true;
  CHECK(world.submit("1", {"alice"}, "mint alice 1").fault());
  check_halted(world, "the disk does not answer");
}

TEST_CASE("fault: an engine that swallows a failed read is not believed", "[pipeline][fault]") {
  auto store = std::make_shared<FaultyStore>(memory_store());
  World world(store);
  world.allocate_all({"alice"});
  store->fail_get = true;
  CHECK(world.submit("1", {"alice"}, "swallow k").fault());
  check_halted(world, "a page cannot be read");
}

TEST_CASE("fault: an engine's fault halts the replica, its rejection does not",
          "[pipeline][fault]") {
  World world;
  world.allocate_all({"alice"});
  CHECK(world.submit("1", {"alice"}, "fail SOME_REASON").reason() == "SOME_REASON");
  CHECK(world.status().ready());
  CHECK(world.submit("2", {"alice"}, "fault").fault());
  check_halted(world, "as asked");
}

TEST_CASE("fault: a certificate for another result than ours halts the replica",
          "[pipeline][fault]") {
  WorldOptions options;
  options.with_consensus = false;
  World world(memory_store(), options);
  auto& replica = world.pipeline();
  const Bytes block = *propose_on_head(replica, 1);
  Bytes result;
  replica.execute(block, [&](Result<Bytes> executed) { result = *executed; });
  world.host().run_all();
  v1::Block decoded;
  REQUIRE(decoded.ParseFromString(block));
  const Hash id = crypto::sha256(decoded.header());
  const auto certify = [&](const Hash& result_hash, const crypto::PrivateKey& key) {
    v1::Certificate certificate;
    certificate.set_view(1);
    certificate.set_block_id(id.str());
    certificate.set_result_hash(result_hash.str());
    certificate.add_signatures()->set_signature(
        *key.sign(wire::certificate_signing_bytes(replica.chain(), 0, 1, id, result_hash)));
    Status answer;
    replica.finalized(id, certificate.SerializeAsString(),
                      [&](const Status& status) { answer = status; });
    world.host().run_all();
    return answer;
  };
  const auto stranger = *crypto::PrivateKey::generate();
  SECTION("unless it is forged") {
    const Status status = certify(crypto::sha256("other"), stranger);
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK_FALSE(status.fault());
    CHECK(certify(crypto::sha256(result), world.host().node_key()).ok());
    CHECK(replica.head()->height == 1);
  }
  SECTION("when the validators signed it") {
    CHECK(certify(crypto::sha256("other"), world.host().node_key()).fault());
    CHECK(replica.head()->height == 0);
    check_halted(world, "another result");
  }
}

TEST_CASE("backpressure: full queues refuse with RESOURCE_EXHAUSTED and lose nothing",
          "[pipeline]") {
  WorldOptions options;
  options.limits.max_pending_commands = 8;
  SECTION("of pending commands") {}
  SECTION("of bytes") {
    options.limits.max_pending_commands = 1000;
    options.limits.max_queued_bytes = 2000;
  }
  SECTION("of consensus") {
    options.limits.max_pending_commands = 1000;
    options.consensus.max_queued_bytes = 1000;
    options.limits.max_batch_transactions = 2;
    options.limits.max_batches_in_flight = 100;
  }
  World world(memory_store(), options);
  world.allocate_all({"alice"});
  std::vector<v1::Completion> outcomes;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 100; ++i) {
    const Status status =
        world.begin(World::submission(std::to_string(i), {"alice"}, "mint alice 1"), outcomes);
    status.ok() ? ++accepted : ++refused;
    if (!status.ok())
      CHECK(status.code() == Code::kResourceExhausted);
  }
  world.host().run_all();
  CHECK(outcomes.size() == accepted);
  std::uint64_t committed = 0;
  for (const auto& outcome : outcomes) {
    committed += outcome.code() == 0 ? 1 : 0;
    if (outcome.code() != 0) {
      CHECK(outcome.code() == static_cast<std::uint32_t>(Code::kResourceExhausted));
      ++refused;
    }
  }
  CHECK(refused > 0);
  CHECK(committed > 0);
  CHECK(*world.query({"alice"}, "get balance/alice") == std::to_string(committed));
  CHECK(world.submit("again", {"alice"}, "mint alice 1").code() == 0);
}

TEST_CASE("stop: callers that still wait are told, and nothing runs afterwards", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  std::vector<v1::Completion> outcomes;
  REQUIRE(world.begin(World::submission("1", {"alice"}, "mint alice 1"), outcomes).ok());
  world.pipeline().stop();
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].code() == static_cast<std::uint32_t>(Code::kUnavailable));
  CHECK(world.begin(World::submission("2", {"alice"}, "mint alice 1"), outcomes).code() ==
        Code::kUnavailable);
}

TEST_CASE("open: a ledger of another chain, or under other engines, is refused", "[pipeline]") {
  std::shared_ptr<plugin::Store> store = memory_store();
  World world(store);
  world.allocate_all({"alice"});
  SECTION("another chain") {
    const auto opened = world.open(world.genesis() + " ");
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.status().code() == Code::kFailedPrecondition);
    CHECK(opened.status().message().find("another chain") != std::string::npos);
  }
  SECTION("another engine") {
    world.engine().set_fingerprint(crypto::sha256("another version"));
    const auto opened = world.open(world.genesis());
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.status().code() == Code::kFailedPrecondition);
    CHECK(opened.status().message().find("script") != std::string::npos);
  }
}
