// Nodes and transactions as data: informees, walks, whether ids and facts fit.
#include "ledger/well_formed.hpp"
#include "script.hpp"

namespace tenon::daml::ledger {
namespace {

constexpr auto k10 = TransactionVersion::k10;
constexpr auto k13 = TransactionVersion::k13;
constexpr auto k14 = TransactionVersion::k14;
constexpr auto k15 = TransactionVersion::k15;

Transaction sample() {
  Script script("A B");
  const ContractId held =
      script.given("held", {.signatories = "A", .observers = "O", .maintainers = "A"});
  script.exercise(held, {.controllers = "B", .consuming = false, .observers = "C"}, [&] {
    script.fetch(held, true);
    script.undone([&] { script.create({.signatories = "A B", .observers = "P"}); });
    script.lookup(make_key("Iou", "k", "A"), held);
  });
  script.exercise(held, {.controllers = "B"});
  return script.finish().transaction;
}

TEST_CASE("transaction: informees and required authorizers of every kind", "[daml][ledger]") {
  const Transaction transaction = sample();
  REQUIRE(sketch(transaction) == "X(F R(C) L) X()");
  const auto informees = [&](std::size_t i) { return informees_of(transaction.nodes[i]); };
  const auto authorizers = [&](std::size_t i) {
    return required_authorizers_of(transaction.nodes[i]);
  };
  CHECK(informees(0) == parties("A B C"));   // not consuming: observers are not told
  CHECK(informees(1) == parties("A"));       // a fetch: signatories and actors
  CHECK(informees(2).empty());               // a rollback
  CHECK(informees(3) == parties("A B P"));   // a create: stakeholders
  CHECK(informees(4) == parties("A"));       // a look-up: maintainers
  CHECK(informees(5) == parties("A B O"));   // consuming: stakeholders and controllers
  CHECK(authorizers(0) == parties("B"));
  CHECK(authorizers(1) == parties("A"));
  CHECK(authorizers(2).empty());
  CHECK(authorizers(3) == parties("A B"));
  CHECK(authorizers(4) == parties("A"));
  CHECK(authorizers_within(std::get<Exercise>(transaction.nodes[0])) == parties("A B"));

  Exercise narrowed = std::get<Exercise>(transaction.nodes[0]);
  narrowed.choice_authorizers = parties("Z");
  CHECK(informees_of(narrowed) == parties("A B C Z"));
  CHECK(authorizers_within(narrowed) == parties("Z"));
}

TEST_CASE("transaction: facts of a node, whatever its kind", "[daml][ledger]") {
  const Transaction transaction = sample();
  const auto& nodes = transaction.nodes;
  CHECK(describe(nodes[0]) == "exercise of Act on Main:Iou");
  CHECK(describe(nodes[1]) == "fetch of Main:Iou");
  CHECK(describe(nodes[2]) == "rollback");
  CHECK(describe(nodes[4]) == "lookup by key of Main:Iou");
  CHECK(kind_name(nodes[3]) == "create");
  CHECK_FALSE(is_action(nodes[2]));
  CHECK(key_of(nodes[0]) != nullptr);
  CHECK(key_of(nodes[3]) == nullptr);
  CHECK(key_of(nodes[4])->maintainers == parties("A"));
  CHECK(*contract_of(nodes[4]) == given_id("held"));
  CHECK(contract_of(nodes[2]) == nullptr);
  CHECK(template_of(nodes[2]) == nullptr);
  CHECK_FALSE(version_of(nodes[2]).has_value());
  CHECK(version_of(nodes[0]) == k15);
  CHECK(children_of(nodes[0]).size() == 3);
  CHECK(children_of(nodes[1]).empty());
}

TEST_CASE("transaction: parents, and what lies below a rollback", "[daml][ledger]") {
  const Transaction transaction = sample();
  const auto parents = parents_of(transaction);
  CHECK_FALSE(parents[0].has_value());
  CHECK(parents[1] == node_id(0));
  CHECK(parents[3] == node_id(2));
  CHECK_FALSE(parents[5].has_value());
  CHECK(rolled_back(transaction) ==
        std::vector<bool>{false, false, false, true, false, false});
}

class Tour : public Visitor {
public:
  void leaf(NodeId id, const Node&) override { add("", id); }
  bool begin(NodeId id, const Node& node) override {
    add("+", id);
    return is_action(node);
  }
  void end(NodeId id, const Node&) override { add("-", id); }
  std::string text;

private:
  void add(std::string_view mark, NodeId id) {
    text += std::string(mark) + std::to_string(index_of(id)) + " ";
  }
};

TEST_CASE("transaction: a walk tells begin and end, and passes over what it shall not enter",
          "[daml][ledger]") {
  Tour tour;
  walk(sample(), tour);
  CHECK(tour.text == "+0 1 +2 -2 4 -0 +5 -5 ");
}

TEST_CASE("transaction: ids that do not fit their places are told", "[daml][ledger]") {
  const auto message = [](const std::function<void(Transaction&)>& change) {
    Transaction transaction = sample();
    change(transaction);
    return check_shape(transaction).message();
  };
  const auto children = [](Transaction& transaction, std::size_t i) -> std::vector<NodeId>& {
    if (auto* exercise = std::get_if<Exercise>(&transaction.nodes[i]))
      return exercise->children;
    return std::get<Rollback>(transaction.nodes[i]).children;
  };
  CHECK(message([](Transaction&) {}).empty());
  CHECK(message([&](Transaction& t) { children(t, 2)[0] = node_id(0); }) ==
        "child of node 2: node 0 stands here; it was reached before (a cycle, or two nodes around "
        "one)");
  CHECK(message([&](Transaction& t) { children(t, 2)[0] = node_id(1); }) ==
        "child of node 2: node 1 stands here; it was reached before (a cycle, or two nodes around "
        "one)");
  CHECK(message([&](Transaction& t) { children(t, 2)[0] = node_id(6); }) ==
        "child of node 2: node 6 stands here; there are only 6 nodes");
  CHECK(message([&](Transaction& t) { std::swap(children(t, 0)[0], children(t, 0)[1]); }) ==
        "child of node 0: node 2 stands here; expected node 1");
  CHECK(message([](Transaction& t) { t.roots.pop_back(); }) ==
        "node 5 is neither a root nor the child of another node");
  CHECK(message([](Transaction& t) { t.roots.push_back(node_id(5)); }) ==
        "root: node 5 stands here; it was reached before (a cycle, or two nodes around one)");
  CHECK(message([](Transaction& t) { t.roots.push_back(node_id(7)); }) ==
        "root: node 7 stands here; there are only 6 nodes");
  CHECK(message([](Transaction& t) { t.roots.clear(); }) ==
        "node 0 is neither a root nor the child of another node");
  CHECK(check_shape(Transaction{}).ok());
}

// What is wrong once `change` has been at the first node of its kind.
template <typename Action>
std::string fact_message(const std::function<void(Action&)>& change) {
  Transaction transaction = sample();
  for (Node& node : transaction.nodes) {
    if (auto* action = std::get_if<Action>(&node)) {
      change(*action);
      break;
    }
  }
  return check_facts(transaction).message();
}

TEST_CASE("transaction: facts that do not fit are told", "[daml][ledger]") {
  const auto name = PackageName::literal("main");
  CHECK(fact_message<Create>([](Create&) {}).empty());
  CHECK(fact_message<Create>([](Create& c) { c.stakeholders = parties("A"); }) ==
        "node 3 (create of Main:Iou): the signatories A, B are not all among the stakeholders A");
  CHECK(fact_message<Create>([&](Create& c) { c.package_name = name; }) ==
        "node 3 (create of Main:Iou): a package name in a node of version 15; they came with "
        "version 17");
  CHECK(fact_message<Create>([](Create& c) { c.version = TransactionVersion::k17; })
            .ends_with("no package name in a node of version 17"));
  CHECK(fact_message<Fetch>([](Fetch& f) { f.actors.clear(); }) ==
        "node 1 (fetch of Main:Iou): no actors");
  CHECK(fact_message<Fetch>([](Fetch& f) { f.actors = parties("Z"); })
            .ends_with("the actors Z are not all among the stakeholders A, O"));
  CHECK(fact_message<Fetch>([](Fetch& f) { f.version = k13; })
            .ends_with("a by-key flag in a node of version 13; they came with version 14"));
  CHECK(fact_message<Fetch>([](Fetch& f) { f.key.reset(); })
            .ends_with("reached by key, but it has none"));
  CHECK(fact_message<Fetch>([](Fetch& f) { f.interface_id = template_id("Face"); })
            .ends_with("the interface of a fetch in a node of version 15; they came with version "
                       "17"));
  CHECK(fact_message<Fetch>([](Fetch& f) { f.key->maintainers.clear(); })
            .ends_with("a key without maintainers"));
  CHECK(fact_message<Fetch>([](Fetch& f) { f.key->key.template_id = template_id("Other"); })
            .ends_with("a key of pkg:Main:Other; expected one of pkg:Main:Iou"));
  CHECK(fact_message<LookupByKey>([&](LookupByKey& l) { l.key.key.package_name = name; })
            .ends_with("a key of package main; expected none"));
  CHECK(fact_message<Exercise>([](Exercise& e) { e.actors.clear(); }).ends_with("no actors"));
  CHECK(fact_message<Exercise>([](Exercise& e) { e.version = k10; })
            .ends_with("choice observers in a node of version 10; they came with version 11"));
  CHECK(fact_message<Exercise>([](Exercise& e) {
          e.version = k13;
          e.result.reset();
        }).ends_with("exercises without a result in a node of version 13; they came with version "
                     "14"));
  CHECK(fact_message<Exercise>([](Exercise& e) {
          e.version = k14;
          e.interface_id = template_id("Face");
        }).ends_with("an interface in a node of version 14; they came with version 15"));
  CHECK(fact_message<Exercise>([](Exercise& e) { e.choice_authorizers = parties("A"); })
            .ends_with("choice authorizers, which no version up to 17 carries"));
  CHECK(fact_message<Exercise>([](Exercise& e) {
          e.creation_package = PackageId::literal("p");
        }).ends_with("the package of the create in a node of version 15; they came with version "
                     "17"));
  Transaction old = sample();
  old.version = k14;
  CHECK(check_facts(old).message().ends_with(
      "a node of version 15 in a transaction of version 14"));
  old.version = k13;
  for (Node& node : old.nodes) {
    if (auto* exercise = std::get_if<Exercise>(&node))
      exercise->version = k13;
    if (auto* fetch = std::get_if<Fetch>(&node)) {
      fetch->version = k13;
      fetch->by_key = false;
    }
  }
  CHECK(check_facts(old).message() ==
        "node 2 (rollback): a node of version 14 in a transaction of version 13");
}

TEST_CASE("transaction: parties in messages are counted where they are many", "[daml][ledger]") {
  CHECK(to_text(PartySet()) == "nobody");
  CHECK(to_text(parties("B A")) == "A, B");
  PartySet many;
  for (int i = 10; i < 25; ++i)
    many.insert(Party::literal("P" + std::to_string(i)));
  CHECK(to_text(many) == "P10, P11, P12, P13, P14, P15, P16, P17, P18, P19 and 5 more");
}

TEST_CASE("transaction: sets of parties", "[daml][ledger]") {
  const PartySet ab = parties("A B");
  CHECK(is_subset(parties(""), ab));
  CHECK(is_subset(ab, parties("A B C")));
  CHECK_FALSE(is_subset(parties("A C"), ab));
  CHECK(intersects(ab, parties("C B")));
  CHECK_FALSE(intersects(ab, parties("C")));
  CHECK(unite(ab, parties("C")) == parties("A B C"));
  CHECK(intersect(ab, parties("B C")) == parties("B"));
  CHECK(subtract(ab, parties("B C")) == parties("A"));
}

} // namespace
} // namespace tenon::daml::ledger
