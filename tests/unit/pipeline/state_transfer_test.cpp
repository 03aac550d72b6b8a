// One replica takes over the state of another: what is believed, what is there afterwards, and what
// is left when it ends half-way.
#include <catch2/catch.hpp>

#include "bridge/replica_app_export.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/plugin/export_consensus.hpp"
#include "tenon/v1/ledger.pb.h"
#include "unit/pipeline/fakes/committee.hpp"
#include "unit/pipeline/fakes/faulty_store.hpp"

using namespace tenon;
using namespace tenon::test;
using plugin::BlockPart;
using plugin::KeyClass;

namespace {

WorldOptions follower() {
  WorldOptions options;
  options.with_consensus = false;
  return options;
}

Bytes all_of(const plugin::Store& store, KeyClass key_class, BytesView begin = {},
             BytesView end = {}) {
  Bytes all;
  const auto snapshot = store.snapshot(plugin::kHeadHeight);
  REQUIRE(snapshot.ok());
  REQUIRE((*snapshot)
              ->scan(key_class, begin, end,
                     [&](BytesView key, BytesView value) {
                       all.append(key).append("=").append(to_hex(value)).append("\n");
                       return true;
                     })
              .ok());
  return all;
}

Bytes expiries_of(const plugin::Store& store) {
  return all_of(store, KeyClass::kIndex, "sys/expiry/", "sys/expiry0");
}

// A ledger with money, events and entries that expire.
struct Source {
  World world;

  Source() {
    world.allocate_all({"ann", "bob"});
    CHECK(world.submit("mint", {"ann"}, "mint ann 100").code() == 0);
    for (int i = 0; i < 12; ++i) {
      const std::string number = std::to_string(i);
      world.submit("pay " + number, {"ann"}, "pay ann bob 1");
      const std::uint64_t expires =
          world.status().record_time_us() + 1'000'000 * static_cast<std::uint64_t>(i + 1);
      world.submit("note " + number, {"ann"}, "put note/" + number + " red *");
      world.submit("expire " + number, {"ann"},
                   "expire gone/" + number + " x " + std::to_string(expires));
    }
    world.submit("last", {"ann"}, "pay ann bob 5");
  }
  plugin::StateTransfer& transfer() { return *world.pipeline().state_transfer(); }
  [[nodiscard]] std::uint64_t height() { return world.status().height(); }
  [[nodiscard]] Bytes block(std::uint64_t height) {
    v1::Block block;
    block.set_header(**world.store().read_block(height, BlockPart::kHeader));
    block.mutable_body()->ParseFromString(**world.store().read_block(height, BlockPart::kBody));
    return block.SerializeAsString();
  }
};

// Everything but the end.
Status import_all(plugin::StateTransfer& from, plugin::StateTransfer& to, const Bytes& target,
                  std::uint64_t height) {
  TENON_RETURN_IF_ERROR(to.import_begin(target));
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const auto import, to.import_missing());
    REQUIRE((import && import->height == height));
    if (import->missing.empty())
      return {};
    TENON_ASSIGN_OR_RETURN(const Bytes range,
                           from.export_range(height, import->missing.front().first, 500));
    TENON_RETURN_IF_ERROR(to.import_range(height, range));
  }
}

Status finish(World& world) {
  Status status = unavailable("no answer");
  world.pipeline().state_transfer()->import_finish([&](const Status& done) { status = done; });
  world.host().run_all();
  return status;
}

Status take_over(Source& source, World& copy) {
  TENON_ASSIGN_OR_RETURN(const Bytes target, source.transfer().export_target(0, 0));
  TENON_RETURN_IF_ERROR(import_all(source.transfer(), *copy.pipeline().state_transfer(), target,
                                   source.height()));
  return finish(copy);
}

// The result of the source's next block, which lets some entries expire, as the copy computes it.
void check_next_block(Source& source, World& copy, bool same = true) {
  const std::uint64_t height = source.height() + 1;
  source.world.host().advance_us(6'000'000);
  REQUIRE(source.world.submit("next", {"ann"}, "pay ann bob 1").code() == 0);
  Result<Bytes> result = unavailable("no answer");
  copy.pipeline().execute(source.block(height),
                          [&](const Result<Bytes>& executed) { result = executed; });
  copy.host().run_all();
  INFO(result.status().to_string());
  REQUIRE(result.ok());
  CHECK((*result == **source.world.store().read_block(height, BlockPart::kResultHeader)) == same);
}

// A store that forgets the entries of the index that it is given outside of blocks.
class IndexlessStore final : public plugin::Store {
public:
  explicit IndexlessStore(std::unique_ptr<plugin::Store> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] bool durable() const override { return inner_->durable(); }
  [[nodiscard]] Result<plugin::StoreHead> head() const override { return inner_->head(); }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t height) const override {
    return inner_->snapshot(height);
  }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) override {
    return inner_->stage(parent, writes);
  }
  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override {
    return inner_->commit(stage, block, sync);
  }
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        BlockPart part) const override {
    return inner_->read_block(height, part);
  }
  [[nodiscard]] Status verify(plugin::ProgressVisitor progress) override {
    return inner_->verify(progress);
  }
  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override { return inner_->horizon(); }
  [[nodiscard]] Status prune(std::uint64_t keep_from) override { return inner_->prune(keep_from); }
  [[nodiscard]] Status put_block(const plugin::StoreBlock& block) override {
    return inner_->put_block(block);
  }
  [[nodiscard]] Status import_begin(const plugin::StoreTarget& target) override {
    return inner_->import_begin(target);
  }
  [[nodiscard]] Status import_range(BytesView range) override {
    return inner_->import_range(range);
  }
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override {
    return inner_->import_missing();
  }
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock> blocks) override {
    return inner_->import_finish(blocks);
  }
  [[nodiscard]] Status import_abandon() override { return inner_->import_abandon(); }
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite>, bool whole) override {
    return inner_->put_index({}, whole);
  }

private:
  std::unique_ptr<plugin::Store> inner_;
};

} // namespace

TEST_CASE("state transfer: the copy has the state, reads it, and goes on as the source does",
          "[pipeline][transfer]") {
  Source source;
  World copy(memory_store(), follower());
  const std::uint64_t height = source.height();
  REQUIRE(take_over(source, copy).ok());
  CHECK(copy.status().height() == height);
  CHECK(copy.status().state_root() == source.world.status().state_root());
  CHECK(copy.status().head_offset() == source.world.status().head_offset());
  CHECK(all_of(copy.store(), KeyClass::kState) == all_of(source.world.store(), KeyClass::kState));
  CHECK(expiries_of(copy.store()) == expiries_of(source.world.store()));
  CHECK_FALSE(expiries_of(copy.store()).empty());
  const Bytes notes = all_of(source.world.store(), KeyClass::kIndex, "script/by/", "script/by0");
  CHECK_FALSE(notes.empty());
  CHECK(all_of(copy.store(), KeyClass::kIndex, "script/by/", "script/by0") == notes);
  CHECK(copy.query({"bob"}, "get balance/bob").value() ==
        source.world.query({"bob"}, "get balance/bob").value());
  CHECK(copy.metrics().value("state_transfers_total") == 1);
  CHECK(copy.metrics().value("state_transfer_ranges_total") > 2);
  CHECK(copy.metrics().value("state_transfer_bytes_total") ==
        source.world.metrics().value("state_transfer_exported_bytes_total"));
  CHECK(*copy.pipeline().state_transfer()->oldest_block() == height);
  // The imported block's transactions are found, and what is older is said to be gone.
  const auto page = copy.transactions({"bob"}, source.world.status().head_offset() - 1);
  REQUIRE(page.transactions_size() == 1);
  v1::TransactionsRequest from_the_start;
  from_the_start.add_parties("bob");
  CHECK(copy.pipeline().transactions(from_the_start).status().code() == Code::kOutOfRange);
  check_next_block(source, copy);
  copy.restart();
  CHECK(copy.status().height() == height);
}

TEST_CASE("state transfer: an expiry index that was not rebuilt gives another result",
          "[pipeline][transfer]") {
  Source source;
  World copy(std::make_shared<IndexlessStore>(memory_store()), follower());
  REQUIRE(take_over(source, copy).ok());
  check_next_block(source, copy, /*same=*/false);
}

TEST_CASE("state transfer: what ends it between the state and its index is made good at the start",
          "[pipeline][transfer]") {
  Source source;
  const auto store = std::make_shared<FaultyStore>(memory_store());
  World copy(store, follower());
  store->fail_index = true;
  const Status status = take_over(source, copy);
  CHECK(status.fault());
  CHECK(store->head()->without_index);
  CHECK_FALSE(copy.status().ready());
  CHECK(copy.pipeline().check("x").message().find("halted") != std::string::npos);
  store->fail_index = false;
  copy.restart();
  CHECK_FALSE(store->head()->without_index);
  CHECK(expiries_of(*store) == expiries_of(source.world.store()));
  check_next_block(source, copy);
}

TEST_CASE("state transfer: bytes that have an entry's hash and are none are refused",
          "[pipeline][transfer]") {
  Source source;
  World copy(memory_store(), follower());
  const Bytes target = source.transfer().export_target(0, 0).value();
  const std::uint64_t height = source.height();
  plugin::StateTransfer* transfer = copy.pipeline().state_transfer();
  REQUIRE(transfer->import_begin(target).ok());
  const Bytes honest = source.transfer().export_range(height, {}, 500).value();
  const merkle::SnapshotRange range = merkle::decode_snapshot_range(honest).value();
  merkle::SnapshotRangeWriter lie(range.span.first);
  for (const merkle::SnapshotEntry& one : range.entries) {
    const merkle::StateEntry entry = merkle::decode_entry(one.entry).value();
    Bytes hashed = entry.salt.str() + crypto::sha256(entry.readers).str();
    append_be64(hashed, entry.expires_at_us);
    lie.add(one.key, hashed.append(entry.value), one.leaf.key_hash);
  }
  const Bytes forged = lie.finish(honest[33] == 1, range.proof);
  CHECK(transfer->import_range(height, forged).code() == Code::kInvalidArgument);
  CHECK(copy.pipeline().check("x").message().find("halted") == std::string::npos);
  CHECK(transfer->import_range(height, honest).ok());
}

TEST_CASE("state transfer: an import that was interrupted goes on with what is missing",
          "[pipeline][transfer]") {
  Source source;
  World copy(memory_store(), follower());
  const Bytes target = source.transfer().export_target(0, 0).value();
  const std::uint64_t height = source.height();
  plugin::StateTransfer* transfer = copy.pipeline().state_transfer();
  REQUIRE(transfer->import_begin(target).ok());
  REQUIRE(transfer->import_range(height, source.transfer().export_range(height, {}, 500).value())
              .ok());
  const auto before = transfer->import_missing().value();
  CHECK(finish(copy).code() == Code::kFailedPrecondition); // and it goes on all the same
  copy.restart();
  transfer = copy.pipeline().state_transfer();
  const auto after = transfer->import_missing().value();
  REQUIRE((before && after));
  CHECK((after->height == height && after->missing == before->missing));
  CHECK(transfer->import_range(height, "x").code() == Code::kFailedPrecondition); // not begun again
  REQUIRE(import_all(source.transfer(), *transfer, target, height).ok());
  REQUIRE(finish(copy).ok());
  check_next_block(source, copy);
}

TEST_CASE("state transfer: nothing is believed that is not proved", "[pipeline][transfer]") {
  Source source;
  World copy(memory_store(), follower());
  plugin::StateTransfer& transfer = *copy.pipeline().state_transfer();
  const Bytes encoded = source.transfer().export_target(0, 0).value();
  const auto refused = [&](const std::function<void(v1::StateTarget&)>& change) {
    v1::StateTarget target;
    REQUIRE(target.ParseFromString(encoded));
    change(target);
    const Status status = transfer.import_begin(target.SerializeAsString());
    INFO(status.to_string());
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK_FALSE(status.fault());
  };
  const auto flip = [](std::string& bytes) {
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
  };
  refused([&](auto& target) { flip(*target.mutable_proof()->mutable_header()); });
  refused([&](auto& target) { flip(*target.mutable_proof()->mutable_result_header()); });
  refused([&](auto& target) { flip(*target.mutable_proof()->mutable_certificate()); });
  refused([&](auto& target) { flip(*target.mutable_body()); });
  refused([&](auto& target) { flip(*target.mutable_results()); });
  refused([&](auto& target) { target.clear_results(); });
  // The leaf of an outcome has the hash of its response only, that of an event its readers sorted.
  const auto with_results = [&](const std::function<void(v1::TransactionResult&)>& change) {
    refused([&](v1::StateTarget& target) {
      v1::BlockResults results;
      REQUIRE(results.ParseFromString(target.results()));
      REQUIRE(results.results_size() == 1);
      change(*results.mutable_results(0));
      target.set_results(results.SerializeAsString());
    });
  };
  with_results([](auto& result) { result.mutable_outcome()->set_response("another"); });
  with_results([](auto& result) {
    REQUIRE(result.events_size() > 0);
    v1::Event& event = *result.mutable_events(0);
    REQUIRE(event.readers_size() > 0);
    event.add_readers(event.readers(0));
  });
  with_results([](auto& result) {
    v1::Event& event = *result.mutable_events(0);
    event.set_payload(event.salt().substr(31) + event.payload());
    event.mutable_salt()->resize(31);
  });
  refused([&](auto& target) { target.clear_body(); });
  CHECK(transfer.import_begin("x").code() == Code::kInvalidArgument);
  const std::uint64_t height = source.height();
  REQUIRE(transfer.import_begin(encoded).ok());
  const Bytes older = source.transfer().export_range(height - 1, {}, 5'000).value();
  CHECK(transfer.import_range(height, older).code() == Code::kInvalidArgument);
  CHECK(transfer.import_range(height - 1, older).code() == Code::kFailedPrecondition);
  CHECK(transfer.import_range(height, "nonsense").code() == Code::kInvalidArgument);
  // Nothing of it hurt: the replica goes on, and takes the truth.
  CHECK(copy.metrics().value("pipeline_halted") == 0);
  REQUIRE(take_over(source, copy).ok());
  // What it has is not to be had again.
  CHECK(transfer.import_begin(encoded).code() == Code::kFailedPrecondition);
}

TEST_CASE("state transfer: what is given is held while it is asked for, and no longer",
          "[pipeline][transfer]") {
  Source source;
  plugin::StateTransfer& transfer = source.transfer();
  const std::uint64_t height = source.height();
  const Bytes first = transfer.export_range(height, {}, 500).value();
  for (int i = 0; i < 200; ++i) {
    source.world.host().advance_us(100'000);
    source.world.submit("on " + std::to_string(i), {"ann"}, "mint ann 1");
    REQUIRE(transfer.export_range(height, {}, 500).value() == first);
  }
  CHECK(transfer.export_range(height + 1, {}, 500).status().code() == Code::kOutOfRange);
  CHECK(transfer.export_range(source.height() + 1, {}, 500).status().code() == Code::kNotFound);
  source.world.host().advance_us(31'000'000);
  source.world.submit("at last", {"ann"}, "mint ann 1");
  CHECK(transfer.export_range(height, {}, 500).status().code() == Code::kOutOfRange);
}

TEST_CASE("state transfer: epochs are crossed by their handovers, also where blocks are pruned",
          "[pipeline][transfer][epochs]") {
  WorldOptions options = committee_options();
  plugin::Store* pruned = nullptr;
  options.prune = [&](std::uint64_t keep_from) { return pruned->prune(keep_from); };
  World world(memory_store(), options);
  pruned = &world.store();
  Committee committee(world);
  for (const std::string name : {"v4", "v5"}) {
    v1::OperatorAction action;
    v1::Validator& validator = *action.mutable_add_replica()->mutable_validator();
    validator.set_name(name);
    validator.set_public_key(key_of(name).public_key());
    REQUIRE(committee.order(action) == "OK");
    committee.grow_to(committee.schedule().last_height() + 2);
  }
  v1::OperatorAction prune;
  prune.mutable_prune()->set_keep_from_height(committee.height());
  REQUIRE(committee.order(prune) == "OK");
  world.host().run_all();
  REQUIRE(world.store().horizon()->oldest_block > 0);
  World copy(memory_store(), committee_options());
  plugin::StateTransfer& from = *world.pipeline().state_transfer();
  const Bytes target = from.export_target(0, 0).value();
  REQUIRE(import_all(from, *copy.pipeline().state_transfer(), target, committee.height()).ok());
  REQUIRE(finish(copy).ok());
  CHECK(copy.status().state_root() == world.status().state_root());
  // The copy leads others the same way.
  v1::StateTarget given;
  REQUIRE(given.ParseFromString(
      copy.pipeline().state_transfer()->export_target(0, 0).value()));
  CHECK(given.proof().handovers_size() == 2);
  World third(memory_store(), committee_options());
  CHECK(third.pipeline().state_transfer()->import_begin(given.SerializeAsString()).ok());
}

TEST_CASE("state transfer: the C border changes nothing", "[pipeline][transfer][bridge]") {
  Source source;
  World copy(memory_store(), follower());
  const host::bridge::ReplicaAppExport giving(source.world.pipeline());
  const host::bridge::ReplicaAppExport taking(copy.pipeline());
  plugin::ReplicaAppFromAbi giver(giving.table());
  plugin::ReplicaAppFromAbi taker(taking.table());
  REQUIRE((giver.state_transfer() != nullptr && taker.state_transfer() != nullptr));
  plugin::StateTransfer& from = *giver.state_transfer();
  plugin::StateTransfer& to = *taker.state_transfer();
  CHECK(*to.oldest_block() == 0);
  CHECK_FALSE(to.import_missing().value());
  const std::uint64_t height = source.height();
  const Bytes target = from.export_target(0, 0).value();
  REQUIRE(to.import_begin(target).ok());
  REQUIRE(to.import_abandon().ok());
  CHECK_FALSE(to.import_missing().value());
  CHECK(to.import_range(height, "x").code() == Code::kFailedPrecondition);
  REQUIRE(import_all(from, to, target, height).ok());
  Status status = unavailable("no answer");
  to.import_finish([&](const Status& done) { status = done; });
  copy.host().run_all();
  REQUIRE(status.ok());
  CHECK(*to.oldest_block() == height);
  CHECK(from.export_range(height + 5, {}, 100).status().code() == Code::kNotFound);
  check_next_block(source, copy);
  SECTION("and a host without it says so") {
    tenon_replica_app older = *taking.table();
    older.struct_size = offsetof(tenon_replica_app, oldest_block);
    CHECK(plugin::ReplicaAppFromAbi(&older).state_transfer() == nullptr);
    tenon_replica_app without = *taking.table();
    without.import_abandon = nullptr;
    CHECK(plugin::ReplicaAppFromAbi(&without).state_transfer() == nullptr);
  }
}
