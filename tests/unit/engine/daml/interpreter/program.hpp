// Programs for tests, written as trees: one module "Main" of one package, whose definitions are
// added one by one. Expressions are what the functions below return; they may be used once only.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lf/builder.hpp"

namespace tenon::daml::interpreter::test {

using E = const lf::Expr*;
using T = const lf::Type*;

inline constexpr std::string_view kPackageId = "main-package";

class Program {
public:
  explicit Program(lf::LanguageVersion version = lf::LanguageVersion::k1_15,
                   std::string_view id = kPackageId);

  // --- Types.
  T builtin(lf::BuiltinType type, std::vector<T> arguments = {});
  T unit() { return builtin(lf::BuiltinType::kUnit); }
  T boolean() { return builtin(lf::BuiltinType::kBool); }
  T int64() { return builtin(lf::BuiltinType::kInt64); }
  T text() { return builtin(lf::BuiltinType::kText); }
  T party() { return builtin(lf::BuiltinType::kParty); }
  T date() { return builtin(lf::BuiltinType::kDate); }
  T timestamp() { return builtin(lf::BuiltinType::kTimestamp); }
  T any() { return builtin(lf::BuiltinType::kAny); }
  T any_exception() { return builtin(lf::BuiltinType::kAnyException); }
  T big_numeric() { return builtin(lf::BuiltinType::kBigNumeric); }
  T list(T element) { return builtin(lf::BuiltinType::kList, {element}); }
  T optional(T content) { return builtin(lf::BuiltinType::kOptional, {content}); }
  T text_map(T value) { return builtin(lf::BuiltinType::kTextMap, {value}); }
  T gen_map(T key, T value) { return builtin(lf::BuiltinType::kGenMap, {key, value}); }
  T contract_id(T type) { return builtin(lf::BuiltinType::kContractId, {type}); }
  T update(T type) { return builtin(lf::BuiltinType::kUpdate, {type}); }
  T arrow(T from, T to) { return builtin(lf::BuiltinType::kArrow, {from, to}); }
  T nat(std::uint8_t value);
  T numeric(std::uint8_t scale) { return builtin(lf::BuiltinType::kNumeric, {nat(scale)}); }
  T named(std::string_view name, std::vector<T> arguments = {});
  T variable_type(std::string_view name);

  // --- Expressions.
  E variable(std::string_view name);
  E value(std::string_view name); // of this module
  E function(lf::Builtin builtin);
  E number(std::int64_t value);
  E decimal(std::string_view text, std::uint8_t scale);
  E string(std::string_view value);
  E day(std::int64_t days);
  E moment(std::int64_t micros);
  E rounding(std::int64_t mode);
  E unit_value();
  E truth(bool value);
  E apply(E function, std::vector<E> arguments);
  E apply_type(E function, std::vector<T> types);
  // A built-in applied to types and values.
  E call(lf::Builtin builtin, std::vector<E> arguments, std::vector<T> types = {});
  E lambda(std::vector<std::pair<std::string_view, T>> parameters, E body);
  E type_lambda(std::string_view name, const lf::Kind* kind, E body);
  E let(std::string_view name, T type, E value, E body);
  E record(std::string_view type, std::vector<std::pair<std::string_view, E>> fields,
           std::vector<T> arguments = {});
  E field(std::string_view type, std::string_view name, E record);
  E with_field(std::string_view type, std::string_view name, E record, E value);
  E structure(std::vector<std::pair<std::string_view, E>> fields);
  E struct_field(std::string_view name, E value);
  E with_struct_field(std::string_view name, E value, E field);
  E variant(std::string_view type, std::string_view constructor, E argument,
            std::vector<T> arguments = {});
  E enumeration(std::string_view type, std::string_view constructor);
  E nil(T element);
  E cons(T element, std::vector<E> front, E tail);
  E list_of(T element, std::vector<E> elements);
  E none(T type);
  E some(T type, E content);
  E to_any(T type, E operand);
  E from_any(T type, E operand);
  E type_rep(T type);
  E to_any_exception(T type, E operand);
  E from_any_exception(T type, E operand);
  E raise(T result, T type, E exception);
  E convert(lf::ExprForm form, std::string_view interface, std::string_view specific, E operand,
            E contract_id = nullptr);
  E method_of(std::string_view interface, std::string_view method, E operand);
  E query(lf::ExprForm form, std::string_view interface, E operand);

  // --- Cases.
  struct Branch {
    lf::Pattern pattern;
    E body;
  };
  E match(E scrutinee, std::vector<Branch> branches);
  E if_then(E condition, E then, E otherwise);
  Branch otherwise(E body);
  Branch when(bool value, E body);
  Branch when_unit(E body);
  Branch when_nil(E body);
  Branch when_cons(std::string_view head, std::string_view tail, E body);
  Branch when_none(E body);
  Branch when_some(std::string_view name, E body);
  Branch when_variant(std::string_view type, std::string_view constructor, std::string_view name,
                      E body);
  Branch when_enum(std::string_view type, std::string_view constructor, E body);

  // --- Updates.
  E pure(T type, E value);
  E embed(T type, E update);
  struct Step {
    std::string_view name;
    T type;
    E update;
  };
  E block(std::vector<Step> steps, E last);
  E create(std::string_view contract, E argument);
  E create_interface(std::string_view interface, E value);
  E exercise(std::string_view contract, std::string_view choice, E contract_id, E argument);
  E exercise_interface(std::string_view interface, std::string_view choice, E contract_id,
                       E argument);
  E exercise_by_key(std::string_view contract, std::string_view choice, E key, E argument);
  E fetch(std::string_view contract, E contract_id);
  E fetch_interface(std::string_view interface, E contract_id);
  E fetch_by_key(std::string_view contract, E key);
  E lookup_by_key(std::string_view contract, E key);
  E get_time();
  E try_catch(T type, E tried, std::string_view exception, E handler);
  E soft(lf::UpdateForm form, std::string_view contract, E first, E second = nullptr,
         std::string_view choice = {});
  E scenario(T type, E value);

  // --- Definitions.
  void define(std::string_view name, T type, E body);
  void define_record(std::string_view name, std::vector<std::pair<std::string_view, T>> fields,
                     std::vector<std::string_view> parameters = {});
  void define_variant(std::string_view name,
                      std::vector<std::pair<std::string_view, T>> constructors,
                      std::vector<std::string_view> parameters = {});
  void define_enum(std::string_view name, std::vector<std::string_view> constructors);
  void define_exception(std::string_view name, E message);

  struct ChoiceParts {
    std::string_view name;
    bool consuming = true;
    T argument = nullptr; // "arg" in scope; the contract id is "self", the contract "this"
    T result = nullptr;
    E controllers = nullptr;
    E observers = nullptr; // none
    E update = nullptr;
  };
  struct InstanceParts {
    std::string_view interface;
    std::vector<std::pair<std::string_view, E>> methods;
    E view = nullptr;
  };
  struct TemplateParts {
    std::string_view name; // of a record that is defined as well; its contract is "this"
    E precondition = nullptr;
    E signatories = nullptr;
    E observers = nullptr; // none
    E agreement = nullptr; // ""
    T key_type = nullptr;
    E key = nullptr;
    E maintainers = nullptr;
    std::vector<ChoiceParts> choices;
    std::vector<InstanceParts> instances;
  };
  void define_template(const TemplateParts& parts);
  struct InterfaceParts {
    std::string_view name;
    std::vector<std::string_view> requirements;
    std::vector<std::pair<std::string_view, T>> methods;
    std::vector<ChoiceParts> choices;
    T view = nullptr;
  };
  void define_interface(const InterfaceParts& parts);

  [[nodiscard]] lf::PackageBuilder& builder() { return builder_; }
  [[nodiscard]] std::shared_ptr<const lf::Package> finish();

private:
  lf::Name name(std::string_view text) { return builder_.name(text).value(); }
  lf::DottedName dotted(std::string_view text) { return builder_.dotted_name(text).value(); }
  lf::IdentifierId identifier(std::string_view name);
  // Of a data type in an expression: not in the type table.
  T applied(std::string_view type, const std::vector<T>& arguments);
  E update_of(lf::UpdateForm form, lf::IdentifierId target, std::string_view name, E first,
              E second);
  std::vector<lf::TypeParameter> parameters(const std::vector<std::string_view>& names);
  lf::Choice choice(const ChoiceParts& parts);

  std::string id_;
  lf::PackageBuilder builder_;
  lf::Module module_;
  std::vector<lf::Value> values_;
  std::vector<lf::DataType> data_types_;
  std::vector<lf::Template> templates_;
  std::vector<lf::Exception> exceptions_;
  std::vector<lf::Interface> interfaces_;
};

} // namespace tenon::daml::interpreter::test
