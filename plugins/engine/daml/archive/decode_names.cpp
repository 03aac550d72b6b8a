// Decoding: names, and what stands under them elsewhere.
#include "archive/decoder.hpp"
#include "tenon/core/encoding.hpp"
#include "values/names.hpp"

namespace tenon::daml::archive {

using lf::Feature;

Result<lf::StringId> Decoder::string(const Place& place) {
  const std::size_t count = builder_->package().strings().size();
  if (place.index() >= count) {
    return reader_.unexpected(place,
                              "an entry of the table of " + std::to_string(count) + " strings",
                              std::to_string(place.index()));
  }
  return lf::StringId{place.index()};
}

Result<lf::Name> Decoder::table_name(const Place& place, std::uint32_t index) {
  const std::size_t count = builder_->package().strings().size();
  if (index >= count) {
    return reader_.unexpected(place,
                              "an entry of the table of " + std::to_string(count) + " strings",
                              std::to_string(index));
  }
  const lf::Name name{index};
  if (const Status status = builder_->check_name(name); !status.ok())
    return reader_.unexpected(place, "a name", status.message());
  return name;
}

// Whether a name is written out or an entry of a table is the version's choice.
Status Decoder::check_form(const Place& place) const {
  if (!place.present())
    return reader_.unexpected(place, "a name", "none");
  const bool interned = place.spec().form == FieldForm::kIndex;
  if (interned == supports(Feature::kInternedNames))
    return {};
  return reader_.unexpected(place,
                            std::string(interned ? "a name written out" : "an entry of a table") +
                                " in version " + to_string(builder_->version()),
                            interned ? "an entry of a table" : "a name written out");
}

Result<lf::Name> Decoder::name(const Place& place) {
  TENON_RETURN_IF_ERROR(check_form(place));
  if (place.spec().form == FieldForm::kIndex)
    return table_name(place);
  Result<lf::Name> name = builder_->name(place.bytes());
  if (!name.ok())
    return reader_.unexpected(place, "a name", name.status().message());
  return name;
}

Result<lf::DottedName> Decoder::table_dotted_name(const Place& place) {
  const std::size_t count = builder_->package().dotted_name_count();
  if (place.index() >= count) {
    return reader_.unexpected(place,
                              "an entry of the table of " + std::to_string(count) + " dotted names",
                              std::to_string(place.index()));
  }
  return lf::DottedName{place.index()};
}

Result<lf::DottedName> Decoder::segments(const Place& place) {
  std::vector<lf::Name> names;
  names.reserve(place.count());
  TENON_RETURN_IF_ERROR(place.each([&](BytesView text) -> Status {
    Result<lf::Name> name = builder_->name(text);
    if (!name.ok())
      return reader_.unexpected(place, "names", name.status().message());
    names.push_back(*name);
    return {};
  }));
  Result<lf::DottedName> result = builder_->dotted_name(names);
  if (!result.ok())
    return reader_.unexpected(place, "a dotted name", result.status().message());
  return result;
}

Result<lf::DottedName> Decoder::dotted_name(const Place& place) {
  TENON_RETURN_IF_ERROR(check_form(place));
  if (place.spec().form == FieldForm::kIndex)
    return table_dotted_name(place);
  FieldsOf<DottedNameMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  return segments(fields[DottedNameMessage::kSegments]);
}

Result<lf::DottedName> Decoder::dotted_name(const Place& written, const Place& index) {
  if (supports(Feature::kInternedNames)) {
    if (written.present())
      return check_form(written);
    return table_dotted_name(index);
  }
  if (index.present())
    return check_form(index);
  return segments(written);
}

Result<lf::PackageRef> Decoder::package_ref(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  FieldsOf<PackageRefMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  const Place sum = fields[PackageRefMessage::kSum];
  lf::PackageMention mention;
  switch (sum.number()) {
  case PackageRefMessage::kSelf:
    TENON_RETURN_IF_ERROR(unit(sum));
    return lf::PackageRef{};
  case PackageRefMessage::kText:
    TENON_RETURN_IF_ERROR(supports(Feature::kInternedNames) ? check_form(sum) : Status());
    TENON_RETURN_IF_ERROR(check_name(kPackageIdSyntax, sum.bytes()));
    mention = {builder_->intern(sum.bytes()), true};
    break;
  case PackageRefMessage::kInterned: {
    TENON_ASSIGN_OR_RETURN(mention.id, string(sum));
    TENON_RETURN_IF_ERROR(check_name(kPackageIdSyntax, builder_->package().text(mention.id)));
    break;
  }
  default:
    return reader_.require(sum).status();
  }
  return builder_->mention(mention);
}

Result<lf::ModuleRef> Decoder::module_ref(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  FieldsOf<ModuleRefMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::ModuleRef result;
  TENON_ASSIGN_OR_RETURN(result.package, package_ref(fields[ModuleRefMessage::kPackage]));
  TENON_ASSIGN_OR_RETURN(result.module, dotted_name(fields[ModuleRefMessage::kModule]));
  return result;
}

Result<lf::IdentifierId> Decoder::type_name(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  return type_name(bytes);
}

Result<lf::IdentifierId> Decoder::type_name(BytesView bytes) {
  FieldsOf<TypeNameMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_ASSIGN_OR_RETURN(const lf::ModuleRef module, module_ref(fields[TypeNameMessage::kModule]));
  TENON_ASSIGN_OR_RETURN(const lf::DottedName name, dotted_name(fields[TypeNameMessage::kName]));
  return builder_->identifier({module.package, module.module, name});
}

Result<lf::IdentifierId> Decoder::value_name(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  FieldsOf<ValueNameMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_ASSIGN_OR_RETURN(const lf::ModuleRef module, module_ref(fields[ValueNameMessage::kModule]));
  TENON_ASSIGN_OR_RETURN(const lf::DottedName name, dotted_name(fields[ValueNameMessage::kSegments],
                                                                fields[ValueNameMessage::kName]));
  return builder_->identifier({module.package, module.module, name});
}

Result<lf::LocationId> Decoder::location(const Place& place) {
  if (!place.present())
    return lf::LocationId{};
  FieldsOf<LocationMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  lf::Location result;
  if (const Place module = fields[LocationMessage::kModule]; module.present()) {
    TENON_ASSIGN_OR_RETURN(result.module, module_ref(module));
  }
  if (const Place range_place = fields[LocationMessage::kRange]; range_place.present()) {
    TENON_ASSIGN_OR_RETURN(result.range, range(range_place));
  }
  return builder_->location(result);
}

Result<lf::SourceRange> Decoder::range(const Place& place) {
  FieldsOf<RangeMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  return lf::SourceRange{
      fields[RangeMessage::kStartLine].int32(), fields[RangeMessage::kStartColumn].int32(),
      fields[RangeMessage::kEndLine].int32(), fields[RangeMessage::kEndColumn].int32()};
}

} // namespace tenon::daml::archive
