// Execution beside the votes for the order, final votes for the result, commits. A block and its
// ancestors are final when a quorum has signed one result of it; nothing else makes them so.
#include <algorithm>

#include "bft/core/core.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr std::size_t kMaxPendingFinalities = 64;
constexpr std::size_t kMaxStaged = 48; // the host keeps 64
constexpr std::size_t kMaxRunningBytes = 32u << 20;

} // namespace

Block& Core::add_block(Block block) {
  Block& added = blocks_.insert(std::move(block));
  if (const auto notarized = notarized_.find(added.id); notarized != notarized_.end())
    added.notarized = std::max(added.notarized.value_or(0), notarized->second);
  wanted_blocks_.erase(added.id);
  return added;
}

// The block and those below it, in order: each runs on its parent's state.
void Core::request_execution(const Hash& id) {
  if (takes_over())
    return; // the state that it would run on is about to go
  const auto path = blocks_.path(id);
  if (!path)
    return;
  std::size_t staged = 0;
  std::size_t running_bytes = 0;
  for (Block* const block : *path) {
    // The others wait until some of these are executed, or final.
    if (++staged > kMaxStaged || running_bytes > kMaxRunningBytes)
      return;
    if (block->execution == Block::Execution::kRunning)
      running_bytes += block->encoded.size();
    if (block->execution != Block::Execution::kNone)
      continue;
    if (block->encoded.empty() && !assemble(*block, seen_us_))
      return;
    make_room(*path);
    block->execution = Block::Execution::kRunning;
    running_bytes += block->encoded.size();
    actions_.push_back(Execute{block->id, block->encoded});
  }
}

// The ledger keeps so many results that are not final, and no more: those of views that were given
// up go first. Should one of them be needed after all, it is executed again.
void Core::make_room(const std::vector<Block*>& path) {
  std::vector<Block*> others;
  std::size_t staged = 0;
  blocks_.for_each([&](Block& block) {
    if (block.execution == Block::Execution::kNone)
      return;
    ++staged;
    if (std::find(path.begin(), path.end(), &block) == path.end())
      others.push_back(&block);
  });
  if (staged < kMaxStaged)
    return;
  // Children before their parents: dropping a parent drops them too.
  std::sort(others.begin(), others.end(),
            [](const Block* a, const Block* b) { return a->height > b->height; });
  for (Block* const block : others) {
    block->execution = Block::Execution::kNone;
    actions_.push_back(Abandon{block->id});
  }
}

void Core::executed(const Hash& id, const Result<Hash>& result, Height epoch_end, TimeUs now_us) {
  Block* const block = blocks_.find(id);
  if (block == nullptr || halted_ || block->execution != Block::Execution::kRunning)
    return; // left behind meanwhile
  if (result.ok()) {
    block->execution = Block::Execution::kDone;
    block->result = *result;
    block->epoch_end = epoch_end;
    if (const auto signed_before = book_->own_result(id);
        signed_before && *signed_before != *result)
      halt(fault("block " + std::to_string(block->height) +
                 " gave another result than before this replica restarted: expected " +
                 to_hex(signed_before->view()) + ", for which it has voted, found " +
                 to_hex(result->view())));
  } else if (result.status().fault() || block->notarized) {
    // A quorum found that it follows the rules, so what fails is this replica.
    halt(result.status().with_context("block " + std::to_string(block->height) +
                                      " could not be executed"));
  } else {
    block->execution = Block::Execution::kNone;
    block->verified = false;
    if (const auto proposed = proposals_.find(view_);
        proposed != proposals_.end() && proposed->second.block == id) {
      proposed->second.refused = true;
      nullify("its block cannot be executed");
    }
  }
  progress(now_us);
}

bool Core::cast_final_votes() {
  bool cast_any = false;
  to_finalize_.erase(to_finalize_.begin(), to_finalize_.upper_bound(final_view()));
  for (auto at = to_finalize_.begin(); at != to_finalize_.end();) {
    const View view = *at;
    const VoteBook::Own& own = book_->own(view);
    const Certificate* const notarization = book_->known(VoteKind::kNotarize, view);
    // Nothing is said of what is known to be final.
    const bool settled =
        !pending_finalities_.empty() && view <= pending_finalities_.rbegin()->first;
    if (own.nullified || own.finalized || notarization == nullptr || settled) {
      at = to_finalize_.erase(at);
      continue;
    }
    const Hash id = notarization->subject.block;
    Block* const block = blocks_.find(id);
    if (block == &blocks_.root() && block->encoded.empty()) {
      // Carried after it had become final; this replica started on it, or took over its state, and
      // so has not the block to write before it votes. Whoever needs it gets its certificate.
      at = to_finalize_.erase(at);
      continue;
    }
    if (block == nullptr || block->execution != Block::Execution::kDone || !can_vote(view) ||
        !blocks_.path(id)) {
      if (block != nullptr)
        request_execution(id);
      if (!blocks_.path(id))
        want_block(first_unknown(id), {}, seen_us_);
      ++at;
      continue;
    }
    record_block(*block);
    cast({VoteKind::kFinalize, view, id, block->result});
    at = to_finalize_.erase(at);
    cast_any = true;
  }
  return cast_any;
}

void Core::learn_finality(const Certificate& certificate) {
  if (certificate.subject.view <= final_view())
    return;
  pending_finalities_.emplace(certificate.subject.view, certificate);
  if (pending_finalities_.size() <= kMaxPendingFinalities)
    return;
  // The latest covers all before; earlier ones are steps on the way there, where their blocks
  // stand on the root.
  const auto latest = std::prev(pending_finalities_.end());
  const auto useless =
      std::find_if(pending_finalities_.begin(), latest, [this](const auto& pending) {
        return !blocks_.path(pending.second.subject.block);
      });
  pending_finalities_.erase(useless == latest ? pending_finalities_.begin() : useless);
}

// The last block that is known to be final and is here with all below it, of those that can be
// executed before anything else has to become final.
const Block& Core::final_here() {
  for (auto at = pending_finalities_.rbegin(); at != pending_finalities_.rend(); ++at) {
    const auto path = blocks_.path(at->second.subject.block);
    if (path && !path->empty() && path->size() <= kMaxStaged &&
        std::none_of(path->begin(), path->end(),
                     [](const Block* block) { return block->encoded.empty(); }))
      return *path->back();
  }
  return blocks_.root();
}

bool Core::finalize() {
  if (takes_over())
    return false;
  for (auto at = pending_finalities_.rbegin(); at != pending_finalities_.rend(); ++at) {
    const Certificate& certificate = at->second;
    Block* const block = blocks_.find(certificate.subject.block);
    const auto path = blocks_.path(certificate.subject.block);
    if (block == nullptr || !path)
      continue;
    if (block != &blocks_.root() && block->execution != Block::Execution::kDone) {
      request_execution(block->id);
      continue;
    }
    if (block != &blocks_.root() && block->result != certificate.subject.result) {
      halt(fault("the validators made another result of block " + std::to_string(block->height) +
                 " final: expected " + to_hex(block->result.view()) +
                 ", which was computed here, found " + to_hex(certificate.subject.result.view())));
      return false;
    }
    const Certificate taken = certificate;
    commit_up_to(taken, *path);
    return true;
  }
  return false;
}

void Core::abandon(const std::vector<Hash>& blocks) {
  for (const Hash& id : blocks) {
    ++counters_.abandoned_blocks;
    actions_.push_back(Abandon{id});
  }
}

void Core::commit_up_to(const Certificate& certificate, const std::vector<Block*>& path) {
  const View view = certificate.subject.view;
  for (const Block* const block : path) {
    for (const Hash& batch : block->batches)
      pool_.finish(batch);
    assemblies_.erase(block->id);
    results_.erase(block->id);
    notarized_.erase(block->id);
  }
  if (!path.empty()) {
    counters_.final_blocks += path.size();
    counters_.indirectly_final_blocks += path.size() - 1;
    actions_.push_back(Commit{path.back()->id, path.back()->height, to_ledger(certificate)});
    abandon(blocks_.advance_root(certificate.subject.block));
    abandon(blocks_.shrink(kMaxBlocks));
  }
  Block& root = blocks_.root();
  root.notarized = std::max(root.notarized.value_or(0), view);
  finality_ = certificate;
  result_split_ = false;
  pending_finalities_.erase(pending_finalities_.begin(), pending_finalities_.upper_bound(view));
  book_->forget_below(final_view());
  std::erase_if(assemblies_,
                [this](const auto& item) { return blocks_.find(item.first) == nullptr; });
  std::erase_if(wanted_batches_,
                [this](const auto& item) { return blocks_.find(item.first) == nullptr; });
  std::erase_if(notarized_, [this](const auto& item) { return item.second <= final_view(); });
  std::erase_if(results_, [this](const auto& item) { return !blocks_.find(item.first); });
  if (tip_view_ <= final_view()) {
    tip_view_ = final_view();
    tip_ = root.id;
  }
  epoch_over_ = root.epoch_end != 0 && root.height >= root.epoch_end;
}

// Honest replicas that disagree on a result mean that one of them, or an engine, is broken. As long
// as a quorum may still agree it is that replica's affair.
void Core::watch_for_split(const Vote& vote) {
  auto& results = results_[vote.subject.block];
  results.emplace(vote.validator, vote.subject.result);
  std::map<Hash, std::size_t> counts;
  std::size_t most = 0;
  for (const auto& [validator, result] : results)
    most = std::max(most, ++counts[result]);
  if (most + (committee_->size() - results.size()) >= committee_->quorum())
    return;
  result_split_ = true;
}

void Core::begin_epoch(tenon::v1::ValidatorSet validators, TimeUs now_us) {
  if (!epoch_over_ || halted_)
    return;
  change_committee(std::move(validators));
  Block root = blocks_.root();
  root.notarized = 0;
  root.epoch_end = 0;
  blocks_.reset(std::move(root));
  tip_ = blocks_.root().id;
  tip_view_ = 0;
  view_ = 1;
  view_since_us_ = now_us;
  epoch_over_ = false;
  restore_kept(now_us);
  rewrite_log();
  Message where = position_message();
  broadcast(where);
  progress(now_us);
}

// Nothing that was said in an earlier epoch means anything in this one.
void Core::change_committee(tenon::v1::ValidatorSet validators) {
  committee_ =
      std::make_unique<Committee>(chain_, std::move(validators), own_key_, settings_.term_length);
  book_ = std::make_unique<VoteBook>(*committee_, scheme_);
  ++counters_.epochs;
  work_since_us_.reset();
  proposals_.clear();
  assemblies_.clear();
  to_finalize_.clear();
  touched_.clear();
  notarized_.clear();
  finality_.reset();
  pending_finalities_.clear();
  results_.clear();
  pending_votes_.clear();
  reported_views_.clear();
  awaited_views_.clear();
  // Who had its vote back in the epoch that ends has forgotten nothing of the next: it votes in an
  // epoch only once the last block before is on stable storage, which has been so just now.
  log_lost_ = log_lost_ && !silent_below_;
  silent_below_.reset();
  wanted_blocks_.clear();
  wanted_batches_.clear();
  pace_.reset();
}

} // namespace tenon::consensus::bft
