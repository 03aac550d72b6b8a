// Who sees what: the paint offer of the ledger model, divulgence, rollbacks, limits, and over
// random transactions that nobody sees more than stakeholders and witnesses may.
#include "ledger/blinding.hpp"
#include "paint_offer.hpp"
#include "random_transaction.hpp"

namespace tenon::daml::ledger {
namespace {

std::string witnesses(const Transaction& transaction) {
  const Blinding blinding = blind(transaction).value();
  std::string text;
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i)
    text += (i == 0 ? "" : " | ") + to_text(blinding.of(node_id(i)));
  return text;
}

TEST_CASE("blinding: the acceptance of the paint offer is shown as the ledger model says",
          "[daml][ledger][privacy]") {
  const PaintOffer offer = accept_paint_offer();
  REQUIRE(sketch(offer.transaction) == "X(X(C) C)");
  // The offer, the transfer of Alice's IOU, the painter's new IOU, the agreement.
  CHECK(witnesses(offer.transaction) ==
        "Alice, Painter | Alice, Bank, Painter | Alice, Bank, Painter | Alice, Painter");
  const Blinding blinding = blind(offer.transaction).value();
  // The painter sees an IOU in which he has no stake.
  REQUIRE(blinding.divulged.size() == 1);
  CHECK(blinding.divulged.at(offer.iou) == parties("Painter"));

  const auto readers = contract_readers(offer.transaction, blinding);
  CHECK(readers.at(offer.iou) == parties("Painter"));
  CHECK(readers.at(offer.painters_iou) == parties("Alice Bank Painter"));
  CHECK(readers.at(offer.agreement) == parties("Alice Painter"));
  CHECK_FALSE(readers.contains(offer.offer));
}

TEST_CASE("blinding: a fetch divulges to the witnesses around it only",
          "[daml][ledger][privacy]") {
  Script script("Alice");
  const ContractId show = script.given("show", {.signatories = "Alice", .observers = "Painter"});
  const ContractId iou = script.given("iou", {.signatories = "Bank", .observers = "Alice Carol"});
  script.exercise(show, {.controllers = "Alice"}, [&] { script.fetch(iou); });
  script.fetch(iou);
  const Transaction transaction = script.finish().transaction;
  CHECK(witnesses(transaction) == "Alice, Painter | Alice, Bank, Painter | Alice, Bank");
  CHECK(blind(transaction)->divulged.at(iou) == parties("Painter"));
}

TEST_CASE("blinding: observers see an exercise that consumes, choice observers every one",
          "[daml][ledger][privacy]") {
  for (const bool consuming : {false, true}) {
    Script script("Alice");
    const ContractId iou = script.given("iou", {.signatories = "Bank", .observers = "Obs"});
    script.exercise(iou,
                    {.controllers = "Alice", .consuming = consuming, .observers = "Watcher"});
    const Transaction transaction = script.finish().transaction;
    CHECK(witnesses(transaction) ==
          (consuming ? "Alice, Bank, Obs, Watcher" : "Alice, Bank, Watcher"));
    // Who sees the exercise as a choice observer sees the contract.
    CHECK(blind(transaction)->divulged.at(iou) == parties("Watcher"));
  }
}

TEST_CASE("blinding: choice authorizers see the exercise and the contract",
          "[daml][ledger][privacy]") {
  Script script("Alice");
  const ContractId iou = script.given("iou", {.signatories = "Bank", .observers = "Obs"});
  script.exercise(iou, {.controllers = "Alice", .consuming = false, .authorizers = "Alice"});
  Transaction transaction = script.finish().transaction;
  CHECK(witnesses(transaction) == "Alice, Bank");
  CHECK(blind(transaction)->divulged.at(iou) == parties("Alice"));
}

TEST_CASE("blinding: a rollback is shown to the witnesses of the exercise around it",
          "[daml][ledger][privacy]") {
  Script script("Alice Bank");
  const ContractId iou = script.given("iou", {.signatories = "Bank", .observers = "Alice"});
  script.exercise(iou, {.controllers = "Alice", .consuming = false}, [&] {
    script.undone([&] { script.create({.signatories = "Bank", .observers = "Bob"}); });
  });
  script.undone([&] { script.create({.signatories = "Bank", .observers = "Bob"}); });
  const Transaction transaction = script.finish().transaction;
  REQUIRE(sketch(transaction) == "X(R(C)) R(C)");
  CHECK(witnesses(transaction) ==
        "Alice, Bank | Alice, Bank | Alice, Bank, Bob | nobody | Bank, Bob");
  // What was undone shows nobody a contract.
  CHECK(contract_readers(transaction, *blind(transaction)).empty());
}

TEST_CASE("blinding: a look-up is shown to the maintainers", "[daml][ledger][privacy]") {
  Script script("Alice Bob");
  script.lookup(make_key("Iou", "k", "Alice"), std::nullopt);
  CHECK(witnesses(script.finish().transaction) == "Alice");
}

TEST_CASE("blinding: witnesses that pile up are limited", "[daml][ledger][privacy]") {
  Script script("A");
  const ContractId iou = script.given("iou", {.signatories = "A"});
  constexpr int kDepth = 40;
  for (int i = 0; i < kDepth; ++i) {
    REQUIRE(script
                .try_exercise(iou, {.controllers = "A", .consuming = false,
                                    .observers = "O" + std::to_string(i)})
                .ok());
  }
  for (int i = 0; i < kDepth; ++i)
    REQUIRE(script.builder().end_exercise(Value()).ok());
  const Transaction transaction = script.finish().transaction;
  CHECK(blind(transaction)->of(node_id(kDepth - 1)).size() == kDepth + 1);
  const auto refused = blind(transaction, 100);
  CHECK(refused.status().code() == Code::kResourceExhausted);
  CHECK(refused.status().message() ==
        "witnesses of a transaction: more than 100 over all nodes");
}

// Straight from the definition: informees of the node and of every exercise around it.
PartySet witnesses_by_definition(const Transaction& transaction,
                                 const std::vector<std::optional<NodeId>>& parents, NodeId id) {
  PartySet all;
  for (std::optional<NodeId> at = id; at; at = parents[index_of(*at)])
    all = unite(all, informees_of(transaction.at(*at)));
  return all;
}

TEST_CASE("blinding: nobody but stakeholders and witnesses sees anything (random transactions)",
          "[daml][ledger][privacy][property]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    INFO(number);
    const Transaction transaction = random_transaction(number).finished.transaction;
    const Blinding blinding = blind(transaction).value();
    const auto parents = parents_of(transaction);
    std::map<ContractId, PartySet> divulged;
    for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
      const PartySet& seen = blinding.of(node_id(i));
      CHECK(seen == witnesses_by_definition(transaction, parents, node_id(i)));
      const Node& node = transaction.nodes[i];
      const auto* exercise = std::get_if<Exercise>(&node);
      const auto* fetch = std::get_if<Fetch>(&node);
      if (!exercise && !fetch)
        continue;
      const PartySet& stakeholders = exercise ? exercise->stakeholders : fetch->stakeholders;
      const PartySet shown = subtract(
          exercise ? unite(parents[i] ? blinding.of(*parents[i]) : PartySet(),
                           exercise->choice_observers)
                   : (parents[i] ? blinding.of(*parents[i]) : PartySet()),
          stakeholders);
      PartySet& all = divulged[*contract_of(node)];
      all = unite(all, shown);
      CHECK(is_subset(shown, seen));
    }
    std::erase_if(divulged, [](const auto& entry) { return entry.second.empty(); });
    CHECK(divulged == blinding.divulged);
  }
}

} // namespace
} // namespace tenon::daml::ledger
