// Whether a transaction is what its commands give when they are interpreted again. Pure; any
// thread.
#pragma once

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

// The first difference between two well-formed transactions, each taken in its normal form: where
// it is, what was recorded and what the replay gave. Nothing when they are the same.
[[nodiscard]] std::optional<std::string> find_difference(const Transaction& recorded,
                                                         const Transaction& replayed);

// FAILED_PRECONDITION "REPLAY_MISMATCH: <the difference>".
[[nodiscard]] Status check_replay(const Transaction& recorded, const Transaction& replayed);

} // namespace tenon::daml::ledger
