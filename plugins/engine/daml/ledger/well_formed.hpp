// Whether what claims to be a transaction is one, before anything relies on it. Pure; any thread.
#pragma once

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

inline constexpr std::size_t kMaxNodes = 200'000;

// Whether ids and places agree: every node is reached from the roots exactly once, in the order in
// which the nodes stand. INVALID_ARGUMENT names the node and what is wrong with it.
[[nodiscard]] Status check_shape(const Transaction& transaction);

// Whether the facts of each node fit together and may be told in its version: signatories among the
// stakeholders, maintainers of every key, no by-key flag before 14 … INVALID_ARGUMENT names the
// node, what was found and expected.
[[nodiscard]] Status check_facts(const Transaction& transaction);

// Both.
[[nodiscard]] Status check_well_formed(const Transaction& transaction);

} // namespace tenon::daml::ledger
