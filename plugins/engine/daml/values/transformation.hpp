// Values made from values, and the contract ids within. Pure; any thread. What makes a new value
// refuses one that is nested too deep for the ledger.
#pragma once

#include "tenon/core/function_ref.hpp"
#include "values/transaction_version.hpp"
#include "values/value.hpp"

namespace tenon::daml {

// As the version stores it: writing and reading would give the same. From version 12 on type names
// and labels are dropped; before 11 a generic map is INVALID_ARGUMENT. Ranks stay.
[[nodiscard]] Result<Value> normalize(const Value& value, TransactionVersion version);

// Every contract id replaced by what `change` returns for it.
[[nodiscard]] Result<Value>
map_contract_ids(const Value& value, FunctionRef<Result<ContractId>(const ContractId&)> change);

// Every contract id, in the order in which they are written, as often as they occur. Any depth.
void for_each_contract_id(const Value& value, FunctionRef<void(const ContractId&)> visit);

} // namespace tenon::daml
