// Expressions about interfaces.
#include "validation/expression_checker.hpp"

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::ExprForm;

Result<Entity*> ExpressionChecker::find_interface(lf::IdentifierId id, Rule rule) {
  Entity* entity = world_.own().find(id);
  if (entity == nullptr || entity->interface() == nullptr)
    return site_.refuse(rule, "an interface", text(id));
  return entity;
}

Result<Entity*> ExpressionChecker::find_template(lf::IdentifierId id, Rule rule) {
  Entity* entity = world_.own().find(id);
  if (entity == nullptr || entity->contract() == nullptr)
    return site_.refuse(rule, "a template", text(id));
  return entity;
}

Status ExpressionChecker::check_instance(Entity& interface, Entity& contract, Rule missing) {
  const bool by_template = world_.defines_instance(contract, interface);
  const bool by_interface = world_.defines_instance(interface, contract);
  const auto instance = [&] {
    return "of " + world_.to_string(interface) + " for " + world_.to_string(contract);
  };
  if (!by_template && !by_interface)
    return site_.refuse(missing, "one " + instance(), "none");
  if (by_template && by_interface) {
    return site_.refuse(Rule::kInstanceOnce, "one " + instance(),
                        "one by the template and one by the interface");
  }
  return {};
}

// What both sides of the conversion must have to do with each other.
Status ExpressionChecker::check_conversion(const lf::InterfaceConversion& expr, Entity& interface) {
  if (expr.form < ExprForm::kToRequiredInterface) {
    TENON_ASSIGN_OR_RETURN(Entity * contract, find_template(expr.specific, Rule::kTemplateKnown));
    return check_instance(interface, *contract, Rule::kConversionInstance);
  }
  TENON_ASSIGN_OR_RETURN(Entity * requiring, find_interface(expr.specific, Rule::kInterfaceKnown));
  if (world_.requires_interface(*requiring, interface))
    return {};
  return site_.refuse(Rule::kConversionRequirement,
                      text(expr.specific) + " to require " + text(expr.interface),
                      "that it does not");
}

ExpressionChecker::TypeResult ExpressionChecker::conversion(const lf::InterfaceConversion& expr) {
  TENON_ASSIGN_OR_RETURN(Entity * interface, find_interface(expr.interface, Rule::kInterfaceKnown));
  TENON_RETURN_IF_ERROR(check_conversion(expr, *interface));
  TENON_ASSIGN_OR_RETURN(const TypeNode* general, reader_.ledger_type(*interface));
  TENON_ASSIGN_OR_RETURN(const TypeNode* specific,
                         reader_.ledger_type(*world_.own().find(expr.specific)));
  const bool widens =
      expr.form == ExprForm::kToInterface || expr.form == ExprForm::kToRequiredInterface;
  if (widens) {
    TENON_RETURN_IF_ERROR(check(*expr.operand, specific, Rule::kConversionValue));
    return general;
  }
  const bool is_unsafe = expr.form == ExprForm::kUnsafeFromInterface ||
                         expr.form == ExprForm::kUnsafeFromRequiredInterface;
  if (is_unsafe) {
    TENON_RETURN_IF_ERROR(check(*expr.contract_id,
                                store_.builtin(BuiltinType::kContractId, general),
                                Rule::kConversionContractId));
  }
  TENON_RETURN_IF_ERROR(check(*expr.operand, general, Rule::kConversionValue));
  return is_unsafe ? TypeResult(specific) : applied(BuiltinType::kOptional, specific);
}

ExpressionChecker::TypeResult ExpressionChecker::call_interface(const lf::CallInterface& expr) {
  TENON_ASSIGN_OR_RETURN(Entity * interface, find_interface(expr.interface, Rule::kInterfaceKnown));
  const lf::Method* method = world_.method(*interface, world_.own().name(expr.method));
  if (method == nullptr) {
    return site_.refuse(Rule::kMethodKnown, "one of " + text(expr.interface), text(expr.method));
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(*interface));
  TENON_RETURN_IF_ERROR(check(*expr.operand, type, Rule::kMethodReceiver));
  return reader_.read_closed(*interface->view, *method->type);
}

ExpressionChecker::TypeResult ExpressionChecker::interface_query(const lf::InterfaceQuery& expr) {
  TENON_ASSIGN_OR_RETURN(Entity * interface, find_interface(expr.interface, Rule::kInterfaceKnown));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.ledger_type(*interface));
  TENON_RETURN_IF_ERROR(check(*expr.operand, type, Rule::kInterfaceValue));
  switch (expr.form) {
  case ExprForm::kViewInterface:
    return reader_.read_closed(*interface->view, *interface->interface()->view);
  case ExprForm::kInterfaceTypeRep:
    return made(simple(BuiltinType::kTypeRep));
  default:
    return made(parties());
  }
}

} // namespace tenon::daml::validation
