// The validators of one epoch: who votes, how many make a quorum, who leads a view. Immutable;
// owned by the core, its thread.
#pragma once

#include "bft/core/scheme.hpp"
#include "bft/core/types.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::consensus::bft {

class Committee {
public:
  // `own_key`: this replica's; one that is not in the set follows without a vote.
  Committee(const Hash& chain, tenon::v1::ValidatorSet validators, BytesView own_key,
            std::uint64_t term_length);

  [[nodiscard]] const Hash& chain() const { return chain_; }
  [[nodiscard]] std::uint64_t epoch() const { return validators_.epoch(); }
  [[nodiscard]] ValidatorIndex size() const {
    return static_cast<ValidatorIndex>(validators_.validators_size());
  }
  [[nodiscard]] std::size_t quorum() const { return quorum_; }
  [[nodiscard]] std::size_t max_byzantine() const { return validators_.max_byzantine(); }
  [[nodiscard]] const std::string& name(ValidatorIndex validator) const {
    return validators_.validators(static_cast<int>(validator)).name();
  }
  [[nodiscard]] std::optional<ValidatorIndex> index_of(std::string_view name) const;
  [[nodiscard]] std::optional<ValidatorIndex> own() const { return own_; }
  [[nodiscard]] ValidatorIndex leader(View view) const {
    return static_cast<ValidatorIndex>(((view - 1) / term_length_) % size());
  }
  // The last view that the leader of this one has in a row.
  [[nodiscard]] View term_end(View view) const {
    return ((view - 1) / term_length_ + 1) * term_length_;
  }

  // Is every one of these votes signed by the validator it names?
  [[nodiscard]] bool verify(Scheme& scheme, std::span<const Vote* const> votes) const;
  // A quorum of this set signed the subject.
  [[nodiscard]] bool verify(Scheme& scheme, const Certificate& certificate) const;

private:
  friend struct Mutations; // see core.hpp

  Hash chain_;
  tenon::v1::ValidatorSet validators_;
  std::uint64_t term_length_;
  std::size_t quorum_;
  std::optional<ValidatorIndex> own_;
};

} // namespace tenon::consensus::bft
