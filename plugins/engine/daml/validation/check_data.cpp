// Expressions: records, variants, enums, structs.
#include <algorithm>

#include "validation/expression_checker.hpp"

namespace tenon::daml::validation {

using lf::DataForm;

namespace {

std::string_view form_text(DataForm form) {
  switch (form) {
  case DataForm::kRecord:
    return "a record";
  case DataForm::kVariant:
    return "a variant";
  case DataForm::kEnum:
    return "an enum";
  case DataForm::kInterface:
    break;
  }
  return "an interface";
}

} // namespace

Result<ExpressionChecker::Data> ExpressionChecker::read_data(const lf::Type& type, DataForm form,
                                                             Rule rule) {
  TENON_ASSIGN_OR_RETURN(const CachedType read_type, reader_.read(world_.own(), scope_, type));
  if (type.form != lf::TypeForm::kConstructor)
    return site_.refuse(rule, form_text(form), show(read_type.node));
  Data data{world_.own().find(type.identifier()), read_type.node};
  const lf::DataType& definition = *data.entity->data_type();
  if (definition.form != form) {
    return site_.refuse(rule, form_text(form),
                        show(data.type) + ", which is " + std::string(form_text(definition.form)));
  }
  if (data.type->kind != store_.star()) {
    return site_.refuse(Rule::kDataArity,
                        std::to_string(definition.parameters.size()) + " for " +
                            world_.to_string(*data.entity),
                        std::to_string(data.type->parts.size()));
  }
  TENON_RETURN_IF_ERROR(reader_.read_fields(*data.entity));
  return data;
}

ExpressionChecker::TypeResult ExpressionChecker::field_type(const Data& data, std::size_t place) {
  return made(store_.instantiate(data.entity->fields[place].type, data.type->parts));
}

ExpressionChecker::TypeResult ExpressionChecker::record(const lf::Record& expr) {
  TENON_ASSIGN_OR_RETURN(const Data data,
                         read_data(*expr.type, DataForm::kRecord, Rule::kRecordType));
  const std::vector<DataField>& fields = data.entity->fields;
  if (expr.fields.size() != fields.size()) {
    return site_.refuse(Rule::kRecordFields,
                        std::to_string(fields.size()) + " of " + world_.to_string(*data.entity),
                        std::to_string(expr.fields.size()));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (world_.own().name(expr.fields[i].name) != fields[i].name) {
      return site_.refuse(Rule::kRecordFields,
                          std::string(world_.text(fields[i].name)) + " as number " +
                              std::to_string(i + 1) + " of " + world_.to_string(*data.entity),
                          text(expr.fields[i].name));
    }
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, field_type(data, i));
    TENON_RETURN_IF_ERROR(check(*expr.fields[i].value, type, Rule::kRecordField));
  }
  return data.type;
}

ExpressionChecker::TypeResult
ExpressionChecker::record_projection(const lf::RecordProjection& expr) {
  TENON_ASSIGN_OR_RETURN(const Data data,
                         read_data(*expr.type, DataForm::kRecord, Rule::kRecordType));
  const auto place = data.entity->field_index.find(world_.own().name(expr.field));
  if (!place) {
    return site_.refuse(Rule::kProjectionField, "a field of " + world_.to_string(*data.entity),
                        text(expr.field));
  }
  TENON_RETURN_IF_ERROR(check(*expr.record, data.type, Rule::kProjectionRecord));
  return field_type(data, *place);
}

ExpressionChecker::TypeResult ExpressionChecker::record_update(const lf::RecordUpdate& expr) {
  TENON_ASSIGN_OR_RETURN(const Data data,
                         read_data(*expr.type, DataForm::kRecord, Rule::kRecordType));
  const auto place = data.entity->field_index.find(world_.own().name(expr.field));
  if (!place) {
    return site_.refuse(Rule::kUpdateField, "a field of " + world_.to_string(*data.entity),
                        text(expr.field));
  }
  TENON_RETURN_IF_ERROR(check(*expr.record, data.type, Rule::kUpdateRecord));
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, field_type(data, *place));
  TENON_RETURN_IF_ERROR(check(*expr.value, type, Rule::kUpdateValue));
  return data.type;
}

ExpressionChecker::TypeResult ExpressionChecker::variant(const lf::Variant& expr) {
  TENON_ASSIGN_OR_RETURN(const Data data,
                         read_data(*expr.type, DataForm::kVariant, Rule::kVariantType));
  const auto place = data.entity->field_index.find(world_.own().name(expr.constructor));
  if (!place) {
    return site_.refuse(Rule::kVariantConstructor, "one of " + world_.to_string(*data.entity),
                        text(expr.constructor));
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, field_type(data, *place));
  TENON_RETURN_IF_ERROR(check(*expr.argument, type, Rule::kVariantArgument));
  return data.type;
}

ExpressionChecker::TypeResult ExpressionChecker::enum_value(const lf::EnumValue& expr) {
  Entity* entity = world_.own().find(expr.type);
  if (entity == nullptr || entity->data_type() == nullptr ||
      entity->data_type()->form != DataForm::kEnum)
    return site_.refuse(Rule::kEnumType, "an enum", text(expr.type));
  TENON_RETURN_IF_ERROR(reader_.read_fields(*entity));
  if (!entity->field_index.find(world_.own().name(expr.constructor))) {
    return site_.refuse(Rule::kEnumConstructor, "one of " + world_.to_string(*entity),
                        text(expr.constructor));
  }
  return reader_.ledger_type(*entity);
}

ExpressionChecker::TypeResult ExpressionChecker::structure(const lf::Struct& expr) {
  std::vector<std::pair<NameId, const TypeNode*>> fields;
  fields.reserve(expr.fields.size());
  for (const lf::FieldExpr& field : expr.fields) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* type, infer(*field.value));
    fields.emplace_back(world_.own().name(field.name), type);
  }
  std::vector<NameId> names;
  for (const auto& field : fields)
    names.push_back(field.first);
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
    return site_.refuse(Rule::kStructFieldTwice, "each name once",
                        std::string(world_.text(*twice)) + " twice");
  }
  return made(store_.structure(fields));
}

Result<std::size_t> ExpressionChecker::struct_field(const TypeNode* type, lf::Name field) {
  if (type->form != NodeForm::kStruct)
    return site_.refuse(Rule::kStructType, "a struct", show(type));
  const NameId name = world_.own().name(field);
  const auto found = std::lower_bound(type->fields.begin(), type->fields.end(), name);
  if (found == type->fields.end() || *found != name)
    return site_.refuse(Rule::kStructField, "a field of " + show(type), text(field));
  return static_cast<std::size_t>(found - type->fields.begin());
}

ExpressionChecker::TypeResult
ExpressionChecker::struct_projection(const lf::StructProjection& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, infer(*expr.record));
  TENON_ASSIGN_OR_RETURN(const std::size_t place, struct_field(type, expr.field));
  return type->parts[place];
}

ExpressionChecker::TypeResult ExpressionChecker::struct_update(const lf::StructUpdate& expr) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, infer(*expr.record));
  TENON_ASSIGN_OR_RETURN(const std::size_t place, struct_field(type, expr.field));
  TENON_RETURN_IF_ERROR(check(*expr.value, type->parts[place], Rule::kStructValue));
  return type;
}

} // namespace tenon::daml::validation
