#include "simulation/witness.hpp"

#include <bit>

#include "tenon/wire/hashing.hpp"

namespace tenon::simulation {

using bft::VoteKind;

const Witness::Epoch& Witness::epoch(std::uint64_t number) {
  const auto [found, fresh] = epochs_.try_emplace(number);
  Epoch& epoch = found->second;
  if (!fresh)
    return epoch;
  const v1::ValidatorSet set = members_(number);
  for (const v1::Validator& validator : set.validators()) {
    epoch.validators.emplace(validator.name(),
                             static_cast<bft::ValidatorIndex>(epoch.names.size()));
    epoch.names.push_back(validator.name());
    epoch.liars += distrusted_.contains(validator.name()) ? 1 : 0;
  }
  epoch.quorum = wire::quorum(epoch.names.size(), set.max_byzantine());
  return epoch;
}

void Witness::voted(const std::string& node, std::uint64_t number,
                    const bft::VoteSubject& subject) {
  const Epoch& set = epoch(number);
  if (const auto index = set.validators.find(node); index != set.validators.end())
    votes_[{number, subject}] |= 1u << index->second;
}

void Witness::block(const Hash& id, const v1::BlockHeader& header) {
  blocks_.try_emplace(
      id, Known{Hash::from_view_or_zero(header.parent()), header.height(), header.view()});
}

bool Witness::possible(std::uint64_t number, const bft::VoteSubject& subject) {
  const Epoch& set = epoch(number);
  const auto found = votes_.find({number, subject});
  const std::size_t voters =
      found == votes_.end() ? 0 : static_cast<std::size_t>(std::popcount(found->second));
  return voters + set.liars >= set.quorum;
}

std::string Witness::lacks(std::uint64_t number, const bft::VoteSubject& subject,
                           bft::Height highest_final) {
  if (subject.kind == VoteKind::kFinalize) {
    return possible(number, {VoteKind::kNotarize, subject.view, subject.block, {}})
               ? std::string()
               : "a notarization of its block";
  }
  const auto known = blocks_.find(subject.block);
  if (subject.kind != VoteKind::kNotarize || known == blocks_.end())
    return {};
  const bool carried = known->second.view != subject.view;
  const Hash& base = carried ? subject.block : known->second.parent;
  if (!carried && known->second.height > highest_final + bft::kExecutionLag)
    return "a final block at most " + std::to_string(bft::kExecutionLag) + " below";
  for (bft::View view = subject.view - 1; view > 0; --view) {
    if (possible(number, {VoteKind::kNotarize, view, base, {}}))
      return {};
    if (!possible(number, {VoteKind::kNullify, view, {}, {}}))
      return "the notarization of what it extends, or a nullification, in view " +
             std::to_string(view);
  }
  const auto last = last_blocks_.find(number);
  return last != last_blocks_.end() && last->second == base ? std::string()
                                                            : "a notarized block to stand on";
}

} // namespace tenon::simulation
