// Encoding: expressions and patterns.
#include <array>

#include "archive/encoder.hpp"
#include "archive/messages_expressions.hpp"

namespace tenon::daml::archive {

using lf::as;
using lf::ExprForm;

// The field of a form of expression, and who writes its message; null for what is a plain number
// or text.
struct Encoder::ExprRow {
  std::uint16_t number;
  ExprWriter writer;
};

const Encoder::ExprRow& Encoder::row_of(ExprForm form) {
  using M = ExprMessage;
  using E = Encoder;
  // In the order of ExprForm.
  static constexpr std::array kRows = {
      ExprRow{M::kVariable, nullptr},
      ExprRow{M::kValue, &E::value},
      ExprRow{M::kBuiltin, nullptr},
      ExprRow{M::kConstant, nullptr},
      ExprRow{M::kLiteral, &E::literal},
      ExprRow{M::kRecord, &E::record},
      ExprRow{M::kRecordProjection, &E::record_projection},
      ExprRow{M::kRecordUpdate, &E::record_update},
      ExprRow{M::kVariant, &E::variant},
      ExprRow{M::kEnum, &E::enum_value},
      ExprRow{M::kStruct, &E::struct_value},
      ExprRow{M::kStructProjection, &E::struct_projection},
      ExprRow{M::kStructUpdate, &E::struct_update},
      ExprRow{M::kApplication, &E::application},
      ExprRow{M::kTypeApplication, &E::type_application},
      ExprRow{M::kAbstraction, &E::abstraction},
      ExprRow{M::kTypeAbstraction, &E::type_abstraction},
      ExprRow{M::kCase, &E::match},
      ExprRow{M::kLet, &E::let},
      ExprRow{M::kNil, &E::nothing},
      ExprRow{M::kCons, &E::cons},
      ExprRow{M::kNone, &E::nothing},
      ExprRow{M::kSome, &E::typed},
      ExprRow{M::kToAny, &E::typed},
      ExprRow{M::kFromAny, &E::typed},
      ExprRow{M::kTypeRep, &E::type_rep},
      ExprRow{M::kToAnyException, &E::typed},
      ExprRow{M::kFromAnyException, &E::typed},
      ExprRow{M::kThrow, &E::throw_exception},
      ExprRow{M::kToInterface, &E::conversion},
      ExprRow{M::kFromInterface, &E::conversion},
      ExprRow{M::kUnsafeFromInterface, &E::unsafe_conversion},
      ExprRow{M::kToRequiredInterface, &E::conversion},
      ExprRow{M::kFromRequiredInterface, &E::conversion},
      ExprRow{M::kUnsafeFromRequiredInterface, &E::unsafe_conversion},
      ExprRow{M::kCallInterface, &E::call_interface},
      ExprRow{M::kViewInterface, &E::interface_query},
      ExprRow{M::kSignatoryInterface, &E::interface_query},
      ExprRow{M::kObserverInterface, &E::interface_query},
      ExprRow{M::kInterfaceTypeRep, &E::interface_query},
      ExprRow{M::kUpdate, &E::update},
      ExprRow{M::kScenario, &E::scenario},
  };
  static_assert(kRows.size() == static_cast<std::size_t>(ExprForm::kScenario) + 1);
  return kRows[static_cast<std::size_t>(form)];
}

void Encoder::write_expr(const lf::Expr& expr) {
  const ExprRow& row = row_of(expr.form);
  const auto message = [&](std::size_t) { (this->*row.writer)(expr); };
  write<ExprMessage>({location(25, expr.location),
                      row.writer == nullptr ? scalar(expr) : content(row.number, message)});
}

Encoder::Field Encoder::scalar(const lf::Expr& expr) const {
  using M = ExprMessage;
  switch (expr.form) {
  case ExprForm::kVariable:
    return name(M::kVariableText, M::kVariable, as<lf::Variable>(expr).name);
  case ExprForm::kBuiltin:
    return number(M::kBuiltin, static_cast<std::uint64_t>(as<lf::BuiltinFunction>(expr).builtin));
  default:
    return number(M::kConstant, static_cast<std::uint64_t>(as<lf::ConstantValue>(expr).constant));
  }
}

void Encoder::value(const lf::Expr& expr) {
  write_value_name(as<lf::ValueReference>(expr).value);
}

void Encoder::literal(const lf::Expr& expr) {
  using M = LiteralMessage;
  const auto& literal = as<lf::Literal>(expr);
  const auto integer = static_cast<std::uint64_t>(literal.integer);
  switch (literal.literal) {
  case lf::LiteralForm::kInt64:
    return write<M>({number(M::kInt64, integer)});
  case lf::LiteralForm::kNumeric:
    return write<M>({name(M::kDecimalText, M::kNumeric, literal.text)});
  case lf::LiteralForm::kText:
    return write<M>({name(M::kTextText, M::kText, literal.text)});
  case lf::LiteralForm::kTimestamp:
    return write<M>({number(M::kTimestamp, integer)});
  case lf::LiteralForm::kDate:
    return write<M>({number(M::kDate, integer)});
  case lf::LiteralForm::kRoundingMode:
    return write<M>({number(M::kRoundingMode, integer)});
  }
}

void Encoder::record(const lf::Expr& expr) {
  const auto& record = as<lf::Record>(expr);
  const auto field = [&](std::size_t i) { field_value(record.fields[i]); };
  write<RecordMessage>({constructed(1, record.type), parts(2, record.fields.size(), field)});
}

void Encoder::field_value(const lf::FieldExpr& field) {
  write<FieldExprMessage>({name(1, 3, field.name), expr(2, field.value)});
}

void Encoder::record_projection(const lf::Expr& expr) {
  const auto& projection = as<lf::RecordProjection>(expr);
  write<RecordProjectionMessage>({constructed(1, projection.type), name(2, 4, projection.field),
                                  this->expr(3, projection.record)});
}

void Encoder::record_update(const lf::Expr& expr) {
  const auto& update = as<lf::RecordUpdate>(expr);
  write<RecordUpdateMessage>({constructed(1, update.type), name(2, 5, update.field),
                              this->expr(3, update.record), this->expr(4, update.value)});
}

void Encoder::variant(const lf::Expr& expr) {
  const auto& variant = as<lf::Variant>(expr);
  write<VariantMessage>({constructed(1, variant.type), name(2, 4, variant.constructor),
                         this->expr(3, variant.argument)});
}

void Encoder::enum_value(const lf::Expr& expr) {
  const auto& value = as<lf::EnumValue>(expr);
  write<EnumMessage>({type_name(1, value.type), name(2, 3, value.constructor)});
}

void Encoder::struct_value(const lf::Expr& expr) {
  const auto& value = as<lf::Struct>(expr);
  const auto field = [&](std::size_t i) { field_value(value.fields[i]); };
  write<StructMessage>({parts(1, value.fields.size(), field)});
}

void Encoder::struct_projection(const lf::Expr& expr) {
  const auto& projection = as<lf::StructProjection>(expr);
  write<StructProjectionMessage>({name(1, 3, projection.field), this->expr(2, projection.record)});
}

void Encoder::struct_update(const lf::Expr& expr) {
  const auto& update = as<lf::StructUpdate>(expr);
  write<StructUpdateMessage>(
      {name(1, 4, update.field), this->expr(2, update.record), this->expr(3, update.value)});
}

void Encoder::application(const lf::Expr& expr) {
  const auto& application = as<lf::Application>(expr);
  write<ApplicationMessage>({this->expr(1, application.function), exprs(2, application.arguments)});
}

void Encoder::type_application(const lf::Expr& expr) {
  const auto& application = as<lf::TypeApplication>(expr);
  write<TypeApplicationMessage>(
      {this->expr(1, application.function), types(2, application.arguments)});
}

void Encoder::abstraction(const lf::Expr& expr) {
  const auto& abstraction = as<lf::Abstraction>(expr);
  write<AbstractionMessage>({binders(1, abstraction.parameters), this->expr(2, abstraction.body)});
}

void Encoder::type_abstraction(const lf::Expr& expr) {
  const auto& abstraction = as<lf::TypeAbstraction>(expr);
  write<AbstractionMessage>(
      {type_parameters(1, abstraction.parameters), this->expr(2, abstraction.body)});
}

void Encoder::match(const lf::Expr& expr) {
  const auto& match = as<lf::Case>(expr);
  write<CaseMessage>({this->expr(1, match.scrutinee),
                      parts(2, match.alternatives.size(),
                            [&](std::size_t i) { alternative(match.alternatives[i]); })});
}

void Encoder::alternative(const lf::Alternative& alternative) {
  const auto part = [&](std::size_t) { pattern_content(alternative.pattern); };
  write<AlternativeMessage>({pattern(alternative.pattern, part), expr(6, alternative.body)});
}

Encoder::Field Encoder::pattern(const lf::Pattern& pattern, Part part) const {
  using M = AlternativeMessage;
  switch (pattern.form) {
  case lf::PatternForm::kDefault:
    return unit(M::kDefault);
  case lf::PatternForm::kVariant:
    return content(M::kVariant, part);
  case lf::PatternForm::kConstant:
    return number(M::kConstant, static_cast<std::uint64_t>(pattern.constant));
  case lf::PatternForm::kNil:
    return unit(M::kNil);
  case lf::PatternForm::kCons:
    return content(M::kCons, part);
  case lf::PatternForm::kNone:
    return unit(M::kNone);
  case lf::PatternForm::kSome:
    return content(M::kSome, part);
  case lf::PatternForm::kEnum:
    return content(M::kEnum, part);
  }
  return {};
}

void Encoder::pattern_content(const lf::Pattern& pattern) {
  switch (pattern.form) {
  case lf::PatternForm::kVariant:
    return write<VariantPatternMessage>(
        {type_name(1, pattern.type), name(2, 4, pattern.constructor), name(3, 5, pattern.binder)});
  case lf::PatternForm::kEnum:
    return write<EnumPatternMessage>({type_name(1, pattern.type), name(2, 3, pattern.constructor)});
  case lf::PatternForm::kCons:
    return write<ConsPatternMessage>({name(1, 3, pattern.binder), name(2, 4, pattern.tail)});
  default:
    return write<SomePatternMessage>({name(1, 2, pattern.binder)});
  }
}

void Encoder::let(const lf::Expr& expr) {
  const auto& let = as<lf::Let>(expr);
  write<BlockMessage>({bindings(1, let.bindings), this->expr(2, let.body)});
}

void Encoder::write_binding(const lf::Binding& binding) {
  write<BindingMessage>({binder(1, binding.binder), expr(2, binding.value)});
}

void Encoder::nothing(const lf::Expr& expr) {
  write<TypeOnlyMessage>({type(1, as<lf::Typed>(expr).type)});
}

void Encoder::cons(const lf::Expr& expr) {
  const auto& cons = as<lf::Cons>(expr);
  write<ConsMessage>({type(1, cons.type), exprs(2, cons.front), this->expr(3, cons.tail)});
}

// The type stands in the expression itself, without a message around it.
void Encoder::type_rep(const lf::Expr& expr) {
  write_type(*as<lf::Typed>(expr).type);
}

void Encoder::typed(const lf::Expr& expr) {
  const auto& typed = as<lf::Typed>(expr);
  write<TypedMessage>({type(1, typed.type), this->expr(2, typed.operand)});
}

void Encoder::throw_exception(const lf::Expr& expr) {
  const auto& thrown = as<lf::Throw>(expr);
  write<ThrowMessage>(
      {type(1, thrown.result), type(2, thrown.exception_type), this->expr(3, thrown.exception)});
}

void Encoder::conversion(const lf::Expr& expr) {
  const auto& conversion = as<lf::InterfaceConversion>(expr);
  write<ConversionMessage>({type_name(1, conversion.interface), type_name(2, conversion.specific),
                            this->expr(3, conversion.operand)});
}

void Encoder::unsafe_conversion(const lf::Expr& expr) {
  const auto& conversion = as<lf::InterfaceConversion>(expr);
  write<UnsafeConversionMessage>(
      {type_name(1, conversion.interface), type_name(2, conversion.specific),
       this->expr(3, conversion.contract_id), this->expr(4, conversion.operand)});
}

void Encoder::call_interface(const lf::Expr& expr) {
  const auto& call = as<lf::CallInterface>(expr);
  write<CallInterfaceMessage>(
      {type_name(1, call.interface), number(2, call.method.index), this->expr(3, call.operand)});
}

void Encoder::interface_query(const lf::Expr& expr) {
  const auto& query = as<lf::InterfaceQuery>(expr);
  write<TargetMessage>({type_name(1, query.interface), this->expr(2, query.operand)});
}

} // namespace tenon::daml::archive
