#include "text/words.hpp"

#include <map>

namespace tenon::daml::text {

using lf::ExprForm;
using lf::Feature;
using lf::ScenarioForm;
using lf::UpdateForm;

namespace {

using O = Operand;
constexpr std::nullopt_t kAlways = std::nullopt;

constexpr Form plain(std::string_view word, ExprForm form, std::optional<Feature> feature,
                     std::array<O, 4> operands) {
  return {word, form, 0, feature, operands};
}
constexpr Form step(std::string_view word, UpdateForm form, std::optional<Feature> feature,
                    std::array<O, 4> operands) {
  return {word, ExprForm::kUpdate, static_cast<std::uint8_t>(form), feature, operands};
}
constexpr Form step(std::string_view word, ScenarioForm form, std::array<O, 4> operands) {
  return {word, ExprForm::kScenario, static_cast<std::uint8_t>(form), kAlways, operands};
}

constexpr std::array kForms = {
    plain("record", ExprForm::kRecord, kAlways, {O::kConstructed, O::kFields}),
    plain("get", ExprForm::kRecordProjection, kAlways, {O::kConstructed, O::kName, O::kExpr}),
    plain("set", ExprForm::kRecordUpdate, kAlways, {O::kConstructed, O::kName, O::kExpr, O::kExpr}),
    plain("variant", ExprForm::kVariant, kAlways, {O::kConstructed, O::kName, O::kExpr}),
    plain("enum", ExprForm::kEnum, kAlways, {O::kIdentifier, O::kName}),
    plain("struct", ExprForm::kStruct, kAlways, {O::kFields}),
    plain("struct_get", ExprForm::kStructProjection, kAlways, {O::kName, O::kExpr}),
    plain("struct_set", ExprForm::kStructUpdate, kAlways, {O::kName, O::kExpr, O::kExpr}),
    plain("nil", ExprForm::kNil, kAlways, {O::kType}),
    plain("cons", ExprForm::kCons, kAlways, {O::kType, O::kList, O::kExpr}),
    plain("none", ExprForm::kNone, kAlways, {O::kType}),
    plain("some", ExprForm::kSome, kAlways, {O::kType, O::kExpr}),
    plain("to_any", ExprForm::kToAny, Feature::kAny, {O::kType, O::kExpr}),
    plain("from_any", ExprForm::kFromAny, Feature::kAny, {O::kType, O::kExpr}),
    plain("type_rep", ExprForm::kTypeRep, Feature::kTypeRep, {O::kType}),
    plain("to_any_exception", ExprForm::kToAnyException, Feature::kExceptions,
          {O::kType, O::kExpr}),
    plain("from_any_exception", ExprForm::kFromAnyException, Feature::kExceptions,
          {O::kType, O::kExpr}),
    plain("throw", ExprForm::kThrow, Feature::kExceptions, {O::kType, O::kType, O::kExpr}),
    plain("to_interface", ExprForm::kToInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kIdentifier, O::kExpr}),
    plain("from_interface", ExprForm::kFromInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kIdentifier, O::kExpr}),
    plain("unsafe_from_interface", ExprForm::kUnsafeFromInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kIdentifier, O::kExpr, O::kExpr}),
    plain("to_required_interface", ExprForm::kToRequiredInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kIdentifier, O::kExpr}),
    plain("from_required_interface", ExprForm::kFromRequiredInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kIdentifier, O::kExpr}),
    plain("unsafe_from_required_interface", ExprForm::kUnsafeFromRequiredInterface,
          Feature::kInterfaces, {O::kIdentifier, O::kIdentifier, O::kExpr, O::kExpr}),
    plain("call_interface", ExprForm::kCallInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kName, O::kExpr}),
    plain("view_interface", ExprForm::kViewInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kExpr}),
    plain("signatory_interface", ExprForm::kSignatoryInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kExpr}),
    plain("observer_interface", ExprForm::kObserverInterface, Feature::kInterfaces,
          {O::kIdentifier, O::kExpr}),
    plain("interface_type_rep", ExprForm::kInterfaceTypeRep, Feature::kInterfaces,
          {O::kIdentifier, O::kExpr}),
    step("pure", UpdateForm::kPure, kAlways, {O::kType, O::kExpr}),
    step("embed", UpdateForm::kEmbed, kAlways, {O::kType, O::kExpr}),
    step("create", UpdateForm::kCreate, kAlways, {O::kIdentifier, O::kExpr}),
    step("create_interface", UpdateForm::kCreateInterface, Feature::kInterfaces,
         {O::kIdentifier, O::kExpr}),
    step("exercise", UpdateForm::kExercise, kAlways,
         {O::kIdentifier, O::kName, O::kExpr, O::kExpr}),
    step("soft_exercise", UpdateForm::kSoftExercise, Feature::kUpgrades,
         {O::kIdentifier, O::kName, O::kExpr, O::kExpr}),
    step("exercise_interface", UpdateForm::kExerciseInterface, Feature::kInterfaces,
         {O::kIdentifier, O::kName, O::kExpr, O::kExpr}),
    step("exercise_by_key", UpdateForm::kExerciseByKey, Feature::kExerciseByKey,
         {O::kIdentifier, O::kName, O::kExpr, O::kExpr}),
    step("fetch", UpdateForm::kFetch, kAlways, {O::kIdentifier, O::kExpr}),
    step("soft_fetch", UpdateForm::kSoftFetch, Feature::kUpgrades, {O::kIdentifier, O::kExpr}),
    step("fetch_interface", UpdateForm::kFetchInterface, Feature::kInterfaces,
         {O::kIdentifier, O::kExpr}),
    step("fetch_by_key", UpdateForm::kFetchByKey, kAlways, {O::kIdentifier, O::kExpr}),
    step("lookup_by_key", UpdateForm::kLookupByKey, kAlways, {O::kIdentifier, O::kExpr}),
    step("get_time", UpdateForm::kGetTime, kAlways, {}),
    step("scenario_pure", ScenarioForm::kPure, {O::kType, O::kExpr}),
    step("scenario_commit", ScenarioForm::kCommit, {O::kType, O::kExpr, O::kExpr}),
    step("scenario_must_fail_at", ScenarioForm::kMustFailAt, {O::kType, O::kExpr, O::kExpr}),
    step("scenario_pass", ScenarioForm::kPass, {O::kExpr}),
    step("scenario_get_time", ScenarioForm::kGetTime, {}),
    step("scenario_get_party", ScenarioForm::kGetParty, {O::kExpr}),
    step("scenario_embed", ScenarioForm::kEmbed, {O::kType, O::kExpr}),
};

constexpr std::array kKeywords = {
    std::pair<std::string_view, Keyword>{"true", Keyword::kTrue},
    std::pair<std::string_view, Keyword>{"false", Keyword::kFalse},
    std::pair<std::string_view, Keyword>{"case", Keyword::kCase},
    std::pair<std::string_view, Keyword>{"of", Keyword::kOf},
    std::pair<std::string_view, Keyword>{"let", Keyword::kLet},
    std::pair<std::string_view, Keyword>{"in", Keyword::kIn},
    std::pair<std::string_view, Keyword>{"do", Keyword::kDo},
    std::pair<std::string_view, Keyword>{"scenario_do", Keyword::kScenarioDo},
    std::pair<std::string_view, Keyword>{"try", Keyword::kTry},
    std::pair<std::string_view, Keyword>{"catch", Keyword::kCatch},
    std::pair<std::string_view, Keyword>{"date", Keyword::kDate},
    std::pair<std::string_view, Keyword>{"timestamp", Keyword::kTimestamp},
    std::pair<std::string_view, Keyword>{"decimal", Keyword::kDecimal},
    std::pair<std::string_view, Keyword>{"rounding", Keyword::kRounding},
};

std::map<std::string_view, Word> all_words() {
  std::map<std::string_view, Word> words;
  for (const Form& form : kForms)
    words[form.word].form = &form;
  for (const lf::BuiltinInfo& info : lf::builtins())
    words[info.name].builtin = &info;
  for (const auto& [text, keyword] : kKeywords)
    words[text].keyword = keyword;
  return words;
}

std::map<std::string_view, lf::BuiltinType> all_builtin_types() {
  constexpr std::uint8_t kLast = static_cast<std::uint8_t>(lf::BuiltinType::kAnyException);
  std::map<std::string_view, lf::BuiltinType> types;
  for (std::uint8_t code = 0; code <= kLast; ++code) {
    const auto type = static_cast<lf::BuiltinType>(code);
    if (const std::string_view name = builtin_type_name(type); !name.empty())
      types[name] = type;
  }
  return types;
}

const std::map<std::string_view, lf::BuiltinType>& builtin_types() {
  static const auto kTypes = all_builtin_types();
  return kTypes;
}

std::uint8_t step_of(const lf::Expr& expr) {
  if (expr.form == ExprForm::kUpdate)
    return static_cast<std::uint8_t>(lf::as<lf::Update>(expr).update);
  if (expr.form == ExprForm::kScenario)
    return static_cast<std::uint8_t>(lf::as<lf::Scenario>(expr).scenario);
  return 0;
}

} // namespace

const Word* find_word(std::string_view text) {
  static const auto kWords = all_words();
  const auto found = kWords.find(text);
  return found == kWords.end() ? nullptr : &found->second;
}

const Form* form_of(const lf::Expr& expr) {
  const std::uint8_t wanted = step_of(expr);
  for (const Form& form : kForms) {
    if (form.form == expr.form && form.step == wanted)
      return &form;
  }
  return nullptr;
}

bool is_type_word(std::string_view text) {
  return text == kForall || text == kStruct || text == kSynonym || text == kDecimalType ||
         builtin_types().contains(text);
}

std::optional<lf::BuiltinType> find_builtin_type(std::string_view text) {
  const auto found = builtin_types().find(text);
  return found == builtin_types().end() ? std::nullopt : std::optional(found->second);
}

} // namespace tenon::daml::text
