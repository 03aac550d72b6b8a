// Building, judging and voting for blocks. A block extends the notarized block of the latest view
// that was not given up; when too much of the chain is not final yet, or its epoch ends, the tip is
// carried: proposed once more, so that it can become final in a later view.
#include <algorithm>

#include "bft/core/core.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::consensus::bft {

namespace {

namespace pb = tenon::bft::v1;

// Proposals for views so far ahead are kept until the view is entered.
constexpr View kProposalsAhead = 4;
constexpr int kMaxBatches = 16384;

} // namespace

Height Core::epoch_end(const Hash& tip) const {
  const Block* const executed = blocks_.executed_ancestor(tip);
  return executed == nullptr ? 0 : executed->epoch_end;
}

bool Core::must_carry(const Block& tip) const {
  const Height end = epoch_end(tip.id);
  return tip.height >= blocks_.root().height + kExecutionLag || (end != 0 && tip.height >= end);
}

BatchPool::Digests Core::batches_up_to(const Hash& tip) {
  BatchPool::Digests digests;
  if (const auto path = blocks_.path(tip)) {
    for (const Block* const block : *path)
      digests.insert(block->batches.begin(), block->batches.end());
  }
  return digests;
}

// The tip that a block of the current view extends; nothing while it is not known which.
std::optional<Core::Parent> Core::choose_parent(TimeUs now_us) {
  View view = view_ - 1;
  while (view > final_view()) {
    if (const Certificate* const notarization = book_->known(VoteKind::kNotarize, view)) {
      const Hash& id = notarization->subject.block;
      const Block* const block = blocks_.find(id);
      if (block != nullptr && blocks_.path(id))
        return Parent{block, view};
      want_block(first_unknown(id), committee_->name(committee_->leader(view)), now_us);
      return std::nullopt;
    }
    if (book_->known(VoteKind::kNullify, view) == nullptr) {
      want_certificates(view, view, now_us);
      return std::nullopt;
    }
    --view;
  }
  return Parent{&blocks_.root(), final_view()};
}

bool Core::lead(TimeUs now_us) {
  // The state that a block would be built on may go at any time.
  if (takes_over() || !can_vote(view_) || committee_->leader(view_) != committee_->own() ||
      proposals_.contains(view_))
    return false;
  const VoteBook::Own& own = book_->own(view_);
  if (own.notarized || own.nullified)
    return false;
  // Others have made blocks final that are unknown here: theirs to extend.
  for (const auto& [view, certificate] : pending_finalities_) {
    if (!blocks_.path(certificate.subject.block))
      return false;
  }
  const auto parent = choose_parent(now_us);
  if (!parent)
    return false;
  const bool is_root = parent->block == &blocks_.root();
  if (!must_carry(*parent->block)) {
    const BatchPool::Space space{settings_.max_block_bytes, settings_.max_block_transactions,
                                 settings_.max_inline_bytes, committee_->max_byzantine() + 1};
    const auto choice = pool_.choose(space, batches_up_to(parent->block->id));
    if (!choice.empty()) {
      if (waits_for_more(choice, now_us))
        return false;
      propose_new(*parent, choice, now_us);
      return true;
    }
  }
  // The tip's own view will mostly make it final by itself.
  if (is_root || !work_since_us_ || now_us - *work_since_us_ < pace_.delta_us())
    return false;
  if (Block* const tip = blocks_.find(parent->block->id); !assemble(*tip, now_us))
    return false;
  propose_carried(*parent, now_us);
  return true;
}

// A block costs much the same work whether one transaction is in it or a hundred. So small ones do
// not follow each other closely: under load there are fewer and larger ones, and whoever comes
// alone waits for nobody.
bool Core::waits_for_more(const std::vector<BatchPool::Choice>& choice, TimeUs now_us) const {
  std::size_t bytes = 0;
  for (const BatchPool::Choice& chosen : choice)
    bytes += pool_.find(chosen.digest)->bytes.size();
  return bytes < settings_.small_block_bytes && now_us < next_small_us_;
}

void Core::fill_reasons(const Parent& parent, pb::Proposal& proposal) const {
  proposal.set_view(view_);
  if (const Certificate* const notarization = book_->known(VoteKind::kNotarize, parent.view))
    to_message(*notarization, *proposal.mutable_justification());
  if (finality_)
    to_message(*finality_, *proposal.mutable_finality());
}

void Core::propose_new(const Parent& parent, const std::vector<BatchPool::Choice>& choice,
                       TimeUs now_us) {
  const Block* const executed = blocks_.executed_ancestor(parent.block->id);
  std::vector<Bytes> batches;
  for (const BatchPool::Choice& chosen : choice)
    batches.push_back(pool_.find(chosen.digest)->bytes);
  Result<Bytes> encoded = Status(Code::kInternal, "nothing proposed");
  // The ledger's limits may be below ours: then fewer batches go into the block.
  for (;;) {
    encoded =
        ledger_.propose(parent.block->header, executed->id, committee_->epoch(), view_, batches);
    if (encoded.ok() || encoded.status().fault() || batches.size() == 1)
      break;
    batches.resize(batches.size() / 2);
  }
  if (!encoded.ok() && !encoded.status().fault()) {
    if (encoded.status().code() == Code::kInvalidArgument)
      pool_.finish(choice.front().digest); // not even alone does it go into a block
    else
      nullify("the ledger builds no block now");
    return;
  }
  std::optional<Block> block;
  if (encoded.ok())
    block = block_from_message(*encoded, nullptr);
  if (!block) {
    halt(encoded.ok() ? fault("the ledger built something that is not a block")
                      : encoded.status().with_context("no block could be proposed"));
    return;
  }
  Message message = this->message();
  pb::Proposal& proposal = *message.mutable_proposal();
  fill_reasons(parent, proposal);
  proposal.set_header(block->header);
  proposal.set_unwedge(block->unwedge);
  for (std::size_t i = 0; i < batches.size(); ++i) {
    pb::BatchReference& reference = *proposal.add_batches();
    reference.set_digest(block->batches[i].str());
    if (choice[i].contents)
      reference.set_contents(batches[i]);
  }
  block->verified = true;
  Block& added = add_block(std::move(*block));
  proposals_[view_] = {added.id, false, now_us, false};
  ++counters_.proposed;
  // The proposal itself is not signed and need not wait for the log; the leader's vote is and does.
  next_small_us_ = now_us + settings_.small_block_wait_us;
  broadcast(message);
  record_block(added);
  cast({VoteKind::kNotarize, view_, added.id, {}});
  request_execution(added.id);
}

void Core::propose_carried(const Parent& tip, TimeUs now_us) {
  Message message = this->message();
  pb::Proposal& proposal = *message.mutable_proposal();
  fill_reasons(tip, proposal);
  proposal.set_header(tip.block->header);
  proposal.set_carried(true);
  const Hash id = tip.block->id;
  proposals_[view_] = {id, true, now_us, false};
  ++counters_.carried;
  broadcast(message);
  record_block(*blocks_.find(id));
  cast({VoteKind::kNotarize, view_, id, {}});
}

void Core::on_proposal(const std::string& from, const pb::Proposal& proposal, TimeUs now_us) {
  const View view = proposal.view();
  const auto sender = committee_->index_of(from);
  auto block = block_from_header(proposal.header());
  if (view == 0 || !sender || committee_->leader(view) != *sender || !block ||
      proposal.batches_size() > kMaxBatches || (!proposal.carried() && block->view != view)) {
    misbehaved(from, "a proposal that is malformed or not the sender's to make");
    return;
  }
  if (proposal.has_finality())
    on_certificate(from, proposal.finality(), now_us);
  if (proposal.has_justification())
    on_certificate(from, proposal.justification(), now_us);
  if (view < view_ || view > view_ + kProposalsAhead || proposals_.contains(view) || halted_ ||
      block->height > blocks_.root().height + 2 * kExecutionLag)
    return; // the first one counts; what is far above waits for this replica to catch up
  if (!proposal.carried()) {
    next_small_us_ = now_us + settings_.small_block_wait_us;
    Assembly& assembly = assemblies_[block->id];
    assembly.from = from;
    block->unwedge = proposal.unwedge();
    std::size_t bytes = 0;
    for (const pb::BatchReference& reference : proposal.batches()) {
      const Hash digest = Hash::from_view_or_zero(reference.digest());
      block->batches.push_back(digest);
      // As much as an honest leader sends along, one batch of any size included.
      const bool fits = bytes == 0 || bytes + reference.contents().size() <=
                                          settings_.max_inline_bytes + settings_.max_answer_bytes;
      if (!reference.contents().empty() && fits && crypto::sha256(reference.contents()) == digest) {
        bytes += reference.contents().size();
        assembly.contents.emplace(digest, reference.contents());
      }
    }
    abandon(blocks_.shrink(kMaxBlocks - 1));
    add_block(std::move(*block));
  } else if (blocks_.find(block->id) == nullptr) {
    want_block(block->id, from, now_us);
  }
  proposals_[view] = {crypto::sha256(proposal.header()), proposal.carried(), now_us, false};
}

// Does the proposal stand on what must not be left out: the notarized block of an earlier view,
// with every view between given up by a quorum?
bool Core::extends_properly(const Proposed& proposed, const Block& block, TimeUs now_us) {
  const Block* const base = proposed.carried ? &block : blocks_.find(block.parent);
  if (base == nullptr) {
    want_block(block.parent, committee_->name(committee_->leader(view_)), now_us);
    return false;
  }
  const bool is_root = base == &blocks_.root();
  if (!is_root && !blocks_.path(base->id)) {
    want_block(first_unknown(base->id), committee_->name(committee_->leader(view_)), now_us);
    return false;
  }
  if (!is_root && !base->notarized)
    return false;
  const View base_view = is_root ? final_view() : *base->notarized;
  if (const auto missing = first_not_nullified(base_view, view_)) {
    want_certificates(*missing, view_ - 1, now_us);
    return false;
  }
  // So much may be ordered beyond what is final, and no more.
  return proposed.carried ? !is_root : !must_carry(*base);
}

bool Core::judge(Proposed& proposed, Block& block) {
  if (proposed.carried || block.verified)
    return true;
  const Block* const parent = blocks_.find(block.parent);
  const Block* const executed = blocks_.executed_ancestor(parent->id);
  const Status status = ledger_.verify(block.encoded, parent->header, executed->id);
  if (status.fault())
    halt(status.with_context("a block could not be judged"));
  block.verified = status.ok();
  return block.verified;
}

bool Core::vote(TimeUs now_us) {
  const auto found = proposals_.find(view_);
  if (found == proposals_.end() || !can_vote(view_) || takes_over())
    return false;
  Proposed& proposed = found->second;
  const VoteBook::Own& own = book_->own(view_);
  if (own.notarized || own.nullified || proposed.refused)
    return false;
  Block* const block = blocks_.find(proposed.block);
  if (block == nullptr) {
    want_block(proposed.block, committee_->name(committee_->leader(view_)), now_us);
    return false;
  }
  if (!extends_properly(proposed, *block, now_us) || !assemble(*block, now_us))
    return false;
  if (!judge(proposed, *block)) {
    proposed.refused = true;
    nullify("its proposal breaks the rules");
    return true;
  }
  record_block(*block);
  cast({VoteKind::kNotarize, view_, block->id, {}});
  request_execution(block->id);
  return true;
}

// Puts the block together from the batches held here; asks for those that are missing.
bool Core::assemble(Block& block, TimeUs now_us) {
  if (!block.encoded.empty())
    return true;
  if (block.misled) {
    want_block(block.id, {}, now_us);
    return false;
  }
  Assembly& assembly = assemblies_[block.id];
  std::vector<Hash> missing;
  std::vector<const Bytes*> contents;
  for (const Hash& digest : block.batches) {
    const auto carried = assembly.contents.find(digest);
    const PooledBatch* const pooled = pool_.find(digest);
    if (carried == assembly.contents.end() && pooled == nullptr)
      missing.push_back(digest);
    else
      contents.push_back(pooled != nullptr ? &pooled->bytes : &carried->second);
  }
  if (!missing.empty()) {
    want_batches(missing, block.id, assembly.from, now_us);
    return false;
  }
  tenon::v1::Block message;
  message.set_header(block.header);
  for (const Bytes* const bytes : contents)
    message.mutable_body()->add_batches(*bytes);
  if (!block.unwedge.empty())
    message.mutable_body()->set_unwedge(block.unwedge);
  if (!has_own_payload(message)) {
    misled(block);
    return false;
  }
  block.encoded = message.SerializeAsString();
  // If the block is left behind, another may carry its batches.
  for (auto& [digest, bytes] : assembly.contents)
    pool_.add(digest, std::move(bytes), assembly.from, now_us);
  assemblies_.erase(block.id);
  wanted_batches_.erase(block.id);
  return true;
}

void Core::keep_batches(std::vector<Bytes> batches, const std::string& origin, TimeUs now_us) {
  for (Bytes& batch : batches) {
    const Hash digest = crypto::sha256(batch);
    pool_.add(digest, std::move(batch), origin, now_us);
  }
}

// Its leader has named other batches than its header does. The header may be notarized all the
// same, by those who were told better.
void Core::misled(Block& block) {
  misbehaved(assemblies_[block.id].from, "a proposal whose batches are not those of its header");
  block.batches.clear();
  block.misled = true;
  assemblies_.erase(block.id);
  wanted_batches_.erase(block.id);
}

void Core::record_block(Block& block) {
  if (block.recorded)
    return;
  block.recorded = true;
  pb::Record record;
  record.set_block(block.encoded);
  persist(record);
}

} // namespace tenon::consensus::bft
