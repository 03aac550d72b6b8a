// Turns a package's syntax tree into the bytes of its archive; the inverse of Decoder. Owned by one
// call of encode_package(), one thread. How it gets the same bytes: lf/package.hpp.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "archive/wire_schema.hpp"
#include "archive/wire_writer.hpp"
#include "lf/package.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::archive {

class Encoder {
public:
  // `package` is borrowed.
  explicit Encoder(const lf::Package& package) : package_(package) {}

  Result<Bytes> encode();

private:
  // What a field is made of; most parts of the tree have a kind of their own.
  enum class Kind : std::uint8_t {
    kAbsent,
    kNumber,
    kText,
    kIndexes,  // of Name, packed
    kTexts,    // of Name
    kSegments, // of a dotted name, in a message of their own
    kUnit,
    kContent, // a message that a function writes
    kParts,   // messages that a function writes
    kExpr,
    kExprs,
    kType, // where a definition or expression refers to it
    kTypes,
    kInnerTypes,  // inside another type
    kConstructed, // a data type with its arguments
    kKind,
    kKinds,
    kTypeName,
    kModuleRef,
    kLocation,
    kTypeParameters,
    kBinder,
    kBindings,
  };
  struct Field {
    std::uint16_t number = 0;
    Kind kind = Kind::kAbsent;
    std::uint64_t value = 0; // a number, an entry of a table
    const void* items = nullptr;
    std::size_t count = 0;
    std::optional<FunctionRef<void(std::size_t)>> part = std::nullopt;
  };
  using Part = FunctionRef<void(std::size_t)>;
  struct ExprRow;
  struct UpdateRow;
  using ExprWriter = void (Encoder::*)(const lf::Expr&);
  using UpdateWriter = void (Encoder::*)(const lf::Update&);

  // --- encode_fields.cpp
  template <typename Message> void write(std::initializer_list<Field> fields) {
    write(Message::kSchema, fields);
  }
  void write(const Schema& schema, std::initializer_list<Field> fields);
  void write_field(const FieldSpec& spec, const Field& field);
  void write_number(const FieldSpec& spec, std::uint64_t value);
  void write_indexes(const FieldSpec& spec, const Field& field);
  void write_texts(const FieldSpec& spec, const Field& field);
  // The content of one message of the field.
  void write_part(const Field& field, std::size_t index);
  void write_tag(const FieldSpec& spec);
  void fail(const std::string& message);

  static Field number(std::uint16_t number, std::uint64_t value) {
    return {number, Kind::kNumber, value};
  }
  static Field flag(std::uint16_t number, bool value) { return {number, Kind::kNumber, value}; }
  static Field text(std::uint16_t number, std::string_view value) {
    return {number, Kind::kText, 0, value.data(), value.size()};
  }
  static Field unit(std::uint16_t number) { return {number, Kind::kUnit, 0, nullptr, 1}; }
  static Field content(std::uint16_t number, Part part) {
    return {number, Kind::kContent, 0, nullptr, 1, part};
  }
  static Field parts(std::uint16_t number, std::size_t count, Part part) {
    return {number, Kind::kParts, 0, nullptr, count, part};
  }
  // A null expression is an absent one.
  static Field expr(std::uint16_t number, const lf::Expr* expr) {
    return {number, expr == nullptr ? Kind::kAbsent : Kind::kExpr, 0, expr, 1};
  }
  static Field exprs(std::uint16_t number, std::span<const lf::Expr* const> items) {
    return {number, Kind::kExprs, 0, items.data(), items.size()};
  }
  static Field type(std::uint16_t number, const lf::Type* type) {
    return {number, Kind::kType, 0, type, 1};
  }
  static Field types(std::uint16_t number, std::span<const lf::Type* const> items) {
    return {number, Kind::kTypes, 0, items.data(), items.size()};
  }
  static Field inner_types(std::uint16_t number, std::span<const lf::Type* const> items) {
    return {number, Kind::kInnerTypes, 0, items.data(), items.size()};
  }
  static Field constructed(std::uint16_t number, const lf::Type* type) {
    return {number, Kind::kConstructed, 0, type, 1};
  }
  static Field kind(std::uint16_t number, const lf::Kind* kind) {
    return {number, Kind::kKind, 0, kind, 1};
  }
  static Field kinds(std::uint16_t number, std::span<const lf::Kind* const> items) {
    return {number, Kind::kKinds, 0, items.data(), items.size()};
  }
  static Field type_name(std::uint16_t number, lf::IdentifierId id) {
    return {number, Kind::kTypeName, id.index, nullptr, 1};
  }
  static Field module_ref(std::uint16_t number, const lf::ModuleRef& module) {
    return {number, Kind::kModuleRef, 0, &module, 1};
  }
  static Field location(std::uint16_t number, lf::LocationId id) {
    return {number, id.is_none() ? Kind::kAbsent : Kind::kLocation, id.index, nullptr, 1};
  }
  static Field type_parameters(std::uint16_t number, std::span<const lf::TypeParameter> items) {
    return {number, Kind::kTypeParameters, 0, items.data(), items.size()};
  }
  static Field binder(std::uint16_t number, const lf::Binder& binder) {
    return {number, Kind::kBinder, 0, &binder, 1};
  }
  static Field binders(std::uint16_t number, std::span<const lf::Binder> items) {
    return {number, Kind::kBinder, 0, items.data(), items.size()};
  }
  static Field bindings(std::uint16_t number, std::span<const lf::Binding> items) {
    return {number, Kind::kBindings, 0, items.data(), items.size()};
  }
  // Written out or as an entry of a table, as the version has it.
  [[nodiscard]] Field name(std::uint16_t text_number, std::uint16_t index_number,
                           lf::Name name) const;
  [[nodiscard]] Field dotted_name(std::uint16_t text_number, std::uint16_t index_number,
                                  lf::DottedName name) const;
  // The same in two slots.
  [[nodiscard]] Field segments(std::uint16_t text_number, std::uint16_t index_number,
                               lf::DottedName name) const;
  [[nodiscard]] Field names(std::uint16_t text_number, std::uint16_t index_number,
                            std::span<const lf::Name> names) const;

  // --- encode_package.cpp
  void package();
  void metadata();
  void module(const lf::Module& module);
  void synonym(const lf::TypeSynonym& definition);
  void data_type(const lf::DataType& definition);
  void field_types(std::span<const lf::FieldType> fields, bool inside_type);
  void value_definition(const lf::Value& definition);
  void exception(const lf::Exception& definition);
  // --- encode_templates.cpp
  void template_definition(const lf::Template& definition);
  void interface(const lf::Interface& definition);
  void choice(const lf::Choice& choice);
  void instance(const lf::InterfaceInstance& instance);
  void key(const lf::TemplateKey& key, lf::Name parameter);
  void restricted_key(const lf::Expr& key, lf::Name parameter);
  void key_projections(const lf::Expr& key, lf::Name parameter);
  void key_record(const lf::Record& key, lf::Name parameter);
  // --- encode_types.cpp
  void package_ref(lf::PackageRef package);
  void write_module_ref(const lf::ModuleRef& module);
  void write_type_name(lf::IdentifierId id);
  void write_value_name(lf::IdentifierId id);
  void write_location(lf::LocationId id);
  void write_kind(const lf::Kind& kind);
  void write_type(const lf::Type& type);
  void write_inner_type(const lf::Type& type);
  void write_table_type(std::size_t entry);
  void describe(const lf::Type& type);
  void describe_builtin(const lf::Type& type);
  void write_constructed(const lf::Type& type);
  void write_type_parameter(const lf::TypeParameter& parameter);
  void write_binder(const lf::Binder& binder);
  void write_binding(const lf::Binding& binding);
  // --- encode_expressions.cpp
  void write_expr(const lf::Expr& expr);
  static const ExprRow& row_of(lf::ExprForm form);
  [[nodiscard]] Field scalar(const lf::Expr& expr) const;
  void value(const lf::Expr& expr);
  void literal(const lf::Expr& expr);
  void record(const lf::Expr& expr);
  void record_projection(const lf::Expr& expr);
  void record_update(const lf::Expr& expr);
  void variant(const lf::Expr& expr);
  void enum_value(const lf::Expr& expr);
  void struct_value(const lf::Expr& expr);
  void struct_projection(const lf::Expr& expr);
  void struct_update(const lf::Expr& expr);
  void application(const lf::Expr& expr);
  void type_application(const lf::Expr& expr);
  void abstraction(const lf::Expr& expr);
  void type_abstraction(const lf::Expr& expr);
  void match(const lf::Expr& expr);
  void alternative(const lf::Alternative& alternative);
  [[nodiscard]] Field pattern(const lf::Pattern& pattern, Part part) const;
  void pattern_content(const lf::Pattern& pattern);
  void let(const lf::Expr& expr);
  void nothing(const lf::Expr& expr);
  void cons(const lf::Expr& expr);
  void type_rep(const lf::Expr& expr);
  void typed(const lf::Expr& expr);
  void throw_exception(const lf::Expr& expr);
  void conversion(const lf::Expr& expr);
  void unsafe_conversion(const lf::Expr& expr);
  void call_interface(const lf::Expr& expr);
  void interface_query(const lf::Expr& expr);
  void field_value(const lf::FieldExpr& field);
  // --- encode_updates.cpp
  void update(const lf::Expr& expr);
  static const UpdateRow& row_of(lf::UpdateForm form);
  void typed_update(const lf::Update& update);
  void block_update(const lf::Update& update);
  void target_update(const lf::Update& update);
  void exercise(const lf::Update& update);
  void later_exercise(const lf::Update& update);
  void get_time(const lf::Update& update);
  void try_catch(const lf::Update& update);
  void scenario(const lf::Expr& expr);
  void scenario_content(const lf::Scenario& scenario);

  [[nodiscard]] bool interned_names() const {
    return package_.supports(lf::Feature::kInternedNames);
  }

  const lf::Package& package_;
  WireWriter writer_;
  Status failure_; // the first one; what is written after it does not count
  int depth_ = 0;
};

} // namespace tenon::daml::archive
