#include "pipeline/pipeline.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/admission.hpp"
#include "pipeline/committer.hpp"
#include "pipeline/epoch_handovers.hpp"
#include "pipeline/event_hub.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/query_service.hpp"
#include "pipeline/replica.hpp"
#include "pipeline/serial_strand.hpp"
#include "pipeline/state_transfer.hpp"
#include "pipeline/stream_notes.hpp"
#include "pipeline/stream_proofs.hpp"
#include "pipeline/stream_service.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline {

namespace {

constexpr std::uint64_t kSweepIntervalMs = 500;
constexpr std::size_t kVerifiedBatches = 16384;

} // namespace

// Everything, in the order of construction: each step sees those above it.
struct Pipeline::Steps {
  Steps(Parts given_parts, Options given_options, Genesis given_genesis, EngineSet given_engines);

  void committed(const ExecutedBlock& block);
  // The host's own transactions and new epochs change who the nodes are; engines' do not.
  [[nodiscard]] bool may_change_members(const ExecutedBlock& block);
  void arm_sweep();
  // In its own time; 0: nothing to do.
  void prune(std::uint64_t keep_from_height);

  Parts parts;
  Options options;
  Genesis genesis;
  EngineSet engines;
  Health health{parts.log, parts.metrics};
  HeadHolder head;
  StageStore stages{parts.store};
  BlockTree tree{options.limits.max_staged_blocks};
  const SerialStrand::Failed halt = [this](const Status& why) {
    static_cast<void>(health.observe(why));
  };
  SerialStrand ingress{parts.executor, halt};
  SerialStrand sequencer{parts.executor, halt};
  SerialStrand commits{parts.executor, halt};
  SerialStrand upkeep{parts.executor, halt};
  CompletionTable completions{options.limits.max_pending_commands};
  BlockReader reader{[this](std::uint64_t height) { return load_block(parts.store, height); },
                     options.limits.max_cached_blocks};
  HistoryService history{parts.store, engines, reader, head};
  QueryService queries{parts.store, engines, head};
  StreamService streams{parts.store, reader, head};
  StreamProofs stream_proofs{parts.store}; // commits strand
  EventHub hub;
  PreExecutor pre_executor{engines, options.limits.max_pre_executions, parts.metrics};
  BatchVerifier verifier{genesis.chain, kVerifiedBatches};
  BlockExecutor executor{genesis.chain, engines, pre_executor, verifier, stages, parts.metrics};
  Proposer proposer{genesis.chain,
                    options.client,
                    parts.signer,
                    verifier,
                    ingress,
                    options.limits,
                    parts.clock,
                    parts.metrics,
                    [this](const std::vector<Hash>& transactions, const Status& why) {
                      static_cast<void>(health.observe(why)); // it may be broken, not just full
                      for (const Hash& transaction : transactions)
                        completions.complete(transaction, failed_completion(why));
                    }};
  Committer committer{parts.store,   stages,
                      head,          commits,
                      health,        parts.clock,
                      parts.metrics, [this](const ExecutedBlock& block) {
                        committed(block); }};
  Admission admission{{options, genesis, engines, head, health, parts.clock, parts.random,
                       parts.metrics, completions, history, pre_executor, proposer}};
  Replica replica{{parts.store, genesis, health, parts.clock, parts.metrics, head, tree, executor,
                   committer, verifier, proposer, sequencer, options.unwedge}};
  StateTransfer transfer{{parts.store, stages, genesis, engines, health, parts.clock, parts.log,
                          parts.metrics, head, tree, sequencer, commits,
                          [this](const ExecutedBlock& block) {
                            members_version += 1;
                            commits.post([this] { stream_proofs.forget_clients(); });
                            hub.notify(block.height());
                            prune(block.keep_from_height);
                          }}};
  std::atomic<plugin::Consensus*> consensus{nullptr};
  std::atomic<std::uint64_t> members_version{0};
  std::uint64_t members_epoch = 0; // commits strand

  // Commands without an outcome in time are given up by a timer, which lives while there are any.
  struct Sweep {
    std::mutex mutex;
    bool armed = false;
    bool ended = false;
    bool running = false;
    std::condition_variable rested;
  };
  std::shared_ptr<Sweep> sweep = std::make_shared<Sweep>();
};

Pipeline::Steps::Steps(Parts given_parts, Options given_options, Genesis given_genesis,
                       EngineSet given_engines)
    : parts(std::move(given_parts)),
      options(within(given_genesis.parameters, std::move(given_options))),
      genesis(std::move(given_genesis)), engines(std::move(given_engines)) {
  health.on_halt([this](const Status& why) { completions.fail_all(why); });
}

bool Pipeline::Steps::may_change_members(const ExecutedBlock& block) {
  const std::uint64_t epoch = block.header.epoch();
  if (std::exchange(members_epoch, epoch) != epoch)
    return true;
  return std::ranges::any_of(block.block->batches, [](const DecodedBatch& batch) {
    return std::ranges::any_of(batch.transactions, [](const DecodedTransaction& transaction) {
      return transaction.message.engine() == keys::kSystemEngine;
    });
  });
}

void Pipeline::Steps::committed(const ExecutedBlock& block) {
  const auto readable_block = readable(block.block, block.decoded_results);
  reader.remember(block.height(), readable_block);
  for (const ReadableTransaction& transaction : readable_block->transactions) {
    if (completions.awaits(transaction.transaction->id)) {
      completions.complete(transaction.transaction->id,
                           history.outcome(block.header, transaction));
    }
  }
  if (may_change_members(block))
    members_version += 1;
  static_cast<void>(health.observe(stream_proofs.keep(block)));
  hub.notify(block.height());
  prune(block.keep_from_height);
  transfer.let_go();
}

void Pipeline::Steps::prune(std::uint64_t keep_from_height) {
  if (keep_from_height == 0 || !options.prune)
    return;
  upkeep.post([this, keep_from_height] {
    const Status status = health.observe(contained([&]() -> Status {
      const auto now = head.get();
      const BlockState state(now->snapshot, now->block->header.record_time_us());
      TENON_ASSIGN_OR_RETURN(const Handovers handovers, known_handovers(parts.store, state));
      TENON_RETURN_IF_ERROR(keep_handovers(parts.store, handovers));
      TENON_RETURN_IF_ERROR(options.prune(keep_from_height));
      return forget_notes(parts.store, *now->snapshot);
    }));
    if (!status.ok()) {
      parts.log.write(plugin::LogLevel::kWarn, "pipeline",
                      "blocks below " + std::to_string(keep_from_height) +
                          ", which operators ordered to prune, are still there: " +
                          status.message(),
                      {});
    }
  });
}

void Pipeline::Steps::arm_sweep() {
  {
    const std::lock_guard lock(sweep->mutex);
    if (sweep->armed || sweep->ended)
      return;
    sweep->armed = true;
  }
  parts.executor.after(kSweepIntervalMs, [this, guard = sweep] {
    {
      const std::lock_guard lock(guard->mutex);
      if (guard->ended)
        return; // and `this` may be gone
      guard->armed = false;
      guard->running = true;
    }
    // Unlocked: who is told may submit again.
    completions.give_up(parts.clock.wall_us());
    proposer.release_late();
    if (completions.size() > 0)
      arm_sweep();
    const std::lock_guard lock(guard->mutex);
    guard->running = false;
    guard->rested.notify_all();
  });
}

Pipeline::Pipeline(std::unique_ptr<Steps> steps) : steps_(std::move(steps)) {}
Pipeline::~Pipeline() {
  stop();
}

Result<std::unique_ptr<Pipeline>> Pipeline::open(Parts parts, Options options) {
  TENON_ASSIGN_OR_RETURN(Genesis genesis, parse_genesis(options.genesis));
  TENON_ASSIGN_OR_RETURN(EngineSet engines, EngineSet::make(parts.engines));
  auto steps = std::make_unique<Steps>(std::move(parts), std::move(options), std::move(genesis),
                                       std::move(engines));
  TENON_ASSIGN_OR_RETURN(OpenedLedger ledger, open_ledger(steps->parts.store, steps->stages,
                                                          steps->genesis, steps->engines));
  steps->tree.start(ledger.head);
  steps->head.set(std::make_shared<const LedgerHead>(LedgerHead{ledger.head, ledger.snapshot}));
  steps->prune(ledger.head->keep_from_height);
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(steps)));
}

void Pipeline::connect(plugin::Consensus& consensus) {
  steps_->consensus = &consensus;
  steps_->proposer.connect(&consensus);
}

Status Pipeline::drain(std::uint64_t deadline_ms) {
  steps_->health.stop_accepting();
  return steps_->completions.drain(std::chrono::milliseconds(deadline_ms));
}

void Pipeline::stop() {
  Steps& steps = *steps_;
  steps.health.stop_accepting();
  {
    std::unique_lock lock(steps.sweep->mutex);
    steps.sweep->ended = true;
    steps.sweep->rested.wait(lock, [&steps] { return !steps.sweep->running; });
  }
  steps.proposer.connect(nullptr);
  steps.consensus = nullptr;
  steps.ingress.close();
  steps.sequencer.close();
  steps.commits.close();
  steps.upkeep.close();
  steps.completions.fail_all(unavailable(
      std::string(reasons::kOutcomeUnknown) +
      ": this node stopped before the outcome was known; submit the same command id again"));
}

void Pipeline::halt(const Status& why) {
  static_cast<void>(steps_->health.observe(why));
}

Hash Pipeline::chain() const {
  return steps_->genesis.chain;
}

std::uint64_t Pipeline::ledger_time_us() const {
  return steps_->head.get()->block->header.record_time_us();
}

Result<Members> Pipeline::members() const {
  return read_members(*steps_->head.get());
}
std::uint64_t Pipeline::members_version() const {
  return steps_->members_version;
}

Status Pipeline::submit(const v1::Submission& submission, CompletionCallback done) {
  TENON_RETURN_IF_ERROR(
      steps_->health.observe(steps_->admission.submit(submission, std::move(done))));
  steps_->arm_sweep();
  return {};
}

Result<v1::QueryResponse> Pipeline::query(const v1::QueryRequest& request) {
  return steps_->health.observed(steps_->queries.query(request));
}
Result<v1::LedgerProof> Pipeline::prove(const v1::ProofRequest& request) {
  return steps_->health.observed(steps_->queries.prove(request));
}
Result<v1::BlocksResponse> Pipeline::blocks(const v1::BlocksRequest& request) {
  return steps_->health.observed(steps_->history.blocks(request));
}
Result<v1::TransactionsResponse> Pipeline::transactions(const v1::TransactionsRequest& request) {
  return steps_->health.observed(steps_->history.transactions(request));
}
Result<v1::PartiesResponse> Pipeline::parties(const v1::PartiesRequest& request) {
  return steps_->health.observed(steps_->queries.parties(request));
}

void Pipeline::fill_status(v1::StatusResponse& status) {
  const auto head = steps_->head.get();
  status.set_chain(steps_->genesis.chain.str());
  status.set_height(head->block->height());
  status.set_head_offset(head->block->last_offset);
  status.set_block_id(head->block->id.str());
  status.set_state_root(head->block->state_root.str());
  status.set_record_time_us(head->block->header.record_time_us());
  status.set_engines_fingerprint(steps_->engines.network_fingerprint().str());
  status.set_store_durable(steps_->parts.store.durable());
  if (!status.store_durable()) {
    status.add_warnings("the store is volatile: everything is lost when this process ends; use a "
                        "durable store, such as rocksdb, to keep it");
  }
  if (const Status health = steps_->health.check(); !health.ok())
    status.add_reasons(health.message());
  if (steps_->health.replacing())
    status.add_reasons("takes over an imported state: its index is being rebuilt");
  if (!steps_->health.accepting())
    status.add_reasons("this node is shutting down");
  plugin::Consensus* const consensus = steps_->consensus;
  if (consensus == nullptr) {
    status.add_reasons("this node is not connected to consensus");
  } else if (const auto description = consensus->describe(); !description.ok()) {
    status.add_reasons("consensus does not answer: " + description.status().message());
  } else {
    status.set_consensus_json(*description);
    const auto json = nlohmann::json::parse(*description, nullptr, false);
    if (!json.is_object() || !json.value("ready", false))
      status.add_reasons("consensus is not ready: " +
                         (json.is_object() ? json.value("reason", "") : std::string("no JSON")));
  }
  status.set_ready(status.reasons_size() == 0);
}

std::uint64_t Pipeline::watch(HeadMovedCallback head_moved) {
  return steps_->hub.watch(std::move(head_moved));
}
void Pipeline::unwatch(std::uint64_t watch_id) {
  steps_->hub.unwatch(watch_id);
}

Status Pipeline::submit_batch(const std::string& client, BytesView batch) {
  if (!steps_->health.accepting())
    return unavailable("STOPPING: this replica is shutting down; submit to another, or later");
  TENON_RETURN_IF_ERROR(steps_->health.observe(steps_->replica.check_from(client, batch)));
  plugin::Consensus* const consensus = steps_->consensus;
  if (consensus == nullptr)
    return unavailable("NO_CONSENSUS: this replica is not connected to consensus yet; submit to "
                       "another, or later");
  return steps_->health.observe(consensus->submit(batch));
}
Result<v1::StreamPage> Pipeline::stream(const v1::StreamRequest& request) {
  return steps_->health.observed(steps_->streams.page(request));
}
Result<v1::StatePart> Pipeline::visible_state(const v1::StateRequest& request) {
  return steps_->health.observed(steps_->streams.state(request));
}
Result<v1::LedgerProof> Pipeline::prove_for(const std::string& client,
                                            const v1::ProofRequest& request) {
  return steps_->health.observed(steps_->queries.prove_for(client, request));
}

Result<plugin::ReplicaHead> Pipeline::head() const {
  return steps_->replica.head();
}
Status Pipeline::check(BytesView batch) {
  return steps_->replica.check(batch);
}
Result<Bytes> Pipeline::propose(const plugin::Proposal& proposal) {
  return steps_->replica.propose(proposal);
}
Status Pipeline::verify(BytesView block, BytesView parent_header, const Hash& executed) {
  return steps_->replica.verify(block, parent_header, executed);
}
void Pipeline::execute(BytesView block, plugin::ExecutedCallback done) {
  steps_->replica.execute(block, std::move(done));
}
void Pipeline::finalized(const Hash& block_id, BytesView certificate,
                         plugin::FinalizedCallback done) {
  steps_->replica.finalized(block_id, certificate, std::move(done));
}
void Pipeline::abandon(const Hash& block_id) {
  steps_->replica.abandon(block_id);
}
Result<std::optional<Bytes>> Pipeline::read_block(std::uint64_t height,
                                                  plugin::BlockPart part) const {
  return steps_->replica.read_block(height, part);
}
Result<Bytes> Pipeline::schedule(const Hash& executed) const {
  return steps_->replica.schedule(executed);
}
plugin::StateTransfer* Pipeline::state_transfer() {
  return &steps_->transfer;
}

} // namespace tenon::host::pipeline
