// Definitions: their expressions.
#include <algorithm>

#include "validation/definition_checker.hpp"

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::ExprForm;

Status DefinitionChecker::check_expressions(const lf::Module& module) {
  site_.enter_module(module.name);
  for (const lf::Value& value : module.values) {
    site_.enter_definition("value", value.name, value.location);
    TENON_RETURN_IF_ERROR(check_value(value));
  }
  for (const lf::Exception& exception : module.exceptions) {
    site_.enter_definition("exception", exception.name, exception.location);
    TENON_RETURN_IF_ERROR(check_exception(own(module, exception.name)));
  }
  for (const lf::Template& definition : module.templates) {
    site_.enter_definition("template", definition.name, definition.location);
    TENON_RETURN_IF_ERROR(check_template(own(module, definition.name)));
  }
  for (const lf::Interface& definition : module.interfaces) {
    site_.enter_definition("interface", definition.name, definition.location);
    Entity& entity = own(module, definition.name);
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(entity));
    expressions_.bind(definition.parameter, type);
    TENON_RETURN_IF_ERROR(check_choices(entity, definition.choices));
    expressions_.unbind(1);
    TENON_RETURN_IF_ERROR(check_instances(entity, definition.parameter, definition.co_implements));
  }
  return {};
}

Status DefinitionChecker::check_value(const lf::Value& value) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.read_closed(world_.own(), *value.type));
  TENON_RETURN_IF_ERROR(expressions_.check(*value.body, type, Rule::kValueBody));
  if (!value.is_test)
    return {};
  const TypeNode* inner = type;
  while (inner->form == NodeForm::kForall)
    inner = inner->parts[0];
  if (inner->is(BuiltinType::kScenario, 1))
    return {};
  return site_.refuse(Rule::kTestScenario, "a Scenario",
                      reader_.to_string(*type, nullptr, &world_.own()));
}

Status DefinitionChecker::check_exception(Entity& entity) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(entity));
  const TypeNode* message = store_.function(type, expressions_.simple(BuiltinType::kText));
  return expressions_.check(*entity.definition->exception->message, message,
                            Rule::kExceptionMessage);
}

Status DefinitionChecker::check_template(Entity& entity) {
  const lf::Template& definition = *entity.contract();
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(entity));
  expressions_.bind(definition.parameter, type);
  const TypeNode* parties = expressions_.parties();
  if (definition.precondition != nullptr) {
    TENON_RETURN_IF_ERROR(expressions_.check(
        *definition.precondition, expressions_.simple(BuiltinType::kBool), Rule::kPrecondition));
  }
  TENON_RETURN_IF_ERROR(expressions_.check(*definition.signatories, parties, Rule::kSignatories));
  TENON_RETURN_IF_ERROR(expressions_.check(*definition.observers, parties, Rule::kObservers));
  TENON_RETURN_IF_ERROR(expressions_.check(
      *definition.agreement, expressions_.simple(BuiltinType::kText), Rule::kAgreement));
  TENON_RETURN_IF_ERROR(check_choices(entity, definition.choices));
  TENON_RETURN_IF_ERROR(check_key(definition));
  return check_instances(entity, definition.parameter, definition.implements);
}

// The key may look at the contract, its maintainers at the key only. Takes the contract out of
// scope.
Status DefinitionChecker::check_key(const lf::Template& definition) {
  if (definition.key == nullptr) {
    expressions_.unbind(1);
    return {};
  }
  const lf::TemplateKey& key = *definition.key;
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.read_closed(world_.own(), *key.type));
  if (key.restricted)
    TENON_RETURN_IF_ERROR(check_key_form(*key.key, definition.parameter));
  TENON_RETURN_IF_ERROR(expressions_.check(*key.key, type, Rule::kKey));
  expressions_.unbind(1);
  return expressions_.check(*key.maintainers, store_.function(type, expressions_.parties()),
                            Rule::kMaintainers);
}

Status DefinitionChecker::check_key_form(const lf::Expr& key, lf::Name parameter) {
  std::vector<const lf::Expr*> waiting{&key};
  while (!waiting.empty()) {
    const lf::Expr& next = *waiting.back();
    waiting.pop_back();
    if (next.form == ExprForm::kRecordProjection) {
      waiting.push_back(lf::as<lf::RecordProjection>(next).record);
    } else if (next.form == ExprForm::kRecord) {
      for (const lf::FieldExpr& field : lf::as<lf::Record>(next).fields)
        waiting.push_back(field.value);
    } else if (next.form != ExprForm::kVariable || lf::as<lf::Variable>(next).name != parameter) {
      return site_.refuse(Rule::kKeyForm, "records and projections of " + text(parameter),
                          lf::form_name(next.form));
    }
  }
  return {};
}

Status DefinitionChecker::check_choices(Entity& entity, std::span<const lf::Choice> choices) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(entity));
  for (const lf::Choice& choice : choices) {
    site_.enter_part("choice", text(choice.name));
    TENON_RETURN_IF_ERROR(check_choice(type, choice));
  }
  site_.leave_part();
  return {};
}

Status DefinitionChecker::check_choice(const TypeNode* contract, const lf::Choice& choice) {
  const lf::LocationId before = site_.move(choice.location);
  const TypeNode* parties = expressions_.parties();
  TENON_ASSIGN_OR_RETURN(const TypeNode* argument,
                         reader_.read_closed(world_.own(), *choice.argument.type));
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, reader_.read_closed(world_.own(), *choice.result));
  expressions_.bind(choice.argument.name, argument);
  TENON_RETURN_IF_ERROR(expressions_.check(*choice.controllers, parties, Rule::kChoiceControllers));
  if (choice.observers != nullptr)
    TENON_RETURN_IF_ERROR(expressions_.check(*choice.observers, parties, Rule::kChoiceObservers));
  if (choice.authorizers != nullptr) {
    TENON_RETURN_IF_ERROR(
        expressions_.check(*choice.authorizers, parties, Rule::kChoiceAuthorizers));
  }
  expressions_.unbind(1);
  TENON_ASSIGN_OR_RETURN(const TypeNode* contract_id,
                         reader_.made(store_.builtin(BuiltinType::kContractId, contract)));
  // Of two with one name it is the argument that is meant.
  expressions_.bind(choice.contract_id, contract_id);
  expressions_.bind(choice.argument.name, argument);
  TENON_RETURN_IF_ERROR(expressions_.check(
      *choice.update, store_.builtin(BuiltinType::kUpdate, result), Rule::kChoiceUpdate));
  expressions_.unbind(2);
  site_.return_to(before);
  return {};
}

Status DefinitionChecker::check_instances(Entity& entity, lf::Name parameter,
                                          std::span<const lf::InterfaceInstance> instances) {
  const std::vector<Entity*>& others = world_.instances(entity);
  const auto twice = std::adjacent_find(others.begin(), others.end());
  if (twice != others.end()) {
    return site_.refuse(Rule::kInstanceOnce, "one with " + world_.to_string(**twice),
                        "more than one");
  }
  for (const lf::InterfaceInstance& instance : instances) {
    site_.enter_part("instance", world_.own().package().to_string(instance.other));
    TENON_RETURN_IF_ERROR(check_instance(entity, parameter, instance));
  }
  site_.leave_part();
  return {};
}

Status DefinitionChecker::check_instance(Entity& entity, lf::Name parameter,
                                         const lf::InterfaceInstance& instance) {
  const lf::LocationId before = site_.move(instance.location);
  Entity* other = world_.own().find(instance.other);
  const bool by_template = entity.contract() != nullptr;
  if (by_template && (other == nullptr || other->interface() == nullptr)) {
    return site_.refuse(Rule::kInstanceInterface, "an interface",
                        world_.own().package().to_string(instance.other));
  }
  if (!by_template && (other == nullptr || other->contract() == nullptr)) {
    return site_.refuse(Rule::kInstanceTemplate, "a template",
                        world_.own().package().to_string(instance.other));
  }
  Entity& interface = by_template ? *other : entity;
  Entity& contract = by_template ? entity : *other;
  TENON_RETURN_IF_ERROR(expressions_.check_instance(interface, contract, Rule::kInstanceOnce));
  TENON_RETURN_IF_ERROR(check_required_instances(interface, contract));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(contract));
  expressions_.bind(parameter, type);
  TENON_RETURN_IF_ERROR(check_methods(interface, instance));
  TENON_ASSIGN_OR_RETURN(const TypeNode* view,
                         reader_.read_closed(*interface.view, *interface.interface()->view));
  TENON_RETURN_IF_ERROR(expressions_.check(*instance.view, view, Rule::kInstanceView));
  expressions_.unbind(1);
  site_.return_to(before);
  return {};
}

Status DefinitionChecker::check_required_instances(Entity& interface, Entity& contract) {
  const std::vector<Entity*>& required = world_.requirements(interface);
  if (!store_.meter().spend(required.size()))
    return site_.refuse(Limit::kWork, store_.meter());
  for (Entity* other : required) {
    if (world_.defines_instance(contract, *other) || world_.defines_instance(*other, contract))
      continue;
    return site_.refuse(Rule::kInstanceRequirement,
                        "one of " + world_.to_string(*other) + ", which " +
                            world_.to_string(interface) + " requires",
                        "none");
  }
  return {};
}

Status DefinitionChecker::check_methods(Entity& interface, const lf::InterfaceInstance& instance) {
  std::vector<NameId> given;
  for (const lf::MethodBody& body : instance.methods)
    given.push_back(world_.own().name(body.name));
  std::vector<NameId> sorted = given;
  std::sort(sorted.begin(), sorted.end());
  for (const lf::Method& method : interface.interface()->methods) {
    const NameId name = interface.view->name(method.name);
    if (!store_.meter().spend(1))
      return site_.refuse(Limit::kWork, store_.meter());
    if (!std::binary_search(sorted.begin(), sorted.end(), name)) {
      return site_.refuse(Rule::kInstanceMethodMissing, "all of " + world_.to_string(interface),
                          "none for " + std::string(world_.text(name)));
    }
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const lf::Method* method = world_.method(interface, given[i]);
    if (method == nullptr) {
      return site_.refuse(Rule::kInstanceMethodUnknown, "one of " + world_.to_string(interface),
                          world_.text(given[i]));
    }
    TENON_ASSIGN_OR_RETURN(const TypeNode* type,
                           reader_.read_closed(*interface.view, *method->type));
    TENON_RETURN_IF_ERROR(
        expressions_.check(*instance.methods[i].value, type, Rule::kInstanceMethod));
  }
  return {};
}

} // namespace tenon::daml::validation
