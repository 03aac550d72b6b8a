// A small sound package in which tests change one thing at a time: data types of every form, two
// templates, an exception, two interfaces. Owned by one test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lf/builder.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::validation {

// An expression and the type that is claimed for it.
struct Claim {
  const lf::Type* type = nullptr;
  const lf::Expr* body = nullptr;
};

struct TemplateDraft {
  lf::Template definition;
  std::vector<lf::Choice> choices;
  std::vector<lf::InterfaceInstance> implements;
  lf::TemplateKey key;
  bool has_key = false;
};

struct InterfaceDraft {
  lf::Interface definition;
  std::vector<lf::IdentifierId> requirements;
  std::vector<lf::Method> methods;
  std::vector<lf::Choice> choices;
  std::vector<lf::InterfaceInstance> co_implements;
};

class Lab {
public:
  using T = const lf::Type*;
  using E = const lf::Expr*;

  explicit Lab(lf::LanguageVersion version = lf::LanguageVersion::k1_15);

  // Module M, which holds:
  //   record Rec {n : Int64, t : Text}, record Box (a : *) {item : a}, record View {v : Int64},
  //   variant Var (a : *) = Left a | Right Text, enum Color = Red | Green;
  //   template Coin {owner : Party} with key owner and choices Archive and Give (Party to Int64);
  //   template Note {owner : Party} with choice Archive;
  // from 1.8 on synonym Ints = List Int64, synonym Twice a = <one : a, two : a>;
  // from 1.14 on exception Oops {text : Text};
  // from 1.15 on interface Base (method holder : Party, choice Look (Unit to Int64), view View) and
  // interface Asset (requires Base, method worth : Int64, view View); Coin implements both.
  std::vector<lf::TypeSynonym> synonyms;
  std::vector<lf::DataType> data_types;
  std::vector<lf::Value> values;
  std::vector<lf::Exception> exceptions;
  TemplateDraft coin;
  TemplateDraft note;
  InterfaceDraft base;
  InterfaceDraft asset;
  std::vector<lf::Module> modules; // besides M

  lf::PackageBuilder builder;

  [[nodiscard]] bool has(lf::Feature feature) const { return builder.package().supports(feature); }
  lf::DataType& data_type(std::string_view text);
  void add(Claim claim, std::string_view text = "claim");
  lf::Package build();

  // --- Names and types.
  lf::Name name(std::string_view text) { return builder.name(text).value(); }
  lf::DottedName dotted(std::string_view text) { return builder.dotted_name(text).value(); }
  // "Rec" of M, "Other:Rec".
  lf::IdentifierId id(std::string_view text);
  lf::IdentifierId foreign(std::string_view package, std::string_view text);
  // In the table of types where the version wants it there, so that the package can be encoded.
  T type(const lf::Type& type) {
    return has(lf::Feature::kInternedTypes) ? builder.table_type(type).value()
                                            : builder.type(type).value();
  }
  T simple(lf::BuiltinType builtin, std::vector<T> arguments = {});
  T int64() { return simple(lf::BuiltinType::kInt64); }
  T text() { return simple(lf::BuiltinType::kText); }
  T party() { return simple(lf::BuiltinType::kParty); }
  T unit() { return simple(lf::BuiltinType::kUnit); }
  T boolean() { return simple(lf::BuiltinType::kBool); }
  T list(T element) { return simple(lf::BuiltinType::kList, {element}); }
  T optional(T element) { return simple(lf::BuiltinType::kOptional, {element}); }
  T update(T result) { return simple(lf::BuiltinType::kUpdate, {result}); }
  T scenario(T result) { return simple(lf::BuiltinType::kScenario, {result}); }
  T contract_id(T contract) { return simple(lf::BuiltinType::kContractId, {contract}); }
  T function(T parameter, T result) { return simple(lf::BuiltinType::kArrow, {parameter, result}); }
  T nat(std::uint8_t value) { return type(lf::nat_type(value)); }
  T variable_type(std::string_view text, std::vector<T> arguments = {});
  T data(std::string_view text, std::vector<T> arguments = {});
  T synonym(std::string_view text, std::vector<T> arguments = {});
  T forall(std::string_view text, T body, const lf::Kind* kind = lf::PackageBuilder::star());
  T structure(std::vector<std::pair<std::string_view, T>> fields);
  const lf::Kind* arrow(const lf::Kind* parameter, const lf::Kind* result);

  // --- Expressions.
  E variable(std::string_view text);
  E value(std::string_view text);
  E integer(std::int64_t value);
  E string(std::string_view text);
  E literal(lf::LiteralForm form, std::int64_t value);
  E numeric(std::string_view text, std::uint8_t scale);
  E constant(lf::Constant constant);
  E unit_value() { return constant(lf::Constant::kUnit); }
  E truth() { return constant(lf::Constant::kTrue); }
  E builtin(lf::Builtin builtin);
  E record(T type, std::vector<std::pair<std::string_view, E>> fields);
  E rec() { return record(data("Rec"), {{"n", integer(1)}, {"t", string("x")}}); }
  E coin_value() { return record(data("Coin"), {{"owner", any_party()}}); }
  E project(T type, std::string_view field, E record);
  E update_field(T type, std::string_view field, E record, E value);
  E variant(T type, std::string_view constructor, E argument);
  E enum_value(std::string_view type, std::string_view constructor);
  E structure_value(std::vector<std::pair<std::string_view, E>> fields);
  E struct_project(std::string_view field, E record);
  E struct_update(std::string_view field, E record, E value);
  E apply(E function, std::vector<E> arguments);
  E apply_type(E function, std::vector<T> arguments);
  E lambda(std::string_view text, T type, E body);
  E type_lambda(std::string_view text, E body, const lf::Kind* kind = lf::PackageBuilder::star());
  E match(E scrutinee, std::vector<lf::Alternative> alternatives);
  E let(std::string_view text, T type, E value, E body);
  E nil(T type) { return typed(lf::ExprForm::kNil, type, nullptr); }
  E none(T type) { return typed(lf::ExprForm::kNone, type, nullptr); }
  E some(T type, E operand) { return typed(lf::ExprForm::kSome, type, operand); }
  E cons(T type, std::vector<E> front, E tail);
  E typed(lf::ExprForm form, T type, E operand);
  E throw_value(T result, T exception, E value);
  // Anything of a type: ERROR applied to it.
  E any(T type);
  E any_party() { return any(party()); }
  E any_id(std::string_view contract) { return any(contract_id(data(contract))); }
  E conversion(lf::ExprForm form, std::string_view interface, std::string_view specific, E operand,
               E contract_id = nullptr);
  E call(std::string_view interface, std::string_view method, E operand);
  E query(lf::ExprForm form, std::string_view interface, E operand);
  // With `first` and `second`.
  E step(lf::UpdateForm form, std::string_view target, E first, E second = nullptr,
         std::string_view choice = {});
  E typed_step(lf::UpdateForm form, T type, E first);
  E block(T bound, E value, E last);
  E try_catch(T type, E tried, E handler);
  E scenario_step(lf::ScenarioForm form, T type, E first, E second = nullptr);
  E scenario_block(T bound, E value, E last);

  // --- Patterns and parts of definitions.
  lf::Alternative otherwise(E body) { return {{}, body}; }
  lf::Alternative on_constructor(lf::PatternForm form, std::string_view type,
                                 std::string_view constructor, E body);
  lf::Alternative on(lf::PatternForm form, E body, std::string_view binder = "x",
                     std::string_view tail = "xs");
  lf::Alternative on(lf::Constant constant, E body);
  lf::DataType make_data(std::string_view text, lf::DataForm form,
                         std::vector<std::pair<std::string_view, T>> fields,
                         std::vector<lf::TypeParameter> parameters = {});
  lf::TypeParameter parameter(std::string_view text,
                              const lf::Kind* kind = lf::PackageBuilder::star()) {
    return {name(text), kind};
  }
  lf::Choice make_choice(std::string_view text, T argument, T result);
  lf::InterfaceInstance make_instance(lf::IdentifierId other,
                                      std::vector<std::pair<std::string_view, E>> methods);
  lf::TypeSynonym make_synonym(std::string_view text, T type,
                               std::vector<lf::TypeParameter> parameters = {});
  lf::Module make_module(std::string_view text);

private:
  void add_data_types();
  void add_templates();
  void add_interfaces();
  lf::Template finish(TemplateDraft& draft);
  lf::Interface finish(InterfaceDraft& draft);
};

// A package "dep" with the record D.Rec {n : Int64} and a value D:one of type Int64.
lf::Package make_dependency(lf::LanguageVersion version, std::string_view package_id = "dep");

} // namespace tenon::daml::validation
