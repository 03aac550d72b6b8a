// Transactions against a ledger: contracts that are active, archived or unknown, keys, ids that are
// taken, failures of reading.
#include "ledger/consistency.hpp"
#include "paint_offer.hpp"
#include "random_transaction.hpp"

namespace tenon::daml::ledger {
namespace {

class Ledger : public LedgerState {
public:
  [[nodiscard]] Result<Contract> contract(const ContractId& id) const override {
    ++reads;
    if (reads == fail_at)
      return fault("the disk is gone");
    const auto found = contracts.find(id);
    return found == contracts.end() ? Contract::kUnknown : found->second;
  }
  [[nodiscard]] Result<std::optional<ContractId>> key(const Hash& key) const override {
    ++reads;
    if (reads == fail_at)
      return fault("the disk is gone");
    const auto found = keys.find(key);
    return found == keys.end() ? std::nullopt : std::optional(found->second);
  }

  void apply(const Effects& effects, const Transaction& transaction) {
    const auto undone = rolled_back(transaction);
    for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
      if (undone[i])
        continue;
      if (const auto* create = std::get_if<Create>(&transaction.nodes[i]))
        contracts[create->contract_id] = Contract::kActive;
    }
    for (const auto& [id, node] : effects.archived) {
      CHECK_FALSE(undone[index_of(node)]);
      CHECK(std::get<Exercise>(transaction.at(node)).contract_id == id);
      contracts[id] = Contract::kArchived;
    }
    for (const auto& [hash, output] : effects.key_outputs) {
      keys.erase(hash);
      if (output.contract_id)
        keys.emplace(hash, *output.contract_id);
    }
  }

  std::map<ContractId, Contract> contracts;
  std::map<Hash, ContractId> keys;
  mutable int reads = 0;
  int fail_at = 0;
};

using Contract = LedgerState::Contract;

std::string check(const Transaction& transaction, const Ledger& ledger,
                  KeyMode mode = KeyMode::kStrict) {
  const Verdict verdict = check_consistency(transaction, mode, ledger).value();
  return verdict.error ? verdict.error->to_status().message() : std::string();
}

TEST_CASE("consistency: the paint offer is accepted once", "[daml][ledger][consistency]") {
  const PaintOffer offer = accept_paint_offer();
  Ledger ledger;
  ledger.contracts[offer.offer] = Contract::kActive;
  ledger.contracts[offer.iou] = Contract::kActive;
  const Verdict verdict =
      check_consistency(offer.transaction, KeyMode::kStrict, ledger).value();
  REQUIRE_FALSE(verdict.error.has_value());
  CHECK(verdict.effects.inputs == std::set{offer.offer, offer.iou});
  CHECK(verdict.effects.created == std::set{offer.painters_iou, offer.agreement});
  ledger.apply(verdict.effects, offer.transaction);
  const std::string again = check(offer.transaction, ledger);
  CHECK(again.starts_with("CONTRACT_NOT_FOUND: Contract could not be found with id "));
  CHECK(again.ends_with(": it is unknown or archived"));
}

TEST_CASE("consistency: contracts that are unknown or archived are not found",
          "[daml][ledger][consistency]") {
  const PaintOffer offer = accept_paint_offer();
  for (const auto state : {Contract::kUnknown, Contract::kArchived}) {
    Ledger ledger;
    ledger.contracts[offer.offer] = Contract::kActive;
    ledger.contracts[offer.iou] = state;
    const auto verdict = check_consistency(offer.transaction, KeyMode::kStrict, ledger).value();
    REQUIRE(verdict.error.has_value());
    CHECK(verdict.error->kind == ErrorKind::kContractNotFound);
    CHECK(verdict.error->contract_id == offer.iou);
    CHECK(verdict.error->to_status().code() == Code::kNotFound);
  }
}

TEST_CASE("consistency: an id that is taken, or was, is refused", "[daml][ledger][consistency]") {
  Script script("A");
  const ContractId made = script.create({.signatories = "A"});
  const Transaction transaction = script.finish().transaction;
  Ledger ledger;
  CHECK(check(transaction, ledger).empty());
  for (const auto state : {Contract::kActive, Contract::kArchived}) {
    ledger.contracts[made] = state;
    CHECK(check(transaction, ledger) == "INCONSISTENT_CONTRACTS: the id " + made.to_text() +
                                            " of a new contract is taken");
  }
  // Nor may one transaction give an id twice, or one that it used before.
  Script used("A");
  used.fetch(used.given("g", {.signatories = "A"}));
  used.create({.signatories = "A"});
  Transaction twice = used.finish().transaction;
  std::get<Create>(twice.nodes[1]).contract_id = given_id("g");
  const auto verdict = check_internal_consistency(twice, KeyMode::kStrict);
  REQUIRE(verdict.error.has_value());
  CHECK(verdict.error->kind == ErrorKind::kContractExists);
  CHECK(verdict.error->node == node_id(1));
}

TEST_CASE("consistency: contracts that an undone part uses must be there as well",
          "[daml][ledger][consistency]") {
  Script script("A");
  const ContractId given = script.given("g", {.signatories = "A"});
  script.undone([&] { script.fetch(given); });
  const Transaction transaction = script.finish().transaction;
  Ledger ledger;
  CHECK(check(transaction, ledger).starts_with("CONTRACT_NOT_FOUND: "));
  ledger.contracts[given] = Contract::kActive;
  CHECK(check(transaction, ledger).empty());
}

TEST_CASE("consistency: keys must lead to what the transaction relies on",
          "[daml][ledger][consistency]") {
  const Facts keyed{.signatories = "A", .maintainers = "A"};
  const KeyWithMaintainers key = make_key("Iou", "k", "A");
  Ledger ledger;
  ledger.contracts[given_id("1")] = Contract::kActive;
  ledger.contracts[given_id("2")] = Contract::kActive;

  Script creates("A");
  creates.create(keyed);
  const Transaction create = creates.finish().transaction;
  Script looks("A");
  looks.lookup(key, std::nullopt);
  const Transaction free = looks.finish().transaction;
  Script fetches("A");
  fetches.fetch(fetches.given("1", keyed));
  const Transaction fetch = fetches.finish().transaction;

  CHECK(check(create, ledger).empty());
  CHECK(check(free, ledger).empty());
  CHECK(check(fetch, ledger) ==
        "INCONSISTENT_CONTRACT_KEY: Contract key lookup with different results: a key of "
        "pkg:Main:Iou does not lead to the contract " +
            given_id("1").to_text() + " any more");

  ledger.keys.emplace(key.key.hash, given_id("1"));
  CHECK(check(create, ledger) ==
        "DUPLICATE_CONTRACT_KEY: DuplicateKey: contract key is not unique: a key of "
        "pkg:Main:Iou has an active contract already");
  CHECK(check(create, ledger, KeyMode::kOff).empty());
  CHECK(check(free, ledger) ==
        "INCONSISTENT_CONTRACT_KEY: Contract key lookup with different results: a key of "
        "pkg:Main:Iou was looked up in vain; by now it has an active contract");
  CHECK(check(free, ledger, KeyMode::kOff)
            .starts_with("INCONSISTENT_CONTRACT_KEY: Contract key lookup with different results: "
                         "the key"));
  CHECK(check(fetch, ledger).empty());
  CHECK(check(fetch, ledger, KeyMode::kOff).empty());

  ledger.keys.insert_or_assign(key.key.hash, given_id("2"));
  // The message does not tell which contract the ledger has.
  CHECK(check(fetch, ledger).find(given_id("2").to_text()) == std::string::npos);
  CHECK_FALSE(check(fetch, ledger).empty());
}

TEST_CASE("consistency: a look-up in an undone part is judged by the ledger's answer",
          "[daml][ledger][consistency]") {
  // In off mode an archive is not one of the key: the look-up after it still asks the ledger.
  Script script("A", KeyMode::kOff);
  const ContractId given = script.given("1", {.signatories = "A", .maintainers = "A"});
  const KeyWithMaintainers key = make_key("Iou", "k", "A");
  script.undone([&] {
    script.exercise(given, {.controllers = "A"});
    CHECK(script.builder().answer_key(key, given) == std::nullopt);
    script.lookup(key, std::nullopt);
  });
  const Transaction transaction = script.finish().transaction;
  Ledger ledger;
  ledger.contracts[given] = Contract::kActive;
  ledger.keys.emplace(key.key.hash, given);
  CHECK(check(transaction, ledger, KeyMode::kOff).empty());
}

TEST_CASE("consistency: a failure of reading is no verdict", "[daml][ledger][consistency]") {
  const PaintOffer offer = accept_paint_offer();
  Script script("A");
  script.create({.signatories = "A", .maintainers = "A"});
  Ledger ledger;
  ledger.contracts[offer.offer] = Contract::kActive;
  ledger.contracts[offer.iou] = Contract::kActive;
  for (ledger.fail_at = 1; ledger.fail_at <= 4; ++ledger.fail_at) {
    ledger.reads = 0;
    CHECK(check_consistency(offer.transaction, KeyMode::kStrict, ledger).status().fault());
  }
  ledger.fail_at = 2; // the key, after the contract
  ledger.reads = 0;
  const Transaction keyed = script.finish().transaction;
  CHECK(check_consistency(keyed, KeyMode::kStrict, ledger).status().fault());
}

TEST_CASE("consistency: what a builder made is consistent within itself (random transactions)",
          "[daml][ledger][consistency][property]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    INFO(number);
    const auto [submitters, finished] = random_transaction(number);
    const Verdict verdict = check_internal_consistency(finished.transaction, KeyMode::kStrict);
    REQUIRE_FALSE(verdict.error.has_value());
    CHECK(verdict.effects.inputs == finished.input_contracts);
    CHECK(verdict.effects.key_inputs.size() == finished.key_inputs.size());
    Ledger ledger;
    for (const ContractId& id : finished.input_contracts)
      ledger.contracts[id] = Contract::kActive;
    for (const auto& [hash, input] : finished.key_inputs) {
      if (input.contract_id)
        ledger.keys.emplace(hash, *input.contract_id);
    }
    CHECK(check(finished.transaction, ledger).empty());
    // Twice it cannot be when it changed anything.
    const auto before = ledger.contracts;
    ledger.apply(verdict.effects, finished.transaction);
    CHECK(check(finished.transaction, ledger).empty() == (ledger.contracts == before));
  }
}

} // namespace
} // namespace tenon::daml::ledger
