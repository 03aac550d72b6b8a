#include "simple/simple_consensus.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::simple {

namespace {

constexpr std::string_view kKey = "node";
// Of each batch in a block: its tag and size.
constexpr std::size_t kFraming = 16;

struct QueuedBatch {
  Bytes bytes;
  std::size_t transactions = 0;
  std::uint64_t since_us = 0;
};

} // namespace

Result<Config> parse_config(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return invalid_argument("expected a JSON object");
  Config config;
  Status status;
  const auto take = [&](const char* name, std::uint64_t& value) {
    const auto found = json.find(name);
    if (found == json.end())
      return;
    if (found->is_number_unsigned())
      value = found->get<std::uint64_t>();
    else
      status = invalid_argument(std::string(name) + ": expected a number, zero or more, found " +
                                found->dump());
  };
  take("max_block_bytes", config.max_block_bytes);
  take("max_block_transactions", config.max_block_transactions);
  take("max_wait_us", config.max_wait_us);
  take("max_queued_bytes", config.max_queued_bytes);
  take("max_blocks_in_commit", config.max_blocks_in_commit);
  TENON_RETURN_IF_ERROR(status);
  return config;
}

class SimpleConsensus::Sequencer : public std::enable_shared_from_this<Sequencer> {
public:
  Sequencer(plugin::Host host, const Config& config) : host_(host), config_(config) {}

  void attach(plugin::ReplicaApp& app) { app_ = &app; }
  [[nodiscard]] Status start();
  [[nodiscard]] Status submit(BytesView batch);
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  void stop();
  [[nodiscard]] Bytes describe() const;

private:
  enum class Phase { kCreated, kRunning, kDraining, kFailed, kStopped };

  // Calls into the host between enter and leave; after stop() there are none.
  [[nodiscard]] bool enter();
  void leave();

  // Sees to it that the next block is built, now or once it has waited long enough.
  void advance();
  void begin(); // after the wait
  // With the lock held.
  [[nodiscard]] bool may_begin() const;
  [[nodiscard]] std::uint64_t wait_left_us() const;
  [[nodiscard]] std::vector<Bytes> next_batches() const;

  void build_block();
  [[nodiscard]] Result<Bytes> propose(std::size_t& batch_count);
  [[nodiscard]] Result<v1::EpochSchedule> schedule_at(const Hash& block_id) const;
  [[nodiscard]] Status check_validators() const;
  [[nodiscard]] Result<std::uint64_t> next_epoch() const;
  void executed(const Bytes& header, std::uint64_t view, const Result<Bytes>& result);
  [[nodiscard]] Result<Bytes> certify(const Bytes& header, std::uint64_t view,
                                      BytesView result_header) const;
  void finalized(const Status& status);
  void fail(const Status& why);

  plugin::Host host_;
  Config config_;
  plugin::ReplicaApp* app_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Phase phase_ = Phase::kCreated;
  std::string failure_;
  std::deque<QueuedBatch> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t queued_transactions_ = 0;
  bool building_ = false;  // a block is being proposed or executed
  bool timer_set_ = false; // advance() will be called again
  std::uint64_t committing_ = 0;
  std::uint64_t blocks_ = 0;
  std::size_t calls_ = 0; // into the host, under way
  plugin::ReplicaHead tip_;
  Bytes tip_header_;
};

bool SimpleConsensus::Sequencer::enter() {
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kStopped || phase_ == Phase::kFailed)
    return false;
  ++calls_;
  return true;
}

void SimpleConsensus::Sequencer::leave() {
  const std::lock_guard lock(mutex_);
  --calls_;
  changed_.notify_all();
}

// Alone it could certify nothing that several validators must sign.
Status SimpleConsensus::Sequencer::check_validators() const {
  TENON_ASSIGN_OR_RETURN(const v1::EpochSchedule schedule, schedule_at(tip_.block_id));
  const int count = schedule.validators().validators_size();
  if (count == 1)
    return {};
  return failed_precondition("consensus \"simple\" orders alone: expected a ledger with one "
                             "validator, found " +
                             std::to_string(count) +
                             ". How to fix: name \"bft\" under \"consensus\"");
}

Status SimpleConsensus::Sequencer::start() {
  if (app_ == nullptr)
    return failed_precondition("the host has not attached this consensus to a ledger");
  TENON_ASSIGN_OR_RETURN(tip_, app_->head());
  TENON_RETURN_IF_ERROR(check_validators());
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> header,
                         app_->read_block(tip_.height, plugin::BlockPart::kHeader));
  if (!header)
    return data_loss("the ledger's last block has no header");
  tip_header_ = *header;
  TENON_RETURN_IF_ERROR(host_.public_key(kKey).status());
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kRunning;
  return {};
}

Status SimpleConsensus::Sequencer::submit(BytesView batch) {
  v1::TransactionBatch decoded;
  if (!decoded.ParseFromArray(batch.data(), static_cast<int>(batch.size())))
    return invalid_argument("INVALID_BATCH: expected a TransactionBatch message");
  const auto transactions = static_cast<std::size_t>(decoded.transactions_size());
  if (batch.size() + kFraming > config_.max_block_bytes ||
      transactions > config_.max_block_transactions) {
    return invalid_argument(
        "INVALID_BATCH: the batch is larger than a block may be: expected at most " +
        std::to_string(config_.max_block_bytes) + " bytes and " +
        std::to_string(config_.max_block_transactions) + " transactions, found " +
        std::to_string(batch.size()) + " and " + std::to_string(transactions));
  }
  if (!enter())
    return unavailable("NOT_READY: consensus is not running");
  const Status status = app_->check(batch);
  leave();
  TENON_RETURN_IF_ERROR(status);
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kRunning)
      return unavailable("NOT_READY: consensus is not running");
    if (queued_bytes_ + batch.size() > config_.max_queued_bytes) {
      return resource_exhausted("QUEUE_FULL: " + std::to_string(queue_.size()) +
                                " batches wait for a block already; try again later");
    }
    queued_bytes_ += batch.size();
    queued_transactions_ += transactions;
    queue_.push_back({Bytes(batch), transactions, host_.monotonic_us()});
  }
  advance();
  return {};
}

bool SimpleConsensus::Sequencer::may_begin() const {
  return (phase_ == Phase::kRunning || phase_ == Phase::kDraining) && !building_ &&
         !queue_.empty() && committing_ < config_.max_blocks_in_commit;
}

std::uint64_t SimpleConsensus::Sequencer::wait_left_us() const {
  if (config_.max_wait_us == 0 || phase_ == Phase::kDraining ||
      queued_bytes_ >= config_.max_block_bytes ||
      queued_transactions_ >= config_.max_block_transactions)
    return 0;
  const std::uint64_t waited_us = host_.monotonic_us() - queue_.front().since_us;
  return waited_us >= config_.max_wait_us ? 0 : config_.max_wait_us - waited_us;
}

void SimpleConsensus::Sequencer::advance() {
  std::uint64_t wait_us = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!may_begin())
      return;
    wait_us = wait_left_us();
    if (wait_us > 0 && timer_set_)
      return;
    timer_set_ = wait_us > 0;
    building_ = wait_us == 0;
  }
  const auto self = shared_from_this();
  if (wait_us > 0 && host_.after((wait_us + 999) / 1000, [self] { self->begin(); }).ok())
    return;
  if (wait_us > 0)
    begin(); // no timer to be had: the block goes without waiting
  else if (!host_.post([self] { self->build_block(); }).ok())
    build_block(); // the executor's queue is full: this thread does it
}

void SimpleConsensus::Sequencer::begin() {
  {
    const std::lock_guard lock(mutex_);
    timer_set_ = false;
    if (!may_begin())
      return;
    building_ = true;
  }
  build_block();
}

std::vector<Bytes> SimpleConsensus::Sequencer::next_batches() const {
  std::vector<Bytes> batches;
  std::size_t bytes = 0;
  std::size_t transactions = 0;
  for (const QueuedBatch& batch : queue_) {
    bytes += batch.bytes.size() + kFraming;
    transactions += batch.transactions;
    if (!batches.empty() &&
        (bytes > config_.max_block_bytes || transactions > config_.max_block_transactions))
      break;
    batches.push_back(batch.bytes);
  }
  return batches;
}

Result<v1::EpochSchedule>
SimpleConsensus::Sequencer::schedule_at(const Hash& block_id) const {
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, app_->schedule(block_id));
  v1::EpochSchedule schedule;
  if (!schedule.ParseFromString(encoded))
    return fault("the host gave something that is not an EpochSchedule message");
  return schedule;
}

Result<std::uint64_t> SimpleConsensus::Sequencer::next_epoch() const {
  TENON_ASSIGN_OR_RETURN(const v1::EpochSchedule schedule, schedule_at(tip_.block_id));
  const bool over = schedule.last_height() != 0 && tip_.height >= schedule.last_height();
  return over && schedule.has_next() ? schedule.next().epoch() : schedule.validators().epoch();
}

Result<Bytes> SimpleConsensus::Sequencer::propose(std::size_t& batch_count) {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t epoch, next_epoch());
  std::vector<Bytes> batches;
  {
    const std::lock_guard lock(mutex_);
    batches = next_batches();
  }
  // The ledger's limits may be below ours: then fewer batches go into the block.
  for (;;) {
    batch_count = batches.size();
    Result<Bytes> block =
        app_->propose({tip_header_, tip_.block_id, epoch, tip_.view + 1, batches});
    if (block.ok() || block.status().fault() || batches.size() == 1)
      return block;
    batches.resize(batches.size() / 2);
  }
}

void SimpleConsensus::Sequencer::build_block() {
  if (!enter())
    return;
  std::size_t batch_count = 0;
  const Result<Bytes> block = propose(batch_count);
  v1::Block decoded;
  if (!block.ok()) {
    fail(block.status().with_context("no block could be proposed"));
  } else if (!decoded.ParseFromString(*block)) {
    fail(fault("the host proposed something that is not a Block message"));
  } else {
    {
      const std::lock_guard lock(mutex_);
      for (; batch_count > 0; --batch_count) {
        queued_bytes_ -= queue_.front().bytes.size();
        queued_transactions_ -= queue_.front().transactions;
        queue_.pop_front();
      }
    }
    app_->execute(*block, [self = shared_from_this(), header = decoded.header(),
                           view = tip_.view + 1](const Result<Bytes>& result) {
      self->executed(header, view, result);
    });
  }
  leave();
}

Result<Bytes> SimpleConsensus::Sequencer::certify(const Bytes& header, std::uint64_t view,
                                                  BytesView result_header) const {
  const Hash block_id = crypto::sha256(header);
  const Hash result_hash = crypto::sha256(result_header);
  v1::BlockHeader decoded;
  if (!decoded.ParseFromString(header))
    return fault("the host proposed a block whose header cannot be read");
  TENON_ASSIGN_OR_RETURN(Bytes signature, host_.sign(kKey, wire::certificate_signing_bytes(
                                                               host_.chain_id(), decoded.epoch(),
                                                               view, block_id, result_hash)));
  v1::Certificate certificate;
  certificate.set_view(view);
  certificate.set_block_id(block_id.str());
  certificate.set_result_hash(result_hash.str());
  v1::ValidatorSignature& only = *certificate.add_signatures();
  only.set_validator(0);
  only.set_signature(std::move(signature));
  return certificate.SerializeAsString();
}

void SimpleConsensus::Sequencer::executed(const Bytes& header, std::uint64_t view,
                                          const Result<Bytes>& result) {
  if (!enter())
    return;
  const Hash block_id = crypto::sha256(header);
  const Result<Bytes> certificate =
      result.ok() ? certify(header, view, *result) : Result<Bytes>(result.status());
  if (!certificate.ok()) {
    fail(certificate.status().with_context("a block could not be executed and certified"));
  } else {
    {
      const std::lock_guard lock(mutex_);
      ++committing_;
      ++blocks_;
    }
    app_->finalized(block_id, *certificate,
                    [self = shared_from_this()](const Status& status) { self->finalized(status); });
    {
      const std::lock_guard lock(mutex_);
      tip_ = {tip_.height + 1, view, block_id};
      tip_header_ = header;
      building_ = false;
      changed_.notify_all();
    }
    advance();
  }
  leave();
}

void SimpleConsensus::Sequencer::finalized(const Status& status) {
  if (!enter())
    return;
  {
    const std::lock_guard lock(mutex_);
    --committing_;
    changed_.notify_all();
  }
  if (status.ok())
    advance();
  else
    fail(status.with_context("a final block was not committed"));
  leave();
}

void SimpleConsensus::Sequencer::fail(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kStopped)
      return;
    phase_ = Phase::kFailed;
    failure_ = why.to_string();
    changed_.notify_all();
  }
  host_.log(plugin::LogLevel::kError, "consensus has stopped: " + why.to_string());
}

Status SimpleConsensus::Sequencer::drain(std::uint64_t deadline_ms) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kRunning)
      phase_ = Phase::kDraining;
  }
  advance();
  std::unique_lock lock(mutex_);
  const bool done = changed_.wait_for(lock, std::chrono::milliseconds(deadline_ms), [this] {
    return phase_ != Phase::kDraining || (queue_.empty() && !building_ && committing_ == 0);
  });
  if (phase_ == Phase::kFailed)
    return failed_precondition("consensus had stopped: " + failure_);
  if (done)
    return {};
  return {Code::kDeadlineExceeded, std::to_string(queue_.size()) +
                                       " batches are not in a block yet after " +
                                       std::to_string(deadline_ms) + " ms"};
}

void SimpleConsensus::Sequencer::stop() {
  std::unique_lock lock(mutex_);
  phase_ = Phase::kStopped;
  changed_.wait(lock, [this] { return calls_ == 0; });
}

Bytes SimpleConsensus::Sequencer::describe() const {
  const std::lock_guard lock(mutex_);
  nlohmann::json json;
  json["ready"] = phase_ == Phase::kRunning;
  json["reason"] = phase_ == Phase::kRunning    ? ""
                   : phase_ == Phase::kFailed   ? failure_
                   : phase_ == Phase::kDraining ? "draining"
                   : phase_ == Phase::kStopped  ? "stopped"
                                                : "not started";
  json["protocol"] = "simple";
  json["view"] = tip_.view;
  json["height"] = tip_.height;
  json["blocks"] = blocks_;
  json["queued_batches"] = queue_.size();
  json["queued_bytes"] = queued_bytes_;
  json["blocks_in_commit"] = committing_;
  return json.dump();
}

Result<std::unique_ptr<SimpleConsensus>> SimpleConsensus::create(plugin::Host host,
                                                                 std::string_view config_json) {
  TENON_ASSIGN_OR_RETURN(const Config config, parse_config(config_json));
  return std::make_unique<SimpleConsensus>(host, config);
}

SimpleConsensus::SimpleConsensus(plugin::Host host, const Config& config)
    : sequencer_(std::make_shared<Sequencer>(host, config)) {}
SimpleConsensus::~SimpleConsensus() {
  stop();
}

Status SimpleConsensus::start() {
  return sequencer_->start();
}
Status SimpleConsensus::drain(std::uint64_t deadline_ms) {
  return sequencer_->drain(deadline_ms);
}
void SimpleConsensus::stop() {
  sequencer_->stop();
}
Status SimpleConsensus::attach(plugin::ReplicaApp& app) {
  sequencer_->attach(app);
  return {};
}
Status SimpleConsensus::submit(BytesView batch) {
  return sequencer_->submit(batch);
}
Result<Bytes> SimpleConsensus::describe() const {
  return sequencer_->describe();
}

} // namespace tenon::consensus::simple
