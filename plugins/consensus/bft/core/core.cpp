#include "bft/core/core.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::consensus::bft {

namespace {

namespace pb = tenon::bft::v1;

// A log that has grown by so much is rewritten with what still matters.
constexpr std::size_t kRewriteLogBytes = 16u << 20;
// Batches that this replica brought in are sent again after so long without being final.
constexpr TimeUs kResendBatchesUs = 2'000'000;
constexpr std::size_t kResendBatchesBytes = 1u << 20;
constexpr std::uint32_t kMaxResendDoublings = 2;

} // namespace

Core::Core(const Hash& chain, Bytes own_key, std::string own_name, const Settings& settings,
           Ledger& ledger, Scheme& scheme)
    : settings_(settings), chain_(chain), own_key_(std::move(own_key)),
      own_name_(std::move(own_name)), ledger_(ledger), scheme_(scheme), pool_(settings.pool),
      pace_(settings.delta_floor_us, settings.delta_cap_us) {}

void Core::start(Start start, TimeUs now_us) {
  committee_ = std::make_unique<Committee>(chain_, std::move(start.validators), own_key_,
                                           settings_.term_length);
  book_ = std::make_unique<VoteBook>(*committee_, scheme_);
  oldest_ = start.oldest;
  unfinished_import_ = start.unfinished_import;
  stand_on(start, now_us);
  log_lost_ = start.log_lost;
  restore(start.records, now_us);
  if (start.log_lost) {
    // Whatever is left of the log was written before votes were lost.
    log_lost_ = true;
    silent_below_.reset();
  }
  if (log_lost_ && !silent_below_) {
    persist(loss_record());
    // What is left of a later epoch is not all that was said in it either.
    if (logged_epoch_ > committee_->epoch()) {
      pb::Record record = loss_record();
      record.set_epoch(logged_epoch_);
      later_records_.push_back(record.SerializeAsString());
    }
  }
  started_ = true;
  progress(now_us);
}

// The committed head of the ledger becomes the root of what is known.
void Core::stand_on(Start& start, TimeUs now_us) {
  committed_height_ = start.head.height;
  start.head.execution = Block::Execution::kDone;
  if (const auto header = block_from_header(start.head.header))
    start.head.epoch = header->epoch;
  const auto certificate = start.epoch_first ? std::nullopt : from_ledger(start.head_certificate);
  if (certificate && certificate->subject.block == start.head.id) {
    finality_ = *certificate;
    start.head.notarized = certificate->subject.view;
  } else {
    finality_.reset();
    start.head.notarized = start.epoch_first ? 0 : start.head.view;
  }
  blocks_.reset(std::move(start.head));
  tip_ = blocks_.root().id;
  tip_view_ = final_view();
  view_ = final_view() + 1;
  view_since_us_ = now_us;
  // The head may be final through a descendant that is not here any more.
  if (certificate && certificate->subject.view >= view_)
    accepted(*certificate, now_us);
  epoch_over_ = blocks_.root().epoch_end != 0 && blocks_.root().height >= blocks_.root().epoch_end;
}

void Core::restore(const std::vector<Bytes>& records, TimeUs now_us) {
  View voted = 0;
  for (const Bytes& bytes : records) {
    pb::Record record;
    if (!record.ParseFromString(bytes))
      continue;
    if (record.epoch() > committee_->epoch()) {
      keep_for_later(record.epoch(), bytes);
      continue;
    }
    if (restore_loss(record) || record.epoch() != committee_->epoch())
      continue;
    if (record.has_block()) {
      std::vector<Bytes> contents;
      auto block = block_from_message(record.block(), &contents);
      if (!block || block->height <= blocks_.root().height)
        continue;
      block->recorded = true;
      keep_batches(std::move(contents), own_name_, now_us);
      add_block(std::move(*block));
    } else if (record.has_vote()) {
      auto vote = from_message(record.vote());
      if (!vote || vote->subject.view <= final_view())
        continue;
      voted = std::max(voted, vote->subject.view);
      restore_vote(*std::move(vote));
    } else if (record.has_certificate()) {
      auto certificate = from_message(record.certificate());
      if (certificate && certificate->subject.view > final_view() &&
          committee_->verify(scheme_, *certificate))
        accept(std::move(*certificate), now_us);
    }
  }
  if (voted > view_)
    enter(voted, now_us);
}

// The store is older than the log: lost, or brought back from a copy. Of the epochs before the
// log's last one nothing is remembered any more, so nothing is said in them; its own records count
// again once this replica has caught up with it.
void Core::keep_for_later(std::uint64_t epoch, const Bytes& record) {
  if (epoch < logged_epoch_)
    return;
  if (epoch > logged_epoch_)
    later_records_.clear();
  logged_epoch_ = epoch;
  later_records_.push_back(record);
}

// The committee is the one of another epoch now.
void Core::restore_kept(TimeUs now_us) {
  if (committee_->epoch() < logged_epoch_)
    return;
  restore(std::exchange(later_records_, {}), now_us);
}

void Core::restore_vote(Vote vote) {
  const VoteSubject& subject = vote.subject;
  VoteBook::Own& own = book_->own(subject.view);
  own.nullified = own.nullified || subject.kind == VoteKind::kNullify;
  if (subject.kind == VoteKind::kNotarize)
    own.notarized = subject.block;
  if (subject.kind == VoteKind::kFinalize)
    own.finalized = std::pair(subject.block, subject.result);
  touched_.emplace(subject.view, subject.kind);
  book_->add(std::move(vote), /*checked=*/true);
}

// That an earlier log was lost is itself remembered in the log that began after it; the last such
// record counts. It holds for the epoch it was written in. Who had its vote back in an earlier
// epoch has forgotten nothing of this one (see begin_epoch); who had not, still asks.
bool Core::restore_loss(const pb::Record& record) {
  if (record.what_case() != pb::Record::kSilentBelow)
    return false;
  silent_below_.reset();
  const bool regained = record.silent_below() > 0;
  log_lost_ = !regained || record.epoch() >= committee_->epoch();
  if (regained && record.epoch() == committee_->epoch())
    silent_below_ = record.silent_below();
  return true;
}

Bytes Core::encode_loss() {
  pb::Record record;
  record.set_silent_below(0);
  return record.SerializeAsString();
}

pb::Record Core::loss_record() const {
  pb::Record record;
  record.set_silent_below(silent_below_.value_or(0));
  return record;
}

bool Core::can_vote(View view) const {
  return started_ && !halted_ && !epoch_over_ && committee_->own().has_value() &&
         !behind_its_log() && (!log_lost_ || (silent_below_ && view >= *silent_below_));
}

// Who is alone contradicts nobody, and nobody else would lead it on. Alone is not whoever was the
// only validator of an earlier epoch.
bool Core::behind_its_log() const {
  return committee_->epoch() < logged_epoch_ && (committee_->size() > 1 || settings_.has_peers);
}

std::string Core::unready() const {
  if (!started_)
    return "consensus has not started";
  if (halted_)
    return "this replica has halted";
  if (result_split_)
    return "the replicas computed different results, so that none can become final; compare their "
           "engines and states";
  if (takes_over()) {
    return "takes over the state of block " + std::to_string(transfer_->height) + ": " +
           std::to_string(transfer_->plan.slices_done()) + " of " +
           std::to_string(transfer_->plan.slices()) + " ranges";
  }
  if (epoch_over_)
    return "the network is wedged after block " + std::to_string(blocks_.root().height);
  if (!committee_->own())
    return "this node is not among the validators: it follows without a vote";
  if (behind_its_log()) {
    return "the vote log is of epoch " + std::to_string(logged_epoch_) +
           ", the ledger only in epoch " + std::to_string(committee_->epoch()) +
           ": this replica votes again once it has caught up with what it has said";
  }
  if (!can_vote(view_))
    return "the vote log was lost: this replica votes again once the others are past every view in "
           "which it may have voted";
  std::size_t up = 1;
  for (const auto& [name, peer] : peers_)
    up += peer.up && committee_->index_of(name) ? 1 : 0;
  if (up < committee_->quorum()) {
    return "connected to " + std::to_string(up - 1) + " other validators: expected " +
           std::to_string(committee_->quorum() - 1) + " at least";
  }
  return {};
}

void Core::describe(FunctionRef<void(const char* name, std::uint64_t value)> tell) const {
  if (!started_)
    return;
  tell("epoch", committee_->epoch());
  tell("view", view_);
  tell("leader", committee_->leader(view_));
  tell("validators", committee_->size());
  tell("quorum", committee_->quorum());
  tell("final_height", blocks_.root().height);
  tell("committed_height", committed_height_);
  tell("delta_us", pace_.delta_us());
  tell("waiting_batches", pool_.size());
  tell("waiting_bytes", pool_.bytes());
  tell("proposed_blocks", counters_.proposed);
  tell("carried_blocks", counters_.carried);
  tell("notarized_views", counters_.notarized_views);
  tell("nullified_views", counters_.nullified_views);
  tell("skipped_leaders", counters_.skipped_leaders);
  tell("final_blocks", counters_.final_blocks);
  tell("evidence", counters_.evidence);
  tell("rejected_messages", counters_.rejected_messages);
  tell("state_transfers", counters_.state_transfers);
  tell("oldest_block", oldest_);
}

std::string Core::waiting_for() const {
  std::string text = "view " + std::to_string(view_) + ", final view " +
                     std::to_string(final_view()) + " height " +
                     std::to_string(blocks_.root().height) + ", notarized view " +
                     std::to_string(tip_view_);
  const auto list = [&text](const char* what, const auto& items, auto&& show) {
    if (items.empty())
      return;
    text += std::string(", ") + what;
    for (const auto& item : items)
      text += " " + show(item);
  };
  list("final votes due in views", to_finalize_, [](View view) { return std::to_string(view); });
  list("final blocks not executed of views", pending_finalities_,
       [](const auto& item) { return std::to_string(item.first); });
  const auto short_id = [](const auto& item) { return to_hex(item.first.view().substr(0, 4)); };
  list("blocks", wanted_blocks_, short_id);
  list("batches of blocks", wanted_batches_, short_id);
  list("chain from", wanted_chains_, [](const auto& item) { return std::to_string(item.first); });
  list("votes being written of views", pending_votes_,
       [](const PendingVote& vote) { return std::to_string(vote.vote.subject.view); });
  list("silent leaders", pace_.silent_leaders(),
       [](const auto& item) { return std::to_string(item.first); });
  text += ", batches " + std::to_string(pool_.size());
  return text;
}

void Core::peer_up(const std::string& name, TimeUs now_us) {
  if (!started_)
    return;
  Peer& peer = peers_[name];
  peer = Peer{};
  peer.up = true;
  send(name, position_message());
  // What it may have missed: the batches of this replica that are not final yet.
  Message batches = message();
  for (const Hash& digest : pool_.waiting_of(own_name_, now_us + 1, settings_.max_answer_bytes))
    batches.mutable_batches()->add_batches(pool_.find(digest)->bytes);
  if (batches.has_batches())
    send(name, batches, Lane::kBulk);
  progress(now_us);
}

void Core::peer_down(const std::string& name, TimeUs now_us) {
  peers_.erase(name);
  if (transfer_)
    transfer_->plan.give_up(name);
  if (started_)
    progress(now_us);
}

Status Core::submit(Bytes batch, TimeUs now_us) {
  if (const std::string why = halted_ || result_split_ || epoch_over_ || !started_ ? unready() : "";
      !why.empty())
    return unavailable("NOT_READY: " + why);
  // Half of the window that others keep for this replica: they may learn later what is final.
  const std::size_t waiting = pool_.bytes_of(own_name_);
  if (waiting > 0 && waiting + batch.size() > settings_.pool.max_origin_bytes / 2) {
    return resource_exhausted("QUEUE_FULL: " + std::to_string(waiting) +
                              " bytes of batches wait for a block already; try again later");
  }
  const Hash digest = crypto::sha256(batch);
  Message announcement = message();
  announcement.mutable_batches()->add_batches(batch);
  switch (pool_.add(digest, std::move(batch), own_name_, now_us)) {
  case BatchPool::Added::kNew:
    broadcast(announcement, Lane::kBulk);
    progress(now_us);
    return {};
  case BatchPool::Added::kFull:
    return resource_exhausted("QUEUE_FULL: too many batches wait for a block; try again later");
  case BatchPool::Added::kKnown:
  case BatchPool::Added::kFinal:
    return {};
  }
  return {};
}

void Core::batch_received(const std::string& from, Bytes batch, TimeUs now_us) {
  if (!started_ || halted_)
    return;
  const Hash digest = crypto::sha256(batch);
  const std::size_t size = batch.size();
  const auto added = pool_.add(digest, std::move(batch), from, now_us);
  if (added == BatchPool::Added::kNew || added == BatchPool::Added::kKnown) {
    if (size >= settings_.acknowledge_bytes || pool_.bytes() > settings_.max_inline_bytes)
      acknowledgements_.push_back(digest);
    if (const auto sender = committee_->index_of(from))
      pool_.acknowledge(digest, *sender);
  }
  progress(now_us);
}

void Core::persisted(std::uint64_t sequence, TimeUs now_us) {
  while (!pending_votes_.empty() && pending_votes_.front().sequence <= sequence) {
    Vote vote = std::move(pending_votes_.front().vote);
    pending_votes_.pop_front();
    if (!halted_)
      publish(std::move(vote));
  }
  progress(now_us);
}

void Core::tick(TimeUs now_us) {
  progress(now_us);
}

void Core::progress(TimeUs now_us) {
  if (!started_ || halted_)
    return;
  seen_us_ = now_us;
  do {
    while (!halted_ && progress_once(now_us)) {
    }
    update_work(now_us);
    check_timers(now_us);
  } while (!halted_ && !touched_.empty());
  // Not while the log is all that holds a final block.
  if (logged_bytes_ >= kRewriteLogBytes && committed_height_ == blocks_.root().height)
    rewrite_log();
  if (!acknowledgements_.empty()) {
    Message held = message();
    for (const Hash& digest : acknowledgements_)
      held.mutable_held()->add_digests(digest.str());
    acknowledgements_.clear();
    broadcast(held);
  }
}

bool Core::progress_once(TimeUs now_us) {
  bool moved = collect_certificates(now_us);
  moved = finalize() || moved;
  moved = cast_final_votes() || moved;
  moved = vote(now_us) || moved;
  moved = lead(now_us) || moved;
  return moved;
}

void Core::update_work(TimeUs now_us) {
  has_work_ =
      !epoch_over_ &&
      (tip_view_ > final_view() || !pending_finalities_.empty() || proposals_.contains(view_) ||
       // One of so many is honest: there is something to vote for, or nothing to wait for.
       book_->votes(VoteKind::kNotarize, view_) > committee_->max_byzantine() ||
       book_->votes(VoteKind::kNullify, view_) > committee_->max_byzantine() ||
       pool_.has_other_than(batches_up_to(tip_)));
  if (!has_work_ && (epoch_over_ || !awaits_later_view()))
    work_since_us_.reset();
  else if (!work_since_us_)
    work_since_us_ = now_us;
}

void Core::check_timers(TimeUs now_us) {
  if (halted_)
    return;
  if (work_since_us_) {
    const ValidatorIndex leader = committee_->leader(view_);
    const bool proposed = proposals_.contains(view_);
    const TimeUs waited_us = now_us - *work_since_us_;
    if (!has_work_) {
      nullify("a replica votes again in a later one");
    } else if (!proposed && pace_.silent(leader) && leader != committee_->own()) {
      if (can_vote(view_) && !book_->own(view_).nullified)
        ++counters_.skipped_leaders;
      nullify("its leader is silent");
    } else if (!proposed && waited_us >= pace_.proposal_wait_us()) {
      nullify("no proposal came in time");
    } else if (waited_us >= pace_.advance_wait_us()) {
      nullify("it was not notarized in time");
    } else if (!book_->own(view_).notarized &&
               book_->votes(VoteKind::kNullify, view_) > committee_->max_byzantine()) {
      nullify("others gave it up");
    }
    const TimeUs wait_us = pace_.resend_wait_us() << std::min(resends_, kMaxResendDoublings);
    if (now_us - std::max(view_since_us_, resent_us_) >= wait_us)
      resend(now_us);
  }
  catch_up(now_us);
  if (asks_positions() && now_us - asked_positions_us_ >= pace_.resend_wait_us()) {
    asked_positions_us_ = now_us;
    Message question = position_message();
    question.mutable_position()->set_asks(true);
    broadcast(question);
  }
  if (now_us - batches_resent_us_ >= kResendBatchesUs) {
    batches_resent_us_ = now_us;
    const TimeUs before = now_us > kResendBatchesUs ? now_us - kResendBatchesUs : 0;
    const auto waiting = pool_.waiting_of(own_name_, before, kResendBatchesBytes);
    if (waiting.empty())
      return;
    Message again = message();
    for (const Hash& digest : waiting)
      again.mutable_batches()->add_batches(pool_.find(digest)->bytes);
    broadcast(again, Lane::kBulk);
  }
}

// Messages are lost when a connection breaks or a queue is full. Whoever waits in vain repeats what
// it has said in the views that are not settled, and where it stands, so that others can help.
void Core::resend(TimeUs now_us) {
  resent_us_ = now_us;
  ++resends_;
  broadcast(position_message());
  const View first = view_ > 16 ? std::max(final_view() + 1, view_ - 16) : final_view() + 1;
  for (View view = first; view <= view_; ++view) {
    for (const Vote& vote : book_->own_votes(view)) {
      if (view < view_ && vote.subject.kind != VoteKind::kFinalize)
        continue; // that view is over
      Message again = message();
      to_message(vote, *again.mutable_vote());
      broadcast(again);
    }
  }
}

std::optional<TimeUs> Core::next_deadline_us() const {
  if (!started_ || halted_)
    return std::nullopt;
  std::optional<TimeUs> next;
  const auto at = [&](TimeUs time_us) {
    if (time_us > seen_us_) // what was due has been done, or waits for something else
      next = next ? std::min(*next, time_us) : time_us;
  };
  if (work_since_us_) {
    const VoteBook::Own* const own = book_->find_own(view_);
    if (own == nullptr || !own->nullified) {
      const bool proposed = proposals_.contains(view_);
      if (!proposed && committee_->leader(view_) == committee_->own()) {
        at(next_small_us_);
        at(*work_since_us_ + pace_.delta_us());
      }
      at(*work_since_us_ + (proposed ? pace_.advance_wait_us() : pace_.proposal_wait_us()));
    }
    at(std::max(view_since_us_, resent_us_) +
       (pace_.resend_wait_us() << std::min(resends_, kMaxResendDoublings)));
  }
  for (const auto& [id, want] : wanted_blocks_)
    at(ask_again_us(want));
  for (const auto& [id, want] : wanted_batches_)
    at(ask_again_us(want));
  for (const auto& [first, want] : wanted_chains_)
    at(ask_again_us(want));
  if (transfer_ && transfer_->step == Transfer::Step::kOffers)
    at(ask_again_us(transfer_->offers));
  if (transfer_ && transfer_->step == Transfer::Step::kRanges) {
    if (const auto due_us = transfer_->plan.next_due_us())
      at(*due_us);
    for (const auto& [name, source] : transfer_->sources)
      at(source.paused_until_us);
  }
  if (asks_positions())
    at(asked_positions_us_ + pace_.resend_wait_us());
  if (pool_.bytes_of(own_name_) > 0)
    at(std::max(batches_resent_us_, *pool_.oldest_us()) + kResendBatchesUs);
  return next;
}

std::uint64_t Core::persist(const pb::Record& record) {
  pb::Record stamped = record;
  stamped.set_epoch(committee_->epoch());
  Bytes bytes = stamped.SerializeAsString();
  logged_bytes_ += bytes.size();
  actions_.push_back(Persist{next_sequence_, std::move(bytes)});
  return next_sequence_++;
}

void Core::committed(Height height, TimeUs now_us) {
  committed_height_ = std::max(committed_height_, height);
  progress(now_us);
}

// What is final and committed needs no log. Of the rest: blocks that may still become final, the
// certificates that say so, and every vote in a view that is not settled.
void Core::rewrite_log() {
  RewriteLog rewrite{next_sequence_++, {}};
  const auto add = [&](pb::Record& record) {
    record.set_epoch(committee_->epoch());
    rewrite.records.push_back(record.SerializeAsString());
  };
  // That the log is of this epoch, though nothing may have been said in it yet.
  pb::Record mark;
  add(mark);
  if (log_lost_) {
    pb::Record record = loss_record();
    add(record);
  }
  // First, so that a restart knows up to where the views are settled: the ledger's head may have an
  // earlier certificate of the same block.
  if (finality_) {
    pb::Record record;
    to_message(*finality_, *record.mutable_certificate());
    add(record);
  }
  blocks_.for_each([&](const Block& block) {
    if (!block.recorded)
      return;
    pb::Record record;
    record.set_block(block.encoded);
    add(record);
  });
  for (View view = final_view() + 1; view <= book_->highest(); ++view) {
    for (const VoteKind kind : {VoteKind::kNotarize, VoteKind::kNullify}) {
      if (const Certificate* const certificate = book_->known(kind, view)) {
        pb::Record record;
        to_message(*certificate, *record.mutable_certificate());
        add(record);
      }
    }
    for (const Vote& vote : book_->own_votes(view)) {
      pb::Record record;
      to_message(vote, *record.mutable_vote());
      add(record);
    }
  }
  for (const PendingVote& pending : pending_votes_) {
    pb::Record record;
    to_message(pending.vote, *record.mutable_vote());
    add(record);
  }
  for (const Bytes& record : later_records_)
    rewrite.records.push_back(record);
  logged_bytes_ = 0;
  actions_.push_back(std::move(rewrite));
}

Core::Sizes Core::sizes() const {
  return {blocks_.size(), book_ ? book_->size() : 0, proposals_.size(),
          wanted_blocks_.size() + wanted_batches_.size() + wanted_chains_.size(),
          pending_finalities_.size()};
}

void Core::halt(Status why) {
  if (halted_)
    return;
  halted_ = true;
  actions_.push_back(Halt{std::move(why)});
}

} // namespace tenon::consensus::bft
