// One core among validators that the test plays: it gets what the test says, its disk and its
// ledger answer at once, and what it sends is kept to be looked at. One thread.
#pragma once

#include <algorithm>

#include "simulation/node.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::bft {

namespace pb = ::tenon::bft::v1;
using simulation::ModelLedger;
using simulation::SimulatedScheme;

inline std::string replica(ValidatorIndex index) {
  return "replica" + std::to_string(index);
}

inline tenon::v1::ValidatorSet four_validators(std::uint64_t epoch = 0) {
  tenon::v1::ValidatorSet set;
  set.set_epoch(epoch);
  set.set_max_byzantine(1);
  for (ValidatorIndex i = 0; i < 4; ++i) {
    tenon::v1::Validator& validator = *set.add_validators();
    validator.set_name(replica(i));
    validator.set_public_key(crypto::sha256(replica(i)).str());
  }
  return set;
}

inline Vote vote_of(ValidatorIndex validator, const VoteSubject& subject, std::uint64_t epoch = 0) {
  const Bytes bytes = signing_bytes(Hash{}, epoch, subject);
  return {subject, validator,
          SimulatedScheme::signature(crypto::sha256(replica(validator)).view(), bytes)};
}

inline Certificate certificate_of(const VoteSubject& subject, std::uint64_t epoch = 0) {
  Certificate certificate{subject, {}};
  for (ValidatorIndex i = 1; i < 4; ++i)
    certificate.signatures.emplace_back(i, vote_of(i, subject, epoch).signature);
  return certificate;
}

class OneCore {
public:
  explicit OneCore(ValidatorIndex own = 0, const Settings& settings = {})
      : name_(replica(own)), settings_(settings), scheme_(crypto::sha256(name_).str()),
        ledger_(Hash{}, four_validators) {
    restart();
  }
  // A life on a log that somebody else has written; with a saboteur, what is signed how is his
  // word.
  OneCore(std::vector<Bytes> log, const simulation::Saboteur* saboteur) : OneCore() {
    scheme_.sabotage(saboteur);
    log_ = std::move(log);
    restart();
  }

  // A new life on what the disk holds.
  void restart(bool log_lost = false) {
    if (log_lost)
      log_.clear();
    live_again(log_lost);
  }
  // Some records of which are still there.
  void restart_with_a_damaged_log() { live_again(/*log_lost=*/true); }
  // With the log, and a ledger as it was at genesis.
  void restart_without_the_store() {
    ledger_.lose_everything();
    live_again(/*log_lost=*/false);
  }

  // --- What the others do.
  void receive(ValidatorIndex from, const pb::Message& message) {
    core_->receive(replica(from), message.SerializeAsString(), now_us_);
    act();
  }
  void vote(ValidatorIndex from, const VoteSubject& subject) {
    pb::Message message;
    message.set_epoch(core_->epoch());
    to_message(vote_of(from, subject, core_->epoch()), *message.mutable_vote());
    receive(from, message);
  }
  void votes(const VoteSubject& subject) {
    for (ValidatorIndex i = 1; i < 4; ++i)
      vote(i, subject);
  }
  void show(ValidatorIndex from, const Certificate& certificate) {
    pb::Message message;
    message.set_epoch(core_->epoch());
    to_message(certificate, *message.mutable_certificates()->add_certificates());
    receive(from, message);
  }
  // A block on the parent, as the leader of the view would build it.
  [[nodiscard]] tenon::v1::Block block(View view, const std::string& transaction,
                                       BytesView parent_header = {}) {
    const Bytes parent(parent_header.empty() ? head_header() : Bytes(parent_header));
    const Bytes batch = simulation::batch_of({transaction});
    const Bytes encoded =
        ledger_.propose(parent, ledger_.start().head.id, core_->epoch(), view, std::span(&batch, 1))
            .value();
    tenon::v1::Block block;
    static_cast<void>(block.ParseFromString(encoded));
    return block;
  }
  [[nodiscard]] static pb::Message proposal(View view, const tenon::v1::Block& block) {
    pb::Message message;
    pb::Proposal& proposal = *message.mutable_proposal();
    proposal.set_view(view);
    proposal.set_header(block.header());
    for (const Bytes& batch : block.body().batches()) {
      pb::BatchReference& reference = *proposal.add_batches();
      reference.set_digest(crypto::sha256(batch).str());
      reference.set_contents(batch);
    }
    return message;
  }
  // The leader of the view, which is not this one, proposes.
  void propose(View view, const tenon::v1::Block& block) {
    pb::Message message = proposal(view, block);
    message.set_epoch(core_->epoch());
    receive(static_cast<ValidatorIndex>((view - 1) % 4), message);
  }
  // To the next view, by nullifications.
  void give_up(View view) { votes({VoteKind::kNullify, view, {}, {}}); }
  // A block that the others notarize and make final.
  Hash finalize(View view, const std::string& transaction) {
    const tenon::v1::Block made = block(view, transaction);
    const Hash id = crypto::sha256(made.header());
    propose(view, made);
    votes({VoteKind::kNotarize, view, id, {}});
    votes({VoteKind::kFinalize, view, id, result_of(made)});
    return id;
  }
  [[nodiscard]] Hash result_of(const tenon::v1::Block& made) {
    ModelLedger other(Hash{}, four_validators);
    for (Height height = 1; height <= ledger_.height(); ++height) {
      const auto* const earlier = ledger_.block(height);
      static_cast<void>(other.execute(earlier->id, earlier->block));
      static_cast<void>(other.commit(earlier->id, earlier->certificate));
    }
    return other.execute(crypto::sha256(made.header()), made.SerializeAsString()).value().result;
  }

  // --- Time.
  void pass(TimeUs time_us) {
    now_us_ += time_us;
    core_->tick(now_us_);
    act();
  }
  // Until it wants to be woken up, and then it is.
  bool pass_to_deadline() {
    const auto next = core_->next_deadline_us();
    if (!next)
      return false;
    pass(*next > now_us_ ? *next - now_us_ : 0);
    return true;
  }

  [[nodiscard]] TimeUs now_us() const { return now_us_; }

  // --- What it did.
  [[nodiscard]] Core& core() { return *core_; }
  [[nodiscard]] ModelLedger& ledger() { return ledger_; }
  [[nodiscard]] const std::vector<Bytes>& log() const { return log_; }
  [[nodiscard]] std::vector<VoteSubject> votes_sent(VoteKind kind) const {
    std::vector<VoteSubject> votes;
    for (const auto& [to, message] : sent_) {
      if (const auto vote = message.has_vote() ? from_message(message.vote()) : std::nullopt;
          vote && vote->subject.kind == kind)
        votes.push_back(vote->subject);
    }
    return votes;
  }
  [[nodiscard]] std::vector<std::pair<std::string, pb::Message>>
  sent(pb::Message::BodyCase what) const {
    std::vector<std::pair<std::string, pb::Message>> found;
    std::copy_if(sent_.begin(), sent_.end(), std::back_inserter(found),
                 [what](const auto& item) { return item.second.body_case() == what; });
    return found;
  }
  void forget_sent() { sent_.clear(); }
  [[nodiscard]] const std::vector<Misbehaved>& blamed() const { return blamed_; }
  [[nodiscard]] const std::vector<Accuse>& accused() const { return accused_; }
  [[nodiscard]] const std::vector<ServeChain>& served() const { return served_; }
  // What it wants of state transfer; the test answers.
  [[nodiscard]] const std::vector<ServeTarget>& targets_served() const { return targets_served_; }
  [[nodiscard]] const std::vector<ServeRange>& ranges_served() const { return ranges_served_; }
  [[nodiscard]] const std::vector<BeginImport>& begun() const { return begun_; }
  [[nodiscard]] const std::vector<ImportRange>& ranges() const { return ranges_; }
  [[nodiscard]] std::vector<ImportRange> take_ranges() { return std::exchange(ranges_, {}); }
  [[nodiscard]] const std::vector<FinishImport>& finished() const { return finished_; }
  [[nodiscard]] std::size_t abandoned_imports() const { return abandoned_imports_; }
  [[nodiscard]] const std::optional<Status>& halted() const { return halted_; }
  [[nodiscard]] Bytes head_header() const { return ledger_.start().head.header; }

  bool disk_answers = true;
  bool ledger_answers = true;
  // What the disk has been given and has not answered for.
  void sync() {
    if (unsynced_ == 0)
      return;
    core_->persisted(std::exchange(unsynced_, 0), now_us_);
    act();
  }
  void execute_all() {
    for (const Execute& execute : std::exchange(executions_, {})) {
      const auto state = ledger_.execute(execute.id, execute.block);
      core_->executed(execute.id, state.ok() ? Result<Hash>(state->result) : state.status(),
                      state.ok() ? state->epoch_end : 0, now_us_);
    }
    act();
  }
  void act() {
    for (auto actions = core_->take_actions(); !actions.empty(); actions = core_->take_actions()) {
      for (Action& action : actions)
        std::visit([this](auto& what) { act_on(what); }, action);
    }
    if (disk_answers && unsynced_ != 0)
      return sync();
    if (ledger_answers && !executions_.empty())
      execute_all();
  }

private:
  void live_again(bool log_lost) {
    core_ = std::make_unique<Core>(Hash{}, crypto::sha256(name_).str(), name_, settings_, ledger_,
                                   scheme_);
    ledger_.crash();
    Start start = ledger_.start();
    start.records = log_;
    start.log_lost = log_lost;
    unsynced_ = 0;
    core_->start(std::move(start), now_us_);
    act();
    for (ValidatorIndex i = 0; i < 4; ++i) {
      if (replica(i) != name_)
        core_->peer_up(replica(i), now_us_);
    }
    act();
    sent_.clear();
  }
  void act_on(Persist& persist) {
    log_.push_back(std::move(persist.record));
    unsynced_ = persist.sequence;
  }
  void act_on(RewriteLog& rewrite) {
    log_ = std::move(rewrite.records);
    unsynced_ = rewrite.sequence;
  }
  void act_on(Send& send) {
    pb::Message message;
    static_cast<void>(message.ParseFromString(*send.frame));
    sent_.emplace_back(send.to, std::move(message));
  }
  void act_on(Execute& execute) { executions_.push_back(std::move(execute)); }
  void act_on(Commit& commit) {
    static_cast<void>(ledger_.commit(commit.id, commit.certificate));
    ledger_.sync(commit.height);
    core_->committed(commit.height, now_us_);
    if (const auto start = ledger_.start(); start.epoch_first)
      core_->begin_epoch(start.validators, now_us_);
  }
  void act_on(Abandon& abandon) { ledger_.abandon(abandon.id); }
  void act_on(ServeChain& serve) { served_.push_back(serve); }
  void act_on(ServeTarget& serve) { targets_served_.push_back(serve); }
  void act_on(ServeRange& serve) { ranges_served_.push_back(serve); }
  void act_on(BeginImport& begin) { begun_.push_back(begin); }
  void act_on(ImportRange& range) { ranges_.push_back(range); }
  void act_on(FinishImport& finish) { finished_.push_back(finish); }
  void act_on(AbandonImport&) { ++abandoned_imports_; }
  void act_on(Accuse& accuse) { accused_.push_back(accuse); }
  void act_on(Misbehaved& misbehaved) { blamed_.push_back(misbehaved); }
  void act_on(Halt& halt) { halted_ = halt.why; }

  std::string name_;
  Settings settings_;
  SimulatedScheme scheme_;
  ModelLedger ledger_;
  std::unique_ptr<Core> core_;
  TimeUs now_us_ = 1'000'000;
  std::vector<Bytes> log_;
  std::uint64_t unsynced_ = 0;
  std::vector<Execute> executions_;
  std::vector<std::pair<std::string, pb::Message>> sent_;
  std::vector<Misbehaved> blamed_;
  std::vector<Accuse> accused_;
  std::vector<ServeChain> served_;
  std::vector<ServeTarget> targets_served_;
  std::vector<ServeRange> ranges_served_;
  std::vector<BeginImport> begun_;
  std::vector<ImportRange> ranges_;
  std::vector<FinishImport> finished_;
  std::size_t abandoned_imports_ = 0;
  std::optional<Status> halted_;
};

} // namespace tenon::consensus::bft
