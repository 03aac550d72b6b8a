// Who may sign for whom: batches as other client nodes would send them, straight to the replica.
#include <catch2/catch.hpp>

#include "pipeline/dedup.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

crypto::PrivateKey other_key() {
  return *crypto::PrivateKey::from_seed(crypto::sha256("another client").view());
}

// Adds client "guest", which may not allocate parties.
WorldOptions with_guest() {
  WorldOptions options;
  options.change_genesis = [](std::string& document) {
    const std::string guest = R"({"id":"guest","may_allocate_parties":false,"public_key":")" +
                              to_hex(other_key().public_key()) + "\"},";
    const std::string clients = "\"clients\": [";
    document.insert(document.find(clients) + clients.size(), guest);
  };
  return options;
}

struct Direct {
  explicit Direct(World& where) : world(where) {}

  v1::Transaction transaction(const std::string& id, const std::string& party,
                              const std::string& line) {
    v1::Transaction made;
    made.set_chain(world.pipeline().chain().str());
    made.set_engine("script");
    made.add_act_as(party);
    made.set_command_id(id);
    made.set_dedup_key(host::pipeline::dedup_key({party}, id).str());
    made.set_dedup_until_us(world.host().now_us() + 3'600'000'000);
    made.set_salt(crypto::sha256(id).str());
    made.set_payload(line);
    return made;
  }

  static Bytes batch(const Hash& chain, const std::string& client, const crypto::PrivateKey& key,
                     const std::vector<Bytes>& transactions) {
    v1::TransactionBatch batch;
    batch.set_client(client);
    for (const Bytes& transaction : transactions)
      batch.add_transactions(transaction);
    batch.set_signature(*key.sign(wire::batch_signing_bytes(chain, batch)));
    return batch.SerializeAsString();
  }

  // Puts one batch into a block and executes it; the outcomes, in order.
  std::vector<v1::Outcome> run(const Bytes& encoded) {
    auto& replica = world.pipeline();
    const Bytes batches[] = {encoded};
    const Bytes block = *propose_on_head(replica, 1 + view++, batches);
    CHECK(replica.verify(block, head_header(replica), replica.head()->block_id).ok());
    Bytes result_header;
    replica.execute(block, [&](Result<Bytes> result) { result_header = *result; });
    world.host().run_all();
    v1::Block decoded;
    REQUIRE(decoded.ParseFromString(block));
    const Hash id = crypto::sha256(decoded.header());
    const Hash result_hash = crypto::sha256(result_header);
    v1::Certificate certificate;
    certificate.set_view(view);
    certificate.set_block_id(id.str());
    certificate.set_result_hash(result_hash.str());
    certificate.add_signatures()->set_signature(*world.host().node_key().sign(
        wire::certificate_signing_bytes(replica.chain(), 0, view, id, result_hash)));
    Status committed = unavailable("no answer");
    replica.finalized(id, certificate.SerializeAsString(),
                      [&](const Status& status) { committed = status; });
    world.host().run_all();
    REQUIRE(committed.ok());
    v1::BlockResults results;
    const auto part = replica.read_block(replica.head()->height, plugin::BlockPart::kResults);
    REQUIRE(results.ParseFromString(**part));
    std::vector<v1::Outcome> outcomes;
    for (const auto& entry : results.results())
      outcomes.push_back(entry.outcome());
    return outcomes;
  }

  std::vector<std::string> reasons(const std::string& client, const crypto::PrivateKey& key,
                                   const std::vector<v1::Transaction>& transactions) {
    std::vector<Bytes> encoded;
    for (const auto& transaction : transactions)
      encoded.push_back(transaction.SerializeAsString());
    std::vector<std::string> found;
    for (const auto& outcome : run(batch(world.pipeline().chain(), client, key, encoded)))
      found.push_back(outcome.code() == 0 ? "OK" : outcome.reason());
    return found;
  }

  World& world;
  std::uint64_t view = 1000;
};

} // namespace

TEST_CASE("hosting: a transaction runs only for parties that its signer hosts", "[pipeline]") {
  World world(memory_store(), with_guest());
  world.allocate_all({"alice"});
  Direct direct(world);
  const auto mint = [&](const std::string& id) {
    return direct.transaction(id, "alice", "mint alice 1");
  };
  CHECK(direct.reasons("node", world.host().node_key(), {mint("1")})[0] == "OK");
  CHECK(direct.reasons("guest", other_key(), {mint("2")})[0] == "PARTY_NOT_HOSTED");
  CHECK(direct.reasons("node", other_key(), {mint("3")})[0] == "BAD_SIGNATURE");
  CHECK(direct.reasons("nobody", other_key(), {mint("4")})[0] == "UNKNOWN_CLIENT");
  v1::Transaction reads = mint("5");
  reads.add_read_as("zoe");
  CHECK(direct.reasons("node", world.host().node_key(), {reads})[0] == "UNKNOWN_PARTY");
  CHECK(*world.query({"alice"}, "get balance/alice") == "1");
}

TEST_CASE("hosting: only a client that may allocates parties", "[pipeline]") {
  World world(memory_store(), with_guest());
  Direct direct(world);
  v1::SystemCommand command;
  command.mutable_allocate_party()->set_party("alice");
  v1::Transaction allocate = direct.transaction("1", "x", command.SerializeAsString());
  allocate.set_engine("sys");
  allocate.clear_act_as();
  CHECK(direct.reasons("guest", other_key(), {allocate})[0] == "ALLOCATION_NOT_ALLOWED");
  CHECK(direct.reasons("node", world.host().node_key(), {allocate})[0] == "OK");
  allocate.set_command_id("2");
  allocate.set_dedup_key(crypto::sha256("2").str());
  CHECK(direct.reasons("node", world.host().node_key(), {allocate})[0] == "PARTY_EXISTS");
}

TEST_CASE("hosting: a rejected transaction does not commit when its batch is shown again",
          "[pipeline]") {
  World world(memory_store(), with_guest());
  world.allocate_all({"alice", "bob"});
  Direct direct(world);
  const crypto::PrivateKey& key = world.host().node_key();
  v1::Transaction pay = direct.transaction("1", "alice", "pay alice bob 4");
  pay.set_not_after_us(world.host().now_us() + 30'000'000);
  REQUIRE(direct.reasons("node", key, {pay})[0] == "NO_FUNDS");
  const auto rejections = [&] {
    std::size_t count = 0;
    const auto snapshot = *world.store().snapshot(plugin::kHeadHeight);
    CHECK(snapshot
              ->scan(plugin::KeyClass::kState, "sys/dedup//", "sys/dedup/0",
                     [&](BytesView, BytesView) { return ++count > 0; })
              .ok());
    return count;
  };
  CHECK(rejections() == 1);
  REQUIRE(direct.reasons("node", key, {direct.transaction("2", "alice", "mint alice 10")})[0] ==
          "OK");
  SECTION("alone or with others, however often") {
    CHECK(direct.reasons("node", key, {pay}) == std::vector<std::string>{"DUPLICATE_COMMAND"});
    CHECK(direct.reasons("node", key, {pay, pay}) ==
          std::vector<std::string>{"DUPLICATE_COMMAND", "DUPLICATE_COMMAND"});
    CHECK(*world.query({"bob"}, "get balance/bob") == "nothing");
  }
  SECTION("and its command may be sent again in another transaction") {
    pay.set_salt(crypto::sha256("another").str());
    CHECK(direct.reasons("node", key, {pay})[0] == "OK");
    CHECK(*world.query({"bob"}, "get balance/bob") == "4");
  }
  SECTION("and it is forgotten once its deadline has passed") {
    world.host().advance_us(31'000'000);
    CHECK(direct.reasons("node", key, {pay})[0] == "DEADLINE_PASSED");
    CHECK(rejections() == 0);
  }
}

TEST_CASE("hosting: a client that signs another's transaction does not spoil it", "[pipeline]") {
  World world(memory_store(), with_guest());
  world.allocate_all({"alice"});
  Direct direct(world);
  const v1::Transaction mint = direct.transaction("1", "alice", "mint alice 1");
  REQUIRE(direct.reasons("guest", other_key(), {mint})[0] == "PARTY_NOT_HOSTED");
  CHECK(direct.reasons("node", world.host().node_key(), {mint})[0] == "OK");
}

TEST_CASE("hosting: what a block's transactions write and tell has a bound, and is said to be over "
          "it",
          "[pipeline]") {
  WorldOptions options;
  options.change_genesis = [](std::string& document) {
    const std::string member = "\"may_allocate_parties\": true";
    document.replace(document.find(member), member.size(), member + ", \"streams\": true");
  };
  World world(memory_store(), options);
  world.allocate_all({"alice"});
  Direct direct(world);
  std::vector<v1::Transaction> transactions;
  for (int i = 0; i < 14; ++i) {
    const std::string id = std::to_string(i);
    transactions.push_back(direct.transaction(
        id, "alice", "put k" + id + " " + std::string(1u << 20, 'x') + " *"));
  }
  const auto before = world.pipeline().head()->height;
  const auto reasons = direct.reasons("node", world.host().node_key(), transactions);
  CHECK(std::count(reasons.begin(), reasons.end(), "OK") == 10);
  CHECK(std::count(reasons.begin(), reasons.end(), "BLOCK_FULL") == 4);
  CHECK(reasons.back() == "BLOCK_FULL");
  v1::StreamRequest request;
  request.set_client("node");
  request.set_after_height(before);
  request.set_hosting_epoch(1);
  const v1::StreamPage page = *world.pipeline().stream(request);
  REQUIRE(page.blocks_size() == 1);
  CHECK(page.blocks(0).groups_size() == 14);
  CHECK(page.ByteSizeLong() < 30u << 20);
  // There is room in the next one.
  v1::Transaction again = transactions.back();
  again.set_salt(crypto::sha256("again").str());
  CHECK(direct.reasons("node", world.host().node_key(), {again})[0] == "OK");
}

TEST_CASE("hosting: malformed, foreign, late and repeated transactions are rejected in their block",
          "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  Direct direct(world);
  const crypto::PrivateKey& key = world.host().node_key();
  const auto altered = [&](const std::function<void(v1::Transaction&)>& change) {
    static int next = 0;
    v1::Transaction made =
        direct.transaction("t" + std::to_string(++next), "alice", "mint alice 1");
    change(made);
    return direct.reasons("node", key, {made})[0];
  };
  CHECK(altered([](auto& t) { t.set_chain(Hash{}.str()); }) == "WRONG_CHAIN");
  CHECK(altered([](auto& t) { t.set_salt("short"); }) == "MALFORMED_TRANSACTION");
  CHECK(altered([](auto& t) { t.set_dedup_key(""); }) == "MALFORMED_TRANSACTION");
  CHECK(altered([](auto& t) { t.clear_act_as(); }) == "NO_AUTHORITY");
  CHECK(altered([](auto& t) { t.set_engine("nope"); }) == "UNKNOWN_ENGINE");
  CHECK(altered([](auto& t) { t.set_not_after_us(kGenesisTime); }) == "DEADLINE_PASSED");
  CHECK(altered([](auto& t) { t.set_dedup_until_us(kGenesisTime); }) == "DEDUPLICATION_PASSED");
  CHECK(altered([](auto& t) { t.set_dedup_until_us(UINT64_MAX); }) == "DEDUPLICATION_TOO_LONG");
  CHECK(altered([](auto& t) { t.set_payload("put a/b v bad/reader"); }) == "INVALID_RESULT");
  CHECK(altered([](auto& t) { t.set_payload("expire k v 5"); }) == "INVALID_RESULT");
  CHECK(altered([](auto& t) { t.set_payload("put " + std::string(1025, 'k') + " v"); }) ==
        "INVALID_RESULT");
  const auto once = direct.transaction("same", "alice", "mint alice 1");
  CHECK(direct.reasons("node", key, {once, once}) ==
        std::vector<std::string>{"OK", "DUPLICATE_COMMAND"});
  const auto junk = direct.run(Direct::batch(world.pipeline().chain(), "node", key, {"\xff"}));
  CHECK(junk[0].reason() == "MALFORMED_TRANSACTION");
  CHECK(*world.query({"alice"}, "get balance/alice") == "1");
}

TEST_CASE("replica: check refuses what no block should carry", "[pipeline]") {
  World world;
  Direct direct(world);
  const Hash chain = world.pipeline().chain();
  const crypto::PrivateKey& key = world.host().node_key();
  CHECK(world.pipeline().check(Direct::batch(chain, "node", key, {"t"})).ok());
  CHECK(world.pipeline().check("\xff").code() == Code::kInvalidArgument);
  CHECK(world.pipeline().check(Direct::batch(chain, "node", key, {})).code() ==
        Code::kInvalidArgument);
  CHECK(world.pipeline().check(Direct::batch(chain, "nobody", key, {"t"})).code() ==
        Code::kUnauthenticated);
  CHECK(world.pipeline().check(Direct::batch(Hash{}, "node", key, {"t"})).code() ==
        Code::kUnauthenticated);
  CHECK(world.pipeline()
            .check(Direct::batch(chain, "node", key, {std::string(17u << 20, 'x')}))
            .code() == Code::kInvalidArgument);
}

TEST_CASE("replica: a block that breaks a rule is neither verified nor executed", "[pipeline]") {
  World world;
  world.allocate_all({"alice"});
  auto& replica = world.pipeline();
  const Bytes good = *propose_on_head(replica, 99);
  const auto check = [&](const std::function<void(v1::BlockHeader&)>& change, bool body = false) {
    v1::Block block;
    v1::BlockHeader header;
    REQUIRE(block.ParseFromString(good));
    REQUIRE(header.ParseFromString(block.header()));
    change(header);
    block.set_header(header.SerializeAsString());
    if (body)
      block.mutable_body()->add_batches("");
    const Bytes encoded = block.SerializeAsString();
    Status executed;
    replica.execute(encoded, [&](const Result<Bytes>& result) { executed = result.status(); });
    world.host().run_all();
    CHECK_FALSE(replica.verify(encoded, head_header(replica), replica.head()->block_id).ok());
    CHECK_FALSE(executed.ok());
    CHECK_FALSE(executed.fault());
  };
  check([](auto& h) { h.set_chain(Hash{}.str()); });
  check([](auto& h) { h.set_epoch(1); });
  check([](auto& h) { h.set_parent(Hash{}.str()); });
  check([](auto& h) { h.set_height(h.height() + 1); });
  check([](auto& h) { h.set_record_time_us(kGenesisTime); });
  check([](auto& h) { h.set_transactions_root(Hash{}.str()); });
  check([](auto& h) { h.set_validators(Hash{}.str()); });
  check([](auto& h) { h.set_next_validators(Hash{}.str()); });
  check([](auto& h) { h.set_engines(Hash{}.str()); });
  check([](auto& h) { h.set_view(7); }, true);
  CHECK(world.submit("1", {"alice"}, "mint alice 1").code() == 0);
}
