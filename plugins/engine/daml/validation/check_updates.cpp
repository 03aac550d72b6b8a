// Expressions: updates and scenarios.
#include "validation/expression_checker.hpp"

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::ScenarioForm;
using lf::UpdateForm;

ExpressionChecker::TypeResult ExpressionChecker::update(const lf::Update& expr) {
  switch (expr.update) {
  case UpdateForm::kPure:
    return pure(expr);
  case UpdateForm::kEmbed: {
    TENON_ASSIGN_OR_RETURN(const TypeNode* result, read(*expr.type));
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, applied(BuiltinType::kUpdate, result));
    TENON_RETURN_IF_ERROR(check(*expr.first, type, Rule::kEmbedded));
    return type;
  }
  case UpdateForm::kBlock:
    return block(expr.bindings, *expr.first, BuiltinType::kUpdate, Rule::kBlockUpdate);
  case UpdateForm::kCreate:
    return create(expr, false);
  case UpdateForm::kCreateInterface:
    return create(expr, true);
  case UpdateForm::kExercise:
  case UpdateForm::kSoftExercise:
    return exercise(expr, false);
  case UpdateForm::kExerciseInterface:
    return exercise(expr, true);
  case UpdateForm::kExerciseByKey:
    return exercise_by_key(expr);
  case UpdateForm::kFetch:
  case UpdateForm::kSoftFetch:
    return fetch(expr, false);
  case UpdateForm::kFetchInterface:
    return fetch(expr, true);
  case UpdateForm::kFetchByKey:
  case UpdateForm::kLookupByKey:
    return look_up(expr);
  case UpdateForm::kGetTime:
    return applied(BuiltinType::kUpdate, simple(BuiltinType::kTimestamp));
  case UpdateForm::kTryCatch:
    break;
  }
  return try_catch(expr);
}

ExpressionChecker::TypeResult ExpressionChecker::pure(const lf::Update& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*expr.type));
  TENON_RETURN_IF_ERROR(check(*expr.first, type, Rule::kPureValue));
  return applied(BuiltinType::kUpdate, type);
}

ExpressionChecker::TypeResult ExpressionChecker::block(std::span<const lf::Binding> bindings,
                                                       const lf::Expr& last, BuiltinType monad,
                                                       Rule last_rule) {
  for (const lf::Binding& binding : bindings) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*binding.binder.type));
    TENON_RETURN_IF_ERROR(check(*binding.value, store_.builtin(monad, type), Rule::kBindingValue));
    bind(binding.binder.name, type);
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, infer(last));
  if (!result->is(monad, 1)) {
    return site_.refuse(last_rule, monad == BuiltinType::kUpdate ? "an Update" : "a Scenario",
                        show(result));
  }
  unbind(bindings.size());
  return result;
}

ExpressionChecker::TypeResult ExpressionChecker::create(const lf::Update& expr, bool interface) {
  TENON_ASSIGN_OR_RETURN(Entity * target,
                         interface ? find_interface(expr.target, Rule::kInterfaceKnown)
                                   : find_template(expr.target, Rule::kTemplateKnown));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(*target));
  TENON_RETURN_IF_ERROR(check(*expr.first, type, Rule::kCreateArgument));
  return applied(BuiltinType::kUpdate, store_.builtin(BuiltinType::kContractId, type));
}

// The choice and its argument; the update's type is the result.
Status ExpressionChecker::check_exercise(Entity& target, const lf::Update& expr,
                                         TypeResult& result) {
  const lf::Choice* choice = world_.choice(target, world_.own().name(expr.name));
  if (choice == nullptr) {
    return site_.refuse(Rule::kChoiceKnown, "one of " + world_.to_string(target), text(expr.name));
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* argument,
                         reader_.read_closed(*target.view, *choice->argument.type));
  TENON_RETURN_IF_ERROR(check(*expr.second, argument, Rule::kExerciseArgument));
  TENON_ASSIGN_OR_RETURN(const TypeNode* returned,
                         reader_.read_closed(*target.view, *choice->result));
  result = applied(BuiltinType::kUpdate, returned);
  return {};
}

ExpressionChecker::TypeResult ExpressionChecker::exercise(const lf::Update& expr, bool interface) {
  TENON_ASSIGN_OR_RETURN(Entity * target,
                         interface ? find_interface(expr.target, Rule::kInterfaceKnown)
                                   : find_template(expr.target, Rule::kTemplateKnown));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(*target));
  TENON_RETURN_IF_ERROR(check(*expr.first, store_.builtin(BuiltinType::kContractId, type),
                              Rule::kExerciseContractId));
  TypeResult result = type;
  TENON_RETURN_IF_ERROR(check_exercise(*target, expr, result));
  return result;
}

Status ExpressionChecker::check_key(Entity& target, const lf::Expr& key) {
  const lf::TemplateKey* definition = target.contract()->key;
  if (definition == nullptr)
    return site_.refuse(Rule::kTemplateKey, "one with a key", world_.to_string(target));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type,
                         reader_.read_closed(*target.view, *definition->type));
  return check(key, type, Rule::kByKey);
}

ExpressionChecker::TypeResult ExpressionChecker::exercise_by_key(const lf::Update& expr) {
  TENON_ASSIGN_OR_RETURN(Entity * target, find_template(expr.target, Rule::kTemplateKnown));
  TENON_RETURN_IF_ERROR(check_key(*target, *expr.first));
  TypeResult result = simple(BuiltinType::kUnit);
  TENON_RETURN_IF_ERROR(check_exercise(*target, expr, result));
  return result;
}

ExpressionChecker::TypeResult ExpressionChecker::fetch(const lf::Update& expr, bool interface) {
  TENON_ASSIGN_OR_RETURN(Entity * target,
                         interface ? find_interface(expr.target, Rule::kInterfaceKnown)
                                   : find_template(expr.target, Rule::kTemplateKnown));
  if (expr.update == UpdateForm::kSoftFetch && target->contract()->key != nullptr)
    return site_.refuse(Rule::kSoftFetchKey, "one without a key", world_.to_string(*target));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(*target));
  TENON_RETURN_IF_ERROR(
      check(*expr.first, store_.builtin(BuiltinType::kContractId, type), Rule::kFetchContractId));
  return applied(BuiltinType::kUpdate, type);
}

ExpressionChecker::TypeResult ExpressionChecker::look_up(const lf::Update& expr) {
  TENON_ASSIGN_OR_RETURN(Entity * target, find_template(expr.target, Rule::kTemplateKnown));
  TENON_RETURN_IF_ERROR(check_key(*target, *expr.first));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(*target));
  TENON_ASSIGN_OR_RETURN(const TypeNode* contract_id, applied(BuiltinType::kContractId, type));
  if (expr.update == UpdateForm::kLookupByKey)
    return applied(BuiltinType::kUpdate, store_.builtin(BuiltinType::kOptional, contract_id));
  const std::pair<NameId, const TypeNode*> fields[] = {{world_.name("contractId"), contract_id},
                                                       {world_.name("contract"), type}};
  return applied(BuiltinType::kUpdate, store_.structure(fields));
}

ExpressionChecker::TypeResult ExpressionChecker::try_catch(const lf::Update& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, read(*expr.type));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, applied(BuiltinType::kUpdate, result));
  TENON_RETURN_IF_ERROR(check(*expr.first, type, Rule::kTryBody));
  TENON_ASSIGN_OR_RETURN(const TypeNode* exception, made(simple(BuiltinType::kAnyException)));
  bind(expr.name, exception);
  TENON_RETURN_IF_ERROR(
      check(*expr.second, store_.builtin(BuiltinType::kOptional, type), Rule::kTryHandler));
  unbind(1);
  return type;
}

ExpressionChecker::TypeResult ExpressionChecker::commit(const lf::Scenario& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*expr.type));
  TENON_RETURN_IF_ERROR(check(*expr.first, simple(BuiltinType::kParty), Rule::kCommitParty));
  TENON_RETURN_IF_ERROR(
      check(*expr.second, store_.builtin(BuiltinType::kUpdate, type), Rule::kCommitUpdate));
  return applied(BuiltinType::kScenario,
                 expr.scenario == ScenarioForm::kCommit ? type : simple(BuiltinType::kUnit));
}

// Nothing runs them, but the values of old libraries are made of them.
ExpressionChecker::TypeResult ExpressionChecker::scenario(const lf::Scenario& expr) {
  switch (expr.scenario) {
  case ScenarioForm::kPure: {
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, read(*expr.type));
    TENON_RETURN_IF_ERROR(check(*expr.first, type, Rule::kPureValue));
    return applied(BuiltinType::kScenario, type);
  }
  case ScenarioForm::kEmbed: {
    TENON_ASSIGN_OR_RETURN(const TypeNode* result, read(*expr.type));
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, applied(BuiltinType::kScenario, result));
    TENON_RETURN_IF_ERROR(check(*expr.first, type, Rule::kEmbedded));
    return type;
  }
  case ScenarioForm::kBlock:
    return block(expr.bindings, *expr.first, BuiltinType::kScenario, Rule::kBlockScenario);
  case ScenarioForm::kCommit:
  case ScenarioForm::kMustFailAt:
    return commit(expr);
  case ScenarioForm::kPass:
    TENON_RETURN_IF_ERROR(check(*expr.first, simple(BuiltinType::kInt64), Rule::kPassDelta));
    return applied(BuiltinType::kScenario, simple(BuiltinType::kTimestamp));
  case ScenarioForm::kGetParty:
    TENON_RETURN_IF_ERROR(check(*expr.first, simple(BuiltinType::kText), Rule::kPartyName));
    return applied(BuiltinType::kScenario, simple(BuiltinType::kParty));
  case ScenarioForm::kGetTime:
    break;
  }
  return applied(BuiltinType::kScenario, simple(BuiltinType::kTimestamp));
}

} // namespace tenon::daml::validation
