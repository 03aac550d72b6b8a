// Every small change of a transaction: one fact of one node, or one place.
#pragma once

#include <functional>

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

// Calls with what was changed and the changed transaction. Each says something else than the
// original, or is not well-formed.
void for_each_mutation(const Transaction& transaction,
                       const std::function<void(const std::string&, const Transaction&)>& visit);

} // namespace tenon::daml::ledger
