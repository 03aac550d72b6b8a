#include "interpreter/machine.hpp"

#include <algorithm>
#include <cstring>

#include "interpreter/conversion.hpp"
#include "interpreter/operations.hpp"
#include "values/value_text.hpp"

namespace tenon::daml::interpreter {

namespace {

Cell code_cell(Handler handler) {
  Cell cell;
  cell.operation = {handler, 0, 0, 0, 0};
  return cell;
}

const Cell kFinish = code_cell(operations::finish);
const Cell kApplyRest = code_cell(operations::apply_rest);

constexpr std::size_t kMaxExceptionText = 400;

bool is_record_of_text(const Word& word) {
  return word.kind == Kind::kRecord && word.size == 1 && word.words[0].kind == Kind::kText;
}

// Module:Name@package{ field = value, field = value }
std::string exception_text(const Word& exception, const Error& error) {
  std::string text = error.type_name;
  if (exception.kind == Kind::kAny && exception.any->type->constructor != nullptr)
    text += "@" + exception.any->type->constructor->id.package.str();
  if (!error.exception)
    return text;
  const Value& value = *error.exception;
  const bool labelled = value.kind() == Value::Kind::kRecord && value.labels() != nullptr;
  if (!labelled)
    return text + ": " + daml::to_text(value);
  text += "{ ";
  for (std::size_t i = 0; i < value.children().size() && text.size() < kMaxExceptionText; ++i) {
    text += (i == 0 ? "" : ", ") + (*value.labels())[i] + " = ";
    text += daml::to_text(value.children()[i]);
  }
  return text + " }";
}

constexpr std::size_t kMaxTrace = 16;
constexpr std::size_t kMaxTraces = 100;
constexpr std::size_t kMaxTraceText = 1000;

} // namespace

Machine::Machine(PackageStore& store, LedgerPort* port, MachineOptions options)
    : store_(store), port_(port), options_(std::move(options)), meter_(options_.budget.steps),
      own_heap_(meter_, options_.budget.memory_bytes), heap_(&own_heap_) {}

Machine::~Machine() = default;

void Machine::start(const Function& function, std::span<const Word> arguments) {
  (void)stack_.push({&kFinish, 0, 0, StackRecord::Kind::kCall});
  const auto count = static_cast<std::uint32_t>(arguments.size());
  if (!stack_.ensure(count)) {
    fail(ErrorKind::kStackExceeded, "expected fewer arguments");
    return;
  }
  std::copy(arguments.begin(), arguments.end(), frame());
  next_ = apply_here(function_word(&function.self), count);
}

void Machine::start(std::unique_ptr<const Body> body) {
  (void)stack_.push({&kFinish, 0, 0, StackRecord::Kind::kCall});
  body_ = std::move(body);
  if (!stack_.ensure(body_->frame_size)) {
    fail(ErrorKind::kStackExceeded, "expected a smaller frame");
    return;
  }
  next_ = body_->cells.data();
}

Machine::Outcome Machine::run() {
  const Cell* at = next_;
  next_ = nullptr;
  while (at != nullptr) {
    current_ = at;
    if (!meter_.take_step()) [[unlikely]] {
      at = exhausted();
      break;
    }
    at = at->operation.handler(*this, at);
  }
  if (error_)
    return Outcome::kError;
  return next_ == nullptr ? Outcome::kFinished : Outcome::kQuestion;
}

std::uint64_t Machine::memory_used() const {
  return constants_.bytes + own_heap_.used();
}

// --- Calls.

const Cell* Machine::enter(const Closure& closure) {
  const Function& function = *closure.function;
  const Body* body = function.body.load(std::memory_order_acquire);
  if (body == nullptr) [[unlikely]] {
    if (Status status = store_.compile(function); !status.ok())
      return fail(ErrorKind::kIllFormedProgram, status.message());
    body = function.body.load(std::memory_order_acquire);
  }
  if (!stack_.ensure(body->frame_size)) [[unlikely]]
    return fail(ErrorKind::kStackExceeded, "the stack of calls takes too much memory");
  std::copy_n(closure.captured(), body->captured, frame() + function.arity);
  return body->cells.data();
}

const Cell* Machine::call(const Word& function, Register base, std::uint32_t count,
                          Register target, const Cell* resume) {
  const Word callee = function;
  if (!stack_.push({resume, stack_.frame_offset(), target, StackRecord::Kind::kCall}))
    return fail(ErrorKind::kStackExceeded, "calls lie too deep inside each other");
  stack_.advance_frame(base);
  return apply_here(callee, count);
}

const Cell* Machine::call(const Function& function, Register base, Register target,
                          const Cell* resume) {
  if (!stack_.push({resume, stack_.frame_offset(), target, StackRecord::Kind::kCall}))
    return fail(ErrorKind::kStackExceeded, "calls lie too deep inside each other");
  stack_.advance_frame(base);
  return enter(function.self);
}

const Cell* Machine::tail_call(const Word& function, Register base, std::uint32_t count) {
  const Word callee = function;
  std::copy_n(frame() + base, count, frame());
  return apply_here(callee, count);
}

const Cell* Machine::tail_call(const Function& function, Register base) {
  std::copy_n(frame() + base, function.arity, frame());
  return enter(function.self);
}

const Cell* Machine::apply_here(Word function, std::uint32_t count) {
  if (function.kind == Kind::kPartial) {
    const Partial& partial = *function.partial;
    const auto given = static_cast<std::uint32_t>(partial.count);
    if (!stack_.ensure(count + given))
      return fail(ErrorKind::kStackExceeded, "the stack of calls takes too much memory");
    std::copy_backward(frame(), frame() + count, frame() + count + given);
    std::copy_n(partial.arguments(), given, frame());
    count += given;
    function = function_word(partial.closure);
  }
  if (function.kind != Kind::kFunction)
    return fail_ill_formed("a function", function);
  const std::uint32_t arity = function.closure->function->arity;
  if (count == arity) [[likely]]
    return enter(*function.closure);
  return count < arity ? partial_here(*function.closure, count)
                       : apply_too_many(*function.closure, count);
}

const Cell* Machine::partial_here(const Closure& closure, std::uint32_t count) {
  auto* const partial =
      static_cast<Partial*>(heap_->allocate(sizeof(Partial) + count * sizeof(Word)));
  partial->closure = &closure;
  partial->count = count;
  std::copy_n(frame(), count, reinterpret_cast<Word*>(partial + 1));
  Word word;
  word.kind = Kind::kPartial;
  word.partial = partial;
  return return_word(word);
}

// A frame for what is left over: where the first call's result goes, how many arguments are to
// come, these. The call's own frame comes after it.
const Cell* Machine::apply_too_many(const Closure& closure, std::uint32_t count) {
  const std::uint32_t arity = closure.function->arity;
  const std::uint32_t rest = count - arity;
  if (!stack_.ensure(rest + 2 + count))
    return fail(ErrorKind::kStackExceeded, "the stack of calls takes too much memory");
  Word* const words = frame();
  // Up by the room for the rest, then the rest to its place.
  std::copy_backward(words, words + count, words + count + rest + 2);
  std::copy_n(words + rest + 2 + arity, rest, words + 2);
  words[1] = int64_word(rest);
  if (!stack_.push({&kApplyRest, stack_.frame_offset(), 0, StackRecord::Kind::kCall}))
    return fail(ErrorKind::kStackExceeded, "calls lie too deep inside each other");
  stack_.advance_frame(rest + 2);
  return enter(closure);
}

namespace operations {

const Cell* apply_rest(Machine& machine, const Cell*) {
  Word* const words = machine.frame();
  const Word function = words[0];
  const auto rest = static_cast<std::uint32_t>(words[1].integer);
  std::copy_n(words + 2, rest, words);
  return machine.apply_here(function, rest);
}

const Cell* finish(Machine& machine, const Cell* at) {
  return machine.finish(machine.reg(at->operation.a));
}

} // namespace operations

const Cell* Machine::mark(StackRecord::Kind kind, Register target, const Cell* resume,
                          const Cell* next) {
  if (!stack_.push({resume, stack_.frame_offset(), target, kind}))
    return fail(ErrorKind::kStackExceeded, "calls lie too deep inside each other");
  return next;
}

bool Machine::has_room(std::uint32_t words) {
  if (stack_.ensure(words))
    return true;
  fail(ErrorKind::kStackExceeded, "the stack of calls takes too much memory");
  return false;
}

// --- Exceptions.

bool Machine::is_caught() const {
  const auto caught_in = [](const Stack& stack) -> std::optional<bool> {
    for (std::uint32_t i = stack.depth(); i > 0; --i) {
      const StackRecord::Kind kind = stack.at(i - 1).kind;
      if (kind == StackRecord::Kind::kTry || kind == StackRecord::Kind::kNoCatch)
        return kind == StackRecord::Kind::kTry;
    }
    return std::nullopt;
  };
  std::optional<bool> caught = caught_in(stack_);
  for (auto open = constants_.open.rbegin(); !caught && open != constants_.open.rend(); ++open)
    caught = caught_in(open->outer_stack);
  return caught.value_or(false);
}

const Cell* Machine::throw_exception(const Word& exception) {
  Word thrown = exception;
  if (!is_caught())
    return unhandled(thrown);
  while (true) {
    if (stack_.empty()) {
      // The constant is the exception from now on, for whoever uses it.
      thrown = abandon_constant(thrown);
      continue;
    }
    const StackRecord record = stack_.pop();
    switch (record.kind) {
    case StackRecord::Kind::kCall:
    case StackRecord::Kind::kNoCatch:
      break;
    case StackRecord::Kind::kExercise:
      port_->abort_exercise();
      break;
    case StackRecord::Kind::kTry:
      if (!port_->can_roll_back())
        return unhandled(thrown);
      port_->roll_back_try();
      stack_.set_frame(record.frame);
      reg(record.target) = thrown;
      return record.resume;
    }
  }
}

const Cell* Machine::throw_arithmetic_error(std::string_view builtin,
                                            std::span<const std::string> shown) {
  std::string message = "ArithmeticError while evaluating (" + std::string(builtin);
  for (const std::string& argument : shown)
    message += " " + argument;
  message += ").";
  Word* const record = heap_->words(1);
  *record = heap_->text(Kind::kText, message);
  return throw_exception(
      heap_->any(&store_.arithmetic_error(), words_word(Kind::kRecord, record, 1)));
}

const Cell* Machine::unhandled(const Word& exception) {
  Error error;
  error.kind = ErrorKind::kUnhandledException;
  if (exception.kind == Kind::kAny) {
    const RuntimeType& type = *exception.any->type;
    const Word& record = exception.any->value;
    error.type_name = to_text(type);
    if (&type == &store_.arithmetic_error() && is_record_of_text(record)) {
      // Its package may be unknown.
      static const Labels kLabels =
          std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"message"});
      error.exception =
          Value::record(std::make_shared<const Identifier>(type.constructor->id), kLabels,
                        {Value::text(std::string(record.words[0].text()))});
    } else if (auto value = export_for_message(store_, type, record); value.ok()) {
      error.exception = std::move(*value);
    }
  }
  error.message = exception_text(exception, error);
  if (port_ != nullptr)
    error.root_node = port_->root_actions();
  return fail(std::move(error));
}

// --- Ends.

const Cell* Machine::fail(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return fail(std::move(error));
}

const Cell* Machine::fail(Error error) {
  locate(error);
  error_ = std::move(error);
  return nullptr;
}

const Cell* Machine::fail_ill_formed(std::string_view expected, const Word& found) {
  return fail(ErrorKind::kIllFormedProgram, "expected " + std::string(expected) + ", found " +
                                                std::string(kind_name(found.kind)));
}

const Cell* Machine::fail_ledger(const Status& status) {
  Error error;
  error.kind = ErrorKind::kLedger;
  error.message = status.message();
  if (port_->error()) {
    error.ledger = port_->error();
    error.message = error.ledger->message;
    error.contract_id = error.ledger->contract_id;
    error.key = error.ledger->key;
  }
  return fail(std::move(error));
}

const Cell* Machine::finish(const Word& word) {
  result_ = word;
  return nullptr;
}

const Cell* Machine::exhausted() {
  if (!constants_.open.empty())
    return constant_exceeded(*constants_.open.front().definition);
  if (meter_.stop() == Meter::Stop::kMemory) {
    return fail(ErrorKind::kMemoryExceeded,
                "takes more memory than " + std::to_string(options_.budget.memory_bytes) +
                    " bytes");
  }
  return fail(ErrorKind::kStepsExceeded,
              "takes more steps than " + std::to_string(options_.budget.steps));
}

// Where the program is, from the records of calls under way.
void Machine::locate(Error& error) const {
  std::string last;
  const auto add = [&](const Cell* cell) {
    const PackageStore::CodePosition position = store_.find_code(cell);
    if (position.function == nullptr || position.function->definition == nullptr)
      return;
    const Definition& definition = *position.function->definition;
    const lf::Package& package = definition.package->source();
    std::string place = package.id() + ":" + definition.name;
    const auto& range = package.location(position.location).range;
    if (!position.location.is_none() && range)
      place += ":" + std::to_string(range->start_line + 1);
    if (place != last)
      error.trace.push_back(place);
    last = std::move(place);
  };
  if (current_ != nullptr)
    add(current_);
  const auto add_stack = [&](const Stack& stack) {
    for (std::uint32_t i = stack.depth(); i > 0 && error.trace.size() < kMaxTrace; --i)
      add(stack.at(i - 1).resume);
  };
  add_stack(stack_);
  for (auto open = constants_.open.rbegin(); open != constants_.open.rend(); ++open) {
    add(open->resume);
    add_stack(open->outer_stack);
  }
}

void Machine::trace(std::string_view text) {
  if (traces_.size() == kMaxTraces)
    traces_.erase(traces_.begin());
  traces_.emplace_back(text.substr(0, kMaxTraceText));
}

// --- Questions.

const Cell* Machine::ask(Question question, const Cell* at, std::int64_t steps_left) {
  // The instruction is begun again: its own step, taken before, too.
  meter_.restore(steps_left + 1);
  question_ = std::move(question);
  next_ = at;
  return nullptr;
}

void Machine::answer_time(Timestamp time) {
  options_.ledger_time = time;
}

} // namespace tenon::daml::interpreter
