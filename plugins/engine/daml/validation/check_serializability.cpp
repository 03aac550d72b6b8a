// Definitions: what the ledger stores of them.
#include "validation/definition_checker.hpp"

namespace tenon::daml::validation {

Status DefinitionChecker::check_serializability(const lf::Module& module) {
  site_.enter_module(module.name);
  for (const lf::DataType& type : module.data_types) {
    if (!type.serializable)
      continue;
    site_.enter_definition("data type", type.name, type.location);
    if (const std::string found = serializability_.obstacle(type); !found.empty())
      return site_.refuse(Rule::kSerializableData, "parts that can be stored", found);
  }
  for (const lf::Exception& exception : module.exceptions) {
    site_.enter_definition("exception", exception.name, exception.location);
    TENON_RETURN_IF_ERROR(check_stored(own(module, exception.name), Rule::kSerializableException));
  }
  for (const lf::Template& definition : module.templates) {
    site_.enter_definition("template", definition.name, definition.location);
    TENON_RETURN_IF_ERROR(check_stored(own(module, definition.name), Rule::kSerializableContract));
    TENON_RETURN_IF_ERROR(check_stored_choices(definition.choices));
    if (definition.key != nullptr)
      TENON_RETURN_IF_ERROR(check_stored(*definition.key->type, Rule::kSerializableKey));
  }
  for (const lf::Interface& definition : module.interfaces) {
    site_.enter_definition("interface", definition.name, definition.location);
    TENON_RETURN_IF_ERROR(check_stored_choices(definition.choices));
    TENON_RETURN_IF_ERROR(check_stored(*definition.view, Rule::kSerializableView));
  }
  return store_.meter().exhausted() ? site_.refuse(Limit::kWork, store_.meter()) : Status();
}

Status DefinitionChecker::check_stored_choices(std::span<const lf::Choice> choices) {
  for (const lf::Choice& choice : choices) {
    site_.enter_part("choice", text(choice.name));
    TENON_RETURN_IF_ERROR(check_stored(*choice.argument.type, Rule::kSerializableArgument));
    TENON_RETURN_IF_ERROR(check_stored(*choice.result, Rule::kSerializableResult));
  }
  site_.leave_part();
  return {};
}

Status DefinitionChecker::check_stored(const lf::Type& type, Rule rule) {
  const std::string found = serializability_.obstacle(type);
  return found.empty() ? Status() : site_.refuse(rule, "parts that can be stored", found);
}

Status DefinitionChecker::check_stored(Entity& entity, Rule rule) {
  if (entity.data_type()->serializable)
    return {};
  return site_.refuse(rule, "one that is", "one that does not claim to be");
}

} // namespace tenon::daml::validation
