#include "pipeline/state_transfer.hpp"

#include <algorithm>

#include "pipeline/epoch_handovers.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"
#include "tenon/wire/outcome_check.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

// States held for others at once: more than there can be liars and laggards among the replicas.
constexpr std::size_t kMostHeld = 64;
// One that was offered, one of which ranges were asked, and one whoever goes on asking, are held so
// long. What is held costs memory and disk with every block.
constexpr std::uint64_t kOfferedUs = 5'000'000;
constexpr std::uint64_t kIdleUs = 30'000'000;
constexpr std::uint64_t kLongestUs = 3'600'000'000;
// Whoever asks within this time is offered the same.
constexpr std::uint64_t kSameOfferUs = 500'000;
// A block without a certificate of its own is followed closely by one that has it.
constexpr std::uint64_t kMostUncertified = 64;

// The certificate in the block log, when it is the block's own.
Result<bool> certified_by_itself(const plugin::Store& store, std::uint64_t height) {
  TENON_ASSIGN_OR_RETURN(const Bytes header, read_part(store, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, read_part(store, height, BlockPart::kCertificate));
  v1::Certificate certificate;
  return certificate.ParseFromString(encoded) &&
         certificate.block_id() == crypto::sha256(header).view();
}

Status refused(const std::string& why) {
  return invalid_argument("INVALID_TARGET: " + why);
}

// What the certified roots do not say of results: each is of the block's transaction in its place,
// with its response, and its events have the ledger's form.
Status check_results(const v1::BlockBody& body, const v1::BlockResults& results) {
  int at = 0;
  for (const std::string& encoded : body.batches()) {
    v1::TransactionBatch batch;
    if (!batch.ParseFromString(encoded))
      return refused("its body holds something that is no batch");
    for (const std::string& transaction : batch.transactions()) {
      if (at == results.results_size())
        return refused("it has fewer results than transactions");
      const v1::TransactionResult& result = results.results(at++);
      if (const std::string wrong = wire::wrong_outcome(result.outcome(), transaction);
          !wrong.empty())
        return refused(wrong);
      for (const v1::Event& event : result.events()) {
        if (!wire::has_ledger_form(event))
          return refused("an event has a salt or readers of another form");
      }
    }
  }
  return at == results.results_size() ? Status()
                                      : refused("it has more results than transactions");
}

// Are body and results those that the block's header and result name?
Status check_contents(const v1::StateTarget& target, std::uint64_t height,
                      const v1::BlockHeader& header, const v1::ResultHeader& result) {
  v1::BlockBody body;
  v1::BlockResults results;
  if (!body.ParseFromString(target.body()) || !results.ParseFromString(target.results()))
    return refused("its body or its results are malformed");
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(body));
  if (header.transactions_root() != root.view())
    return refused("its body is not the one that its header names");
  if (result.outcomes_root() != wire::outcomes_root(results).view() ||
      result.events_root() != wire::events_root(results, height).view())
    return refused("its results are not those that were certified");
  return check_results(body, results);
}

// A store hashes whatever it is given, and other bytes may have the hash of an entry.
Status check_form(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(const merkle::SnapshotRange range,
                         merkle::parse_snapshot_range(encoded));
  for (const merkle::SnapshotEntry& entry : range.entries) {
    if (!merkle::is_entry(entry.entry))
      return invalid_argument("the range holds bytes that are no entry of a state");
  }
  return {};
}

} // namespace

StateTransfer::StateTransfer(StateTransferParts parts)
    : parts_(std::move(parts)),
      exported_ranges_(parts_.metrics.counter("state_transfer_exported_ranges_total",
                                              "Ranges of the state given to other replicas")),
      exported_bytes_(parts_.metrics.counter("state_transfer_exported_bytes_total",
                                             "Bytes of the state given to other replicas")),
      ranges_(parts_.metrics.counter("state_transfer_ranges_total",
                                     "Ranges of the state taken over from other replicas")),
      bytes_(parts_.metrics.counter("state_transfer_bytes_total",
                                    "Bytes of the state taken over from other replicas")),
      transfers_(parts_.metrics.counter("state_transfers_total",
                                        "States taken over as a whole from other replicas")) {}

Result<std::uint64_t> StateTransfer::oldest_block() const {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, parts_.store.horizon());
  return horizon.oldest_block;
}

void StateTransfer::let_go() {
  const std::uint64_t now_us = parts_.clock.monotonic_us();
  const std::lock_guard lock(mutex_);
  let_go_locked(now_us);
}

void StateTransfer::let_go_locked(std::uint64_t now_us) {
  std::erase_if(held_, [now_us](const Held& held) {
    return now_us - held.used_us > (held.ranges ? kIdleUs : kOfferedUs) ||
           now_us - held.since_us > kLongestUs;
  });
}

Result<StateTransfer::Snapshot> StateTransfer::hold(std::uint64_t height, bool ranges) {
  const std::uint64_t now_us = parts_.clock.monotonic_us();
  const std::lock_guard lock(mutex_);
  let_go_locked(now_us);
  const auto found = std::find_if(held_.begin(), held_.end(),
                                  [height](const Held& held) { return held.height == height; });
  if (found != held_.end()) {
    found->used_us = now_us;
    found->ranges = found->ranges || ranges;
    return found->snapshot;
  }
  if (held_.size() >= kMostHeld) {
    return resource_exhausted("states after " + std::to_string(kMostHeld) +
                              " different blocks are being taken over from this replica already");
  }
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, parts_.store.snapshot(height));
  held_.push_back({height, snapshot, now_us, now_us, ranges});
  return snapshot;
}

Result<std::uint64_t> StateTransfer::newest_target() {
  const std::uint64_t now_us = parts_.clock.monotonic_us();
  {
    const std::lock_guard lock(mutex_);
    if (offered_height_ > 0 && now_us - offered_us_ < kSameOfferUs)
      return offered_height_;
  }
  std::uint64_t height = parts_.head.get()->block->height();
  for (std::uint64_t i = 0; i < kMostUncertified && height > 0; ++i, --height) {
    TENON_ASSIGN_OR_RETURN(const bool certified, certified_by_itself(parts_.store, height));
    if (!certified)
      continue;
    const std::lock_guard lock(mutex_);
    offered_height_ = height;
    offered_us_ = now_us;
    return height;
  }
  return not_found("there is no certified block whose state could be taken over");
}

Result<Bytes> StateTransfer::export_target(std::uint64_t from_epoch, std::uint64_t height) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  if (height == 0) {
    TENON_ASSIGN_OR_RETURN(height, newest_target());
  }
  TENON_ASSIGN_OR_RETURN(const Snapshot snapshot, hold(height, /*ranges=*/false));
  v1::StateTarget target;
  v1::LedgerProof& proof = *target.mutable_proof();
  proof.set_version(1);
  proof.set_chain(parts_.genesis.chain.str());
  const std::pair<BlockPart, std::string*> wanted[] = {
      {BlockPart::kHeader, proof.mutable_header()},
      {BlockPart::kResultHeader, proof.mutable_result_header()},
      {BlockPart::kCertificate, proof.mutable_certificate()},
      {BlockPart::kBody, target.mutable_body()},
      {BlockPart::kResults, target.mutable_results()}};
  for (const auto& [part, out] : wanted) {
    TENON_ASSIGN_OR_RETURN(*out, read_part(parts_.store, height, part));
  }
  v1::BlockHeader header;
  if (!header.ParseFromString(proof.header()))
    return data_loss("the header of block " + std::to_string(height) + " is malformed");
  const BlockState state(snapshot, header.record_time_us());
  TENON_ASSIGN_OR_RETURN(*proof.mutable_validators(),
                         read_required_record<v1::ValidatorSet>(state, keys::kValidators));
  TENON_RETURN_IF_ERROR(add_handovers(parts_.store, state, from_epoch, proof));
  return target.SerializeAsString();
}

Result<Bytes> StateTransfer::export_range(std::uint64_t height, const Hash& first,
                                          std::uint64_t max_bytes) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  TENON_ASSIGN_OR_RETURN(const Snapshot snapshot, hold(height, /*ranges=*/true));
  Result<Bytes> range = snapshot->export_range(first, max_bytes);
  if (!range.ok())
    return parts_.health.observe(range.status());
  exported_ranges_.add();
  exported_bytes_.add(static_cast<double>(range->size()));
  return range;
}

// From the validators that the last committed block of this replica trusts.
Status StateTransfer::check_target(const v1::StateTarget& target) const {
  const v1::LedgerProof& proof = target.proof();
  v1::BlockHeader header;
  v1::ResultHeader result;
  v1::Certificate certificate;
  if (proof.keys_size() > 0 || proof.later_result_headers_size() > 0 ||
      !header.ParseFromString(proof.header()) || !result.ParseFromString(proof.result_header()) ||
      !certificate.ParseFromString(proof.certificate()))
    return refused("it is malformed");
  const auto head = parts_.head.get();
  const EpochSchedule& schedule = *head->block->schedule;
  const bool over = schedule.begins_at(head->block->height() + 1) && schedule.record().has_next();
  TENON_RETURN_IF_ERROR(wire::verify_ledger_proof(proof, parts_.genesis.chain,
                                                  over ? schedule.record().next()
                                                       : schedule.validators())
                            .status()
                            .with_context("INVALID_TARGET"));
  if (header.height() <= head->block->height()) {
    return failed_precondition("the state after block " + std::to_string(header.height()) +
                               " cannot be taken over: expected one above the head, block " +
                               std::to_string(head->block->height()));
  }
  return check_contents(target, header.height(), header, result);
}

Status StateTransfer::import_begin(BytesView encoded) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  v1::StateTarget target;
  if (!target.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return refused("expected a StateTarget message");
  TENON_RETURN_IF_ERROR(parts_.health.observe(check_target(target)));
  v1::BlockHeader header;
  v1::ResultHeader result;
  static_cast<void>(header.ParseFromString(target.proof().header()));
  static_cast<void>(result.ParseFromString(target.proof().result_header()));
  const plugin::StoreTarget after{header.height(), crypto::sha256(target.proof().header()),
                                  crypto::sha256(target.proof().result_header()),
                                  Hash::from_view_or_zero(result.state_root())};
  const auto begin = [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(const auto under_way, parts_.store.import_missing());
    if (under_way && under_way->target != after)
      TENON_RETURN_IF_ERROR(parts_.store.import_abandon());
    return parts_.store.import_begin(after);
  };
  TENON_RETURN_IF_ERROR(parts_.health.observe(begin()));
  {
    const std::lock_guard lock(mutex_);
    target_ = std::move(target);
    store_target_ = after;
  }
  parts_.log.write(plugin::LogLevel::kInfo, "pipeline",
                   "takes over the state of block " + std::to_string(after.height), {});
  return {};
}

Status StateTransfer::import_range(std::uint64_t height, BytesView range) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  {
    const std::lock_guard lock(mutex_);
    if (store_target_.height != height || height == 0)
      return failed_precondition("the state after block " + std::to_string(height) +
                                 " is not being taken over");
  }
  TENON_RETURN_IF_ERROR(check_form(range));
  TENON_RETURN_IF_ERROR(parts_.health.observe(parts_.store.import_range(range)));
  ranges_.add();
  bytes_.add(static_cast<double>(range.size()));
  return {};
}

Result<std::optional<plugin::ReplicaImport>> StateTransfer::import_missing() const {
  TENON_ASSIGN_OR_RETURN(auto under_way, parts_.store.import_missing());
  if (!under_way)
    return std::optional<plugin::ReplicaImport>();
  return std::optional(plugin::ReplicaImport{under_way->target.height, under_way->target.block_id,
                                             std::move(under_way->missing)});
}

Status StateTransfer::import_abandon() {
  {
    const std::lock_guard lock(mutex_);
    target_.Clear();
    store_target_ = {};
  }
  return parts_.health.observe(parts_.store.import_abandon());
}

// After all that was asked for before: what executes, and what is being committed.
void StateTransfer::import_finish(plugin::FinalizedCallback done) {
  parts_.sequencer.post([this, done = std::move(done)]() mutable {
    parts_.commits.post([this, done = std::move(done)]() mutable {
      parts_.sequencer.post([this, done = std::move(done)] {
        done(parts_.health.observe(contained([this] { return finish_now(); })));
      });
    });
  });
}

Status StateTransfer::finish_now() {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  v1::StateTarget target;
  plugin::StoreTarget after;
  {
    const std::lock_guard lock(mutex_);
    if (store_target_.height == 0)
      return failed_precondition("no import is under way; begin one first");
    target = target_;
    after = store_target_;
  }
  parts_.health.set_replacing(true);
  const Status status = replace_state(target, after);
  parts_.health.set_replacing(status.fault()); // after one, what readers see is gone for good
  return status;
}

Status StateTransfer::replace_state(const v1::StateTarget& target,
                                    const plugin::StoreTarget& after) {
  plugin::StoreBlock block{after.height, after.block_id, after.result_hash, {}};
  const auto part = [&](BlockPart which) -> BytesView& {
    return block.parts[static_cast<std::size_t>(which)];
  };
  part(BlockPart::kHeader) = target.proof().header();
  part(BlockPart::kBody) = target.body();
  part(BlockPart::kResultHeader) = target.proof().result_header();
  part(BlockPart::kResults) = target.results();
  part(BlockPart::kCertificate) = target.proof().certificate();
  // What leads from the genesis document to the new state: of the old one's log and index, both of
  // which go, and of the target.
  const auto head = parts_.head.get();
  const BlockState state(head->snapshot, head->block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(Handovers handovers, known_handovers(parts_.store, state));
  handovers.insert(handovers.end(), target.proof().handovers().begin(),
                   target.proof().handovers().end());
  TENON_RETURN_IF_ERROR(parts_.store.import_finish(std::span(&block, 1)));
  {
    const std::lock_guard lock(mutex_);
    held_.clear(); // of the state that was
    offered_height_ = 0;
    target_.Clear();
    store_target_ = {};
  }
  // From here on there is no way back: what fails is this replica, and a restart goes on with it.
  TENON_RETURN_IF_ERROR(as_fault(keep_handovers(parts_.store, handovers)));
  Result<OpenedLedger> ledger =
      open_ledger(parts_.store, parts_.stages, parts_.genesis, parts_.engines);
  if (!ledger.ok())
    return as_fault(ledger.status());
  parts_.tree.restart(ledger->head);
  parts_.head.set(std::make_shared<const LedgerHead>(LedgerHead{ledger->head, ledger->snapshot}));
  transfers_.add();
  parts_.metrics.gauge("head_height", "Height of the last committed block")
      .set(static_cast<double>(after.height));
  parts_.log.write(plugin::LogLevel::kInfo, "pipeline",
                   "has taken over the state of block " + std::to_string(after.height), {});
  parts_.taken_over(*ledger->head);
  return {};
}

} // namespace tenon::host::pipeline
