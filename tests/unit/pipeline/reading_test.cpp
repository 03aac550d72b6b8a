// What readers get: visibility, pages, history, proofs, watches; expiry in the state.
#include <catch2/catch.hpp>

#include "pipeline/genesis.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

v1::LedgerProof prove(World& world, const std::vector<std::string>& parties,
                      const std::string& key) {
  v1::ProofRequest request;
  for (const auto& party : parties)
    request.add_parties(party);
  request.mutable_keys()->add_keys(key);
  return *world.pipeline().prove(request);
}

bool present(World& world, const std::string& key) {
  const auto snapshot = world.store().snapshot(plugin::kHeadHeight);
  return (*snapshot)->get(plugin::KeyClass::kState, key)->has_value();
}

} // namespace

TEST_CASE("visibility: a party sees its own events and outcomes, and nobody else's",
          "[pipeline][privacy]") {
  World world;
  world.allocate_all({"alice", "bob", "carol"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  REQUIRE(world.submit("2", {"alice"}, "pay alice bob 4").code() == 0);
  REQUIRE(world.submit("3", {"alice"}, "shout hello").code() == 0);
  REQUIRE(world.submit("4", {"carol"}, "pay carol bob 4").reason() == "NO_FUNDS");

  const auto alice = world.transactions({"alice"});
  REQUIRE(alice.transactions_size() == 3);
  CHECK(alice.transactions(1).command_id() == "2");
  CHECK(alice.transactions(1).response() == "\"6\"");
  CHECK(alice.transactions(1).events_size() == 1);

  const auto bob = world.transactions({"bob"});
  REQUIRE(bob.transactions_size() == 2);
  CHECK(bob.transactions(0).events(0).payload() == "paid 4");
  CHECK_FALSE(bob.transactions(0).submitter_view());
  CHECK(bob.transactions(0).command_id().empty());
  CHECK(bob.transactions(0).act_as_size() == 0);
  CHECK(bob.transactions(0).response().empty());
  CHECK(bob.transactions(1).events(0).payload() == "hello");

  const auto carol = world.transactions({"carol"});
  REQUIRE(carol.transactions_size() == 2);
  CHECK(carol.transactions(0).events(0).payload() == "hello");
  CHECK(carol.transactions(1).reason() == "NO_FUNDS");

  v1::TransactionsRequest one;
  one.add_parties("carol");
  one.set_transaction_id(alice.transactions(1).transaction_id());
  CHECK(world.pipeline().transactions(one)->transactions_size() == 0);
  one.set_parties(0, "bob");
  CHECK(world.pipeline().transactions(one)->transactions_size() == 1);

  CHECK(world.transactions({}).transactions_size() == 7); // an operator, with the allocations
  v1::TransactionsRequest events;
  events.add_parties("alice");
  events.set_only_with_events(true);
  CHECK(world.pipeline().transactions(events)->transactions_size() == 2);
}

TEST_CASE("visibility: a query reads what the asking parties may read, and says when it may not",
          "[pipeline][privacy]") {
  World world;
  world.allocate_all({"alice", "bob"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  REQUIRE(world.submit("2", {"alice"}, "put note hello *").code() == 0);
  CHECK(*world.query({"alice"}, "get balance/alice") == "10");
  CHECK(world.query({"bob"}, "get balance/alice").status().code() == Code::kPermissionDenied);
  CHECK(*world.query({"bob"}, "get balance/bob") == "nothing");
  CHECK(*world.query({}, "get note") == "hello");
  CHECK(*world.query({"bob"}, "list b") == "");
  CHECK(*world.query({"alice", "bob"}, "list b") == "balance/alice=10;");
  v1::ProofRequest request;
  request.add_parties("bob");
  request.mutable_keys()->add_keys("script/balance/alice");
  CHECK(world.pipeline().prove(request).status().code() == Code::kPermissionDenied);
}

TEST_CASE("history: pages from an offset on give everything once, in order", "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob"});
  std::vector<v1::Completion> outcomes;
  for (int i = 0; i < 57; ++i) {
    REQUIRE(world
                .begin(World::submission(std::to_string(i), {i % 3 == 0 ? "bob" : "alice"},
                                         "put k" + std::to_string(i) + " v *"),
                       outcomes)
                .ok());
    if (i % 5 == 0)
      world.host().run_all();
  }
  world.host().run_all();
  const std::vector<std::vector<std::string>> viewers = {{"alice"}, {"bob"}, {"alice", "bob"}, {}};
  const std::vector<int> expected = {38, 19, 57, 59};
  for (std::size_t v = 0; v < viewers.size(); ++v) {
    for (const std::uint64_t limit : {1u, 7u, 100u}) {
      std::uint64_t after = 0;
      int seen = 0;
      bool more = true;
      while (more) {
        const auto page = world.transactions(viewers[v], after, limit);
        for (const auto& transaction : page.transactions()) {
          CHECK(transaction.offset() > after);
          after = transaction.offset();
          ++seen;
        }
        more = page.more();
        CHECK(page.next_offset() >= after);
        after = page.next_offset();
      }
      CHECK(seen == expected[v]);
      CHECK(after >= world.status().head_offset());
      CHECK(wire::offset_height(after) == world.status().height());
    }
  }
  v1::TransactionsRequest small;
  small.set_all(true);
  small.set_max_bytes(1);
  const auto page = world.pipeline().transactions(small);
  CHECK(page->transactions_size() == 1);
  CHECK(page->more());
}

TEST_CASE("history: blocks are listed both ways, and pages say that there is more", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  for (int i = 0; i < 5; ++i)
    REQUIRE(world.submit(std::to_string(i), {"alice"}, "mint alice 1").code() == 0);
  v1::BlocksRequest request;
  request.set_limit(3);
  auto page = *world.pipeline().blocks(request);
  REQUIRE(page.blocks_size() == 3);
  CHECK(page.more());
  CHECK(page.blocks(1).transactions() == 1);
  CHECK(page.blocks(1).body().empty());
  CHECK(page.head_height() == 6);
  request.set_descending(true);
  request.set_with_body(true);
  page = *world.pipeline().blocks(request);
  REQUIRE(page.blocks_size() == 3);
  CHECK(page.blocks(0).height() == 6);
  CHECK(page.blocks(0).block_id() == crypto::sha256(page.blocks(0).header()).view());
  CHECK_FALSE(page.blocks(0).body().empty());
}

TEST_CASE("history: an earlier height answers as it did then", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  for (int i = 0; i < 5; ++i)
    REQUIRE(world.submit(std::to_string(i), {"alice"}, "mint alice 1").code() == 0);
  CHECK(*world.query({"alice"}, "get balance/alice", 3) == "2");
  CHECK(*world.query({"alice"}, "get balance/alice") == "5");
  CHECK(world.query({"alice"}, "get balance/alice", 99).status().code() == Code::kOutOfRange);
}

TEST_CASE("proof: what a query read is proved, present and absent", "[pipeline][proof]") {
  World world;
  world.allocate_all({"alice"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  const auto validators = host::pipeline::parse_genesis(world.genesis())->validators;
  v1::ProofRequest request;
  request.add_parties("alice");
  request.mutable_query()->set_engine("script");
  for (const std::string query : {"get balance/alice", "get missing", "list b"}) {
    request.mutable_query()->set_request(query);
    const auto proof = world.pipeline().prove(request);
    REQUIRE(proof.ok());
    const auto proved = wire::verify_ledger_proof(*proof, world.pipeline().chain(), validators);
    INFO(proved.status().to_string());
    REQUIRE(proved.ok());
    REQUIRE(proved->keys.size() == 1);
    CHECK(proved->keys[0].value ==
          (query == "get missing" ? std::nullopt : std::optional<Bytes>("10")));
  }
  auto tampered = prove(world, {"alice"}, "script/balance/alice");
  tampered.mutable_keys(0)->set_value("11");
  CHECK_FALSE(wire::verify_ledger_proof(tampered, world.pipeline().chain(), validators).ok());
}

TEST_CASE("proof: a query that scans past others' keys names and proves the asker's alone",
          "[pipeline][proof][privacy]") {
  World world;
  world.allocate_all({"alice", "bob"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  REQUIRE(world.submit("2", {"bob"}, "mint bob 3").code() == 0);
  const auto validators = host::pipeline::parse_genesis(world.genesis())->validators;
  v1::ProofRequest request;
  request.add_parties("bob");
  request.mutable_query()->set_engine("script");
  request.mutable_query()->set_request("list b");
  const auto proof = world.pipeline().prove(request);
  INFO(proof.status().to_string());
  REQUIRE(proof.ok());
  const auto proved = wire::verify_ledger_proof(*proof, world.pipeline().chain(), validators);
  REQUIRE(proved.ok());
  REQUIRE(proved->keys.size() == 1);
  CHECK(proved->keys[0].key == "script/balance/bob");
  CHECK(proved->keys[0].value == std::optional<Bytes>("3"));
}

TEST_CASE("proof: the genesis block alone is not certified", "[pipeline][proof]") {
  World world;
  v1::ProofRequest request;
  request.mutable_keys()->add_keys("sys/parameters");
  CHECK(world.pipeline().prove(request).status().code() == Code::kFailedPrecondition);
}

TEST_CASE("expiry: keys vanish at their time and are removed in bounded steps", "[pipeline]") {
  WorldOptions options;
  options.change_genesis = [](std::string& document) {
    const std::string name = "\"max_expiries_per_block\": ";
    const auto at = document.find(name) + name.size();
    document.replace(at, document.find_first_of(",\n", at) - at, "3");
  };
  World world(memory_store(), options);
  world.allocate_all({"alice"});
  const std::uint64_t due = world.host().now_us() + 1'000'000;
  for (int i = 0; i < 8; ++i) {
    const std::string key = "k" + std::to_string(i);
    REQUIRE(world
                .submit(key, {"alice"},
                        "expire " + key + " v " + std::to_string(due + static_cast<unsigned>(i)))
                .code() == 0);
  }
  // Written again with a later expiry, and without one: the first expiry no longer counts.
  REQUIRE(world.submit("a", {"alice"}, "expire k0 v " + std::to_string(due * 2)).code() == 0);
  REQUIRE(world.submit("b", {"alice"}, "put k1 v *").code() == 0);
  world.host().advance_us(2'000'000);
  SECTION("also after a restart") {
    world.restart();
  }
  SECTION("in one life") {}
  REQUIRE(world.submit("c", {"alice"}, "count k n").code() == 0);
  CHECK(*world.query({}, "get n") == "2");
  CHECK_FALSE(present(world, "script/k4"));
  CHECK(present(world, "script/k5")); // only three go per block
  CHECK(*world.query({}, "get k5") == "nothing");
  REQUIRE(world.submit("d", {"alice"}, "count k n").code() == 0);
  CHECK_FALSE(present(world, "script/k7"));
  CHECK(*world.query({}, "list k") == "k0=v;k1=v;");
}

TEST_CASE("watch: watchers hear of every commit until they leave", "[pipeline]") {
  World world;
  std::vector<std::uint64_t> heard;
  const auto watch = world.pipeline().watch([&](std::uint64_t height) { heard.push_back(height); });
  world.allocate_all({"alice"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 1").code() == 0);
  CHECK(heard == std::vector<std::uint64_t>{1, 2});
  world.pipeline().unwatch(watch);
  REQUIRE(world.submit("2", {"alice"}, "mint alice 1").code() == 0);
  CHECK(heard.size() == 2);
}

TEST_CASE("history: what is pruned is out of range, and the answer names the oldest block",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  const v1::Completion first = world.submit("1", {"alice"}, "mint alice 1");
  for (const std::string id : {"2", "3", "4"})
    REQUIRE(world.submit(id, {"alice"}, "mint alice 1").code() == 0);
  v1::BlocksRequest request;
  const auto whole = world.pipeline().blocks(request);
  INFO(whole.status().to_string());
  REQUIRE(whole.ok());
  CHECK(whole->oldest_height() == 0);
  REQUIRE(world.store().prune(4).ok());
  world.restart(); // forgets the blocks it has in memory
  const auto refused = [](const auto& answer) {
    return answer.status().code() == Code::kOutOfRange && !answer.status().fault() &&
           answer.status().message().find("HISTORY_PRUNED: the oldest block that this replica "
                                          "keeps is 4,") == 0;
  };

  SECTION("of blocks") {
    CHECK(refused(world.pipeline().blocks(request)));
    request.set_from_height(3);
    CHECK(refused(world.pipeline().blocks(request)));
    request.set_descending(true);
    CHECK(refused(world.pipeline().blocks(request)));
    request.set_from_height(0);
    auto page = world.pipeline().blocks(request);
    INFO(page.status().to_string());
    REQUIRE(page.ok());
    REQUIRE(page->blocks_size() == 2);
    CHECK(page->blocks(1).height() == 4);
    CHECK(page->oldest_height() == 4);
    CHECK_FALSE(page->more());
    request.set_descending(false);
    request.set_from_height(4);
    page = world.pipeline().blocks(request);
    REQUIRE(page.ok());
    CHECK(page->blocks_size() == 2);
  }
  SECTION("of transactions") {
    v1::TransactionsRequest asked;
    asked.add_parties("alice");
    CHECK(refused(world.pipeline().transactions(asked)));
    asked.set_after_offset(first.offset());
    CHECK(refused(world.pipeline().transactions(asked)));
    asked.set_all(true);
    CHECK(refused(world.pipeline().transactions(asked)));
    asked.set_after_offset(wire::make_offset(4, 0) - 1);
    const auto kept = world.pipeline().transactions(asked);
    INFO(kept.status().to_string());
    REQUIRE(kept.ok());
    CHECK(kept->transactions_size() == 2);
    asked.set_transaction_id(first.transaction_id());
    CHECK(refused(world.pipeline().transactions(asked)));
  }
  SECTION("but whoever has seen everything misses nothing") {
    v1::TransactionsRequest asked;
    asked.set_all(true);
    asked.set_after_offset(wire::make_offset(4, 0) - 1);
    const std::uint64_t next = world.pipeline().transactions(asked)->next_offset();
    CHECK(wire::offset_height(next + 1) == 6);
    asked.set_after_offset(world.status().head_offset());
    REQUIRE(world.store().prune(5).ok());
    CHECK(world.pipeline().transactions(asked)->transactions_size() == 0);
  }
}

TEST_CASE("parties: they are listed page by page, or as asked for", "[pipeline]") {
  World world;
  world.allocate_all({"alice", "bob", "carol"});
  v1::PartiesRequest request;
  request.set_limit(2);
  auto page = *world.pipeline().parties(request);
  REQUIRE(page.parties_size() == 2);
  CHECK(page.more());
  request.set_after(page.parties(1).party());
  page = *world.pipeline().parties(request);
  REQUIRE(page.parties_size() == 1);
  CHECK(page.parties(0).party() == "carol");
  CHECK(page.parties(0).record().hosted_by(0) == "node");
  CHECK_FALSE(page.more());
  v1::PartiesRequest some;
  some.add_parties("bob");
  some.add_parties("zoe");
  CHECK(world.pipeline().parties(some)->parties_size() == 1);
}

TEST_CASE("status: a node says what it is ready for and what to beware of", "[pipeline]") {
  World world;
  const auto status = world.status();
  CHECK(status.ready());
  CHECK_FALSE(status.store_durable());
  REQUIRE(status.warnings_size() == 1);
  CHECK(status.warnings(0).find("volatile") != std::string::npos);
  WorldOptions options;
  options.with_consensus = false;
  World lonely(memory_store(), options);
  CHECK_FALSE(lonely.status().ready());
  CHECK(lonely.submit("1", {"alice"}, "mint alice 1").code() ==
        static_cast<std::uint32_t>(Code::kUnavailable));
}
