// Decoding: what modules define, but for templates and interfaces.
#include "archive/decoder.hpp"
#include "archive/messages_definitions.hpp"

namespace tenon::daml::archive {

using lf::Feature;

namespace {

// What went wrong in a definition, with its name in front.
Status in_definition(const lf::PackageBuilder& builder, std::string_view kind, lf::DottedName name,
                     const Status& status) {
  return status.with_context(std::string(kind).append(" ").append(builder.package().text(name)));
}

} // namespace

Result<lf::TypeSynonym> Decoder::synonym(BytesView bytes) {
  using M = SynonymMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::TypeSynonym result;
  TENON_ASSIGN_OR_RETURN(result.name, dotted_name(fields[M::kName]));
  const auto rest = [&]() -> Status {
    std::vector<lf::TypeParameter> parameters;
    TENON_RETURN_IF_ERROR(type_parameters(fields[M::kParameters], parameters));
    result.parameters = builder_->list(parameters);
    TENON_ASSIGN_OR_RETURN(result.type, type(fields[M::kType]));
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok())
    return in_definition(*builder_, "type synonym", result.name, status);
  return result;
}

Result<lf::DataType> Decoder::data_type(BytesView bytes) {
  using M = DataTypeMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::DataType result;
  TENON_ASSIGN_OR_RETURN(result.name, dotted_name(fields[M::kName]));
  const auto rest = [&]() -> Status {
    std::vector<lf::TypeParameter> parameters;
    TENON_RETURN_IF_ERROR(type_parameters(fields[M::kParameters], parameters));
    result.parameters = builder_->list(parameters);
    TENON_RETURN_IF_ERROR(constructors(fields[M::kSum], result));
    result.serializable = fields[M::kSerializable].present();
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok())
    return in_definition(*builder_, "data type", result.name, status);
  return result;
}

Status Decoder::constructors(const Place& place, lf::DataType& result) {
  switch (place.number()) {
  case DataTypeMessage::kRecord:
  case DataTypeMessage::kVariant: {
    result.form =
        place.number() == DataTypeMessage::kRecord ? lf::DataForm::kRecord : lf::DataForm::kVariant;
    std::vector<lf::FieldType> fields;
    TENON_RETURN_IF_ERROR(field_types(place.bytes(), false, fields));
    result.fields = builder_->list(fields);
    return {};
  }
  case DataTypeMessage::kInterface:
    result.form = lf::DataForm::kInterface;
    TENON_RETURN_IF_ERROR(only_with(place, Feature::kInterfaces));
    return unit(place);
  case DataTypeMessage::kEnum:
    break;
  default:
    return reader_.require(place).status();
  }
  result.form = lf::DataForm::kEnum;
  if (!result.parameters.empty()) {
    return reader_.unexpected(place, "no type parameters",
                              std::to_string(result.parameters.size()));
  }
  FieldsOf<ConstructorsMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  const Place texts = fields[ConstructorsMessage::kTexts];
  const Place interned = fields[ConstructorsMessage::kInterned];
  std::vector<lf::Name> names;
  if (supports(Feature::kInternedNames)) {
    TENON_RETURN_IF_ERROR(texts.present() ? check_form(texts) : Status());
    TENON_RETURN_IF_ERROR(interned.each_index([&](std::uint32_t index) -> Status {
      TENON_ASSIGN_OR_RETURN(names.emplace_back(), table_name(interned, index));
      return {};
    }));
  } else {
    TENON_RETURN_IF_ERROR(only_with(interned, Feature::kInternedNames));
    TENON_RETURN_IF_ERROR(texts.each([&](BytesView text) -> Status {
      TENON_ASSIGN_OR_RETURN(names.emplace_back(), builder_->name(text));
      return {};
    }));
  }
  result.constructors = builder_->list(names);
  return {};
}

Result<lf::Value> Decoder::value_definition(BytesView bytes) {
  using M = ValueMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_ASSIGN_OR_RETURN(const BytesView head_bytes, reader_.require(fields[M::kNameWithType]));
  FieldsOf<NameWithTypeMessage> head(reader_);
  TENON_RETURN_IF_ERROR(head.read(head_bytes));
  lf::Value result;
  TENON_ASSIGN_OR_RETURN(result.name, dotted_name(head[NameWithTypeMessage::kSegments],
                                                  head[NameWithTypeMessage::kName]));
  const auto rest = [&]() -> Status {
    if (!fields[M::kNoPartyLiterals].present())
      return reader_.unexpected(fields[M::kNoPartyLiterals], "true", "false");
    result.is_test = fields[M::kIsTest].present();
    TENON_ASSIGN_OR_RETURN(result.type, type(head[NameWithTypeMessage::kType]));
    TENON_ASSIGN_OR_RETURN(result.body, expression(fields[M::kBody]));
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok())
    return in_definition(*builder_, "value", result.name, status);
  return result;
}

Result<lf::Exception> Decoder::exception_definition(BytesView bytes) {
  using M = ExceptionMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Exception result;
  TENON_ASSIGN_OR_RETURN(result.name, table_dotted_name(fields[M::kName]));
  const auto rest = [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(result.message, expression(fields[M::kMessage]));
    TENON_ASSIGN_OR_RETURN(result.location, location(fields[M::kLocation]));
    return {};
  };
  if (const Status status = rest(); !status.ok())
    return in_definition(*builder_, "exception", result.name, status);
  return result;
}

} // namespace tenon::daml::archive
