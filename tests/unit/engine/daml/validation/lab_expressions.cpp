// The laboratory's expressions.
#include "lab.hpp"

namespace tenon::daml::validation {

using lf::ExprForm;

Lab::E Lab::variable(std::string_view text) {
  return builder.make<lf::Variable>(ExprForm::kVariable, name(text));
}

Lab::E Lab::value(std::string_view text) {
  return builder.make<lf::ValueReference>(ExprForm::kValue, id(text));
}

Lab::E Lab::literal(lf::LiteralForm form, std::int64_t value) {
  return builder.make<lf::Literal>(ExprForm::kLiteral, form, std::uint8_t{0}, lf::StringId{},
                                   value);
}

Lab::E Lab::integer(std::int64_t value) {
  return literal(lf::LiteralForm::kInt64, value);
}

Lab::E Lab::string(std::string_view text) {
  return builder.make<lf::Literal>(ExprForm::kLiteral, lf::LiteralForm::kText, std::uint8_t{0},
                                   builder.intern(text), 0);
}

Lab::E Lab::numeric(std::string_view text, std::uint8_t scale) {
  return builder.make<lf::Literal>(ExprForm::kLiteral, lf::LiteralForm::kNumeric, scale,
                                   builder.intern(text), 0);
}

Lab::E Lab::constant(lf::Constant constant) {
  return builder.make<lf::ConstantValue>(ExprForm::kConstant, constant);
}

Lab::E Lab::builtin(lf::Builtin builtin) {
  return builder.make<lf::BuiltinFunction>(ExprForm::kBuiltin, builtin);
}

Lab::E Lab::record(T type, std::vector<std::pair<std::string_view, E>> fields) {
  std::vector<lf::FieldExpr> list;
  for (const auto& [field, field_value] : fields)
    list.push_back({name(field), field_value});
  return builder.make<lf::Record>(ExprForm::kRecord, type, builder.list(list));
}

Lab::E Lab::project(T type, std::string_view field, E record) {
  return builder.make<lf::RecordProjection>(ExprForm::kRecordProjection, name(field), type, record);
}

Lab::E Lab::update_field(T type, std::string_view field, E record, E value) {
  return builder.make<lf::RecordUpdate>(ExprForm::kRecordUpdate, name(field), type, record, value);
}

Lab::E Lab::variant(T type, std::string_view constructor, E argument) {
  return builder.make<lf::Variant>(ExprForm::kVariant, name(constructor), type, argument);
}

Lab::E Lab::enum_value(std::string_view type, std::string_view constructor) {
  return builder.make<lf::EnumValue>(ExprForm::kEnum, name(constructor), id(type));
}

Lab::E Lab::structure_value(std::vector<std::pair<std::string_view, E>> fields) {
  std::vector<lf::FieldExpr> list;
  for (const auto& [field, field_value] : fields)
    list.push_back({name(field), field_value});
  return builder.make<lf::Struct>(ExprForm::kStruct, builder.list(list));
}

Lab::E Lab::struct_project(std::string_view field, E record) {
  return builder.make<lf::StructProjection>(ExprForm::kStructProjection, name(field), record);
}

Lab::E Lab::struct_update(std::string_view field, E record, E value) {
  return builder.make<lf::StructUpdate>(ExprForm::kStructUpdate, name(field), record, value);
}

Lab::E Lab::apply(E function, std::vector<E> arguments) {
  return builder.make<lf::Application>(ExprForm::kApplication, function, builder.list(arguments));
}

Lab::E Lab::apply_type(E function, std::vector<T> arguments) {
  return builder.make<lf::TypeApplication>(ExprForm::kTypeApplication, function,
                                           builder.list(arguments));
}

Lab::E Lab::lambda(std::string_view text, T type, E body) {
  return builder.make<lf::Abstraction>(
      ExprForm::kAbstraction, builder.list(std::vector<lf::Binder>{{name(text), type}}), body);
}

Lab::E Lab::type_lambda(std::string_view text, E body, const lf::Kind* kind) {
  return builder.make<lf::TypeAbstraction>(
      ExprForm::kTypeAbstraction, builder.list(std::vector<lf::TypeParameter>{{name(text), kind}}),
      body);
}

Lab::E Lab::match(E scrutinee, std::vector<lf::Alternative> alternatives) {
  return builder.make<lf::Case>(ExprForm::kCase, scrutinee, builder.list(alternatives));
}

Lab::E Lab::let(std::string_view text, T type, E value, E body) {
  const std::vector<lf::Binding> bindings{{{name(text), type}, value}};
  return builder.make<lf::Let>(ExprForm::kLet, builder.list(bindings), body);
}

Lab::E Lab::cons(T type, std::vector<E> front, E tail) {
  return builder.make<lf::Cons>(ExprForm::kCons, type, builder.list(front), tail);
}

Lab::E Lab::typed(ExprForm form, T type, E operand) {
  return builder.make<lf::Typed>(form, type, operand);
}

Lab::E Lab::throw_value(T result, T exception, E value) {
  return builder.make<lf::Throw>(ExprForm::kThrow, result, exception, value);
}

Lab::E Lab::any(T type) {
  return apply(apply_type(builtin(lf::Builtin::kError), {type}), {string("none")});
}

Lab::E Lab::conversion(ExprForm form, std::string_view interface, std::string_view specific,
                       E operand, E contract_id) {
  return builder.make<lf::InterfaceConversion>(form, id(interface), id(specific), contract_id,
                                               operand);
}

Lab::E Lab::call(std::string_view interface, std::string_view method, E operand) {
  return builder.make<lf::CallInterface>(ExprForm::kCallInterface, id(interface), name(method),
                                         operand);
}

Lab::E Lab::query(ExprForm form, std::string_view interface, E operand) {
  return builder.make<lf::InterfaceQuery>(form, id(interface), operand);
}

Lab::E Lab::step(lf::UpdateForm form, std::string_view target, E first, E second,
                 std::string_view choice) {
  auto* result = builder.make<lf::Update>(ExprForm::kUpdate);
  result->update = form;
  result->target = id(target);
  if (!choice.empty())
    result->name = name(choice);
  result->first = first;
  result->second = second;
  return result;
}

Lab::E Lab::typed_step(lf::UpdateForm form, T type, E first) {
  auto* result = builder.make<lf::Update>(ExprForm::kUpdate);
  result->update = form;
  result->type = type;
  result->first = first;
  return result;
}

Lab::E Lab::block(T bound, E value, E last) {
  auto* result = builder.make<lf::Update>(ExprForm::kUpdate);
  result->update = lf::UpdateForm::kBlock;
  result->bindings = builder.list(std::vector<lf::Binding>{{{name("b"), bound}, value}});
  result->first = last;
  return result;
}

Lab::E Lab::try_catch(T type, E tried, E handler) {
  auto* result = builder.make<lf::Update>(ExprForm::kUpdate);
  result->update = lf::UpdateForm::kTryCatch;
  result->type = type;
  result->first = tried;
  result->name = name("caught");
  result->second = handler;
  return result;
}

Lab::E Lab::scenario_step(lf::ScenarioForm form, T type, E first, E second) {
  auto* result = builder.make<lf::Scenario>(ExprForm::kScenario);
  result->scenario = form;
  result->type = type;
  result->first = first;
  result->second = second;
  return result;
}

Lab::E Lab::scenario_block(T bound, E value, E last) {
  auto* result = builder.make<lf::Scenario>(ExprForm::kScenario);
  result->scenario = lf::ScenarioForm::kBlock;
  result->bindings = builder.list(std::vector<lf::Binding>{{{name("b"), bound}, value}});
  result->first = last;
  return result;
}

lf::Alternative Lab::on_constructor(lf::PatternForm form, std::string_view type,
                                    std::string_view constructor, E body) {
  lf::Pattern pattern;
  pattern.form = form;
  pattern.type = id(type);
  pattern.constructor = name(constructor);
  pattern.binder = name("x");
  return {pattern, body};
}

lf::Alternative Lab::on(lf::PatternForm form, E body, std::string_view binder,
                        std::string_view tail) {
  lf::Pattern pattern;
  pattern.form = form;
  pattern.binder = name(binder);
  pattern.tail = name(tail);
  return {pattern, body};
}

lf::Alternative Lab::on(lf::Constant constant, E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kConstant;
  pattern.constant = constant;
  return {pattern, body};
}

} // namespace tenon::daml::validation
