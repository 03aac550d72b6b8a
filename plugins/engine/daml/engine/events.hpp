// Events: what of a transaction is told to whom, as bytes and as JSON for people. Pure; any thread.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>

#include "engine/contract_record.hpp"
#include "ledger/projection.hpp"

namespace tenon::daml::engine {

struct EventContext {
  Hash transaction;
  Timestamp ledger_time;
  std::string workflow_id;
};

// The choice that was exercised. Not to find it is a fault: it has been found before.
[[nodiscard]] Result<const interpreter::ChoiceCode*> choice_of(interpreter::PackageStore& store,
                                                               const ledger::Exercise& exercise);

// The records of the contracts that a transaction creates and that were not undone, in the order of
// the nodes: for the state, and for the events, which tell the same.
using CreatedRecords = std::map<ledger::NodeId, v1::Contract>;
[[nodiscard]] Result<CreatedRecords> make_records(interpreter::PackageStore& store,
                                                  const ledger::Transaction& transaction,
                                                  const EventContext& context);

// One event for each create and exercise that was not undone, in the order of the nodes, readable
// by its witnesses.
[[nodiscard]] Result<std::vector<plugin::EngineEvent>>
make_events(interpreter::PackageStore& store, const ledger::Transaction& transaction,
            const ledger::TransactionTree& tree, const EventContext& context,
            CreatedRecords records);

// INVALID_ARGUMENT for bytes that are no event.
[[nodiscard]] Result<nlohmann::json> event_to_json(BytesView payload);
// A contract as JSON: contractId, templateId, payload, key, signatories, observers, …
[[nodiscard]] Result<nlohmann::json> contract_to_json(const v1::Contract& record);

} // namespace tenon::daml::engine
