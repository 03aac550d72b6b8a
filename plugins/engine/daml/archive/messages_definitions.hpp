// The messages of archives, packages, modules and what they define. See wire_schema.hpp.
#pragma once

#include "archive/wire_schema.hpp"

namespace tenon::daml::archive {

// A package as it is stored and sent; what the hash is of stands in `payload`.
struct ArchiveMessage {
  enum : std::uint8_t { kHashFunction, kPayload, kHash, kCount };
  static constexpr std::uint64_t kSha256 = 0;
  static constexpr FieldSpec kFields[] = {
      // Read leniently: no hash covers the envelope.
      choice(1, kHashFunction, FieldForm::kEnum, "hash_function"),
      field(3, kPayload, FieldForm::kBytes, "payload"),
      field(4, kHash, FieldForm::kText, "hash"),
  };
  static constexpr Schema kSchema{"Archive", kFields};
};

struct PayloadMessage {
  enum : std::uint8_t { kMinor, kSum, kCount };
  enum : std::uint16_t { kVersion1 = 2, kVersion2 = 4 };
  static constexpr FieldSpec kFields[] = {
      field(3, kMinor, FieldForm::kText, "minor"),
      choice(kVersion1, kSum, FieldForm::kMessage, "daml_lf_1"),
      choice(kVersion2, kSum, FieldForm::kBytes, "daml_lf_2"),
  };
  static constexpr Schema kSchema{"ArchivePayload", kFields};
};

struct PackageMessage {
  enum : std::uint8_t { kModules, kStrings, kDottedNames, kMetadata, kTypes, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kModules, FieldForm::kMessages, "modules"),
      field(2, kStrings, FieldForm::kTexts, "interned_strings"),
      field(3, kDottedNames, FieldForm::kMessages, "interned_dotted_names"),
      field(4, kMetadata, FieldForm::kMessage, "metadata"),
      field(5, kTypes, FieldForm::kMessages, "interned_types"),
  };
  static constexpr Schema kSchema{"Package", kFields};
};

struct MetadataMessage {
  enum : std::uint8_t { kName, kVersion, kUpgraded, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kName, FieldForm::kIndex, "name_interned_str"),
      field(2, kVersion, FieldForm::kIndex, "version_interned_str"),
      field(3, kUpgraded, FieldForm::kMessage, "upgraded_package_id"),
  };
  static constexpr Schema kSchema{"PackageMetadata", kFields};
};

struct UpgradedPackageMessage {
  enum : std::uint8_t { kId, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kId, FieldForm::kIndex, "upgraded_package_id_interned_str")};
  static constexpr Schema kSchema{"UpgradedPackageId", kFields};
};

struct ModuleMessage {
  enum : std::uint8_t {
    kName,
    kFlags,
    kSynonyms,
    kDataTypes,
    kValues,
    kTemplates,
    kExceptions,
    kInterfaces,
    kCount
  };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kMessage, "name_dname"),
      choice(8, kName, FieldForm::kIndex, "name_interned_dname"),
      field(4, kFlags, FieldForm::kMessage, "flags"),
      field(9, kSynonyms, FieldForm::kMessages, "synonyms"),
      field(5, kDataTypes, FieldForm::kMessages, "data_types"),
      field(6, kValues, FieldForm::kMessages, "values"),
      field(7, kTemplates, FieldForm::kMessages, "templates"),
      field(10, kExceptions, FieldForm::kMessages, "exceptions"),
      field(11, kInterfaces, FieldForm::kMessages, "interfaces"),
  };
  static constexpr Schema kSchema{"Module", kFields};
};

// Every package that is accepted has all three.
struct FlagsMessage {
  enum : std::uint8_t { kNoPartyLiterals, kNoDivulgence, kNoDisclosure, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kNoPartyLiterals, FieldForm::kBool, "forbidPartyLiterals"),
      field(2, kNoDivulgence, FieldForm::kBool, "dontDivulgeContractIdsInCreateArguments"),
      field(3, kNoDisclosure, FieldForm::kBool, "dontDiscloseNonConsumingChoicesToObservers"),
  };
  static constexpr Schema kSchema{"FeatureFlags", kFields};
};

struct SynonymMessage {
  enum : std::uint8_t { kName, kParameters, kType, kLocation, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kMessage, "name_dname"),
      choice(8, kName, FieldForm::kIndex, "name_interned_dname"),
      field(2, kParameters, FieldForm::kMessages, "params"),
      field(3, kType, FieldForm::kMessage, "type"),
      field(4, kLocation, FieldForm::kMessage, "location"),
  };
  static constexpr Schema kSchema{"DefTypeSyn", kFields};
};

struct DataTypeMessage {
  enum : std::uint8_t { kName, kParameters, kSum, kSerializable, kLocation, kCount };
  enum : std::uint16_t { kRecord = 3, kVariant = 4, kEnum = 7, kInterface = 9 };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kMessage, "name_dname"),
      choice(8, kName, FieldForm::kIndex, "name_interned_dname"),
      field(2, kParameters, FieldForm::kMessages, "params"),
      choice(kRecord, kSum, FieldForm::kMessage, "record"),
      choice(kVariant, kSum, FieldForm::kMessage, "variant"),
      choice(kEnum, kSum, FieldForm::kMessage, "enum"),
      choice(kInterface, kSum, FieldForm::kMessage, "interface"),
      field(5, kSerializable, FieldForm::kBool, "serializable"),
      field(6, kLocation, FieldForm::kMessage, "location"),
  };
  static constexpr Schema kSchema{"DefDataType", kFields};
};

struct ConstructorsMessage {
  enum : std::uint8_t { kTexts, kInterned, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kTexts, FieldForm::kTexts, "constructors_str"),
      field(2, kInterned, FieldForm::kIndexes, "constructors_interned_str"),
  };
  static constexpr Schema kSchema{"DefDataType.EnumConstructors", kFields};
};

struct ValueMessage {
  enum : std::uint8_t { kNameWithType, kBody, kNoPartyLiterals, kIsTest, kLocation, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kNameWithType, FieldForm::kMessage, "name_with_type"),
      field(2, kBody, FieldForm::kMessage, "expr"),
      field(3, kNoPartyLiterals, FieldForm::kBool, "no_party_literals"),
      field(4, kIsTest, FieldForm::kBool, "is_test"),
      field(5, kLocation, FieldForm::kMessage, "location"),
  };
  static constexpr Schema kSchema{"DefValue", kFields};
};

struct NameWithTypeMessage {
  enum : std::uint8_t { kSegments, kName, kType, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kSegments, FieldForm::kTexts, "name_dname"),
      field(3, kName, FieldForm::kIndex, "name_interned_dname"),
      field(2, kType, FieldForm::kMessage, "type"),
  };
  static constexpr Schema kSchema{"DefValue.NameWithType", kFields};
};

struct TemplateMessage {
  enum : std::uint8_t {
    kName,
    kParameter,
    kPrecondition,
    kSignatories,
    kAgreement,
    kChoices,
    kObservers,
    kLocation,
    kKey,
    kImplements,
    kCount
  };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kMessage, "tycon_dname"),
      choice(12, kName, FieldForm::kIndex, "tycon_interned_dname"),
      choice(2, kParameter, FieldForm::kText, "param_str"),
      choice(11, kParameter, FieldForm::kIndex, "param_interned_str"),
      field(4, kPrecondition, FieldForm::kMessage, "precond"),
      field(5, kSignatories, FieldForm::kMessage, "signatories"),
      field(6, kAgreement, FieldForm::kMessage, "agreement"),
      field(7, kChoices, FieldForm::kMessages, "choices"),
      field(8, kObservers, FieldForm::kMessage, "observers"),
      field(9, kLocation, FieldForm::kMessage, "location"),
      field(10, kKey, FieldForm::kMessage, "key"),
      field(13, kImplements, FieldForm::kMessages, "implements"),
  };
  static constexpr Schema kSchema{"DefTemplate", kFields};
};

struct KeyMessage {
  enum : std::uint8_t { kType, kSum, kMaintainers, kCount };
  enum : std::uint16_t { kRestricted = 2, kExpression = 4 };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "type"),
      choice(kRestricted, kSum, FieldForm::kMessage, "key"),
      choice(kExpression, kSum, FieldForm::kMessage, "complex_key"),
      field(3, kMaintainers, FieldForm::kMessage, "maintainers"),
  };
  static constexpr Schema kSchema{"DefTemplate.DefKey", kFields};
};

// A key in the restricted form: records of projections of the template's parameter.
struct KeyExprMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t { kProjections = 1, kRecord = 2 };
  static constexpr FieldSpec kFields[] = {
      choice(kProjections, kSum, FieldForm::kMessage, "projections"),
      choice(kRecord, kSum, FieldForm::kMessage, "record"),
  };
  static constexpr Schema kSchema{"KeyExpr", kFields};
};

struct KeyProjectionsMessage {
  enum : std::uint8_t { kProjections, kCount };
  static constexpr FieldSpec kFields[] = {
      field(2, kProjections, FieldForm::kMessages, "projections")};
  static constexpr Schema kSchema{"KeyExpr.Projections", kFields};
};

struct KeyProjectionMessage {
  enum : std::uint8_t { kType, kField, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      choice(2, kField, FieldForm::kText, "field_str"),
      choice(3, kField, FieldForm::kIndex, "field_interned_str"),
  };
  static constexpr Schema kSchema{"KeyExpr.Projection", kFields};
};

struct KeyRecordMessage {
  enum : std::uint8_t { kType, kRecordFields, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      field(2, kRecordFields, FieldForm::kMessages, "fields"),
  };
  static constexpr Schema kSchema{"KeyExpr.Record", kFields};
};

struct KeyFieldMessage {
  enum : std::uint8_t { kName, kKey, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "field_str"),
      choice(3, kName, FieldForm::kIndex, "field_interned_str"),
      field(2, kKey, FieldForm::kMessage, "expr"),
  };
  static constexpr Schema kSchema{"KeyExpr.RecordField", kFields};
};

struct ChoiceMessage {
  enum : std::uint8_t {
    kName,
    kConsuming,
    kControllers,
    kObservers,
    kAuthorizers,
    kArgument,
    kResult,
    kUpdate,
    kContractId,
    kLocation,
    kCount
  };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "name_str"),
      choice(9, kName, FieldForm::kIndex, "name_interned_str"),
      field(2, kConsuming, FieldForm::kBool, "consuming"),
      field(3, kControllers, FieldForm::kMessage, "controllers"),
      field(11, kObservers, FieldForm::kMessage, "observers"),
      field(12, kAuthorizers, FieldForm::kMessage, "authorizers"),
      field(4, kArgument, FieldForm::kMessage, "arg_binder"),
      field(5, kResult, FieldForm::kMessage, "ret_type"),
      field(6, kUpdate, FieldForm::kMessage, "update"),
      choice(7, kContractId, FieldForm::kText, "self_binder_str"),
      choice(10, kContractId, FieldForm::kIndex, "self_binder_interned_str"),
      field(8, kLocation, FieldForm::kMessage, "location"),
  };
  static constexpr Schema kSchema{"TemplateChoice", kFields};
};

// In a template `other` is an interface, in an interface it is a template.
struct InstanceMessage {
  enum : std::uint8_t { kOther, kBody, kLocation, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kOther, FieldForm::kMessage, "interface or template"),
      field(2, kBody, FieldForm::kMessage, "body"),
      field(3, kLocation, FieldForm::kMessage, "location"),
  };
  static constexpr Schema kSchema{"Implements", kFields};
};

struct InstanceBodyMessage {
  enum : std::uint8_t { kMethods, kView, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kMethods, FieldForm::kMessages, "methods"),
      field(2, kView, FieldForm::kMessage, "view"),
  };
  static constexpr Schema kSchema{"InterfaceInstanceBody", kFields};
};

struct MethodBodyMessage {
  enum : std::uint8_t { kName, kValue, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kName, FieldForm::kIndex, "method_interned_name"),
      field(2, kValue, FieldForm::kMessage, "value"),
  };
  static constexpr Schema kSchema{"InterfaceInstanceMethod", kFields};
};

struct InterfaceMessage {
  enum : std::uint8_t {
    kLocation,
    kName,
    kMethods,
    kParameter,
    kChoices,
    kCoImplements,
    kView,
    kRequirements,
    kCount
  };
  static constexpr FieldSpec kFields[] = {
      field(1, kLocation, FieldForm::kMessage, "location"),
      field(2, kName, FieldForm::kIndex, "tycon_interned_dname"),
      field(3, kMethods, FieldForm::kMessages, "methods"),
      field(4, kParameter, FieldForm::kIndex, "param_interned_str"),
      field(5, kChoices, FieldForm::kMessages, "choices"),
      field(6, kCoImplements, FieldForm::kMessages, "coImplements"),
      field(8, kView, FieldForm::kMessage, "view"),
      field(9, kRequirements, FieldForm::kMessages, "requires"),
  };
  static constexpr Schema kSchema{"DefInterface", kFields};
};

struct MethodMessage {
  enum : std::uint8_t { kLocation, kName, kType, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kLocation, FieldForm::kMessage, "location"),
      field(2, kName, FieldForm::kIndex, "method_interned_name"),
      field(3, kType, FieldForm::kMessage, "type"),
  };
  static constexpr Schema kSchema{"InterfaceMethod", kFields};
};

struct ExceptionMessage {
  enum : std::uint8_t { kName, kLocation, kMessage, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kName, FieldForm::kIndex, "name_interned_dname"),
      field(2, kLocation, FieldForm::kMessage, "location"),
      field(3, kMessage, FieldForm::kMessage, "message"),
  };
  static constexpr Schema kSchema{"DefException", kFields};
};

} // namespace tenon::daml::archive
