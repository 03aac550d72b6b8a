// The host's own commands, engine id "sys": today the allocation of parties. Runs like an engine
// but on the host's keyspace and on the authority of the signing client. Step: block_executor; form
// is checked at admission too. One thread.
#pragma once

#include "pipeline/ledger_records.hpp"

namespace tenon::host::pipeline {

// The command, or what is wrong with its form.
[[nodiscard]] Result<v1::SystemCommand> parse_system_command(BytesView payload);

// Runs the command and writes what it changes; the response is JSON. A failure without fault has
// written nothing.
[[nodiscard]] Result<Bytes> execute_system(BlockState& state, LedgerRecords& records,
                                           const std::string& client,
                                           const v1::Transaction& transaction);

} // namespace tenon::host::pipeline
