#include <algorithm>

#include "interpreter/machine.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

const Function& function_at(const Cell* cell) {
  return *static_cast<const Function*>(cell->pointers.first);
}

} // namespace

// --- Moving words and control.

const Cell* move(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  words[at->operation.target] = words[at->operation.a];
  return at + 1;
}

const Cell* load(Machine& machine, const Cell* at) {
  machine.reg(at->operation.target) = at[1].word;
  return at + 2;
}

const Cell* load_constant(Machine& machine, const Cell* at) {
  const auto& definition = *static_cast<const Definition*>(at[1].pointers.first);
  return machine.use_constant(definition, at->operation.target, at, at + 2);
}

const Cell* load_function(Machine& machine, const Cell* at) {
  machine.reg(at->operation.target) = function_word(&function_at(at + 1).self);
  return at + 2;
}

const Cell* jump(Machine&, const Cell* at) {
  return at + at[1].numbers.first;
}

const Cell* return_from(Machine& machine, const Cell* at) {
  return machine.return_word(machine.reg(at->operation.a));
}

const Cell* call(Machine& machine, const Cell* at) {
  return machine.call(function_at(at + 1), at->operation.a, at->operation.target, at + 2);
}

const Cell* tail_call(Machine& machine, const Cell* at) {
  return machine.tail_call(function_at(at + 1), at->operation.a);
}

const Cell* apply(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  return machine.call(machine.reg(operation.a), operation.b, operation.c, operation.target, at + 1);
}

const Cell* tail_apply(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  return machine.tail_call(machine.reg(operation.a), operation.b, operation.c);
}

const Cell* apply_early(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word function = machine.reg(operation.target);
  std::int64_t missing = 0;
  if (function.kind == Kind::kFunction) {
    missing = function.closure->function->arity;
  } else if (function.kind == Kind::kPartial) {
    missing = function.partial->closure->function->arity -
              static_cast<std::int64_t>(function.partial->count);
  } else {
    return machine.fail_ill_formed("a function", function);
  }
  Word& given = machine.reg(operation.c);
  const std::int64_t first = given.integer;
  const std::int64_t waiting = at[1].numbers.first - first;
  if (waiting < missing)
    return at + 2;
  given = int64_word(at[1].numbers.first);
  return machine.call(function, static_cast<Register>(operation.a + first),
                      static_cast<std::uint32_t>(waiting), operation.target, at + 2);
}

const Cell* apply_pending(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const std::int64_t first = machine.reg(operation.c).integer;
  return machine.call(machine.reg(operation.b), static_cast<Register>(operation.a + first),
                      static_cast<std::uint32_t>(at[1].numbers.first - first), operation.target,
                      at + 2);
}

const Cell* tail_apply_pending(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const std::int64_t first = machine.reg(operation.c).integer;
  return machine.tail_call(machine.reg(operation.b), static_cast<Register>(operation.a + first),
                           static_cast<std::uint32_t>(at[1].numbers.first - first));
}

const Cell* run(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  machine.reg(operation.b) = unit_word();
  return machine.call(machine.reg(operation.a), operation.b, 1, operation.target, at + 1);
}

const Cell* tail_run(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  machine.reg(operation.b) = unit_word();
  return machine.tail_call(machine.reg(operation.a), operation.b, 1);
}

const Cell* make_closure(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const std::size_t count = operation.a;
  auto* const closure = static_cast<Closure*>(
      machine.heap().allocate(sizeof(Closure) + count * sizeof(Word)));
  closure->function = &function_at(at + 1);
  auto* const captured = reinterpret_cast<Word*>(closure + 1);
  const Word* const words = machine.frame();
  const Register* const registers = at[2].registers;
  for (std::size_t i = 0; i < count; ++i)
    captured[i] = words[registers[i]];
  machine.reg(operation.target) = function_word(closure);
  return at + 2 + (count + 7) / 8;
}

const Cell* make_partial(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const std::size_t count = operation.b;
  auto* const partial = static_cast<Partial*>(
      machine.heap().allocate(sizeof(Partial) + count * sizeof(Word)));
  partial->closure = &function_at(at + 1).self;
  partial->count = count;
  std::copy_n(machine.frame() + operation.a, count, reinterpret_cast<Word*>(partial + 1));
  Word word;
  word.kind = Kind::kPartial;
  word.partial = partial;
  machine.reg(operation.target) = word;
  return at + 2;
}

const Cell* fail_match(Machine& machine, const Cell*) {
  return machine.fail(ErrorKind::kMatchFailed, "no alternative of a case matches");
}

const Cell* fail_scenario(Machine& machine, const Cell*) {
  return machine.fail(ErrorKind::kUnsupported, "scenarios are not run");
}

// --- Cases.

const Cell* jump_unless(Machine& machine, const Cell* at) {
  const Word& word = machine.reg(at->operation.a);
  if (word.kind != Kind::kBool)
    return machine.fail_ill_formed("a Bool", word);
  return word.truth() ? at + 2 : at + at[1].numbers.first;
}

const Cell* case_list(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  Word* const words = machine.frame();
  const Word& list = words[operation.a];
  if (list.kind != Kind::kList)
    return machine.fail_ill_formed("a list", list);
  const ListCell* const cell = list.cells;
  if (cell == nullptr)
    return at + at[1].numbers.first;
  words[operation.target] = cell->head;
  words[operation.b] = list_word(cell->tail);
  return at + 2;
}

const Cell* case_optional(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  const Word& optional = words[at->operation.a];
  if (optional.kind != Kind::kOptional)
    return machine.fail_ill_formed("an optional", optional);
  if (optional.words == nullptr)
    return at + at[1].numbers.first;
  words[at->operation.target] = *optional.words;
  return at + 2;
}

namespace {

const Cell* jump_by_rank(const Cell* at, std::uint32_t rank) {
  const Cell& entry = at[1 + rank / 2];
  return at + (rank % 2 == 0 ? entry.numbers.first : entry.numbers.second);
}

} // namespace

const Cell* case_variant(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  const Word& variant = words[at->operation.a];
  if (variant.kind != Kind::kVariant || variant.size >= at->operation.b)
    return machine.fail_ill_formed("another variant", variant);
  const std::uint32_t rank = variant.size;
  words[at->operation.target] = *variant.words;
  return jump_by_rank(at, rank);
}

const Cell* case_enum(Machine& machine, const Cell* at) {
  const Word& value = machine.reg(at->operation.a);
  if (value.kind != Kind::kEnum || value.size >= at->operation.b)
    return machine.fail_ill_formed("another enum", value);
  return jump_by_rank(at, value.size);
}

} // namespace tenon::daml::interpreter::operations
