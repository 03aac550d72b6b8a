#include "ledger/blinding.hpp"

namespace tenon::daml::ledger {

namespace {

// Of the contract that a node uses; nullptr when it uses none.
const PartySet* stakeholders_of_use(const Node& node) {
  if (const auto* fetch = std::get_if<Fetch>(&node))
    return &fetch->stakeholders;
  const auto* exercise = std::get_if<Exercise>(&node);
  return exercise ? &exercise->stakeholders : nullptr;
}

void divulge(const Node& node, const PartySet& around, Blinding& blinding) {
  const PartySet* const stakeholders = stakeholders_of_use(node);
  if (!stakeholders)
    return;
  PartySet shown = subtract(around, *stakeholders);
  if (const auto* exercise = std::get_if<Exercise>(&node)) {
    shown.merge(subtract(exercise->choice_observers, *stakeholders));
    if (exercise->choice_authorizers)
      shown.merge(subtract(*exercise->choice_authorizers, *stakeholders));
  }
  if (!shown.empty())
    blinding.divulged[*contract_of(node)].merge(std::move(shown));
}

} // namespace

Result<Blinding> blind(const Transaction& transaction, std::size_t max_witnesses) {
  Blinding blinding;
  blinding.witnesses.resize(transaction.nodes.size());
  const auto nobody = std::make_shared<const PartySet>();
  for (const NodeId root : transaction.roots)
    blinding.witnesses[index_of(root)] = nobody;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const Node& node = transaction.nodes[i];
    auto& witnesses = blinding.witnesses[i]; // so far of what is around it
    divulge(node, *witnesses, blinding);
    PartySet informees = informees_of(node);
    if (!is_subset(informees, *witnesses)) {
      informees.insert(witnesses->begin(), witnesses->end());
      witnesses = std::make_shared<const PartySet>(std::move(informees));
    }
    counted += witnesses->size();
    if (counted > max_witnesses) {
      return resource_exhausted("witnesses of a transaction: more than " +
                                std::to_string(max_witnesses) + " over all nodes");
    }
    for (const NodeId child : children_of(node))
      blinding.witnesses[index_of(child)] = witnesses;
  }
  return blinding;
}

std::map<ContractId, PartySet> contract_readers(const Transaction& transaction,
                                                const Blinding& blinding) {
  std::map<ContractId, PartySet> readers = blinding.divulged;
  const std::vector<bool> undone = rolled_back(transaction);
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const auto* create = std::get_if<Create>(&transaction.nodes[i]);
    if (create && !undone[i]) {
      const PartySet& witnesses = blinding.of(node_id(i));
      readers[create->contract_id].insert(witnesses.begin(), witnesses.end());
    }
  }
  return readers;
}

} // namespace tenon::daml::ledger
