// Records, variants, lists and the like; conversions between templates and interfaces.
#include <algorithm>

#include "interpreter/operations.hpp"
#include "interpreter/translator.hpp"

namespace tenon::daml::interpreter {

using lf::as;
using lf::ExprForm;
namespace op = operations;

Result<const DataCode*> Translator::data(lf::IdentifierId id) {
  TENON_ASSIGN_OR_RETURN(Slot * slot, code_.slot(id));
  TENON_ASSIGN_OR_RETURN(const DataCode* data, PackageCode::data(*slot));
  if (data->index.size() > kMaxRegisters) {
    return resource_exhausted(source_.to_string(id) + ": expected at most " +
                              std::to_string(kMaxRegisters) + " fields or constructors, found " +
                              std::to_string(data->index.size()));
  }
  return data;
}

Result<std::uint32_t> Translator::member_index(lf::IdentifierId type, lf::Name member) {
  TENON_ASSIGN_OR_RETURN(const DataCode* code, data(type));
  const auto found = code->index.find(source_.text(member));
  if (found == code->index.end()) {
    return not_found(source_.to_string(type) + ": expected a field or constructor \"" +
                     text(member) + "\", found none");
  }
  return found->second;
}

Result<const TemplateCode*> Translator::contract(lf::IdentifierId id) {
  TENON_ASSIGN_OR_RETURN(Slot * slot, code_.slot(id));
  TENON_ASSIGN_OR_RETURN(const TemplateCode* found, PackageCode::contract(*slot));
  return found;
}

Result<const InterfaceCode*> Translator::interface(lf::IdentifierId id) {
  TENON_ASSIGN_OR_RETURN(Slot * slot, code_.slot(id));
  TENON_ASSIGN_OR_RETURN(const InterfaceCode* found, PackageCode::interface(*slot));
  return found;
}

Status Translator::emit_data(const lf::Expr& expression, Destination to) {
  switch (expression.form) {
  case ExprForm::kRecord:
    return emit_record(as<lf::Record>(expression), to);
  case ExprForm::kRecordProjection: {
    const auto& projection = as<lf::RecordProjection>(expression);
    TENON_ASSIGN_OR_RETURN(const std::uint32_t index,
                           member_index(projection.type->identifier(), projection.field));
    TENON_ASSIGN_OR_RETURN(const Register record, operand(*projection.record));
    const Register held = place(to);
    scope_->add(op::get_field, reg(held), reg(record), number(index));
    settle(to, held);
    return {};
  }
  case ExprForm::kRecordUpdate:
    return emit_record_update(expression, to);
  case ExprForm::kVariant:
    return emit_variant(as<lf::Variant>(expression), to);
  case ExprForm::kEnum:
    return emit_enum(as<lf::EnumValue>(expression), to);
  case ExprForm::kStruct:
    return emit_struct(as<lf::Struct>(expression), to);
  case ExprForm::kStructProjection: {
    const auto& projection = as<lf::StructProjection>(expression);
    TENON_ASSIGN_OR_RETURN(const Register record, operand(*projection.record));
    const Register held = place(to);
    scope_->add(op::get_struct_field, reg(held), reg(record));
    scope_->add_numbers(field_name(projection.field).index);
    settle(to, held);
    return {};
  }
  case ExprForm::kStructUpdate: {
    const auto& update = as<lf::StructUpdate>(expression);
    TENON_ASSIGN_OR_RETURN(const Register record, operand(*update.record));
    TENON_ASSIGN_OR_RETURN(const Register value, operand(*update.value));
    const Register held = place(to);
    scope_->add(op::set_struct_field, reg(held), reg(record), reg(value));
    scope_->add_numbers(field_name(update.field).index);
    settle(to, held);
    return {};
  }
  case ExprForm::kCons:
    return emit_cons(as<lf::Cons>(expression), to);
  case ExprForm::kThrow: {
    const auto& thrown = as<lf::Throw>(expression);
    TENON_ASSIGN_OR_RETURN(const RuntimeType* type, code_.close(*thrown.exception_type));
    TENON_ASSIGN_OR_RETURN(const Register exception, operand(*thrown.exception));
    const Register held = scope_->allocate();
    scope_->add(op::to_any, reg(held), reg(exception));
    scope_->add_pointers(type);
    scope_->add(op::throw_any, {}, reg(held));
    return {};
  }
  default:
    return emit_typed(as<lf::Typed>(expression), to);
  }
}

Status Translator::emit_record(const lf::Record& record, Destination to) {
  TENON_ASSIGN_OR_RETURN(const DataCode* code, data(record.type->identifier()));
  if (code->source->form != lf::DataForm::kRecord ||
      code->source->fields.size() != record.fields.size()) {
    return invalid_argument(source_.to_string(record.type->identifier()) +
                            ": expected a record of " + std::to_string(record.fields.size()) +
                            " fields, found another type");
  }
  constexpr Register kMissing = 0xffff;
  std::vector<Register> registers(record.fields.size(), kMissing);
  for (const lf::FieldExpr& field : record.fields) {
    TENON_ASSIGN_OR_RETURN(const std::uint32_t index,
                           member_index(record.type->identifier(), field.name));
    TENON_ASSIGN_OR_RETURN(registers[index], operand(*field.value));
  }
  if (std::find(registers.begin(), registers.end(), kMissing) != registers.end())
    return invalid_argument("expected each field of a record once, found one twice");
  const Register held = place(to);
  scope_->add(op::make_record, reg(held), number(registers.size()));
  scope_->add_registers(registers);
  settle(to, held);
  return {};
}

// Updates of updates are one: what is updated, then the new values from the inside out.
Status Translator::emit_record_update(const lf::Expr& expression, Destination to) {
  std::vector<const lf::RecordUpdate*> updates;
  const lf::Expr* record = &expression;
  while (record->form == ExprForm::kRecordUpdate) {
    updates.push_back(&as<lf::RecordUpdate>(*record));
    record = updates.back()->record;
  }
  std::reverse(updates.begin(), updates.end());
  TENON_ASSIGN_OR_RETURN(const Register updated, operand(*record));
  std::vector<Operand> operands;
  for (const lf::RecordUpdate* update : updates) {
    TENON_ASSIGN_OR_RETURN(const std::uint32_t index,
                           member_index(update->type->identifier(), update->field));
    TENON_ASSIGN_OR_RETURN(const Register value, operand(*update->value));
    operands.push_back(number(index));
    operands.push_back(reg(value));
  }
  const Register held = place(to);
  scope_->add(op::set_fields, reg(held), reg(updated), number(updates.size()));
  scope_->add_operands(operands);
  settle(to, held);
  return {};
}

Status Translator::emit_struct(const lf::Struct& record, Destination to) {
  std::vector<FieldName> names;
  for (const lf::FieldExpr& field : record.fields)
    names.push_back(field_name(field.name));
  const StructShape& shape = store_.types().shape(names);
  if (std::adjacent_find(shape.names.begin(), shape.names.end()) != shape.names.end())
    return invalid_argument("expected each field of a struct once, found one twice");
  std::vector<Register> registers(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    TENON_ASSIGN_OR_RETURN(registers[shape.find(names[i])], operand(*record.fields[i].value));
  }
  const Register held = place(to);
  scope_->add(op::make_struct, reg(held), number(registers.size()));
  scope_->add_pointers(&shape);
  scope_->add_registers(registers);
  settle(to, held);
  return {};
}

Status Translator::emit_variant(const lf::Variant& variant, Destination to) {
  TENON_ASSIGN_OR_RETURN(const std::uint32_t rank,
                         member_index(variant.type->identifier(), variant.constructor));
  TENON_ASSIGN_OR_RETURN(const Register argument, operand(*variant.argument));
  const Register held = place(to);
  scope_->add(op::make_variant, reg(held), reg(argument));
  scope_->add_numbers(rank);
  settle(to, held);
  return {};
}

Status Translator::emit_enum(const lf::EnumValue& value, Destination to) {
  TENON_ASSIGN_OR_RETURN(const std::uint32_t rank, member_index(value.type, value.constructor));
  emit_word(enum_word(rank), to);
  return {};
}

Status Translator::emit_cons(const lf::Cons& cons, Destination to) {
  std::vector<Register> front;
  for (const lf::Expr* item : cons.front) {
    TENON_ASSIGN_OR_RETURN(front.emplace_back(), operand(*item));
  }
  TENON_ASSIGN_OR_RETURN(const Register tail, operand(*cons.tail));
  const Register held = place(to);
  if (front.size() == 1) {
    scope_->add(op::make_cons, reg(held), reg(front[0]), reg(tail));
  } else {
    scope_->add(op::make_list, reg(held), number(front.size()), reg(tail));
    scope_->add_registers(front);
  }
  settle(to, held);
  return {};
}

Status Translator::emit_unary(Handler handler, const lf::Expr& operand_of, const void* first,
                              const void* second, Destination to, bool calls) {
  TENON_ASSIGN_OR_RETURN(const Register value, operand(operand_of));
  const Register held = place(to);
  scope_->add(handler, reg(held), reg(value), calls ? reg(scope_->free_register()) : Operand());
  if (first != nullptr || second != nullptr)
    scope_->add_pointers(first, second);
  settle(to, held);
  return {};
}

Status Translator::emit_typed(const lf::Typed& typed, Destination to) {
  switch (typed.form) {
  case ExprForm::kNil:
    emit_word(list_word(nullptr), to);
    return {};
  case ExprForm::kNone:
    emit_word(none_word(), to);
    return {};
  case ExprForm::kSome:
    return emit_unary(op::make_some, *typed.operand, nullptr, nullptr, to);
  default:
    break;
  }
  TENON_ASSIGN_OR_RETURN(const RuntimeType* type, code_.close(*typed.type));
  switch (typed.form) {
  case ExprForm::kTypeRep:
    emit_word(type_word(type), to);
    return {};
  case ExprForm::kToAny:
  case ExprForm::kToAnyException:
    return emit_unary(op::to_any, *typed.operand, type, nullptr, to);
  default:
    return emit_unary(op::from_any, *typed.operand, type, nullptr, to);
  }
}

Status Translator::emit_conversion(const lf::InterfaceConversion& conversion, Destination to) {
  const bool between_interfaces = conversion.form >= ExprForm::kToRequiredInterface;
  const void* specific = nullptr;
  if (between_interfaces) {
    TENON_ASSIGN_OR_RETURN(specific, interface(conversion.specific));
  } else {
    TENON_ASSIGN_OR_RETURN(specific, contract(conversion.specific));
  }
  switch (conversion.form) {
  case ExprForm::kToInterface:
    return emit_unary(op::to_interface, *conversion.operand, specific, nullptr, to);
  case ExprForm::kFromInterface:
    return emit_unary(op::from_interface, *conversion.operand, specific, nullptr, to);
  case ExprForm::kToRequiredInterface:
    return emit(*conversion.operand, to);
  case ExprForm::kFromRequiredInterface:
    return emit_unary(op::from_required, *conversion.operand, specific, nullptr, to);
  default:
    break;
  }
  TENON_ASSIGN_OR_RETURN(const InterfaceCode* general, interface(conversion.interface));
  TENON_ASSIGN_OR_RETURN(const Register contract_id, operand(*conversion.contract_id));
  TENON_ASSIGN_OR_RETURN(const Register value, operand(*conversion.operand));
  const Register held = place(to);
  scope_->add(between_interfaces ? op::unsafe_from_required : op::unsafe_from_interface, reg(held),
              reg(contract_id), reg(value));
  scope_->add_pointers(specific, general);
  settle(to, held);
  return {};
}

Status Translator::emit_interface(const lf::Expr& expression, Destination to) {
  if (lf::InterfaceConversion::has(expression.form))
    return emit_conversion(as<lf::InterfaceConversion>(expression), to);
  if (expression.form == ExprForm::kCallInterface) {
    const auto& call = as<lf::CallInterface>(expression);
    TENON_ASSIGN_OR_RETURN(const InterfaceCode* code, interface(call.interface));
    TENON_ASSIGN_OR_RETURN(const Register value, operand(*call.operand));
    const Register held = place(to);
    scope_->add(op::call_method, reg(held), reg(value), reg(scope_->free_register()));
    scope_->add_pointers(code);
    scope_->add_numbers(field_name(call.method).index);
    settle(to, held);
    return {};
  }
  const auto& query = as<lf::InterfaceQuery>(expression);
  TENON_ASSIGN_OR_RETURN(const InterfaceCode* code, interface(query.interface));
  switch (expression.form) {
  case ExprForm::kViewInterface:
    return emit_unary(op::call_view, *query.operand, code, nullptr, to, true);
  case ExprForm::kSignatoryInterface:
    return emit_unary(op::call_signatories, *query.operand, nullptr, nullptr, to, true);
  case ExprForm::kObserverInterface:
    return emit_unary(op::call_observers, *query.operand, nullptr, nullptr, to, true);
  default:
    return emit_unary(op::interface_type_rep, *query.operand, nullptr, nullptr, to);
  }
}

} // namespace tenon::daml::interpreter
