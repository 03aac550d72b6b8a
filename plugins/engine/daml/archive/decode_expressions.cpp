// Decoding: expressions.
#include <algorithm>

#include "archive/decoder.hpp"
#include "archive/messages_expressions.hpp"

namespace tenon::daml::archive {

using lf::ExprForm;
using lf::Feature;

// One form of expression on the wire: what it becomes, since when, and who reads it.
struct Decoder::ExprRow {
  std::uint16_t number;
  ExprForm form;
  std::optional<Feature> feature;
  ExprHandler handler;
};

const Decoder::ExprRow* Decoder::find_expression(std::uint16_t number) {
  using M = ExprMessage;
  using D = Decoder;
  constexpr std::nullopt_t kAlways = std::nullopt;
  static constexpr ExprRow kRows[] = {
      {M::kVariableText, ExprForm::kVariable, kAlways, &D::variable},
      {M::kValue, ExprForm::kValue, kAlways, &D::value},
      {M::kBuiltin, ExprForm::kBuiltin, kAlways, &D::builtin},
      {M::kConstant, ExprForm::kConstant, kAlways, &D::constant},
      {M::kLiteral, ExprForm::kLiteral, kAlways, &D::literal},
      {M::kRecord, ExprForm::kRecord, kAlways, &D::record},
      {M::kRecordProjection, ExprForm::kRecordProjection, kAlways, &D::record_projection},
      {M::kVariant, ExprForm::kVariant, kAlways, &D::variant},
      {M::kStruct, ExprForm::kStruct, kAlways, &D::struct_value},
      {M::kStructProjection, ExprForm::kStructProjection, kAlways, &D::struct_projection},
      {M::kApplication, ExprForm::kApplication, kAlways, &D::application},
      {M::kTypeApplication, ExprForm::kTypeApplication, kAlways, &D::type_application},
      {M::kAbstraction, ExprForm::kAbstraction, kAlways, &D::abstraction},
      {M::kTypeAbstraction, ExprForm::kTypeAbstraction, kAlways, &D::type_abstraction},
      {M::kCase, ExprForm::kCase, kAlways, &D::match},
      {M::kLet, ExprForm::kLet, kAlways, &D::let},
      {M::kNil, ExprForm::kNil, kAlways, &D::nothing},
      {M::kCons, ExprForm::kCons, kAlways, &D::cons},
      {M::kUpdate, ExprForm::kUpdate, kAlways, &D::update},
      {M::kScenario, ExprForm::kScenario, kAlways, &D::scenario},
      {M::kRecordUpdate, ExprForm::kRecordUpdate, kAlways, &D::record_update},
      {M::kStructUpdate, ExprForm::kStructUpdate, kAlways, &D::struct_update},
      {M::kNone, ExprForm::kNone, kAlways, &D::nothing},
      {M::kSome, ExprForm::kSome, kAlways, &D::typed},
      {M::kEnum, ExprForm::kEnum, kAlways, &D::enum_value},
      {M::kVariable, ExprForm::kVariable, kAlways, &D::variable},
      {M::kToAny, ExprForm::kToAny, Feature::kAny, &D::typed},
      {M::kFromAny, ExprForm::kFromAny, Feature::kAny, &D::typed},
      {M::kTypeRep, ExprForm::kTypeRep, Feature::kTypeRep, &D::type_rep},
      {M::kToAnyException, ExprForm::kToAnyException, Feature::kExceptions, &D::typed},
      {M::kFromAnyException, ExprForm::kFromAnyException, Feature::kExceptions, &D::typed},
      {M::kThrow, ExprForm::kThrow, Feature::kExceptions, &D::throw_exception},
      {M::kToInterface, ExprForm::kToInterface, Feature::kInterfaces, &D::conversion},
      {M::kFromInterface, ExprForm::kFromInterface, Feature::kInterfaces, &D::conversion},
      {M::kCallInterface, ExprForm::kCallInterface, Feature::kInterfaces, &D::call_interface},
      {M::kSignatoryInterface, ExprForm::kSignatoryInterface, Feature::kInterfaces,
       &D::interface_query},
      {M::kObserverInterface, ExprForm::kObserverInterface, Feature::kInterfaces,
       &D::interface_query},
      {M::kViewInterface, ExprForm::kViewInterface, Feature::kInterfaces, &D::interface_query},
      {M::kUnsafeFromInterface, ExprForm::kUnsafeFromInterface, Feature::kInterfaces,
       &D::unsafe_conversion},
      {M::kInterfaceTypeRep, ExprForm::kInterfaceTypeRep, Feature::kInterfaces,
       &D::interface_query},
      {M::kToRequiredInterface, ExprForm::kToRequiredInterface, Feature::kInterfaces,
       &D::conversion},
      {M::kFromRequiredInterface, ExprForm::kFromRequiredInterface, Feature::kInterfaces,
       &D::conversion},
      {M::kUnsafeFromRequiredInterface, ExprForm::kUnsafeFromRequiredInterface,
       Feature::kInterfaces, &D::unsafe_conversion},
  };
  const auto* found = std::lower_bound(
      std::begin(kRows), std::end(kRows), number,
      [](const ExprRow& row, std::uint16_t wanted) { return row.number < wanted; });
  return found == std::end(kRows) || found->number != number ? nullptr : found;
}

Result<const lf::Expr*> Decoder::expression(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  return expression(bytes);
}

Result<const lf::Expr*> Decoder::expression(BytesView bytes) {
  FieldsOf<ExprMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[ExprMessage::kSum];
  const ExprRow* row = find_expression(sum.number());
  if (row == nullptr)
    return reader_.require(sum).status(); // every number of the schema has a row
  if (row->feature && !supports(*row->feature))
    return unsupported(sum, *row->feature);
  TENON_ASSIGN_OR_RETURN(lf::Expr * result, (this->*row->handler)(sum, row->form));
  TENON_ASSIGN_OR_RETURN(result->location, location(fields[ExprMessage::kLocation]));
  return static_cast<const lf::Expr*>(result);
}

Decoder::ExprResult Decoder::variable(const Place& sum, ExprForm form) {
  TENON_ASSIGN_OR_RETURN(const lf::Name variable, name(sum));
  return builder_->make<lf::Variable>(form, variable);
}

Decoder::ExprResult Decoder::value(const Place& sum, ExprForm form) {
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId identifier, value_name(sum));
  return builder_->make<lf::ValueReference>(form, identifier);
}

Decoder::ExprResult Decoder::builtin(const Place& sum, ExprForm form) {
  const lf::BuiltinInfo* info = lf::find_builtin(sum.value());
  if (info == nullptr) {
    return reader_.unexpected(sum, "the code of a built-in function", std::to_string(sum.value()));
  }
  if (!info->legal_in(builder_->version())) {
    return reader_.unexpected(sum,
                              std::string(info->name) + " in versions " + to_string(info->first) +
                                  " to " + to_string(info->last) + " only",
                              "it in " + to_string(builder_->version()));
  }
  return builder_->make<lf::BuiltinFunction>(form, info->builtin);
}

Result<lf::Constant> Decoder::constant_code(const Place& place) {
  if (place.value() > static_cast<std::uint64_t>(lf::Constant::kTrue))
    return reader_.unexpected(place, "0, 1 or 2", std::to_string(place.value()));
  return static_cast<lf::Constant>(place.value());
}

Decoder::ExprResult Decoder::constant(const Place& sum, ExprForm form) {
  TENON_ASSIGN_OR_RETURN(const lf::Constant constant, constant_code(sum));
  return builder_->make<lf::ConstantValue>(form, constant);
}

Status Decoder::field_values(const Place& place, std::vector<lf::FieldExpr>& values) {
  values.reserve(place.count());
  return place.each([&](BytesView bytes) -> Status {
    FieldsOf<FieldExprMessage> fields(reader_);
    TENON_RETURN_IF_ERROR(fields.read(bytes));
    lf::FieldExpr& result = values.emplace_back();
    TENON_ASSIGN_OR_RETURN(result.name, name(fields[FieldExprMessage::kName]));
    TENON_ASSIGN_OR_RETURN(result.value, expression(fields[FieldExprMessage::kValue]));
    return {};
  });
}

Status Decoder::expressions(const Place& place, std::vector<const lf::Expr*>& items) {
  TENON_RETURN_IF_ERROR(not_empty(place));
  items.reserve(place.count());
  return place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(items.emplace_back(), expression(bytes));
    return {};
  });
}

Decoder::ExprResult Decoder::record(const Place& sum, ExprForm form) {
  FieldsOf<RecordMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* type, constructed_type(fields[RecordMessage::kType]));
  std::vector<lf::FieldExpr> values;
  TENON_RETURN_IF_ERROR(field_values(fields[RecordMessage::kValues], values));
  return builder_->make<lf::Record>(form, type, builder_->list(values));
}

Decoder::ExprResult Decoder::record_projection(const Place& sum, ExprForm form) {
  using M = RecordProjectionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* type, constructed_type(fields[M::kType]));
  TENON_ASSIGN_OR_RETURN(const lf::Name field, name(fields[M::kField]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* record, expression(fields[M::kRecord]));
  return builder_->make<lf::RecordProjection>(form, field, type, record);
}

Decoder::ExprResult Decoder::record_update(const Place& sum, ExprForm form) {
  using M = RecordUpdateMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* type, constructed_type(fields[M::kType]));
  TENON_ASSIGN_OR_RETURN(const lf::Name field, name(fields[M::kField]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* record, expression(fields[M::kRecord]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* value, expression(fields[M::kValue]));
  return builder_->make<lf::RecordUpdate>(form, field, type, record, value);
}

Decoder::ExprResult Decoder::variant(const Place& sum, ExprForm form) {
  using M = VariantMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* type, constructed_type(fields[M::kType]));
  TENON_ASSIGN_OR_RETURN(const lf::Name constructor, name(fields[M::kConstructor]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* argument, expression(fields[M::kArgument]));
  return builder_->make<lf::Variant>(form, constructor, type, argument);
}

Decoder::ExprResult Decoder::enum_value(const Place& sum, ExprForm form) {
  using M = EnumMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId type, type_name(fields[M::kType]));
  TENON_ASSIGN_OR_RETURN(const lf::Name constructor, name(fields[M::kConstructor]));
  return builder_->make<lf::EnumValue>(form, constructor, type);
}

Decoder::ExprResult Decoder::struct_value(const Place& sum, ExprForm form) {
  FieldsOf<StructMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  std::vector<lf::FieldExpr> values;
  TENON_RETURN_IF_ERROR(field_values(fields[StructMessage::kValues], values));
  return builder_->make<lf::Struct>(form, builder_->list(values));
}

Decoder::ExprResult Decoder::struct_projection(const Place& sum, ExprForm form) {
  using M = StructProjectionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Name field, name(fields[M::kField]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* record, expression(fields[M::kRecord]));
  return builder_->make<lf::StructProjection>(form, field, record);
}

Decoder::ExprResult Decoder::struct_update(const Place& sum, ExprForm form) {
  using M = StructUpdateMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Name field, name(fields[M::kField]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* record, expression(fields[M::kRecord]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* value, expression(fields[M::kValue]));
  return builder_->make<lf::StructUpdate>(form, field, record, value);
}

Decoder::ExprResult Decoder::application(const Place& sum, ExprForm form) {
  using M = ApplicationMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* function, expression(fields[M::kFunction]));
  std::vector<const lf::Expr*> arguments;
  TENON_RETURN_IF_ERROR(expressions(fields[M::kArguments], arguments));
  return builder_->make<lf::Application>(form, function, builder_->list(arguments));
}

Decoder::ExprResult Decoder::type_application(const Place& sum, ExprForm form) {
  using M = TypeApplicationMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* function, expression(fields[M::kFunction]));
  TENON_RETURN_IF_ERROR(not_empty(fields[M::kArguments]));
  std::vector<const lf::Type*> arguments;
  arguments.reserve(fields[M::kArguments].count());
  TENON_RETURN_IF_ERROR(fields[M::kArguments].each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(arguments.emplace_back(), type(bytes));
    return {};
  }));
  return builder_->make<lf::TypeApplication>(form, function, builder_->list(arguments));
}

Decoder::ExprResult Decoder::abstraction(const Place& sum, ExprForm form) {
  using M = AbstractionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_RETURN_IF_ERROR(not_empty(fields[M::kParameters]));
  std::vector<lf::Binder> parameters;
  parameters.reserve(fields[M::kParameters].count());
  TENON_RETURN_IF_ERROR(fields[M::kParameters].each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(parameters.emplace_back(), binder(bytes));
    return {};
  }));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* body, expression(fields[M::kBody]));
  return builder_->make<lf::Abstraction>(form, builder_->list(parameters), body);
}

Decoder::ExprResult Decoder::type_abstraction(const Place& sum, ExprForm form) {
  using M = AbstractionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_RETURN_IF_ERROR(not_empty(fields[M::kParameters]));
  std::vector<lf::TypeParameter> parameters;
  TENON_RETURN_IF_ERROR(type_parameters(fields[M::kParameters], parameters));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* body, expression(fields[M::kBody]));
  return builder_->make<lf::TypeAbstraction>(form, builder_->list(parameters), body);
}

Status Decoder::bindings(const Place& place, std::vector<lf::Binding>& items) {
  items.reserve(place.count());
  return place.each([&](BytesView bytes) -> Status {
    FieldsOf<BindingMessage> fields(reader_);
    TENON_RETURN_IF_ERROR(fields.read(bytes));
    lf::Binding& result = items.emplace_back();
    TENON_ASSIGN_OR_RETURN(result.binder, binder(fields[BindingMessage::kBinder]));
    TENON_ASSIGN_OR_RETURN(result.value, expression(fields[BindingMessage::kValue]));
    return {};
  });
}

Decoder::ExprResult Decoder::let(const Place& sum, ExprForm form) {
  FieldsOf<BlockMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_RETURN_IF_ERROR(not_empty(fields[BlockMessage::kBindings]));
  std::vector<lf::Binding> items;
  TENON_RETURN_IF_ERROR(bindings(fields[BlockMessage::kBindings], items));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* body, expression(fields[BlockMessage::kBody]));
  return builder_->make<lf::Let>(form, builder_->list(items), body);
}

Decoder::ExprResult Decoder::nothing(const Place& sum, ExprForm form) {
  FieldsOf<TypeOnlyMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* element, type(fields[TypeOnlyMessage::kType]));
  return builder_->make<lf::Typed>(form, element, nullptr);
}

Decoder::ExprResult Decoder::cons(const Place& sum, ExprForm form) {
  FieldsOf<ConsMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* element, type(fields[ConsMessage::kType]));
  std::vector<const lf::Expr*> front;
  TENON_RETURN_IF_ERROR(expressions(fields[ConsMessage::kFront], front));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* tail, expression(fields[ConsMessage::kTail]));
  return builder_->make<lf::Cons>(form, element, builder_->list(front), tail);
}

Decoder::ExprResult Decoder::type_rep(const Place& sum, ExprForm form) {
  TENON_ASSIGN_OR_RETURN(const lf::Type* represented, type(sum));
  return builder_->make<lf::Typed>(form, represented, nullptr);
}

Decoder::ExprResult Decoder::typed(const Place& sum, ExprForm form) {
  FieldsOf<TypedMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* of, type(fields[TypedMessage::kType]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* operand, expression(fields[TypedMessage::kOperand]));
  return builder_->make<lf::Typed>(form, of, operand);
}

Decoder::ExprResult Decoder::throw_exception(const Place& sum, ExprForm form) {
  using M = ThrowMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Type* result, type(fields[M::kResult]));
  TENON_ASSIGN_OR_RETURN(const lf::Type* exception_type, type(fields[M::kExceptionType]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* exception, expression(fields[M::kException]));
  return builder_->make<lf::Throw>(form, result, exception_type, exception);
}

Decoder::ExprResult Decoder::conversion(const Place& sum, ExprForm form) {
  using M = ConversionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId interface, type_name(fields[M::kInterface]));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId specific, type_name(fields[M::kSpecific]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* operand, expression(fields[M::kOperand]));
  return builder_->make<lf::InterfaceConversion>(form, interface, specific, nullptr, operand);
}

Decoder::ExprResult Decoder::unsafe_conversion(const Place& sum, ExprForm form) {
  using M = UnsafeConversionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId interface, type_name(fields[M::kInterface]));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId specific, type_name(fields[M::kSpecific]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* contract_id, expression(fields[M::kContractId]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* operand, expression(fields[M::kOperand]));
  return builder_->make<lf::InterfaceConversion>(form, interface, specific, contract_id, operand);
}

Decoder::ExprResult Decoder::call_interface(const Place& sum, ExprForm form) {
  using M = CallInterfaceMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId interface, type_name(fields[M::kInterface]));
  TENON_ASSIGN_OR_RETURN(const lf::Name method, table_name(fields[M::kMethod]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* operand, expression(fields[M::kOperand]));
  return builder_->make<lf::CallInterface>(form, interface, method, operand);
}

Decoder::ExprResult Decoder::interface_query(const Place& sum, ExprForm form) {
  using M = TargetMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId interface, type_name(fields[M::kTarget]));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* operand, expression(fields[M::kOperand]));
  return builder_->make<lf::InterfaceQuery>(form, interface, operand);
}

} // namespace tenon::daml::archive
