// Writes a package; see disassembler.hpp. Owned by one call of disassemble(), one thread.
//
// Each expression is tried on one line first, and broken over several when the line gets too long.
// A try costs no more than a line, so the whole is linear. The first failure is kept and ends the
// writing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lf/package.hpp"
#include "tenon/core/status.hpp"
#include "text/type_text.hpp"
#include "text/words.hpp"

namespace tenon::daml::text {

class Printer {
public:
  // `package` is borrowed.
  explicit Printer(const lf::Package& package);

  Result<std::string> print();
  // One type by itself; see type_text.hpp.
  std::string print_type(const lf::Type& type, const PackageNames& names);

private:
  // --- printer.cpp: layout
  void put(std::string_view text);
  void put_number(std::int64_t value);
  void put_literal(std::string_view text);
  // A new line with the indentation so far.
  void line();
  // A new line in what is broken, otherwise a space.
  void gap();
  // Nothing more is wanted: the try has failed, or everything has.
  [[nodiscard]] bool is_full() const { return overflow_ || !failure_.ok(); }
  void fail(Status status);
  bool enter();
  void leave() { --depth_; }

  // --- printer.cpp: the whole
  void header();
  void module(const lf::Module& module);

  // --- print_tables.cpp
  void find_first_entries();
  void tables();
  void strings();
  void dotted_names();
  void types();
  void locations();
  void interned_mentions();
  void item(std::string_view text);
  void module_ref(const lf::ModuleRef& module);

  // --- print_types.cpp
  void name(lf::Name name) { put(package_.text(name)); }
  void reference(lf::IdentifierId id);
  void package_prefix(lf::PackageRef package);
  void kind(const lf::Kind& kind, bool atomic);
  void type_parameter(const lf::TypeParameter& parameter);
  void type_parameters(std::span<const lf::TypeParameter> parameters);
  // Where a definition or an expression refers to it.
  void type(const lf::Type& type, bool atomic);
  // A data type with its arguments.
  void constructed(const lf::Type& type);
  // Written out. In the type table the parts of a type are entries of it.
  void content(const lf::Type& type, bool atomic);
  void part(const lf::Type& type, bool atomic);
  void applied(const lf::Type& type, std::span<const lf::Type* const> arguments);
  void entry(std::uint32_t id);
  void field_types(std::span<const lf::FieldType> fields);
  void binder(const lf::Binder& binder);

  // --- print_expressions.cpp
  void mark(lf::LocationId id);
  void open(const lf::Expr& expr);
  void atom(const lf::Expr& expr);
  void body(const lf::Expr& expr);
  void token(const lf::Expr& expr);
  void variable(lf::Name name);
  void application(const lf::Expr& expr);
  void head(const lf::Expr& expr, const lf::Expr& function);
  void special(const lf::Expr& expr);
  void literal(const lf::Literal& literal);
  void abstraction(const lf::Abstraction& abstraction);
  void type_abstraction(const lf::TypeAbstraction& abstraction);
  void match(const lf::Case& match);
  void pattern(const lf::Pattern& pattern);
  void let(const lf::Let& let);
  void block(std::string_view word, std::span<const lf::Binding> bindings, const lf::Expr& last);
  void try_catch(const lf::Update& update);
  void form(const Form& form, const lf::Expr& expr);
  void operand(Operand operand, const Parts& parts, std::size_t& type, std::size_t& identifier,
               std::size_t& expr);
  void field_values(std::span<const lf::FieldExpr> fields);

  // --- print_definitions.cpp
  void definition(lf::LocationId location, std::string_view words, lf::DottedName name);
  void synonym(const lf::TypeSynonym& definition);
  void data_type(const lf::DataType& definition);
  void value(const lf::Value& definition);
  void exception(const lf::Exception& definition);
  void template_definition(const lf::Template& definition);
  void interface(const lf::Interface& definition);
  void choice(const lf::Choice& choice);
  void instance(std::string_view word, const lf::InterfaceInstance& instance);
  void clause(std::string_view word, const lf::Expr* expr);
  void key(const lf::TemplateKey& key);

  const lf::Package& package_;
  std::string out_;
  Status failure_;
  const PackageNames* names_ = nullptr; // null: the names that the text's imports give
  std::vector<bool> is_first_; // by entry of the type table: no earlier one says the same
  lf::ModuleName module_;      // the one that is written
  bool in_module_ = false;
  bool in_table_ = false; // of types
  int indent_ = 0;
  int depth_ = 0;
  std::size_t line_start_ = 0;
  bool flat_ = false;
  bool overflow_ = false;
  std::size_t flat_end_ = 0;
};

} // namespace tenon::daml::text
