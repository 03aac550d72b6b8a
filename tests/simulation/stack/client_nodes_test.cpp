// Client nodes: submitting, following, resuming, and what they do about replicas that fail or lie.
#include <catch2/catch.hpp>

#include "simulation/stack/client_nodes.hpp"
#include "tenon/wire/hashing.hpp"

using namespace tenon;
using simulation::ClientNodes;
using simulation::Replicas;
using test::World;

namespace {

std::uint32_t code_of(const v1::Completion& completion) {
  UNSCOPED_INFO(completion.reason() << " " << completion.message());
  return completion.code();
}

std::vector<Bytes> encoded(const std::vector<v1::LedgerTransaction>& transactions) {
  std::vector<Bytes> bytes;
  for (const v1::LedgerTransaction& one : transactions)
    bytes.push_back(one.SerializeAsString());
  return bytes;
}

} // namespace

TEST_CASE("client node: what it submits is committed, and it reads the outcome's effects itself",
          "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  REQUIRE(code_of(nodes.allocate(0, "bob")) == 0);
  REQUIRE(code_of(nodes.complete(0, World::submission("m", {"ann"}, "mint ann 100"))) == 0);
  const auto paid = nodes.complete(0, World::submission("p", {"ann"}, "pay ann bob 30"));
  REQUIRE(code_of(paid) == 0);
  CHECK(nodes.query(0, "ann", "get balance/ann") == "70");
  CHECK(nodes.query(0, "bob", "get balance/bob") == "30");
  const auto seen = nodes.history(nodes.ledger(0), {"bob"});
  REQUIRE(seen.size() == 1);
  CHECK(seen.back().offset() == paid.offset());
  CHECK(seen.back().transaction_id() == paid.transaction_id());
  CHECK(seen.back().events_size() == 1);
  CHECK(nodes.status(0).ready());
}

TEST_CASE("client node: a rejected command has its outcome, and its submitter sees it",
          "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  const auto failed = nodes.complete(0, World::submission("f", {"ann"}, "fail NO_FUNDS"));
  CHECK(code_of(failed) != 0);
  CHECK(failed.reason() == "NO_FUNDS");
  CHECK(failed.offset() != 0);
  const auto seen = nodes.history(nodes.ledger(0), {"ann"});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back().reason() == "NO_FUNDS");
}

TEST_CASE("client node: the same command id again gives the first outcome, across a restart too",
          "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  const auto submission = World::submission("once", {"ann"}, "mint ann 5");
  const auto first = nodes.complete(0, submission);
  REQUIRE(code_of(first) == 0);
  nodes.stop_client(0);
  nodes.start_client(0);
  const auto again = nodes.complete(0, submission);
  CHECK(again.duplicate());
  CHECK(again.offset() == first.offset());
  CHECK(nodes.query(0, "ann", "get balance/ann") == "5");
  const auto other = nodes.complete(0, World::submission("once", {"ann"}, "mint ann 6"));
  CHECK(code_of(other) == static_cast<std::uint32_t>(Code::kAlreadyExists));
}

TEST_CASE("client node: acting for a party that another one hosts is refused by the ledger",
          "[simulation][client]") {
  ClientNodes nodes(2);
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 5'000));
  const auto stolen = nodes.complete(1, World::submission("s", {"ann"}, "mint ann 5"));
  CHECK(code_of(stolen) != 0);
  CHECK(stolen.offset() != 0);
}

TEST_CASE("client node: one that was off resumes its stream without gap or duplicate",
          "[simulation][client]") {
  ClientNodes nodes(2);
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  REQUIRE(code_of(nodes.allocate(1, "bob")) == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 5'000));
  nodes.stop_client(0);
  for (int i = 0; i < 120; ++i) {
    const std::string id = std::to_string(i);
    REQUIRE(code_of(nodes.complete(1, World::submission(id, {"bob"}, "mint ann 1"))) == 0);
  }
  nodes.start_client(0);
  CHECK_FALSE(nodes.status(0).ready());
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 10'000));
  CHECK(nodes.query(0, "ann", "get balance/ann") == "120");
  CHECK(encoded(nodes.history(nodes.ledger(0), {"ann"}, 7)) ==
        encoded(nodes.history(nodes.replicas().pipeline(0), {"ann"})));
}

TEST_CASE("client node: with its replica gone it follows another, and loses and doubles nothing",
          "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  for (int i = 0; i < 40; ++i) {
    const auto victim = static_cast<std::size_t>(i % 4);
    const auto outcome = nodes.submit(0, World::submission(std::to_string(i), {"ann"},
                                                           "mint ann 1"));
    nodes.run_ms(static_cast<std::uint64_t>(i % 7));
    nodes.stop_replica(victim);
    INFO(i);
    REQUIRE(nodes.run_until([&] { return outcome->known; }, 20'000));
    CHECK(code_of(outcome->completion) == 0);
    nodes.start_replica(victim);
    REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  }
  CHECK(nodes.query(0, "ann", "get balance/ann") == "40");
}

TEST_CASE("client node: a replica that swallows batches or keeps news back only costs time",
          "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  nodes.wire().tamper_with([](const std::string& replica, const std::string&, auto& answer) {
    if (replica != "replica1" && replica != "replica2")
      return true;
    if (answer.has_page())
      answer.mutable_page()->Clear();
    return true;
  });
  for (int i = 0; i < 10; ++i) {
    const auto minted =
        nodes.complete(0, World::submission(std::to_string(i), {"ann"}, "mint ann 1"));
    REQUIRE(code_of(minted) == 0);
  }
  CHECK(nodes.query(0, "ann", "get balance/ann") == "10");
  CHECK(nodes.wire().cuts().empty());
}

TEST_CASE("client node: a replica that took over a state serves from there on, and is no liar",
          "[simulation][client]") {
  Replicas::Options options;
  options.consensus.settings.snapshot_after_blocks = 10;
  ClientNodes nodes(1, options);
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  const auto mint = [&](const std::string& id) {
    return code_of(nodes.complete(0, World::submission(id, {"ann"}, "mint ann 1")));
  };
  for (int i = 0; i < 15; ++i)
    REQUIRE(mint("before " + std::to_string(i)) == 0);
  nodes.stop_client(0);
  nodes.stop_replica(3);
  nodes.replicas().wipe(3);
  for (int i = 0; i < 30; ++i) {
    REQUIRE(nodes.replicas()
                .complete(0, World::submission("x" + std::to_string(i), {"ann"}, "mint ann 1"))
                .code() != 0); // blocks of which the client sees nothing
  }
  nodes.start_replica(3);
  REQUIRE(nodes.run_until([&] { return nodes.replicas().level(); }, 60'000));
  v1::StreamRequest request;
  request.set_client("client0");
  request.set_hosting_epoch(1);
  CHECK(nodes.replicas().pipeline(3).stream(request).status().code() == Code::kOutOfRange);
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  for (int i = 0; i < 30; ++i) // it follows all of them in turn
    REQUIRE(mint("after " + std::to_string(i)) == 0);
  CHECK(nodes.query(0, "ann", "get balance/ann") == "45");
  CHECK(nodes.wire().cuts().empty());
}

TEST_CASE("client node: without a replica it says so, and still reads", "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  REQUIRE(code_of(nodes.complete(0, World::submission("m", {"ann"}, "mint ann 3"))) == 0);
  for (std::size_t replica = 0; replica < 4; ++replica)
    nodes.stop_replica(replica);
  nodes.run_ms(10);
  CHECK(nodes.query(0, "ann", "get balance/ann") == "3");
  const auto refused = nodes.complete(0, World::submission("n", {"ann"}, "mint ann 3"));
  CHECK(code_of(refused) == static_cast<std::uint32_t>(Code::kUnavailable));
  CHECK(refused.reason() == "NO_REPLICA");
}

TEST_CASE("client node: it follows the epochs when operators change the replicas",
          "[simulation][client]") {
  Replicas::Options options;
  options.observers = 1;
  ClientNodes nodes(1, options);
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  v1::OperatorAction action;
  v1::Validator& added = *action.mutable_add_replica()->mutable_validator();
  added.set_name("replica4");
  added.set_public_key(nodes.replicas().key(4).public_key());
  REQUIRE(code_of(nodes.order(action)) == 0);
  for (int i = 0; i < 30; ++i) {
    const auto minted =
        nodes.complete(0, World::submission(std::to_string(i), {"ann"}, "mint ann 1"));
    REQUIRE(code_of(minted) == 0);
  }
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 10'000));
  CHECK(nodes.replicas().describe(0).find("\"epoch\":1") != std::string::npos);
  nodes.stop_client(0);
  nodes.start_client(0);
  CHECK(code_of(nodes.complete(0, World::submission("last", {"ann"}, "mint ann 1"))) == 0);
  CHECK(nodes.wire().cuts().empty());
}

TEST_CASE("client node: a store of another client or another chain is refused",
          "[simulation][client]") {
  ClientNodes nodes(2);
  REQUIRE(code_of(nodes.allocate(0, "ann")) == 0);
  REQUIRE(code_of(nodes.allocate(1, "bob")) == 0);
  nodes.stop_client(0);
  nodes.stop_client(1);
  test::ScriptEngine engine;
  test::MapMetrics metrics;
  test::QuietLog log;
  test::CountingRandom random(3);
  testkit::ManualHost host(Hash{}, 9);
  test::ManualExecutor executor(host);
  test::ManualClock clock(host);
  test::KeySigner signer(host.node_key());
  const auto open = [&](const std::string& client, const std::string& genesis) {
    host::pipeline::Options options;
    options.genesis = genesis;
    options.client = client;
    return host::link::ClientLedger::open(
        {{nodes.store(0), {{"script", &engine}}, signer, clock, random, executor, log, metrics},
         nodes.wire().port(client, host::PeerRole::kClient)},
        std::move(options));
  };
  const auto other = open("client1", nodes.replicas().genesis());
  REQUIRE_FALSE(other.ok());
  CHECK(other.status().message().find("client0") != std::string::npos);
  const auto chain = open("client0", nodes.replicas().genesis() + " ");
  REQUIRE_FALSE(chain.ok());
  CHECK(chain.status().message().find("another chain") != std::string::npos);
}
