#include "ledger/projection.hpp"

#include "ledger/normal_form.hpp"

namespace tenon::daml::ledger {

namespace {

// Tells which of a set are asked for: nullptr asks for all.
PartySet asked(const PartySet& set, const PartySet* parties) {
  return parties ? intersect(set, *parties) : set;
}

// The children of every node as the projection has them, before it is normalized: what is not seen
// is replaced by its children.
class Projector {
public:
  Projector(const Transaction& transaction, const Blinding& blinding, const PartySet& parties)
      : transaction_(transaction), blinding_(blinding), parties_(parties) {}

  Projection run() {
    Forest forest;
    forest.nodes.reserve(transaction_.nodes.size());
    // The nearest node around each one that stays; nothing at the top.
    std::vector<std::optional<NodeId>> around(transaction_.nodes.size());
    for (std::size_t i = 0; i < transaction_.nodes.size(); ++i) {
      const Node& node = transaction_.nodes[i];
      const bool stays = !is_action(node) || intersects(blinding_.of(node_id(i)), parties_);
      for (const NodeId child : children_of(node))
        around[index_of(child)] = stays ? std::optional(node_id(i)) : around[i];
      forest.nodes.push_back(stays ? without_children(node) : Node(Rollback{}));
      if (stays)
        add(forest, around[i], node_id(i));
    }
    Compacted compacted = compact(std::move(forest));
    Projection projection{std::move(compacted.transaction), {}};
    name_originals(compacted.places, projection);
    return projection;
  }

private:
  static Node without_children(const Node& node) {
    const auto* exercise = std::get_if<Exercise>(&node);
    if (!exercise)
      return is_action(node) ? node : Node(Rollback{});
    Exercise copy = *exercise;
    copy.children.clear();
    return copy;
  }

  static void add(Forest& forest, std::optional<NodeId> parent, NodeId child) {
    if (!parent) {
      forest.roots.push_back(child);
      return;
    }
    Node& node = forest.nodes[index_of(*parent)];
    if (auto* exercise = std::get_if<Exercise>(&node))
      exercise->children.push_back(child);
    else
      std::get<Rollback>(node).children.push_back(child);
  }

  static void name_originals(const std::vector<std::optional<NodeId>>& places,
                             Projection& projection) {
    const auto& nodes = projection.transaction.nodes;
    projection.original.resize(nodes.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i])
        projection.original[index_of(*places[i])] = node_id(i);
    }
    for (std::size_t i = nodes.size(); i-- > 0;) {
      if (!is_action(nodes[i]))
        projection.original[i] = projection.original[index_of(children_of(nodes[i]).front())];
    }
  }

  const Transaction& transaction_;
  const Blinding& blinding_;
  const PartySet& parties_;
};

TransactionTree tree(const Transaction& transaction, const Blinding& blinding,
                     const PartySet* parties) {
  TransactionTree result;
  const std::vector<bool> undone = rolled_back(transaction);
  const std::vector<std::optional<NodeId>> parents = parents_of(transaction);
  std::vector<std::optional<std::size_t>> events(transaction.nodes.size());
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const Node& node = transaction.nodes[i];
    if (undone[i] || !(std::holds_alternative<Create>(node) ||
                       std::holds_alternative<Exercise>(node)))
      continue;
    PartySet witnesses = asked(blinding.of(node_id(i)), parties);
    if (witnesses.empty())
      continue;
    events[i] = result.events.size();
    const auto parent = parents[i] ? events[index_of(*parents[i])] : std::nullopt;
    (parent ? result.events[*parent].children : result.roots).push_back(node_id(i));
    result.events.push_back({node_id(i), std::move(witnesses), {}});
  }
  return result;
}

std::vector<FlatEvent> flat(const Transaction& transaction, const PartySet* parties) {
  const std::vector<bool> undone = rolled_back(transaction);
  std::set<ContractId> created;
  std::set<ContractId> transient;
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    if (undone[i])
      continue;
    if (const auto* create = std::get_if<Create>(&transaction.nodes[i]))
      created.insert(create->contract_id);
    const auto* exercise = std::get_if<Exercise>(&transaction.nodes[i]);
    if (exercise && exercise->consuming && created.contains(exercise->contract_id))
      transient.insert(exercise->contract_id);
  }
  std::vector<FlatEvent> events;
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const auto* create = std::get_if<Create>(&transaction.nodes[i]);
    const auto* exercise = std::get_if<Exercise>(&transaction.nodes[i]);
    if (undone[i] || !(create || (exercise && exercise->consuming)) ||
        transient.contains(*contract_of(transaction.nodes[i])))
      continue;
    PartySet witnesses = asked(create ? create->stakeholders : exercise->stakeholders, parties);
    if (!witnesses.empty())
      events.push_back({node_id(i), create != nullptr, std::move(witnesses)});
  }
  return events;
}

} // namespace

Projection project(const Transaction& transaction, const Blinding& blinding,
                   const PartySet& parties) {
  return Projector(transaction, blinding, parties).run();
}

TransactionTree transaction_tree(const Transaction& transaction, const Blinding& blinding,
                                 const PartySet& parties) {
  return tree(transaction, blinding, &parties);
}

TransactionTree transaction_tree(const Transaction& transaction, const Blinding& blinding) {
  return tree(transaction, blinding, nullptr);
}

std::vector<FlatEvent> flat_transaction(const Transaction& transaction, const PartySet& parties) {
  return flat(transaction, &parties);
}

std::vector<FlatEvent> flat_transaction(const Transaction& transaction) {
  return flat(transaction, nullptr);
}

} // namespace tenon::daml::ledger
