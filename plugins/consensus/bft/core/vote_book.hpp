// The votes and certificates of the views that are not settled yet, and what this replica itself
// has said in them. Signatures are checked when a quorum is there, all at once; one that is wrong
// costs its sender the slot. Bounded: one vote per validator, kind and view, and the core asks only
// for views within its window. Owned by the core; its thread.
#pragma once

#include <map>

#include "bft/core/committee.hpp"

namespace tenon::consensus::bft {

// Two votes of one validator that an honest one cannot both have sent.
struct Evidence {
  Vote first;
  Vote second;
};

class VoteBook {
public:
  VoteBook(const Committee& committee, Scheme& scheme) : committee_(committee), scheme_(scheme) {}

  struct Added {
    bool news = false;
    std::optional<Evidence> evidence; // signatures of both checked
  };
  // `checked`: the signature is known to be right, as in this replica's own votes.
  Added add(Vote vote, bool checked);
  // A certificate whose signatures have been checked: so many votes, each of which may contradict
  // one that is known.
  std::vector<Evidence> add(Certificate certificate);

  // The certificate of the kind in the view: known, or made now from a quorum of votes. Validators
  // whose signatures turned out wrong are added to `liars`.
  [[nodiscard]] const Certificate* certificate(VoteKind kind, View view,
                                               std::vector<ValidatorIndex>& liars);
  // Known without any work.
  [[nodiscard]] const Certificate* known(VoteKind kind, View view) const;
  // How many validators voted so; with wrong signatures counted until they are found.
  [[nodiscard]] std::size_t votes(VoteKind kind, View view) const;
  // Has any certificate of the view that ends it: a notarization or a nullification.
  [[nodiscard]] bool is_over(View view) const;

  // What this replica has voted, restored from its log or recorded before the vote is written.
  struct Own {
    std::optional<Hash> notarized;
    bool nullified = false;
    std::optional<std::pair<Hash, Hash>> finalized; // block and result
  };
  [[nodiscard]] Own& own(View view) { return views_[view].own; }
  [[nodiscard]] const Own* find_own(View view) const;
  // The result for which this replica has cast a final vote, in any view.
  [[nodiscard]] std::optional<Hash> own_result(const Hash& block) const;
  // This replica's signed votes of the view, for sending them again.
  [[nodiscard]] std::vector<Vote> own_votes(View view) const;

  void forget_below(View view) { views_.erase(views_.begin(), views_.lower_bound(view)); }
  [[nodiscard]] View highest() const { return views_.empty() ? 0 : views_.rbegin()->first; }
  [[nodiscard]] std::size_t size() const { return views_.size(); }

private:
  friend struct Mutations; // see core.hpp

  struct Slot {
    Vote vote;
    bool checked = false;
  };
  struct Kind {
    std::map<ValidatorIndex, Slot> slots;
    std::optional<Certificate> certificate;
    bool examined = false; // nothing new since the last attempt to make a certificate
  };
  struct ViewVotes {
    Kind kinds[3];
    Own own;
    std::map<ValidatorIndex, std::uint32_t> conflicts; // found so far
  };

  static std::size_t slot_of(VoteKind kind) { return static_cast<std::size_t>(kind) - 1; }
  [[nodiscard]] std::optional<Evidence> conflict(ViewVotes& view, const Vote& vote) const;
  void make_certificate(Kind& kind, std::vector<ValidatorIndex>& liars);
  // Drops those of `chosen` whose signatures are wrong; whether all were right.
  bool check(Kind& kind, const std::vector<ValidatorIndex>& chosen,
             std::vector<ValidatorIndex>& liars);

  const Committee& committee_;
  Scheme& scheme_;
  std::map<View, ViewVotes> views_;
};

} // namespace tenon::consensus::bft
