// The types of expressions. Every expression has one type, found from the inside out; where the
// context wants a certain one, it is compared. Owned by one validation, one thread.
//
// A failure ends the validation, so what is in scope is put in order on success only.
#pragma once

#include <vector>

#include "lf/expression.hpp"
#include "validation/builtin_types.hpp"
#include "validation/type_reader.hpp"

namespace tenon::daml::validation {

class ExpressionChecker {
public:
  ExpressionChecker(World& world, TypeStore& store, TypeReader& reader, Site& site);

  // In the scope of what is bound.
  Status check(const lf::Expr& expr, const TypeNode* expected, Rule rule);
  void bind(lf::Name name, const TypeNode* type);
  void unbind(std::size_t count);

  const TypeNode* simple(lf::BuiltinType type) { return store_.builtin(type); }
  const TypeNode* parties();
  // Whether the template is an instance of the interface, once.
  Status check_instance(Entity& interface, Entity& contract, Rule missing);

private:
  using TypeResult = Result<const TypeNode*>;
  // A data type with all its arguments.
  struct Data {
    Entity* entity = nullptr;
    const TypeNode* type = nullptr;
  };
  // Bindings that patterns make, and how many there are.
  struct Matched {
    std::vector<std::size_t> places; // of constructors
    bool all = false;
  };

  TypeResult infer(const lf::Expr& expr);
  TypeResult infer_form(const lf::Expr& expr);
  Status check_feature(const lf::Expr& expr) const;
  TypeResult read(const lf::Type& type) { return reader_.read_star(world_.own(), scope_, type); }
  TypeResult made(const TypeNode* type) const { return reader_.made(type); }
  TypeResult applied(lf::BuiltinType type, const TypeNode* argument) {
    return made(store_.builtin(type, argument));
  }
  [[nodiscard]] std::string show(const TypeNode* type) const {
    return reader_.to_string(*type, &scope_, &world_.own());
  }
  [[nodiscard]] std::string text(lf::StringId id) const {
    return std::string(world_.own().package().text(id));
  }
  [[nodiscard]] std::string text(lf::IdentifierId id) const {
    return world_.own().package().to_string(id);
  }

  // --- check_expressions.cpp
  TypeResult variable(const lf::Variable& expr);
  TypeResult value(const lf::ValueReference& expr);
  TypeResult builtin(const lf::BuiltinFunction& expr);
  TypeResult constant(const lf::ConstantValue& expr);
  TypeResult literal(const lf::Literal& expr);
  TypeResult application(const lf::Application& expr);
  TypeResult type_application(const lf::TypeApplication& expr);
  TypeResult abstraction(const lf::Abstraction& expr);
  TypeResult type_abstraction(const lf::TypeAbstraction& expr);
  TypeResult let(const lf::Let& expr);
  TypeResult cons(const lf::Cons& expr);
  TypeResult typed(const lf::Typed& expr);
  TypeResult any(const lf::Typed& expr);
  TypeResult any_exception(const lf::Typed& expr);
  TypeResult throw_exception(const lf::Throw& expr);
  TypeResult any_type(const lf::Type& type);
  TypeResult exception_type(const lf::Type& type);

  // --- check_data.cpp
  Result<Data> read_data(const lf::Type& type, lf::DataForm form, Rule rule);
  TypeResult field_type(const Data& data, std::size_t place);
  TypeResult record(const lf::Record& expr);
  TypeResult record_projection(const lf::RecordProjection& expr);
  TypeResult record_update(const lf::RecordUpdate& expr);
  TypeResult variant(const lf::Variant& expr);
  TypeResult enum_value(const lf::EnumValue& expr);
  TypeResult structure(const lf::Struct& expr);
  TypeResult struct_projection(const lf::StructProjection& expr);
  TypeResult struct_update(const lf::StructUpdate& expr);
  Result<std::size_t> struct_field(const TypeNode* type, lf::Name field);

  // --- check_cases.cpp
  TypeResult match(const lf::Case& expr);
  // How many variables the pattern binds.
  Result<std::size_t> pattern(const lf::Pattern& pattern, const TypeNode* scrutinee,
                              Matched& matched);
  Result<std::size_t> data_pattern(const lf::Pattern& pattern, const TypeNode* scrutinee,
                                   Matched& matched);
  Result<std::size_t> list_pattern(const lf::Pattern& pattern, const TypeNode* scrutinee);
  [[nodiscard]] Status misfit(const lf::Pattern& pattern, const TypeNode* scrutinee) const;
  Status check_exhaustive(const TypeNode* scrutinee, Matched& matched);
  [[nodiscard]] std::size_t constructor_count(const TypeNode* scrutinee) const;
  [[nodiscard]] std::string constructor_name(const TypeNode* scrutinee, std::size_t place) const;

  // --- check_interfaces.cpp
  Result<Entity*> find_interface(lf::IdentifierId id, Rule rule);
  Result<Entity*> find_template(lf::IdentifierId id, Rule rule);
  TypeResult conversion(const lf::InterfaceConversion& expr);
  Status check_conversion(const lf::InterfaceConversion& expr, Entity& interface);
  TypeResult call_interface(const lf::CallInterface& expr);
  TypeResult interface_query(const lf::InterfaceQuery& expr);

  // --- check_updates.cpp
  TypeResult update(const lf::Update& expr);
  TypeResult pure(const lf::Update& expr);
  TypeResult block(std::span<const lf::Binding> bindings, const lf::Expr& last,
                   lf::BuiltinType monad, Rule last_rule);
  TypeResult create(const lf::Update& expr, bool interface);
  TypeResult exercise(const lf::Update& expr, bool interface);
  TypeResult exercise_by_key(const lf::Update& expr);
  Status check_exercise(Entity& target, const lf::Update& expr, TypeResult& result);
  TypeResult fetch(const lf::Update& expr, bool interface);
  TypeResult look_up(const lf::Update& expr);
  Status check_key(Entity& target, const lf::Expr& key);
  TypeResult try_catch(const lf::Update& expr);
  TypeResult scenario(const lf::Scenario& expr);
  TypeResult commit(const lf::Scenario& expr);

  struct BoundVariable {
    lf::Name name;
    const TypeNode* type = nullptr;
    std::uint32_t shadowed = 0; // 1 + the place of the one of the same name before
  };

  World& world_;
  TypeStore& store_;
  TypeReader& reader_;
  Site& site_;
  BuiltinTypes builtins_;
  TypeScope scope_;
  std::vector<BoundVariable> variables_;
  std::vector<std::uint32_t> latest_; // by name: 1 + place
  int depth_ = 0;
};

} // namespace tenon::daml::validation
