#include "simulation/villain.hpp"

#include "simulation/node.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::simulation {

namespace {

namespace pb = ::tenon::bft::v1;

constexpr std::size_t kRemembered = 96;
constexpr std::size_t kRecent = 6; // blocks that may still matter
constexpr std::uint64_t kMaxFloods = 6;
constexpr std::uint64_t kFar = 1ull << 40;

template <typename Items, typename Item> void keep(Items& items, Item item) {
  items.push_back(std::move(item));
  if (items.size() > kRemembered)
    items.pop_front();
}

} // namespace

const char* to_text(Trick trick) {
  static constexpr const char* kNames[kTricks] = {
      "twins",          "equivocation",  "withheld payload", "replay",        "both votes",
      "garbage",        "wrong result",  "wrong proposal",   "uncovered",     "lying chain",
      "lying position", "silent leader", "selective",        "bad signature", "flood",
      "lying state",    "stale state"};
  return kNames[static_cast<std::size_t>(trick)];
}

Villain::Villain(std::string name, std::vector<std::string> everybody, Random& random,
                 Network& network)
    : name_(std::move(name)), everybody_(std::move(everybody)), random_(random), network_(network) {
}

void Villain::choose(std::set<Trick> tricks) {
  tricks_ = std::move(tricks);
  floods_ = 0;
  shunned_.clear();
  for (const std::string& name : everybody_) {
    if (random_.chance(0.4))
      shunned_.insert(name);
  }
}

bool Villain::plays(Trick trick, double probability) {
  if (!plays(trick) || !random_.chance(probability))
    return false;
  count(trick);
  return true;
}

void Villain::say(const std::string& to, const Message& message) {
  say(to, message.SerializeAsString());
}

void Villain::say(const std::string& to, Bytes frame) {
  network_.send(name_, to, 0, std::make_shared<const Bytes>(std::move(frame)));
}

void Villain::vote(const bft::Core& core, const std::string& to, const bft::VoteSubject& subject) {
  const bft::Committee& committee = core.committee();
  if (!committee.own())
    return;
  const Bytes bytes = bft::signing_bytes(committee.chain(), committee.epoch(), subject);
  Message message;
  message.set_epoch(committee.epoch());
  bft::to_message(bft::Vote{subject, *committee.own(),
                            SimulatedScheme::signature(crypto::sha256(name_).view(), bytes)},
                  *message.mutable_vote());
  say(to, message);
}

void Villain::hear(const Bytes& frame) {
  Message message;
  if (message.ParseFromString(frame))
    remember(message);
}

void Villain::remember(const Message& message) {
  if (message.has_proposal()) {
    const pb::Proposal& proposal = message.proposal();
    keep(headers_, proposal.header());
    proposed_[proposal.view()] = crypto::sha256(proposal.header());
    if (proposed_.size() > kRemembered)
      proposed_.erase(proposed_.begin());
    if (proposal.has_justification())
      keep(certificates_, proposal.justification());
    if (proposal.has_finality())
      keep(certificates_, proposal.finality());
  }
  if (message.has_certificates() && message.certificates().certificates_size() > 0)
    keep(certificates_, message.certificates().certificates(0));
  if (message.has_position() && message.position().has_finality())
    keep(certificates_, message.position().finality());
}

const Bytes& Villain::recent_header() {
  return headers_[headers_.size() - 1 - random_.below(std::min(kRecent, headers_.size()))];
}

// A proposal of its own: is there to be another one beside it?
void Villain::prepare(const bft::Core& core, const Message& message) {
  if (!message.has_proposal())
    return;
  const pb::Proposal& proposal = message.proposal();
  v1::BlockHeader header;
  if (proposal.carried() || !header.ParseFromString(proposal.header()))
    return;
  Rival rival;
  rival.first = crypto::sha256(proposal.header());
  if (plays(Trick::kUncovered, 0.6) && !headers_.empty()) {
    v1::BlockHeader base;
    const Bytes& chosen = recent_header();
    if (!base.ParseFromString(chosen) || base.epoch() != core.epoch())
      return;
    header.set_parent(crypto::sha256(chosen).str());
    header.set_height(base.height() + 1);
    rival.told_second.insert(everybody_.begin(), everybody_.end());
  } else if (plays(Trick::kEquivocate, 0.7)) {
    header.set_record_time_us(header.record_time_us() + 7);
    for (const std::string& name : everybody_) {
      if (random_.chance(0.5))
        rival.told_second.insert(name);
      if (random_.chance(0.4))
        rival.told_both.insert(name);
    }
  } else {
    return;
  }
  rival.header = header.SerializeAsString();
  rival.second = crypto::sha256(rival.header);
  rivals_[proposal.view()] = std::move(rival);
  if (rivals_.size() > kRemembered)
    rivals_.erase(rivals_.begin());
}

void Villain::send(const bft::Core& core, const bft::Send& send) {
  Message message;
  if (!message.ParseFromString(*send.frame))
    return;
  prepare(core, message);
  remember(message);
  if (message.has_vote())
    keep(votes_, message.vote());
  for (const std::string& to : everybody_) {
    if (to == name_ || (!send.to.empty() && to != send.to))
      continue;
    if (shunned_.contains(to) && plays(Trick::kSelective, 1))
      continue;
    Message altered = message;
    if (alter(core, to, altered))
      network_.send(name_, to, static_cast<std::uint32_t>(send.lane),
                    std::make_shared<const Bytes>(altered.SerializeAsString()));
    add_to(core, to, *send.frame);
  }
}

bool Villain::alter(const bft::Core& core, const std::string& to, Message& message) {
  switch (message.body_case()) {
  case Message::kProposal:
    return alter_proposal(to, message);
  case Message::kVote:
    alter_vote(core, to, message);
    return true;
  case Message::kBatches:
  case Message::kBlock:
    return !plays(Trick::kWithhold, 0.8);
  case Message::kPosition:
    if (plays(Trick::kLyingPosition, 0.6)) {
      pb::Position& position = *message.mutable_position();
      position.set_view(position.view() + random_.below(kFar));
      position.set_height(random_.below(kFar));
      position.set_committed(random_.below(kFar));
    }
    return true;
  default:
    return true;
  }
}

bool Villain::alter_proposal(const std::string& to, Message& message) {
  pb::Proposal& proposal = *message.mutable_proposal();
  if (plays(Trick::kSilentLeader, 1))
    return false;
  const auto rival = rivals_.find(proposal.view());
  if (rival != rivals_.end() && !proposal.carried()) {
    if (rival->second.told_both.contains(to))
      say(to, message);
    if (rival->second.told_second.contains(to) || rival->second.told_both.contains(to))
      proposal.set_header(rival->second.header);
  } else if (!headers_.empty() && plays(Trick::kUncovered, 0.3)) {
    // Once more something that may never have been notarized.
    proposal.clear_batches();
    proposal.set_carried(true);
    proposal.set_header(recent_header());
  }
  if (plays(Trick::kWrongProposal, 0.7))
    spoil(proposal);
  if (plays(Trick::kWithhold, 0.7)) {
    for (pb::BatchReference& reference : *proposal.mutable_batches())
      reference.clear_contents();
  }
  return true;
}

void Villain::spoil(pb::Proposal& proposal) {
  v1::BlockHeader header;
  static_cast<void>(header.ParseFromString(proposal.header()));
  switch (random_.below(8)) {
  case 0:
    header.set_height(header.height() + 1 + random_.below(3));
    break;
  case 1:
    header.set_parent(crypto::sha256(header.parent()).str());
    break;
  case 2:
    header.set_transactions_root(crypto::sha256(header.transactions_root()).str());
    break;
  case 3:
    header.set_epoch(header.epoch() + 1);
    break;
  case 4:
    proposal.set_view(proposal.view() + random_.below(5));
    break;
  case 5:
    header.set_view(header.view() + random_.below(3));
    break;
  case 6:
    proposal.clear_justification();
    proposal.clear_finality();
    break;
  default:
    proposal.add_batches()->set_digest(crypto::sha256(proposal.header()).str());
    break;
  }
  proposal.set_header(header.SerializeAsString());
}

void Villain::alter_vote(const bft::Core& core, const std::string& to, Message& message) {
  const auto honest = bft::from_message(message.vote());
  if (!honest)
    return;
  bft::VoteSubject subject = honest->subject;
  if (const auto rival = rivals_.find(subject.view); rival != rivals_.end() &&
                                                     subject.block == rival->second.first &&
                                                     rival->second.told_second.contains(to)) {
    subject.block = rival->second.second;
    vote(core, to, subject); // before the other, which counts no more
  }
  if (subject.kind == bft::VoteKind::kFinalize && plays(Trick::kWrongResult, 0.7)) {
    subject.result = crypto::sha256(subject.result.view());
    vote(core, to, subject);
  }
  if (subject.kind == bft::VoteKind::kFinalize && plays(Trick::kBothVotes, 0.7))
    vote(core, to, {bft::VoteKind::kNullify, subject.view, {}, {}});
  if (subject.kind == bft::VoteKind::kNullify && plays(Trick::kBothVotes, 0.7)) {
    if (const auto block = proposed_.find(subject.view); block != proposed_.end()) {
      vote(core, to, {bft::VoteKind::kFinalize, subject.view, block->second, block->second});
      vote(core, to, {bft::VoteKind::kNotarize, subject.view, block->second, {}});
    }
  }
  if (plays(Trick::kBadSignature, 0.7)) {
    Bytes& signature = *message.mutable_vote()->mutable_signature();
    signature[random_.below(signature.size())] ^= 1;
  }
}

// What goes out beside what the core wanted to say.
void Villain::add_to(const bft::Core& core, const std::string& to, const Bytes& frame) {
  if (plays(Trick::kGarbage, 0.15)) {
    Bytes junk = frame.substr(0, random_.below(frame.size()));
    if (random_.chance(0.5)) {
      for (char& byte : junk)
        byte = static_cast<char>(random_.next());
    }
    say(to, std::move(junk));
  }
  if (plays(Trick::kGarbage, 0.02)) {
    Message message;
    message.set_epoch(core.epoch());
    message.mutable_batches()->add_batches("not a batch " + std::to_string(random_.next()));
    say(to, message);
  }
  if (plays(Trick::kReplay, 0.15))
    replay(core, to);
  if (floods_ < kMaxFloods && plays(Trick::kFlood, 0.02))
    flood(core, to);
}

void Villain::replay(const bft::Core& core, const std::string& to) {
  Message message;
  message.set_epoch(core.epoch());
  if (!votes_.empty() && random_.chance(0.3)) {
    *message.mutable_vote() = votes_[random_.below(votes_.size())];
    return say(to, message);
  }
  for (int i = 0; i < 3 && !certificates_.empty(); ++i)
    *message.mutable_certificates()->add_certificates() =
        certificates_[random_.below(certificates_.size())];
  if (message.has_certificates())
    say(to, message);
}

void Villain::flood(const bft::Core& core, const std::string& to) {
  ++floods_;
  Message message;
  message.set_epoch(core.epoch());
  for (int i = 0; i < 20; ++i) {
    message.mutable_batches()->add_batches(
        batch_of({"flood-" + std::to_string(random_.next()) + std::string(2'000, 'f')}));
  }
  say(to, message);
}

namespace {

void flip_a_bit(Bytes& bytes, Random& random) {
  if (!bytes.empty())
    bytes[random.below(bytes.size())] ^= static_cast<char>(1u << random.below(8));
}

void alter_offer(Bytes& encoded, Random& random) {
  v1::StateTarget target;
  if (!target.ParseFromString(encoded))
    return;
  v1::LedgerProof& proof = *target.mutable_proof();
  switch (random.below(6)) {
  case 0:
    flip_a_bit(*proof.mutable_header(), random);
    break;
  case 1:
    flip_a_bit(*proof.mutable_result_header(), random);
    break;
  case 2:
    flip_a_bit(*proof.mutable_certificate(), random);
    break;
  case 3:
    target.set_body(target.body() + batch_of({"x"}));
    break;
  case 4:
    proof.clear_handovers();
    break;
  default:
    if (proof.handovers_size() > 0)
      flip_a_bit(*proof.mutable_handovers(0)->mutable_certificate(), random);
    break;
  }
  encoded = target.SerializeAsString();
}

} // namespace

void Villain::give(const bft::Core& core, const std::string& to, Bytes frame) {
  Message message;
  if (!plays(Trick::kLyingState, 0.8) || !message.ParseFromString(frame))
    return say(to, std::move(frame));
  message.set_epoch(core.epoch());
  if (message.has_target()) {
    alter_offer(*message.mutable_target(), random_);
    return say(to, message);
  }
  pb::StateRange& range = *message.mutable_range();
  switch (random_.below(5)) {
  case 0:
    return; // nothing at all
  case 1:
    range.clear_range();
    break;
  case 2:
    range.mutable_range()->resize(range.range().size() / 2);
    break;
  case 3:
    range.set_height(range.height() + 1);
    break;
  default:
    flip_a_bit(*range.mutable_range(), random_);
    break;
  }
  say(to, message);
}

// Of the chain that is asked of it.
void Villain::serve(const bft::Core& core, const std::string& to, Bytes frame) {
  Message message;
  if (!plays(Trick::kLyingChain, 0.9) || !message.ParseFromString(frame))
    return say(to, std::move(frame));
  pb::Chain& chain = *message.mutable_chain();
  const int last = chain.blocks_size() - 1;
  switch (random_.below(6)) {
  case 0: {
    Bytes& block = *chain.mutable_blocks(
        static_cast<int>(random_.below(static_cast<std::uint64_t>(last) + 1)));
    block[random_.below(block.size())] ^= 1;
    break;
  }
  case 1:
    chain.mutable_certificate()->back() ^= 1;
    break;
  case 2:
    chain.mutable_blocks()->RemoveLast();
    break;
  case 3:
    for (int i = 0; i < 200; ++i)
      *chain.add_blocks() = chain.blocks(last);
    break;
  case 4:
    chain.set_first(chain.first() + random_.below(20));
    break;
  default:
    if (!certificates_.empty()) {
      if (const auto other = bft::from_message(certificates_.back()))
        chain.set_certificate(bft::to_ledger(*other));
    }
    break;
  }
  message.set_epoch(core.epoch());
  say(to, message);
}

} // namespace tenon::simulation
