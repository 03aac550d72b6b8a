// How values of one type compare, and generic maps in the order of their keys. Any depth; pure; any
// thread.
#pragma once

#include "values/value.hpp"

namespace tenon::daml {

// The order of contracts (LESS, EQUAL …) and of the keys of generic maps: numbers and moments by
// size, texts and parties by code point, none before some, lists and maps element by element with
// the shorter one first, records field by field, variants and enums by rank. Stops at the first
// difference, so an error behind it is not met.
//
// Fails when it must compare contract ids that may not be compared (see contract_id.hpp), and with
// INVALID_ARGUMENT for values that are not of one type.
[[nodiscard]] Result<std::strong_ordering> compare(const Value& left, const Value& right);

// Whether both are written alike: content, type names and labels, the order of generic maps. Never
// fails; ranks do not count.
[[nodiscard]] bool operator==(const Value& left, const Value& right);

// A generic map of entries in any order: sorted by key; of two entries with one key the later
// counts. Fails as compare() does.
[[nodiscard]] Result<Value> make_gen_map(std::vector<Value::GenMapEntry> entries);

} // namespace tenon::daml
