// Writing expressions: `open` where one may stand as it is, `atom` where it needs parentheses
// unless it is a single token.
#include "text/printer.hpp"
#include "values/time.hpp"

namespace tenon::daml::text {

using lf::as;
using lf::ExprForm;

namespace {

bool is_application(ExprForm form) {
  return form == ExprForm::kApplication || form == ExprForm::kTypeApplication;
}

bool is_point_number(std::string_view text) {
  return text.find('.') != std::string_view::npos;
}

bool is_token(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kVariable:
  case ExprForm::kValue:
  case ExprForm::kBuiltin:
  case ExprForm::kConstant:
    return true;
  case ExprForm::kUpdate:
    return as<lf::Update>(expr).update == lf::UpdateForm::kGetTime;
  case ExprForm::kScenario:
    return as<lf::Scenario>(expr).scenario == lf::ScenarioForm::kGetTime;
  default:
    return false;
  }
}

std::string_view constant_text(lf::Constant constant) {
  switch (constant) {
  case lf::Constant::kFalse:
    return "false";
  case lf::Constant::kTrue:
    return "true";
  default:
    return "()";
  }
}

} // namespace

void Printer::mark(lf::LocationId id) {
  if (id.is_none())
    return;
  put("%");
  put_number(id.index);
  put(" ");
}

void Printer::atom(const lf::Expr& expr) {
  const bool is_plain_literal = expr.form == ExprForm::kLiteral &&
                                (as<lf::Literal>(expr).literal == lf::LiteralForm::kInt64 ||
                                 as<lf::Literal>(expr).literal == lf::LiteralForm::kText ||
                                 (as<lf::Literal>(expr).literal == lf::LiteralForm::kNumeric &&
                                  is_point_number(package_.text(as<lf::Literal>(expr).text))));
  if (is_token(expr) || is_plain_literal)
    return open(expr);
  put("(");
  open(expr);
  put(")");
}

void Printer::body(const lf::Expr& expr) {
  mark(expr.location);
  if (is_token(expr))
    return token(expr);
  if (is_application(expr.form))
    return application(expr);
  special(expr);
}

void Printer::variable(lf::Name name) {
  const bool quoted = find_word(package_.text(name)) != nullptr;
  put(quoted ? "`" : "");
  this->name(name);
  put(quoted ? "`" : "");
}

void Printer::token(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kVariable:
    return variable(as<lf::Variable>(expr).name);
  case ExprForm::kValue:
    return reference(as<lf::ValueReference>(expr).value);
  case ExprForm::kBuiltin:
    return put(builtin_info(as<lf::BuiltinFunction>(expr).builtin).name);
  case ExprForm::kConstant:
    return put(constant_text(as<lf::ConstantValue>(expr).constant));
  default:
    return put(form_of(expr)->word);
  }
}

// What is applied: without parentheses when its arguments are of the other sort, so that they
// cannot run together. A mark without parentheses would be of the whole.
void Printer::head(const lf::Expr& expr, const lf::Expr& function) {
  const bool located = !function.location.is_none();
  if (is_application(function.form) && function.form != expr.form && !located) {
    if (enter())
      application(function);
    return leave();
  }
  if (!located)
    return atom(function);
  put("(");
  open(function);
  put(")");
}

void Printer::application(const lf::Expr& expr) {
  if (expr.form == ExprForm::kTypeApplication) {
    const auto& application = as<lf::TypeApplication>(expr);
    head(expr, *application.function);
    for (const lf::Type* argument : application.arguments) {
      put(" @");
      type(*argument, true);
    }
    return;
  }
  const auto& application = as<lf::Application>(expr);
  head(expr, *application.function);
  ++indent_;
  for (const lf::Expr* argument : application.arguments) {
    gap();
    atom(*argument);
  }
  --indent_;
}

void Printer::special(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kLiteral:
    return literal(as<lf::Literal>(expr));
  case ExprForm::kAbstraction:
    return abstraction(as<lf::Abstraction>(expr));
  case ExprForm::kTypeAbstraction:
    return type_abstraction(as<lf::TypeAbstraction>(expr));
  case ExprForm::kCase:
    return match(as<lf::Case>(expr));
  case ExprForm::kLet:
    return let(as<lf::Let>(expr));
  case ExprForm::kUpdate: {
    const auto& update = as<lf::Update>(expr);
    if (update.update == lf::UpdateForm::kBlock)
      return block("do", update.bindings, *update.first);
    if (update.update == lf::UpdateForm::kTryCatch)
      return try_catch(update);
    break;
  }
  case ExprForm::kScenario: {
    const auto& scenario = as<lf::Scenario>(expr);
    if (scenario.scenario == lf::ScenarioForm::kBlock)
      return block("scenario_do", scenario.bindings, *scenario.first);
    break;
  }
  default:
    break;
  }
  form(*form_of(expr), expr);
}

void Printer::literal(const lf::Literal& literal) {
  switch (literal.literal) {
  case lf::LiteralForm::kInt64:
    return put_number(literal.integer);
  case lf::LiteralForm::kText:
    return put_literal(package_.text(literal.text));
  case lf::LiteralForm::kNumeric: {
    const std::string_view text = package_.text(literal.text);
    if (is_point_number(text))
      return put(text);
    put("decimal ");
    return put_literal(text);
  }
  case lf::LiteralForm::kTimestamp:
  case lf::LiteralForm::kDate: {
    const bool is_date = literal.literal == lf::LiteralForm::kDate;
    const auto text = is_date ? Date::from_days(literal.integer).value().to_text()
                              : Timestamp::from_micros(literal.integer).value().to_text();
    put(is_date ? "date " : "timestamp ");
    return put_literal(text);
  }
  case lf::LiteralForm::kRoundingMode:
    put("rounding ");
    return put(kRoundingModes.at(static_cast<std::size_t>(literal.integer)));
  }
}

void Printer::abstraction(const lf::Abstraction& abstraction) {
  put("\\");
  for (const lf::Binder& parameter : abstraction.parameters) {
    put("(");
    binder(parameter);
    put(") ");
  }
  put("->");
  ++indent_;
  gap();
  open(*abstraction.body);
  --indent_;
}

void Printer::type_abstraction(const lf::TypeAbstraction& abstraction) {
  put("/\\");
  for (const lf::TypeParameter& parameter : abstraction.parameters) {
    type_parameter(parameter);
    put(" ");
  }
  put("->");
  ++indent_;
  gap();
  open(*abstraction.body);
  --indent_;
}

void Printer::match(const lf::Case& match) {
  put("case ");
  open(*match.scrutinee);
  put(" of {");
  ++indent_;
  bool first = true;
  for (const lf::Alternative& alternative : match.alternatives) {
    put(first ? "" : ";");
    first = false;
    gap();
    pattern(alternative.pattern);
    put(" -> ");
    ++indent_;
    open(*alternative.body);
    --indent_;
  }
  --indent_;
  gap();
  put("}");
}

void Printer::pattern(const lf::Pattern& pattern) {
  switch (pattern.form) {
  case lf::PatternForm::kDefault:
    return put("_");
  case lf::PatternForm::kConstant:
    return put(constant_text(pattern.constant));
  case lf::PatternForm::kNil:
    return put("nil");
  case lf::PatternForm::kNone:
    return put("none");
  case lf::PatternForm::kSome:
    put("some ");
    return name(pattern.binder);
  case lf::PatternForm::kCons:
    put("cons ");
    name(pattern.binder);
    put(" ");
    return name(pattern.tail);
  case lf::PatternForm::kVariant:
  case lf::PatternForm::kEnum:
    break;
  }
  const bool is_variant = pattern.form == lf::PatternForm::kVariant;
  put(is_variant ? "variant " : "enum ");
  reference(pattern.type);
  put(" ");
  name(pattern.constructor);
  if (is_variant) {
    put(" ");
    name(pattern.binder);
  }
}

void Printer::let(const lf::Let& let) {
  put("let {");
  ++indent_;
  bool first = true;
  for (const lf::Binding& binding : let.bindings) {
    put(first ? "" : ";");
    first = false;
    gap();
    binder(binding.binder);
    put(" = ");
    ++indent_;
    open(*binding.value);
    --indent_;
  }
  --indent_;
  gap();
  put("} in");
  gap();
  open(*let.body);
}

void Printer::block(std::string_view word, std::span<const lf::Binding> bindings,
                    const lf::Expr& last) {
  put(word);
  put(" {");
  ++indent_;
  for (const lf::Binding& binding : bindings) {
    gap();
    binder(binding.binder);
    put(" <- ");
    ++indent_;
    open(*binding.value);
    --indent_;
    put(";");
  }
  gap();
  open(last);
  --indent_;
  gap();
  put("}");
}

void Printer::try_catch(const lf::Update& update) {
  put("try ");
  type(*update.type, true);
  ++indent_;
  gap();
  atom(*update.first);
  --indent_;
  gap();
  put("catch ");
  name(update.name);
  put(" ->");
  ++indent_;
  gap();
  open(*update.second);
  --indent_;
}

void Printer::form(const Form& form, const lf::Expr& expr) {
  const Parts parts = parts_of(expr);
  std::size_t types = 0;
  std::size_t identifiers = 0;
  std::size_t exprs = 0;
  put(form.word);
  ++indent_;
  for (const Operand one : form.operands) {
    if (one == Operand::kNone || is_full())
      break;
    operand(one, parts, types, identifiers, exprs);
  }
  --indent_;
}

void Printer::operand(Operand operand, const Parts& parts, std::size_t& type,
                      std::size_t& identifier, std::size_t& expr) {
  switch (operand) {
  case Operand::kNone:
    return;
  case Operand::kType:
    put(" ");
    return this->type(*parts.types.at(type++), true);
  case Operand::kConstructed:
    put(" ");
    return constructed(*parts.types.at(type++));
  case Operand::kIdentifier:
    put(" ");
    return reference(parts.identifiers.at(identifier++));
  case Operand::kName:
    put(" ");
    return name(parts.name);
  case Operand::kExpr:
    gap();
    return atom(*parts.exprs.at(expr++));
  case Operand::kFields:
    return field_values(parts.fields);
  case Operand::kList:
    break;
  }
  gap();
  put("[");
  ++indent_;
  bool first = true;
  for (const lf::Expr* item : parts.list) {
    if (!first) {
      put(",");
      gap();
    }
    first = false;
    open(*item);
  }
  --indent_;
  put("]");
}

void Printer::field_values(std::span<const lf::FieldExpr> fields) {
  put(" {");
  bool first = true;
  for (const lf::FieldExpr& field : fields) {
    put(first ? "" : ",");
    first = false;
    gap();
    name(field.name);
    put(" = ");
    ++indent_;
    open(*field.value);
    --indent_;
  }
  --indent_;
  gap();
  ++indent_;
  put("}");
}

} // namespace tenon::daml::text
