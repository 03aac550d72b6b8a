// What an operators' command does once enough of them have signed it: to the next epoch, to client
// nodes and the parties they host, to the operators themselves, to the ledger's past. Step:
// block_executor, through system_engine. One thread.
#pragma once

#include "pipeline/client_streams.hpp"

namespace tenon::host::pipeline {

// The block in which a command of engine "sys" runs.
struct SystemContext {
  const Hash& chain;
  BlockState& state;
  LedgerRecords& records;
  ClientStreams& streams;
  std::uint64_t height;
  Hash block_id;
};

// Checks and runs the command and writes what it changes; the response is JSON. A failure without
// fault has written nothing.
[[nodiscard]] Result<Bytes> execute_operator_command(SystemContext& context,
                                                     const Hash& transaction_id,
                                                     const v1::Transaction& transaction,
                                                     const v1::OperatorCommand& command);

} // namespace tenon::host::pipeline
