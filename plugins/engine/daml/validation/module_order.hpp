// Which modules of a package refer to which others: not in a circle. On the way it counts what the
// package is made of, which is what the validator's work is measured by. Owned by one validation,
// one thread.
#pragma once

#include <vector>

#include "lf/package.hpp"
#include "validation/site.hpp"

namespace tenon::daml::validation {

class ModuleOrder {
public:
  ModuleOrder(const lf::Package& package, Meter& meter, Site& site);

  Status check();
  [[nodiscard]] std::size_t expressions() const { return expressions_; }

private:
  using Indexes = std::vector<std::uint32_t>;

  void visit_module(std::uint32_t module);
  void visit_template(const lf::Template& definition);
  void visit_interface(const lf::Interface& definition);
  void visit_choices(std::span<const lf::Choice> choices);
  void visit_instances(std::span<const lf::InterfaceInstance> instances);
  void visit_update(const lf::Update& update);
  void visit_interface_parts(const lf::Expr& expr);
  void visit_data_parts(const lf::Expr& expr);
  void visit_parts(const lf::Expr& expr);
  void visit_type(const lf::Type& type);
  void visit(const lf::Expr* expr);
  void visit(const lf::Type* type);
  void visit(lf::IdentifierId id);
  void visit(std::span<const lf::Binding> bindings);
  void visit(std::span<const lf::FieldExpr> fields);
  void drain();
  Status check_cycles();
  [[nodiscard]] Status cycle(const Indexes& path, std::uint32_t again) const;

  const lf::Package& package_;
  Meter& meter_;
  Site& site_;
  std::size_t expressions_ = 0;
  std::uint32_t module_ = 0;
  Indexes by_name_; // 1 + the module of each dotted name
  std::vector<Indexes> references_;
  std::vector<const lf::Expr*> exprs_; // still to be visited
  std::vector<const lf::Type*> types_;
  Indexes seen_types_; // 1 + the module that visited it last
  Indexes seen_identifiers_;
};

} // namespace tenon::daml::validation
