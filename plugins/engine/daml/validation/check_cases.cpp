// Expressions: case and its patterns.
#include <algorithm>

#include "validation/expression_checker.hpp"

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::Constant;
using lf::DataForm;
using lf::PatternForm;

namespace {

std::string_view pattern_text(const lf::Pattern& pattern) {
  switch (pattern.form) {
  case PatternForm::kDefault:
    return "the default";
  case PatternForm::kVariant:
    return "a constructor of a variant";
  case PatternForm::kConstant:
    return pattern.constant == Constant::kUnit ? "unit" : "a boolean";
  case PatternForm::kNil:
  case PatternForm::kCons:
    return "a list";
  case PatternForm::kNone:
  case PatternForm::kSome:
    return "an optional";
  case PatternForm::kEnum:
    break;
  }
  return "a constructor of an enum";
}

} // namespace

ExpressionChecker::TypeResult ExpressionChecker::match(const lf::Case& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* scrutinee, infer(*expr.scrutinee));
  if (expr.alternatives.empty())
    return site_.refuse(Rule::kCaseEmpty, "at least one", "none");
  Matched matched;
  const TypeNode* result = nullptr;
  for (const lf::Alternative& alternative : expr.alternatives) {
    TENON_ASSIGN_OR_RETURN(const std::size_t bound,
                           pattern(alternative.pattern, scrutinee, matched));
    if (result == nullptr) {
      TENON_ASSIGN_OR_RETURN(result, infer(*alternative.body));
    } else {
      TENON_RETURN_IF_ERROR(check(*alternative.body, result, Rule::kCaseResult));
    }
    unbind(bound);
  }
  TENON_RETURN_IF_ERROR(check_exhaustive(scrutinee, matched));
  return result;
}

Status ExpressionChecker::misfit(const lf::Pattern& pattern, const TypeNode* scrutinee) const {
  return site_.refuse(Rule::kCasePattern, "one for " + show(scrutinee), pattern_text(pattern));
}

Result<std::size_t> ExpressionChecker::pattern(const lf::Pattern& pattern,
                                               const TypeNode* scrutinee, Matched& matched) {
  const auto fits = [&](BuiltinType type, std::size_t arguments) {
    return scrutinee->is(type, arguments);
  };
  switch (pattern.form) {
  case PatternForm::kDefault:
    matched.all = true;
    return 0;
  case PatternForm::kVariant:
  case PatternForm::kEnum:
    return data_pattern(pattern, scrutinee, matched);
  case PatternForm::kConstant:
    if (!fits(pattern.constant == Constant::kUnit ? BuiltinType::kUnit : BuiltinType::kBool, 0))
      return misfit(pattern, scrutinee);
    matched.places.push_back(pattern.constant == Constant::kTrue ? 1 : 0);
    return 0;
  case PatternForm::kNil:
  case PatternForm::kCons:
    if (!fits(BuiltinType::kList, 1))
      return misfit(pattern, scrutinee);
    matched.places.push_back(pattern.form == PatternForm::kCons ? 1 : 0);
    return list_pattern(pattern, scrutinee);
  case PatternForm::kNone:
  case PatternForm::kSome:
    if (!fits(BuiltinType::kOptional, 1))
      return misfit(pattern, scrutinee);
    matched.places.push_back(pattern.form == PatternForm::kSome ? 1 : 0);
    if (pattern.form == PatternForm::kNone)
      return 0;
    bind(pattern.binder, scrutinee->parts[0]);
    return 1;
  }
  return misfit(pattern, scrutinee);
}

Result<std::size_t> ExpressionChecker::list_pattern(const lf::Pattern& pattern,
                                                    const TypeNode* scrutinee) {
  if (pattern.form == PatternForm::kNil)
    return 0;
  if (pattern.binder == pattern.tail)
    return site_.refuse(Rule::kCaseBinders, "two of different names",
                        text(pattern.binder) + " twice");
  bind(pattern.binder, scrutinee->parts[0]);
  bind(pattern.tail, scrutinee);
  return 2;
}

Result<std::size_t> ExpressionChecker::data_pattern(const lf::Pattern& pattern,
                                                    const TypeNode* scrutinee, Matched& matched) {
  Entity* entity = world_.own().find(pattern.type);
  const DataForm form =
      pattern.form == PatternForm::kVariant ? DataForm::kVariant : DataForm::kEnum;
  if (scrutinee->form != NodeForm::kData || scrutinee->entity != entity ||
      scrutinee->kind != store_.star() || entity->data_type()->form != form) {
    return site_.refuse(Rule::kCasePattern, "one for " + show(scrutinee),
                        std::string(pattern_text(pattern)) + " " + text(pattern.type));
  }
  TENON_RETURN_IF_ERROR(reader_.read_fields(*entity));
  const auto place = entity->field_index.find(world_.own().name(pattern.constructor));
  if (!place) {
    return site_.refuse(Rule::kCaseConstructor, "one of " + world_.to_string(*entity),
                        text(pattern.constructor));
  }
  matched.places.push_back(*place);
  if (form == DataForm::kEnum)
    return 0;
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, field_type(Data{entity, scrutinee}, *place));
  bind(pattern.binder, type);
  return 1;
}

// How many constructors the values of a type may have; 0: only the default matches all.
std::size_t ExpressionChecker::constructor_count(const TypeNode* scrutinee) const {
  if (scrutinee->is(BuiltinType::kUnit))
    return 1;
  if (scrutinee->is(BuiltinType::kBool) || scrutinee->is(BuiltinType::kList) ||
      scrutinee->is(BuiltinType::kOptional))
    return 2;
  if (scrutinee->form != NodeForm::kData)
    return 0;
  const lf::DataType& type = *scrutinee->entity->data_type();
  if (type.form == DataForm::kVariant)
    return type.fields.size();
  return type.form == DataForm::kEnum ? type.constructors.size() : 0;
}

std::string ExpressionChecker::constructor_name(const TypeNode* scrutinee,
                                                std::size_t place) const {
  if (scrutinee->is(BuiltinType::kBool))
    return place == 0 ? "false" : "true";
  if (scrutinee->is(BuiltinType::kList))
    return place == 0 ? "the empty list" : "lists that are not empty";
  if (scrutinee->is(BuiltinType::kOptional))
    return place == 0 ? "none" : "some";
  const lf::DataType& type = *scrutinee->entity->data_type();
  const lf::Name name =
      type.form == DataForm::kVariant ? type.fields[place].name : type.constructors[place];
  return std::string(scrutinee->entity->view->package().text(name));
}

Status ExpressionChecker::check_exhaustive(const TypeNode* scrutinee, Matched& matched) {
  if (matched.all)
    return {};
  std::vector<std::size_t>& places = matched.places;
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  // Patterns other than the default fit types with constructors only, so there is at least one.
  if (places.size() == constructor_count(scrutinee))
    return {};
  std::size_t missing = 0;
  while (missing < places.size() && places[missing] == missing)
    ++missing;
  return site_.refuse(Rule::kCaseExhaustive, "one for each value of " + show(scrutinee),
                      "none for " + constructor_name(scrutinee, missing));
}

} // namespace tenon::daml::validation
