// The streams of client nodes as a replica makes and gives them (docs/spec/streams.md).
#include <catch2/catch.hpp>

#include "pipeline/genesis.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/stream_page.hpp"
#include "unit/pipeline/fakes/committee.hpp"
#include "unit/pipeline/fakes/faulty_store.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

// The node's own client follows the ledger.
WorldOptions with_streams() {
  WorldOptions options;
  options.change_genesis = [](std::string& document) {
    const std::string member = "\"may_allocate_parties\": true";
    document.replace(document.find(member), member.size(), member + ", \"streams\": true");
  };
  return options;
}

wire::StreamCursor at_genesis(World& world) {
  const auto genesis = *host::pipeline::parse_genesis(world.genesis());
  const v1::BlocksResponse blocks = *world.pipeline().blocks({});
  wire::StreamCursor cursor;
  cursor.chain = genesis.chain;
  cursor.client = "node";
  cursor.block_id = crypto::sha256(blocks.blocks(0).header());
  cursor.result_hash = crypto::sha256(blocks.blocks(0).result_header());
  cursor.record_time_us = genesis.time_us;
  cursor.validators = genesis.validators;
  cursor.hosting_epoch = 1;
  return cursor;
}

v1::StreamPage page_after(World& world, const wire::StreamCursor& cursor,
                          std::uint64_t max_bytes = 0) {
  v1::StreamRequest request;
  request.set_client(cursor.client);
  request.set_after_height(cursor.height);
  request.set_hosting_epoch(cursor.hosting_epoch);
  request.set_max_bytes(max_bytes);
  return *world.pipeline().stream(request);
}

void advance(wire::StreamCursor& cursor, const wire::StreamedPage& page) {
  const wire::StreamedBlock& last = page.blocks.back();
  cursor.height = last.header.height();
  cursor.block_id = last.block_id;
  cursor.result_hash = last.result_hash;
  cursor.record_time_us = last.header.record_time_us();
  cursor.hosting_epoch = last.hosting_epoch;
  cursor.stream = last.stream;
}

void fill(World& world) {
  world.allocate_all({"alice", "bob"});
  REQUIRE(world.submit("1", {"alice"}, "mint alice 10").code() == 0);
  REQUIRE(world.submit("2", {"alice"}, "pay alice bob 4").code() == 0);
  REQUIRE(world.submit("x", {"alice"}, "fail NO").code() != 0);
  REQUIRE(world.submit("3", {"bob"}, "shout hi").code() == 0);
}

} // namespace

TEST_CASE("streams: page by page, whatever their size, they lead to the hash in the state",
          "[pipeline]") {
  World world(memory_store(), with_streams());
  fill(world);
  const std::uint64_t max_bytes = GENERATE(1u, 700u, 0u);
  wire::StreamCursor cursor = at_genesis(world);
  std::size_t pages = 0;
  std::size_t groups = 0;
  for (v1::StreamPage page = page_after(world, cursor, max_bytes); page.blocks_size() > 0;
       page = page_after(world, cursor, max_bytes)) {
    const auto checked = wire::verify_stream_page(page, cursor);
    INFO(checked.status().to_string());
    REQUIRE(checked.ok());
    advance(cursor, *checked);
    ++pages;
    for (const v1::StreamBlock& block : page.blocks())
      groups += static_cast<std::size_t>(block.groups_size());
  }
  CHECK(cursor.height == world.status().height());
  CHECK(groups == 6); // the rejected one too, because this client signed it
  CHECK((max_bytes == 1 ? pages == cursor.height : pages <= cursor.height));
  const auto snapshot = world.store().snapshot(plugin::kHeadHeight);
  const auto entry = (*snapshot)->get(plugin::KeyClass::kState, "sys/stream/node/1");
  REQUIRE(entry->has_value());
  CHECK(merkle::decode_entry(**entry)->value == cursor.stream.view());
}

TEST_CASE("streams: they survive a restart, and a page is the same before and after",
          "[pipeline]") {
  World world(memory_store(), with_streams());
  fill(world);
  const wire::StreamCursor cursor = at_genesis(world);
  const Bytes before = page_after(world, cursor).SerializeAsString();
  world.restart();
  CHECK(page_after(world, cursor).SerializeAsString() == before);
}

TEST_CASE("streams: a client whose record does not ask for them has none", "[pipeline]") {
  World world;
  fill(world);
  v1::StreamRequest request;
  request.set_client("node");
  const auto refused = world.pipeline().stream(request);
  CHECK(refused.status().code() == Code::kPermissionDenied);
  CHECK(refused.status().message().find("NO_STREAM") != std::string::npos);
  const auto snapshot = world.store().snapshot(plugin::kHeadHeight);
  CHECK_FALSE((*snapshot)->get(plugin::KeyClass::kState, "sys/stream/node/1")->has_value());
}

TEST_CASE("streams: of somebody the ledger does not have there is nothing to follow",
          "[pipeline]") {
  World world(memory_store(), with_streams());
  fill(world);
  wire::StreamCursor cursor = at_genesis(world);
  cursor.client = "nobody";
  cursor.hosting_epoch = 0;
  const v1::StreamPage page = page_after(world, cursor);
  const auto checked = wire::verify_stream_page(page, cursor);
  REQUIRE(checked.ok());
  CHECK(checked->hosting_epoch == 0);
  CHECK(page.streams_size() == 0);
}

TEST_CASE("streams: there is nothing after the head", "[pipeline]") {
  World world(memory_store(), with_streams());
  fill(world);
  wire::StreamCursor cursor = at_genesis(world);
  cursor.height = world.status().height();
  const v1::StreamPage page = page_after(world, cursor);
  CHECK(page.blocks_size() == 0);
  CHECK(page.head_height() == cursor.height);
  cursor.height += 1000;
  CHECK(page_after(world, cursor).blocks_size() == 0);
}

TEST_CASE("batches of client nodes: only the client's own, signed, and by a replica that runs",
          "[pipeline]") {
  World world(memory_store(), with_streams());
  const Status foreign = world.pipeline().submit_batch("another", [] {
    v1::TransactionBatch batch;
    batch.set_client("node");
    batch.add_transactions("t");
    return batch.SerializeAsString();
  }());
  CHECK(foreign.code() == Code::kPermissionDenied);
  CHECK(foreign.message().find("WRONG_CLIENT") != std::string::npos);
  CHECK(world.pipeline().submit_batch("node", "junk").code() == Code::kInvalidArgument);
  v1::TransactionBatch unsigned_batch;
  unsigned_batch.set_client("node");
  unsigned_batch.add_transactions("t");
  CHECK(world.pipeline().submit_batch("node", unsigned_batch.SerializeAsString()).code() ==
        Code::kUnauthenticated);
}

TEST_CASE("proofs for client nodes: for parties that the client hosts and no others",
          "[pipeline]") {
  World world(memory_store(), with_streams());
  fill(world);
  v1::ProofRequest request;
  request.add_parties("alice");
  request.mutable_keys()->add_keys("script/balance/alice");
  CHECK(world.pipeline().prove_for("node", request).ok());
  const auto unknown = world.pipeline().prove_for("another", request);
  CHECK(unknown.status().code() == Code::kPermissionDenied);
  CHECK(unknown.status().message().find("UNKNOWN_CLIENT") != std::string::npos);
  request.add_parties("carol");
  const auto foreign = world.pipeline().prove_for("node", request);
  CHECK(foreign.status().code() == Code::kPermissionDenied);
  CHECK(foreign.status().message().find("PARTY_NOT_HOSTED") != std::string::npos);
}

TEST_CASE("streams: who follows the ledger is read again only when a client's record changes",
          "[pipeline]") {
  const auto store = std::make_shared<FaultyStore>(memory_store());
  World world(store, committee_options(/*streams=*/true));
  Committee committee(world);
  committee.commit();
  const int before = store->scans_of_clients;
  committee.grow_to(committee.height() + 5);
  CHECK(store->scans_of_clients == before);
  v1::OperatorAction action;
  action.mutable_add_client()->set_id("late");
  action.mutable_add_client()->set_public_key(key_of("late").public_key());
  action.mutable_add_client()->set_streams(true);
  REQUIRE(committee.order(action) == "OK");
  // The record is public: in the block that wrote it, its new owner follows already.
  const auto snapshot = *store->snapshot(plugin::kHeadHeight);
  CHECK((*snapshot->get(plugin::KeyClass::kState, "sys/stream/late/1")).has_value());
  const int after = store->scans_of_clients;
  committee.grow_to(committee.height() + 5);
  CHECK(store->scans_of_clients <= after + 1);
}
