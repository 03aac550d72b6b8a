// What a replica does that has missed something: it asks, of one peer after another, for blocks,
// batches and certificates of the views under way, and for the committed chain when the others have
// gone on. Nothing is believed that hashes or a quorum's signatures do not vouch for.
#include <algorithm>

#include "bft/core/core.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::consensus::bft {

namespace {

namespace pb = tenon::bft::v1;

constexpr Height kChainBlocks = 16;     // of one request
constexpr std::size_t kChainRanges = 4; // asked of different peers at the same time
constexpr std::size_t kMaxWanted = 256;
constexpr Height kChainAhead = 24; // blocks that are here and wait for their execution …
constexpr std::size_t kChainAheadBytes = 64u << 20; // … and their bytes
constexpr std::uint32_t kMaxAttempts = 40; // then a block is one that nobody has
constexpr View kLostViews = 2; // beyond the highest that others report, with votes that are lost
constexpr TimeUs kLossIntervalUs = 10'000'000; // one validator may lose its votes so often

} // namespace

std::vector<std::string> Core::live_peers() const {
  std::vector<std::string> names;
  for (const auto& [name, peer] : peers_) {
    if (peer.up)
      names.push_back(name);
  }
  return names;
}

// The hint first, then everybody in turn.
std::string Core::pick_peer(std::uint32_t attempt, const std::string& hint) const {
  const auto names = live_peers();
  if (names.empty())
    return {};
  const auto hinted = std::find(names.begin(), names.end(), hint);
  const std::size_t first =
      hinted == names.end() ? 0 : static_cast<std::size_t>(hinted - names.begin());
  return names[(first + attempt) % names.size()];
}

// When to ask again: whoever is slow to answer is not made faster by more questions.
TimeUs Core::ask_again_us(const Want& want) const {
  constexpr std::uint32_t kMaxDoublings = 4;
  const std::uint32_t doublings = std::min(std::max(want.attempts, 1U) - 1, kMaxDoublings);
  return want.asked_us + std::min(pace_.retry_wait_us() << doublings, Pacemaker::kMaxRetryUs);
}

// Time to ask, for the first time or again?
bool Core::may_ask(Want& want, TimeUs now_us) const {
  if (want.attempts > 0 && now_us < ask_again_us(want))
    return false;
  want.asked_us = now_us;
  ++want.attempts;
  return true;
}

// Nobody, when it is not time or nobody is there.
std::string Core::whom_to_ask(Want& want, const std::string& hint, TimeUs now_us) const {
  return may_ask(want, now_us) ? pick_peer(want.attempts - 1, hint) : std::string();
}

void Core::want_block(const Hash& id, const std::string& hint, TimeUs now_us) {
  if (wanted_blocks_.size() >= kMaxWanted && !wanted_blocks_.contains(id))
    return;
  const std::string peer = whom_to_ask(wanted_blocks_[id], hint, now_us);
  if (peer.empty())
    return;
  Message message = this->message();
  message.set_want_block(id.str());
  send(peer, message);
}

void Core::want_batches(const std::vector<Hash>& digests, const Hash& block,
                        const std::string& hint, TimeUs now_us) {
  Want& want = wanted_batches_[block];
  const std::string peer = whom_to_ask(want, hint, now_us);
  if (peer.empty())
    return;
  Message message = this->message();
  // Who has put the block together may have let go of its batches, and the other way round.
  if (want.attempts % 2 == 0)
    message.set_want_block(block.str());
  for (const Hash& digest : digests) {
    if (message.body_case() != Message::kWantBlock)
      message.mutable_want_batches()->add_digests(digest.str());
  }
  send(peer, message);
}

void Core::want_certificates(View first, View last, TimeUs now_us) {
  const std::string peer = whom_to_ask(wanted_certificates_,
                                       committee_->name(committee_->leader(view_)), now_us);
  if (peer.empty())
    return;
  Message message = this->message();
  message.mutable_want_certificates()->set_first(first);
  message.mutable_want_certificates()->set_last(last);
  send(peer, message);
}

void Core::on_block(const std::string& from, BytesView encoded, TimeUs now_us) {
  // Only what was asked for and is still missing: the rest is not worth looking into.
  tenon::v1::Block message;
  if (!message.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return misbehaved(from, "a block that cannot be read");
  const Hash id = crypto::sha256(message.header());
  Block* const known = blocks_.find(id);
  if (known == nullptr ? !wanted_blocks_.contains(id) : !known->encoded.empty())
    return;
  std::vector<Bytes> contents;
  auto block = block_from_message(encoded, &contents);
  if (!block)
    return misbehaved(from, "a block whose batches are not those of its header");
  // If the block is left behind, another may carry its batches.
  keep_batches(std::move(contents), from, now_us);
  if (known == nullptr) {
    if (block->height > blocks_.root().height)
      add_block(std::move(*block));
  } else if (known->encoded.empty()) {
    known->batches = std::move(block->batches);
    known->unwedge = std::move(block->unwedge);
    known->misled = false;
    known->encoded = std::move(block->encoded);
    assemblies_.erase(known->id);
    wanted_batches_.erase(known->id);
  }
}

// The committed chain is asked for where blocks are final elsewhere that are unknown here.
void Core::catch_up(TimeUs now_us) {
  if (transfer_state(now_us) || epoch_over_) {
    behind_ = false;
    return;
  }
  std::erase_if(wanted_blocks_, [this](const auto& item) {
    const Block* const block = blocks_.find(item.first);
    return item.second.attempts > kMaxAttempts || (block != nullptr && !block->encoded.empty());
  });
  std::vector<Hash> wanted;
  for (const auto& [id, want] : wanted_blocks_)
    wanted.push_back(id);
  for (const Hash& id : wanted)
    want_block(id, {}, now_us);
  // What came before its turn.
  while (!chains_.empty() && chains_.begin()->first <= final_here().height + 1) {
    const auto [from, chain] = std::move(chains_.begin()->second);
    chains_.erase(chains_.begin());
    on_chain(from, chain);
  }
  Height target = 0;
  for (const auto& [name, peer] : peers_) {
    if (peer.up)
      target = std::max(target, peer.committed);
  }
  const Block& last = final_here();
  const Height here = last.height;
  std::erase_if(wanted_chains_, [here](const auto& item) { return item.second.last <= here; });
  const bool missing = !pending_finalities_.empty() &&
                       last.id != pending_finalities_.rbegin()->second.subject.block;
  const bool stuck = has_work_ && resends_ > 0;
  const bool asks = target > here && (target > here + kExecutionLag || missing || stuck);
  if (missing && !asks)
    want_block(first_unknown(pending_finalities_.rbegin()->second.subject.block), {}, now_us);
  // The others may have gone on since they said where they are.
  const bool behind = (asks && !want_chains(target, now_us)) || (missing && !asks);
  if (behind && !behind_)
    asked_positions_us_ = now_us;
  behind_ = behind;
}

// Is there room for more that waits for its execution, and is it this committee's to certify?
bool Core::takes_more_ahead() {
  const Block& last = final_here();
  std::size_t bytes = 0;
  blocks_.for_each([&bytes](const Block& block) { bytes += block.encoded.size(); });
  tenon::v1::BlockHeader header;
  return last.height < blocks_.root().height + kChainAhead && bytes < kChainAheadBytes &&
         header.ParseFromString(last.header) && header.validators() == header.next_validators();
}

// In ranges, each of another peer. False when nobody is known to have the first of them.
bool Core::want_chains(Height target, TimeUs now_us) {
  const Height here = final_here().height;
  if (here > blocks_.root().height && !takes_more_ahead()) {
    wanted_chains_.clear();
    return true;
  }
  const std::size_t ranges = std::max<std::size_t>(1, std::min(kChainRanges, live_peers().size()));
  Height first = here + 1;
  for (std::size_t range = 0; range < ranges && first <= target; ++range) {
    if (const auto early = chains_.find(first); early != chains_.end()) {
      first += static_cast<Height>(early->second.second.blocks_size());
      continue;
    }
    auto found = wanted_chains_.upper_bound(first);
    if (found == wanted_chains_.begin() || std::prev(found)->second.last < first) {
      const Height next = found == wanted_chains_.end() ? target + 1 : found->first;
      const Height last = std::min({target, first + kChainBlocks - 1, next - 1});
      found = wanted_chains_.emplace_hint(found, first, WantChain{{}, last});
    } else {
      --found;
    }
    WantChain& want = found->second;
    if (may_ask(want, now_us) && !ask_for_chain(first, want, range) && range == 0)
      return false;
    first = want.last + 1;
  }
  return true;
}

bool Core::ask_for_chain(Height first, WantChain& want, std::size_t range) {
  // Who did not keep its word is asked again once it has given it again.
  if (const auto failed = peers_.find(want.peer); failed != peers_.end() && want.attempts > 2)
    failed->second.committed = std::min(failed->second.committed, first - 1);
  want.peer.clear();
  std::vector<std::string> able;
  for (const auto& [name, peer] : peers_) {
    if (peer.up && peer.committed >= first && peer.oldest <= first)
      able.push_back(name);
  }
  if (able.empty())
    return false;
  want.peer = able[(range + want.attempts - 1) % able.size()];
  Message message = this->message();
  message.mutable_want_chain()->set_first(first);
  message.mutable_want_chain()->set_last(want.last);
  send(want.peer, message);
  return true;
}

// Going down from the block towards the root: what has to come next.
Hash Core::first_unknown(const Hash& id) const {
  Hash at = id;
  for (const Block* block = blocks_.find(at);
       block != nullptr && !block->encoded.empty() && block->height > blocks_.root().height;
       block = blocks_.find(at))
    at = block->parent;
  return at;
}

void Core::on_chain(const std::string& from, const pb::Chain& chain) {
  if (takes_over())
    return;
  const Height here = final_here().height;
  if (chain.blocks_size() == 0 ||
      chain.first() + static_cast<Height>(chain.blocks_size()) <= here + 1)
    return;
  // What belongs to the next epoch waits until that has begun.
  if (chain.first() > here + 1 || epoch_over_) {
    if (chains_.size() < kChainRanges && wanted_chains_.erase(chain.first()) > 0)
      chains_.emplace(chain.first(), std::pair(from, chain));
    return;
  }
  if (!take_chain(chain))
    misbehaved(from, "a chain of blocks that no quorum has made final");
}

// Blocks that link up with what is final here, the last of them certified: then all of them are.
bool Core::take_chain(const pb::Chain& chain) {
  const auto certificate = from_ledger(chain.certificate());
  std::vector<Block> blocks;
  Hash parent = final_here().id;
  Height height = final_here().height;
  for (const Bytes& encoded : chain.blocks()) {
    auto block = block_from_message(encoded, nullptr);
    if (!block)
      return false;
    if (block->height <= height && blocks.empty())
      continue; // come on another way meanwhile
    if (block->parent != parent || block->height != height + 1)
      return false;
    if (block->epoch != committee_->epoch())
      return true; // another committee's to certify: of no use yet
    parent = block->id;
    height = block->height;
    blocks.push_back(std::move(*block));
  }
  if (!certificate || certificate->subject.block != parent)
    return blocks.empty();
  if (blocks.empty())
    return true;
  if (!committee_->verify(scheme_, *certificate))
    return false;
  for (Block& block : blocks) {
    if (Block* const known = blocks_.find(block.id); known != nullptr) {
      if (known->encoded.empty()) {
        known->batches = std::move(block.batches);
        known->unwedge = std::move(block.unwedge);
        known->misled = false;
        known->encoded = std::move(block.encoded);
      }
      known->verified = true;
      continue;
    }
    block.verified = true;
    ++counters_.chain_blocks;
    add_block(std::move(block));
  }
  accept(*certificate, seen_us_);
  return true;
}

// A replica that lost its log may have voted in any view that a quorum, itself included, had
// reached. Of n - q + f + 1 others that say where they are now, f + 1 were among those, so at least
// one that is honest; beyond the highest of their views and the next, nothing can have been said.
void Core::regain_vote() {
  const std::size_t enough =
      committee_->size() - committee_->quorum() + committee_->max_byzantine() + 1;
  if (reported_views_.size() < enough)
    return;
  View highest = view_;
  for (const auto& [validator, view] : reported_views_)
    highest = std::max(highest, view);
  silent_below_ = highest + kLostViews;
  persist(loss_record());
  asked_positions_us_ = seen_us_;
  broadcast(position_message());
}

// A network with nothing to do stays in its view, and whoever waits for a later one would wait with
// it: views that lead nowhere are given up for its sake.
void Core::await_view(ValidatorIndex of, View votes_from, TimeUs now_us) {
  if (votes_from <= view_ || votes_from > view_ + kLostViews)
    return;
  auto& [view, since_us] = awaited_views_[of];
  if (view != 0 && view != votes_from && now_us - since_us < kLossIntervalUs)
    return; // a liar who wants views to pass for ever
  view = votes_from;
  since_us = now_us;
}

bool Core::awaits_later_view() const {
  return std::any_of(awaited_views_.begin(), awaited_views_.end(),
                     [this](const auto& item) { return item.second.first > view_; });
}

bool Core::asks_positions() const {
  return behind_ || (log_lost_ && (!silent_below_ || view_ < *silent_below_));
}

std::optional<Bytes>
encode_chain(const ServeChain& request,
             FunctionRef<Result<std::optional<CommittedBlock>>(Height height)> read) {
  pb::Message message;
  message.set_epoch(request.epoch);
  pb::Chain& chain = *message.mutable_chain();
  chain.set_first(request.first);
  std::size_t bytes = 0;
  int certified = 0; // blocks up to and with the last that is certified by itself
  std::uint64_t epoch = 0;
  // A block without a certificate of its own is followed closely by one that has it.
  const Height last = std::min(request.last, request.first + kChainBlocks - 1) + kExecutionLag;
  for (Height height = request.first; height <= last; ++height) {
    if (height > request.last && certified > 0)
      break;
    const auto block = read(height);
    if (!block.ok() || !*block)
      break;
    tenon::v1::Block decoded;
    tenon::v1::BlockHeader header;
    if (!decoded.ParseFromString((*block)->block) || !header.ParseFromString(decoded.header()))
      break;
    if (height > request.first && header.epoch() != epoch)
      break; // another set certifies what follows
    epoch = header.epoch();
    bytes += (*block)->block.size();
    if (certified > 0 && bytes > request.max_bytes)
      break;
    chain.add_blocks((*block)->block);
    const auto certificate = from_ledger((*block)->certificate);
    if (certificate && certificate->subject.block == crypto::sha256(decoded.header())) {
      certified = chain.blocks_size();
      chain.set_certificate((*block)->certificate);
    }
  }
  if (certified == 0)
    return std::nullopt;
  while (chain.blocks_size() > certified)
    chain.mutable_blocks()->RemoveLast();
  return message.SerializeAsString();
}

} // namespace tenon::consensus::bft
