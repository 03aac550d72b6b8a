// @CLASS@: a consensus of one. This node's key is the only validator's, so its signature alone
// makes a result final; a protocol for several replicas puts its messages and votes between
// executed() and finalized(). One block at a time: what arrives meanwhile fills the next one.
//
//   submit -> queue -> propose -> execute -> sign the result -> finalized -> the next block
//
// The rules of a consensus: every batch that submit() took is in exactly one final block, unless
// the process ends first; what is certified is the result that this replica computed itself; the
// queue is bounded, and full it refuses; after a fault nothing is voted for any more; after stop()
// neither the host nor the ledger is called.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "tenon/crypto/sha256.hpp"
#include "tenon/plugin/export_consensus.hpp"
#include "tenon/wire/hashing.hpp"

namespace {

using namespace tenon;
using namespace tenon::plugin;
using nlohmann::json;

constexpr std::string_view kKey = "node"; // the host signs with it; the key itself stays there
constexpr std::size_t kMaxBlockBatches = 256;

// Shared by the plugin object, the host's tasks and the ledger's callbacks: whichever of them ends
// last frees it. Any thread.
class Sequencer : public std::enable_shared_from_this<Sequencer> {
public:
  Sequencer(Host host, std::size_t max_queued_bytes)
      : host_(host), max_queued_bytes_(max_queued_bytes) {}

  void attach(ReplicaApp& app) { app_ = &app; }

  Status start() {
    TENON_RETURN_IF_ERROR(host_.public_key(kKey).status());
    TENON_ASSIGN_OR_RETURN(tip_, app_->head());
    TENON_ASSIGN_OR_RETURN(const auto header, app_->read_block(tip_.height, BlockPart::kHeader));
    if (!header)
      return data_loss("the ledger's last block has no header");
    tip_header_ = *header;
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kRunning;
    return ok_status();
  }

  Status submit(BytesView batch) {
    v1::TransactionBatch decoded;
    if (!decoded.ParseFromArray(batch.data(), static_cast<int>(batch.size())))
      return invalid_argument("INVALID_BATCH: expected a TransactionBatch message");
    const Call call(*this);
    if (!call.allowed())
      return unavailable("NOT_READY: consensus is not running");
    TENON_RETURN_IF_ERROR(app_->check(batch));
    {
      const std::lock_guard lock(mutex_);
      if (phase_ != Phase::kRunning)
        return unavailable("NOT_READY: consensus is not running");
      if (queued_bytes_ + batch.size() > max_queued_bytes_)
        return resource_exhausted("QUEUE_FULL: too many batches wait already; try again later");
      queued_bytes_ += batch.size();
      queue_.emplace_back(batch);
    }
    advance();
    return ok_status();
  }

  Status drain(std::uint64_t deadline_ms) {
    std::unique_lock lock(mutex_);
    if (phase_ == Phase::kRunning)
      phase_ = Phase::kDraining; // submit() refuses from here on
    const bool done = changed_.wait_for(lock, std::chrono::milliseconds(deadline_ms), [this] {
      return phase_ != Phase::kDraining || (queue_.empty() && !building_);
    });
    if (phase_ == Phase::kFailed)
      return failed_precondition("consensus had stopped: " + failure_);
    return done ? ok_status()
                : Status(Code::kDeadlineExceeded, "batches still wait for their block");
  }

  void stop() {
    std::unique_lock lock(mutex_);
    phase_ = Phase::kStopped;
    changed_.wait(lock, [this] { return calls_ == 0; });
  }

  Bytes describe() const {
    const std::lock_guard lock(mutex_);
    const bool ready = phase_ == Phase::kRunning;
    const std::string why = phase_ == Phase::kFailed ? failure_ : "it is not running";
    return json{{"ready", ready}, {"reason", ready ? "" : why}, {"height", tip_.height}}.dump();
  }

private:
  enum class Phase { kCreated, kRunning, kDraining, kFailed, kStopped };

  // Stands around every use of the host and of the ledger. stop() waits for those under way; later
  // ones are not allowed.
  class Call {
  public:
    explicit Call(Sequencer& sequencer) : sequencer_(sequencer) {
      const std::lock_guard lock(sequencer_.mutex_);
      allowed_ = sequencer_.phase_ == Phase::kRunning || sequencer_.phase_ == Phase::kDraining;
      sequencer_.calls_ += allowed_ ? 1 : 0;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() {
      const std::lock_guard lock(sequencer_.mutex_);
      sequencer_.calls_ -= allowed_ ? 1 : 0;
      sequencer_.changed_.notify_all();
    }
    bool allowed() const { return allowed_; }

  private:
    Sequencer& sequencer_;
    bool allowed_ = false;
  };

  // Begins the next block, if there is something to put into it and none is being built.
  void advance() {
    {
      const std::lock_guard lock(mutex_);
      if (building_ || queue_.empty())
        return;
      building_ = true;
    }
    const auto self = shared_from_this();
    if (!host_.post([self] { self->build(); }).ok())
      build(); // the host's queue is full: this thread does it
  }

  void build() {
    const Call call(*this);
    if (!call.allowed())
      return;
    std::size_t taken = 0;
    const Result<Bytes> block = propose(taken);
    v1::Block decoded;
    if (!block.ok())
      return fail(block.status());
    if (!decoded.ParseFromString(*block))
      return fail(fault("the host proposed something that is no block"));
    {
      const std::lock_guard lock(mutex_);
      for (; taken > 0; --taken) {
        queued_bytes_ -= queue_.front().size();
        queue_.pop_front();
      }
    }
    const ReplicaHead next{tip_.height + 1, tip_.view + 1, crypto::sha256(decoded.header())};
    tip_header_ = decoded.header();
    app_->execute(*block, [self = shared_from_this(), next](const Result<Bytes>& result) {
      self->executed(next, result);
    });
  }

  // Operators change validators and engines from one epoch to the next.
  Result<std::uint64_t> next_epoch() const {
    TENON_ASSIGN_OR_RETURN(const Bytes encoded, app_->schedule(tip_.block_id));
    v1::EpochSchedule schedule;
    if (!schedule.ParseFromString(encoded))
      return fault("the host gave something that is no schedule of epochs");
    const bool over = schedule.last_height() != 0 && tip_.height >= schedule.last_height();
    return over && schedule.has_next() ? schedule.next().epoch() : schedule.validators().epoch();
  }

  // The ledger may allow fewer batches in a block than wait: then half as many are tried.
  Result<Bytes> propose(std::size_t& taken) {
    std::vector<Bytes> batches;
    {
      const std::lock_guard lock(mutex_);
      taken = std::min(queue_.size(), kMaxBlockBatches);
      batches.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    TENON_ASSIGN_OR_RETURN(epoch_, next_epoch());
    for (;;) {
      Result<Bytes> block =
          app_->propose({tip_header_, tip_.block_id, epoch_, tip_.view + 1, batches});
      if (block.ok() || block.status().fault() || taken == 1)
        return block;
      taken /= 2;
      batches.resize(taken);
    }
  }

  void executed(const ReplicaHead& next, const Result<Bytes>& result) {
    const Call call(*this);
    if (!call.allowed())
      return;
    const Result<Bytes> certificate = result.ok() ? certify(next, *result) : result;
    if (!certificate.ok())
      return fail(certificate.status());
    app_->finalized(next.block_id, *certificate,
                    [self = shared_from_this(), next](const Status& status) {
                      self->committed(next, status);
                    });
  }

  // What a validator signs: chain, epoch, view, block and result (docs/spec/wire.md).
  Result<Bytes> certify(const ReplicaHead& next, BytesView result_header) const {
    const Hash result_hash = crypto::sha256(result_header);
    TENON_ASSIGN_OR_RETURN(
        const Bytes signature,
        host_.sign(kKey, wire::certificate_signing_bytes(host_.chain_id(), epoch_, next.view,
                                                         next.block_id, result_hash)));
    v1::Certificate certificate;
    certificate.set_view(next.view);
    certificate.set_block_id(next.block_id.str());
    certificate.set_result_hash(result_hash.str());
    v1::ValidatorSignature& only = *certificate.add_signatures();
    only.set_validator(0); // the place in the genesis document's list
    only.set_signature(signature);
    return certificate.SerializeAsString();
  }

  void committed(const ReplicaHead& next, const Status& status) {
    const Call call(*this);
    if (!call.allowed())
      return;
    if (!status.ok())
      return fail(status);
    {
      const std::lock_guard lock(mutex_);
      tip_ = next;
      building_ = false;
      changed_.notify_all();
    }
    advance();
  }

  // For good: somebody has to look at this replica before it votes again.
  void fail(const Status& why) {
    {
      const std::lock_guard lock(mutex_);
      if (phase_ == Phase::kStopped)
        return;
      phase_ = Phase::kFailed;
      failure_ = why.to_string();
      changed_.notify_all();
    }
    host_.log(LogLevel::kError, "consensus has stopped: " + why.to_string());
  }

  Host host_;
  const std::size_t max_queued_bytes_;
  ReplicaApp* app_ = nullptr;

  mutable std::mutex mutex_; // guards what follows
  std::condition_variable changed_;
  Phase phase_ = Phase::kCreated;
  std::string failure_;
  std::deque<Bytes> queue_;
  std::size_t queued_bytes_ = 0;
  bool building_ = false; // a block is on its way; only its thread changes tip_
  std::size_t calls_ = 0; // into the host or the ledger, under way
  std::uint64_t epoch_ = 0; // of the block that is on its way
  ReplicaHead tip_;       // the last final block
  Bytes tip_header_;      // of the block to build on
};

class @CLASS@ final : public Plugin, public Consensus {
public:
  @CLASS@(Host host, std::size_t max_queued_bytes)
      : sequencer_(std::make_shared<Sequencer>(host, max_queued_bytes)) {}

  // The configuration has been checked against the schema in plugin.json.
  static Result<std::unique_ptr<@CLASS@>> create(Host host, std::string_view config) {
    const json settings = json::parse(config, nullptr, false);
    return std::make_unique<@CLASS@>(host,
                                     settings.value("max_queued_bytes", std::size_t{16} << 20));
  }

  Status attach(ReplicaApp& app) override {
    sequencer_->attach(app);
    return ok_status();
  }
  Status start() override { return sequencer_->start(); }
  Status drain(std::uint64_t deadline_ms) override { return sequencer_->drain(deadline_ms); }
  void stop() override { sequencer_->stop(); }
  Status submit(BytesView batch) override { return sequencer_->submit(batch); }
  Result<Bytes> describe() const override { return sequencer_->describe(); }

private:
  std::shared_ptr<Sequencer> sequencer_;
};

} // namespace

TENON_CONSENSUS_PLUGIN(@CLASS@)
