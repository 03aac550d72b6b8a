#include "interpreter/translator.hpp"

#include "interpreter/operations.hpp"
#include "values/numeric.hpp"

namespace tenon::daml::interpreter {

using lf::as;
using lf::ExprForm;
namespace op = operations;

Status compile_definition(PackageStore& store, const Definition& definition, bool run) {
  return Translator(store, definition).translate(run);
}

Status Translator::translate(bool run) {
  FunctionScope scope(nullptr, definition_.arity);
  scope_ = &scope;
  Status status;
  if (definition_.part == Part::kValue || definition_.part == Part::kExceptionMessage) {
    const Lambda lambda = read_lambda(*definition_.expression);
    bind_parameters(lambda, 0);
    scope.set_location(definition_.expression->location);
    status = emit(*lambda.body, {std::nullopt, run});
  } else {
    status = emit_part();
  }
  TENON_RETURN_IF_ERROR(status);
  TENON_ASSIGN_OR_RETURN(std::unique_ptr<Body> body, scope.finish());
  store_.publish(run ? definition_.run : definition_.value, std::move(body));
  return {};
}

// --- Variables.

Translator::Variable Translator::hold(Register held) {
  return {++next_serial_, scope_->depth(), held};
}

Register Translator::use_in(FunctionScope& scope, const Variable& variable) {
  if (scope.depth() == variable.depth)
    return variable.held;
  return scope.capture(variable.serial, use_in(*scope.outer(), variable));
}

Register Translator::use(const Variable& variable) {
  return use_in(*scope_, variable);
}

std::size_t Translator::bind(Variables& variables, lf::Name name, const Variable& variable) {
  Variable& slot = variables[name.index];
  undo_.push_back({&variables, name.index, slot});
  slot = variable;
  return undo_.size() - 1;
}

void Translator::unbind(std::size_t mark) {
  while (undo_.size() > mark) {
    const Undo& undo = undo_.back();
    (*undo.variables)[undo.name] = undo.before;
    undo_.pop_back();
  }
}

Result<Translator::Variable> Translator::find(lf::Name name) {
  const auto found = values_.find(name.index);
  if (found == values_.end() || found->second.depth == 0)
    return invalid_argument("expected a variable in scope, found \"" + text(name) + "\"");
  return found->second;
}

void Translator::bind_parameters(const Lambda& lambda, Register first) {
  Register next = first;
  for (const Parameter& parameter : lambda.parameters) {
    switch (parameter.form) {
    case Parameter::Form::kValue:
      bind(values_, parameter.name, hold(next++));
      break;
    case Parameter::Form::kNat:
      bind(nats_, parameter.name, hold(next++));
      break;
    case Parameter::Form::kErased:
      bind(nats_, parameter.name, Variable());
      break;
    }
  }
}

// --- Where words go.

Register Translator::place(Destination to) {
  return to.target && !to.run ? *to.target : scope_->allocate();
}

void Translator::settle(Destination to, Register held) {
  if (to.run) {
    const Operand free = reg(scope_->free_register());
    if (to.target) {
      scope_->add(op::run, reg(*to.target), reg(held), free);
    } else {
      scope_->add(op::tail_run, {}, reg(held), free);
    }
  } else if (!to.target) {
    scope_->add(op::return_from, {}, reg(held));
  } else if (*to.target != held) {
    scope_->add(op::move, reg(*to.target), reg(held));
  }
}

void Translator::emit_word(const Word& word, Destination to) {
  const Register held = place(to);
  scope_->add(op::load, reg(held));
  scope_->add_word(word);
  settle(to, held);
}

Result<Register> Translator::operand(const lf::Expr& expression) {
  if (expression.form == ExprForm::kVariable) {
    TENON_ASSIGN_OR_RETURN(const Variable variable, find(as<lf::Variable>(expression).name));
    return use(variable);
  }
  const Register held = scope_->allocate();
  TENON_RETURN_IF_ERROR(emit(expression, {held, false}));
  return held;
}

Result<Register> Translator::operand(const Argument& argument) {
  if (argument.expression != nullptr)
    return operand(*argument.expression);
  if (argument.variable)
    return use(*argument.variable);
  const Register held = scope_->allocate();
  emit_word(nat_word(argument.nat), {held, false});
  return held;
}

Result<Translator::Variable> Translator::evaluate(const lf::Expr& expression) {
  if (expression.form == ExprForm::kVariable)
    return find(as<lf::Variable>(expression).name);
  const Variable variable = hold_new();
  TENON_RETURN_IF_ERROR(emit(expression, {variable.held, false}));
  return variable;
}

Status Translator::emit_into(const Argument& argument, Register target) {
  if (argument.expression != nullptr)
    return emit(*argument.expression, {target, false});
  if (argument.variable) {
    settle({target, false}, use(*argument.variable));
  } else {
    emit_word(nat_word(argument.nat), {target, false});
  }
  return {};
}

// --- Expressions.

Status Translator::emit(const lf::Expr& expression, Destination to) {
  if (depth_ >= static_cast<std::uint32_t>(lf::kMaxNesting)) {
    return resource_exhausted("expected expressions nested at most " +
                              std::to_string(lf::kMaxNesting) + " deep, found more");
  }
  ++depth_;
  const lf::LocationId around = scope_->location();
  const std::uint32_t registers = scope_->mark();
  if (!expression.location.is_none())
    scope_->set_location(expression.location);
  Status status = emit_form(expression, to);
  scope_->release(registers);
  scope_->set_location(around);
  --depth_;
  return status;
}

Status Translator::emit_form(const lf::Expr& expression, Destination to) {
  switch (expression.form) {
  case ExprForm::kVariable:
    return emit_variable(expression, to);
  case ExprForm::kValue:
    return emit_value(expression, to);
  case ExprForm::kBuiltin:
    return emit_builtin(as<lf::BuiltinFunction>(expression).builtin, {}, nullptr, to);
  case ExprForm::kConstant: {
    const lf::Constant constant = as<lf::ConstantValue>(expression).constant;
    emit_word(constant == lf::Constant::kUnit ? unit_word()
                                              : bool_word(constant == lf::Constant::kTrue),
              to);
    return {};
  }
  case ExprForm::kLiteral:
    return emit_literal(as<lf::Literal>(expression), to);
  case ExprForm::kApplication:
  case ExprForm::kTypeApplication:
    return emit_application(expression, to);
  case ExprForm::kAbstraction:
  case ExprForm::kTypeAbstraction:
    return emit_abstraction(expression, to);
  case ExprForm::kCase:
    return emit_case(as<lf::Case>(expression), to);
  case ExprForm::kLet:
    return emit_let(as<lf::Let>(expression), to);
  case ExprForm::kUpdate:
    return emit_update(as<lf::Update>(expression), to);
  case ExprForm::kScenario: {
    const Register held = place(to);
    scope_->add(op::load_function, reg(held));
    scope_->add_pointers(&scenario_function());
    settle(to, held);
    return {};
  }
  default:
    return expression.form >= ExprForm::kToInterface ? emit_interface(expression, to)
                                                     : emit_data(expression, to);
  }
}

Status Translator::emit_variable(const lf::Expr& expression, Destination to) {
  TENON_ASSIGN_OR_RETURN(const Variable variable, find(as<lf::Variable>(expression).name));
  settle(to, use(variable));
  return {};
}

Status Translator::emit_value(const lf::Expr& expression, Destination to) {
  TENON_ASSIGN_OR_RETURN(Slot * slot, code_.slot(as<lf::ValueReference>(expression).value));
  TENON_ASSIGN_OR_RETURN(const Definition* definition, PackageCode::value(*slot));
  const Register held = place(to);
  if (definition->arity == 0) {
    scope_->add(op::load_constant, reg(held));
    scope_->add_pointers(definition);
  } else {
    scope_->add(op::load_function, reg(held));
    scope_->add_pointers(&definition->value);
  }
  settle(to, held);
  return {};
}

Status Translator::emit_numeric(const lf::Literal& literal, Destination to) {
  std::string_view digits = source_.text(literal.text);
  if (digits.ends_with('.'))
    digits.remove_suffix(1); // scale 0
  if (literal.scale > lf::kMaxScale)
    return invalid_argument("expected a scale of at most 37, found more");
  TENON_ASSIGN_OR_RETURN(const Numeric number, Numeric::parse_lenient(digits, literal.scale));
  Word word;
  word.kind = Kind::kNumeric;
  word.scale = literal.scale;
  const __int128 unscaled = number.unscaled();
  if (unscaled == static_cast<std::int64_t>(unscaled)) {
    word.integer = static_cast<std::int64_t>(unscaled);
  } else {
    word.boxed = true;
    word.wide = &store_.keep_number({static_cast<std::uint64_t>(unscaled),
                                     static_cast<std::int64_t>(unscaled >> 64)});
  }
  emit_word(word, to);
  return {};
}

Status Translator::emit_literal(const lf::Literal& literal, Destination to) {
  switch (literal.literal) {
  case lf::LiteralForm::kInt64:
  case lf::LiteralForm::kRoundingMode:
    emit_word(int64_word(literal.integer), to);
    return {};
  case lf::LiteralForm::kNumeric:
    return emit_numeric(literal, to);
  case lf::LiteralForm::kText:
    emit_word(bytes_word(Kind::kText, source_.text(literal.text)), to);
    return {};
  case lf::LiteralForm::kTimestamp: {
    TENON_ASSIGN_OR_RETURN(const Timestamp time, Timestamp::from_micros(literal.integer));
    emit_word(make_word(Kind::kTimestamp, time.micros()), to);
    return {};
  }
  case lf::LiteralForm::kDate: {
    TENON_ASSIGN_OR_RETURN(const Date date, Date::from_days(literal.integer));
    emit_word(make_word(Kind::kDate, date.days()), to);
    return {};
  }
  }
  return invalid_argument("expected a literal, found a form that is none");
}

Status Translator::emit_abstraction(const lf::Expr& expression, Destination to) {
  const Lambda lambda = read_lambda(expression);
  const std::size_t bound = undo_.size();
  if (lambda.arity == 0) {
    bind_parameters(lambda, 0);
    Status status = emit(*lambda.body, to);
    unbind(bound);
    return status;
  }
  const Register held = place(to);
  TENON_RETURN_IF_ERROR(make_closure(lambda.arity, held, [&] {
    bind_parameters(lambda, 0);
    Status status = emit(*lambda.body, {});
    unbind(bound);
    return status;
  }));
  settle(to, held);
  return {};
}

Status Translator::make_closure(std::uint32_t arity, Register target,
                                FunctionRef<Status()> body) {
  if (arity > kMaxRegisters)
    return resource_exhausted("expected a function of fewer parameters");
  FunctionScope inner(scope_, arity);
  inner.set_location(scope_->location());
  scope_ = &inner;
  Status status = body();
  scope_ = inner.outer();
  TENON_RETURN_IF_ERROR(status);
  TENON_ASSIGN_OR_RETURN(std::unique_ptr<Body> code, inner.finish());
  auto made = std::make_unique<Function>();
  made->arity = static_cast<std::uint16_t>(arity);
  made->definition = const_cast<Definition*>(&definition_);
  const Function& function = store_.keep(std::move(made));
  store_.publish(function, std::move(code));
  const std::vector<Register>& captured = inner.captured();
  if (captured.empty()) {
    scope_->add(op::load_function, reg(target));
    scope_->add_pointers(&function);
  } else {
    scope_->add(op::make_closure, reg(target), number(captured.size()));
    scope_->add_pointers(&function);
    scope_->add_registers(captured);
  }
  return {};
}

Status Translator::emit_let(const lf::Let& let, Destination to) {
  const std::size_t bound = undo_.size();
  for (const lf::Binding& binding : let.bindings) {
    TENON_ASSIGN_OR_RETURN(const Variable variable, evaluate(*binding.value));
    bind(binding.binder.name, variable);
  }
  Status status = emit(*let.body, to);
  unbind(bound);
  return status;
}

} // namespace tenon::daml::interpreter
