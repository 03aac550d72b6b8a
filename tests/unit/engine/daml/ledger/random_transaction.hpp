// Valid transactions of any shape from a number: the same number gives the same transaction.
#pragma once

#include "script.hpp"

namespace tenon::daml::ledger {

struct RandomTransaction {
  PartySet submitters;
  FinishedTransaction finished;
};

RandomTransaction random_transaction(std::uint64_t number);

// The parties that occur in them.
const PartySet& random_parties();

} // namespace tenon::daml::ledger
