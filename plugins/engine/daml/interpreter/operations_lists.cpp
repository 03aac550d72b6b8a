// Built-in functions that call functions they are given. Each is a small function of the machine's
// own: its arguments and what it needs stand in a frame, and a step of it is an instruction that
// calls and comes back to itself.
#include <array>

#include "interpreter/builtin_code.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter {

namespace operations {

// Frame of a left fold: function, result so far, list; then two words for calls.
const Cell* fold_left_step(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  const Word& list = words[2];
  if (list.kind != Kind::kList)
    return machine.fail_ill_formed("a list", list);
  const ListCell* const cell = list.cells;
  if (cell == nullptr)
    return machine.return_word(words[1]);
  words[3] = words[1];
  words[4] = cell->head;
  words[2] = list_word(cell->tail);
  return machine.call(words[0], 3, 2, 1, at);
}

namespace {

// How many arguments a function waits for; 0 for what is none.
std::uint64_t missing_arguments(const Word& function) {
  if (function.kind == Kind::kFunction)
    return function.closure->function->arity;
  if (function.kind == Kind::kPartial)
    return function.partial->closure->function->arity - function.partial->count;
  return 0;
}

constexpr std::uint64_t kStepsPerElement = 1;

} // namespace

// Frame of a right fold: function, result so far, list, elements or functions, index; then two
// words for calls. A function that waits for one argument only is applied to all elements first,
// from the left; what comes out is then applied from the right.
const Cell* fold_right_begin(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  if (words[2].kind != Kind::kList)
    return machine.fail_ill_formed("a list", words[2]);
  const std::uint64_t missing = missing_arguments(words[0]);
  if (missing == 0)
    return machine.fail_ill_formed("a function", words[0]);
  if (missing == 1) {
    words[3] = list_word(nullptr);
    words[5] = Word(); // nothing has come out yet
    return at + 2;
  }
  std::uint32_t count = 0;
  for (const ListCell* cell = words[2].cells; cell != nullptr; cell = cell->tail) {
    if (!machine.charge(kStepsPerElement))
      return at;
    ++count;
  }
  if (!machine.heap().reserve(std::uint64_t{count} * sizeof(Word)))
    return at;
  Word* const elements = machine.heap().words(count);
  std::size_t next = 0;
  for (const ListCell* cell = words[2].cells; cell != nullptr; cell = cell->tail)
    elements[next++] = cell->head;
  words[3] = words_word(Kind::kRecord, elements, count);
  words[4] = int64_word(count);
  return at + 1;
}

const Cell* fold_right_step(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  if (words[4].integer == 0)
    return machine.return_word(words[1]);
  const std::int64_t index = words[4].integer - 1;
  words[4] = int64_word(index);
  words[5] = words[3].words[index];
  words[6] = words[1];
  return machine.call(words[0], 5, 2, 1, at);
}

// The function applied to the elements from the left: words[3] is the list of what came out, the
// last first. words[4] is what came out of the last call.
const Cell* fold_right_collect(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  const ListCell* const cell = words[2].cells;
  if (words[5].kind != Kind::kNone)
    words[3] = list_word(machine.heap().cell(words[4], words[3].cells));
  if (cell == nullptr)
    return at + 1;
  words[5] = unit_word(); // from now on words[4] means something
  words[2] = list_word(cell->tail);
  words[6] = cell->head;
  return machine.call(words[0], 6, 1, 4, at);
}

const Cell* fold_right_reduce(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  const ListCell* const cell = words[3].cells;
  if (cell == nullptr)
    return machine.return_word(words[1]);
  words[3] = list_word(cell->tail);
  words[6] = words[1];
  const Word function = cell->head;
  return machine.call(function, 6, 1, 1, at);
}

// Frame: function, two lists, the rest of both, an answer; then two words for calls.
const Cell* equal_list_step(Machine& machine, const Cell* at) {
  Word* const words = machine.frame();
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (words[i].kind != Kind::kList)
      return machine.fail_ill_formed("a list", words[i]);
  }
  const ListCell* const left = words[1].cells;
  const ListCell* const right = words[2].cells;
  if (left == nullptr || right == nullptr)
    return machine.return_word(bool_word(left == right));
  // The lists change places with every element, and the function's arguments with them: so the
  // reference does, and a function need not be symmetric.
  words[1] = list_word(right->tail);
  words[2] = list_word(left->tail);
  words[4] = right->head;
  words[5] = left->head;
  return machine.call(words[0], 4, 2, 3, at + 1);
}

const Cell* equal_list_next(Machine& machine, const Cell* at) {
  const Word& equal = machine.reg(3);
  if (equal.kind != Kind::kBool)
    return machine.fail_ill_formed("a Bool", equal);
  return equal.truth() ? at - 1 : machine.return_word(bool_word(false));
}

// Frame: an exception; then words for calls. The message of an arithmetic error is its field: its
// package may be unknown.
const Cell* exception_message(Machine& machine, const Cell* at) {
  const Word exception = machine.reg(0);
  if (exception.kind != Kind::kAny || exception.any->value.kind != Kind::kRecord)
    return machine.fail_ill_formed("an exception", exception);
  const RuntimeType& type = *exception.any->type;
  const Word& record = exception.any->value;
  if (&type == &machine.store().arithmetic_error() && record.size == 1)
    return machine.return_word(record.words[0]);
  if (type.constructor == nullptr)
    return machine.fail_ill_formed("an exception", exception);
  const auto message = machine.store().exception_message(*type.constructor);
  if (!message.ok())
    return machine.fail(ErrorKind::kIllFormedProgram, message.status().message());
  const Definition& definition = **message;
  machine.reg(2) = record;
  if (definition.arity == 0)
    return machine.use_constant(definition, 1, at, at + 1); // a constant that is a function
  return machine.tail_call(function_word(&definition.value.self), 2, 1);
}

const Cell* exception_message_apply(Machine& machine, const Cell*) {
  return machine.tail_call(machine.reg(1), 2, 1);
}

} // namespace operations

namespace {

// A body of the machine's own with the functions that have it.
struct OwnFunction {
  OwnFunction(std::initializer_list<Handler> handlers, std::uint16_t arity,
              std::uint32_t frame_size) {
    for (const Handler handler : handlers) {
      body.cells.emplace_back();
      body.cells.back().operation = {handler, 0, 0, 0, 0};
    }
    body.frame_size = frame_size;
    function.arity = arity;
    function.body.store(&body, std::memory_order_relaxed);
  }
  Body body;
  Function function;
};

} // namespace

const Function* find_own_function(lf::Builtin builtin) {
  static const OwnFunction kFoldLeft({operations::fold_left_step}, 3, 5);
  static const OwnFunction kFoldRight({operations::fold_right_begin, operations::fold_right_step,
                                       operations::fold_right_collect,
                                       operations::fold_right_reduce},
                                      3, 7);
  static const OwnFunction kEqualList({operations::equal_list_step, operations::equal_list_next},
                                      3, 6);
  static const OwnFunction kMessage(
      {operations::exception_message, operations::exception_message_apply}, 1, 3);
  switch (builtin) {
  case lf::Builtin::kFoldl:
    return &kFoldLeft.function;
  case lf::Builtin::kFoldr:
    return &kFoldRight.function;
  case lf::Builtin::kEqualList:
    return &kEqualList.function;
  case lf::Builtin::kAnyExceptionMessage:
    return &kMessage.function;
  default:
    return nullptr;
  }
}

const Function& scenario_function() {
  static const OwnFunction kScenario({operations::fail_scenario}, 1, 1);
  return kScenario.function;
}

} // namespace tenon::daml::interpreter
