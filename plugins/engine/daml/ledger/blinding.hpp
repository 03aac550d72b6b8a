// Who sees what of a transaction. Every action is shown to its informees and to those of the
// exercises around it, its witnesses; who thereby sees a contract without a stake in it has the
// contract divulged. Pure; any thread.
#pragma once

#include <map>
#include <memory>

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

// Of all nodes together: they pile up where exercises lie within each other, and become the access
// lists of events and writes.
inline constexpr std::size_t kMaxWitnesses = 2'000'000;

struct Blinding {
  // By place. A rollback has those of the exercise around it, none at the top.
  std::vector<std::shared_ptr<const PartySet>> witnesses;
  // Contracts that are used, and to whom that shows them: no stakeholders, never empty.
  std::map<ContractId, PartySet> divulged;

  [[nodiscard]] const PartySet& of(NodeId id) const { return *witnesses[index_of(id)]; }
};

// Of a well-formed transaction. RESOURCE_EXHAUSTED when there are too many witnesses.
[[nodiscard]] Result<Blinding> blind(const Transaction& transaction,
                                     std::size_t max_witnesses = kMaxWitnesses);

// Whom the transaction lets see each contract from now on: the witnesses of its create, where that
// was not undone, and those it was divulged to. The access lists of contracts grow by these.
[[nodiscard]] std::map<ContractId, PartySet> contract_readers(const Transaction& transaction,
                                                              const Blinding& blinding);

} // namespace tenon::daml::ledger
