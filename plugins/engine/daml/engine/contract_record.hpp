// Contracts between the ledger model and the state: what a record of the key `contract/` says.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "interpreter/contracts.hpp"
#include "interpreter/store.hpp"
#include "ledger/transaction.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/plugin/engine.hpp"
#include "values/time.hpp"

namespace tenon::daml::engine {

// Where and when a contract was created.
struct Origin {
  Hash transaction;
  ledger::NodeId node{};
  Timestamp ledger_time;
};

// Of a create. A failure: a value does not fit its type, which is a bug and becomes a fault.
[[nodiscard]] Result<v1::Contract> make_record(interpreter::PackageStore& store,
                                               const ledger::Create& create, const Origin& origin);
// DATA_LOSS for a record that nobody wrote.
[[nodiscard]] Result<v1::Contract> read_record(BytesView bytes);
[[nodiscard]] Result<interpreter::ContractInstance> instance_of(const v1::Contract& record);

[[nodiscard]] std::vector<std::string> stakeholders_of(const v1::Contract& record);
// Whether one of the parties has a stake in it.
[[nodiscard]] bool has_stakeholder(const v1::Contract& record, const ledger::PartySet& parties);
// The INDEX entries of an active contract: where its stakeholders find it.
[[nodiscard]] std::vector<Bytes> index_keys_of(const v1::Contract& record);

[[nodiscard]] std::vector<std::string> to_names(const ledger::PartySet& parties);

} // namespace tenon::daml::engine
