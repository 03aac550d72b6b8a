#include <algorithm>

#include "interpreter/machine.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

std::size_t cells_for(std::size_t registers) {
  return (registers + 7) / 8;
}

void gather(const Word* words, const Register* registers, std::size_t count, Word* target) {
  for (std::size_t i = 0; i < count; ++i)
    target[i] = words[registers[i]];
}

const RuntimeType* type_at(const Cell* cell) {
  return static_cast<const RuntimeType*>(cell->pointers.first);
}

FieldName name_at(const Cell* cell) {
  return {static_cast<std::uint32_t>(cell->numbers.first)};
}

Word struct_word(const StructBox* box) {
  Word word;
  word.kind = Kind::kStruct;
  word.fields = box;
  return word;
}

StructBox* make_box(Machine& machine, const StructShape& shape) {
  auto* const box = static_cast<StructBox*>(
      machine.heap().allocate(sizeof(StructBox) + shape.names.size() * sizeof(Word)));
  box->shape = &shape;
  return box;
}

} // namespace

const Cell* make_record(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const std::size_t count = operation.a;
  Word* const fields = machine.heap().words(count);
  gather(machine.frame(), at[1].registers, count, fields);
  machine.reg(operation.target) =
      words_word(Kind::kRecord, fields, static_cast<std::uint32_t>(count));
  return at + 1 + cells_for(count);
}

const Cell* get_field(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  Word* const words = machine.frame();
  const Word& record = words[operation.a];
  if (record.kind != Kind::kRecord || operation.b >= record.size)
    return machine.fail_ill_formed("another record", record);
  words[operation.target] = record.words[operation.b];
  return at + 1;
}

const Cell* set_fields(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word record = machine.reg(operation.a);
  if (record.kind != Kind::kRecord)
    return machine.fail_ill_formed("a record", record);
  Word* const fields = machine.heap().words(record.size);
  std::copy_n(record.words, record.size, fields);
  const std::size_t count = operation.b;
  const Register* const pairs = at[1].registers;
  for (std::size_t i = 0; i < count; ++i) {
    if (pairs[2 * i] >= record.size)
      return machine.fail_ill_formed("another record", record);
    fields[pairs[2 * i]] = machine.reg(pairs[2 * i + 1]);
  }
  machine.reg(operation.target) = words_word(Kind::kRecord, fields, record.size);
  return at + 1 + cells_for(2 * count);
}

const Cell* make_struct(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const std::size_t count = operation.a;
  StructBox* const box =
      make_box(machine, *static_cast<const StructShape*>(at[1].pointers.first));
  gather(machine.frame(), at[2].registers, count, reinterpret_cast<Word*>(box + 1));
  machine.reg(operation.target) = struct_word(box);
  return at + 2 + cells_for(count);
}

const Cell* get_struct_field(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  const Word& value = words[at->operation.a];
  if (value.kind != Kind::kStruct)
    return machine.fail_ill_formed("a struct", value);
  const std::uint32_t index = value.fields->shape->find(name_at(at + 1));
  if (index == StructShape::kNone)
    return machine.fail_ill_formed("another struct", value);
  words[at->operation.target] = value.fields->words()[index];
  return at + 2;
}

const Cell* set_struct_field(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word value = machine.reg(operation.a);
  if (value.kind != Kind::kStruct)
    return machine.fail_ill_formed("a struct", value);
  const StructShape& shape = *value.fields->shape;
  const std::uint32_t index = shape.find(name_at(at + 1));
  if (index == StructShape::kNone)
    return machine.fail_ill_formed("another struct", value);
  StructBox* const box = make_box(machine, shape);
  auto* const fields = reinterpret_cast<Word*>(box + 1);
  std::copy_n(value.fields->words(), shape.names.size(), fields);
  fields[index] = machine.reg(operation.b);
  machine.reg(operation.target) = struct_word(box);
  return at + 2;
}

const Cell* make_variant(Machine& machine, const Cell* at) {
  const auto rank = static_cast<std::uint32_t>(at[1].numbers.first);
  machine.reg(at->operation.target) =
      machine.heap().variant(rank, machine.reg(at->operation.a));
  return at + 2;
}

const Cell* make_some(Machine& machine, const Cell* at) {
  machine.reg(at->operation.target) = machine.heap().some(machine.reg(at->operation.a));
  return at + 1;
}

const Cell* make_cons(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word tail = machine.reg(operation.b);
  if (tail.kind != Kind::kList)
    return machine.fail_ill_formed("a list", tail);
  machine.reg(operation.target) =
      list_word(machine.heap().cell(machine.reg(operation.a), tail.cells));
  return at + 1;
}

const Cell* make_list(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word tail = machine.reg(operation.b);
  if (tail.kind != Kind::kList)
    return machine.fail_ill_formed("a list", tail);
  const std::size_t count = operation.a;
  const ListCell* list = tail.cells;
  for (std::size_t i = count; i > 0; --i)
    list = machine.heap().cell(machine.reg(at[1].registers[i - 1]), list);
  machine.reg(operation.target) = list_word(list);
  return at + 1 + cells_for(count);
}

const Cell* to_any(Machine& machine, const Cell* at) {
  machine.reg(at->operation.target) =
      machine.heap().any(type_at(at + 1), machine.reg(at->operation.a));
  return at + 2;
}

const Cell* from_any(Machine& machine, const Cell* at) {
  const Word any = machine.reg(at->operation.a);
  if (any.kind != Kind::kAny)
    return machine.fail_ill_formed("an Any", any);
  machine.reg(at->operation.target) =
      any.any->type == type_at(at + 1) ? machine.heap().some(any.any->value) : none_word();
  return at + 2;
}

const Cell* throw_any(Machine& machine, const Cell* at) {
  return machine.throw_exception(machine.reg(at->operation.a));
}

} // namespace tenon::daml::interpreter::operations
