// Between the operands of a row and the structure of the syntax tree that has them.
#include "text/words.hpp"

namespace tenon::daml::text {

using lf::as;
using lf::ExprForm;

namespace {

Parts parts_of_step(const lf::Expr& expr) {
  Parts parts;
  if (expr.form == ExprForm::kUpdate) {
    const auto& update = as<lf::Update>(expr);
    parts.identifiers[0] = update.target;
    parts.name = update.name;
    parts.types[0] = update.type;
    parts.exprs = {update.first, update.second};
  } else {
    const auto& scenario = as<lf::Scenario>(expr);
    parts.types[0] = scenario.type;
    parts.exprs = {scenario.first, scenario.second};
  }
  return parts;
}

Parts parts_of_interface_form(const lf::Expr& expr) {
  Parts parts;
  if (expr.form == ExprForm::kCallInterface) {
    const auto& call = as<lf::CallInterface>(expr);
    parts.identifiers[0] = call.interface;
    parts.name = call.method;
    parts.exprs[0] = call.operand;
  } else if (lf::InterfaceQuery::has(expr.form)) {
    const auto& query = as<lf::InterfaceQuery>(expr);
    parts.identifiers[0] = query.interface;
    parts.exprs[0] = query.operand;
  } else {
    const auto& conversion = as<lf::InterfaceConversion>(expr);
    parts.identifiers = {conversion.interface, conversion.specific};
    if (conversion.contract_id == nullptr)
      parts.exprs[0] = conversion.operand;
    else
      parts.exprs = {conversion.contract_id, conversion.operand};
  }
  return parts;
}

Parts parts_of_record_form(const lf::Expr& expr) {
  Parts parts;
  if (expr.form == ExprForm::kRecord) {
    const auto& record = as<lf::Record>(expr);
    parts.types[0] = record.type;
    parts.fields = record.fields;
  } else if (expr.form == ExprForm::kRecordProjection) {
    const auto& projection = as<lf::RecordProjection>(expr);
    parts.types[0] = projection.type;
    parts.name = projection.field;
    parts.exprs[0] = projection.record;
  } else if (expr.form == ExprForm::kRecordUpdate) {
    const auto& update = as<lf::RecordUpdate>(expr);
    parts.types[0] = update.type;
    parts.name = update.field;
    parts.exprs = {update.record, update.value};
  } else {
    const auto& variant = as<lf::Variant>(expr);
    parts.types[0] = variant.type;
    parts.name = variant.constructor;
    parts.exprs[0] = variant.argument;
  }
  return parts;
}

Parts parts_of_struct_form(const lf::Expr& expr) {
  Parts parts;
  if (expr.form == ExprForm::kStruct) {
    parts.fields = as<lf::Struct>(expr).fields;
  } else if (expr.form == ExprForm::kStructProjection) {
    const auto& projection = as<lf::StructProjection>(expr);
    parts.name = projection.field;
    parts.exprs[0] = projection.record;
  } else {
    const auto& update = as<lf::StructUpdate>(expr);
    parts.name = update.field;
    parts.exprs = {update.record, update.value};
  }
  return parts;
}

lf::Expr* make_step(lf::PackageBuilder& builder, const Form& form, const Parts& parts) {
  if (form.form == ExprForm::kUpdate) {
    auto* update = builder.make<lf::Update>(form.form);
    update->update = static_cast<lf::UpdateForm>(form.step);
    update->target = parts.identifiers[0];
    update->name = parts.name;
    update->type = parts.types[0];
    update->first = parts.exprs[0];
    update->second = parts.exprs[1];
    return update;
  }
  auto* scenario = builder.make<lf::Scenario>(form.form);
  scenario->scenario = static_cast<lf::ScenarioForm>(form.step);
  scenario->type = parts.types[0];
  scenario->first = parts.exprs[0];
  scenario->second = parts.exprs[1];
  return scenario;
}

lf::Expr* make_interface_form(lf::PackageBuilder& builder, ExprForm form, const Parts& parts) {
  if (form == ExprForm::kCallInterface) {
    return builder.make<lf::CallInterface>(form, parts.identifiers[0], parts.name, parts.exprs[0]);
  }
  if (lf::InterfaceQuery::has(form))
    return builder.make<lf::InterfaceQuery>(form, parts.identifiers[0], parts.exprs[0]);
  const bool is_unsafe =
      form == ExprForm::kUnsafeFromInterface || form == ExprForm::kUnsafeFromRequiredInterface;
  const lf::Expr* const contract_id = is_unsafe ? parts.exprs[0] : nullptr;
  return builder.make<lf::InterfaceConversion>(form, parts.identifiers[0], parts.identifiers[1],
                                               contract_id, parts.exprs[is_unsafe ? 1 : 0]);
}

} // namespace

Parts parts_of(const lf::Expr& expr) {
  switch (expr.form) {
  case ExprForm::kUpdate:
  case ExprForm::kScenario:
    return parts_of_step(expr);
  case ExprForm::kRecord:
  case ExprForm::kRecordProjection:
  case ExprForm::kRecordUpdate:
  case ExprForm::kVariant:
    return parts_of_record_form(expr);
  case ExprForm::kStruct:
  case ExprForm::kStructProjection:
  case ExprForm::kStructUpdate:
    return parts_of_struct_form(expr);
  default:
    break;
  }
  Parts parts;
  if (expr.form == ExprForm::kEnum) {
    parts.identifiers[0] = as<lf::EnumValue>(expr).type;
    parts.name = as<lf::EnumValue>(expr).constructor;
  } else if (expr.form == ExprForm::kCons) {
    const auto& cons = as<lf::Cons>(expr);
    parts.types[0] = cons.type;
    parts.list = cons.front;
    parts.exprs[0] = cons.tail;
  } else if (expr.form == ExprForm::kThrow) {
    const auto& thrown = as<lf::Throw>(expr);
    parts.types = {thrown.result, thrown.exception_type};
    parts.exprs[0] = thrown.exception;
  } else if (lf::Typed::has(expr.form)) {
    parts.types[0] = as<lf::Typed>(expr).type;
    parts.exprs[0] = as<lf::Typed>(expr).operand;
  } else {
    return parts_of_interface_form(expr);
  }
  return parts;
}

lf::Expr* make_expression(lf::PackageBuilder& builder, const Form& form, const Parts& parts) {
  const ExprForm kind = form.form;
  switch (kind) {
  case ExprForm::kUpdate:
  case ExprForm::kScenario:
    return make_step(builder, form, parts);
  case ExprForm::kRecord:
    return builder.make<lf::Record>(kind, parts.types[0], parts.fields);
  case ExprForm::kRecordProjection:
    return builder.make<lf::RecordProjection>(kind, parts.name, parts.types[0], parts.exprs[0]);
  case ExprForm::kRecordUpdate:
    return builder.make<lf::RecordUpdate>(kind, parts.name, parts.types[0], parts.exprs[0],
                                          parts.exprs[1]);
  case ExprForm::kVariant:
    return builder.make<lf::Variant>(kind, parts.name, parts.types[0], parts.exprs[0]);
  case ExprForm::kEnum:
    return builder.make<lf::EnumValue>(kind, parts.name, parts.identifiers[0]);
  case ExprForm::kStruct:
    return builder.make<lf::Struct>(kind, parts.fields);
  case ExprForm::kStructProjection:
    return builder.make<lf::StructProjection>(kind, parts.name, parts.exprs[0]);
  case ExprForm::kStructUpdate:
    return builder.make<lf::StructUpdate>(kind, parts.name, parts.exprs[0], parts.exprs[1]);
  case ExprForm::kCons:
    return builder.make<lf::Cons>(kind, parts.types[0], parts.list, parts.exprs[0]);
  case ExprForm::kThrow:
    return builder.make<lf::Throw>(kind, parts.types[0], parts.types[1], parts.exprs[0]);
  default:
    break;
  }
  if (lf::Typed::has(kind))
    return builder.make<lf::Typed>(kind, parts.types[0], parts.exprs[0]);
  return make_interface_form(builder, kind, parts);
}

} // namespace tenon::daml::text
