// The normal form: rollbacks in a table of sketches, places and seeds, any depth.
#include "ledger/normal_form.hpp"
#include "ledger/well_formed.hpp"
#include "script.hpp"

namespace tenon::daml::ledger {
namespace {

Node leaf(char name) {
  Script script("A");
  script.create({.signatories = "A", .argument = Value::text(std::string(1, name))});
  return script.finish().transaction.nodes[0];
}

Node exercise() {
  Script script("A");
  script.exercise(script.given("held", {.signatories = "A"}), {.controllers = "A"});
  return script.finish().transaction.nodes[0];
}

// A forest from text: letters are creates, "X(…)" an exercise, "R(…)" a rollback.
class Parser {
public:
  Forest run(std::string_view text) {
    std::vector<NodeId> parents;
    for (const char c : text) {
      if (c == ')')
        parents.pop_back();
      if (c == ' ' || c == '(' || c == ')')
        continue;
      const NodeId id = node_id(forest_.nodes.size());
      forest_.nodes.push_back(c == 'R' ? Node(Rollback{}) : c == 'X' ? exercise() : leaf(c));
      list(parents).push_back(id);
      if (c == 'R' || c == 'X')
        parents.push_back(id);
    }
    return std::move(forest_);
  }

private:
  std::vector<NodeId>& list(const std::vector<NodeId>& parents) {
    if (parents.empty())
      return forest_.roots;
    Node& node = forest_.nodes[index_of(parents.back())];
    auto* exercise = std::get_if<Exercise>(&node);
    return exercise ? exercise->children : std::get<Rollback>(node).children;
  }
  Forest forest_;
};

class Printer : public Visitor {
public:
  void leaf(NodeId, const Node& node) override {
    add(std::get<Create>(node).argument.as_text());
  }
  bool begin(NodeId, const Node& node) override {
    add(is_action(node) ? "X(" : "R(");
    return true;
  }
  void end(NodeId, const Node&) override { text += ")"; }
  std::string text;

private:
  void add(const std::string& part) {
    if (!text.empty() && text.back() != '(')
      text += " ";
    text += part;
  }
};

std::string print(const Transaction& transaction) {
  Printer printer;
  walk(transaction, printer);
  return printer.text;
}

struct Case {
  std::string before;
  std::string after;
};

TEST_CASE("normal form: rollbacks are dropped, moved out and joined", "[daml][ledger]") {
  const std::vector<Case> table{
      {"", ""},
      {"a", "a"},
      {"R()", ""},
      {"R(R())", ""},
      {"R(R() R(R()))", ""},
      {"a R() b", "a b"},
      {"R(a)", "R(a)"},
      {"R(R(a))", "R(a)"},
      {"R(R(R(a)))", "R(a)"},
      {"R(R(a) b)", "R(a) R(b)"},
      {"R(a R(b))", "R(a b)"},
      {"R(a R(b) c)", "R(a R(b) c)"},
      {"R(R(a) R(b))", "R(a) R(b)"},
      {"R(R(a) b R(c))", "R(a) R(b c)"},
      {"R(R(R(a) b) c)", "R(a) R(b) R(c)"},
      {"R(a R(b R(c)))", "R(a b c)"},
      {"R(a R(R(b) c))", "R(a R(b) c)"},
      {"R(a R(R(b) R(c)))", "R(a R(b) c)"},
      {"R(R(a R(b)) c)", "R(a b) R(c)"},
      {"R(a) R(b)", "R(a) R(b)"},
      {"R(a R() b)", "R(a b)"},
      {"R(a R())", "R(a)"},
      {"R(R() a)", "R(a)"},
      {"X()", "X()"},
      {"X(R())", "X()"},
      {"X(R(R(a)) b)", "X(R(a) b)"},
      {"R(X(R(a R(b))))", "R(X(R(a b)))"},
      {"R(X(R()) R(X()))", "R(X() X())"},
      {"R(R(X(R(a) R(b))) X(R(R(c) d)))", "R(X(R(a) R(b))) R(X(R(c) R(d)))"},
      {"R(a R(b R(c) d) e)", "R(a R(b R(c) d) e)"},
      {"R(a R(b R(c) d R(e)) R(f))", "R(a R(b R(c) d e) f)"},
      {"R(R(a) R(b) c R(d) R(e))", "R(a) R(b) R(c R(d) e)"},
  };
  for (const Case& row : table) {
    INFO(row.before);
    const Compacted compacted = compact(Parser().run(row.before));
    CHECK(print(compacted.transaction) == row.after);
    CHECK(check_well_formed(compacted.transaction).ok());
    CHECK(check_normal_rollbacks(compacted.transaction).ok());
    // Normal once is normal for good.
    const Transaction again = normalize(compacted.transaction).value();
    CHECK(print(again) == row.after);
    // Actions keep their order, and each finds its new place.
    const Forest before = Parser().run(row.before);
    std::optional<NodeId> last;
    for (std::size_t i = 0; i < before.nodes.size(); ++i) {
      if (!is_action(before.nodes[i])) {
        CHECK_FALSE(compacted.places[i].has_value());
        continue;
      }
      REQUIRE(compacted.places[i].has_value());
      CHECK(describe(compacted.transaction.at(*compacted.places[i])) ==
            describe(before.nodes[i]));
      CHECK((!last || *last < *compacted.places[i]));
      last = compacted.places[i];
    }
  }
}

TEST_CASE("normal form: what is not normal is told", "[daml][ledger]") {
  const auto message = [](std::string_view text) {
    Forest forest = Parser().run(text);
    return check_normal_rollbacks({TransactionVersion::k15, forest.roots, forest.nodes})
        .message();
  };
  CHECK(message("R(a R(b) c)").empty());
  CHECK(message("a R()") == "node 1: a rollback without children");
  CHECK(message("R(R(a) b)") == "node 0: a rollback that begins with a rollback");
  CHECK(message("R(a R(b))") == "node 0: a rollback that ends with a rollback");
  Transaction transaction = compact(Parser().run("a")).transaction;
  transaction.version = TransactionVersion::k17;
  CHECK(check_normal_rollbacks(transaction).message() ==
        "transaction version 17; the newest version of its nodes is 15");
}

TEST_CASE("normal form: the version is that of the newest node, a rollback counts as 14",
          "[daml][ledger]") {
  CHECK(newest_version({}) == TransactionVersion::k10);
  CHECK(newest_version({Node(Rollback{})}) == TransactionVersion::k14);
  CHECK(newest_version({leaf('a'), Node(Rollback{})}) == TransactionVersion::k15);
}

TEST_CASE("normal form: rollbacks that lie deep in each other take no longer", "[daml][ledger]") {
  constexpr std::size_t kDepth = 30'000;
  const Node create = leaf('a');
  for (const bool left : {false, true}) {
    // R(a R(a R(a …))) and R(R(R(…) a) a)
    Forest forest;
    forest.roots = {node_id(0)};
    for (std::size_t i = 0; i < kDepth; ++i) {
      std::vector<NodeId> children{node_id(kDepth + i)};
      if (i + 1 < kDepth)
        children.insert(left ? children.begin() : children.end(), node_id(i + 1));
      forest.nodes.emplace_back(Rollback{children});
    }
    for (std::size_t i = 0; i < kDepth; ++i)
      forest.nodes.push_back(create);
    const Transaction transaction = compact(std::move(forest)).transaction;
    CHECK(transaction.nodes.size() == (left ? 2 * kDepth : kDepth + 1));
    CHECK(transaction.roots.size() == (left ? kDepth : 1));
    CHECK(check_normal_rollbacks(transaction).ok());
  }
}

TEST_CASE("normal form: values and flags stand as their version carries them", "[daml][ledger]") {
  const auto type = std::make_shared<const Identifier>(template_id("Iou"));
  const Value typed = Value::record(type, nullptr, {});
  Script script("A");
  const ContractId iou = script.create({.signatories = "A", .maintainers = "A",
                                        .version = TransactionVersion::k13});
  script.exercise(iou, {.controllers = "A", .consuming = false});
  script.fetch(iou);
  Transaction transaction = script.finish().transaction;
  const Transaction normal = transaction;
  std::get<Create>(transaction.nodes[0]).argument = typed;
  std::get<Exercise>(transaction.nodes[1]).by_key = true;
  std::get<Exercise>(transaction.nodes[1]).result = typed;
  std::get<Fetch>(transaction.nodes[2]).by_key = true;
  transaction = normalize(transaction).value();
  CHECK(std::get<Create>(transaction.nodes[0]).argument.type() == nullptr);
  CHECK(std::get<Exercise>(transaction.nodes[1]).result->type() == nullptr);
  CHECK_FALSE(std::get<Exercise>(transaction.nodes[1]).by_key);
  CHECK_FALSE(std::get<Fetch>(transaction.nodes[2]).by_key);

  Value deep;
  for (int i = 0; i <= 100; ++i)
    deep = Value::some(deep);
  std::get<Create>(transaction.nodes[0]).argument = deep;
  CHECK(normalize(transaction).status().message().starts_with("node 0: a value nested 101 deep"));
}

} // namespace
} // namespace tenon::daml::ledger
