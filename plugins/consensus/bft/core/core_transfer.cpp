// Taking over a state where blocks are of no help: the others have pruned them, or they are too
// many. A target is a block that a quorum of its epoch has certified, offered by a peer and proved
// from this replica's own epoch on; its ranges are asked of all peers at once, and each is checked
// against the certified state root before it is kept. docs/spec/state-transfer.md has the rules.
#include <algorithm>
#include <limits>

#include "bft/core/core.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/v1/ledger.pb.h"
#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::bft {

namespace {

namespace pb = tenon::bft::v1;

constexpr std::size_t kAskedOfOne = 2;     // ranges at a time
constexpr std::size_t kMostOnTheirWay = 16;
constexpr std::uint32_t kMostFailures = 4; // of a peer in a row: half a minute of silence
constexpr std::uint32_t kMostDoublings = 3; // of the time that a peer is waited for
constexpr TimeUs kLongestRangeWaitUs = 60'000'000;
constexpr TimeUs kRangeWaits = 4; // times that a range has taken so far
constexpr std::uint32_t kMostDelays = 40;  // that are no failure
constexpr std::uint32_t kOfferWaits = 3;   // retries until fewer offers than wished for have to do
constexpr TimeUs kResumeUs = 30'000'000;  // that one target and no other is looked for
constexpr std::uint32_t kMostResumes = 3; // of one target, in a row, without a range that came
// Another target, for the sake of more sources: so often at once, and then where the few have not
// given all of it in time, which is doubled each time.
constexpr std::uint32_t kHastyRetargets = 3;
constexpr TimeUs kPatienceUs = 30'000'000;
constexpr std::uint32_t kMostPatienceDoublings = 7; // about an hour
constexpr int kMostHandovers = 1024;                // of a proof: state-transfer.md
constexpr std::uint32_t kMostHeightDoublings = 16;
// What one peer may ask for: offers so often, and ranges of another state so often.
constexpr TimeUs kTargetIntervalUs = 500'000;
constexpr TimeUs kLeaseUs = 5'000'000;
constexpr std::size_t kTargetBytes = 256u << 10; // what an offer is taken to cost
// A range costs its sender more than its bytes do: entries and proofs are read for it.
constexpr std::size_t kRangeCost = 4;

} // namespace

// How many of these can be believed not to lie all at once: validators of the epoch, of whom at
// most f do. Where too few of those are there at all, in an epoch that is long over, any peer.
std::size_t Core::witnesses(const std::vector<std::string>& names) const {
  const auto validators = [this](const std::vector<std::string>& list) {
    return static_cast<std::size_t>(
        std::count_if(list.begin(), list.end(),
                      [this](const std::string& name) { return committee_->index_of(name); }));
  };
  return validators(live_peers()) > committee_->max_byzantine() ? validators(names) : names.size();
}

// A takeover that ends as far behind as it began gained nothing: then blocks get their chance, and
// the next one has to be worth twice as much.
Height Core::far_behind() const {
  constexpr Height kMost = std::numeric_limits<Height>::max();
  const std::uint32_t doublings = std::min(takeovers_, kMostHeightDoublings);
  return settings_.snapshot_after_blocks > (kMost >> doublings)
             ? kMost
             : settings_.snapshot_after_blocks << doublings;
}

// Is there more to catch up with than blocks can or should be taken for? The least height of a
// state that would help. One more than may be Byzantine must say so: a replica that keeps up does
// not stop for a liar, and one that does not is not kept from it by a liar who has all blocks.
std::optional<Height> Core::needs_state() const {
  const Height root = blocks_.root().height;
  std::vector<std::string> without_blocks;
  std::vector<std::string> far;
  for (const auto& [name, peer] : peers_) {
    if (!peer.up || peer.committed <= root)
      continue;
    if (peer.oldest > root + 1)
      without_blocks.push_back(name);
    if (peer.committed - root > far_behind())
      far.push_back(name);
  }
  const std::size_t most_liars = committee_->max_byzantine();
  if (without_blocks.size() > most_liars && witnesses(without_blocks) > most_liars)
    return root + 1;
  return far.size() > most_liars && witnesses(far) > most_liars ? std::optional(root + far_behind())
                                                                : std::nullopt;
}

// What stands on the old state is of no use any more.
bool Core::takes_over() const {
  return transfer_ && transfer_->step != Transfer::Step::kOffers;
}

// True while blocks are not to be asked for.
bool Core::transfer_state(TimeUs now_us) {
  if (!settings_.state_transfer)
    return false;
  if (blocks_.root().height >= taken_over_ + settings_.snapshot_after_blocks)
    takeovers_ = 0; // it has come far by blocks
  if (!transfer_) {
    if (!unfinished_import_ && !needs_state())
      return false;
    transfer_.emplace(settings_.state_slices);
    transfer_->since_us = now_us;
    if (unfinished_import_) {
      transfer_->resumes = unfinished_import_->first;
      transfer_->id = unfinished_import_->second;
      unfinished_import_.reset();
    }
  }
  if (transfer_->step == Transfer::Step::kOffers) {
    if (transfer_->resumes == 0 && !needs_state()) {
      if (transfer_->begun)
        actions_.push_back(AbandonImport{});
      transfer_.reset();
      return false;
    }
    choose_target(now_us);
  }
  if (transfer_->step == Transfer::Step::kOffers)
    ask_for_targets(now_us);
  if (transfer_->step == Transfer::Step::kRanges)
    ask_for_ranges(now_us);
  return takes_over();
}

void Core::ask_for_targets(TimeUs now_us) {
  Transfer& transfer = *transfer_;
  const Height root = blocks_.root().height;
  // Nobody to ask: the positions of others will tell.
  const bool anybody = std::any_of(peers_.begin(), peers_.end(), [&](const auto& item) {
    return item.second.up && item.second.committed > root && !transfer.banned.contains(item.first);
  });
  if (!anybody)
    transfer.since_us = now_us;
  if (!anybody || !may_ask(transfer.offers, now_us))
    return;
  if (transfer.resumes != 0 && now_us - transfer.since_us >= kResumeUs) {
    transfer.resumes = 0; // nobody has that state any more
    transfer.begun = true;
    transfer.offers.attempts = 1;
    transfer.since_us = now_us;
  }
  Message message = this->message();
  message.mutable_want_target()->set_height(transfer.resumes);
  for (auto& [name, peer] : peers_) {
    if (!peer.up || peer.committed <= root || transfer.banned.contains(name))
      continue;
    send(name, message);
    transfer.asked.insert(name);
    // Who does not keep its word is believed again once it has given it again.
    if (transfer.resumes == 0 && transfer.offers.attempts > 2 * kOfferWaits &&
        !transfer.offered.contains(name))
      peer.committed = std::min(peer.committed, root);
  }
}

// The validators of the block's epoch, from those that are known here through the blocks that ended
// the epochs between. Nothing when these do not lead there; `lie` when a certificate is wrong. What
// one offer has proved no other has to.
const Committee* Core::cross_epochs(const tenon::v1::LedgerProof& proof, std::uint64_t epoch,
                                    bool& lie) {
  const Committee* at = committee_.get();
  for (const tenon::v1::EpochHandover& handover : proof.handovers()) {
    if (at->epoch() == epoch)
      break;
    const auto last = block_from_header(handover.header());
    tenon::v1::BlockHeader header;
    if (!last || !header.ParseFromString(handover.header()))
      return nullptr;
    if (last->epoch < at->epoch())
      continue;
    const auto known = transfer_->crossed.find(at->epoch() + 1);
    if (last->epoch == at->epoch() && known != transfer_->crossed.end()) {
      at = &known->second;
      continue;
    }
    const auto certificate = from_ledger(handover.certificate());
    if (last->epoch != at->epoch() || !certificate || certificate->subject.block != last->id ||
        handover.next().epoch() != at->epoch() + 1 ||
        header.next_validators() != wire::validators_hash(handover.next()).view())
      return nullptr;
    if (!at->verify(scheme_, *certificate)) {
      lie = true;
      return nullptr;
    }
    at = &transfer_->crossed
              .insert_or_assign(at->epoch() + 1, Committee(chain_, handover.next(), own_key_,
                                                           settings_.term_length))
              .first->second;
  }
  return at->epoch() == epoch ? at : nullptr;
}

// Looked into once for each time that it was asked for, what costs least first: signatures are
// checked last, and only of a state that would be taken.
void Core::on_target(const std::string& from, const Bytes& encoded, TimeUs now_us) {
  if (!transfer_ || transfer_->step != Transfer::Step::kOffers ||
      !transfer_->asked.contains(from) || transfer_->banned.contains(from))
    return;
  Transfer& transfer = *transfer_;
  tenon::v1::StateTarget target;
  if (!target.ParseFromString(encoded))
    return misled_by(from, "an offer of a state that cannot be read");
  const tenon::v1::LedgerProof& proof = target.proof();
  const auto block = block_from_header(proof.header());
  const auto certificate = from_ledger(proof.certificate());
  if (!block || !certificate || certificate->subject.block != block->id ||
      certificate->subject.result != crypto::sha256(proof.result_header()))
    return misled_by(from, "an offer of a state without its certificate");
  if (proof.handovers_size() > kMostHandovers)
    return misled_by(from, "an offer of a state with more epochs than may be crossed");
  if (transfer.resumes != 0 && (block->height != transfer.resumes || block->id != transfer.id))
    return;
  transfer.asked.erase(from);
  if (block->height <= blocks_.root().height)
    return;
  bool lie = false;
  const Committee* const committee = cross_epochs(proof, block->epoch, lie);
  if (lie || (committee != nullptr && !committee->verify(scheme_, *certificate)))
    return misled_by(from, "an offer of a state that no quorum has certified");
  if (committee == nullptr)
    return; // of an epoch that nothing leads to from here
  transfer.offered[from] = block->height;
  if (block->height > transfer.height) {
    transfer.height = block->height;
    transfer.id = block->id;
    transfer.target = encoded;
    transfer.offered_by = from;
  }
  choose_target(now_us);
}

// The highest of so many offers that one of them is honest: that state is one that honest peers
// still have. Fewer have to do where there are no more.
void Core::choose_target(TimeUs now_us) {
  Transfer& transfer = *transfer_;
  if (transfer.height == 0)
    return;
  if (transfer.resumes == 0) {
    const auto least = needs_state();
    std::vector<std::string> offering;
    for (const auto& [name, height] : transfer.offered)
      offering.push_back(name);
    const bool enough = witnesses(offering) > committee_->max_byzantine() ||
                        now_us - transfer.since_us >= kOfferWaits * pace_.retry_wait_us();
    if (!enough || !least || transfer.height < *least)
      return;
  }
  transfer.step = Transfer::Step::kBegin;
  transfer.begun = true;
  actions_.push_back(BeginImport{transfer.height, transfer.target});
}

void Core::import_begun(Height height, const Result<std::vector<merkle::KeySpan>>& missing,
                        TimeUs now_us) {
  if (halted_ || !transfer_ || transfer_->step != Transfer::Step::kBegin ||
      transfer_->height != height)
    return;
  Transfer& transfer = *transfer_;
  if (missing.ok()) {
    ++counters_.state_targets;
    transfer.step = Transfer::Step::kRanges;
    transfer.since_us = now_us;
    transfer.plan = RangePlan(settings_.state_slices);
    transfer.plan.set_missing(*missing);
    transfer.sources.clear();
    transfer.target.clear();
    transfer.asked.clear();
  } else if (missing.status().fault()) {
    halt(missing.status().with_context("a state could not be taken over"));
  } else {
    if (missing.status().code() == Code::kInvalidArgument)
      misled_by(transfer.offered_by, "a state with another content than was certified");
    look_for_target(0, now_us);
  }
  progress(now_us);
}

// Another target, or, unless `resumes` is 0, the same from whoever still has it.
void Core::look_for_target(Height resumes, TimeUs now_us) {
  Transfer& transfer = *transfer_;
  transfer.step = Transfer::Step::kOffers;
  transfer.since_us = now_us;
  transfer.offers = {};
  transfer.offered.clear();
  transfer.asked.clear();
  transfer.target.clear();
  transfer.height = 0;
  transfer.gone = false;
  transfer.few_since_us.reset();
  transfer.resumes = resumes;
  if (resumes == 0)
    transfer.resumed = 0;
}

void Core::misled_by(const std::string& from, const std::string& what) {
  misbehaved(from, what);
  if (!transfer_)
    return;
  transfer_->banned.insert(from);
  transfer_->plan.give_up(from);
}

// Peers that may have what is missing; those of them that have not failed to give it. Whoever has
// failed least comes first, and of those whose turn it is.
std::vector<std::string> Core::sources() const {
  std::vector<std::string> names;
  for (const std::string& name : live_peers()) {
    const auto source = transfer_->sources.find(name);
    if (!transfer_->banned.contains(name) &&
        (source == transfer_->sources.end() || source->second.failures < kMostFailures))
      names.push_back(name);
  }
  std::rotate(names.begin(),
              std::upper_bound(names.begin(), names.end(), transfer_->last_asked), names.end());
  const auto failures = [this](const std::string& name) {
    const auto source = transfer_->sources.find(name);
    return source == transfer_->sources.end() ? 0 : source->second.failures;
  };
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return failures(a) < failures(b);
  });
  return names;
}

void Core::ask_for_ranges(TimeUs now_us) {
  Transfer& transfer = *transfer_;
  for (const std::string& peer : transfer.plan.give_up_overdue(now_us))
    ++transfer.sources[peer].failures;
  const bool writes = transfer.plan.being_written() > 0;
  if (!writes && transfer.plan.complete()) {
    if (committed_height_ != blocks_.root().height)
      return; // what is final here becomes durable first
    transfer.step = Transfer::Step::kFinish;
    actions_.push_back(FinishImport{transfer.height});
    return;
  }
  const std::vector<std::string> able = sources();
  if (!transfer.gone && keeps_too_few(able, now_us)) {
    transfer.gone = true;
    ++transfer.retargets;
  }
  if (transfer.gone || able.empty()) {
    if (writes)
      return;
    const bool resume = !transfer.gone && some_may_have_it() && transfer.resumed++ < kMostResumes;
    return look_for_target(resume ? transfer.height : 0, now_us);
  }
  for (std::size_t round = 0; round < kAskedOfOne; ++round) {
    for (const std::string& name : able) {
      if (transfer.plan.asked_of(name) <= round)
        ask_for_range(name, able, now_us);
    }
  }
}

void Core::ask_for_range(const std::string& name, const std::vector<std::string>& able,
                         TimeUs now_us) {
  Transfer& transfer = *transfer_;
  const auto free = [&](const std::string& peer) {
    return now_us >= transfer.sources[peer].paused_until_us &&
           transfer.plan.asked_of(peer) < kAskedOfOne;
  };
  if (!free(name) || transfer.plan.on_their_way() >= kMostOnTheirWay)
    return;
  const bool others = std::any_of(able.begin(), able.end(), [&](const std::string& peer) {
    return peer != name && free(peer);
  });
  const auto span = transfer.plan.next(others ? name : std::string());
  if (!span)
    return;
  // Whoever is slow, because ranges are large or the way is narrow, gets the time that it takes.
  const TimeUs usual_us = std::max(kRangeWaitUs, kRangeWaits * transfer.range_us);
  const TimeUs wait_us =
      std::min(kLongestRangeWaitUs,
               usual_us << std::min(transfer.sources[name].failures, kMostDoublings));
  transfer.plan.asked(span->first, name, now_us, now_us + wait_us);
  transfer.last_asked = name;
  Message message = this->message();
  message.mutable_want_range()->set_height(transfer.height);
  message.mutable_want_range()->set_first(span->first.str());
  message.mutable_want_range()->set_max_bytes(
      static_cast<std::uint32_t>(transfer.plan.expected_bytes(*span, settings_.max_range_bytes)));
  send(name, message);
}

// The same target again is worth looking for, unless all have said that they do not have it any
// more but so few that these may be liars. Where few are there at all, the others may come back.
bool Core::some_may_have_it() const {
  std::vector<std::string> there = live_peers();
  std::erase_if(there, [&](const auto& name) { return transfer_->banned.contains(name); });
  const std::size_t most_liars = committee_->max_byzantine();
  if (witnesses(there) <= most_liars)
    return true;
  std::erase_if(there, [&](const auto& name) {
    const auto source = transfer_->sources.find(name);
    return source != transfer_->sources.end() && source->second.lacks;
  });
  return witnesses(there) > most_liars;
}

// So few give anything that they may be liars who keep a state back, while others have let go of
// it. Is that a reason to look for another one?
bool Core::keeps_too_few(const std::vector<std::string>& able, TimeUs now_us) {
  Transfer& transfer = *transfer_;
  std::vector<std::string> there = live_peers();
  std::erase_if(there, [&](const auto& name) { return transfer.banned.contains(name); });
  const std::size_t most_liars = committee_->max_byzantine();
  if (able.empty() || witnesses(able) > most_liars || witnesses(there) <= most_liars) {
    transfer.few_since_us.reset();
    return false;
  }
  if (!transfer.few_since_us)
    transfer.few_since_us = now_us;
  if (transfer.retargets < kHastyRetargets &&
      transfer.plan.slices_done() * 2 < transfer.plan.slices())
    return true;
  return now_us - *transfer.few_since_us >=
         kPatienceUs << std::min(transfer.retargets, kMostPatienceDoublings);
}

void Core::on_range(const std::string& from, const pb::StateRange& range, TimeUs now_us) {
  if (!takes_over() || transfer_->step != Transfer::Step::kRanges ||
      range.height() != transfer_->height || range.first().size() != Hash::kSize)
    return;
  Transfer& transfer = *transfer_;
  const Hash first = Hash::from_view(range.first());
  const auto took_us = transfer.plan.came(first, from, now_us, range.range());
  if (!took_us)
    return; // not asked of it, or given up
  if (range.range().empty()) {
    transfer.plan.settled(first);
    Source& source = transfer.sources[from];
    source.lacks = !range.later();
    if (!range.later() || ++source.delays % kMostDelays == 0)
      ++source.failures;
    source.paused_until_us = now_us + pace_.retry_wait_us();
    return;
  }
  transfer.range_us = transfer.range_us == 0 ? *took_us : (3 * transfer.range_us + *took_us) / 4;
  actions_.push_back(ImportRange{from, range.height(), first, range.range()});
}

void Core::range_imported(const std::string& from, Height height, const Hash& first,
                          const Result<std::vector<merkle::KeySpan>>& missing, TimeUs now_us) {
  if (halted_ || !transfer_ || transfer_->height != height)
    return;
  Transfer& transfer = *transfer_;
  transfer.plan.settled(first, missing.ok());
  if (missing.ok()) {
    transfer.plan.set_missing(*missing);
    const bool lacks = std::any_of(
        missing->begin(), missing->end(),
        [&](const merkle::KeySpan& span) { return span.first <= first && first <= span.last; });
    if (lacks) {
      ++counters_.state_lies;
      misled_by(from, "another range of the state than it was asked for");
    } else {
      ++counters_.state_ranges;
      transfer.sources[from] = {};
      transfer.resumed = 0;
    }
  } else if (missing.status().fault()) {
    halt(missing.status().with_context("a range of the state could not be kept"));
  } else if (missing.status().code() == Code::kInvalidArgument) {
    ++counters_.state_lies;
    misled_by(from, "a range of the state that does not lead to the certified root");
  } else {
    transfer.gone = transfer.gone || missing.status().code() == Code::kFailedPrecondition;
  }
  progress(now_us);
}

// The target is the committed head now, as if this replica had just started on it; but what it has
// said in this epoch still binds it.
void Core::imported(Result<Start> result, TimeUs now_us) {
  if (halted_ || !transfer_ || transfer_->step != Transfer::Step::kFinish)
    return;
  if (!result.ok() && result.status().fault())
    return halt(result.status().with_context("the imported state could not be taken over"));
  if (!result.ok()) {
    look_for_target(0, now_us);
    return progress(now_us);
  }
  Start& start = *result;
  ++counters_.state_transfers;
  ++takeovers_;
  taken_over_ = start.head.height;
  transfer_.reset();
  oldest_ = start.oldest;
  const View reached = view_;
  const bool same_epoch = start.validators.epoch() == committee_->epoch();
  if (!same_epoch)
    change_committee(std::move(start.validators));
  proposals_.clear();
  assemblies_.clear();
  results_.clear();
  wanted_blocks_.clear();
  wanted_batches_.clear();
  wanted_chains_.clear();
  chains_.clear();
  result_split_ = false;
  const std::vector<Block> kept =
      same_epoch ? recorded_above(start.head.height) : std::vector<Block>();
  stand_on(start, now_us);
  for (const Block& block : kept)
    add_block(block);
  if (same_epoch) {
    book_->forget_below(final_view());
    pending_finalities_.erase(pending_finalities_.begin(),
                              pending_finalities_.upper_bound(final_view()));
    to_finalize_.erase(to_finalize_.begin(), to_finalize_.upper_bound(final_view()));
    std::erase_if(notarized_, [this](const auto& item) { return item.second <= final_view(); });
    for (const auto& [block, view] : notarized_) {
      if (view > tip_view_) {
        tip_view_ = view;
        tip_ = block;
      }
    }
    view_ = std::max(view_, reached);
  } else {
    restore_kept(now_us);
  }
  rewrite_log();
  broadcast(position_message());
  progress(now_us);
}

// Blocks that this replica has voted for and that may still become final: others count on it to
// have them. They are as they would be after a restart.
std::vector<Block> Core::recorded_above(Height height) {
  std::vector<Block> blocks;
  blocks_.for_each([&](const Block& block) {
    if (!block.recorded || block.height <= height)
      return;
    blocks.push_back(block);
    blocks.back().verified = false;
    blocks.back().execution = Block::Execution::kNone;
    blocks.back().epoch_end = 0;
  });
  return blocks;
}

void Core::on_want_target(const std::string& from, std::uint64_t epoch, Height height,
                          TimeUs now_us) {
  if (!settings_.state_transfer || !may_answer(from, kTargetBytes, now_us))
    return;
  Peer& peer = peers_[from];
  if (peer.target_us != 0 && now_us - peer.target_us < kTargetIntervalUs)
    return;
  peer.target_us = now_us;
  actions_.push_back(ServeTarget{from, committee_->epoch(), epoch, height});
}

void Core::on_want_range(const std::string& from, const pb::RangeRequest& request, TimeUs now_us) {
  const auto found = peers_.find(from);
  if (!settings_.state_transfer || request.first().size() != Hash::kSize || found == peers_.end())
    return;
  Peer& peer = found->second;
  const Hash first = Hash::from_view(request.first());
  const std::size_t most = settings_.max_range_bytes;
  const std::size_t wished = request.max_bytes() == 0 ? most : request.max_bytes();
  const std::size_t bytes = std::min(wished, most);
  const bool another = peer.lent_height != request.height();
  if ((another && peer.lent_height != 0 && now_us - peer.lent_us < kLeaseUs) ||
      !may_answer(from, kRangeCost * bytes, now_us)) {
    Message refusal = message();
    refusal.mutable_range()->set_height(request.height());
    refusal.mutable_range()->set_first(request.first());
    refusal.mutable_range()->set_later(true);
    return send(from, refusal, Lane::kBulk);
  }
  if (another) {
    peer.lent_height = request.height();
    peer.lent_us = now_us;
  }
  actions_.push_back(ServeRange{from, committee_->epoch(), request.height(), first, bytes});
}

Bytes encode_target(const ServeTarget& request, Bytes target) {
  pb::Message message;
  message.set_epoch(request.epoch);
  message.set_target(std::move(target));
  return message.SerializeAsString();
}

Bytes encode_range(const ServeRange& request, Bytes range) {
  pb::Message message;
  message.set_epoch(request.epoch);
  message.mutable_range()->set_height(request.height);
  message.mutable_range()->set_first(request.first.str());
  message.mutable_range()->set_range(std::move(range));
  return message.SerializeAsString();
}

} // namespace tenon::consensus::bft
