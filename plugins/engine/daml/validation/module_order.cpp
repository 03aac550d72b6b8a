#include "validation/module_order.hpp"

#include <algorithm>

namespace tenon::daml::validation {

using lf::ExprForm;
using lf::TypeForm;

ModuleOrder::ModuleOrder(const lf::Package& package, Meter& meter, Site& site)
    : package_(package), meter_(meter), site_(site), by_name_(package.dotted_name_count()),
      references_(package.modules().size()), seen_types_(package.types().size()),
      seen_identifiers_(package.identifiers().size()) {
  const auto modules = package.modules();
  for (std::uint32_t i = 0; i < modules.size(); ++i)
    by_name_[modules[i].name.index] = i + 1;
}

Status ModuleOrder::check() {
  for (std::uint32_t i = 0; i < references_.size(); ++i) {
    visit_module(i);
    Indexes& list = references_[i];
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    if (meter_.exhausted())
      return site_.refuse(Limit::kWork, meter_);
  }
  return check_cycles();
}

void ModuleOrder::visit(const lf::Expr* expr) {
  if (expr != nullptr)
    exprs_.push_back(expr);
}

void ModuleOrder::visit(const lf::Type* type) {
  if (type == nullptr || seen_types_[type->id] == module_ + 1)
    return;
  seen_types_[type->id] = module_ + 1;
  types_.push_back(type);
}

void ModuleOrder::visit(lf::IdentifierId id) {
  if (seen_identifiers_[id.index] == module_ + 1)
    return;
  seen_identifiers_[id.index] = module_ + 1;
  const lf::Identifier& identifier = package_.identifier(id);
  if (!identifier.package.is_self())
    return;
  const std::uint32_t target = by_name_[identifier.module.index];
  if (target != 0 && target != module_ + 1) {
    meter_.spend(kReferenceWork);
    references_[module_].push_back(target - 1);
  }
}

void ModuleOrder::visit(std::span<const lf::Binding> bindings) {
  for (const lf::Binding& binding : bindings) {
    visit(binding.binder.type);
    visit(binding.value);
  }
}

void ModuleOrder::visit(std::span<const lf::FieldExpr> fields) {
  for (const lf::FieldExpr& field : fields)
    visit(field.value);
}

void ModuleOrder::visit_module(std::uint32_t module) {
  module_ = module;
  const lf::Module& definitions = package_.modules()[module];
  for (const lf::TypeSynonym& synonym : definitions.synonyms)
    visit(synonym.type);
  for (const lf::DataType& type : definitions.data_types) {
    for (const lf::FieldType& field : type.fields)
      visit(field.type);
  }
  for (const lf::Value& value : definitions.values) {
    visit(value.type);
    visit(value.body);
    drain();
  }
  for (const lf::Exception& exception : definitions.exceptions)
    visit(exception.message);
  for (const lf::Template& definition : definitions.templates)
    visit_template(definition);
  for (const lf::Interface& definition : definitions.interfaces)
    visit_interface(definition);
  drain();
}

void ModuleOrder::visit_template(const lf::Template& definition) {
  for (const lf::Expr* expr : {definition.precondition, definition.signatories,
                               definition.observers, definition.agreement})
    visit(expr);
  if (definition.key != nullptr) {
    visit(definition.key->type);
    visit(definition.key->key);
    visit(definition.key->maintainers);
  }
  visit_choices(definition.choices);
  visit_instances(definition.implements);
}

void ModuleOrder::visit_interface(const lf::Interface& definition) {
  for (const lf::IdentifierId required : definition.requirements)
    visit(required);
  for (const lf::Method& method : definition.methods)
    visit(method.type);
  visit(definition.view);
  visit_choices(definition.choices);
  visit_instances(definition.co_implements);
}

void ModuleOrder::visit_choices(std::span<const lf::Choice> choices) {
  for (const lf::Choice& choice : choices) {
    visit(choice.argument.type);
    visit(choice.result);
    for (const lf::Expr* expr :
         {choice.controllers, choice.observers, choice.authorizers, choice.update})
      visit(expr);
  }
}

void ModuleOrder::visit_instances(std::span<const lf::InterfaceInstance> instances) {
  for (const lf::InterfaceInstance& instance : instances) {
    visit(instance.other);
    for (const lf::MethodBody& method : instance.methods)
      visit(method.value);
    visit(instance.view);
  }
}

void ModuleOrder::drain() {
  while ((!exprs_.empty() || !types_.empty()) && !meter_.exhausted()) {
    while (!types_.empty()) {
      const lf::Type& type = *types_.back();
      types_.pop_back();
      visit_type(type);
    }
    if (exprs_.empty())
      continue;
    const lf::Expr& expr = *exprs_.back();
    exprs_.pop_back();
    ++expressions_;
    meter_.allow(kWorkPerPart);
    visit_parts(expr);
  }
}

void ModuleOrder::visit_type(const lf::Type& type) {
  meter_.spend(1);
  if (type.form == TypeForm::kConstructor || type.form == TypeForm::kSynonym)
    visit(type.identifier());
  for (const lf::Type* argument : type.arguments())
    visit(argument);
  if (type.form == TypeForm::kForall)
    visit(type.body);
  if (type.form == TypeForm::kStruct) {
    for (const lf::FieldType& field : type.fields())
      visit(field.type);
  }
}

void ModuleOrder::visit_update(const lf::Update& update) {
  if (update.update >= lf::UpdateForm::kCreate && update.update <= lf::UpdateForm::kLookupByKey)
    visit(update.target);
  visit(update.type);
  visit(update.first);
  visit(update.second);
  visit(update.bindings);
}

void ModuleOrder::visit_interface_parts(const lf::Expr& expr) {
  if (lf::InterfaceConversion::has(expr.form)) {
    const auto& conversion = lf::as<lf::InterfaceConversion>(expr);
    visit(conversion.interface);
    visit(conversion.specific);
    visit(conversion.contract_id);
    visit(conversion.operand);
  } else if (lf::CallInterface::has(expr.form)) {
    visit(lf::as<lf::CallInterface>(expr).interface);
    visit(lf::as<lf::CallInterface>(expr).operand);
  } else if (lf::InterfaceQuery::has(expr.form)) {
    visit(lf::as<lf::InterfaceQuery>(expr).interface);
    visit(lf::as<lf::InterfaceQuery>(expr).operand);
  } else if (lf::Typed::has(expr.form)) {
    visit(lf::as<lf::Typed>(expr).type);
    visit(lf::as<lf::Typed>(expr).operand);
  }
}

void ModuleOrder::visit_data_parts(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kRecord:
    visit(lf::as<lf::Record>(expr).type);
    return visit(lf::as<lf::Record>(expr).fields);
  case ExprForm::kRecordProjection:
    visit(lf::as<lf::RecordProjection>(expr).type);
    return visit(lf::as<lf::RecordProjection>(expr).record);
  case ExprForm::kRecordUpdate:
    visit(lf::as<lf::RecordUpdate>(expr).type);
    visit(lf::as<lf::RecordUpdate>(expr).record);
    return visit(lf::as<lf::RecordUpdate>(expr).value);
  case ExprForm::kVariant:
    visit(lf::as<lf::Variant>(expr).type);
    return visit(lf::as<lf::Variant>(expr).argument);
  case ExprForm::kEnum:
    return visit(lf::as<lf::EnumValue>(expr).type);
  case ExprForm::kStruct:
    return visit(lf::as<lf::Struct>(expr).fields);
  case ExprForm::kStructProjection:
    return visit(lf::as<lf::StructProjection>(expr).record);
  case ExprForm::kStructUpdate:
    visit(lf::as<lf::StructUpdate>(expr).record);
    return visit(lf::as<lf::StructUpdate>(expr).value);
  default:
    return visit_interface_parts(expr);
  }
}

void ModuleOrder::visit_parts(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kValue:
    return visit(lf::as<lf::ValueReference>(expr).value);
  case ExprForm::kApplication:
    visit(lf::as<lf::Application>(expr).function);
    for (const lf::Expr* argument : lf::as<lf::Application>(expr).arguments)
      visit(argument);
    return;
  case ExprForm::kTypeApplication:
    visit(lf::as<lf::TypeApplication>(expr).function);
    for (const lf::Type* argument : lf::as<lf::TypeApplication>(expr).arguments)
      visit(argument);
    return;
  case ExprForm::kAbstraction:
    for (const lf::Binder& parameter : lf::as<lf::Abstraction>(expr).parameters)
      visit(parameter.type);
    return visit(lf::as<lf::Abstraction>(expr).body);
  case ExprForm::kTypeAbstraction:
    return visit(lf::as<lf::TypeAbstraction>(expr).body);
  case ExprForm::kCase:
    visit(lf::as<lf::Case>(expr).scrutinee);
    for (const lf::Alternative& alternative : lf::as<lf::Case>(expr).alternatives) {
      const lf::PatternForm form = alternative.pattern.form;
      if (form == lf::PatternForm::kVariant || form == lf::PatternForm::kEnum)
        visit(alternative.pattern.type);
      visit(alternative.body);
    }
    return;
  case ExprForm::kLet:
    visit(lf::as<lf::Let>(expr).bindings);
    return visit(lf::as<lf::Let>(expr).body);
  case ExprForm::kCons:
    visit(lf::as<lf::Cons>(expr).type);
    for (const lf::Expr* item : lf::as<lf::Cons>(expr).front)
      visit(item);
    return visit(lf::as<lf::Cons>(expr).tail);
  case ExprForm::kThrow:
    visit(lf::as<lf::Throw>(expr).result);
    visit(lf::as<lf::Throw>(expr).exception_type);
    return visit(lf::as<lf::Throw>(expr).exception);
  case ExprForm::kUpdate:
    return visit_update(lf::as<lf::Update>(expr));
  case ExprForm::kScenario:
    visit(lf::as<lf::Scenario>(expr).type);
    visit(lf::as<lf::Scenario>(expr).first);
    visit(lf::as<lf::Scenario>(expr).second);
    return visit(lf::as<lf::Scenario>(expr).bindings);
  default:
    return visit_data_parts(expr);
  }
}

// Depth first, on a list.
Status ModuleOrder::check_cycles() {
  enum class Color : std::uint8_t { kNew, kOpen, kDone };
  std::vector<Color> colors(references_.size(), Color::kNew);
  Indexes next(references_.size());
  Indexes path;
  for (std::uint32_t start = 0; start < references_.size(); ++start) {
    if (colors[start] == Color::kNew)
      path.push_back(start);
    while (!path.empty()) {
      const std::uint32_t module = path.back();
      colors[module] = Color::kOpen;
      if (next[module] == references_[module].size()) {
        colors[module] = Color::kDone;
        path.pop_back();
        continue;
      }
      const std::uint32_t target = references_[module][next[module]++];
      if (colors[target] == Color::kOpen)
        return cycle(path, target);
      if (colors[target] == Color::kNew)
        path.push_back(target);
    }
  }
  return {};
}

Status ModuleOrder::cycle(const Indexes& path, std::uint32_t again) const {
  constexpr std::size_t kShown = 8;
  const auto name = [&](std::uint32_t module) {
    return std::string(package_.text(package_.modules()[module].name));
  };
  std::string found;
  std::size_t shown = 0;
  for (auto place = std::find(path.begin(), path.end(), again); place != path.end(); ++place) {
    if (++shown > kShown) {
      found.append("... -> ");
      break;
    }
    found.append(name(*place)).append(" -> ");
  }
  return site_.refuse(Rule::kModuleCycle, "no cycles", found + name(again));
}

} // namespace tenon::daml::validation
