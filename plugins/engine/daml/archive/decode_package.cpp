// Decoding: the payload, the package's tables, its modules.
#include "archive/decoder.hpp"
#include "archive/messages_definitions.hpp"
#include "tenon/core/encoding.hpp"
#include "values/names.hpp"

namespace tenon::daml::archive {

using lf::Feature;

namespace {

// Definitions of one kind, with the module's list of them as the result.
template <typename Item, typename Read>
Status read_all(const Place& place, lf::PackageBuilder& builder, std::span<const Item>& result,
                Read read) {
  std::vector<Item> items;
  items.reserve(place.count());
  TENON_RETURN_IF_ERROR(place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(items.emplace_back(), read(bytes));
    return {};
  }));
  result = builder.list(items);
  return {};
}

} // namespace

Result<lf::Package> Decoder::decode(std::string id) {
  const std::string context = "package " + id;
  Result<lf::Package> result = payload(std::move(id));
  if (!result.ok())
    return result.status().with_context(context);
  return result;
}

Result<lf::Package> Decoder::payload(std::string id) {
  FieldsOf<PayloadMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(payload_));
  const Place sum = fields[PayloadMessage::kSum];
  if (sum.number() == PayloadMessage::kVersion2) {
    return Status(Code::kUnimplemented, "language version: expected one of " +
                                            std::string(lf::supported_versions()) + ", found 2." +
                                            as_utf8(fields[PayloadMessage::kMinor].bytes()));
  }
  TENON_ASSIGN_OR_RETURN(const BytesView package_bytes, reader_.require(sum));
  TENON_ASSIGN_OR_RETURN(const lf::LanguageVersion version,
                         lf::parse_minor_version(fields[PayloadMessage::kMinor].bytes()));
  builder_.emplace(version);
  builder_->set_id(std::move(id));
  return package(package_bytes);
}

Result<lf::Package> Decoder::package(BytesView bytes) {
  FieldsOf<PackageMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  TENON_RETURN_IF_ERROR(strings(fields[PackageMessage::kStrings]));
  TENON_RETURN_IF_ERROR(dotted_names(fields[PackageMessage::kDottedNames]));
  TENON_RETURN_IF_ERROR(metadata(fields[PackageMessage::kMetadata]));
  TENON_RETURN_IF_ERROR(types(fields[PackageMessage::kTypes]));
  std::vector<lf::Module> modules;
  TENON_RETURN_IF_ERROR(fields[PackageMessage::kModules].each([&](BytesView part) -> Status {
    TENON_ASSIGN_OR_RETURN(modules.emplace_back(), module(part));
    return {};
  }));
  builder_->set_field_order(reader_.order());
  return builder_->finish(modules);
}

Status Decoder::strings(const Place& place) {
  return place.each([&](BytesView text) { return builder_->add_string(text); });
}

Status Decoder::dotted_names(const Place& place) {
  TENON_RETURN_IF_ERROR(only_with(place, Feature::kInternedNames));
  std::vector<lf::Name> names;
  return place.each([&](BytesView bytes) -> Status {
    FieldsOf<InternedDottedNameMessage> fields(reader_);
    TENON_RETURN_IF_ERROR(fields.read(bytes));
    const Place segments = fields[InternedDottedNameMessage::kSegments];
    names.clear();
    TENON_RETURN_IF_ERROR(segments.each_index([&](std::uint32_t index) -> Status {
      TENON_ASSIGN_OR_RETURN(names.emplace_back(), table_name(segments, index));
      return {};
    }));
    return builder_->add_dotted_name(names);
  });
}

Status Decoder::metadata(const Place& place) {
  TENON_RETURN_IF_ERROR(only_with(place, Feature::kPackageMetadata));
  if (!place.present())
    return supports(Feature::kPackageMetadata) ? reader_.require(place).status() : Status();
  FieldsOf<MetadataMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(place.bytes()));
  lf::Metadata result;
  TENON_ASSIGN_OR_RETURN(result.name, string(fields[MetadataMessage::kName]));
  TENON_ASSIGN_OR_RETURN(result.version, string(fields[MetadataMessage::kVersion]));
  const lf::Package& tables = builder_->package();
  TENON_RETURN_IF_ERROR(check_name(kPackageNameSyntax, tables.text(result.name)));
  TENON_RETURN_IF_ERROR(check_package_version(tables.text(result.version)));
  if (const Place upgraded = fields[MetadataMessage::kUpgraded]; upgraded.present()) {
    TENON_RETURN_IF_ERROR(only_with(upgraded, Feature::kUpgrades));
    FieldsOf<UpgradedPackageMessage> id_fields(reader_);
    TENON_RETURN_IF_ERROR(id_fields.read(upgraded.bytes()));
    TENON_ASSIGN_OR_RETURN(const lf::StringId id, string(id_fields[UpgradedPackageMessage::kId]));
    TENON_RETURN_IF_ERROR(check_name(kPackageIdSyntax, tables.text(id)));
    result.upgraded_package_id = id;
  }
  builder_->set_metadata(result);
  return {};
}

Status Decoder::types(const Place& place) {
  TENON_RETURN_IF_ERROR(only_with(place, Feature::kInternedTypes));
  return place.each(
      [&](BytesView bytes) { return add_table_type(bytes).with_context("type table"); });
}

Result<lf::Module> Decoder::module(BytesView bytes) {
  FieldsOf<ModuleMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Module result;
  TENON_ASSIGN_OR_RETURN(result.name, dotted_name(fields[ModuleMessage::kName]));
  const auto definitions = [&]() -> Status {
    TENON_RETURN_IF_ERROR(flags(fields[ModuleMessage::kFlags]));
    TENON_RETURN_IF_ERROR(only_with(fields[ModuleMessage::kSynonyms], Feature::kTypeSynonyms));
    TENON_RETURN_IF_ERROR(only_with(fields[ModuleMessage::kExceptions], Feature::kExceptions));
    TENON_RETURN_IF_ERROR(only_with(fields[ModuleMessage::kInterfaces], Feature::kInterfaces));
    TENON_RETURN_IF_ERROR(read_all(fields[ModuleMessage::kSynonyms], *builder_, result.synonyms,
                                   [&](BytesView part) { return synonym(part); }));
    TENON_RETURN_IF_ERROR(read_all(fields[ModuleMessage::kDataTypes], *builder_, result.data_types,
                                   [&](BytesView part) { return data_type(part); }));
    TENON_RETURN_IF_ERROR(read_all(fields[ModuleMessage::kValues], *builder_, result.values,
                                   [&](BytesView part) { return value_definition(part); }));
    TENON_RETURN_IF_ERROR(read_all(fields[ModuleMessage::kTemplates], *builder_, result.templates,
                                   [&](BytesView part) { return template_definition(part); }));
    TENON_RETURN_IF_ERROR(read_all(fields[ModuleMessage::kExceptions], *builder_, result.exceptions,
                                   [&](BytesView part) { return exception_definition(part); }));
    return read_all(fields[ModuleMessage::kInterfaces], *builder_, result.interfaces,
                    [&](BytesView part) { return interface_definition(part); });
  };
  if (const Status status = definitions(); !status.ok())
    return status.with_context("module " + std::string(builder_->package().text(result.name)));
  return result;
}

// Packages that were made to run without these would change who sees what.
Status Decoder::flags(const Place& place) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, reader_.require(place));
  FieldsOf<FlagsMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  for (std::uint8_t flag = 0; flag < FlagsMessage::kCount; ++flag) {
    if (!fields[flag].present())
      return reader_.unexpected(fields[flag], "true", "false");
  }
  return {};
}

bool Decoder::supports(Feature feature) const {
  return builder_->package().supports(feature);
}

Status Decoder::unsupported(const Place& place, Feature feature) const {
  const lf::FeatureRange& range = lf::range_of(feature);
  const Status where =
      reader_.unexpected(place,
                         std::string(range.name) + " in versions " + to_string(range.first) +
                             " to " + to_string(range.last) + " only",
                         "it in " + to_string(builder_->version()));
  return {Code::kInvalidArgument, where.message()};
}

Status Decoder::only_with(const Place& place, Feature feature) const {
  return place.present() && !supports(feature) ? unsupported(place, feature) : Status();
}

Status Decoder::not_empty(const Place& place) const {
  return place.present() ? Status() : reader_.unexpected(place, "at least one", "none");
}

Status Decoder::unit(const Place& place) {
  FieldsOf<UnitMessage> fields(reader_);
  return fields.read(place.bytes());
}

} // namespace tenon::daml::archive
