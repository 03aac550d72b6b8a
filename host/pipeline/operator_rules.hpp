// The authority of the operators: m of n of them sign a command, in the ledger's own sequence, so
// that none can be repeated (docs/spec/operators.md). Step: block_executor, when it meets an
// operators' command. Pure but for reads of the block's state; one thread.
#pragma once

#include "pipeline/ledger_records.hpp"

namespace tenon::host::pipeline {

inline constexpr int kMaxOperators = 64;

// The message, or what is wrong with its form.
[[nodiscard]] Result<v1::OperatorAction> parse_operator_action(const v1::OperatorCommand& command);

// Signed by enough of the operators in the state, and the next in sequence? The set as it stands.
[[nodiscard]] Result<v1::OperatorSet> check_authority(const BlockState& state, const Hash& chain,
                                                      const v1::OperatorCommand& command);

// Names, keys and threshold; what is wrong is said without a reason code.
[[nodiscard]] Status check_operator_set(const v1::OperatorSet& operators);

// Takes an accepted command into the operators' log and moves the sequence on. To be called before
// what the command does is written.
struct AcceptedCommand {
  const v1::OperatorCommand& command;
  std::uint64_t height;
  Hash transaction_id;   // zero for an unwedge
  BytesView salt_source; // of what is written
};
void record_command(BlockState& state, v1::OperatorSet operators, const AcceptedCommand& accepted);

// 32 bytes; `tls_key` may be empty.
[[nodiscard]] Status check_keys(BytesView public_key, BytesView tls_key);

} // namespace tenon::host::pipeline
