#include "simulation/checker.hpp"

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::simulation {

namespace pb = ::tenon::bft::v1;
using bft::VoteKind;

namespace {

// What a replica may hold at most, in items.
constexpr std::size_t kMostBlocks = 300;
constexpr std::size_t kViewWindow = 256;
constexpr std::size_t kMostProposals = 5;
constexpr std::size_t kMostWants = 600;
constexpr std::size_t kMostFinalities = 64 + 16;

} // namespace

Checker::Checker(Members members) : witness_(std::move(members)) {}

void Checker::complain(std::string what) {
  if (complaint_.empty())
    complaint_ = std::move(what);
}

void Checker::distrust(const std::string& node) {
  distrusted_.insert(node);
  witness_.distrust(node);
}

void Checker::remember(BytesView what) {
  history_ = crypto::sha256({history_.view(), what});
}

void Checker::restarted(const std::string& node, bft::Height height) {
  Validator& validator = validators_[node];
  validator.start = height;
  validator.height = height;
}

void Checker::committed(const std::string& node, const ModelBlock& block) {
  remember(node);
  remember(block.id.view());
  if (distrusted_.contains(node))
    return;
  const auto [known, fresh] =
      blocks_.try_emplace(block.height, std::pair(block.id, block.state.result));
  const auto taken_over = imported_.find(block.height);
  if (known->second != std::pair(block.id, block.state.result) ||
      (taken_over != imported_.end() && taken_over->second != known->second)) {
    complain("fork: " + node + " commits another block or result at height " +
             std::to_string(block.height) + " than others did");
  }
  validators_[node].height = block.height;
  check_certificate(node, block);
  if (fresh)
    first_committed(node, block);
}

void Checker::imported(const std::string& node, const ModelBlock& block) {
  remember(node);
  remember(block.id.view());
  if (distrusted_.contains(node))
    return;
  const std::pair what(block.id, block.state.result);
  const auto committed = blocks_.find(block.height);
  const auto known = imported_.try_emplace(block.height, what).first;
  if (known->second != what || (committed != blocks_.end() && committed->second != what))
    complain("fork: " + node + " takes over another state at height " +
             std::to_string(block.height) + " than others have");
  v1::ResultHeader result;
  if (!result.ParseFromString(block.state.result_header) ||
      result.state_root() != block.state.root().view())
    complain(node + " takes over a state with another root than was certified");
  restarted(node, block.height);
}

void Checker::first_committed(const std::string& node, const ModelBlock& block) {
  for (const Bytes& transaction : block.state.accepted) {
    if (!final_transactions_.insert(transaction).second)
      complain("a transaction takes effect twice, the second time in block " +
               std::to_string(block.height) + ", which " + node + " commits");
  }
  v1::Block message;
  v1::BlockHeader header;
  if (!message.ParseFromString(block.block) || !header.ParseFromString(message.header()))
    return complain(node + " commits something that is not a block");
  for (const Bytes& batch : message.body().batches())
    final_batches_[crypto::sha256(batch)] = block.height;
  witness_.block(block.id, header);
  if (block.height == 1)
    witness_.ends_epoch(Hash::from_view_or_zero(header.parent()), block.state.epoch);
  if (block.state.epoch_end == block.height)
    witness_.ends_epoch(block.id, block.state.epoch + 1);
}

void Checker::check_certificate(const std::string& node, const ModelBlock& block) {
  const auto certificate = bft::from_ledger(block.certificate);
  if (!certificate)
    return complain(node + " commits block " + std::to_string(block.height) +
                    " without a certificate");
  // The same one on several replicas, or for several blocks, is checked once; which of its possible
  // signers it names is the replicas' affair, that they are a quorum is not.
  const Witness::Epoch& set = witness_.epoch(block.state.epoch);
  if (certificate->signatures.size() < set.quorum)
    return complain(node + " commits block " + std::to_string(block.height) + " without a quorum");
  if (!checked_.emplace(block.height, certificate->subject).second)
    return;
  for (const auto& [validator, signature] : certificate->signatures) {
    if (validator >= set.names.size())
      return complain(node + " commits with the signature of nobody");
    const std::string& name = set.names[validator];
    const Bytes message = bft::signing_bytes(Hash{}, block.state.epoch, certificate->subject);
    if (SimulatedScheme::signature(crypto::sha256(name).view(), message) != signature)
      complain(node + " commits block " + std::to_string(block.height) +
               " with a wrong signature of " + name);
    if (!distrusted_.contains(name) &&
        !validators_[name].written.contains({block.state.epoch, certificate->subject}))
      complain("block " + std::to_string(block.height) + " is certified by " + name +
               ", which has not written its vote: " + bft::to_text(certificate->subject));
  }
}

void Checker::sent(const std::string& node, const bft::Send& send) {
  remember(send.to);
  remember(*send.frame);
  if (distrusted_.contains(node) || send.lane == bft::Lane::kBulk)
    return;
  pb::Message message;
  if (!message.ParseFromString(*send.frame))
    return complain(node + " sends something that is not a message");
  switch (message.body_case()) {
  case pb::Message::kVote: {
    const auto vote = bft::from_message(message.vote());
    if (!vote)
      return complain(node + " sends a malformed vote");
    return sent_vote(node, message.epoch(), *vote);
  }
  case pb::Message::kProposal:
    if (message.proposal().has_justification())
      seen(node, message.epoch(), message.proposal().justification());
    if (message.proposal().has_finality())
      seen(node, message.epoch(), message.proposal().finality());
    return sent_proposal(node, message.proposal());
  case pb::Message::kCertificates:
    for (const pb::Certificate& certificate : message.certificates().certificates())
      seen(node, message.epoch(), certificate);
    return;
  case pb::Message::kPosition:
    if (message.position().has_finality())
      seen(node, message.epoch(), message.position().finality());
    if (message.position().has_entry())
      seen(node, message.epoch(), message.position().entry());
    return;
  default:
    return;
  }
}

void Checker::sent_vote(const std::string& node, std::uint64_t epoch, const bft::Vote& vote) {
  const bft::VoteSubject& subject = vote.subject;
  Validator& validator = validators_[node];
  Said& said = validator.said[{epoch, subject.view}];
  const auto [earlier, first] = said.by_kind.try_emplace(subject.kind, subject);
  if (earlier->second != subject)
    complain(node + " contradicts itself: " + bft::to_text(earlier->second) + " and " +
             bft::to_text(subject));
  if (said.by_kind.contains(VoteKind::kNullify) && said.by_kind.contains(VoteKind::kFinalize))
    complain(node + " finalizes and gives up view " + std::to_string(subject.view));
  if (!first)
    return;
  if (!validator.written.contains({epoch, subject}))
    complain(node + " sends a vote before it is on stable storage: " + bft::to_text(subject));
  if (subject.kind != VoteKind::kNullify && !validator.held.contains(subject.block))
    complain(node + " votes for a block that it has not written: " + bft::to_text(subject));
  if (const std::string missing = witness_.lacks(epoch, subject, highest()); !missing.empty())
    complain(node + " votes without " + missing + ": " + bft::to_text(subject));
}

// In one life, nobody orders again what it has seen become final.
void Checker::sent_proposal(const std::string& node, const pb::Proposal& proposal) {
  const Validator& validator = validators_[node];
  for (const pb::BatchReference& reference : proposal.batches()) {
    const auto done = final_batches_.find(Hash::from_view_or_zero(reference.digest()));
    if (done != final_batches_.end() && done->second > validator.start &&
        done->second <= validator.height)
      complain(node + " proposes a batch in view " + std::to_string(proposal.view()) +
               " that it has seen become final in block " + std::to_string(done->second));
  }
}

void Checker::seen(const std::string& node, std::uint64_t epoch,
                   const pb::Certificate& certificate) {
  // One look at its subject; that its signatures hold is checked where it makes something final.
  const auto decoded = bft::from_message(certificate);
  if (!decoded)
    return complain(node + " shows a malformed certificate");
  const bft::VoteSubject& subject = decoded->subject;
  Said& said = certified_[{epoch, subject.view}];
  const auto [earlier, first] = said.by_kind.try_emplace(subject.kind, subject);
  if (earlier->second != subject)
    complain("two certificates of one view: " + bft::to_text(earlier->second) + " and " +
             bft::to_text(subject) + ", which " + node + " shows");
  if (said.by_kind.contains(VoteKind::kNullify) && said.by_kind.contains(VoteKind::kFinalize))
    complain("view " + std::to_string(subject.view) + " is both finalized and given up, as " +
             node + " shows");
  if (decoded->signatures.size() < witness_.epoch(epoch).quorum ||
      (first && !witness_.possible(epoch, subject)))
    complain(node + " shows a certificate that no quorum has signed: " + bft::to_text(subject));
}

void Checker::written(const std::string& node, const Bytes& record) {
  pb::Record decoded;
  if (!decoded.ParseFromString(record))
    return complain(node + " writes something that is not a record");
  const bool honest = !distrusted_.contains(node);
  if (decoded.has_block() && honest) {
    v1::Block block;
    v1::BlockHeader header;
    if (!block.ParseFromString(decoded.block()) || !header.ParseFromString(block.header()))
      return complain(node + " writes something that is not a block");
    const Hash id = crypto::sha256(block.header());
    if (validators_[node].held.insert(id).second)
      witness_.block(id, header);
    if (header.height() == 1)
      witness_.ends_epoch(Hash::from_view_or_zero(header.parent()), 0);
  }
  if (decoded.has_certificate() && honest)
    seen(node, decoded.epoch(), decoded.certificate());
  if (!decoded.has_vote() || !honest)
    return;
  if (const auto vote = bft::from_message(decoded.vote())) {
    validators_[node].written.emplace(decoded.epoch(), vote->subject);
    witness_.voted(node, decoded.epoch(), vote->subject);
  }
}

void Checker::blamed(const std::string& node, const bft::Misbehaved& misbehaved) {
  ++blames_;
  if (!distrusted_.contains(node) && !distrusted_.contains(misbehaved.peer))
    complain(node + " blames honest " + misbehaved.peer + " for " + misbehaved.what);
}

void Checker::accused(const std::string& node, const bft::Accuse& accuse) {
  ++accusations_;
  if (!distrusted_.contains(node) && !distrusted_.contains(accuse.validator))
    complain(node + " has evidence against honest " + accuse.validator + ": " +
             bft::to_text(accuse.evidence.first.subject) + " and " +
             bft::to_text(accuse.evidence.second.subject));
}

void Checker::halted(const std::string& node, const Status& why) {
  halted_.insert(node);
  if (!distrusted_.contains(node) && !may_halt_.contains(node))
    complain(node + " halts: " + why.to_string());
}

void Checker::weigh(const Node& node, const bft::Settings& settings) {
  if (!node.up() || distrusted_.contains(node.name()))
    return;
  const auto check = [&](const char* what, std::size_t held, std::size_t most) {
    if (held > most)
      complain(node.name() + " holds " + std::to_string(held) + " " + what +
               " in memory: at most " + std::to_string(most) + " expected");
  };
  const bft::Core::Sizes sizes = node.core().sizes();
  const std::size_t origins = node.core().committee().size() + 1u;
  check("bytes of batches", node.core().pool().bytes(),
        origins * (settings.pool.max_origin_bytes + settings.max_block_bytes));
  check("blocks", sizes.blocks, kMostBlocks);
  check("views with votes", sizes.views, kViewWindow + node.core().view() + 1);
  check("proposals", sizes.proposals, kMostProposals);
  check("wanted blocks, batches and chains", sizes.wants, kMostWants);
  check("certificates of final blocks", sizes.finalities, kMostFinalities);
}

} // namespace tenon::simulation
