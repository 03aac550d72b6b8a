// The definitions of a package: first all that they say about types, then their expressions, then
// what the ledger stores. So a definition may rely on the types of any other, and a wrong type is
// told where it is defined. Owned by one validation, one thread.
#pragma once

#include "validation/expression_checker.hpp"
#include "validation/serializability.hpp"

namespace tenon::daml::validation {

class DefinitionChecker {
public:
  DefinitionChecker(World& world, TypeStore& store, Site& site)
      : world_(world), store_(store), site_(site), reader_(world, store, site),
        expressions_(world, store, reader_, site), serializability_(world, store.meter()) {}

  Status check();

private:
  // --- check_types.cpp
  Status check_types(const lf::Module& module);
  Status check_type_parameters(std::span<const lf::TypeParameter> parameters);
  Status check_synonym(const lf::Module& module, const lf::TypeSynonym& synonym);
  Status check_data_type(const lf::Module& module, const lf::DataType& type);
  Status check_record(Entity& entity, Rule rule);
  Status check_choice_types(std::span<const lf::Choice> choices);
  Status check_template_types(const lf::Module& module, const lf::Template& definition);
  Status check_interface_types(const lf::Module& module, const lf::Interface& definition);
  Status check_requirements(Entity& entity);
  Status check_required(Entity& entity, lf::IdentifierId id);
  Status check_view(const lf::Type& view);
  Status check_version(lf::Feature feature, std::string_view what) const;

  // --- check_templates.cpp
  Status check_expressions(const lf::Module& module);
  Status check_value(const lf::Value& value);
  Status check_exception(Entity& entity);
  Status check_template(Entity& entity);
  Status check_key(const lf::Template& definition);
  Status check_key_form(const lf::Expr& key, lf::Name parameter);
  Status check_choices(Entity& entity, std::span<const lf::Choice> choices);
  Status check_choice(const TypeNode* contract, const lf::Choice& choice);
  Status check_instances(Entity& entity, lf::Name parameter,
                         std::span<const lf::InterfaceInstance> instances);
  Status check_instance(Entity& entity, lf::Name parameter, const lf::InterfaceInstance& instance);
  Status check_required_instances(Entity& interface, Entity& contract);
  Status check_methods(Entity& interface, const lf::InterfaceInstance& instance);

  // --- check_serializability.cpp
  Status check_serializability(const lf::Module& module);
  Status check_stored_choices(std::span<const lf::Choice> choices);
  Status check_stored(const lf::Type& type, Rule rule);
  Status check_stored(Entity& entity, Rule rule);

  Entity& own(const lf::Module& module, lf::DottedName name) {
    return world_.entity(world_.own(), module.name, name);
  }
  [[nodiscard]] std::string text(lf::StringId id) const {
    return std::string(world_.own().package().text(id));
  }

  World& world_;
  TypeStore& store_;
  Site& site_;
  TypeReader reader_;
  ExpressionChecker expressions_;
  Serializability serializability_;
};

} // namespace tenon::daml::validation
