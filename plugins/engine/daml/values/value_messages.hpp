// Values, identifiers and contract ids to and from the messages of the transaction format. For the
// codecs of values and transactions; everybody else uses value_codec.hpp. Pure; any thread.
#pragma once

#include "tenon/daml/v1/value.pb.h"
#include "values/transaction_version.hpp"
#include "values/value.hpp"

namespace tenon::daml {

// INVALID_ARGUMENT for what the version cannot carry and for what is nested too deep. Type names
// and labels are left out where the version erases them. `out` is empty before.
[[nodiscard]] Status write_value(const Value& value, TransactionVersion version, v1::Value& out);
// Numerics as the ledger writes them, or also as clients do, who need not know the scale.
enum class Numerics : std::uint8_t { kLedger, kClient };
// INVALID_ARGUMENT names the place ("value.fields[2].value: …"), what was expected and found. Type
// names and labels are refused where the version erases them. Fields that are not known are passed
// over: whoever has the bytes compares them with what is written for the value that was read.
[[nodiscard]] Result<Value> read_value(const v1::Value& message, TransactionVersion version,
                                       Numerics numerics = Numerics::kLedger);

void write_identifier(const Identifier& identifier, v1::Identifier& out);
[[nodiscard]] Result<Identifier> read_identifier(const v1::Identifier& message);

void write_contract_id(const ContractId& id, v1::ContractRef& out);
[[nodiscard]] Result<ContractId> read_contract_id(const v1::ContractRef& message);

} // namespace tenon::daml
