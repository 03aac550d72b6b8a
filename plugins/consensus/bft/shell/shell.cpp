#include "bft/shell/shell.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr std::string_view kKey = "node";
constexpr const char* kLogFile = "votes.log";
constexpr const char* kEvidenceFile = "evidence.jsonl";
// What an event costs in the queue besides its bytes.
constexpr std::size_t kEventBytes = 128;
// So many breaches of the protocol cut a peer off for a while.
constexpr std::uint32_t kOffencesTolerated = 8;

// What the host says of the node; an empty object when it does not.
nlohmann::json node_info(const plugin::Host& host) {
  const auto info = host.node_info();
  auto json = nlohmann::json::parse(info.ok() ? *info : std::string(), nullptr, false);
  return json.is_object() ? json : nlohmann::json::object();
}

std::string name_of(const plugin::Host& host) {
  return node_info(host).value("name", "");
}

// Has the node's key never been used? Then there are no votes that a log could have held.
bool key_unused(const plugin::Host& host) {
  return node_info(host).value("key_unused", false);
}

// Does the node's store forget everything when the node ends? Not if the host does not say.
bool store_is_volatile(const plugin::Host& host) {
  const nlohmann::json info = node_info(host);
  return !info.value("store_durable", true);
}

plugin::Lane to_plugin(Lane lane) {
  return lane == Lane::kBulk ? plugin::Lane::kBulk : plugin::Lane::kControl;
}

} // namespace

Shell::Shell(plugin::Host host, const Config& config)
    : host_(host), config_(config), scheme_(host) {}

Shell::~Shell() = default;

void Shell::attach(plugin::ReplicaApp& app) {
  app_ = &app;
  ledger_.attach(app);
}

bool Shell::enter() {
  const std::lock_guard lock(mutex_);
  if (!running_)
    return false;
  ++calls_;
  return true;
}

void Shell::leave() {
  const std::lock_guard lock(mutex_);
  --calls_;
  changed_.notify_all();
}

Status Shell::open_log(Start& start) {
  TENON_ASSIGN_OR_RETURN(const std::string folder, host_.data_directory());
  evidence_ = std::make_unique<EvidenceLog>(std::filesystem::path(folder) / kEvidenceFile);
  // A replica that is alone contradicts nobody.
  const bool alone = start.validators.validators_size() == 1;
  TENON_ASSIGN_OR_RETURN(auto opened,
                         VoteLog::open(std::filesystem::path(folder) / kLogFile,
                                       {host_.chain_id(), alone || key_unused(host_),
                                        alone ? Bytes() : Core::encode_loss()}));
  auto& [log, contents] = opened;
  start.records = std::move(contents.records);
  // Without the store the log does not tell what this replica has held on to.
  const bool forgot = store_is_volatile(host_) && !key_unused(host_);
  start.log_lost = (contents.lost || forgot) && !alone;
  if (start.log_lost) {
    host_.log(plugin::LogLevel::kWarn,
              "the vote log is damaged, or missing although the node's key has been used, or the "
              "store forgets: this replica votes again once the others are past every view in "
              "which it may have voted");
  }
  const std::weak_ptr<Shell> weak = weak_from_this();
  log_ = std::make_shared<LogWriter>(
      host_, std::move(log), [weak](const Result<std::uint64_t>& sequence) {
        const auto self = weak.lock();
        if (self == nullptr)
          return;
        if (!sequence.ok())
          return self->fail(sequence.status());
        self->post(
            [written = *sequence](Core& core, TimeUs now_us) { core.persisted(written, now_us); },
            0);
      });
  return {};
}

Status Shell::start() {
  if (app_ == nullptr)
    return failed_precondition("the host has not attached this consensus to a ledger");
  TENON_ASSIGN_OR_RETURN(const Bytes public_key, host_.public_key(kKey));
  TENON_ASSIGN_OR_RETURN(Start start, start_of(*app_));
  if (start.validators.validators_size() > 1 && !config_.allow_volatile &&
      store_is_volatile(host_)) {
    return failed_precondition(
        "the store of this node forgets everything when the node ends, and what " +
        std::to_string(start.validators.validators_size()) +
        " validators have made final must not be lost: expected a store that is durable, such as "
        "\"rocksdb\". How to fix: change \"store\", or say \"allow_volatile\": true in the "
        "configuration of this plugin");
  }
  config_.settings.state_transfer = app_->state_transfer() != nullptr;
  auto peers = host_.peers();
  if (peers.ok()) {
    peers_.emplace(*std::move(peers));
  } else if (start.validators.validators_size() > 1) {
    return failed_precondition("the chain has " +
                               std::to_string(start.validators.validators_size()) +
                               " validators, but this node has no network to reach them: add the "
                               "section \"network\" to its configuration");
  }
  config_.settings.has_peers = peers_.has_value();
  core_ = std::make_unique<Core>(host_.chain_id(), public_key, name_of(host_), config_.settings,
                                 ledger_, scheme_);
  TENON_RETURN_IF_ERROR(open_log(start));
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  {
    const std::lock_guard lock(core_mutex_);
    core_->start(std::move(start), host_.monotonic_us());
  }
  want_turn();
  if (peers_) {
    TENON_ASSIGN_OR_RETURN(opened_, peers_->open(*this));
  }
  return {};
}

bool Shell::post(Event event, std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_)
      return false;
    // Answers of this node's own parts cost nothing and always fit.
    if (bytes > 0 && queued_bytes_ + bytes > config_.max_queued_bytes) {
      dropped_frames_.fetch_add(1);
      return false;
    }
    queued_bytes_ += bytes;
    events_.push_back({std::move(event), bytes});
  }
  want_turn();
  return true;
}

void Shell::want_turn() {
  {
    const std::lock_guard lock(mutex_);
    if (turning_ || !running_)
      return;
    turning_ = true;
  }
  if (!host_.post([self = shared_from_this()] { self->run_turns(); }).ok())
    run_turns(); // the executor's queue is full: this thread does it
}

void Shell::run_turns() {
  if (!enter()) {
    const std::lock_guard lock(mutex_);
    turning_ = false;
    return;
  }
  for (bool more = true; more;) {
    std::deque<Queued> events;
    {
      const std::lock_guard lock(mutex_);
      events.swap(events_);
      queued_bytes_ = 0;
    }
    turn(events);
    const std::lock_guard lock(mutex_);
    more = running_ && !events_.empty();
    turning_ = more;
    changed_.notify_all();
  }
  arm();
  leave();
}

// One timer at most waits, for the core's next deadline.
void Shell::arm() {
  std::optional<TimeUs> due_us;
  {
    const std::lock_guard lock(core_mutex_);
    due_us = core_->next_deadline_us();
  }
  const TimeUs now_us = host_.monotonic_us();
  const std::lock_guard lock(mutex_);
  if (!due_us || !running_ || (timer_ && timer_due_us_ <= *due_us && timer_due_us_ > now_us))
    return;
  if (timer_)
    host_.cancel(*timer_);
  timer_.reset();
  constexpr TimeUs kUsPerMs = 1000;
  const TimeUs wait_us = *due_us > now_us ? *due_us - now_us : 0;
  auto timer = host_.after((wait_us + kUsPerMs - 1) / kUsPerMs,
                           [self = shared_from_this(), due = *due_us] {
                             {
                               const std::lock_guard guard(self->mutex_);
                               if (self->timer_ && self->timer_due_us_ == due)
                                 self->timer_.reset();
                             }
                             self->want_turn();
                           });
  if (!timer.ok())
    return; // the next event arms it
  timer_ = *timer;
  timer_due_us_ = *due_us;
}

// Everything that has come since the last turn; then what the core wants done about it.
void Shell::turn(std::deque<Queued>& events) {
  std::vector<Action> actions;
  {
    const std::lock_guard lock(core_mutex_);
    for (Queued& event : events)
      event.act(*core_, host_.monotonic_us());
    if (events.empty()) // each event looks after what is due
      core_->tick(host_.monotonic_us());
    actions = core_->take_actions();
    pooled_bytes_ = core_->pool().bytes_of(core_->own_name());
    measure();
  }
  for (Action& action : actions)
    std::visit([this](auto& what) { act_on(what); }, action);
}

void Shell::act_on(Send& send) {
  if (!peers_)
    return;
  // A frame that is lost here is one that the network might have lost: the protocol repeats it.
  if (send.to.empty())
    static_cast<void>(peers_->broadcast(to_plugin(send.lane), *send.frame));
  else
    static_cast<void>(peers_->send(send.to, to_plugin(send.lane), *send.frame));
}

void Shell::act_on(Execute& execute) {
  app_->execute(execute.block, [self = shared_from_this(), id = execute.id](
                                   const Result<Bytes>& result) { self->executed(id, result); });
}

void Shell::executed(const Hash& id, const Result<Bytes>& result_header) {
  if (!enter())
    return;
  Result<Hash> result = result_header.ok() ? Result<Hash>(crypto::sha256(*result_header))
                                           : Result<Hash>(result_header.status());
  Height epoch_end = 0;
  if (result.ok()) {
    const auto end = epoch_end_of(*app_, id);
    if (end.ok())
      epoch_end = end->last_height;
    else
      result = end.status();
  }
  post([id, result, epoch_end](Core& core,
                               TimeUs now_us) { core.executed(id, result, epoch_end, now_us); },
       0);
  leave();
}

void Shell::act_on(Commit& commit) {
  app_->finalized(commit.id, commit.certificate,
                  [self = shared_from_this(), id = commit.id,
                   height = commit.height](const Status& status) {
                    self->committed(id, height, status);
                  });
}

void Shell::committed(const Hash& id, Height height, const Status& status) {
  if (!enter())
    return;
  if (!status.ok()) {
    fail(status.with_context("block " + std::to_string(height) + " is final, but not committed"));
  } else {
    std::optional<tenon::v1::ValidatorSet> next;
    // Only the head has a schedule: a later commit answers for this one.
    if (const auto end = epoch_end_of(*app_, id); end.ok() && end->last_height == height)
      next = end->next;
    post(
        [height, next, oldest = oldest_block()](Core& core, TimeUs now_us) {
          core.keeps_from(oldest);
          core.committed(height, now_us);
          if (next && core.final_height() == height)
            core.begin_epoch(*next, now_us);
        },
        0);
  }
  leave();
}

// That the ledger still has; operators prune, and nobody tells when.
Height Shell::oldest_block() const {
  plugin::StateTransfer* const transfer = app_->state_transfer();
  if (transfer == nullptr)
    return 0;
  const auto oldest = transfer->oldest_block();
  return oldest.ok() ? *oldest : 0;
}

// Reading blocks takes time that a turn has not.
void Shell::act_on(ServeChain& serve) {
  const Status posted = host_.post([self = shared_from_this(), serve] {
    if (!self->enter())
      return;
    const auto read = [&](Height height) -> Result<std::optional<CommittedBlock>> {
      TENON_ASSIGN_OR_RETURN(const auto header,
                             self->app_->read_block(height, plugin::BlockPart::kHeader));
      TENON_ASSIGN_OR_RETURN(const auto body,
                             self->app_->read_block(height, plugin::BlockPart::kBody));
      TENON_ASSIGN_OR_RETURN(const auto certificate,
                             self->app_->read_block(height, plugin::BlockPart::kCertificate));
      tenon::v1::Block block;
      if (!header || !body || !certificate || !block.mutable_body()->ParseFromString(*body))
        return std::optional<CommittedBlock>();
      block.set_header(*header);
      return std::optional(CommittedBlock{block.SerializeAsString(), *certificate});
    };
    if (const auto chain = encode_chain(serve, read)) {
      static_cast<void>(self->peers_->send(serve.to, plugin::Lane::kBulk, *chain));
    } else {
      self->post(
          [peer = serve.to, oldest = self->oldest_block()](Core& core, TimeUs now_us) {
            core.nothing_to_serve(peer, oldest, now_us);
          },
          0);
    }
    self->leave();
  });
  if (!posted.ok())
    host_.log(plugin::LogLevel::kDebug, "a peer's request for blocks was dropped");
}

void Shell::act_on(Accuse& accuse) {
  const nlohmann::json evidence = evidence_->add(accuse);
  host_.log(plugin::LogLevel::kError,
            "validator " + accuse.validator + " contradicts itself: it is broken or Byzantine",
            evidence.dump());
}

void Shell::act_on(Misbehaved& misbehaved) {
  std::uint32_t& offences = offences_[misbehaved.peer];
  if (++offences == 1 || offences > kOffencesTolerated) {
    host_.log(plugin::LogLevel::kWarn,
              "peer " + misbehaved.peer + " broke the protocol: it sent " + misbehaved.what,
              nlohmann::json{{"offences", offences}}.dump());
  }
  if (offences > kOffencesTolerated && peers_) {
    static_cast<void>(peers_->cut(misbehaved.peer, misbehaved.what));
    offences = 0;
  }
}

void Shell::act_on(Halt& halt) {
  fail(halt.why);
}

void Shell::fail(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty())
      return;
    failure_ = why.to_string();
    changed_.notify_all();
  }
  host_.log(plugin::LogLevel::kError, "this replica votes no more: " + why.to_string());
}

void Shell::received(std::string_view peer, plugin::Lane lane, BytesView frame) {
  auto name = std::string(peer);
  auto bytes = std::make_shared<const Bytes>(frame);
  if (lane == plugin::Lane::kControl) {
    post([name, bytes](Core& core, TimeUs now_us) { core.receive(name, *bytes, now_us); },
         bytes->size() + kEventBytes);
    return;
  }
  // Batches are checked, which takes time, before the core sees them.
  const Status posted = host_.post([self = shared_from_this(), name, bytes] {
    if (!self->enter())
      return;
    self->take_batches(name, *bytes);
    self->leave();
  });
  if (!posted.ok())
    dropped_frames_.fetch_add(1);
}

void Shell::take_batches(const std::string& peer, const Bytes& frame) {
  tenon::bft::v1::Message message;
  if (!message.ParseFromString(frame) || !message.has_batches()) {
    post([peer, frame](Core& core, TimeUs now_us) { core.receive(peer, frame, now_us); },
         frame.size() + kEventBytes);
    return;
  }
  for (Bytes& batch : *message.mutable_batches()->mutable_batches()) {
    if (const Status status = app_->check(batch); !status.ok()) {
      host_.log(plugin::LogLevel::kDebug,
                "a batch of peer " + peer + " is refused: " + status.message());
      continue;
    }
    const std::size_t size = batch.size() + kEventBytes;
    post([peer, bytes = std::move(batch)](
             Core& core, TimeUs now_us) { core.batch_received(peer, bytes, now_us); },
         size);
  }
}

void Shell::connected(std::string_view peer, plugin::PeerRole role) {
  if (role != plugin::PeerRole::kReplica)
    return;
  post([name = std::string(peer)](Core& core, TimeUs now_us) { core.peer_up(name, now_us); }, 0);
}

void Shell::disconnected(std::string_view peer) {
  post([name = std::string(peer)](Core& core, TimeUs now_us) { core.peer_down(name, now_us); }, 0);
}

Status Shell::submit(BytesView batch) {
  if (count_transactions(batch).value_or(0) == 0)
    return invalid_argument("INVALID_BATCH: expected a TransactionBatch message with transactions");
  if (batch.size() > config_.settings.max_block_bytes) {
    return invalid_argument("INVALID_BATCH: the batch is larger than a block may be: expected at "
                            "most " +
                            std::to_string(config_.settings.max_block_bytes) + " bytes, found " +
                            std::to_string(batch.size()));
  }
  if (!enter())
    return unavailable("NOT_READY: consensus is not running");
  const Status status = app_->check(batch);
  leave();
  TENON_RETURN_IF_ERROR(status);
  {
    const std::lock_guard lock(mutex_);
    if (draining_ || !failure_.empty())
      return unavailable("NOT_READY: consensus is not running");
  }
  // Below what the core itself takes, so that it refuses nothing that was accepted here.
  const std::size_t limit = config_.settings.pool.max_origin_bytes / 8 * 3;
  const std::size_t waiting = submitted_bytes_.fetch_add(batch.size()) + pooled_bytes_;
  if (waiting > 0 && waiting + batch.size() > limit) {
    submitted_bytes_.fetch_sub(batch.size());
    return resource_exhausted("QUEUE_FULL: " + std::to_string(waiting) +
                              " bytes of batches wait for a block already; try again later");
  }
  const bool posted = post(
      [this, bytes = Bytes(batch)](Core& core, TimeUs now_us) {
        const std::size_t size = bytes.size();
        const Status taken = core.submit(bytes, now_us);
        submitted_bytes_.fetch_sub(size);
        if (!taken.ok())
          host_.log(plugin::LogLevel::kWarn, "a batch was not taken: " + taken.to_string());
      },
      0);
  if (!posted)
    submitted_bytes_.fetch_sub(batch.size());
  return posted ? Status() : unavailable("NOT_READY: consensus is not running");
}

Status Shell::drain(std::uint64_t deadline_ms) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  // What others know of may become final without this replica; it waits for its own.
  while (running_ && failure_.empty() && submitted_bytes_ + pooled_bytes_ > 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return {Code::kDeadlineExceeded, std::to_string(pooled_bytes_) +
                                           " bytes of batches are not in a final block yet after " +
                                           std::to_string(deadline_ms) + " ms"};
    }
    changed_.wait_for(lock, std::chrono::milliseconds(5));
  }
  return failure_.empty() ? Status()
                          : failed_precondition("consensus had stopped: " + failure_);
}

void Shell::stop() {
  opened_.reset();
  {
    std::unique_lock lock(mutex_);
    running_ = false;
    stopped_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return calls_ == 0; });
  }
  if (log_)
    log_->stop();
}

Bytes Shell::describe() const {
  nlohmann::json json;
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    reason = !failure_.empty() ? failure_
             : draining_       ? "draining"
             : stopped_        ? "stopped"
             : !running_       ? "not started"
                               : "";
  }
  if (core_ != nullptr) {
    const std::lock_guard lock(core_mutex_);
    if (reason.empty())
      reason = core_->unready();
    core_->describe([&json](const char* name, std::uint64_t value) { json[name] = value; });
    json["waiting_for"] = core_->waiting_for();
  }
  if (evidence_ != nullptr)
    json["accusations"] = evidence_->latest();
  json["protocol"] = "bft";
  json["ready"] = reason.empty();
  json["reason"] = reason;
  json["dropped_frames"] = dropped_frames_.load();
  return json.dump();
}

void Shell::measure() {
  const Counters& now = core_->counters();
  const auto count = [this](const char* name, const char* help, std::uint64_t& before,
                            std::uint64_t after) {
    if (after != before)
      host_.metric(plugin::MetricKind::kCounter, name, help)
          .record(static_cast<double>(after - before));
    before = after;
  };
  count("bft_final_blocks_total", "Blocks made final", measured_.final_blocks, now.final_blocks);
  count("bft_proposed_blocks_total", "Blocks proposed by this replica", measured_.proposed,
        now.proposed);
  count("bft_nullified_views_total", "Views that were given up", measured_.nullified_views,
        now.nullified_views);
  count("bft_skipped_leaders_total", "Silent leaders that were not waited for",
        measured_.skipped_leaders, now.skipped_leaders);
  count("bft_abandoned_blocks_total", "Blocks executed in vain", measured_.abandoned_blocks,
        now.abandoned_blocks);
  count("bft_evidence_total", "Contradictions of validators that were proved", measured_.evidence,
        now.evidence);
  count("bft_rejected_messages_total", "Messages refused", measured_.rejected_messages,
        now.rejected_messages);
  count("bft_chain_blocks_total", "Blocks taken over from the chain of others",
        measured_.chain_blocks, now.chain_blocks);
  count("bft_signatures_made_total", "Votes signed by this replica", measured_made_,
        scheme_.made());
  count("bft_signatures_checked_total", "Signatures of votes that were verified",
        measured_checked_, scheme_.checked());
}

} // namespace tenon::consensus::bft
