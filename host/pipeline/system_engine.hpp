// The host's own commands, engine id "sys": the allocation of parties, on the authority of the
// signing client, and what operators order, on theirs. Runs like an engine but on the host's
// keyspace. Step: block_executor; form is checked at admission too. One thread.
#pragma once

#include "pipeline/operator_actions.hpp"

namespace tenon::host::pipeline {

// The command, or what is wrong with its form.
[[nodiscard]] Result<v1::SystemCommand> parse_system_command(BytesView payload);

// Runs the command and writes what it changes; the response is JSON. A failure without fault has
// written nothing.
[[nodiscard]] Result<Bytes> execute_system(SystemContext& context, const std::string& client,
                                           const Hash& transaction_id,
                                           const v1::Transaction& transaction);

} // namespace tenon::host::pipeline
