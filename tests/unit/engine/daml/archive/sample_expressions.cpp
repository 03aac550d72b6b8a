// The sample's expressions: every form, each as the body of a value of its own.
#include "sample.hpp"

namespace tenon::daml::lf {

const Expr* Sample::var(std::string_view text) {
  return builder_.make<Variable>(ExprForm::kVariable, name(text));
}

const Expr* Sample::located(Expr* expr, int line) {
  expr->location = somewhere(line);
  return expr;
}

void Sample::add_plain() {
  add(var("x"));
  add(located(builder_.make<Variable>(ExprForm::kVariable, name("y")), 1));
  Variable* nowhere = builder_.make<Variable>(ExprForm::kVariable, name("z"));
  nowhere->location = builder_.location(Location{}); // there, but says nothing
  add(nowhere);
  add(located(builder_.make<ValueReference>(ExprForm::kValue, own("value0")), 2));
  add(builder_.make<ValueReference>(ExprForm::kValue, foreign("value")));
  for (const BuiltinInfo& info : builtins()) {
    if (info.legal_in(builder_.version()))
      add(builder_.make<BuiltinFunction>(ExprForm::kBuiltin, info.builtin));
  }
  for (const Constant constant : {Constant::kUnit, Constant::kFalse, Constant::kTrue})
    add(builder_.make<ConstantValue>(ExprForm::kConstant, constant));
}

void Sample::add_literals() {
  const auto number = [&](LiteralForm form, std::int64_t value) {
    add(builder_.make<Literal>(ExprForm::kLiteral, form, std::uint8_t{0}, StringId{}, value));
  };
  const auto text = [&](LiteralForm form, std::uint8_t scale, std::string_view value) {
    add(builder_.make<Literal>(ExprForm::kLiteral, form, scale, builder_.intern(value), 0));
  };
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1},
                                   std::int64_t{INT64_MAX}, std::int64_t{INT64_MIN}})
    number(LiteralForm::kInt64, value);
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-62135596800000000}, std::int64_t{253402300799999999}})
    number(LiteralForm::kTimestamp, value);
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-719162}, std::int64_t{2932896}})
    number(LiteralForm::kDate, value);
  text(LiteralForm::kText, 0, "");
  text(LiteralForm::kText, 0, "x");
  text(LiteralForm::kText, 0, "\xf0\x9f\x92\xb0 and more");
  if (has(Feature::kDecimal)) {
    text(LiteralForm::kNumeric, kDecimalScale, "+0001.50");
    text(LiteralForm::kNumeric, kDecimalScale, "-7");
  } else {
    text(LiteralForm::kNumeric, 0, "7.");
    text(LiteralForm::kNumeric, 3, "-0.001");
    text(LiteralForm::kNumeric, 37, "0.0000000000000000000000000000000000001");
  }
  if (has(Feature::kBigNumeric)) {
    for (std::int64_t mode = 0; mode < 8; ++mode)
      number(LiteralForm::kRoundingMode, mode);
  }
}

std::vector<FieldExpr> Sample::field_values() {
  return {{name("x"), var("x")}, {name("y"), var("y")}};
}

void Sample::add_data() {
  const Type* record = record_type();
  const std::vector<const Type*> arguments{types_[0], types_[3]};
  const Type* applied = builder_.type(constructor_type(foreign("Type"), arguments)).value();
  add(builder_.make<Record>(ExprForm::kRecord, record, builder_.list(field_values())));
  add(builder_.make<Record>(ExprForm::kRecord, applied, std::span<const FieldExpr>()));
  add(builder_.make<RecordProjection>(ExprForm::kRecordProjection, name("x"), applied, var("r")));
  add(builder_.make<RecordUpdate>(ExprForm::kRecordUpdate, name("x"), record, var("r"), var("v")));
  add(builder_.make<Variant>(ExprForm::kVariant, name("Left"), applied, var("v")));
  add(builder_.make<EnumValue>(ExprForm::kEnum, name("Red"), own("Enum")));
  add(builder_.make<Struct>(ExprForm::kStruct, builder_.list(field_values())));
  add(builder_.make<StructProjection>(ExprForm::kStructProjection, name("x"), var("s")));
  add(builder_.make<StructUpdate>(ExprForm::kStructUpdate, name("x"), var("s"), var("v")));
}

std::vector<Binding> Sample::bindings() {
  return {{{name("b"), types_[0]}, var("v")}, {{name("c"), types_[1]}, var("b")}};
}

void Sample::add_functions() {
  const std::vector<const Expr*> arguments{var("x"), var("y"), var("z")};
  add(builder_.make<Application>(ExprForm::kApplication, var("f"), builder_.list(arguments)));
  add(builder_.make<TypeApplication>(ExprForm::kTypeApplication, var("f"), builder_.list(types_)));
  const std::vector<Binder> binders{{name("x"), types_[0]}, {name("y"), types_[1]}};
  add(builder_.make<Abstraction>(ExprForm::kAbstraction, builder_.list(binders), var("x")));
  const std::vector<TypeParameter> parameters{
      {name("a"), PackageBuilder::star()},
      {name("n"), has(Feature::kNumeric) ? PackageBuilder::nat() : PackageBuilder::star()}};
  add(builder_.make<TypeAbstraction>(ExprForm::kTypeAbstraction, builder_.list(parameters),
                                     var("x")));
  add(builder_.make<Let>(ExprForm::kLet, builder_.list(bindings()), var("c")));
}

void Sample::add_case() {
  const auto pattern = [&](PatternForm form) {
    Pattern result;
    result.form = form;
    return result;
  };
  std::vector<Alternative> alternatives;
  for (const PatternForm form : {PatternForm::kDefault, PatternForm::kNil, PatternForm::kNone})
    alternatives.push_back({pattern(form), var("x")});
  for (const Constant constant : {Constant::kUnit, Constant::kFalse, Constant::kTrue}) {
    alternatives.push_back({pattern(PatternForm::kConstant), var("x")});
    alternatives.back().pattern.constant = constant;
  }
  alternatives.push_back({pattern(PatternForm::kVariant), var("x")});
  alternatives.back().pattern.type = own("Variant");
  alternatives.back().pattern.constructor = name("Left");
  alternatives.back().pattern.binder = name("v");
  alternatives.push_back({pattern(PatternForm::kEnum), var("x")});
  alternatives.back().pattern.type = foreign("Enum");
  alternatives.back().pattern.constructor = name("Red");
  alternatives.push_back({pattern(PatternForm::kCons), var("x")});
  alternatives.back().pattern.binder = name("head");
  alternatives.back().pattern.tail = name("tail");
  alternatives.push_back({pattern(PatternForm::kSome), var("x")});
  alternatives.back().pattern.binder = name("body");
  add(builder_.make<Case>(ExprForm::kCase, var("x"), builder_.list(alternatives)));
  add(builder_.make<Case>(ExprForm::kCase, var("x"), std::span<const Alternative>()));
}

void Sample::add_lists() {
  const std::vector<const Expr*> front{var("x"), var("y")};
  const Expr* nil = builder_.make<Typed>(ExprForm::kNil, types_[0], nullptr);
  add(nil);
  add(builder_.make<Cons>(ExprForm::kCons, types_[0], builder_.list(front), nil));
  add(builder_.make<Typed>(ExprForm::kNone, types_[0], nullptr));
  add(builder_.make<Typed>(ExprForm::kSome, types_[0], var("x")));
}

void Sample::add_any() {
  if (!has(Feature::kAny))
    return;
  add(builder_.make<Typed>(ExprForm::kToAny, types_[0], var("x")));
  add(builder_.make<Typed>(ExprForm::kFromAny, types_[0], var("x")));
  add(builder_.make<Typed>(ExprForm::kTypeRep, types_[1], nullptr));
}

void Sample::add_exceptions() {
  if (!has(Feature::kExceptions))
    return;
  add(builder_.make<Typed>(ExprForm::kToAnyException, types_[0], var("x")));
  add(builder_.make<Typed>(ExprForm::kFromAnyException, types_[0], var("x")));
  add(builder_.make<Throw>(ExprForm::kThrow, types_[0], types_[1], var("x")));
}

void Sample::add_interfaces() {
  if (!has(Feature::kInterfaces))
    return;
  const IdentifierId general = own("Interface");
  const IdentifierId specific = foreign("Template");
  const Expr* none = nullptr;
  for (const ExprForm form : {ExprForm::kToInterface, ExprForm::kFromInterface,
                              ExprForm::kToRequiredInterface, ExprForm::kFromRequiredInterface})
    add(builder_.make<InterfaceConversion>(form, general, specific, none, var("x")));
  for (const ExprForm form :
       {ExprForm::kUnsafeFromInterface, ExprForm::kUnsafeFromRequiredInterface})
    add(builder_.make<InterfaceConversion>(form, general, specific, var("id"), var("x")));
  add(builder_.make<CallInterface>(ExprForm::kCallInterface, general, name("method"), var("x")));
  for (const ExprForm form : {ExprForm::kViewInterface, ExprForm::kSignatoryInterface,
                              ExprForm::kObserverInterface, ExprForm::kInterfaceTypeRep})
    add(builder_.make<InterfaceQuery>(form, general, var("x")));
}

void Sample::add_update(UpdateForm form, const Type* type, const Expr* first, const Expr* second) {
  Update* update = builder_.make<Update>(ExprForm::kUpdate);
  update->update = form;
  update->target = own("Record");
  update->name = name("Archive");
  update->type = type;
  update->first = first;
  update->second = second;
  add(located(update, static_cast<int>(form)));
}

void Sample::add_updates() {
  const Expr* x = var("x");
  const Expr* y = var("y");
  for (const UpdateForm form : {UpdateForm::kPure, UpdateForm::kEmbed})
    add_update(form, types_[0], x, nullptr);
  for (const UpdateForm form :
       {UpdateForm::kCreate, UpdateForm::kFetch, UpdateForm::kFetchByKey, UpdateForm::kLookupByKey})
    add_update(form, nullptr, x, nullptr);
  add_update(UpdateForm::kExercise, nullptr, x, y);
  add_update(UpdateForm::kGetTime, nullptr, nullptr, nullptr);
  add_update(UpdateForm::kBlock, nullptr, x, nullptr); // without bindings
  Update* block = builder_.make<Update>(ExprForm::kUpdate);
  block->update = UpdateForm::kBlock;
  block->bindings = builder_.list(bindings());
  block->first = x;
  add(block);
  if (has(Feature::kExerciseByKey))
    add_update(UpdateForm::kExerciseByKey, nullptr, x, y);
  if (has(Feature::kExceptions))
    add_update(UpdateForm::kTryCatch, types_[0], x, y);
  if (has(Feature::kInterfaces)) {
    add_update(UpdateForm::kCreateInterface, nullptr, x, nullptr);
    add_update(UpdateForm::kFetchInterface, nullptr, x, nullptr);
    add_update(UpdateForm::kExerciseInterface, nullptr, x, y);
  }
  if (has(Feature::kUpgrades)) {
    add_update(UpdateForm::kSoftFetch, nullptr, x, nullptr);
    add_update(UpdateForm::kSoftExercise, nullptr, x, y);
  }
}

void Sample::add_scenarios() {
  const auto scenario = [&](ScenarioForm form, const Type* type, bool first, bool second) {
    Scenario* result = builder_.make<Scenario>(ExprForm::kScenario);
    result->scenario = form;
    result->type = type;
    result->first = first ? var("x") : nullptr;
    result->second = second ? var("y") : nullptr;
    if (form == ScenarioForm::kBlock)
      result->bindings = builder_.list(bindings());
    add(result);
  };
  scenario(ScenarioForm::kPure, types_[0], true, false);
  scenario(ScenarioForm::kBlock, nullptr, true, false);
  scenario(ScenarioForm::kCommit, types_[0], true, true);
  scenario(ScenarioForm::kMustFailAt, types_[1], true, true);
  scenario(ScenarioForm::kPass, nullptr, true, false);
  scenario(ScenarioForm::kGetTime, nullptr, false, false);
  scenario(ScenarioForm::kGetParty, nullptr, true, false);
  scenario(ScenarioForm::kEmbed, types_[0], true, false);
}

} // namespace tenon::daml::lf
