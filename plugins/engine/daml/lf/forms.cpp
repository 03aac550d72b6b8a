// What forms are called in messages.
#include <array>

#include "lf/expression.hpp"

namespace tenon::daml::lf {

namespace {

constexpr std::array<std::string_view, 42> kExprNames = {
    "variable",
    "value",
    "built-in function",
    "constant",
    "literal",
    "record",
    "record projection",
    "record update",
    "variant",
    "enum value",
    "struct",
    "struct projection",
    "struct update",
    "application",
    "type application",
    "abstraction",
    "type abstraction",
    "case",
    "let",
    "empty list",
    "list",
    "none",
    "some",
    "conversion to Any",
    "conversion from Any",
    "type representation",
    "conversion to AnyException",
    "conversion from AnyException",
    "throw",
    "conversion to an interface",
    "conversion from an interface",
    "unsafe conversion from an interface",
    "conversion to a required interface",
    "conversion from a required interface",
    "unsafe conversion from a required interface",
    "call of an interface method",
    "view of an interface",
    "signatories through an interface",
    "observers through an interface",
    "type representation through an interface",
    "update",
    "scenario",
};
static_assert(kExprNames.size() == static_cast<std::size_t>(ExprForm::kScenario) + 1);

constexpr std::array<std::string_view, 16> kUpdateNames = {
    "pure update",         "embedded update", "update block",  "create",
    "create by interface", "exercise",        "soft exercise", "exercise by interface",
    "exercise by key",     "fetch",           "soft fetch",    "fetch by interface",
    "fetch by key",        "lookup by key",   "get time",      "try",
};
static_assert(kUpdateNames.size() == static_cast<std::size_t>(UpdateForm::kTryCatch) + 1);

constexpr std::array<std::string_view, 8> kScenarioNames = {
    "pure scenario", "scenario block", "commit",    "commit that must fail",
    "pass",          "get time",       "get party", "embedded scenario",
};
static_assert(kScenarioNames.size() == static_cast<std::size_t>(ScenarioForm::kEmbed) + 1);

} // namespace

std::string_view form_name(ExprForm form) {
  return kExprNames[static_cast<std::size_t>(form)];
}

std::string_view form_name(UpdateForm form) {
  return kUpdateNames[static_cast<std::size_t>(form)];
}

std::string_view form_name(ScenarioForm form) {
  return kScenarioNames[static_cast<std::size_t>(form)];
}

std::string_view builtin_type_name(BuiltinType type) {
  switch (type) {
  case BuiltinType::kUnit:
    return "Unit";
  case BuiltinType::kBool:
    return "Bool";
  case BuiltinType::kInt64:
    return "Int64";
  case BuiltinType::kText:
    return "Text";
  case BuiltinType::kTimestamp:
    return "Timestamp";
  case BuiltinType::kParty:
    return "Party";
  case BuiltinType::kList:
    return "List";
  case BuiltinType::kUpdate:
    return "Update";
  case BuiltinType::kScenario:
    return "Scenario";
  case BuiltinType::kDate:
    return "Date";
  case BuiltinType::kContractId:
    return "ContractId";
  case BuiltinType::kOptional:
    return "Optional";
  case BuiltinType::kArrow:
    return "Arrow";
  case BuiltinType::kTextMap:
    return "TextMap";
  case BuiltinType::kNumeric:
    return "Numeric";
  case BuiltinType::kAny:
    return "Any";
  case BuiltinType::kTypeRep:
    return "TypeRep";
  case BuiltinType::kGenMap:
    return "GenMap";
  case BuiltinType::kBigNumeric:
    return "BigNumeric";
  case BuiltinType::kRoundingMode:
    return "RoundingMode";
  case BuiltinType::kAnyException:
    return "AnyException";
  }
  return {};
}

} // namespace tenon::daml::lf
