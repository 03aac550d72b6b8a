// What `tenon db verify` makes of a block log: epochs, indirect certificates, pruned beginnings.
#include <catch2/catch.hpp>

#include <map>

#include "pipeline/genesis.hpp"
#include "tenon/chain_check.hpp"
#include "unit/pipeline/fakes/committee.hpp"

using namespace tenon;
using namespace tenon::test;
using plugin::BlockPart;

namespace {

// A store of which some blocks' certificates read otherwise than they stand.
class DoctoredStore final : public plugin::Store {
public:
  explicit DoctoredStore(plugin::Store& inner) : inner_(inner) {}

  std::map<std::uint64_t, Bytes> certificates; // by height

  [[nodiscard]] bool durable() const override { return inner_.durable(); }
  [[nodiscard]] Result<plugin::StoreHead> head() const override { return inner_.head(); }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t height) const override {
    return inner_.snapshot(height);
  }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) override {
    return inner_.stage(parent, writes);
  }
  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override {
    return inner_.commit(stage, block, sync);
  }
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        BlockPart part) const override {
    const auto found = certificates.find(height);
    if (part == BlockPart::kCertificate && found != certificates.end())
      return std::optional(found->second);
    return inner_.read_block(height, part);
  }
  [[nodiscard]] Status verify(plugin::ProgressVisitor progress) override {
    return inner_.verify(progress);
  }
  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override { return inner_.horizon(); }
  [[nodiscard]] Status prune(std::uint64_t keep_from) override { return inner_.prune(keep_from); }
  [[nodiscard]] Status put_block(const plugin::StoreBlock& block) override {
    return inner_.put_block(block);
  }
  [[nodiscard]] Status import_begin(const plugin::StoreTarget& target) override {
    return inner_.import_begin(target);
  }
  [[nodiscard]] Status import_range(BytesView range) override { return inner_.import_range(range); }
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override {
    return inner_.import_missing();
  }
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock> blocks) override {
    return inner_.import_finish(blocks);
  }
  [[nodiscard]] Status import_abandon() override { return inner_.import_abandon(); }
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite> writes, bool whole) override {
    return inner_.put_index(writes, whole);
  }

private:
  plugin::Store& inner_;
};

struct Ledger {
  World world{memory_store(), committee_options()};
  Committee committee{world};
  const plugin::Store& inner = world.store();
  DoctoredStore store{world.store()};
  tool::Trust trust = trusted(world.genesis());

  static tool::Trust trusted(const std::string& document) {
    const auto genesis = host::pipeline::parse_genesis(document);
    REQUIRE(genesis.ok());
    return {genesis->chain, genesis->validators};
  }
  // Orders another validator and goes on to the second block that it certifies; the last block
  // before them.
  std::uint64_t begin_epoch(const std::string& name) {
    v1::OperatorAction action;
    v1::Validator& validator = *action.mutable_add_replica()->mutable_validator();
    validator.set_name(name);
    validator.set_public_key(key_of(name).public_key());
    REQUIRE(committee.order(action) == "OK");
    const std::uint64_t last = committee.schedule().last_height();
    committee.grow_to(last + 2);
    return last;
  }
  [[nodiscard]] Bytes part(std::uint64_t height, BlockPart which) const {
    return **inner.read_block(height, which);
  }
  // What is wrong with the chain, or nothing.
  [[nodiscard]] std::string wrong() const {
    const auto report = check();
    if (!report.ok())
      CHECK(report.status().code() == Code::kDataLoss);
    return report.ok() ? "" : report.status().message();
  }
  [[nodiscard]] Result<tool::ChainReport> check() const {
    return tool::check_chain(store, trust, [](std::uint64_t, std::uint64_t) {});
  }
};

} // namespace

TEST_CASE("chain check: each epoch's blocks are certified by its own validators", "[tool][chain]") {
  Ledger ledger;
  ledger.begin_epoch("v4");
  const std::uint64_t last = ledger.begin_epoch("v5");
  const auto report = ledger.check();
  INFO(report.status().to_string());
  REQUIRE(report.ok());
  CHECK(report->epochs == 3);
  CHECK(report->blocks == ledger.committee.height() + 1);
  CHECK(report->certificates == ledger.committee.height());
  CHECK(report->begins_with_trusted);
  SECTION("and by nobody else") {
    ledger.trust.validators.mutable_validators(0)->set_public_key(key_of("mallory").public_key());
    CHECK(ledger.wrong().find("block 0: ") == 0);
  }
  SECTION("the last one with a certificate of its own") {
    ledger.store.certificates[last] = ledger.part(last + 1, BlockPart::kCertificate);
    CHECK(ledger.wrong().find("block " + std::to_string(last) + ": ") == 0);
    ledger.store.certificates[last] = "";
    CHECK(ledger.wrong().find("carries no certificate of its own") != std::string::npos);
  }
}

TEST_CASE("chain check: a ledger that operators stopped and took up again goes on in another epoch",
          "[tool][chain]") {
  Ledger ledger;
  Committee& committee = ledger.committee;
  v1::OperatorAction action;
  action.mutable_wedge();
  REQUIRE(committee.order(action) == "OK");
  committee.grow_to(committee.schedule().last_height());
  REQUIRE(ledger.check().ok());
  action.mutable_unwedge()->set_last_block(ledger.world.pipeline().head()->block_id.str());
  ledger.world.give_unwedge(committee.sign(action).SerializeAsString());
  ledger.world.restart();
  committee.grow_to(committee.height() + 2);
  const auto report = ledger.check();
  INFO(report.status().to_string());
  REQUIRE(report.ok());
  CHECK(report->epochs == 2);
}

TEST_CASE("chain check: a block that became final indirectly has a descendant's certificate",
          "[tool][chain]") {
  Ledger ledger;
  ledger.committee.grow_to(5);
  ledger.store.certificates[2] = ledger.part(4, BlockPart::kCertificate);
  ledger.store.certificates[3] = ledger.store.certificates[2];
  const auto report = ledger.check();
  INFO(report.status().to_string());
  REQUIRE(report.ok());
  CHECK(report->certificates == 5);
  SECTION("or none, where a later block has one") {
    ledger.store.certificates[3] = "";
    CHECK(ledger.check()->certificates == 4);
  }
  SECTION("but never an earlier block's") {
    ledger.store.certificates[4] = ledger.part(3, BlockPart::kCertificate);
    CHECK(ledger.wrong().find("block 4: the certificate is for block ") == 0);
  }
  SECTION("nor a broken one") {
    char& last_byte = ledger.store.certificates[3].back(); // of a signature
    last_byte = static_cast<char>(last_byte ^ 1);
    CHECK(ledger.wrong().find("block 3: the certificate does not hold") == 0);
  }
  SECTION("nor one that gives the descendant another result") {
    v1::Block head;
    head.set_header(ledger.part(5, BlockPart::kHeader));
    ledger.store.certificates[4] = ledger.committee.certify(head.SerializeAsString(), "other");
    CHECK(ledger.wrong().find("block 4: certified result mismatch") == 0);
    ledger.store.certificates[3] = ledger.part(5, BlockPart::kCertificate);
    CHECK(ledger.wrong().find("give one block different results") != std::string::npos);
  }
}

TEST_CASE("chain check: the last block of the log is certified", "[tool][chain]") {
  Ledger ledger;
  ledger.committee.grow_to(3);
  ledger.store.certificates[3] = "";
  CHECK(ledger.wrong().find("block 3: the last block") == 0);
}

TEST_CASE("chain check: a pruned store is checked from its oldest block on", "[tool][chain]") {
  Ledger ledger;
  const std::uint64_t last = ledger.begin_epoch("v4");
  REQUIRE(ledger.world.store().prune(3).ok());
  auto report = ledger.check();
  INFO(report.status().to_string());
  REQUIRE(report.ok());
  CHECK(report->oldest_block == 3);
  CHECK(report->blocks == ledger.committee.height() - 2);
  CHECK(report->epochs == 2);
  CHECK(report->begins_with_trusted);
  SECTION("whose validators are known from the state alone, when the handover is gone") {
    REQUIRE(ledger.world.store().prune(last + 1).ok());
    report = ledger.check();
    INFO(report.status().to_string());
    REQUIRE(report.ok());
    CHECK(report->epochs == 1);
    CHECK_FALSE(report->begins_with_trusted);
  }
  SECTION("and what is below is out of range") {
    CHECK(tool::read_block(ledger.store, 2).status().code() == Code::kOutOfRange);
  }
}
