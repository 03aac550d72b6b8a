#include "bft/core/vote_book.hpp"

#include <algorithm>

namespace tenon::consensus::bft {

namespace {

// So many times a validator's contradiction in one view is looked into; more would be work that it
// makes us do for nothing.
constexpr std::uint32_t kConflictsExamined = 4;

// May one honest validator send both, in one view? A vote for a block may be followed by either of
// the others, which exclude each other.
bool compatible(const VoteSubject& a, const VoteSubject& b) {
  if (a.kind == b.kind)
    return a == b;
  const auto one_is = [&](VoteKind kind) { return a.kind == kind || b.kind == kind; };
  return !one_is(VoteKind::kNullify) || !one_is(VoteKind::kFinalize);
}

} // namespace

std::optional<Evidence> VoteBook::conflict(ViewVotes& view, const Vote& vote) const {
  for (const Kind& kind : view.kinds) {
    const auto earlier = kind.slots.find(vote.validator);
    if (earlier == kind.slots.end() || compatible(earlier->second.vote.subject, vote.subject))
      continue;
    if (++view.conflicts[vote.validator] > kConflictsExamined)
      return std::nullopt;
    // Only what is signed proves anything.
    const Vote* const both[] = {&earlier->second.vote, &vote};
    if (committee_.verify(scheme_, both))
      return Evidence{earlier->second.vote, vote};
  }
  return std::nullopt;
}

VoteBook::Added VoteBook::add(Vote vote, bool checked) {
  ViewVotes& view = views_[vote.subject.view];
  Kind& kind = view.kinds[slot_of(vote.subject.kind)];
  Added added;
  const auto present = kind.slots.find(vote.validator);
  if (present != kind.slots.end() && present->second.vote.subject == vote.subject)
    return added;
  added.evidence = conflict(view, vote);
  if (present != kind.slots.end())
    return added; // the first one counts
  added.news = true;
  kind.examined = false;
  const ValidatorIndex validator = vote.validator;
  kind.slots.emplace(validator, Slot{std::move(vote), checked});
  return added;
}

std::vector<Evidence> VoteBook::add(Certificate certificate) {
  std::vector<Evidence> found;
  for (const auto& [validator, signature] : certificate.signatures) {
    if (const auto added = add(Vote{certificate.subject, validator, signature}, /*checked=*/true);
        added.evidence)
      found.push_back(*added.evidence);
  }
  Kind& kind = views_[certificate.subject.view].kinds[slot_of(certificate.subject.kind)];
  if (!kind.certificate)
    kind.certificate = std::move(certificate);
  return found;
}

const Certificate* VoteBook::certificate(VoteKind kind, View view,
                                         std::vector<ValidatorIndex>& liars) {
  const auto found = views_.find(view);
  if (found == views_.end())
    return nullptr;
  Kind& votes = found->second.kinds[slot_of(kind)];
  if (!votes.certificate && !votes.examined)
    make_certificate(votes, liars);
  return votes.certificate ? &*votes.certificate : nullptr;
}

void VoteBook::make_certificate(Kind& kind, std::vector<ValidatorIndex>& liars) {
  kind.examined = true;
  for (bool again = true; again;) {
    again = false;
    std::map<VoteSubject, std::vector<ValidatorIndex>> by_subject;
    for (const auto& [validator, slot] : kind.slots)
      by_subject[slot.vote.subject].push_back(validator);
    for (auto& [subject, voters] : by_subject) {
      if (voters.size() < committee_.quorum())
        continue;
      // Those already checked first: then the fewest signatures are verified.
      std::stable_partition(voters.begin(), voters.end(), [&kind](ValidatorIndex validator) {
        return kind.slots.at(validator).checked;
      });
      voters.resize(committee_.quorum());
      if (!check(kind, voters, liars)) {
        again = true; // without the liars there may still be a quorum
        break;
      }
      std::sort(voters.begin(), voters.end());
      Certificate certificate{subject, {}};
      for (const ValidatorIndex voter : voters)
        certificate.signatures.emplace_back(voter, kind.slots.at(voter).vote.signature);
      kind.certificate = std::move(certificate);
      return;
    }
  }
}

bool VoteBook::check(Kind& kind, const std::vector<ValidatorIndex>& chosen,
                     std::vector<ValidatorIndex>& liars) {
  std::vector<const Vote*> unchecked;
  for (const ValidatorIndex validator : chosen) {
    const Slot& slot = kind.slots.at(validator);
    if (!slot.checked)
      unchecked.push_back(&slot.vote);
  }
  const bool all_right = unchecked.empty() || committee_.verify(scheme_, unchecked);
  for (const Vote* const vote : unchecked) {
    const ValidatorIndex validator = vote->validator;
    if (all_right || committee_.verify(scheme_, std::span(&vote, 1))) {
      kind.slots.at(validator).checked = true;
    } else {
      liars.push_back(validator);
      kind.slots.erase(validator);
    }
  }
  return all_right;
}

const Certificate* VoteBook::known(VoteKind kind, View view) const {
  const auto found = views_.find(view);
  if (found == views_.end())
    return nullptr;
  const auto& certificate = found->second.kinds[slot_of(kind)].certificate;
  return certificate ? &*certificate : nullptr;
}

std::size_t VoteBook::votes(VoteKind kind, View view) const {
  const auto found = views_.find(view);
  return found == views_.end() ? 0 : found->second.kinds[slot_of(kind)].slots.size();
}

bool VoteBook::is_over(View view) const {
  return known(VoteKind::kNotarize, view) != nullptr || known(VoteKind::kNullify, view) != nullptr;
}

const VoteBook::Own* VoteBook::find_own(View view) const {
  const auto found = views_.find(view);
  return found == views_.end() ? nullptr : &found->second.own;
}

std::optional<Hash> VoteBook::own_result(const Hash& block) const {
  for (const auto& [number, view] : views_) {
    if (view.own.finalized && view.own.finalized->first == block)
      return view.own.finalized->second;
  }
  return std::nullopt;
}

std::vector<Vote> VoteBook::own_votes(View view) const {
  std::vector<Vote> votes;
  const auto found = views_.find(view);
  if (found == views_.end() || !committee_.own())
    return votes;
  for (const Kind& kind : found->second.kinds) {
    if (const auto slot = kind.slots.find(*committee_.own()); slot != kind.slots.end())
      votes.push_back(slot->second.vote);
  }
  return votes;
}

} // namespace tenon::consensus::bft
