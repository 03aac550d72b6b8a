// Expressions: variables, literals, functions, lists, Any, exceptions.
#include <optional>

#include "validation/expression_checker.hpp"
#include "values/numeric.hpp"
#include "values/time.hpp"

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::ExprForm;
using lf::Feature;
using lf::LiteralForm;

ExpressionChecker::ExpressionChecker(World& world, TypeStore& store, TypeReader& reader, Site& site)
    : world_(world), store_(store), reader_(reader), site_(site), builtins_(world, store),
      latest_(world.own().package().strings().size()) {}

void ExpressionChecker::bind(lf::Name name, const TypeNode* type) {
  variables_.push_back({name, type, latest_[name.index]});
  latest_[name.index] = static_cast<std::uint32_t>(variables_.size());
}

void ExpressionChecker::unbind(std::size_t count) {
  for (; count > 0; --count) {
    latest_[variables_.back().name.index] = variables_.back().shadowed;
    variables_.pop_back();
  }
}

const TypeNode* ExpressionChecker::parties() {
  return store_.builtin(BuiltinType::kList, simple(BuiltinType::kParty));
}

Status ExpressionChecker::check(const lf::Expr& expr, const TypeNode* expected, Rule rule) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* found, infer(expr));
  TENON_ASSIGN_OR_RETURN(expected, made(expected));
  if (found == expected)
    return {};
  site_.move(expr.location);
  return site_.refuse(rule, show(expected), show(found));
}

ExpressionChecker::TypeResult ExpressionChecker::infer(const lf::Expr& expr) {
  if (depth_ >= kMaxExpressionLevels) {
    return site_.refuse(Rule::kExpressionLevels, "at most " + std::to_string(kMaxExpressionLevels),
                        "more");
  }
  if (!store_.meter().spend(1))
    return site_.refuse(Limit::kWork, store_.meter());
  const lf::LocationId before = site_.move(expr.location);
  TENON_RETURN_IF_ERROR(check_feature(expr));
  ++depth_;
  TypeResult result = infer_form(expr);
  --depth_;
  if (result.ok())
    site_.return_to(before);
  return result;
}

namespace {

std::optional<Feature> feature_of(const lf::Expr& expr) {
  if (expr.form == ExprForm::kToAny || expr.form == ExprForm::kFromAny)
    return Feature::kAny;
  if (expr.form == ExprForm::kTypeRep)
    return Feature::kTypeRep;
  if (expr.form >= ExprForm::kToAnyException && expr.form <= ExprForm::kThrow)
    return Feature::kExceptions;
  if (expr.form >= ExprForm::kToInterface && expr.form <= ExprForm::kInterfaceTypeRep)
    return Feature::kInterfaces;
  if (expr.form == ExprForm::kLiteral &&
      lf::as<lf::Literal>(expr).literal == LiteralForm::kRoundingMode)
    return Feature::kBigNumeric;
  if (expr.form != ExprForm::kUpdate)
    return std::nullopt;
  switch (lf::as<lf::Update>(expr).update) {
  case lf::UpdateForm::kCreateInterface:
  case lf::UpdateForm::kExerciseInterface:
  case lf::UpdateForm::kFetchInterface:
    return Feature::kInterfaces;
  case lf::UpdateForm::kExerciseByKey:
    return Feature::kExerciseByKey;
  case lf::UpdateForm::kSoftExercise:
  case lf::UpdateForm::kSoftFetch:
    return Feature::kUpgrades;
  case lf::UpdateForm::kTryCatch:
    return Feature::kExceptions;
  default:
    return std::nullopt;
  }
}

std::string_view name_of(const lf::Expr& expr) {
  return expr.form == ExprForm::kUpdate ? lf::form_name(lf::as<lf::Update>(expr).update)
                                        : lf::form_name(expr.form);
}

} // namespace

Status ExpressionChecker::check_feature(const lf::Expr& expr) const {
  const std::optional<Feature> feature = feature_of(expr);
  if (!feature)
    return {};
  return site_.require(world_.own().package(), *feature, lf::range_of(*feature).name,
                       name_of(expr));
}

ExpressionChecker::TypeResult ExpressionChecker::infer_form(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kVariable:
    return variable(lf::as<lf::Variable>(expr));
  case ExprForm::kValue:
    return value(lf::as<lf::ValueReference>(expr));
  case ExprForm::kBuiltin:
    return builtin(lf::as<lf::BuiltinFunction>(expr));
  case ExprForm::kConstant:
    return constant(lf::as<lf::ConstantValue>(expr));
  case ExprForm::kLiteral:
    return literal(lf::as<lf::Literal>(expr));
  case ExprForm::kRecord:
    return record(lf::as<lf::Record>(expr));
  case ExprForm::kRecordProjection:
    return record_projection(lf::as<lf::RecordProjection>(expr));
  case ExprForm::kRecordUpdate:
    return record_update(lf::as<lf::RecordUpdate>(expr));
  case ExprForm::kVariant:
    return variant(lf::as<lf::Variant>(expr));
  case ExprForm::kEnum:
    return enum_value(lf::as<lf::EnumValue>(expr));
  case ExprForm::kStruct:
    return structure(lf::as<lf::Struct>(expr));
  case ExprForm::kStructProjection:
    return struct_projection(lf::as<lf::StructProjection>(expr));
  case ExprForm::kStructUpdate:
    return struct_update(lf::as<lf::StructUpdate>(expr));
  case ExprForm::kApplication:
    return application(lf::as<lf::Application>(expr));
  case ExprForm::kTypeApplication:
    return type_application(lf::as<lf::TypeApplication>(expr));
  case ExprForm::kAbstraction:
    return abstraction(lf::as<lf::Abstraction>(expr));
  case ExprForm::kTypeAbstraction:
    return type_abstraction(lf::as<lf::TypeAbstraction>(expr));
  case ExprForm::kCase:
    return match(lf::as<lf::Case>(expr));
  case ExprForm::kLet:
    return let(lf::as<lf::Let>(expr));
  case ExprForm::kCons:
    return cons(lf::as<lf::Cons>(expr));
  case ExprForm::kNil:
  case ExprForm::kNone:
  case ExprForm::kSome:
    return typed(lf::as<lf::Typed>(expr));
  case ExprForm::kToAny:
  case ExprForm::kFromAny:
  case ExprForm::kTypeRep:
    return any(lf::as<lf::Typed>(expr));
  case ExprForm::kToAnyException:
  case ExprForm::kFromAnyException:
    return any_exception(lf::as<lf::Typed>(expr));
  case ExprForm::kThrow:
    return throw_exception(lf::as<lf::Throw>(expr));
  case ExprForm::kCallInterface:
    return call_interface(lf::as<lf::CallInterface>(expr));
  case ExprForm::kUpdate:
    return update(lf::as<lf::Update>(expr));
  case ExprForm::kScenario:
    return scenario(lf::as<lf::Scenario>(expr));
  default:
    break;
  }
  if (lf::InterfaceConversion::has(expr.form))
    return conversion(lf::as<lf::InterfaceConversion>(expr));
  return interface_query(lf::as<lf::InterfaceQuery>(expr));
}

ExpressionChecker::TypeResult ExpressionChecker::variable(const lf::Variable& expr) {
  const std::uint32_t place = latest_[expr.name.index];
  if (place == 0)
    return site_.refuse(Rule::kVariableKnown, "one that is in scope", text(expr.name));
  return variables_[place - 1].type;
}

ExpressionChecker::TypeResult ExpressionChecker::value(const lf::ValueReference& expr) {
  Entity* entity = world_.own().find(expr.value);
  if (entity == nullptr || entity->definition->value == nullptr)
    return site_.refuse(Rule::kValueKnown, "one that is defined", text(expr.value));
  return reader_.read_closed(*entity->view, *entity->definition->value->type);
}

ExpressionChecker::TypeResult ExpressionChecker::builtin(const lf::BuiltinFunction& expr) {
  const lf::BuiltinInfo& info = lf::builtin_info(expr.builtin);
  const lf::LanguageVersion version = world_.own().package().version();
  if (!info.legal_in(version)) {
    return site_.refuse(Rule::kVersionFeature,
                        "a built-in function of version " + to_string(version), info.name);
  }
  return made(builtins_.type(expr.builtin));
}

ExpressionChecker::TypeResult ExpressionChecker::constant(const lf::ConstantValue& expr) {
  return made(
      simple(expr.constant == lf::Constant::kUnit ? BuiltinType::kUnit : BuiltinType::kBool));
}

ExpressionChecker::TypeResult ExpressionChecker::literal(const lf::Literal& expr) {
  constexpr std::int64_t kRoundingModes = 8;
  const auto wrong = [&](std::string_view expected) {
    return site_.refuse(Rule::kLiteral, expected, std::to_string(expr.integer));
  };
  switch (expr.literal) {
  case LiteralForm::kInt64:
    return made(simple(BuiltinType::kInt64));
  case LiteralForm::kText:
    return made(simple(BuiltinType::kText));
  case LiteralForm::kTimestamp:
    return Timestamp::from_micros(expr.integer).ok() ? made(simple(BuiltinType::kTimestamp))
                                                     : wrong("microseconds of a Timestamp");
  case LiteralForm::kDate:
    return Date::from_days(expr.integer).ok() ? made(simple(BuiltinType::kDate))
                                              : wrong("days of a Date");
  case LiteralForm::kRoundingMode:
    return expr.integer >= 0 && expr.integer < kRoundingModes
               ? made(simple(BuiltinType::kRoundingMode))
               : wrong("a rounding mode from 0 to 7");
  case LiteralForm::kNumeric:
    break;
  }
  const std::string number = text(expr.text);
  const bool right =
      expr.scale <= lf::kMaxScale &&
      (world_.own().package().supports(Feature::kDecimal)
           ? Numeric::parse_lenient(number, expr.scale).ok()
           : Numeric::parse(number).ok() && Numeric::parse(number)->scale() == int{expr.scale});
  if (!right) {
    return site_.refuse(Rule::kLiteral, "a Numeric of scale " + std::to_string(expr.scale),
                        "\"" + number.substr(0, kMaxTypeText) + "\"");
  }
  return applied(BuiltinType::kNumeric, store_.natural(expr.scale));
}

ExpressionChecker::TypeResult ExpressionChecker::application(const lf::Application& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, infer(*expr.function));
  for (const lf::Expr* argument : expr.arguments) {
    if (!type->is(BuiltinType::kArrow, 2))
      return site_.refuse(Rule::kFunction, "a function", show(type));
    TENON_RETURN_IF_ERROR(check(*argument, type->parts[0], Rule::kArgument));
    type = type->parts[1];
  }
  return type;
}

// Types are put into the body all at once as long as quantifiers follow each other.
ExpressionChecker::TypeResult ExpressionChecker::type_application(const lf::TypeApplication& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* body, infer(*expr.function));
  std::vector<const TypeNode*> given;
  for (const lf::Type* argument : expr.arguments) {
    if (body->form != NodeForm::kForall) {
      TENON_ASSIGN_OR_RETURN(body, made(store_.instantiate(body, given)));
      given.clear();
    }
    if (body->form != NodeForm::kForall)
      return site_.refuse(Rule::kPolymorphic, "one whose type has a quantifier", show(body));
    TENON_ASSIGN_OR_RETURN(const CachedType type, reader_.read(world_.own(), scope_, *argument));
    if (type.node->kind != body->head_kind) {
      return site_.refuse(Rule::kTypeArgument, TypeReader::to_string(*body->head_kind),
                          show(type.node) + " of kind " + TypeReader::to_string(*type.node->kind));
    }
    given.push_back(type.node);
    body = body->parts[0];
  }
  return made(store_.instantiate(body, given));
}

ExpressionChecker::TypeResult ExpressionChecker::abstraction(const lf::Abstraction& expr) {
  for (const lf::Binder& parameter : expr.parameters) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*parameter.type));
    bind(parameter.name, type);
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, infer(*expr.body));
  for (std::size_t i = expr.parameters.size(); i > 0; --i) {
    TENON_ASSIGN_OR_RETURN(result, made(store_.function(variables_.back().type, result)));
    unbind(1);
  }
  return result;
}

ExpressionChecker::TypeResult ExpressionChecker::type_abstraction(const lf::TypeAbstraction& expr) {
  const std::uint32_t level = scope_.size();
  for (const lf::TypeParameter& parameter : expr.parameters)
    TENON_RETURN_IF_ERROR(reader_.push(world_.own(), scope_, parameter));
  TENON_ASSIGN_OR_RETURN(const TypeNode* body, infer(*expr.body));
  const auto count = static_cast<std::uint32_t>(expr.parameters.size());
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, made(store_.abstract(body, level, count)));
  for (std::uint32_t i = count; i > 0; --i) {
    const KindNode* kind = scope_.variables()[level + i - 1].kind;
    TENON_ASSIGN_OR_RETURN(result, made(store_.forall(kind, result)));
  }
  reader_.pop(scope_, count);
  return result;
}

ExpressionChecker::TypeResult ExpressionChecker::let(const lf::Let& expr) {
  for (const lf::Binding& binding : expr.bindings) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*binding.binder.type));
    TENON_RETURN_IF_ERROR(check(*binding.value, type, Rule::kLetValue));
    bind(binding.binder.name, type);
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, infer(*expr.body));
  unbind(expr.bindings.size());
  return result;
}

ExpressionChecker::TypeResult ExpressionChecker::cons(const lf::Cons& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* element, read(*expr.type));
  if (expr.front.empty())
    return site_.refuse(Rule::kListFront, "at least one element", "none");
  for (const lf::Expr* item : expr.front)
    TENON_RETURN_IF_ERROR(check(*item, element, Rule::kListElement));
  TENON_ASSIGN_OR_RETURN(const TypeNode* list, applied(BuiltinType::kList, element));
  TENON_RETURN_IF_ERROR(check(*expr.tail, list, Rule::kListTail));
  return list;
}

ExpressionChecker::TypeResult ExpressionChecker::typed(const lf::Typed& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*expr.type));
  if (expr.form == ExprForm::kNil)
    return applied(BuiltinType::kList, type);
  if (expr.form == ExprForm::kSome)
    TENON_RETURN_IF_ERROR(check(*expr.operand, type, Rule::kSomeValue));
  return applied(BuiltinType::kOptional, type);
}

// A type that can be told from any other at run time.
ExpressionChecker::TypeResult ExpressionChecker::any_type(const lf::Type& type) {
  TENON_ASSIGN_OR_RETURN(const CachedType read_type, reader_.read(world_.own(), scope_, type));
  if (read_type.scope != 0 || read_type.synonyms || read_type.quantifiers) {
    return site_.refuse(Rule::kAnyType, "no variables, quantifiers and synonyms",
                        show(read_type.node));
  }
  return read(type);
}

ExpressionChecker::TypeResult ExpressionChecker::any(const lf::Typed& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, any_type(*expr.type));
  switch (expr.form) {
  case ExprForm::kToAny:
    TENON_RETURN_IF_ERROR(check(*expr.operand, type, Rule::kToAny));
    return made(simple(BuiltinType::kAny));
  case ExprForm::kFromAny:
    TENON_RETURN_IF_ERROR(check(*expr.operand, simple(BuiltinType::kAny), Rule::kFromAny));
    return applied(BuiltinType::kOptional, type);
  default:
    return made(simple(BuiltinType::kTypeRep));
  }
}

ExpressionChecker::TypeResult ExpressionChecker::exception_type(const lf::Type& type) {
  Entity* entity = nullptr;
  if (type.form == lf::TypeForm::kConstructor && type.arguments().empty())
    entity = world_.own().find(type.identifier());
  if (entity == nullptr || entity->definition->exception == nullptr) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* other, read(type));
    return site_.refuse(Rule::kExceptionType, "an exception", show(other));
  }
  return reader_.ledger_type(*entity);
}

ExpressionChecker::TypeResult ExpressionChecker::any_exception(const lf::Typed& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, exception_type(*expr.type));
  const TypeNode* any = simple(BuiltinType::kAnyException);
  if (expr.form == ExprForm::kToAnyException) {
    TENON_RETURN_IF_ERROR(check(*expr.operand, type, Rule::kToAnyException));
    return made(any);
  }
  TENON_RETURN_IF_ERROR(check(*expr.operand, any, Rule::kFromAnyException));
  return applied(BuiltinType::kOptional, type);
}

ExpressionChecker::TypeResult ExpressionChecker::throw_exception(const lf::Throw& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, read(*expr.result));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, exception_type(*expr.exception_type));
  TENON_RETURN_IF_ERROR(check(*expr.exception, type, Rule::kThrow));
  return result;
}

} // namespace tenon::daml::validation
