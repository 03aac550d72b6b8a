// From frames to handlers and back. Whatever cannot have come from an honest replica is counted
// against its sender; what is merely old, early or of another epoch is let go.
#include <algorithm>

#include "bft/core/core.hpp"

namespace tenon::consensus::bft {

namespace {

namespace pb = tenon::bft::v1;

// Of certificates or batches in one answer.
constexpr int kMaxAnswerItems = 64;
constexpr int kMaxDigests = 4096;
// What one peer may ask for: so many bytes at once, and so many a second in the long run; committed
// blocks so often.
constexpr std::size_t kAnswerBurstBytes = 64u << 20;
constexpr std::size_t kAnswerBytesPerMs = 64u << 10;
constexpr TimeUs kChainIntervalUs = 2'000;

} // namespace

Core::Message Core::message() const {
  Message message;
  message.set_epoch(committee_->epoch());
  return message;
}

void Core::send(const std::string& to, const Message& message, Lane lane) {
  actions_.push_back(Send{to, lane, std::make_shared<const Bytes>(message.SerializeAsString())});
}

void Core::reject(const std::string&, const std::string&) {
  ++counters_.rejected_messages;
}

void Core::misbehaved(const std::string& from, const std::string& what) {
  ++counters_.rejected_messages;
  actions_.push_back(Misbehaved{from, what});
}

void Core::receive(const std::string& from, BytesView frame, TimeUs now_us) {
  if (!started_ || halted_)
    return;
  Message message;
  if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size())) ||
      message.body_case() == Message::BODY_NOT_SET) {
    misbehaved(from, "a frame that is not a message of this protocol");
    return;
  }
  if (const auto sender = committee_->index_of(from))
    pace_.heard(*sender, view_);
  dispatch(from, message, now_us);
  progress(now_us);
}

// Of those that mean the same in every epoch; false for the others.
bool Core::dispatch_in_any_epoch(const std::string& from, const Message& message, TimeUs now_us) {
  switch (message.body_case()) {
  case Message::kPosition:
    on_position(from, message.epoch(), message.position(), now_us);
    return true;
  case Message::kWantBatches:
    on_want_batches(from, message.want_batches(), now_us);
    return true;
  case Message::kBatches:
    for (const Bytes& batch : message.batches().batches())
      batch_received(from, batch, now_us);
    return true;
  case Message::kHeld:
    on_held(from, message.held());
    return true;
  case Message::kWantChain:
    if (!may_answer(from, 0, now_us) || now_us - peers_[from].chain_us < kChainIntervalUs)
      return true;
    peers_[from].chain_us = now_us;
    static_cast<void>(may_answer(from, settings_.max_answer_bytes / 8, now_us));
    actions_.push_back(ServeChain{from, committee_->epoch(), message.want_chain().first(),
                                  message.want_chain().last(), settings_.max_answer_bytes});
    return true;
  case Message::kChain:
    on_chain(from, message.chain());
    return true;
  case Message::kWantTarget:
    on_want_target(from, message.epoch(), message.want_target().height(), now_us);
    return true;
  case Message::kTarget:
    on_target(from, message.target(), now_us);
    return true;
  case Message::kWantRange:
    on_want_range(from, message.want_range(), now_us);
    return true;
  case Message::kRange:
    on_range(from, message.range(), now_us);
    return true;
  default:
    return false;
  }
}

void Core::dispatch(const std::string& from, const Message& message, TimeUs now_us) {
  if (dispatch_in_any_epoch(from, message, now_us))
    return;
  if (message.epoch() != committee_->epoch()) {
    reject(from, "a message of another epoch");
    if (message.epoch() > committee_->epoch())
      tell_position(from, now_us);
    return;
  }
  switch (message.body_case()) {
  case Message::kProposal:
    return on_proposal(from, message.proposal(), now_us);
  case Message::kVote:
    return on_vote(from, message.vote(), now_us);
  case Message::kCertificates: {
    int taken = 0;
    for (const pb::Certificate& certificate : message.certificates().certificates()) {
      const std::uint64_t rejected = counters_.rejected_messages;
      if (++taken > kMaxAnswerItems)
        return;
      on_certificate(from, certificate, now_us);
      if (counters_.rejected_messages != rejected)
        return; // the others are not worth a check
    }
    return;
  }
  case Message::kWantCertificates:
    return on_want_certificates(from, message.want_certificates(), now_us);
  case Message::kWantBlock: {
    const Block* const block = blocks_.find(Hash::from_view_or_zero(message.want_block()));
    if (block == nullptr || block->encoded.empty() ||
        !may_answer(from, block->encoded.size(), now_us))
      return;
    Message answer = this->message();
    answer.set_block(block->encoded);
    return send(from, answer, Lane::kBulk);
  }
  case Message::kBlock:
    return on_block(from, message.block(), now_us);
  default:
    return;
  }
}

void Core::on_vote(const std::string& from, const pb::Vote& message, TimeUs now_us) {
  const auto vote = from_message(message);
  const auto sender = committee_->index_of(from);
  if (!vote || !sender || vote->validator != *sender) {
    misbehaved(from, "a vote that is malformed or not the sender's own");
    return;
  }
  const VoteSubject& subject = vote->subject;
  if (subject.view <= final_view()) {
    // Somebody is held up by a view that is settled here.
    if (subject.kind == VoteKind::kNullify)
      help(from, subject.view, now_us);
    return;
  }
  if (!within_window(subject.view)) {
    reject(from, "a vote for a view too far ahead");
    return;
  }
  if (subject.kind == VoteKind::kNullify && subject.view < view_)
    help(from, subject.view, now_us);
  const VoteBook::Added added = book_->add(*vote, /*checked=*/false);
  if (added.evidence)
    accuse(*added.evidence);
  if (!added.news)
    return;
  touched_.emplace(subject.view, subject.kind);
  if (subject.kind == VoteKind::kFinalize)
    watch_for_split(*vote);
}

void Core::on_certificate(const std::string& from, const pb::Certificate& message, TimeUs now_us) {
  auto certificate = from_message(message);
  if (!certificate) {
    misbehaved(from, "a malformed certificate");
    return;
  }
  const VoteSubject& subject = certificate->subject;
  const bool known = subject.kind == VoteKind::kFinalize
                         ? pending_finalities_.contains(subject.view)
                         : book_->known(subject.kind, subject.view) != nullptr;
  if (subject.view <= final_view() || known)
    return;
  if (!committee_->verify(scheme_, *certificate)) {
    misbehaved(from, "a certificate that no quorum has signed");
    return;
  }
  if (subject.kind == VoteKind::kFinalize && blocks_.find(subject.block) == nullptr)
    want_block(subject.block, from, now_us);
  accept(std::move(*certificate), now_us);
}

void Core::on_position(const std::string& from, std::uint64_t epoch, const pb::Position& position,
                       TimeUs now_us) {
  Peer& peer = peers_[from];
  peer.up = true;
  peer.committed = position.committed();
  peer.oldest = position.oldest();
  // Whoever is behind takes over the committed chain, and has to know how far it goes.
  if (position.committed() < committed_height_ || position.asks())
    tell_position(from, now_us);
  if (epoch != committee_->epoch())
    return;
  if (position.has_finality())
    on_certificate(from, position.finality(), now_us);
  if (position.has_entry())
    on_certificate(from, position.entry(), now_us);
  if (log_lost_ && !silent_below_) {
    // Only a view that a certificate vouches for: otherwise a liar could keep us silent for ever.
    const auto sender = committee_->index_of(from);
    const bool vouched = position.view() <= view_;
    if (sender && vouched)
      reported_views_[*sender] = position.view();
    regain_vote();
  }
  if (position.view() < view_)
    help(from, position.view(), now_us);
  if (const auto sender = committee_->index_of(from); sender && position.votes_from() != 0)
    await_view(*sender, position.votes_from(), now_us);
}

Core::Message Core::position_message() const {
  Message message = this->message();
  pb::Position& position = *message.mutable_position();
  position.set_view(view_);
  position.set_height(blocks_.root().height);
  position.set_committed(committed_height_);
  position.set_oldest(oldest_);
  if (log_lost_ && silent_below_ && view_ < *silent_below_)
    position.set_votes_from(*silent_below_);
  if (!pending_finalities_.empty())
    to_message(pending_finalities_.rbegin()->second, *position.mutable_finality());
  else if (finality_)
    to_message(*finality_, *position.mutable_finality());
  for (const VoteKind kind : {VoteKind::kNotarize, VoteKind::kNullify}) {
    if (const Certificate* const entry = book_->known(kind, view_ - 1)) {
      to_message(*entry, *position.mutable_entry());
      break;
    }
  }
  return message;
}

bool Core::may_answer(const std::string& name, std::size_t bytes, TimeUs now_us) {
  const auto found = peers_.find(name);
  if (found == peers_.end())
    return false;
  Peer& peer = found->second;
  constexpr TimeUs kUsPerMs = 1000;
  const TimeUs passed_ms = (now_us - peer.answer_since_us) / kUsPerMs;
  if (passed_ms > 0) {
    const std::size_t gained =
        std::min<TimeUs>(passed_ms, kAnswerBurstBytes / kAnswerBytesPerMs) * kAnswerBytesPerMs;
    peer.answer_bytes = std::min(kAnswerBurstBytes, peer.answer_bytes + gained);
    peer.answer_since_us = now_us;
  }
  if (peer.answer_bytes < bytes)
    return false;
  peer.answer_bytes -= bytes;
  return true;
}

void Core::nothing_to_serve(const std::string& peer, Height oldest, TimeUs now_us) {
  if (!started_ || halted_)
    return;
  oldest_ = oldest;
  tell_position(peer, now_us);
}

// At most once in a while: two that tell each other would never end.
void Core::tell_position(const std::string& name, TimeUs now_us) {
  const auto found = peers_.find(name);
  if (found == peers_.end() || now_us - found->second.told_us < pace_.delta_us())
    return;
  found->second.told_us = now_us;
  send(name, position_message());
}

// What ends the views of [first, last], as far as it is known here.
void Core::add_certificates(View first, View last, pb::CertificateList& list) const {
  if (finality_ && finality_->subject.view >= first)
    to_message(*finality_, *list.add_certificates());
  for (View view = std::max(first, final_view() + 1);
       view <= last && list.certificates_size() < kMaxAnswerItems; ++view) {
    for (const VoteKind kind : {VoteKind::kNotarize, VoteKind::kNullify}) {
      if (const Certificate* const certificate = book_->known(kind, view))
        to_message(*certificate, *list.add_certificates());
    }
  }
}

// The peer is in a view that is over: it gets what it needs to leave it.
void Core::help(const std::string& name, View their_view, TimeUs now_us) {
  const auto found = peers_.find(name);
  if (found == peers_.end() || now_us - found->second.helped_us < pace_.delta_us())
    return;
  found->second.helped_us = now_us;
  Message message = this->message();
  pb::CertificateList& list = *message.mutable_certificates();
  add_certificates(their_view, view_ - 1, list);
  if (list.certificates_size() > 0)
    send(name, message);
  for (const Vote& vote : book_->own_votes(view_)) {
    Message again = this->message();
    to_message(vote, *again.mutable_vote());
    send(name, again);
  }
}

void Core::on_want_certificates(const std::string& from, const pb::ViewRange& range,
                                TimeUs now_us) {
  // About what the longest answer takes.
  if (!may_answer(from, static_cast<std::size_t>(kMaxAnswerItems) * committee_->quorum() * 72,
                  now_us))
    return;
  Message answer = message();
  pb::CertificateList& list = *answer.mutable_certificates();
  add_certificates(range.first(), std::min(range.last(), view_), list);
  if (list.certificates_size() > 0)
    send(from, answer);
}

void Core::on_want_batches(const std::string& from, const pb::DigestList& digests, TimeUs now_us) {
  Message answer = message();
  std::size_t bytes = 0;
  int asked = 0;
  for (const Bytes& digest : digests.digests()) {
    if (++asked > kMaxDigests)
      break;
    const PooledBatch* const batch = pool_.find(Hash::from_view_or_zero(digest));
    if (batch == nullptr)
      continue;
    bytes += batch->bytes.size();
    if (answer.has_batches() && bytes > settings_.max_answer_bytes)
      break;
    answer.mutable_batches()->add_batches(batch->bytes);
  }
  if (answer.has_batches() && may_answer(from, bytes, now_us))
    send(from, answer, Lane::kBulk);
}

void Core::on_held(const std::string& from, const pb::DigestList& digests) {
  const auto sender = committee_->index_of(from);
  if (!sender)
    return;
  int taken = 0;
  for (const Bytes& digest : digests.digests()) {
    if (++taken <= kMaxDigests)
      pool_.acknowledge(Hash::from_view_or_zero(digest), *sender);
  }
}

} // namespace tenon::consensus::bft
