// Order ahead of execution: blocks proposed and verified on parents that are not executed yet, and
// batches that consensus never brings back.
#include <catch2/catch.hpp>

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

WorldOptions without_consensus() {
  WorldOptions options;
  options.with_consensus = false;
  return options;
}

struct Block {
  Bytes encoded;
  Bytes header;
  Hash id;
};

Block decoded(Bytes encoded) {
  v1::Block block;
  REQUIRE(block.ParseFromString(encoded));
  return {std::move(encoded), block.header(), crypto::sha256(block.header())};
}

// A chain of empty blocks on the head, none of them executed.
struct Chain {
  explicit Chain(World& where) : world(where), base(world.pipeline().head()->block_id) {
    blocks.push_back({{}, head_header(world.pipeline()), base});
  }

  Result<Bytes> propose(const Hash& executed) {
    return world.pipeline().propose(
        {blocks.back().header, executed, 0, static_cast<std::uint64_t>(blocks.size()), {}});
  }
  void grow(const Hash& executed) { blocks.push_back(decoded(*propose(executed))); }

  World& world;
  Hash base;
  std::vector<Block> blocks; // the head first
};

Bytes certified(World& world, const Block& block, const Bytes& result_header, std::uint64_t view) {
  v1::Certificate certificate;
  certificate.set_view(view);
  certificate.set_block_id(block.id.str());
  const Hash result = crypto::sha256(result_header);
  certificate.set_result_hash(result.str());
  certificate.add_signatures()->set_signature(*world.host().node_key().sign(
      wire::certificate_signing_bytes(world.pipeline().chain(), 0, view, block.id, result)));
  return certificate.SerializeAsString();
}

} // namespace

TEST_CASE("ahead: blocks are proposed and verified up to the lag above the last executed one",
          "[pipeline][ahead]") {
  World world(memory_store(), without_consensus());
  Chain chain(world);
  for (std::uint64_t i = 0; i < plugin::kConsensusLag; ++i) {
    chain.grow(chain.base);
    const Block& block = chain.blocks.back();
    const Bytes& parent = chain.blocks[chain.blocks.size() - 2].header;
    CHECK(world.pipeline().verify(block.encoded, parent, chain.base).ok());
  }
  CHECK(world.status().height() == 0);
  const Status too_far = chain.propose(chain.base).status();
  CHECK(too_far.code() == Code::kFailedPrecondition);
  CHECK_FALSE(too_far.fault());
  world.pipeline().execute(chain.blocks[1].encoded, [](const Result<Bytes>&) {});
  world.host().run_all();
  CHECK(chain.propose(chain.blocks[1].id).ok());
}

TEST_CASE("ahead: a child may be executed while its parent's execution still waits",
          "[pipeline][ahead]") {
  World world(memory_store(), without_consensus());
  Chain chain(world);
  for (int i = 0; i < 5; ++i)
    chain.grow(chain.base);
  std::vector<Bytes> results;
  for (std::size_t i = 1; i < chain.blocks.size(); ++i) {
    world.pipeline().execute(chain.blocks[i].encoded,
                             [&](const Result<Bytes>& result) { results.push_back(*result); });
  }
  CHECK(results.empty());
  world.host().run_all();
  REQUIRE(results.size() == 5);
  Status done = unavailable("no answer");
  world.pipeline().finalized(chain.blocks[5].id,
                             certified(world, chain.blocks[5], results[4], /*view=*/77),
                             [&](const Status& status) { done = status; });
  world.host().run_all();
  INFO(done.to_string());
  CHECK(done.ok());
  CHECK(world.pipeline().head()->height == 5);
  CHECK(world.pipeline().head()->view == 77);
  SECTION("an ancestor that has become final meanwhile still decides an epoch") {
    CHECK(chain.propose(chain.blocks[3].id).ok());
    CHECK(world.pipeline().schedule(chain.blocks[3].id).ok());
  }
}

TEST_CASE("ahead: what does not fit together is refused and is no fault", "[pipeline][ahead]") {
  World world(memory_store(), without_consensus());
  Chain chain(world);
  chain.grow(chain.base);
  chain.grow(chain.base);
  const Block& block = chain.blocks[2];
  const Bytes& parent = chain.blocks[1].header;
  auto& replica = world.pipeline();
  const auto verdict = [&](BytesView encoded, BytesView below, const Hash& executed) {
    const Status status = replica.verify(encoded, below, executed);
    CHECK_FALSE(status.fault());
    return status.code();
  };
  CHECK(verdict(block.encoded, parent, chain.base) == Code::kOk);
  CHECK(verdict(block.encoded, "\xff", chain.base) == Code::kInvalidArgument);
  CHECK(verdict("\xff", parent, chain.base) == Code::kInvalidArgument);
  CHECK(verdict(block.encoded, chain.blocks[0].header, chain.base) == Code::kInvalidArgument);
  CHECK(verdict(block.encoded, parent, chain.blocks[1].id) == Code::kFailedPrecondition);
  CHECK(verdict(chain.blocks[1].encoded, chain.blocks[0].header, chain.base) == Code::kOk);
  CHECK(replica.propose({parent, chain.base, 1, 9, {}}).status().code() ==
        Code::kFailedPrecondition);
  CHECK(replica.schedule(Hash{}).status().code() == Code::kFailedPrecondition);
  replica.execute(chain.blocks[1].encoded, [](const Result<Bytes>&) {});
  world.host().run_all();
  v1::BlockHeader sibling;
  REQUIRE(sibling.ParseFromString(parent));
  sibling.set_view(99);
  CHECK(replica.propose({sibling.SerializeAsString(), chain.blocks[1].id, 0, 9, {}})
            .status()
            .code() == Code::kInvalidArgument);
}

TEST_CASE("ahead: a block from the future is not verified, but executed once it is final",
          "[pipeline][ahead]") {
  World world(memory_store(), without_consensus());
  const Bytes parent = head_header(world.pipeline());
  const Hash executed = world.pipeline().head()->block_id;
  const auto at_time = [&](std::uint64_t ahead_us) {
    v1::Block block;
    v1::BlockHeader header;
    REQUIRE(block.ParseFromString(*propose_on_head(world.pipeline(), 1)));
    REQUIRE(header.ParseFromString(block.header()));
    header.set_record_time_us(world.host().now_us() + ahead_us);
    block.set_header(header.SerializeAsString());
    return block.SerializeAsString();
  };
  CHECK(world.pipeline().verify(at_time(2'000'000), parent, executed).ok());
  const Bytes early = at_time(2'000'001);
  CHECK(world.pipeline().verify(early, parent, executed).code() == Code::kInvalidArgument);
  Status done = unavailable("no answer");
  world.pipeline().execute(early, [&](const Result<Bytes>& result) { done = result.status(); });
  world.host().run_all();
  CHECK(done.ok());
}

TEST_CASE("ahead: consensus learns the epoch of every executed block", "[pipeline][ahead]") {
  World world(memory_store(), without_consensus());
  v1::EpochSchedule schedule;
  REQUIRE(schedule.ParseFromString(
      *world.pipeline().schedule(world.pipeline().head()->block_id)));
  CHECK(schedule.validators().validators_size() == 1);
  CHECK(schedule.validators().validators(0).public_key() == world.host().node_key().public_key());
  CHECK(schedule.last_height() == 0);
  CHECK_FALSE(schedule.has_next());
  CHECK_FALSE(schedule.wedged());
}

TEST_CASE("ahead: batches that consensus never brings back do not hold up later ones",
          "[pipeline][ahead]") {
  std::vector<v1::Completion> outcomes; // told as late as the world ends
  World world(memory_store(), without_consensus());
  class Forgetful final : public plugin::Consensus {
  public:
    int batches = 0;

  private:
    Status attach(plugin::ReplicaApp&) override { return {}; }
    Status submit(BytesView) override {
      ++batches;
      return {};
    }
    Result<Bytes> describe() const override { return Bytes(R"({"ready":true,"reason":""})"); }
  } forgetful;
  world.pipeline().connect(forgetful);
  const auto submit = [&](const std::string& id) {
    REQUIRE(world.begin(World::submission(id, {"alice"}, "mint alice 1"), outcomes).ok());
    world.host().run_all();
  };
  for (const char* const id : {"1", "2", "3", "4"})
    submit(id);
  CHECK(forgetful.batches == 2); // so many may be under way
  world.host().advance_us(6'000'000);
  world.host().run_all();
  CHECK(forgetful.batches == 3); // the rest, together
  CHECK(outcomes.empty());
}
