// Decoding: kinds and types.
#include "archive/decoder.hpp"
#include "archive/messages_types.hpp"
#include "lf/type_features.hpp"

namespace tenon::daml::archive {

using lf::Feature;

Result<const lf::Kind*> Decoder::kind(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  return kind(bytes);
}

Result<const lf::Kind*> Decoder::kind(BytesView bytes) {
  FieldsOf<KindMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[KindMessage::kSum];
  switch (sum.number()) {
  case KindMessage::kStar:
    TENON_RETURN_IF_ERROR(unit(sum));
    return lf::PackageBuilder::star();
  case KindMessage::kNat:
    TENON_RETURN_IF_ERROR(only_with(sum, Feature::kNumeric));
    TENON_RETURN_IF_ERROR(unit(sum));
    return lf::PackageBuilder::nat();
  case KindMessage::kArrow:
    return arrow(sum.bytes());
  default:
    return reader_.require(sum).status();
  }
}

Result<const lf::Kind*> Decoder::arrow(BytesView bytes) {
  FieldsOf<KindArrowMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place place = fields[KindArrowMessage::kParameters];
  TENON_RETURN_IF_ERROR(not_empty(place));
  std::vector<const lf::Kind*> parameters;
  TENON_RETURN_IF_ERROR(place.each([&](BytesView part) -> Status {
    TENON_ASSIGN_OR_RETURN(parameters.emplace_back(), kind(part));
    return {};
  }));
  TENON_ASSIGN_OR_RETURN(const lf::Kind* result, kind(fields[KindArrowMessage::kResult]));
  return builder_->arrow(parameters, result);
}

Result<lf::TypeParameter> Decoder::type_parameter(BytesView bytes) {
  FieldsOf<TypeParameterMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::TypeParameter result;
  TENON_ASSIGN_OR_RETURN(result.name, name(fields[TypeParameterMessage::kName]));
  TENON_ASSIGN_OR_RETURN(result.kind, kind(fields[TypeParameterMessage::kKind]));
  return result;
}

Status Decoder::type_parameters(const Place& place, std::vector<lf::TypeParameter>& parameters) {
  parameters.reserve(place.count());
  return place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(parameters.emplace_back(), type_parameter(bytes));
    return {};
  });
}

Result<const lf::Type*> Decoder::type(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  return type(bytes);
}

Result<const lf::Type*> Decoder::type(BytesView bytes) {
  if (!supports(Feature::kInternedTypes))
    return inner_type(bytes);
  FieldsOf<TypeMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[TypeMessage::kSum];
  if (sum.number() == TypeMessage::kInterned)
    return table_type(sum);
  TENON_RETURN_IF_ERROR(reader_.require(sum).status());
  return reader_.unexpected(
      sum, "an entry of the type table in version " + to_string(builder_->version()),
      "a type written out");
}

Result<const lf::Type*> Decoder::inner_type(BytesView bytes) {
  FieldsOf<TypeMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[TypeMessage::kSum];
  if (sum.number() == TypeMessage::kInterned)
    return table_type(sum);
  TypeParts parts;
  TENON_RETURN_IF_ERROR(describe(sum, parts));
  return builder_->type(parts.type);
}

// Entries refer to earlier ones only.
Result<const lf::Type*> Decoder::table_type(const Place& place) {
  TENON_RETURN_IF_ERROR(only_with(place, Feature::kInternedTypes));
  const std::uint32_t count = builder_->package().wire_form().types;
  if (place.index() >= count) {
    return reader_.unexpected(
        place, "one of the first " + std::to_string(count) + " entries of the type table",
        std::to_string(place.index()));
  }
  return builder_->package().types()[place.index()];
}

Status Decoder::add_table_type(BytesView bytes) {
  FieldsOf<TypeMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[TypeMessage::kSum];
  if (sum.number() == TypeMessage::kInterned) {
    TENON_ASSIGN_OR_RETURN(const lf::Type* target, table_type(sum));
    return builder_->add_type_alias(target->id);
  }
  TypeParts parts;
  TENON_RETURN_IF_ERROR(describe(sum, parts));
  return builder_->add_type(parts.type);
}

Result<const lf::Type*> Decoder::constructed_type(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  FieldsOf<TypeConstructorMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId identifier,
                         type_name(fields[TypeConstructorMessage::kName]));
  std::vector<const lf::Type*> arguments;
  TENON_RETURN_IF_ERROR(
      fields[TypeConstructorMessage::kArguments].each([&](BytesView part) -> Status {
        TENON_ASSIGN_OR_RETURN(arguments.emplace_back(), type(part));
        return {};
      }));
  return builder_->type(lf::constructor_type(identifier, arguments));
}

Status Decoder::describe(const Place& sum, TypeParts& parts) {
  switch (sum.number()) {
  case TypeMessage::kVariable:
    return describe_variable(sum.bytes(), parts);
  case TypeMessage::kSynonym:
    TENON_RETURN_IF_ERROR(only_with(sum, Feature::kTypeSynonyms));
    parts.type.form = lf::TypeForm::kSynonym;
    return describe_constructor(sum.bytes(), parts);
  case TypeMessage::kConstructor:
    parts.type.form = lf::TypeForm::kConstructor;
    return describe_constructor(sum.bytes(), parts);
  case TypeMessage::kBuiltin:
    return describe_builtin(sum.bytes(), parts);
  case TypeMessage::kForall:
    return describe_forall(sum.bytes(), parts);
  case TypeMessage::kStruct:
    return describe_struct(sum.bytes(), parts);
  case TypeMessage::kNat:
    return describe_nat(sum, parts);
  default:
    return reader_.require(sum).status();
  }
}

Status Decoder::describe_variable(BytesView bytes, TypeParts& parts) {
  FieldsOf<TypeVariableMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_ASSIGN_OR_RETURN(const lf::Name variable, name(fields[TypeVariableMessage::kName]));
  TENON_RETURN_IF_ERROR(inner_types(fields[TypeVariableMessage::kArguments], parts.arguments));
  parts.type = lf::variable_type(variable, parts.arguments);
  return {};
}

Status Decoder::describe_constructor(BytesView bytes, TypeParts& parts) {
  FieldsOf<TypeConstructorMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_ASSIGN_OR_RETURN(const lf::IdentifierId identifier,
                         type_name(fields[TypeConstructorMessage::kName]));
  TENON_RETURN_IF_ERROR(inner_types(fields[TypeConstructorMessage::kArguments], parts.arguments));
  parts.type = parts.type.form == lf::TypeForm::kSynonym
                   ? lf::synonym_type(identifier, parts.arguments)
                   : lf::constructor_type(identifier, parts.arguments);
  return {};
}

namespace {

constexpr std::uint64_t kLastBuiltinType = 23;

} // namespace

Status Decoder::describe_builtin(BytesView bytes, TypeParts& parts) {
  FieldsOf<BuiltinTypeMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place code = fields[BuiltinTypeMessage::kBuiltin];
  auto builtin = lf::BuiltinType::kNumeric;
  if (code.value() == BuiltinTypeMessage::kDecimal) {
    TENON_RETURN_IF_ERROR(only_with(code, Feature::kDecimal));
    TENON_ASSIGN_OR_RETURN(parts.arguments.emplace_back(),
                           builder_->type(lf::nat_type(lf::kDecimalScale)));
  } else {
    builtin = static_cast<lf::BuiltinType>(code.value());
    if (code.value() > kLastBuiltinType || lf::builtin_type_name(builtin).empty()) {
      return reader_.unexpected(code, "the code of a built-in type", std::to_string(code.value()));
    }
    if (const auto feature = feature_of(builtin); feature && !supports(*feature))
      return unsupported(code, *feature);
  }
  TENON_RETURN_IF_ERROR(inner_types(fields[BuiltinTypeMessage::kArguments], parts.arguments));
  parts.type = lf::builtin_type(builtin, parts.arguments);
  return {};
}

Status Decoder::describe_forall(BytesView bytes, TypeParts& parts) {
  FieldsOf<ForallMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_RETURN_IF_ERROR(not_empty(fields[ForallMessage::kParameters]));
  TENON_RETURN_IF_ERROR(type_parameters(fields[ForallMessage::kParameters], parts.parameters));
  TENON_ASSIGN_OR_RETURN(const BytesView body_bytes, reader_.require(fields[ForallMessage::kBody]));
  TENON_ASSIGN_OR_RETURN(const lf::Type* body, inner_type(body_bytes));
  parts.type = lf::forall_type(parts.parameters, body);
  return {};
}

Status Decoder::describe_struct(BytesView bytes, TypeParts& parts) {
  TENON_RETURN_IF_ERROR(field_types(bytes, true, parts.fields));
  parts.type = lf::struct_type(parts.fields);
  return {};
}

Status Decoder::describe_nat(const Place& sum, TypeParts& parts) {
  TENON_RETURN_IF_ERROR(only_with(sum, Feature::kNumeric));
  const std::int64_t nat = sum.zigzag();
  if (nat < 0 || nat > lf::kMaxScale) {
    return reader_.unexpected(sum, "0 to " + std::to_string(lf::kMaxScale), std::to_string(nat));
  }
  parts.type = lf::nat_type(static_cast<std::uint8_t>(nat));
  return {};
}

Status Decoder::inner_types(const Place& place, std::vector<const lf::Type*>& types) {
  types.reserve(types.size() + place.count());
  return place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(types.emplace_back(), inner_type(bytes));
    return {};
  });
}

// Fields of a struct type, which may be written out, or of a definition, which may not.
Status Decoder::field_types(BytesView bytes, bool inside_type, std::vector<lf::FieldType>& fields) {
  FieldsOf<FieldTypesMessage> all(reader_);
  TENON_RETURN_IF_ERROR(all.read(bytes));
  const Place place = all[FieldTypesMessage::kFieldTypes];
  if (inside_type)
    TENON_RETURN_IF_ERROR(not_empty(place));
  fields.reserve(place.count());
  return place.each([&](BytesView part) -> Status {
    FieldsOf<FieldTypeMessage> one(reader_);
    TENON_RETURN_IF_ERROR(one.read(part));
    lf::FieldType& result = fields.emplace_back();
    TENON_ASSIGN_OR_RETURN(result.name, name(one[FieldTypeMessage::kName]));
    TENON_ASSIGN_OR_RETURN(const BytesView type_bytes,
                           reader_.require(one[FieldTypeMessage::kType]));
    TENON_ASSIGN_OR_RETURN(result.type, inside_type ? inner_type(type_bytes) : type(type_bytes));
    return {};
  });
}

Result<lf::Binder> Decoder::binder(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  return binder(bytes);
}

Result<lf::Binder> Decoder::binder(BytesView bytes) {
  FieldsOf<BinderMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Binder result;
  TENON_ASSIGN_OR_RETURN(result.name, name(fields[BinderMessage::kName]));
  TENON_ASSIGN_OR_RETURN(result.type, type(fields[BinderMessage::kType]));
  return result;
}

} // namespace tenon::daml::archive
