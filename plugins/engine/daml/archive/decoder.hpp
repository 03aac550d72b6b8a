// Turns the bytes of a package into its syntax tree, checking on the way that the package says only
// what its version can say. Owned by one call of decode_payload(), one thread.
//
// It goes down the messages by recursion, at most kMaxNesting of them. Each form of expression has
// a function of its own, called through a table, so that one level takes little of the stack.
#pragma once

#include <vector>

#include "archive/messages_types.hpp"
#include "archive/wire_reader.hpp"
#include "lf/builder.hpp"

namespace tenon::daml::archive {

// Of a key in the restricted form; the rest of the nesting bound is for what is around it.
inline constexpr std::uint32_t kMaxKeyProjections = 100;

class Decoder {
public:
  // `payload` is borrowed.
  explicit Decoder(BytesView payload) : reader_(payload), payload_(payload) {}

  // The whole payload, whose hash is `id`.
  Result<lf::Package> decode(std::string id);

private:
  // Parts of a type while it is put together; the type borrows them.
  struct TypeParts {
    std::vector<const lf::Type*> arguments;
    std::vector<lf::TypeParameter> parameters;
    std::vector<lf::FieldType> fields;
    lf::Type type;
  };
  struct ExprRow;
  struct UpdateRow;
  struct ScenarioRow;
  using ExprResult = Result<lf::Expr*>;
  using ExprHandler = ExprResult (Decoder::*)(const Place&, lf::ExprForm);
  using UpdateHandler = Status (Decoder::*)(const Place&, lf::Update&);
  using ScenarioHandler = Status (Decoder::*)(const Place&, lf::Scenario&);

  // --- decode_package.cpp
  Result<lf::Package> payload(std::string id);
  Result<lf::Package> package(BytesView bytes);
  Status strings(const Place& place);
  Status dotted_names(const Place& place);
  Status metadata(const Place& place);
  Status types(const Place& place);
  Result<lf::Module> module(BytesView bytes);
  Status flags(const Place& place);
  [[nodiscard]] bool supports(lf::Feature feature) const;
  // UNIMPLEMENTED that names what is there and the versions that may have it.
  [[nodiscard]] Status unsupported(const Place& place, lf::Feature feature) const;
  [[nodiscard]] Status only_with(const Place& place, lf::Feature feature) const;
  [[nodiscard]] Status not_empty(const Place& place) const;

  // --- decode_names.cpp
  Result<lf::StringId> string(const Place& place);
  Result<lf::Name> table_name(const Place& place, std::uint32_t index);
  Result<lf::Name> table_name(const Place& place) { return table_name(place, place.index()); }
  Result<lf::Name> name(const Place& place);
  Result<lf::DottedName> table_dotted_name(const Place& place);
  Result<lf::DottedName> dotted_name(const Place& place);
  Result<lf::DottedName> dotted_name(const Place& segments, const Place& index);
  Result<lf::DottedName> segments(const Place& place);
  Result<lf::PackageRef> package_ref(const Place& place);
  Result<lf::ModuleRef> module_ref(const Place& place);
  Result<lf::IdentifierId> type_name(const Place& place);
  Result<lf::IdentifierId> type_name(BytesView bytes);
  Result<lf::IdentifierId> value_name(const Place& place);
  Result<lf::LocationId> location(const Place& place);
  Result<lf::SourceRange> range(const Place& place);
  [[nodiscard]] Status check_form(const Place& place) const;

  // --- decode_types.cpp
  Result<const lf::Kind*> kind(const Place& place);
  Result<const lf::Kind*> kind(BytesView bytes);
  Result<const lf::Kind*> arrow(BytesView bytes);
  Result<lf::TypeParameter> type_parameter(BytesView bytes);
  Status type_parameters(const Place& place, std::vector<lf::TypeParameter>& parameters);
  // Where a definition or an expression refers to a type.
  Result<const lf::Type*> type(const Place& place);
  Result<const lf::Type*> type(BytesView bytes);
  // Inside another type.
  Result<const lf::Type*> inner_type(BytesView bytes);
  Result<const lf::Type*> table_type(const Place& place);
  // A data type with its arguments, in an expression.
  Result<const lf::Type*> constructed_type(const Place& place);
  Status add_table_type(BytesView bytes);
  Status describe(const Place& sum, TypeParts& parts);
  Status describe_variable(BytesView bytes, TypeParts& parts);
  Status describe_constructor(BytesView bytes, TypeParts& parts);
  Status describe_builtin(BytesView bytes, TypeParts& parts);
  Status describe_forall(BytesView bytes, TypeParts& parts);
  Status describe_struct(BytesView bytes, TypeParts& parts);
  Status describe_nat(const Place& sum, TypeParts& parts);
  Status inner_types(const Place& place, std::vector<const lf::Type*>& types);
  Status field_types(BytesView bytes, bool inside_type, std::vector<lf::FieldType>& fields);
  Result<lf::Binder> binder(const Place& place);
  Result<lf::Binder> binder(BytesView bytes);

  // --- decode_expressions.cpp
  Result<const lf::Expr*> expression(const Place& place);
  Result<const lf::Expr*> expression(BytesView bytes);
  static const ExprRow* find_expression(std::uint16_t number);
  ExprResult variable(const Place& sum, lf::ExprForm form);
  ExprResult value(const Place& sum, lf::ExprForm form);
  ExprResult builtin(const Place& sum, lf::ExprForm form);
  ExprResult constant(const Place& sum, lf::ExprForm form);
  ExprResult literal(const Place& sum, lf::ExprForm form);
  ExprResult record(const Place& sum, lf::ExprForm form);
  ExprResult record_projection(const Place& sum, lf::ExprForm form);
  ExprResult record_update(const Place& sum, lf::ExprForm form);
  ExprResult variant(const Place& sum, lf::ExprForm form);
  ExprResult enum_value(const Place& sum, lf::ExprForm form);
  ExprResult struct_value(const Place& sum, lf::ExprForm form);
  ExprResult struct_projection(const Place& sum, lf::ExprForm form);
  ExprResult struct_update(const Place& sum, lf::ExprForm form);
  ExprResult application(const Place& sum, lf::ExprForm form);
  ExprResult type_application(const Place& sum, lf::ExprForm form);
  ExprResult abstraction(const Place& sum, lf::ExprForm form);
  ExprResult type_abstraction(const Place& sum, lf::ExprForm form);
  ExprResult let(const Place& sum, lf::ExprForm form);
  ExprResult nothing(const Place& sum, lf::ExprForm form);
  ExprResult cons(const Place& sum, lf::ExprForm form);
  ExprResult type_rep(const Place& sum, lf::ExprForm form);
  ExprResult typed(const Place& sum, lf::ExprForm form);
  ExprResult throw_exception(const Place& sum, lf::ExprForm form);
  ExprResult conversion(const Place& sum, lf::ExprForm form);
  ExprResult unsafe_conversion(const Place& sum, lf::ExprForm form);
  ExprResult call_interface(const Place& sum, lf::ExprForm form);
  ExprResult interface_query(const Place& sum, lf::ExprForm form);
  Status expressions(const Place& place, std::vector<const lf::Expr*>& items);
  Status field_values(const Place& place, std::vector<lf::FieldExpr>& fields);
  Status bindings(const Place& place, std::vector<lf::Binding>& items);
  Result<lf::Constant> constant_code(const Place& place);

  // --- decode_literals.cpp
  Status numeric_literal(const Place& sum, lf::Literal& literal);
  Status decimal_literal(const Place& sum, lf::Literal& literal);
  Status number_literal(const Place& sum, lf::Literal& literal);

  // --- decode_cases.cpp
  ExprResult match(const Place& sum, lf::ExprForm form);
  Result<lf::Alternative> alternative(BytesView bytes);
  Status pattern(const Place& sum, lf::Pattern& pattern);
  Status variant_pattern(const Place& sum, lf::Pattern& pattern);
  Status enum_pattern(const Place& sum, lf::Pattern& pattern);
  Status cons_pattern(const Place& sum, lf::Pattern& pattern);
  Status some_pattern(const Place& sum, lf::Pattern& pattern);

  // --- decode_updates.cpp
  ExprResult update(const Place& sum, lf::ExprForm form);
  static const UpdateRow* find_update(std::uint16_t number);
  Status typed_update(const Place& sum, lf::Update& update);
  Status block_update(const Place& sum, lf::Update& update);
  Status target_update(const Place& sum, lf::Update& update);
  Status exercise(const Place& sum, lf::Update& update);
  Status later_exercise(const Place& sum, lf::Update& update);
  Status get_time(const Place& sum, lf::Update& update);
  Status try_catch(const Place& sum, lf::Update& update);
  ExprResult scenario(const Place& sum, lf::ExprForm form);
  static const ScenarioRow* find_scenario(std::uint16_t number);
  Status typed_scenario(const Place& sum, lf::Scenario& scenario);
  Status block_scenario(const Place& sum, lf::Scenario& scenario);
  Status commit(const Place& sum, lf::Scenario& scenario);
  Status plain_scenario(const Place& sum, lf::Scenario& scenario);
  Status get_time(const Place& sum, lf::Scenario& scenario);
  Status unit(const Place& place);

  // --- decode_definitions.cpp
  Result<lf::TypeSynonym> synonym(BytesView bytes);
  Result<lf::DataType> data_type(BytesView bytes);
  Status constructors(const Place& place, lf::DataType& result);
  Result<lf::Value> value_definition(BytesView bytes);
  Result<lf::Exception> exception_definition(BytesView bytes);
  // --- decode_templates.cpp
  Result<lf::Template> template_definition(BytesView bytes);
  Result<lf::Interface> interface_definition(BytesView bytes);
  Result<lf::Method> method(BytesView bytes);
  Result<lf::Choice> choice_definition(BytesView bytes);
  Status choice_parties(const Place& observers, const Place& authorizers, lf::Choice& choice);
  Status choices(const Place& place, std::span<const lf::Choice>& items);
  Status instances(const Place& place, std::span<const lf::InterfaceInstance>& items);
  Result<lf::InterfaceInstance> instance(BytesView bytes);
  Status instance_body(const Place& place, lf::InterfaceInstance& instance);
  Result<const lf::TemplateKey*> key(const Place& place, lf::Name parameter);
  Result<const lf::Expr*> restricted_key(BytesView bytes, lf::Name parameter);
  Result<const lf::Expr*> key_projections(const Place& place, lf::Name parameter);
  Result<const lf::Expr*> key_record(const Place& place, lf::Name parameter);

  WireReader reader_;
  BytesView payload_;
  std::optional<lf::PackageBuilder> builder_; // from the moment that the version is known
};

} // namespace tenon::daml::archive
