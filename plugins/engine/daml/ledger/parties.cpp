#include "ledger/parties.hpp"

#include <algorithm>
#include <iterator>

namespace tenon::daml::ledger {

bool is_subset(const PartySet& part, const PartySet& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

bool intersects(const PartySet& left, const PartySet& right) {
  const PartySet& fewer = left.size() <= right.size() ? left : right;
  const PartySet& more = left.size() <= right.size() ? right : left;
  return std::any_of(fewer.begin(), fewer.end(),
                     [&more](const Party& party) { return more.contains(party); });
}

PartySet unite(const PartySet& left, const PartySet& right) {
  PartySet all = left;
  all.insert(right.begin(), right.end());
  return all;
}

PartySet intersect(const PartySet& left, const PartySet& right) {
  PartySet both;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::inserter(both, both.end()));
  return both;
}

PartySet subtract(const PartySet& from, const PartySet& parties) {
  PartySet rest;
  std::set_difference(from.begin(), from.end(), parties.begin(), parties.end(),
                      std::inserter(rest, rest.end()));
  return rest;
}

std::string to_text(const PartySet& parties) {
  constexpr std::size_t kShown = 10;
  if (parties.empty())
    return "nobody";
  std::string text;
  std::size_t shown = 0;
  for (const Party& party : parties) {
    if (shown == kShown)
      return text + " and " + std::to_string(parties.size() - kShown) + " more";
    text.append(shown++ == 0 ? "" : ", ").append(party.str());
  }
  return text;
}

} // namespace tenon::daml::ledger
