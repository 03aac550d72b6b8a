// A package that says everything its version can say: every form of type, expression, pattern,
// update and definition. Made by the builder, for tests that take it apart.
#pragma once

#include <string_view>
#include <vector>

#include "lf/builder.hpp"

namespace tenon::daml::lf {

class Sample {
public:
  explicit Sample(LanguageVersion version);

  // One module with all of it, and an empty one.
  Package build();

private:
  [[nodiscard]] bool has(Feature feature) const { return builder_.package().supports(feature); }

  Name name(std::string_view text) { return builder_.name(text).value(); }
  DottedName dotted(std::string_view text) { return builder_.dotted_name(text).value(); }
  IdentifierId own(std::string_view text);
  IdentifierId foreign(std::string_view text);
  LocationId somewhere(int line);
  // Where a definition may refer to it: in the table when the version has one.
  const Type* type(const Type& type);
  const Type* type(BuiltinType builtin) { return type(builtin_type(builtin)); }
  const Type* record_type() { return builder_.type(constructor_type(own("Record"))).value(); }

  // sample_expressions.cpp
  const Expr* var(std::string_view text);
  const Expr* located(Expr* expr, int line);
  void add(const Expr* expr) { expressions_.push_back(expr); }
  void add_plain();
  void add_literals();
  void add_data();
  void add_functions();
  void add_case();
  void add_lists();
  void add_any();
  void add_exceptions();
  void add_interfaces();
  void add_updates();
  void add_update(UpdateForm form, const Type* type, const Expr* first, const Expr* second);
  void add_scenarios();
  std::vector<Binding> bindings();
  std::vector<FieldExpr> field_values();

  // sample.cpp
  void add_types();
  Module definitions();
  DataType data(std::string_view text, DataForm form);
  Choice choice(std::string_view text, bool consuming);
  InterfaceInstance instance(IdentifierId other);
  Template plain_template();
  Template keyed_template(bool restricted);
  const Expr* restricted_key();
  Interface interface();

  PackageBuilder builder_;
  std::vector<const Type*> types_;
  std::vector<const Expr*> expressions_;
};

// A package of one module "M" with one value "v" of type Unit.
Package value_package(LanguageVersion version, FieldOrder order = FieldOrder::kByNumber);

} // namespace tenon::daml::lf
