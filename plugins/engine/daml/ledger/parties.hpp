// Sets of parties, which decide who must agree and who may see. Pure; any thread.
#pragma once

#include <set>
#include <string>

#include "values/names.hpp"

namespace tenon::daml::ledger {

using PartySet = std::set<Party>;

[[nodiscard]] bool is_subset(const PartySet& part, const PartySet& whole);
[[nodiscard]] bool intersects(const PartySet& left, const PartySet& right);
[[nodiscard]] PartySet unite(const PartySet& left, const PartySet& right);
[[nodiscard]] PartySet intersect(const PartySet& left, const PartySet& right);
[[nodiscard]] PartySet subtract(const PartySet& from, const PartySet& parties);
// For messages: "Alice, Bob", "nobody"; of more than a few the first and how many more.
[[nodiscard]] std::string to_text(const PartySet& parties);

} // namespace tenon::daml::ledger
