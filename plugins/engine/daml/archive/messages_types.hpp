// The messages that name things and describe kinds and types. See wire_schema.hpp.
//
// Before 1.7 names were written out, from then on they are entries of the package's tables; most
// name fields therefore come in two forms that share a slot.
#pragma once

#include "archive/wire_schema.hpp"

namespace tenon::daml::archive {

struct UnitMessage {
  enum : std::uint8_t { kCount };
  static constexpr Schema kSchema{"Unit", {}};
};

struct PackageRefMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t { kSelf = 1, kText = 2, kInterned = 3 };
  static constexpr FieldSpec kFields[] = {
      choice(kSelf, kSum, FieldForm::kMessage, "self"),
      choice(kText, kSum, FieldForm::kText, "package_id_str"),
      choice(kInterned, kSum, FieldForm::kIndex, "package_id_interned_str"),
  };
  static constexpr Schema kSchema{"PackageRef", kFields};
};

struct DottedNameMessage {
  enum : std::uint8_t { kSegments, kCount };
  static constexpr FieldSpec kFields[] = {field(1, kSegments, FieldForm::kTexts, "segments")};
  static constexpr Schema kSchema{"DottedName", kFields};
};

struct InternedDottedNameMessage {
  enum : std::uint8_t { kSegments, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kSegments, FieldForm::kIndexes, "segments_interned_str")};
  static constexpr Schema kSchema{"InternedDottedName", kFields};
};

struct ModuleRefMessage {
  enum : std::uint8_t { kPackage, kModule, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kPackage, FieldForm::kMessage, "package_ref"),
      choice(2, kModule, FieldForm::kMessage, "module_name_dname"),
      choice(3, kModule, FieldForm::kIndex, "module_name_interned_dname"),
  };
  static constexpr Schema kSchema{"ModuleRef", kFields};
};

// Of types and of type synonyms.
struct TypeNameMessage {
  enum : std::uint8_t { kModule, kName, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kModule, FieldForm::kMessage, "module"),
      choice(2, kName, FieldForm::kMessage, "name_dname"),
      choice(3, kName, FieldForm::kIndex, "name_interned_dname"),
  };
  static constexpr Schema kSchema{"TypeConName", kFields};
};

struct ValueNameMessage {
  enum : std::uint8_t { kModule, kSegments, kName, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kModule, FieldForm::kMessage, "module"),
      field(2, kSegments, FieldForm::kTexts, "name_dname"),
      field(3, kName, FieldForm::kIndex, "name_interned_dname"),
  };
  static constexpr Schema kSchema{"ValName", kFields};
};

// A name with a type: of a field, of a variable.
struct FieldTypeMessage {
  enum : std::uint8_t { kName, kType, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "field_str"),
      choice(3, kName, FieldForm::kIndex, "field_interned_str"),
      field(2, kType, FieldForm::kMessage, "type"),
  };
  static constexpr Schema kSchema{"FieldWithType", kFields};
};

struct BinderMessage {
  enum : std::uint8_t { kName, kType, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "var_str"),
      choice(3, kName, FieldForm::kIndex, "var_interned_str"),
      field(2, kType, FieldForm::kMessage, "type"),
  };
  static constexpr Schema kSchema{"VarWithType", kFields};
};

struct TypeParameterMessage {
  enum : std::uint8_t { kName, kKind, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "var_str"),
      choice(3, kName, FieldForm::kIndex, "var_interned_str"),
      field(2, kKind, FieldForm::kMessage, "kind"),
  };
  static constexpr Schema kSchema{"TypeVarWithKind", kFields};
};

struct KindMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t { kStar = 1, kArrow = 2, kNat = 3 };
  static constexpr FieldSpec kFields[] = {
      choice(kStar, kSum, FieldForm::kMessage, "star"),
      choice(kArrow, kSum, FieldForm::kMessage, "arrow"),
      choice(kNat, kSum, FieldForm::kMessage, "nat"),
  };
  static constexpr Schema kSchema{"Kind", kFields};
};

struct KindArrowMessage {
  enum : std::uint8_t { kParameters, kResult, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kParameters, FieldForm::kMessages, "params"),
      field(2, kResult, FieldForm::kMessage, "result"),
  };
  static constexpr Schema kSchema{"Kind.Arrow", kFields};
};

struct TypeMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t {
    kVariable = 1,
    kConstructor = 2,
    kBuiltin = 3,
    kForall = 5,
    kStruct = 7,
    kNat = 11,
    kSynonym = 12,
    kInterned = 13,
  };
  static constexpr FieldSpec kFields[] = {
      choice(kVariable, kSum, FieldForm::kMessage, "var"),
      choice(kConstructor, kSum, FieldForm::kMessage, "con"),
      choice(kBuiltin, kSum, FieldForm::kMessage, "prim"),
      choice(kForall, kSum, FieldForm::kMessage, "forall"),
      choice(kStruct, kSum, FieldForm::kMessage, "struct"),
      choice(kNat, kSum, FieldForm::kSint64, "nat"),
      choice(kSynonym, kSum, FieldForm::kMessage, "syn"),
      choice(kInterned, kSum, FieldForm::kIndex, "interned"),
  };
  static constexpr Schema kSchema{"Type", kFields};
};

struct TypeVariableMessage {
  enum : std::uint8_t { kName, kArguments, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "var_str"),
      choice(3, kName, FieldForm::kIndex, "var_interned_str"),
      field(2, kArguments, FieldForm::kMessages, "args"),
  };
  static constexpr Schema kSchema{"Type.Var", kFields};
};

// Of data types and of synonyms.
struct TypeConstructorMessage {
  enum : std::uint8_t { kName, kArguments, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kName, FieldForm::kMessage, "tycon"),
      field(2, kArguments, FieldForm::kMessages, "args"),
  };
  static constexpr Schema kSchema{"Type.Con", kFields};
};

struct BuiltinTypeMessage {
  enum : std::uint8_t { kBuiltin, kArguments, kCount };
  static constexpr std::uint64_t kDecimal = 3;
  static constexpr FieldSpec kFields[] = {
      field(1, kBuiltin, FieldForm::kEnum, "prim"),
      field(2, kArguments, FieldForm::kMessages, "args"),
  };
  static constexpr Schema kSchema{"Type.Prim", kFields};
};

struct ForallMessage {
  enum : std::uint8_t { kParameters, kBody, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kParameters, FieldForm::kMessages, "vars"),
      field(2, kBody, FieldForm::kMessage, "body"),
  };
  static constexpr Schema kSchema{"Type.Forall", kFields};
};

// Of struct types, and of records and variants where they are defined.
struct FieldTypesMessage {
  enum : std::uint8_t { kFieldTypes, kCount };
  static constexpr FieldSpec kFields[] = {field(1, kFieldTypes, FieldForm::kMessages, "fields")};
  static constexpr Schema kSchema{"Fields", kFields};
};

struct RangeMessage {
  enum : std::uint8_t { kStartLine, kStartColumn, kEndLine, kEndColumn, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kStartLine, FieldForm::kInt32, "start_line"),
      field(2, kStartColumn, FieldForm::kInt32, "start_col"),
      field(3, kEndLine, FieldForm::kInt32, "end_line"),
      field(4, kEndColumn, FieldForm::kInt32, "end_col"),
  };
  static constexpr Schema kSchema{"Location.Range", kFields};
};

struct LocationMessage {
  enum : std::uint8_t { kModule, kRange, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kModule, FieldForm::kMessage, "module"),
      field(2, kRange, FieldForm::kMessage, "range"),
  };
  static constexpr Schema kSchema{"Location", kFields};
};

} // namespace tenon::daml::archive
