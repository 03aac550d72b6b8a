// Definitions: what they say about types.
#include <algorithm>

#include "validation/definition_checker.hpp"

namespace tenon::daml::validation {

using lf::DataForm;
using lf::Feature;

Status DefinitionChecker::check() {
  const auto modules = world_.own().package().modules();
  for (const lf::Module& module : modules)
    TENON_RETURN_IF_ERROR(check_types(module));
  for (const lf::Module& module : modules)
    TENON_RETURN_IF_ERROR(check_expressions(module));
  for (const lf::Module& module : modules)
    TENON_RETURN_IF_ERROR(check_serializability(module));
  return {};
}

Status DefinitionChecker::check_types(const lf::Module& module) {
  site_.enter_module(module.name);
  for (const lf::TypeSynonym& synonym : module.synonyms) {
    site_.enter_definition("type synonym", synonym.name, synonym.location);
    TENON_RETURN_IF_ERROR(check_synonym(module, synonym));
  }
  for (const lf::DataType& type : module.data_types) {
    site_.enter_definition("data type", type.name, type.location);
    TENON_RETURN_IF_ERROR(check_data_type(module, type));
  }
  for (const lf::Value& value : module.values) {
    site_.enter_definition("value", value.name, value.location);
    TENON_RETURN_IF_ERROR(reader_.read_closed(world_.own(), *value.type).status());
  }
  for (const lf::Exception& exception : module.exceptions) {
    site_.enter_definition("exception", exception.name, exception.location);
    TENON_RETURN_IF_ERROR(check_version(Feature::kExceptions, "an exception"));
    TENON_RETURN_IF_ERROR(check_record(own(module, exception.name), Rule::kExceptionRecord));
  }
  for (const lf::Template& definition : module.templates) {
    site_.enter_definition("template", definition.name, definition.location);
    TENON_RETURN_IF_ERROR(check_template_types(module, definition));
  }
  for (const lf::Interface& definition : module.interfaces) {
    site_.enter_definition("interface", definition.name, definition.location);
    TENON_RETURN_IF_ERROR(check_interface_types(module, definition));
  }
  return {};
}

Status DefinitionChecker::check_version(Feature feature, std::string_view what) const {
  return site_.require(world_.own().package(), feature, lf::range_of(feature).name, what);
}

Status DefinitionChecker::check_type_parameters(std::span<const lf::TypeParameter> parameters) {
  std::vector<std::uint32_t> names;
  for (const lf::TypeParameter& parameter : parameters)
    names.push_back(parameter.name.index);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end())
    return {};
  return site_.refuse(Rule::kTypeParameterTwice, "each once",
                      text(lf::StringId{*twice}) + " twice");
}

Status DefinitionChecker::check_synonym(const lf::Module& module, const lf::TypeSynonym& synonym) {
  TENON_RETURN_IF_ERROR(check_version(Feature::kTypeSynonyms, "one"));
  TENON_RETURN_IF_ERROR(check_type_parameters(synonym.parameters));
  return reader_.read_synonym(own(module, synonym.name));
}

Status DefinitionChecker::check_data_type(const lf::Module& module, const lf::DataType& type) {
  Entity& entity = own(module, type.name);
  const auto no_parameters = [&](Rule rule) {
    return type.parameters.empty()
               ? Status()
               : site_.refuse(rule, "none", std::to_string(type.parameters.size()));
  };
  if (type.form == DataForm::kEnum)
    TENON_RETURN_IF_ERROR(no_parameters(Rule::kEnumParameters));
  if (type.form == DataForm::kInterface) {
    TENON_RETURN_IF_ERROR(check_version(Feature::kInterfaces, "the type of one"));
    TENON_RETURN_IF_ERROR(no_parameters(Rule::kInterfaceTypeParameters));
    if (entity.interface() == nullptr)
      return site_.refuse(Rule::kInterfaceTypeOwner, "one of the same name", "none");
  }
  TENON_RETURN_IF_ERROR(check_type_parameters(type.parameters));
  TENON_RETURN_IF_ERROR(reader_.data_kind(entity).status());
  return reader_.read_fields(entity);
}

// The type that goes with a template or an exception.
Status DefinitionChecker::check_record(Entity& entity, Rule rule) {
  const lf::DataType* type = entity.data_type();
  std::string_view found;
  if (type == nullptr)
    found = "none";
  else if (type->form != DataForm::kRecord)
    found = "one of another form";
  else if (!type->parameters.empty())
    found = "one with type parameters";
  else
    return {};
  return site_.refuse(rule, "a record of the same name without type parameters", found);
}

Status DefinitionChecker::check_choice_types(std::span<const lf::Choice> choices) {
  for (const lf::Choice& choice : choices) {
    site_.enter_part("choice", text(choice.name));
    TENON_RETURN_IF_ERROR(reader_.read_closed(world_.own(), *choice.argument.type).status());
    TENON_RETURN_IF_ERROR(reader_.read_closed(world_.own(), *choice.result).status());
    if (choice.observers == nullptr && world_.own().package().supports(Feature::kChoiceObservers)) {
      return site_.refuse(Rule::kVersionFeature,
                          "observers of a choice in version " +
                              to_string(world_.own().package().version()),
                          "none");
    }
    if (choice.observers != nullptr)
      TENON_RETURN_IF_ERROR(check_version(Feature::kChoiceObservers, "some"));
  }
  site_.leave_part();
  return {};
}

Status DefinitionChecker::check_template_types(const lf::Module& module,
                                               const lf::Template& definition) {
  TENON_RETURN_IF_ERROR(check_record(own(module, definition.name), Rule::kTemplateRecord));
  TENON_RETURN_IF_ERROR(check_choice_types(definition.choices));
  if (definition.key != nullptr)
    TENON_RETURN_IF_ERROR(reader_.read_closed(world_.own(), *definition.key->type).status());
  if (!definition.implements.empty())
    TENON_RETURN_IF_ERROR(check_version(Feature::kInterfaces, "an instance of one"));
  return {};
}

Status DefinitionChecker::check_interface_types(const lf::Module& module,
                                                const lf::Interface& definition) {
  TENON_RETURN_IF_ERROR(check_version(Feature::kInterfaces, "one"));
  Entity& entity = own(module, definition.name);
  if (entity.data_type() == nullptr || entity.data_type()->form != DataForm::kInterface) {
    return site_.refuse(Rule::kInterfaceType, "an interface type of the same name",
                        entity.data_type() == nullptr ? "none" : "one of another form");
  }
  TENON_RETURN_IF_ERROR(check_choice_types(definition.choices));
  for (const lf::Method& method : definition.methods) {
    site_.enter_part("method", text(method.name));
    TENON_RETURN_IF_ERROR(reader_.read_closed(world_.own(), *method.type).status());
  }
  site_.leave_part();
  TENON_RETURN_IF_ERROR(reader_.read_closed(world_.own(), *definition.view).status());
  TENON_RETURN_IF_ERROR(check_view(*definition.view));
  return check_requirements(entity);
}

Status DefinitionChecker::check_view(const lf::Type& view) {
  if (view.form == lf::TypeForm::kConstructor && view.arguments().empty()) {
    const lf::DataType& type = *world_.own().find(view.identifier())->data_type();
    if (type.form == DataForm::kRecord && type.parameters.empty())
      return {};
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, reader_.read_closed(world_.own(), view));
  return site_.refuse(Rule::kViewRecord, "a record without type parameters",
                      reader_.to_string(*type, nullptr, &world_.own()));
}

Status DefinitionChecker::check_requirements(Entity& entity) {
  for (const lf::IdentifierId id : entity.interface()->requirements)
    TENON_RETURN_IF_ERROR(check_required(entity, id));
  return {};
}

// What it requires the interface must require itself, so that one look tells all.
Status DefinitionChecker::check_required(Entity& entity, lf::IdentifierId id) {
  Entity* required = world_.own().find(id);
  if (required == nullptr || required->interface() == nullptr)
    return site_.refuse(Rule::kRequirementKnown, "an interface",
                        world_.own().package().to_string(id));
  if (required == &entity)
    return site_.refuse(Rule::kRequirementSelf, "other interfaces only", world_.to_string(entity));
  const std::vector<Entity*>& further = world_.requirements(*required);
  if (!store_.meter().spend(further.size()))
    return site_.refuse(Limit::kWork, store_.meter());
  for (const Entity* other : further) {
    if (!world_.requires_interface(entity, *other)) {
      return site_.refuse(Rule::kRequirementClosed,
                          world_.to_string(*other) + ", which " + world_.to_string(*required) +
                              " requires, to be required here too",
                          "that it is not");
    }
  }
  return {};
}

} // namespace tenon::daml::validation
