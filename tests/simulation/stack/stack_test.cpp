#include <catch2/catch.hpp>

#include "pipeline/genesis.hpp"
#include "simulation/stack/replicas.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

using namespace tenon;
using simulation::Replicas;
using test::World;

namespace {

v1::Submission allocation(const std::string& party) {
  v1::SystemCommand command;
  command.mutable_allocate_party()->set_party(party);
  v1::Submission submission =
      World::submission("allocate " + party, {}, command.SerializeAsString());
  submission.set_engine("sys");
  return submission;
}

std::uint32_t code_of(const v1::Completion& completion) {
  INFO(completion.reason() << " " << completion.message());
  return completion.code();
}

Bytes balance(Replicas& replicas, std::size_t node, const std::string& party) {
  v1::QueryRequest request;
  request.set_engine("script");
  request.add_parties(party);
  request.set_request("get balance/" + party);
  const auto response = replicas.pipeline(node).query(request);
  return response.ok() ? response->response() : response.status().to_string();
}

} // namespace

TEST_CASE("network: what is submitted to one replica is committed by all, with one result",
          "[simulation][stack]") {
  Replicas replicas({});
  CHECK(code_of(replicas.complete(0, allocation("ann"))) == 0);
  for (int i = 0; i < 20; ++i) {
    const auto node = static_cast<std::size_t>(i) % 4;
    // Each node acts for the parties it hosts.
    const auto submission = World::submission("mint " + std::to_string(i), {"ann"}, "mint ann 5");
    const auto completion = replicas.complete(0, submission);
    INFO(i << " at " << node);
    REQUIRE(code_of(completion) == 0);
  }
  REQUIRE(replicas.run_until([&] { return replicas.level(); }, 5'000));
  for (std::size_t node = 0; node < replicas.size(); ++node) {
    CHECK(balance(replicas, node, "ann") == balance(replicas, 0, "ann"));
    CHECK(replicas.status(node).state_root() == replicas.status(0).state_root());
    CHECK(replicas.status(node).ready());
  }
}

TEST_CASE("network: any replica proves a value to whoever trusts the genesis document",
          "[simulation][stack]") {
  Replicas replicas({});
  REQUIRE(code_of(replicas.complete(1, allocation("bob"))) == 0);
  REQUIRE(replicas.run_until([&] { return replicas.level(); }, 5'000));
  const auto genesis = host::pipeline::parse_genesis(replicas.genesis());
  for (std::size_t node = 0; node < replicas.size(); ++node) {
    v1::ProofRequest request;
    request.add_parties("bob");
    request.mutable_keys()->add_keys("sys/party/bob");
    const auto proof = replicas.pipeline(node).prove(request);
    REQUIRE(proof.ok());
    const auto state = wire::verify_ledger_proof(*proof, replicas.chain(), genesis->validators);
    REQUIRE(state.ok());
    CHECK(state->keys.front().value.has_value());
  }
}

TEST_CASE("network: one of four may be down, and takes over what it missed",
          "[simulation][stack]") {
  Replicas replicas({});
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  replicas.stop(3);
  for (int i = 0; i < 60; ++i) {
    const auto submission = World::submission("mint " + std::to_string(i), {"ann"}, "mint ann 1");
    REQUIRE(code_of(replicas.complete(0, submission)) == 0);
  }
  replicas.start(3);
  INFO(replicas.describe(3));
  CHECK(replicas.run_until([&] { return replicas.level(); }, 10'000));
  CHECK(balance(replicas, 3, "ann") == balance(replicas, 0, "ann"));
}

TEST_CASE("network: a half that is cut off decides nothing, and all go on once it is healed",
          "[simulation][stack]") {
  Replicas replicas({});
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  replicas.part({0, 1});
  const auto lost = replicas.submit(0, World::submission("during", {"ann"}, "mint ann 7"));
  replicas.run_ms(3'000);
  CHECK_FALSE(lost->known);
  replicas.heal();
  CHECK(replicas.run_until([&] { return lost->known; }, 20'000));
  CHECK(code_of(lost->completion) == 0);
  CHECK(replicas.run_until([&] { return replicas.level(); }, 10'000));
}

TEST_CASE("network: operators add a replica, and the new one votes", "[simulation][stack]") {
  Replicas::Options options;
  options.observers = 1;
  Replicas replicas(options);
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  v1::OperatorAction action;
  v1::AddReplica& add = *action.mutable_add_replica();
  add.mutable_validator()->set_name("replica4");
  add.mutable_validator()->set_public_key(replicas.key(4).public_key());
  v1::SystemCommand command;
  v1::OperatorCommand& order = *command.mutable_operator_command();
  order.set_command(action.SerializeAsString());
  order.set_sequence(1);
  auto& signature = *order.add_signatures();
  signature.set_name("olga");
  signature.set_signature(*replicas.operator_key().sign(
      wire::operator_signing_bytes(replicas.chain(), order.sequence(), order.command())));
  v1::Submission submission = World::submission("add", {}, command.SerializeAsString());
  submission.set_engine("sys");
  REQUIRE(code_of(replicas.complete(0, submission)) == 0);
  for (int i = 0; i < 30; ++i) {
    const auto mint = World::submission("mint " + std::to_string(i), {"ann"}, "mint ann 1");
    INFO(i << "\n" << replicas.describe(0) << "\n" << replicas.describe(4));
    REQUIRE(code_of(replicas.complete(0, mint)) == 0);
  }
  REQUIRE(replicas.run_until([&] { return replicas.level(); }, 10'000));
  CHECK(replicas.describe(4).find("\"epoch\":1") != std::string::npos);
  CHECK(replicas.describe(4).find("\"ready\":true") != std::string::npos);
  // Five with f = 1 need four: the new one's vote counts once another is gone.
  replicas.stop(1);
  CHECK(code_of(replicas.complete(0, World::submission("last", {"ann"}, "mint ann 1"))) == 0);
}

TEST_CASE("network: lossy links and restarts lose and double nothing", "[simulation][stack]") {
  Replicas::Options options;
  options.seed = GENERATE(1u, 2u, 3u);
  Replicas replicas(options);
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  replicas.set_loss(0.05);
  simulation::Random random(options.seed + 100);
  std::uint64_t minted = 0;
  for (int i = 0; i < 40; ++i) {
    const std::size_t victim = 1 + random.below(3);
    if (i % 5 == 2)
      replicas.stop(victim);
    const auto submission = World::submission("mint " + std::to_string(i), {"ann"}, "mint ann 1");
    const auto completion = replicas.complete(0, submission);
    INFO(i << "\n" << replicas.describe(0));
    REQUIRE(code_of(completion) == 0);
    ++minted;
    for (std::size_t node = 1; node < 4; ++node)
      replicas.start(node);
  }
  replicas.set_loss(0);
  REQUIRE(replicas.run_until([&] { return replicas.level(); }, 20'000));
  for (std::size_t node = 0; node < 4; ++node)
    CHECK(balance(replicas, node, "ann").find(std::to_string(minted)) != std::string::npos);
}

namespace {

// So that a state is taken over where a chain of blocks would do too.
Replicas::Options with_snapshots(std::uint64_t after_blocks) {
  Replicas::Options options;
  options.consensus.settings.snapshot_after_blocks = after_blocks;
  return options;
}

// A ledger with money and with entries that expire, some before a replica comes back, some after.
void grow(Replicas& replicas, const std::string& name, int blocks) {
  for (int i = 0; i < blocks; ++i) {
    const std::string number = name + std::to_string(i);
    const std::uint64_t in_seconds = 1 + static_cast<std::uint64_t>(i) % 40;
    const std::uint64_t expires = replicas.status(0).record_time_us() + in_seconds * 1'000'000;
    const auto submission = World::submission(
        "grow " + number, {"ann"},
        i % 2 == 0 ? "mint ann 1" : "expire gone/" + number + " x " + std::to_string(expires));
    INFO(number << "\n" << replicas.describe(0));
    REQUIRE(code_of(replicas.complete(0, submission)) == 0);
  }
}

Bytes entries(Replicas& replicas, std::size_t node) {
  Bytes all;
  const auto snapshot = replicas.store(node).snapshot(plugin::kHeadHeight);
  REQUIRE(snapshot.ok());
  const auto add = [&](BytesView key, BytesView value) {
    all.append(key).append("=").append(value).append("\n");
    return true;
  };
  REQUIRE((*snapshot)->scan(plugin::KeyClass::kState, "", "", add).ok());
  // Of the index what decides execution.
  REQUIRE((*snapshot)->scan(plugin::KeyClass::kIndex, "sys/expiry/", "sys/expiry0", add).ok());
  return all;
}

// It executes what comes, with the results of the others, and its vote counts.
void check_rejoined(Replicas& replicas, std::size_t node) {
  INFO(replicas.describe(node));
  REQUIRE(replicas.run_until([&] { return replicas.level(); }, 60'000));
  CHECK(entries(replicas, node) == entries(replicas, 0));
  // The expiries of the imported state fall due.
  for (int i = 0; i < 12; ++i) {
    replicas.run_ms(4'000);
    const auto completion = replicas.complete(
        0, World::submission("later " + std::to_string(i), {"ann"}, "mint ann 1"));
    INFO(i << "\n" << replicas.describe(node));
    REQUIRE(code_of(completion) == 0);
  }
  REQUIRE(replicas.run_until([&] { return replicas.level(); }, 20'000));
  CHECK(replicas.status(node).state_root() == replicas.status(0).state_root());
  CHECK(entries(replicas, node) == entries(replicas, 0));
  CHECK(entries(replicas, node).find("gone/") == Bytes::npos);
  CHECK(replicas.status(node).ready());
  replicas.stop(node == 1 ? 2 : 1);
  CHECK(code_of(replicas.complete(0, World::submission("vote", {"ann"}, "mint ann 1"))) == 0);
}

bool await_transfer(Replicas& replicas, std::size_t node) {
  return replicas.run_until(
      [&] { return replicas.metric(node, "state_transfers_total") > 0; }, 60'000);
}

} // namespace

TEST_CASE("network: a wiped replica takes over a state and votes again",
          "[simulation][stack][transfer]") {
  Replicas replicas(with_snapshots(16));
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  grow(replicas, "before", 40);
  replicas.stop(3);
  replicas.wipe(3);
  grow(replicas, "while", 40);
  replicas.start(3);
  REQUIRE(await_transfer(replicas, 3));
  CHECK(replicas.store(3).horizon()->oldest_block > 16);
  check_rejoined(replicas, 3);
}

TEST_CASE("network: a replica takes over a state while the others go on",
          "[simulation][stack][transfer]") {
  Replicas replicas(with_snapshots(16));
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  grow(replicas, "before", 30);
  replicas.stop(3);
  replicas.wipe(3);
  grow(replicas, "while", 30);
  replicas.start(3);
  bool told = false;
  int count = 0;
  REQUIRE(replicas.run_until(
      [&] {
        replicas.submit(0, World::submission("under way " + std::to_string(count++), {"ann"},
                                             "mint ann 1"));
        const v1::StatusResponse status = replicas.status(3);
        for (const std::string& reason : status.reasons())
          told = told || reason.find("takes over the state of block") != std::string::npos;
        return replicas.metric(3, "state_transfers_total") > 0;
      },
      20'000));
  CHECK(told);
  CHECK(replicas.metric(3, "state_transfers_total") == 1);
  check_rejoined(replicas, 3);
}

TEST_CASE("network: a replica takes over a state where nobody has the blocks any more",
          "[simulation][stack][transfer]") {
  Replicas replicas(with_snapshots(1'000'000));
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  grow(replicas, "before", 10);
  replicas.stop(2);
  grow(replicas, "while", 40);
  const std::uint64_t head = replicas.status(0).height();
  for (const std::size_t node : {0u, 1u, 3u})
    replicas.prune(node, head - 5);
  grow(replicas, "after", 2); // and the others say so
  replicas.start(2);
  REQUIRE(await_transfer(replicas, 2));
  check_rejoined(replicas, 2);
}

TEST_CASE("network: a source that lies is named and left, and the state comes from the others",
          "[simulation][stack][transfer]") {
  Replicas replicas(with_snapshots(16));
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  grow(replicas, "before", 60);
  replicas.stop(3);
  replicas.wipe(3);
  std::size_t lies = 0;
  replicas.set_tamper([&](std::size_t from, std::size_t to, Bytes frame) -> std::optional<Bytes> {
    ::tenon::bft::v1::Message message;
    if (from != 0 || to != 3 || !message.ParseFromString(frame) || !message.has_range())
      return frame;
    ++lies;
    Bytes& range = *message.mutable_range()->mutable_range();
    range[range.size() / 2] = static_cast<char>(range[range.size() / 2] ^ 1);
    return message.SerializeAsString();
  });
  grow(replicas, "while", 2);
  replicas.start(3);
  REQUIRE(await_transfer(replicas, 3));
  CHECK(lies > 0);
  check_rejoined(replicas, 3);
}

TEST_CASE("network: a replica that dies in the middle of an import goes on with it",
          "[simulation][stack][transfer]") {
  Replicas replicas(with_snapshots(16));
  REQUIRE(code_of(replicas.complete(0, allocation("ann"))) == 0);
  grow(replicas, "before", 60);
  replicas.stop(3);
  replicas.wipe(3);
  std::size_t ranges = 0;
  replicas.set_tamper([&](std::size_t, std::size_t to, Bytes frame) -> std::optional<Bytes> {
    ::tenon::bft::v1::Message message;
    if (to != 3 || !message.ParseFromString(frame) || !message.has_range() || ++ranges < 3)
      return frame;
    return std::nullopt; // no more of them in this life
  });
  grow(replicas, "while", 2);
  replicas.start(3);
  REQUIRE(replicas.run_until([&] { return ranges > 4; }, 20'000));
  const auto before = replicas.store(3).import_missing();
  REQUIRE((before.ok() && *before));
  replicas.stop(3);
  replicas.set_tamper({});
  replicas.start(3);
  REQUIRE(await_transfer(replicas, 3));
  // The state that it had begun with, for the others still had it.
  CHECK(replicas.store(3).horizon()->oldest_version == (*before)->target.height);
  check_rejoined(replicas, 3);
}
