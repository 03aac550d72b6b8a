// What every replica demands of a transaction before any engine sees it, decided from the ledger
// state alone: form, chain, time, hosting, deduplication. And what it demands of an engine's
// result. Step: block_executor. Pure but for reads of the block's state; one thread.
#pragma once

#include "pipeline/decoded_block.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/plugin/engine.hpp"

namespace tenon::host::pipeline {

inline constexpr int kMaxParties = 64; // in act_as and read_as together
inline constexpr std::size_t kMaxCommandIdBytes = 512;
inline constexpr std::size_t kMaxContextBytes = 4096;

struct RuleContext {
  const Hash& chain;
  const v1::LedgerParameters& parameters;
  const BlockState& state;
  LedgerRecords& records;
};

// A failure without fault rejects the transaction. `encoded_size` is that of its bytes in the
// batch.
[[nodiscard]] Status check_transaction(const RuleContext& context, std::string_view client,
                                       const DecodedTransaction& transaction,
                                       std::size_t encoded_size);

// Names, key sizes and expiries of what an engine wants written.
[[nodiscard]] Status check_result(const plugin::ExecutionResult& result,
                                  std::uint64_t record_time_us);

} // namespace tenon::host::pipeline
