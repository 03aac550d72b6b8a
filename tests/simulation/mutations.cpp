#include "simulation/mutations.hpp"

#include <algorithm>

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::bft {

// Reaches where nobody else does; see the friends of Core.
struct Mutations {
  using Message = tenon::bft::v1::Message;

  // The proposal of the current view, while this replica could vote for it and has not.
  struct Open {
    Core::Proposed* proposed = nullptr;
    Block* block = nullptr;
    Block* base = nullptr;
  };
  static std::optional<Open> open_proposal(Core& core) {
    const auto found = core.proposals_.find(core.view_);
    if (found == core.proposals_.end() || !core.can_vote(core.view_) || found->second.refused)
      return std::nullopt;
    const VoteBook::Own& own = core.book_->own(core.view_);
    Block* const block = core.blocks_.find(found->second.block);
    if (own.notarized || own.nullified || block == nullptr)
      return std::nullopt;
    return Open{&found->second, block,
                found->second.carried ? block : core.blocks_.find(block->parent)};
  }
  static bool is_certified(Core& core, const Block* base) {
    return base != nullptr && (base == &core.blocks_.root() || base->notarized) &&
           core.blocks_.path(base->id);
  }
  static void notarize(Core& core, Block& block) {
    core.record_block(block);
    core.cast({VoteKind::kNotarize, core.view_, block.id, {}});
    core.request_execution(block.id);
  }

  static bool started(const Core& core) { return core.started_ && !core.halted_; }
  static void set_quorum(Core& core, std::size_t quorum) { core.committee_->quorum_ = quorum; }
  static std::uint32_t resends(const Core& core) { return core.resends_; }

  static void forget_nullify_votes(Core& core) {
    for (auto& [view, votes] : core.book_->views_) {
      if (view >= core.view_ || !votes.own.nullified)
        continue;
      votes.own.nullified = false;
      if (core.book_->known(VoteKind::kNotarize, view) != nullptr)
        core.to_finalize_.insert(view);
    }
  }

  static void give_up_finalized_view(Core& core) {
    const View view = core.view_ - 1;
    const VoteBook::Own* const own = core.book_->find_own(view);
    if (own != nullptr && own->finalized && !own->nullified && core.can_vote(view) &&
        core.book_->votes(VoteKind::kNullify, view) > 0)
      core.cast({VoteKind::kNullify, view, {}, {}});
  }

  static void finalize_without_notarization(Core& core) {
    const VoteBook::Own& own = core.book_->own(core.view_);
    if (!own.notarized || own.nullified || own.finalized)
      return;
    const Block* const block = core.blocks_.find(*own.notarized);
    if (block != nullptr && block->execution == Block::Execution::kDone)
      core.cast({VoteKind::kFinalize, core.view_, block->id, block->result});
  }

  static void accept_uncovered_parent(Core& core) {
    const auto open = open_proposal(core);
    if (open && !open->proposed->carried && is_certified(core, open->base) &&
        core.assemble(*open->block, core.seen_us_) && core.judge(*open->proposed, *open->block))
      notarize(core, *open->block);
  }

  static void accept_carried_without_notarization(Core& core) {
    const auto open = open_proposal(core);
    if (open && open->proposed->carried && open->block != &core.blocks_.root() &&
        core.assemble(*open->block, core.seen_us_))
      notarize(core, *open->block);
  }

  static void vote_without_payload(Core& core) {
    const auto open = open_proposal(core);
    if (open && is_certified(core, open->base) && open->block->encoded.empty())
      core.cast({VoteKind::kNotarize, core.view_, open->block->id, {}});
  }

  static void order_beyond_the_lag(Core& core) {
    const auto open = open_proposal(core);
    if (open && !open->proposed->carried && is_certified(core, open->base) &&
        core.must_carry(*open->base) && core.assemble(*open->block, core.seen_us_))
      return notarize(core, *open->block);
    if (core.committee_->leader(core.view_) != core.committee_->own() ||
        core.proposals_.contains(core.view_) || !core.can_vote(core.view_))
      return;
    const VoteBook::Own& own = core.book_->own(core.view_);
    const auto parent = core.choose_parent(core.seen_us_);
    if (own.notarized || own.nullified || !parent || !core.must_carry(*parent->block) ||
        core.epoch_end(parent->block->id) != 0)
      return;
    const auto choice =
        core.pool_.choose({1000, 10, 1000, 1}, core.batches_up_to(parent->block->id));
    if (!choice.empty())
      core.propose_new(*parent, choice, core.seen_us_);
  }

  static void forget_later_epochs(Core& core) {
    core.later_records_.clear();
    core.logged_epoch_ = 0;
  }

  static void forget_notarize_vote(Core& core) {
    VoteBook::Own& own = core.book_->own(core.view_);
    if (!own.notarized || core.committee_->leader(core.view_) == core.committee_->own())
      return;
    own.notarized.reset();
    core.proposals_.erase(core.view_);
  }

  // What an honest one among the others says is what it says: nothing is compared.
  static void adopt_results(Core& core) {
    for (const auto& [id, results] : core.results_) {
      Block* const block = core.blocks_.find(id);
      std::map<Hash, std::size_t> counts;
      for (const auto& [validator, result] : results)
        ++counts[result];
      if (block == nullptr || counts.empty())
        continue;
      const auto most = std::max_element(counts.begin(), counts.end(),
                                         [](auto& a, auto& b) { return a.second < b.second; });
      if (most->second > core.committee_->max_byzantine())
        block->result = most->first;
    }
  }

  static void drop_sends(Core& core, FunctionRef<bool(const Send&, const Message&)> drop) {
    std::erase_if(core.actions_, [&](const Action& action) {
      const auto* const send = std::get_if<Send>(&action);
      Message message;
      return send != nullptr && message.ParseFromString(*send->frame) && drop(*send, message);
    });
  }

  static void take_again(Core& core, const Bytes& batch) {
    const Hash digest = crypto::sha256(batch);
    core.pool_.final_.erase(digest);
    static_cast<void>(core.pool_.add(digest, batch, core.own_name_, core.seen_us_));
  }
};

} // namespace tenon::consensus::bft

namespace tenon::simulation {

namespace {

using bft::Mutations;

// Something that is done after every event.
class AfterEvents final : public Saboteur {
public:
  explicit AfterEvents(void (*deed)(bft::Core&)) : deed_(deed) {}
  void after_event(bft::Core& core) const override {
    if (Mutations::started(core))
      deed_(core);
  }

private:
  void (*deed_)(bft::Core&);
};

class SmallQuorum final : public Saboteur {
public:
  void before_event(bft::Core& core) const override { shrink(core); }
  void after_event(bft::Core& core) const override { shrink(core); }

private:
  static void shrink(bft::Core& core) {
    if (!Mutations::started(core))
      return;
    const bft::Committee& committee = core.committee();
    Mutations::set_quorum(core, wire::quorum(committee.size(), committee.max_byzantine()) - 1);
  }
};

// The smallest quorum of any epoch that a replica has seen serves for all later ones.
class OldQuorum final : public Saboteur {
public:
  void before_event(bft::Core& core) const override { keep(core); }
  void after_event(bft::Core& core) const override { keep(core); }

private:
  void keep(bft::Core& core) const {
    if (!Mutations::started(core))
      return;
    const bft::Committee& committee = core.committee();
    auto& known = smallest_[&core];
    const std::size_t right = wire::quorum(committee.size(), committee.max_byzantine());
    if (known.first == 0 || core.epoch() < known.second) // another life or another core
      known = {right, core.epoch()};
    known = {std::min(known.first, right), core.epoch()};
    Mutations::set_quorum(core, known.first);
  }
  mutable std::map<const bft::Core*, std::pair<std::size_t, std::uint64_t>> smallest_;
};

class AdoptedResults final : public Saboteur {
public:
  void before_event(bft::Core& core) const override {
    if (Mutations::started(core))
      Mutations::adopt_results(core);
  }
};

class NoResend final : public Saboteur {
public:
  void after_event(bft::Core& core) const override {
    std::uint32_t& before = resends_[&core];
    if (Mutations::resends(core) > before) {
      Mutations::drop_sends(core, [](const bft::Send& send, const Mutations::Message& message) {
        return send.to.empty() && (message.has_vote() || message.has_position());
      });
    }
    before = Mutations::resends(core);
  }

private:
  mutable std::map<const bft::Core*, std::uint32_t> resends_;
};

class NoChain final : public Saboteur {
public:
  void after_event(bft::Core& core) const override {
    Mutations::drop_sends(core, [](const bft::Send&, const Mutations::Message& message) {
      return message.has_want_chain();
    });
  }
};

class EndlessPool final : public Saboteur {
public:
  void committed(bft::Core& core, const std::vector<ModelBlock>& blocks) const override {
    for (const ModelBlock& block : blocks) {
      v1::Block message;
      if (!message.ParseFromString(block.block))
        continue;
      for (const Bytes& batch : message.body().batches())
        Mutations::take_again(core, batch);
    }
  }
};

class EarlyVotes final : public Saboteur {
public:
  [[nodiscard]] bool waits_for_disk() const override { return false; }
};

class UnwrittenBlocks final : public Saboteur {
public:
  [[nodiscard]] bool writes(const Bytes& record) const override {
    ::tenon::bft::v1::Record decoded;
    return !decoded.ParseFromString(record) || !decoded.has_block();
  }
};

class ForgottenVotes final : public Saboteur {
public:
  [[nodiscard]] bool reads_back(const Bytes& record) const override {
    ::tenon::bft::v1::Record decoded;
    return !decoded.ParseFromString(record) || !decoded.has_vote();
  }
};

class UnnoticedLoss final : public Saboteur {
public:
  [[nodiscard]] bool notices_a_lost_log() const override { return false; }
};

class UncheckedSignatures final : public Saboteur {
public:
  [[nodiscard]] bool checks_signatures() const override { return false; }
};

class UncheckedRanges final : public Saboteur {
public:
  [[nodiscard]] bool checks_ranges() const override { return false; }
};

class EndlessEpochs final : public Saboteur {
public:
  [[nodiscard]] bool tells_the_end_of_epochs() const override { return false; }
};

} // namespace

std::vector<Mutation> mutations() {
  const auto after = [](void (*deed)(bft::Core&)) { return std::make_shared<AfterEvents>(deed); };
  return {
      {"takes one vote too few for a quorum", std::make_shared<SmallQuorum>()},
      {"keeps the smallest quorum in later epochs", std::make_shared<OldQuorum>()},
      {"finalizes a view that it has given up", after(Mutations::forget_nullify_votes)},
      {"gives up a view that it has finalized", after(Mutations::give_up_finalized_view)},
      {"finalizes without a notarization", after(Mutations::finalize_without_notarization)},
      {"notarizes twice in a view", after(Mutations::forget_notarize_vote)},
      {"extends a parent without nullifications between",
       after(Mutations::accept_uncovered_parent)},
      {"carries a block without its notarization",
       after(Mutations::accept_carried_without_notarization)},
      {"votes for a payload that it does not hold", after(Mutations::vote_without_payload)},
      {"orders without limit beyond what is final", after(Mutations::order_beyond_the_lag)},
      {"does not compare results", std::make_shared<AdoptedResults>()},
      {"does not check signatures", std::make_shared<UncheckedSignatures>()},
      {"does not check the ranges of a state", std::make_shared<UncheckedRanges>()},
      {"ignores the end of an epoch", std::make_shared<EndlessEpochs>()},
      {"sends votes before they are on disk", std::make_shared<EarlyVotes>()},
      {"forgets its votes when it restarts", std::make_shared<ForgottenVotes>()},
      {"drops the votes of epochs that its ledger has not reached",
       after(Mutations::forget_later_epochs)},
      {"votes at once after losing its log", std::make_shared<UnnoticedLoss>()},
      {"does not write blocks before voting for them", std::make_shared<UnwrittenBlocks>()},
      {"says nothing twice", std::make_shared<NoResend>()},
      {"does not ask for the committed chain", std::make_shared<NoChain>()},
      {"orders again what is final", std::make_shared<EndlessPool>()},
  };
}

} // namespace tenon::simulation
