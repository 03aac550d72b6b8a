#include "interpreter/constants.hpp"

#include "interpreter/machine.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter {

namespace {

Cell close_cell() {
  Cell cell;
  cell.operation = {operations::close_constant, 0, 0, 0, 0};
  return cell;
}
const Cell kCloseConstant = close_cell();

} // namespace

namespace operations {

const Cell* close_constant(Machine& machine, const Cell*) {
  return machine.close_constant();
}

} // namespace operations

std::uint64_t Machine::memory_left() const {
  std::uint64_t used = constants_.bytes + own_heap_.used();
  for (const OpenConstant& open : constants_.open)
    used += open.constant->heap->used();
  const std::uint64_t budget = options_.budget.memory_bytes;
  return budget - std::min(budget, used);
}

const Constant* Machine::known_constant(const Definition& definition) const {
  if (const Constant* constant = definition.constant.load(std::memory_order_acquire))
    return constant;
  const auto own = constants_.own.find(&definition);
  return own == constants_.own.end() ? nullptr : own->second.get();
}

// Whether the budget allows for the constant and those that it rests on, as far as they have not
// been charged yet.
bool Machine::charge_constant(const Definition& definition) {
  std::vector<bool>& charged = constants_.charged;
  if (charged.size() < store_.definition_count())
    charged.resize(store_.definition_count());
  std::vector<const Definition*> waiting{&definition};
  std::uint64_t steps = 0;
  std::uint64_t bytes = 0;
  while (!waiting.empty()) {
    const Definition& next = *waiting.back();
    waiting.pop_back();
    if (charged[next.serial])
      continue;
    charged[next.serial] = true;
    const Constant& constant = *known_constant(next);
    steps += constant.steps;
    bytes += constant.bytes;
    waiting.insert(waiting.end(), constant.uses.begin(), constant.uses.end());
  }
  if (!constants_.open.empty())
    constants_.open.back().steps_of_others += steps;
  const bool fits = bytes <= memory_left();
  constants_.bytes += bytes;
  heap_->set_limit(heap_->used() + memory_left());
  return meter_.charge(steps) && fits;
}

const Cell* Machine::use_constant(const Definition& definition, Register target, const Cell* at,
                                  const Cell* next) {
  const Constant* const constant = known_constant(definition);
  if (constant == nullptr)
    return open_constant(definition, at);
  if (!constants_.open.empty()) {
    OpenConstant& open = constants_.open.back();
    open.uses.insert(&definition);
    open.constant->nesting = std::max(open.constant->nesting, constant->nesting + 1);
    if (constant->nesting + constants_.open.size() > kMaxConstantNesting)
      return constant_exceeded(definition);
  }
  const bool charged = definition.serial < constants_.charged.size() &&
                       constants_.charged[definition.serial];
  if (!charged && !charge_constant(definition))
    return constant_exceeded(definition);
  if (constant->thrown)
    return throw_exception(constant->word);
  reg(target) = constant->word;
  return next;
}

const Cell* Machine::constant_exceeded(const Definition& definition) {
  // The one that the program asked for, not one that others rest on.
  const Definition& outermost =
      constants_.open.empty() ? definition : *constants_.open.front().definition;
  return fail(ErrorKind::kConstantExceeded, "evaluating the constant " + outermost.name +
                                                " takes more than is left of the budget");
}

const Cell* Machine::open_constant(const Definition& definition, const Cell* at) {
  for (const OpenConstant& open : constants_.open) {
    if (open.definition == &definition)
      return constant_exceeded(definition); // it needs itself
  }
  if (constants_.open.size() >= kMaxConstantNesting)
    return constant_exceeded(definition);
  OpenConstant open;
  open.definition = &definition;
  open.constant = std::make_unique<Constant>();
  open.constant->heap = std::make_unique<Heap>(meter_, memory_left());
  open.outer_heap = heap_;
  open.resume = at;
  open.steps_before = meter_.used();
  std::swap(open.outer_stack, stack_);
  heap_ = open.constant->heap.get();
  constants_.open.push_back(std::move(open));
  (void)stack_.push({&kCloseConstant, 0, 0, StackRecord::Kind::kCall});
  return enter(definition.value.self);
}

const Cell* Machine::close_constant() {
  constants_.open.back().constant->word = reg(0);
  const Cell* const resume = keep_constant();
  meter_.give_back_step(); // of the instruction that is begun again
  return resume;
}

// An exception left its evaluation. Returns the exception as it is kept.
Word Machine::abandon_constant(const Word& exception) {
  OpenConstant& open = constants_.open.back();
  const Definition& definition = *open.definition;
  open.constant->word = exception;
  open.constant->thrown = true;
  (void)keep_constant();
  return known_constant(definition)->word;
}

// Back to where the constant is needed.
const Cell* Machine::keep_constant() {
  OpenConstant open = std::move(constants_.open.back());
  constants_.open.pop_back();
  std::swap(open.outer_stack, stack_);
  heap_ = open.outer_heap;
  Constant& constant = *open.constant;
  const std::uint64_t steps = meter_.used() - open.steps_before;
  constant.steps = steps - open.steps_of_others;
  constant.bytes = constant.heap->used();
  constant.uses.assign(open.uses.begin(), open.uses.end());
  constants_.bytes += constant.bytes;
  const Definition& definition = *open.definition;
  if (!constants_.open.empty()) {
    OpenConstant& outer = constants_.open.back();
    outer.steps_of_others += steps;
    outer.uses.insert(&definition);
    outer.constant->nesting = std::max(outer.constant->nesting, constant.nesting + 1);
  }
  if (constants_.charged.size() < store_.definition_count())
    constants_.charged.resize(store_.definition_count());
  constants_.charged[definition.serial] = true;
  publish_constant(definition, std::move(open.constant));
  heap_->set_limit(heap_->used() + memory_left());
  return open.resume;
}

void Machine::publish_constant(const Definition& definition, std::unique_ptr<Constant> constant) {
  bool kept = constant->bytes <= kMaxKeptConstantBytes;
  for (const Definition* used : constant->uses)
    kept = kept && used->constant.load(std::memory_order_acquire) != nullptr;
  std::atomic<std::uint64_t>& total = definition.package->constant_bytes;
  if (kept && total.fetch_add(constant->bytes, std::memory_order_relaxed) + constant->bytes >
                  kMaxKeptPackageBytes) {
    total.fetch_sub(constant->bytes, std::memory_order_relaxed);
    kept = false;
  }
  if (!kept) {
    constants_.own.emplace(&definition, std::move(constant));
    return;
  }
  const Constant* expected = nullptr;
  auto& slot = const_cast<std::atomic<const Constant*>&>(definition.constant);
  if (slot.compare_exchange_strong(expected, constant.get(), std::memory_order_acq_rel)) {
    (void)constant.release();
  } else {
    total.fetch_sub(constant->bytes, std::memory_order_relaxed); // another thread was first
  }
}

} // namespace tenon::daml::interpreter
