#include "link/client_ledger.hpp"

#include "link/projection.hpp"
#include "link/proof_source.hpp"
#include "link/stream_follower.hpp"
#include "link/submitter.hpp"
#include "pipeline/admission.hpp"
#include "pipeline/event_hub.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/query_service.hpp"
#include "pipeline/serial_strand.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::link {

namespace {

using pipeline::SerialStrand;

constexpr std::uint64_t kTickMs = 200;
constexpr std::size_t kOwnBatches = 1024;
// Between a replica and this node lies a network: more batches are under way at once.
constexpr std::size_t kMinBatchesInFlight = 8;

pipeline::Options for_client(const v1::LedgerParameters& parameters, pipeline::Options options) {
  // What this node holds is not all that a command may read: running it here says nothing.
  options.pre_execute = false;
  options.limits.max_batches_in_flight =
      std::max(options.limits.max_batches_in_flight, kMinBatchesInFlight);
  return pipeline::within(parameters, std::move(options));
}

} // namespace

// Everything, in the order of construction: each step sees those above it.
struct ClientLedger::Steps {
  Steps(ClientParts given, pipeline::Options given_options, pipeline::Genesis given_genesis,
        pipeline::EngineSet given_engines, std::unique_ptr<Projection> opened);

  void applied(const v1::StreamPage& page, const wire::StreamedPage& checked);
  void note_members(const v1::StreamPage& page, const wire::StreamedPage& checked);
  void arm_tick();
  void tick();

  pipeline::Parts parts;
  Peers& peers;
  pipeline::Options options;
  pipeline::Genesis genesis;
  pipeline::EngineSet engines;
  pipeline::Health health{parts.log, parts.metrics};
  std::unique_ptr<Projection> projection;
  const SerialStrand::Failed halt = [this](const Status& why) {
    static_cast<void>(health.observe(why));
  };
  SerialStrand ingress{parts.executor, halt};
  SerialStrand following{parts.executor, halt};
  pipeline::CompletionTable completions{options.limits.max_pending_commands};
  pipeline::BlockReader reader{[this](std::uint64_t height) { return projection->load(height); },
                               options.limits.max_cached_blocks};
  pipeline::HistoryService history{parts.store, engines, reader, projection->head()};
  pipeline::QueryService queries{parts.store, engines, projection->head()};
  pipeline::EventHub hub;
  pipeline::PreExecutor pre_executor{engines, 1, parts.metrics};
  pipeline::BatchVerifier verifier{genesis.chain, kOwnBatches};
  ReplicaLink link{peers, parts.executor, parts.log, parts.metrics, parts.clock};
  ProofSource proofs{link, genesis, engines, *projection};
  pipeline::Proposer proposer{
      genesis.chain,
      options.client,
      parts.signer,
      verifier,
      ingress,
      options.limits,
      parts.clock,
      parts.metrics,
      [this](const std::vector<Hash>& transactions, const Status& why) {
        for (const Hash& transaction : transactions)
          completions.complete(transaction, pipeline::failed_completion(why));
      }};
  StreamFollower follower{
      {link, *projection, health, parts.clock, parts.log, parts.metrics, following},
      [this](const v1::StreamPage& page, const wire::StreamedPage& checked) {
        applied(page, checked);
      },
      [this] { submitter.send_all_again(); },
      [this](std::uint64_t height) {
        members_version += 1;
        hub.notify(height);
      }};
  Submitter submitter{link, parts.clock, parts.metrics, [this] { return follower.replica(); },
                      [this](const Hash& batch) { proposer.settled(batch); }};
  pipeline::Admission admission{{options, genesis, engines, projection->head(), health, parts.clock,
                                 parts.random, parts.metrics, completions, history, pre_executor,
                                 proposer}};

  std::atomic<std::uint64_t> members_version{0};
  std::uint64_t members_epoch = 0; // hosting epoch of the last page; following strand

  // Late things are looked after by a timer.
  struct Ticker {
    std::mutex mutex;
    bool ended = false;
    bool running = false;
    std::condition_variable rested;
  };
  std::shared_ptr<Ticker> ticker = std::make_shared<Ticker>();
};

ClientLedger::Steps::Steps(ClientParts given, pipeline::Options given_options,
                           pipeline::Genesis given_genesis, pipeline::EngineSet given_engines,
                           std::unique_ptr<Projection> opened)
    : parts(std::move(given.node)), peers(given.peers),
      options(for_client(given_genesis.parameters, std::move(given_options))),
      genesis(std::move(given_genesis)),
      engines(std::move(given_engines)), projection(std::move(opened)) {
  health.on_halt([this](const Status& why) { completions.fail_all(why); });
}

// Whether the page may have changed who the nodes are: a new hosting epoch may come with all that
// is visible, in place of writes.
void ClientLedger::Steps::note_members(const v1::StreamPage& page,
                                       const wire::StreamedPage& checked) {
  bool changed = std::exchange(members_epoch, checked.hosting_epoch) != checked.hosting_epoch;
  for (const v1::StreamBlock& block : page.blocks()) {
    for (const v1::StreamWrite& write : block.writes())
      changed = changed || pipeline::concerns_members(write.key());
  }
  if (changed)
    members_version += 1;
}

void ClientLedger::Steps::applied(const v1::StreamPage& page, const wire::StreamedPage& checked) {
  for (int i = 0; i < page.blocks_size(); ++i) {
    const v1::BlockHeader& header = checked.blocks[static_cast<std::size_t>(i)].header;
    v1::StreamBlock groups;
    *groups.mutable_groups() = page.blocks(i).groups();
    const auto block = readable_groups(header, std::move(groups));
    reader.remember(header.height(), block);
    for (const pipeline::ReadableTransaction& transaction : block->transactions) {
      if (!transaction.transaction->well_formed)
        continue;
      const Hash& id = transaction.transaction->id;
      if (completions.awaits(id))
        completions.complete(id, history.outcome(header, transaction));
      submitter.known(id.view());
    }
  }
  note_members(page, checked);
  hub.notify(checked.blocks.back().header.height());
}

void ClientLedger::Steps::tick() {
  completions.give_up(parts.clock.wall_us());
  proposer.release_late();
  submitter.tick();
  follower.wake();
}

void ClientLedger::Steps::arm_tick() {
  parts.executor.after(kTickMs, [this, guard = ticker] {
    {
      const std::lock_guard lock(guard->mutex);
      if (guard->ended)
        return; // and `this` may be gone
      guard->running = true;
    }
    static_cast<void>(health.observe(pipeline::contained([this]() -> Status {
      tick();
      return {};
    })));
    const std::lock_guard lock(guard->mutex);
    guard->running = false;
    guard->rested.notify_all();
    if (!guard->ended)
      arm_tick();
  });
}

ClientLedger::ClientLedger(std::unique_ptr<Steps> steps) : steps_(std::move(steps)) {}
ClientLedger::~ClientLedger() {
  stop();
}

Result<std::unique_ptr<ClientLedger>> ClientLedger::open(ClientParts parts,
                                                         pipeline::Options options) {
  TENON_ASSIGN_OR_RETURN(pipeline::Genesis genesis, pipeline::parse_genesis(options.genesis));
  TENON_ASSIGN_OR_RETURN(pipeline::EngineSet engines,
                         pipeline::EngineSet::make(parts.node.engines));
  TENON_ASSIGN_OR_RETURN(auto projection, Projection::open(parts.node.store, genesis, engines,
                                                           options.client));
  return std::unique_ptr<ClientLedger>(new ClientLedger(
      std::make_unique<Steps>(std::move(parts), std::move(options), std::move(genesis),
                              std::move(engines), std::move(projection))));
}

Status ClientLedger::start() {
  TENON_RETURN_IF_ERROR(steps_->link.start([steps = steps_.get()] { steps->follower.wake(); }));
  steps_->proposer.connect(&steps_->submitter);
  steps_->follower.wake();
  steps_->arm_tick();
  return {};
}

Status ClientLedger::drain(std::uint64_t deadline_ms) {
  steps_->health.stop_accepting();
  return steps_->completions.drain(std::chrono::milliseconds(deadline_ms));
}

void ClientLedger::stop() {
  Steps& steps = *steps_;
  steps.health.stop_accepting();
  {
    std::unique_lock lock(steps.ticker->mutex);
    steps.ticker->ended = true;
    steps.ticker->rested.wait(lock, [&steps] { return !steps.ticker->running; });
  }
  steps.proposer.connect(nullptr);
  steps.link.stop();
  steps.ingress.close();
  steps.following.close();
  steps.completions.fail_all(unavailable(
      std::string(pipeline::reasons::kOutcomeUnknown) +
      ": this node stopped before the outcome was known; submit the same command id again"));
}

void ClientLedger::halt(const Status& why) {
  static_cast<void>(steps_->health.observe(why));
}

Hash ClientLedger::chain() const {
  return steps_->genesis.chain;
}

std::uint64_t ClientLedger::ledger_time_us() const {
  return steps_->projection->head().get()->block->header.record_time_us();
}

Result<pipeline::Members> ClientLedger::members() const {
  return pipeline::read_members(*steps_->projection->head().get());
}
std::uint64_t ClientLedger::members_version() const {
  return steps_->members_version;
}

Status ClientLedger::submit(const v1::Submission& submission, CompletionCallback done) {
  return steps_->health.observe(steps_->admission.submit(submission, std::move(done)));
}

// What this node holds of the state is what the parties may see that it hosts: of another one's it
// would answer "nothing", which says nothing.
Result<v1::QueryResponse> ClientLedger::query(const v1::QueryRequest& request) {
  const auto head = steps_->projection->head().get();
  const pipeline::BlockState state(head->snapshot, head->block->header.record_time_us());
  for (const std::string& party : request.parties()) {
    TENON_ASSIGN_OR_RETURN(const auto record, pipeline::read_record<v1::PartyRecord>(
                                                  state, pipeline::keys::party(party)));
    if (record && !pipeline::hosts(&*record, steps_->options.client)) {
      return failed_precondition("PARTY_NOT_HOSTED: party " + party +
                                 " is hosted by other client nodes; ask one of them");
    }
  }
  return steps_->health.observed(steps_->queries.query(request));
}
Result<v1::LedgerProof> ClientLedger::prove(const v1::ProofRequest& request) {
  return steps_->proofs.prove(request, steps_->follower.replica());
}
Result<v1::BlocksResponse> ClientLedger::blocks(const v1::BlocksRequest& request) {
  if (request.with_body()) {
    return failed_precondition("NO_BODIES: a client node has the headers of blocks, and of their "
                               "transactions what its parties may see; ask a replica for bodies");
  }
  return steps_->health.observed(steps_->history.blocks(request));
}
Result<v1::TransactionsResponse>
ClientLedger::transactions(const v1::TransactionsRequest& request) {
  return steps_->health.observed(steps_->history.transactions(request));
}
Result<v1::PartiesResponse> ClientLedger::parties(const v1::PartiesRequest& request) {
  return steps_->health.observed(steps_->queries.parties(request));
}

void ClientLedger::fill_status(v1::StatusResponse& status) {
  const auto head = steps_->projection->head().get();
  status.set_chain(steps_->genesis.chain.str());
  status.set_height(head->block->height());
  status.set_head_offset(head->block->last_offset);
  status.set_block_id(head->block->id.str());
  status.set_state_root(head->block->state_root.str());
  status.set_record_time_us(head->block->header.record_time_us());
  const std::string own_engines = steps_->engines.network_fingerprint().str();
  status.set_engines_fingerprint(own_engines);
  status.set_store_durable(steps_->parts.store.durable());
  if (!status.store_durable()) {
    status.add_warnings("the store is volatile: after a restart everything is asked of the "
                        "replicas again");
  }
  if (const Status health = steps_->health.check(); !health.ok())
    status.add_reasons(health.message());
  if (!steps_->health.accepting())
    status.add_reasons("this node is shutting down");
  if (head->block->header.engines() != own_engines) {
    status.add_reasons("the ledger runs other engines than this node has: expected network "
                       "fingerprint " +
                       to_hex(head->block->header.engines()) + ", found " + to_hex(own_engines) +
                       "; start the node with the engines that the operators ordered");
  }
  if (!steps_->follower.caught_up()) {
    const std::string failure = steps_->follower.last_failure();
    status.add_reasons("this client node has not caught up with the replicas: " +
                       steps_->follower.lag() +
                       (failure.empty() ? "" : "; last failure: " + failure));
  }
  if (const auto described = steps_->submitter.describe(); described.ok())
    status.set_consensus_json(*described);
  status.set_ready(status.reasons_size() == 0);
}

std::uint64_t ClientLedger::watch(HeadMovedCallback head_moved) {
  return steps_->hub.watch(std::move(head_moved));
}
void ClientLedger::unwatch(std::uint64_t watch_id) {
  steps_->hub.unwatch(watch_id);
}

} // namespace tenon::host::link
