// Votes and certificates, entering views and giving them up. The two rules that everything rests
// on: at most one NOTARIZE per view, and FINALIZE and NULLIFY of a view exclude each other for
// ever.
#include <algorithm>

#include "bft/core/core.hpp"

namespace tenon::consensus::bft {

namespace {

// Votes are kept for so many views beyond the current one.
constexpr View kWindow = 256;

} // namespace

bool Core::within_window(View view) const {
  return view > final_view() && view <= view_ + kWindow;
}

// A vote is decided here, written, and sent only once it is on stable storage.
void Core::cast(VoteSubject subject) {
  VoteBook::Own& own = book_->own(subject.view);
  switch (subject.kind) {
  case VoteKind::kNotarize:
    own.notarized = subject.block;
    break;
  case VoteKind::kNullify:
    own.nullified = true;
    break;
  case VoteKind::kFinalize:
    own.finalized = std::pair(subject.block, subject.result);
    break;
  }
  auto signature = scheme_.sign(signing_bytes(chain_, committee_->epoch(), subject));
  if (!signature.ok()) {
    halt(signature.status().with_context("a vote could not be signed"));
    return;
  }
  Vote vote{subject, *committee_->own(), *std::move(signature)};
  tenon::bft::v1::Record record;
  to_message(vote, *record.mutable_vote());
  const std::uint64_t sequence = persist(record);
  pending_votes_.push_back({sequence, std::move(vote)});
}

void Core::publish(Vote vote) {
  Message message = this->message();
  to_message(vote, *message.mutable_vote());
  broadcast(message);
  ++counters_.votes_sent;
  if (vote.subject.view <= final_view())
    return;
  touched_.emplace(vote.subject.view, vote.subject.kind);
  if (vote.subject.kind == VoteKind::kFinalize)
    watch_for_split(vote);
  book_->add(std::move(vote), /*checked=*/true);
}

void Core::accuse(const Evidence& evidence) {
  ++counters_.evidence;
  actions_.push_back(
      Accuse{committee_->name(evidence.first.validator), committee_->epoch(), evidence});
}

bool Core::collect_certificates(TimeUs now_us) {
  const auto touched = std::exchange(touched_, {});
  bool made = false;
  for (const auto& [view, kind] : touched) {
    if (view <= final_view() || book_->known(kind, view) != nullptr)
      continue;
    std::vector<ValidatorIndex> liars;
    const Certificate* const certificate = book_->certificate(kind, view, liars);
    for (const ValidatorIndex liar : liars)
      misbehaved(committee_->name(liar), "a vote with a wrong signature");
    if (certificate == nullptr)
      continue;
    made = true;
    accepted(Certificate(*certificate), now_us);
  }
  return made;
}

void Core::accept(Certificate certificate, TimeUs now_us) {
  const VoteSubject subject = certificate.subject;
  if (subject.kind != VoteKind::kFinalize && book_->known(subject.kind, subject.view) != nullptr)
    return;
  if (subject.view > final_view()) {
    for (const Evidence& evidence : book_->add(certificate))
      accuse(evidence);
  }
  accepted(certificate, now_us);
}

void Core::accepted(const Certificate& certificate, TimeUs now_us) {
  const VoteSubject& subject = certificate.subject;
  if (subject.kind == VoteKind::kFinalize) {
    learn_finality(certificate);
    if (subject.view >= view_)
      enter(subject.view + 1, now_us);
    return;
  }
  // Written before whatever this replica says because of it.
  tenon::bft::v1::Record record;
  to_message(certificate, *record.mutable_certificate());
  persist(record);
  const auto proposed = proposals_.find(subject.view);
  if (subject.kind == VoteKind::kNotarize) {
    ++counters_.notarized_views;
    const auto [notarized, first] = notarized_.try_emplace(subject.block, subject.view);
    notarized->second = std::max(notarized->second, subject.view);
    const bool followed = subject.view == view_ && proposed != proposals_.end();
    // A block that is carried on and on means that something waits: the views slow down.
    if (subject.view >= view_ && !first)
      pace_.view_nullified();
    else if (subject.view >= view_)
      pace_.view_notarized(followed ? std::optional(now_us - proposed->second.since_us)
                                    : std::nullopt);
    if (!first)
      std::erase_if(to_finalize_, [&](View view) {
        return view < subject.view &&
               book_->known(VoteKind::kNotarize, view)->subject.block == subject.block;
      });
    if (subject.view > tip_view_) {
      tip_view_ = subject.view;
      tip_ = subject.block;
    }
    to_finalize_.insert(subject.view);
    if (Block* const block = blocks_.find(subject.block)) {
      block->notarized = std::max(block->notarized.value_or(0), subject.view);
      request_execution(subject.block);
    }
    if (!blocks_.path(subject.block))
      want_block(first_unknown(subject.block), committee_->name(committee_->leader(subject.view)),
                 now_us);
  } else {
    ++counters_.nullified_views;
    const ValidatorIndex leader = committee_->leader(subject.view);
    // Nobody is to blame for a view that was given up for the sake of the next.
    if (subject.view == view_ && !awaits_later_view()) {
      pace_.view_nullified();
      if (proposed == proposals_.end() && leader != committee_->own())
        pace_.missed(leader, committee_->term_end(subject.view));
    }
  }
  if (subject.view >= view_)
    enter(subject.view + 1, now_us);
}

void Core::enter(View view, TimeUs now_us) {
  if (view <= view_)
    return;
  view_ = view;
  view_since_us_ = now_us;
  work_since_us_.reset();
  resends_ = 0;
  // What a proposal of a view that is over brought along is fetched if it is needed after all.
  for (auto at = proposals_.begin(); at != proposals_.end() && at->first < view;) {
    const Block* const block = blocks_.find(at->second.block);
    if (block == nullptr || !block->notarized)
      assemblies_.erase(at->second.block);
    at = proposals_.erase(at);
  }
  // Votes for it may have come before.
  for (const VoteKind kind : {VoteKind::kNotarize, VoteKind::kNullify})
    touched_.emplace(view, kind);
}

void Core::nullify(const char*) {
  const VoteBook::Own& own = book_->own(view_);
  if (!can_vote(view_) || own.nullified || own.finalized)
    return;
  cast({VoteKind::kNullify, view_, {}, {}});
}

std::optional<View> Core::first_not_nullified(View after, View before) const {
  for (View view = after + 1; view < before; ++view) {
    if (book_->known(VoteKind::kNullify, view) == nullptr)
      return view;
  }
  return std::nullopt;
}

} // namespace tenon::consensus::bft
