#include "bft/core/committee.hpp"

#include <algorithm>

#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::bft {

Committee::Committee(const Hash& chain, tenon::v1::ValidatorSet validators, BytesView own_key,
                     std::uint64_t term_length)
    : chain_(chain), validators_(std::move(validators)),
      term_length_(std::max<std::uint64_t>(1, term_length)),
      quorum_(wire::quorum(size(), validators_.max_byzantine())) {
  for (ValidatorIndex i = 0; i < size(); ++i) {
    if (validators_.validators(static_cast<int>(i)).public_key() == own_key)
      own_ = i;
  }
}

std::optional<ValidatorIndex> Committee::index_of(std::string_view name) const {
  for (ValidatorIndex i = 0; i < size(); ++i) {
    if (this->name(i) == name)
      return i;
  }
  return std::nullopt;
}

bool Committee::verify(Scheme& scheme, std::span<const Vote* const> votes) const {
  std::vector<Bytes> messages; // one per subject: those of a quorum share it
  messages.reserve(votes.size());
  std::vector<SignatureCheck> checks;
  checks.reserve(votes.size());
  const VoteSubject* last = nullptr;
  for (const Vote* const vote : votes) {
    if (vote->validator >= size())
      return false;
    if (last == nullptr || *last != vote->subject)
      messages.push_back(signing_bytes(chain_, epoch(), vote->subject));
    last = &vote->subject;
    checks.push_back({validators_.validators(static_cast<int>(vote->validator)).public_key(),
                      messages.back(), vote->signature});
  }
  return scheme.verify(checks);
}

bool Committee::verify(Scheme& scheme, const Certificate& certificate) const {
  if (certificate.signatures.size() < quorum_)
    return false;
  const Bytes message = signing_bytes(chain_, epoch(), certificate.subject);
  std::vector<SignatureCheck> checks;
  checks.reserve(certificate.signatures.size());
  std::optional<ValidatorIndex> last;
  for (const auto& [validator, signature] : certificate.signatures) {
    if (validator >= size() || (last && *last >= validator))
      return false;
    last = validator;
    checks.push_back(
        {validators_.validators(static_cast<int>(validator)).public_key(), message, signature});
  }
  return scheme.verify(checks);
}

} // namespace tenon::consensus::bft
