#include "pipeline/block_executor.hpp"

#include "pipeline/dedup.hpp"
#include "pipeline/expiry.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/system_engine.hpp"
#include "pipeline/transaction_rules.hpp"
#include "pipeline/unwedge.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

// Where a block is full, a rejected transaction's reason is cut to so much, without a sentence.
constexpr std::size_t kMostShortReasonBytes = 64;

} // namespace

BlockExecutor::BlockExecutor(const Hash& chain, const EngineSet& engines,
                             PreExecutor& pre_executor, BatchVerifier& verifier, StageStore& stages,
                             Metrics& metrics)
    : chain_(chain), engines_(engines), pre_executor_(pre_executor), verifier_(verifier),
      stages_(stages), committed_(metrics.counter("transactions_total", "Transactions executed",
                                                  {{"outcome", "committed"}})),
      rejected_(metrics.counter("transactions_total", "Transactions executed",
                                {{"outcome", "rejected"}})),
      expired_(metrics.counter("expired_keys_total", "State entries removed by expiry")) {}

Result<std::shared_ptr<ExecutedBlock>>
BlockExecutor::execute(std::shared_ptr<ExecutedBlock> parent,
                       std::shared_ptr<const DecodedBlock> block, bool check_root) {
  const BlockState before(parent->snapshot, parent->header.record_time_us());
  const auto parameters = read_required_record<v1::LedgerParameters>(before, keys::kParameters);
  if (!parameters.ok())
    return as_fault(parameters.status());
  TENON_ASSIGN_OR_RETURN(const EpochAt epoch, epoch_above(*parent, chain_, block->unwedge));
  TENON_RETURN_IF_ERROR(check_block({chain_, parent->header, parent->id, epoch}, *parameters,
                                    *block, check_root));
  if (epoch.engines != engines_.network_fingerprint()) {
    return fault("block " + std::to_string(block->header.height()) +
                 " is to be executed by other engines than this node has: expected network "
                 "fingerprint " +
                 to_hex(epoch.engines.view()) + ", found " +
                 to_hex(engines_.network_fingerprint().view()) +
                 "; stop the node and start it with the engines that the operators ordered");
  }
  auto executed = run_block(std::move(parent), std::move(block), *parameters);
  return executed.ok() ? std::move(executed) : as_fault(executed.status());
}

Result<std::shared_ptr<ExecutedBlock>>
BlockExecutor::run_block(std::shared_ptr<ExecutedBlock> parent,
                         std::shared_ptr<const DecodedBlock> block,
                         const v1::LedgerParameters& parameters) {
  const std::uint64_t height = block->header.height();
  BlockState state(parent->snapshot, block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(
      const ExpiryProgress expiry,
      remove_expired(state, parent->expiry_done_before_us, parameters.max_expiries_per_block(),
                     kMostExpiredKeyBytes));
  expired_.add(static_cast<double>(expiry.removed));
  if (!block->unwedge.empty())
    TENON_RETURN_IF_ERROR(record_unwedge(state, *block));
  if (parent->schedule->begins_at(height))
    begin_epoch(state, *parent->schedule, height, block->id);
  if (parent->clients == nullptr) {
    TENON_ASSIGN_OR_RETURN(parent->clients, read_clients(state));
  }
  LedgerRecords records(state, parent->clients);
  ResultBuilder builder(state, height);
  ClientStreams streams(state, records, height);
  Run run{parameters, state,  records,   builder,
          streams,    height, block->id, {block->body_bytes.size(), block->transaction_count}};
  for (const DecodedBatch& batch : block->batches)
    TENON_RETURN_IF_ERROR(run_batch(run, batch));
  TENON_RETURN_IF_ERROR(streams.finish(block->id));
  std::uint64_t keep_from_height = 0;
  if (state.has_state(keys::kPrune)) {
    TENON_ASSIGN_OR_RETURN(const auto ordered,
                           read_required_record<v1::PruneRecord>(state, keys::kPrune));
    keep_from_height = ordered.keep_from_height();
  }
  const std::uint64_t last_offset = builder.finish(parent->last_offset);
  TENON_ASSIGN_OR_RETURN(auto executed, stage_block(stages_, std::move(parent), std::move(block),
                                                    state, builder.results()));
  executed->clients = records.unchanged_clients();
  executed->clients_changed = executed->clients == nullptr;
  executed->content_bytes = run.room.taken() + expiry.key_bytes;
  executed->keep_from_height = keep_from_height;
  executed->expiry_done_before_us = expiry.done_before_us;
  executed->last_offset = last_offset;
  return executed;
}

Status BlockExecutor::run_batch(Run& run, const DecodedBatch& batch) {
  const std::string& client = batch.message.client();
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, run.records.client(client));
  Status signed_by_client;
  if (record == nullptr) {
    signed_by_client = {Code::kUnauthenticated,
                        "UNKNOWN_CLIENT: the batch names a client the ledger does not have"};
  } else if (!verifier_.verify(batch.hash, batch.message, record->public_key())) {
    signed_by_client = {Code::kUnauthenticated,
                        "BAD_SIGNATURE: the batch is not signed with its client's key"};
  }
  for (std::size_t i = 0; i < batch.transactions.size(); ++i) {
    const DecodedTransaction& transaction = batch.transactions[i];
    const std::size_t size = batch.message.transactions(static_cast<int>(i)).size();
    const Status status =
        signed_by_client.ok() ? run_transaction(run, client, transaction, size) : signed_by_client;
    if (status.fault())
      return status;
    if (!status.ok())
      TENON_RETURN_IF_ERROR(reject(run, signed_by_client.ok() ? client : "", transaction, status));
    (status.ok() ? committed_ : rejected_).add();
  }
  return {};
}

// `signer` is empty when nobody is known to have signed.
Status BlockExecutor::reject(Run& run, const std::string& signer,
                             const DecodedTransaction& transaction, const Status& why) {
  const std::uint32_t index = run.builder.index();
  const Explanation told = explain(why); // as it is told, so that every replica counts the same
  const bool has_room = run.room.take_if_there(told.reason.size() + told.message.size());
  const Status in_short(why.code(), told.reason.substr(0, kMostShortReasonBytes) + ": ");
  TENON_RETURN_IF_ERROR(run.builder.reject(transaction, has_room ? why : in_short));
  if (signer.empty())
    return {};
  TENON_RETURN_IF_ERROR(as_fault(
      record_rejection(run.state, signer, transaction.message, transaction.id,
                       run.parameters.max_dedup_window_us(), run.height, index)));
  const v1::TransactionResult& result =
      run.builder.results()->results(static_cast<int>(index));
  return as_fault(run.streams.add_rejected(signer, transaction, result, index));
}

Status BlockExecutor::run_transaction(Run& run, const std::string& client,
                                      const DecodedTransaction& transaction, std::size_t size) {
  TENON_RETURN_IF_ERROR(check_transaction({chain_, run.parameters, run.state, run.records},
                                          client, transaction, size));
  const v1::Transaction& message = transaction.message;
  const std::uint32_t index = run.builder.index();
  const v1::TransactionResult* committed = nullptr;
  if (message.engine() == keys::kSystemEngine) {
    // What it writes stands in the command, but for the records of the clients that it concerns.
    TENON_RETURN_IF_ERROR(run.room.take(2 * size + kTransactionOverheadBytes));
    plugin::ExecutionResult result;
    SystemContext context{chain_,      run.state,  run.records,
                          run.streams, run.height, run.block_id};
    TENON_ASSIGN_OR_RETURN(result.response,
                           execute_system(context, client, transaction.id, message));
    committed = &run.builder.commit(transaction, {}, result);
  } else {
    const EngineSet::Entry* const engine = engines_.find(message.engine());
    if (engine == nullptr) {
      return invalid_argument("UNKNOWN_ENGINE: expected one of " + engines_.names() + " and sys, " +
                              "found another");
    }
    TENON_ASSIGN_OR_RETURN(const auto result, result_of(run, *engine, transaction));
    TENON_RETURN_IF_ERROR(check_result(*result, run.state.record_time_us()));
    TENON_RETURN_IF_ERROR(run.room.take(content_bytes(*result)));
    committed = &run.builder.commit(transaction, engine->prefix, *result);
  }
  record_dedup(run.state, message, transaction.id, run.height, index);
  return as_fault(run.streams.add(client, transaction, *committed, index));
}

Result<std::shared_ptr<const plugin::ExecutionResult>>
BlockExecutor::result_of(Run& run, const EngineSet::Entry& engine,
                         const DecodedTransaction& transaction) {
  if (transaction.message.mode() == v1::MODE_PRE_EXECUTED) {
    auto reused = pre_executor_.reuse(run.state, transaction.id);
    if (!reused.ok())
      return as_fault(reused.status());
    if (*reused != nullptr)
      return reused;
  }
  TENON_ASSIGN_OR_RETURN(plugin::ExecutionResult result,
                         EngineSet::execute(engine, run.state, transaction.id, transaction.message,
                                            {run.height, run.state.record_time_us()}));
  return std::make_shared<const plugin::ExecutionResult>(std::move(result));
}

Result<std::shared_ptr<ExecutedBlock>>
stage_block(StageStore& stages, std::shared_ptr<ExecutedBlock> parent,
            std::shared_ptr<const DecodedBlock> block, const BlockState& state,
            std::shared_ptr<const v1::BlockResults> results) {
  auto executed = std::make_shared<ExecutedBlock>();
  executed->id = block->id;
  executed->header = block->header;
  TENON_ASSIGN_OR_RETURN(executed->stage, stages.stage(parent.get(), state.writes()));
  TENON_ASSIGN_OR_RETURN(executed->snapshot, executed->stage->snapshot());
  const plugin::StoreRoots& roots = executed->stage->roots();
  v1::ResultHeader header;
  header.set_block_id(block->id.str());
  header.set_parent_result(parent == nullptr ? Hash{}.str() : parent->result_hash.str());
  header.set_state_root(roots.state_root.str());
  header.set_writes_root(roots.writes_root.str());
  header.set_outcomes_root(wire::outcomes_root(*results).str());
  header.set_events_root(wire::events_root(*results, block->header.height()).str());
  executed->result_header = header.SerializeAsString();
  executed->result_hash = crypto::sha256(executed->result_header);
  executed->state_root = roots.state_root;
  executed->results = results->SerializeAsString();
  if (parent != nullptr && !state.has_state(keys::kSchedule)) {
    executed->schedule = parent->schedule;
  } else {
    TENON_ASSIGN_OR_RETURN(executed->schedule,
                           EpochSchedule::read(executed->snapshot, executed->header));
  }
  executed->block = std::move(block);
  executed->decoded_results = std::move(results);
  executed->parent = std::move(parent);
  return executed;
}

} // namespace tenon::host::pipeline
