// What a party gets of a transaction: its projection, in the sense of the ledger model, and the two
// forms in which a participant shows it to clients. Pure; any thread; of well-formed transactions.
#pragma once

#include "ledger/blinding.hpp"

namespace tenon::daml::ledger {

struct Projection {
  Transaction transaction;      // in normal form
  std::vector<NodeId> original; // by place: where an action stands in the whole transaction; of a
                                // rollback, where its first action does
};

// All that at least one of the parties witnesses. An action that none does is replaced by what is
// left of its consequences; rollbacks stay around what is left of them.
[[nodiscard]] Projection project(const Transaction& transaction, const Blinding& blinding,
                                 const PartySet& parties);

// Creates and exercises, as far as they were not undone.
struct TreeEvent {
  NodeId node;
  PartySet witnesses;           // those of the asking parties that may see it
  std::vector<NodeId> children; // that are events of the tree themselves
};

struct TransactionTree {
  std::vector<NodeId> roots;
  std::vector<TreeEvent> events; // in the order of the nodes
};

[[nodiscard]] TransactionTree transaction_tree(const Transaction& transaction,
                                               const Blinding& blinding, const PartySet& parties);
// For all parties: the witnesses are the access lists of the events.
[[nodiscard]] TransactionTree transaction_tree(const Transaction& transaction,
                                               const Blinding& blinding);

// A create or a consuming exercise that was not undone.
struct FlatEvent {
  NodeId node;
  bool created = false; // else archived
  PartySet witnesses;   // those of the asking parties that are stakeholders
};

// In the order of the nodes. Contracts that the transaction itself creates and archives are left
// out.
[[nodiscard]] std::vector<FlatEvent> flat_transaction(const Transaction& transaction,
                                                      const PartySet& parties);
[[nodiscard]] std::vector<FlatEvent> flat_transaction(const Transaction& transaction);

} // namespace tenon::daml::ledger
