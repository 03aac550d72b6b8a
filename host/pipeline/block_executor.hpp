// Executes a block on its parent's stage: every replica does it before it votes, so that the vote
// covers the result. Deterministic: the outcome depends on the block and the parent's state alone.
// Step 6. Owned by the pipeline; one call at a time (sequencer strand).
#pragma once

#include "pipeline/batch_verifier.hpp"
#include "pipeline/block_room.hpp"
#include "pipeline/block_rules.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/pre_executor.hpp"
#include "pipeline/result_builder.hpp"
#include "pipeline/stage_store.hpp"
#include "pipeline/client_streams.hpp"

namespace tenon::host::pipeline {

class BlockExecutor {
public:
  BlockExecutor(const Hash& chain, const EngineSet& engines, PreExecutor& pre_executor,
                BatchVerifier& verifier, StageStore& stages, Metrics& metrics);

  // INVALID_ARGUMENT for a block that breaks a rule; everything else that fails is a fault, and so
  // is a block for which this node does not have the engines.
  [[nodiscard]] Result<std::shared_ptr<ExecutedBlock>>
  execute(std::shared_ptr<ExecutedBlock> parent, std::shared_ptr<const DecodedBlock> block,
          bool check_root);

private:
  // What one block's transactions share.
  struct Run {
    const v1::LedgerParameters& parameters;
    BlockState& state;
    LedgerRecords& records;
    ResultBuilder& builder;
    ClientStreams& streams;
    std::uint64_t height;
    const Hash& block_id;
    BlockRoom room;
  };

  [[nodiscard]] Result<std::shared_ptr<ExecutedBlock>>
  run_block(std::shared_ptr<ExecutedBlock> parent, std::shared_ptr<const DecodedBlock> block,
            const v1::LedgerParameters& parameters);
  [[nodiscard]] Status run_batch(Run& run, const DecodedBatch& batch);
  // A failure without fault rejects the transaction.
  [[nodiscard]] Status run_transaction(Run& run, const std::string& client,
                                       const DecodedTransaction& transaction, std::size_t size);
  [[nodiscard]] Status reject(Run& run, const std::string& signer,
                              const DecodedTransaction& transaction, const Status& why);
  [[nodiscard]] Result<std::shared_ptr<const plugin::ExecutionResult>>
  result_of(Run& run, const EngineSet::Entry& engine, const DecodedTransaction& transaction);

  Hash chain_;
  const EngineSet& engines_;
  PreExecutor& pre_executor_;
  BatchVerifier& verifier_;
  StageStore& stages_;
  Counter& committed_;
  Counter& rejected_;
  Counter& expired_;
};

// Stages the writes of `state` on the parent (null: an empty ledger), makes the result header and
// reads what the new state says of epochs.
[[nodiscard]] Result<std::shared_ptr<ExecutedBlock>>
stage_block(StageStore& stages, std::shared_ptr<ExecutedBlock> parent,
            std::shared_ptr<const DecodedBlock> block, const BlockState& state,
            std::shared_ptr<const v1::BlockResults> results);

} // namespace tenon::host::pipeline
