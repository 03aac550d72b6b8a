// Who must agree to a node. A node is authorized when what it requires is among the authority that
// is given where it stands: that of the submitters at the roots, and below an exercise that of the
// contract's signatories and of its controllers. Pure; any thread.
#pragma once

#include "ledger/error.hpp"

namespace tenon::daml::ledger {

// Nothing, or the first rule that the node breaks. Its children are not looked at; a rollback
// requires nothing.
[[nodiscard]] std::optional<Error> authorize(const Node& node, const PartySet& given);

// All nodes of a well-formed transaction that `submitters` ask for, in the order of execution.
[[nodiscard]] std::optional<Error> check_authorization(const Transaction& transaction,
                                                       const PartySet& submitters);

} // namespace tenon::daml::ledger
