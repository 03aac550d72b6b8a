// Encoding: the payload, the package's tables, its modules.
#include "archive/encoder.hpp"
#include "archive/messages_definitions.hpp"
#include "archive/messages_types.hpp"

namespace tenon::daml::archive {

Result<Bytes> Encoder::encode() {
  const std::string minor = minor_text(package_.version());
  write<PayloadMessage>(
      {text(3, minor), content(PayloadMessage::kVersion1, [&](std::size_t) { package(); })});
  if (!failure_.ok())
    return failure_;
  return writer_.take();
}

void Encoder::package() {
  const lf::WireForm& wire = package_.wire_form();
  std::vector<lf::StringId> strings(wire.strings);
  for (std::uint32_t i = 0; i < wire.strings; ++i)
    strings[i] = {i};
  const auto dotted = [&](std::size_t i) {
    const auto segments = package_.segments({static_cast<std::uint32_t>(i)});
    write<InternedDottedNameMessage>({names(0, 1, segments)});
  };
  const auto metadata_content = [&](std::size_t) { metadata(); };
  write<PackageMessage>({
      parts(1, package_.modules().size(), [&](std::size_t i) { module(package_.modules()[i]); }),
      {2, Kind::kTexts, 0, strings.data(), strings.size()},
      parts(3, wire.dotted_names, dotted),
      package_.metadata() ? content(4, metadata_content) : Field{},
      parts(5, wire.types, [&](std::size_t i) { write_table_type(i); }),
  });
}

void Encoder::metadata() {
  const lf::Metadata& metadata = *package_.metadata();
  const auto upgraded = [&](std::size_t) {
    write<UpgradedPackageMessage>({number(1, metadata.upgraded_package_id->index)});
  };
  write<MetadataMessage>({number(1, metadata.name.index), number(2, metadata.version.index),
                          metadata.upgraded_package_id ? content(3, upgraded) : Field{}});
}

void Encoder::module(const lf::Module& module) {
  const auto flags = [&](std::size_t) {
    write<FlagsMessage>({flag(1, true), flag(2, true), flag(3, true)});
  };
  write<ModuleMessage>({
      dotted_name(1, 8, module.name),
      content(4, flags),
      parts(9, module.synonyms.size(), [&](std::size_t i) { synonym(module.synonyms[i]); }),
      parts(5, module.data_types.size(), [&](std::size_t i) { data_type(module.data_types[i]); }),
      parts(6, module.values.size(), [&](std::size_t i) { value_definition(module.values[i]); }),
      parts(7, module.templates.size(),
            [&](std::size_t i) { template_definition(module.templates[i]); }),
      parts(10, module.exceptions.size(), [&](std::size_t i) { exception(module.exceptions[i]); }),
      parts(11, module.interfaces.size(), [&](std::size_t i) { interface(module.interfaces[i]); }),
  });
}

void Encoder::synonym(const lf::TypeSynonym& definition) {
  write<SynonymMessage>({dotted_name(1, 8, definition.name),
                         type_parameters(2, definition.parameters), type(3, definition.type),
                         location(4, definition.location)});
}

void Encoder::data_type(const lf::DataType& definition) {
  using M = DataTypeMessage;
  const auto fields = [&](std::size_t) { field_types(definition.fields, false); };
  const auto constructors = [&](std::size_t) {
    write<ConstructorsMessage>({names(1, 2, definition.constructors)});
  };
  Field sum = unit(M::kInterface);
  if (definition.form == lf::DataForm::kRecord)
    sum = content(M::kRecord, fields);
  if (definition.form == lf::DataForm::kVariant)
    sum = content(M::kVariant, fields);
  if (definition.form == lf::DataForm::kEnum)
    sum = content(M::kEnum, constructors);
  write<M>({dotted_name(1, 8, definition.name), type_parameters(2, definition.parameters), sum,
            flag(5, definition.serializable), location(6, definition.location)});
}

void Encoder::value_definition(const lf::Value& definition) {
  const auto head = [&](std::size_t) {
    write<NameWithTypeMessage>({segments(1, 3, definition.name), type(2, definition.type)});
  };
  write<ValueMessage>({content(1, head), expr(2, definition.body), flag(3, true),
                       flag(4, definition.is_test), location(5, definition.location)});
}

void Encoder::exception(const lf::Exception& definition) {
  write<ExceptionMessage>({number(1, definition.name.index), location(2, definition.location),
                           expr(3, definition.message)});
}

} // namespace tenon::daml::archive
