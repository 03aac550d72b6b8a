// Projections: what each party gets of the paint offer, trees and flat transactions as participants
// show them, and over random transactions that projections neither add nor lose anything.
#include "ledger/normal_form.hpp"
#include "ledger/projection.hpp"
#include "ledger/replay.hpp"
#include "ledger/well_formed.hpp"
#include "paint_offer.hpp"
#include "random_transaction.hpp"

namespace tenon::daml::ledger {
namespace {

Projection project(const Transaction& transaction, std::string_view who) {
  return project(transaction, blind(transaction).value(), parties(who));
}

std::string ids(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId id : nodes)
    text += (text.empty() ? "" : " ") + std::to_string(index_of(id));
  return text;
}

TEST_CASE("projection: the paint offer as each party gets it", "[daml][ledger][privacy]") {
  const Transaction transaction = accept_paint_offer().transaction;
  for (const auto* who : {"Alice", "Painter", "Alice Painter", "Alice Bank"}) {
    const Projection whole = project(transaction, who);
    CHECK_FALSE(find_difference(whole.transaction, transaction).has_value());
    CHECK(ids(whole.original) == "0 1 2 3");
  }
  // The bank learns of the transfer, not why there was one.
  const Projection bank = project(transaction, "Bank");
  CHECK(sketch(bank.transaction) == "X(C)");
  CHECK(ids(bank.original) == "1 2");
  CHECK(std::get<Exercise>(bank.transaction.nodes[0]).choice.str() == "Transfer");
  CHECK(sketch(project(transaction, "Carol").transaction).empty());
  CHECK(sketch(project(transaction, "").transaction).empty());
}

TEST_CASE("projection: rollbacks stay around what is left of them, in normal form",
          "[daml][ledger][privacy]") {
  // The offer with two banks, undone as a whole and cancelled: the example of the ledger model.
  Script script("Alice Painter");
  const ContractId offer = script.given(
      "offer", {.template_name = "Offer", .signatories = "Painter", .observers = "Alice"});
  const ContractId first = script.given("first", {.signatories = "Bank1", .observers = "Alice"});
  const ContractId second = script.given("second", {.signatories = "Bank2", .observers = "Alice"});
  script.undone([&] {
    script.exercise(offer, {.controllers = "Alice"}, [&] {
      script.undone([&] {
        script.exercise(first, {.controllers = "Alice"},
                        [&] { script.create({.signatories = "Bank1", .observers = "Painter"}); });
      });
      script.exercise(second, {.controllers = "Alice"},
                      [&] { script.create({.signatories = "Bank2", .observers = "Painter"}); });
    });
  });
  script.exercise(offer, {.name = "Cancel", .controllers = "Painter"});
  const Transaction transaction = script.finish().transaction;
  REQUIRE(sketch(transaction) == "R(X(R(X(C)) X(C))) X()");
  const Projection bank1 = project(transaction, "Bank1");
  CHECK(sketch(bank1.transaction) == "R(X(C))");
  CHECK(ids(bank1.original) == "3 3 4");
  CHECK(sketch(project(transaction, "Bank2").transaction) == "R(X(C))");
  CHECK(sketch(project(transaction, "Bank1 Bank2").transaction) == "R(X(C)) R(X(C))");
  CHECK(sketch(project(transaction, "Alice").transaction) == sketch(transaction));
  CHECK(project(transaction, "Carol").transaction.version == TransactionVersion::k10);
}

TEST_CASE("projection: the tree has creates and exercises that were not undone",
          "[daml][ledger][privacy]") {
  Script script("Alice Bank");
  const ContractId iou = script.given("iou", {.signatories = "Bank", .observers = "Alice"});
  script.fetch(iou);
  script.exercise(iou, {.controllers = "Alice"}, [&] {
    script.fetch(script.create({.signatories = "Bank", .observers = "Bob"}));
    script.undone([&] { script.create({.signatories = "Bank", .observers = "Carol"}); });
  });
  script.create({.signatories = "Bank", .observers = "Carol"});
  const Transaction transaction = script.finish().transaction;
  REQUIRE(sketch(transaction) == "F X(C F R(C)) C");
  const Blinding blinding = blind(transaction).value();

  const TransactionTree alice = transaction_tree(transaction, blinding, parties("Alice"));
  CHECK(ids(alice.roots) == "1");
  REQUIRE(alice.events.size() == 2);
  CHECK(ids(alice.events[0].children) == "2");
  CHECK(alice.events[1].witnesses == parties("Alice"));

  const TransactionTree bob = transaction_tree(transaction, blinding, parties("Bob Alice"));
  CHECK(bob.events[0].witnesses == parties("Alice"));
  CHECK(bob.events[1].witnesses == parties("Alice Bob"));
  CHECK(ids(transaction_tree(transaction, blinding, parties("Bob")).roots) == "2");

  const TransactionTree carol = transaction_tree(transaction, blinding, parties("Carol"));
  CHECK(ids(carol.roots) == "6");

  const TransactionTree all = transaction_tree(transaction, blinding);
  CHECK(ids(all.roots) == "1 6");
  CHECK(all.events[2].witnesses == parties("Bank Carol"));
}

TEST_CASE("projection: the flat form has what stakeholders must know of the active contracts",
          "[daml][ledger][privacy]") {
  Script script("Alice Bank");
  const ContractId iou = script.given("iou", {.signatories = "Bank", .observers = "Alice"});
  script.exercise(iou, {.controllers = "Alice"}, [&] {
    const ContractId passing = script.create({.signatories = "Bank", .observers = "Alice"});
    script.exercise(passing, {.controllers = "Alice"},
                    [&] { script.create({.signatories = "Bank", .observers = "Bob"}); });
  });
  const ContractId kept = script.create({.signatories = "Bank", .observers = "Carol"});
  script.exercise(kept, {.controllers = "Alice", .consuming = false});
  script.undone([&] { script.exercise(kept, {.controllers = "Bank"}); });
  const Transaction transaction = script.finish().transaction;
  REQUIRE(sketch(transaction) == "X(C X(C)) C X() R(X())");
  const auto flat = [&](std::string_view who) {
    std::string text;
    for (const FlatEvent& event : flat_transaction(transaction, parties(who))) {
      text += (text.empty() ? "" : ", ") + std::string(event.created ? "+" : "-") +
              std::to_string(index_of(event.node)) + " " + to_text(event.witnesses);
    }
    return text;
  };
  CHECK(flat("Alice") == "-0 Alice");
  CHECK(flat("Bob") == "+3 Bob");
  CHECK(flat("Bank Carol") == "-0 Bank, +3 Bank, +4 Bank, Carol");
  CHECK(flat("Dave").empty());
  CHECK(flat_transaction(transaction).size() == 3);
  CHECK(flat_transaction(transaction)[1].witnesses == parties("Bank Bob"));
}

TEST_CASE("projection: a projection has what its parties witness, and nothing else (random)",
          "[daml][ledger][privacy][property]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    INFO(number);
    const Transaction transaction = random_transaction(number).finished.transaction;
    const Blinding blinding = blind(transaction).value();
    const auto undone = rolled_back(transaction);
    for (const Party& party : random_parties()) {
      const Projection projection = project(transaction, blinding, {party});
      const Transaction& part = projection.transaction;
      REQUIRE(check_well_formed(part).ok());
      REQUIRE(check_normal_rollbacks(part).ok());
      const auto part_undone = rolled_back(part);
      std::set<NodeId> kept;
      for (std::size_t i = 0; i < part.nodes.size(); ++i) {
        if (!is_action(part.nodes[i]))
          continue;
        const NodeId original = projection.original[i];
        CHECK(kept.insert(original).second);
        CHECK(blinding.of(original).contains(party));
        CHECK(undone[index_of(original)] == part_undone[i]);
        CHECK(describe(part.nodes[i]) == describe(transaction.at(original)));
      }
      for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
        if (is_action(transaction.nodes[i]))
          CHECK(kept.contains(node_id(i)) == blinding.of(node_id(i)).contains(party));
      }
      // A projection of a projection is the same; so is what a participant shows.
      const Projection again = project(part, blind(part).value(), {party});
      CHECK_FALSE(find_difference(again.transaction, part).has_value());
      for (const TreeEvent& event : transaction_tree(transaction, blinding, {party}).events)
        CHECK(kept.contains(event.node));
      for (const FlatEvent& event : flat_transaction(transaction, {party}))
        CHECK(kept.contains(event.node));
    }
  }
}

} // namespace
} // namespace tenon::daml::ledger
