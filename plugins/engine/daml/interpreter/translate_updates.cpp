// Updates. As a value an update is a function of one argument that means nothing: what it needs was
// evaluated when the value was made, the rest happens when it is run. Where an update is run at
// once it is never a value.
#include "interpreter/operations.hpp"
#include "interpreter/translator.hpp"

namespace tenon::daml::interpreter {

using lf::UpdateForm;
namespace op = operations;

Result<const ChoiceCode*> Translator::choice(const TemplateCode& contract, lf::Name name) {
  const auto found = contract.choices.find(source_.text(name));
  if (found == contract.choices.end()) {
    return not_found("expected a choice \"" + text(name) + "\" of template " +
                     contract.id().to_text() + ", found none");
  }
  return static_cast<const ChoiceCode*>(found->second.get());
}

// `action` is what the update does, with the operands evaluated.
Status Translator::emit_action(std::initializer_list<const lf::Expr*> operands, Destination to,
                               Action action) {
  std::vector<Variable> variables;
  for (const lf::Expr* expression : operands) {
    TENON_ASSIGN_OR_RETURN(variables.emplace_back(), evaluate(*expression));
  }
  if (to.run)
    return action(variables, {to.target, false});
  const Register held = place(to);
  TENON_RETURN_IF_ERROR(make_closure(1, held, [&] { return action(variables, {}); }));
  settle(to, held);
  return {};
}

Status Translator::emit_step(const Function& step, std::span<const Variable> operands,
                             Destination to) {
  const Register base = scope_->allocate(static_cast<std::uint32_t>(operands.size()));
  for (std::size_t i = 0; i < operands.size(); ++i)
    settle({static_cast<Register>(base + i), false}, use(operands[i]));
  emit_function_call(step, base, to);
  return {};
}

Status Translator::emit_update(const lf::Update& update, Destination to) {
  switch (update.update) {
  case UpdateForm::kPure:
    return emit_action({update.first}, to, [&](std::span<const Variable> operands,
                                               Destination inner) {
      settle(inner, use(operands[0]));
      return Status();
    });
  case UpdateForm::kEmbed:
    return emit_action({}, to, [&](std::span<const Variable>, Destination inner) {
      return emit(*update.first, {inner.target, true});
    });
  case UpdateForm::kBlock:
    return emit_block(update, to);
  case UpdateForm::kGetTime:
    return emit_action({}, to, [&](std::span<const Variable>, Destination inner) {
      const Register held = place(inner);
      scope_->add(op::get_time, reg(held));
      settle(inner, held);
      return Status();
    });
  case UpdateForm::kTryCatch:
    return emit_action({}, to, [&](std::span<const Variable>, Destination inner) {
      return emit_try(update, inner);
    });
  case UpdateForm::kCreateInterface:
  case UpdateForm::kExerciseInterface:
  case UpdateForm::kFetchInterface:
    return emit_interface_update(update, to);
  default:
    return emit_template_update(update, to);
  }
}

Status Translator::emit_steps(std::initializer_list<const lf::Expr*> operands, Destination to,
                              const Function& step) {
  return emit_action(operands, to, [&](std::span<const Variable> variables, Destination inner) {
    return emit_step(step, variables, inner);
  });
}

Status Translator::emit_interface_update(const lf::Update& update, Destination to) {
  TENON_ASSIGN_OR_RETURN(const InterfaceCode* code, interface(update.target));
  if (update.update == UpdateForm::kFetchInterface)
    return emit_steps({update.first}, to, code->fetch.run);
  if (update.update == UpdateForm::kExerciseInterface) {
    const auto found = code->choices.find(source_.text(update.name));
    if (found == code->choices.end()) {
      return not_found("expected a choice \"" + text(update.name) + "\" of interface " +
                       code->id().to_text() + ", found none");
    }
    return emit_steps({update.first, update.second}, to, found->second->exercise.run);
  }
  return emit_action({}, to, [&](std::span<const Variable>, Destination inner) {
    TENON_ASSIGN_OR_RETURN(const Register value, operand(*update.first));
    const Register held = place(inner);
    scope_->add(op::create_from_interface, reg(held), reg(value), reg(scope_->free_register()));
    emit_view_check(value, *code);
    settle(inner, held);
    return Status();
  });
}

Status Translator::emit_template_update(const lf::Update& update, Destination to) {
  TENON_ASSIGN_OR_RETURN(const TemplateCode* code, contract(update.target));
  switch (update.update) {
  case UpdateForm::kCreate:
    return emit_steps({update.first}, to, code->create.run);
  case UpdateForm::kExercise:
  case UpdateForm::kSoftExercise: {
    TENON_ASSIGN_OR_RETURN(const ChoiceCode* exercised, choice(*code, update.name));
    return emit_steps({update.first, update.second}, to, exercised->exercise.run);
  }
  case UpdateForm::kExerciseByKey: {
    TENON_ASSIGN_OR_RETURN(const ChoiceCode* exercised, choice(*code, update.name));
    return emit_steps({update.first, update.second}, to, exercised->exercise_by_key.run);
  }
  case UpdateForm::kFetch:
  case UpdateForm::kSoftFetch:
    return emit_steps({update.first}, to, code->fetch.run);
  case UpdateForm::kFetchByKey:
    return emit_steps({update.first}, to, code->fetch_by_key.run);
  case UpdateForm::kLookupByKey:
    return emit_steps({update.first}, to, code->lookup_by_key.run);
  default:
    return invalid_argument("expected an update, found a form that is none");
  }
}

Status Translator::emit_bindings(std::span<const lf::Binding> bindings, const lf::Expr& last,
                                 Destination to) {
  const std::size_t bound = undo_.size();
  for (const lf::Binding& binding : bindings) {
    const Variable yielded = hold_new();
    TENON_RETURN_IF_ERROR(emit(*binding.value, {yielded.held, true}));
    bind(binding.binder.name, yielded);
  }
  Status status = emit(last, {to.target, true});
  unbind(bound);
  return status;
}

Status Translator::emit_block(const lf::Update& update, Destination to) {
  if (update.bindings.empty())
    return emit(*update.first, to);
  if (to.run)
    return emit_bindings(update.bindings, *update.first, to);
  // The first update is evaluated when the block is, all others when it is run.
  const lf::Binding& first = update.bindings[0];
  return emit_action({first.value}, to, [&](std::span<const Variable> operands,
                                            Destination inner) {
    const std::size_t bound = undo_.size();
    const Variable yielded = hold_new();
    settle({yielded.held, true}, use(operands[0]));
    bind(first.binder.name, yielded);
    Status status = emit_bindings(update.bindings.subspan(1), *update.first, inner);
    unbind(bound);
    return status;
  });
}

Status Translator::emit_try(const lf::Update& update, Destination to) {
  const Variable exception = hold_new();
  const Register yielded = to.target ? *to.target : scope_->allocate();
  const std::size_t begin = scope_->add(op::begin_try, reg(exception.held));
  scope_->add_numbers(0);
  TENON_RETURN_IF_ERROR(emit(*update.first, {yielded, true}));
  scope_->add(op::end_try);
  settle(to, yielded);
  std::vector<std::size_t> exits;
  emit_exit(to, exits);
  // The handler: some update to go on with, or none.
  scope_->land(begin + 1, begin);
  const std::size_t bound = undo_.size();
  bind(update.name, exception);
  const Register handler = scope_->allocate();
  Status status = emit(*update.second, {handler, false});
  unbind(bound);
  TENON_RETURN_IF_ERROR(status);
  const Register handling = scope_->allocate();
  const std::size_t test = scope_->add(op::case_optional, reg(handling), reg(handler));
  scope_->add_numbers(0);
  settle({to.target, true}, handling);
  emit_exit(to, exits);
  scope_->land(test + 1, test);
  scope_->add(op::rethrow, {}, reg(exception.held));
  land_exits(exits);
  return {};
}

} // namespace tenon::daml::interpreter
