// Comparison, and maps, which compare their keys.
#include "interpreter/compare.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/map.hpp"
#include "interpreter/operations_builtins.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

// Where a comparison that stopped leaves the machine.
const Cell* stopped(Machine& machine, Comparer& comparer, const Cell* at) {
  if (!comparer.error())
    return at; // the meter
  return machine.fail(std::move(*comparer.error()));
}

template <typename Holds>
const Cell* comparison(Machine& machine, const Cell* at, const Holds& holds) {
  const Operation& operation = at->operation;
  Comparer comparer(machine.meter());
  const auto order = comparer.compare(machine.reg(operation.a), machine.reg(operation.b));
  if (!order)
    return stopped(machine, comparer, at);
  machine.reg(operation.target) = bool_word(holds(*order));
  return at + 1;
}

template <typename Holds>
const Cell* number_comparison(Machine& machine, const Cell* at, const Holds& holds) {
  const Operation& operation = at->operation;
  Word* const words = machine.frame();
  const Word& left = words[operation.a];
  const Word& right = words[operation.b];
  if (left.kind != right.kind || left.kind < Kind::kBool || left.kind > Kind::kTimestamp)
    return machine.fail_ill_formed("two numbers of one type", right);
  words[operation.target] = bool_word(holds(left.integer, right.integer));
  return at + 1;
}

} // namespace

const Cell* equal(Machine& machine, const Cell* at) {
  return comparison(machine, at, [](auto order) { return order == 0; });
}
const Cell* less(Machine& machine, const Cell* at) {
  return comparison(machine, at, [](auto order) { return order < 0; });
}
const Cell* less_or_equal(Machine& machine, const Cell* at) {
  return comparison(machine, at, [](auto order) { return order <= 0; });
}
const Cell* greater(Machine& machine, const Cell* at) {
  return comparison(machine, at, [](auto order) { return order > 0; });
}
const Cell* greater_or_equal(Machine& machine, const Cell* at) {
  return comparison(machine, at, [](auto order) { return order >= 0; });
}

const Cell* equal_number(Machine& machine, const Cell* at) {
  return number_comparison(machine, at, [](auto left, auto right) { return left == right; });
}
const Cell* less_number(Machine& machine, const Cell* at) {
  return number_comparison(machine, at, [](auto left, auto right) { return left < right; });
}
const Cell* less_or_equal_number(Machine& machine, const Cell* at) {
  return number_comparison(machine, at, [](auto left, auto right) { return left <= right; });
}
const Cell* greater_number(Machine& machine, const Cell* at) {
  return number_comparison(machine, at, [](auto left, auto right) { return left > right; });
}
const Cell* greater_or_equal_number(Machine& machine, const Cell* at) {
  return number_comparison(machine, at, [](auto left, auto right) { return left >= right; });
}

// --- Maps.

namespace {

bool is_map(const Word& word) {
  return word.kind == Kind::kTextMap || word.kind == Kind::kGenMap;
}

} // namespace

const Cell* map_insert(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word map = machine.reg(operation.c);
  if (!is_map(map))
    return machine.fail_ill_formed("a map", map);
  Comparer comparer(machine.meter());
  const auto result = MapEditor(machine.heap(), comparer)
                          .insert(map, machine.reg(operation.a), machine.reg(operation.b));
  if (!result)
    return stopped(machine, comparer, at);
  machine.reg(operation.target) = *result;
  return at + 1;
}

const Cell* map_lookup(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word map = machine.reg(operation.b);
  if (!is_map(map))
    return machine.fail_ill_formed("a map", map);
  Comparer comparer(machine.meter());
  const auto found =
      MapEditor(machine.heap(), comparer).find(map.map, machine.reg(operation.a));
  if (!found)
    return stopped(machine, comparer, at);
  machine.reg(operation.target) =
      *found == nullptr ? none_word() : machine.heap().some((*found)->value);
  return at + 1;
}

const Cell* map_delete(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word map = machine.reg(operation.b);
  if (!is_map(map))
    return machine.fail_ill_formed("a map", map);
  Comparer comparer(machine.meter());
  const auto result = MapEditor(machine.heap(), comparer).remove(map, machine.reg(operation.a));
  if (!result)
    return stopped(machine, comparer, at);
  machine.reg(operation.target) = *result;
  return at + 1;
}

namespace {

// The list of what `element` makes of each entry, in order, `bytes` for each beside the cell.
template <typename Element>
const Cell* list_of(Machine& machine, const Cell* at, std::size_t bytes, const Element& element) {
  const Word map = machine.reg(at->operation.a);
  if (!is_map(map))
    return machine.fail_ill_formed("a map", map);
  if (!machine.charge(map.size) ||
      !machine.heap().reserve(std::uint64_t{map.size} * (sizeof(ListCell) + bytes)))
    return at;
  auto* const cells =
      static_cast<ListCell*>(machine.heap().allocate(map.size * sizeof(ListCell)));
  std::size_t count = 0;
  MapIterator entries(map.map);
  while (const MapNode* node = entries.next()) {
    cells[count].head = element(*node);
    cells[count].tail = count + 1 < map.size ? cells + count + 1 : nullptr;
    ++count;
  }
  machine.reg(at->operation.target) = list_word(map.size == 0 ? nullptr : cells);
  return at + 1;
}

} // namespace

const Cell* map_to_list(Machine& machine, const Cell* at) {
  const StructShape& shape = machine.store().entry_shape();
  constexpr std::size_t kBytes = sizeof(StructBox) + 2 * sizeof(Word);
  return list_of(machine, at, kBytes, [&](const MapNode& node) {
    auto* const box = static_cast<StructBox*>(machine.heap().allocate(kBytes));
    box->shape = &shape;
    auto* const fields = reinterpret_cast<Word*>(box + 1);
    fields[0] = node.key; // "key" comes before "value"
    fields[1] = node.value;
    Word word;
    word.kind = Kind::kStruct;
    word.fields = box;
    return word;
  });
}

const Cell* map_keys(Machine& machine, const Cell* at) {
  return list_of(machine, at, 0, [](const MapNode& node) { return node.key; });
}

const Cell* map_values(Machine& machine, const Cell* at) {
  return list_of(machine, at, 0, [](const MapNode& node) { return node.value; });
}

const Cell* map_size(Machine& machine, const Cell* at) {
  const Word map = machine.reg(at->operation.a);
  if (!is_map(map))
    return machine.fail_ill_formed("a map", map);
  machine.reg(at->operation.target) = int64_word(map.size);
  return at + 1;
}

} // namespace tenon::daml::interpreter::operations
