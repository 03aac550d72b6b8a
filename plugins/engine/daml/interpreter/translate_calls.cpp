// Applications. The order in which things happen is that of one argument after the other: the
// function, the first argument, the call if that was all the function wanted, the next argument.
#include <algorithm>

#include "interpreter/operations.hpp"
#include "interpreter/translator.hpp"

namespace tenon::daml::interpreter {

using lf::as;
using lf::ExprForm;
namespace op = operations;

std::optional<Translator::Argument> Translator::nat_argument(const lf::Type& type) {
  Argument argument;
  if (type.form == lf::TypeForm::kNat) {
    argument.nat = type.nat;
    return argument;
  }
  if (type.form != lf::TypeForm::kVariable)
    return std::nullopt;
  const auto found = nats_.find(type.variable().index);
  if (found == nats_.end() || found->second.depth == 0)
    return std::nullopt;
  argument.variable = found->second;
  return argument;
}

Status Translator::emit_application(const lf::Expr& expression, Destination to) {
  Arguments arguments; // from the last to the first
  const lf::Type* type = nullptr;
  const lf::Expr* head = &expression;
  while (true) {
    if (head->form == ExprForm::kApplication) {
      const auto& application = as<lf::Application>(*head);
      for (auto item = application.arguments.rbegin(); item != application.arguments.rend(); ++item)
        arguments.push_back({*item, std::nullopt, 0});
      head = application.function;
    } else if (head->form == ExprForm::kTypeApplication) {
      const auto& application = as<lf::TypeApplication>(*head);
      for (auto item = application.arguments.rbegin(); item != application.arguments.rend();
           ++item) {
        if (const auto argument = nat_argument(**item))
          arguments.push_back(*argument);
      }
      type = application.arguments.front();
      head = application.function;
    } else {
      break;
    }
  }
  std::reverse(arguments.begin(), arguments.end());
  return emit_call(*head, std::move(arguments), type, to);
}

Status Translator::emit_call(const lf::Expr& head, Arguments arguments, const lf::Type* type,
                             Destination to) {
  if (head.form == ExprForm::kBuiltin)
    return emit_builtin(as<lf::BuiltinFunction>(head).builtin, std::move(arguments), type, to);
  if (arguments.empty())
    return emit(head, to);
  if (head.form == ExprForm::kValue) {
    TENON_ASSIGN_OR_RETURN(Slot * slot, code_.slot(as<lf::ValueReference>(head).value));
    TENON_ASSIGN_OR_RETURN(const Definition* definition, PackageCode::value(*slot));
    if (definition->arity > 0)
      return emit_known(*definition, arguments, to);
  }
  if (head.form == ExprForm::kAbstraction || head.form == ExprForm::kTypeAbstraction) {
    if (arity_of(head) <= arguments.size())
      return emit_redex(head, arguments, to);
  }
  TENON_ASSIGN_OR_RETURN(const Register function, operand(head));
  return emit_unknown(function, arguments, to);
}

Status Translator::emit_known(const Definition& definition, const Arguments& arguments,
                              Destination to) {
  const std::size_t arity = definition.arity;
  if (arguments.size() < arity)
    return emit_partial(definition.value, arguments, to);
  const Register base = scope_->allocate(static_cast<std::uint32_t>(arity));
  for (std::size_t i = 0; i < arity; ++i)
    TENON_RETURN_IF_ERROR(emit_into(arguments[i], static_cast<Register>(base + i)));
  if (arguments.size() == arity) {
    emit_function_call(to.run ? definition.run : definition.value, base, {to.target, false});
    return {};
  }
  const std::span<const Argument> rest = std::span(arguments).subspan(arity);
  emit_function_call(definition.value, base, {base, false});
  return emit_unknown(base, rest, to);
}

void Translator::emit_function_call(const Function& function, Register base, Destination to) {
  if (to.target) {
    scope_->add(op::call, reg(*to.target), reg(base));
  } else {
    scope_->add(op::tail_call, {}, reg(base));
  }
  scope_->add_pointers(&function);
}

Status Translator::emit_partial(const Function& function, std::span<const Argument> arguments,
                                Destination to) {
  if (arguments.empty()) {
    const Register held = place(to);
    scope_->add(op::load_function, reg(held));
    scope_->add_pointers(&function);
    settle(to, held);
    return {};
  }
  const Register base = scope_->allocate(static_cast<std::uint32_t>(arguments.size()));
  for (std::size_t i = 0; i < arguments.size(); ++i)
    TENON_RETURN_IF_ERROR(emit_into(arguments[i], static_cast<Register>(base + i)));
  const Register held = place(to);
  scope_->add(op::make_partial, reg(held), reg(base), number(arguments.size()));
  scope_->add_pointers(&function);
  settle(to, held);
  return {};
}

// A function applied where it is written: its parameters are names for the arguments.
Status Translator::emit_redex(const lf::Expr& head, const Arguments& arguments, Destination to) {
  const Lambda lambda = read_lambda(head);
  std::vector<Variable> variables;
  for (std::size_t i = 0; i < lambda.arity; ++i) {
    const Argument& argument = arguments[i];
    if (argument.expression != nullptr) {
      TENON_ASSIGN_OR_RETURN(variables.emplace_back(), evaluate(*argument.expression));
    } else {
      TENON_ASSIGN_OR_RETURN(const Register held, operand(argument));
      variables.push_back(argument.variable ? *argument.variable : hold(held));
    }
  }
  const std::size_t bound = undo_.size();
  auto next = variables.begin();
  for (const Parameter& parameter : lambda.parameters) {
    const bool erased = parameter.form == Parameter::Form::kErased;
    Variables& names = parameter.form == Parameter::Form::kValue ? values_ : nats_;
    bind(names, parameter.name, erased ? Variable() : *next++);
  }
  const std::span<const Argument> rest = std::span(arguments).subspan(lambda.arity);
  if (rest.empty()) {
    Status status = emit(*lambda.body, to);
    unbind(bound);
    return status;
  }
  const Register function = scope_->allocate();
  Status status = emit(*lambda.body, {function, false});
  unbind(bound);
  TENON_RETURN_IF_ERROR(status);
  return emit_unknown(function, rest, to);
}

// Whether evaluating it can neither fail nor take long: then when it happens makes no difference.
bool Translator::is_trivial(const Argument& argument) {
  if (argument.expression == nullptr)
    return true;
  const lf::Expr& expression = *argument.expression;
  switch (expression.form) {
  case ExprForm::kVariable:
  case ExprForm::kBuiltin:
  case ExprForm::kConstant:
  case ExprForm::kLiteral:
  case ExprForm::kNil:
  case ExprForm::kNone:
  case ExprForm::kEnum:
  case ExprForm::kTypeRep:
    return true;
  case ExprForm::kAbstraction:
  case ExprForm::kTypeAbstraction:
    return arity_of(expression) > 0;
  case ExprForm::kValue: {
    const auto slot = code_.slot(as<lf::ValueReference>(expression).value);
    if (!slot.ok())
      return false;
    const auto definition = PackageCode::value(**slot);
    return definition.ok() && (*definition)->arity > 0;
  }
  default:
    return false;
  }
}

Status Translator::emit_unknown(Register function, std::span<const Argument> arguments,
                                Destination to) {
  const bool in_order = std::all_of(arguments.begin() + 1, arguments.end(),
                                    [&](const Argument& item) { return is_trivial(item); });
  if (!in_order)
    return emit_staged(function, arguments, to);
  const auto count = static_cast<std::uint32_t>(arguments.size());
  const Register base = scope_->allocate(count);
  for (std::uint32_t i = 0; i < count; ++i)
    TENON_RETURN_IF_ERROR(emit_into(arguments[i], static_cast<Register>(base + i)));
  if (!to.target && !to.run) {
    scope_->add(op::tail_apply, {}, reg(function), reg(base), number(count));
    return {};
  }
  const Register held = place(to);
  scope_->add(op::apply, reg(held), reg(function), reg(base), number(count));
  settle(to, held);
  return {};
}

Status Translator::emit_staged(Register function, std::span<const Argument> arguments,
                               Destination to) {
  const Register current = scope_->allocate();
  const Register given = scope_->allocate();
  settle({current, false}, function);
  emit_word(int64_word(0), {given, false});
  const auto count = static_cast<std::uint32_t>(arguments.size());
  const Register base = scope_->allocate(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0 && !is_trivial(arguments[i])) {
      scope_->add(op::apply_early, reg(current), reg(base), {}, reg(given));
      scope_->add_numbers(i);
    }
    TENON_RETURN_IF_ERROR(emit_into(arguments[i], static_cast<Register>(base + i)));
  }
  const bool tail = !to.target && !to.run;
  const Register held = tail ? Register{0} : place(to);
  scope_->add(tail ? op::tail_apply_pending : op::apply_pending, reg(held), reg(base),
              reg(current), reg(given));
  scope_->add_numbers(count);
  if (!tail)
    settle(to, held);
  return {};
}

Status Translator::emit_applied(const lf::Expr& function, const Variable& argument,
                                Destination to) {
  Arguments arguments;
  arguments.push_back({nullptr, argument, 0});
  return emit_call(function, std::move(arguments), nullptr, to);
}

// --- Built-in functions.

Status Translator::emit_builtin(lf::Builtin builtin, Arguments arguments, const lf::Type* type,
                                Destination to) {
  const lf::BuiltinInfo& info = lf::builtin_info(builtin);
  if (info.generic == lf::Builtin::kTextMapEmpty || info.generic == lf::Builtin::kGenMapEmpty) {
    const bool text = info.generic == lf::Builtin::kTextMapEmpty;
    const Register held = place(to);
    emit_word(map_word(text ? Kind::kTextMap : Kind::kGenMap, nullptr, 0), {held, false});
    if (!arguments.empty())
      return emit_unknown(held, arguments, to);
    settle(to, held);
    return {};
  }
  // One that is generic in a scale only by name takes it and ignores it; see find_builtin_code().
  const bool by_scale = info.alias == lf::AliasForm::kNumericOfScale;
  const lf::Builtin performed = by_scale ? builtin : info.generic;
  const BuiltinCode& code = *find_builtin_code(performed);
  Handler handler = code.handler;
  if (info.alias == lf::AliasForm::kType) {
    if (const Handler faster = comparison_handler(info.generic, info.type))
      handler = faster;
  } else if (info.alias == lf::AliasForm::kNone && type != nullptr &&
             type->form == lf::TypeForm::kBuiltin) {
    if (const Handler faster = comparison_handler(info.generic, type->builtin))
      handler = faster;
  }
  if (info.alias == lf::AliasForm::kDecimals)
    arguments.insert(arguments.begin(), info.scales, {nullptr, std::nullopt, lf::kDecimalScale});
  if (arguments.size() < code.arity())
    return emit_partial(builtin_function(performed), arguments, to);
  const std::span<const Argument> own = std::span(arguments).first(code.arity());
  const std::span<const Argument> rest = std::span(arguments).subspan(code.arity());
  if (rest.empty())
    return emit_builtin_call(code, handler, own, to);
  const Register function = scope_->allocate();
  TENON_RETURN_IF_ERROR(emit_builtin_call(code, handler, own, {function, false}));
  return emit_unknown(function, rest, to);
}

Status Translator::emit_builtin_call(const BuiltinCode& code, Handler handler,
                                     std::span<const Argument> arguments, Destination to) {
  if (handler == nullptr) {
    const Register base = scope_->allocate(code.arity());
    for (std::size_t i = 0; i < arguments.size(); ++i)
      TENON_RETURN_IF_ERROR(emit_into(arguments[i], static_cast<Register>(base + i)));
    const bool tail = !to.target && !to.run;
    const Register held = tail ? Register{0} : place(to);
    emit_function_call(builtin_function(code.builtin), base,
                       {tail ? std::nullopt : std::optional(held), false});
    if (!tail)
      settle(to, held);
    return {};
  }
  std::vector<Register> registers;
  for (const Argument& argument : arguments) {
    const bool unused_nat = argument.expression == nullptr && !argument.variable &&
                            std::find(code.operands.begin(), code.operands.end(),
                                      static_cast<std::int8_t>(registers.size())) ==
                                code.operands.end();
    if (unused_nat) {
      registers.push_back(0);
      continue;
    }
    TENON_ASSIGN_OR_RETURN(registers.emplace_back(), operand(argument));
  }
  const auto at = [&](std::size_t i) {
    return code.operands[i] == BuiltinCode::kUnused
               ? Operand()
               : reg(registers[static_cast<std::size_t>(code.operands[i])]);
  };
  const Register held = place(to);
  scope_->add(handler, reg(held), at(0), at(1), at(2));
  if (code.has_extra_cell())
    scope_->add_operands({at(3)});
  settle(to, held);
  return {};
}

} // namespace tenon::daml::interpreter
