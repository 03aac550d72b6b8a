// The messages of expressions, patterns, updates and scenarios. See wire_schema.hpp.
#pragma once

#include "archive/wire_schema.hpp"

namespace tenon::daml::archive {

struct ExprMessage {
  enum : std::uint8_t { kLocation, kSum, kCount };
  enum : std::uint16_t {
    kVariableText = 1,
    kValue = 2,
    kBuiltin = 3,
    kConstant = 4,
    kLiteral = 5,
    kRecord = 6,
    kRecordProjection = 7,
    kVariant = 8,
    kStruct = 9,
    kStructProjection = 10,
    kApplication = 11,
    kTypeApplication = 12,
    kAbstraction = 13,
    kTypeAbstraction = 14,
    kCase = 15,
    kLet = 16,
    kNil = 17,
    kCons = 18,
    kUpdate = 20,
    kScenario = 21,
    kRecordUpdate = 22,
    kStructUpdate = 23,
    kNone = 26,
    kSome = 27,
    kEnum = 28,
    kVariable = 29,
    kToAny = 30,
    kFromAny = 31,
    kTypeRep = 32,
    kToAnyException = 33,
    kFromAnyException = 34,
    kThrow = 35,
    kToInterface = 36,
    kFromInterface = 37,
    kCallInterface = 38,
    kSignatoryInterface = 39,
    kObserverInterface = 40,
    kViewInterface = 41,
    kUnsafeFromInterface = 42,
    kInterfaceTypeRep = 43,
    kToRequiredInterface = 44,
    kFromRequiredInterface = 45,
    kUnsafeFromRequiredInterface = 46,
  };
  static constexpr FieldSpec kFields[] = {
      field(25, kLocation, FieldForm::kMessage, "location"),
      choice(kVariableText, kSum, FieldForm::kText, "var_str"),
      choice(kVariable, kSum, FieldForm::kIndex, "var_interned_str"),
      choice(kValue, kSum, FieldForm::kMessage, "val"),
      choice(kBuiltin, kSum, FieldForm::kEnum, "builtin"),
      choice(kConstant, kSum, FieldForm::kEnum, "prim_con"),
      choice(kLiteral, kSum, FieldForm::kMessage, "prim_lit"),
      choice(kRecord, kSum, FieldForm::kMessage, "rec_con"),
      choice(kRecordProjection, kSum, FieldForm::kMessage, "rec_proj"),
      choice(kRecordUpdate, kSum, FieldForm::kMessage, "rec_upd"),
      choice(kVariant, kSum, FieldForm::kMessage, "variant_con"),
      choice(kEnum, kSum, FieldForm::kMessage, "enum_con"),
      choice(kStruct, kSum, FieldForm::kMessage, "struct_con"),
      choice(kStructProjection, kSum, FieldForm::kMessage, "struct_proj"),
      choice(kStructUpdate, kSum, FieldForm::kMessage, "struct_upd"),
      choice(kApplication, kSum, FieldForm::kMessage, "app"),
      choice(kTypeApplication, kSum, FieldForm::kMessage, "ty_app"),
      choice(kAbstraction, kSum, FieldForm::kMessage, "abs"),
      choice(kTypeAbstraction, kSum, FieldForm::kMessage, "ty_abs"),
      choice(kCase, kSum, FieldForm::kMessage, "case"),
      choice(kLet, kSum, FieldForm::kMessage, "let"),
      choice(kNil, kSum, FieldForm::kMessage, "nil"),
      choice(kCons, kSum, FieldForm::kMessage, "cons"),
      choice(kUpdate, kSum, FieldForm::kMessage, "update"),
      choice(kScenario, kSum, FieldForm::kMessage, "scenario"),
      choice(kNone, kSum, FieldForm::kMessage, "optional_none"),
      choice(kSome, kSum, FieldForm::kMessage, "optional_some"),
      choice(kToAny, kSum, FieldForm::kMessage, "to_any"),
      choice(kFromAny, kSum, FieldForm::kMessage, "from_any"),
      choice(kTypeRep, kSum, FieldForm::kMessage, "type_rep"),
      choice(kToAnyException, kSum, FieldForm::kMessage, "to_any_exception"),
      choice(kFromAnyException, kSum, FieldForm::kMessage, "from_any_exception"),
      choice(kThrow, kSum, FieldForm::kMessage, "throw"),
      choice(kToInterface, kSum, FieldForm::kMessage, "to_interface"),
      choice(kFromInterface, kSum, FieldForm::kMessage, "from_interface"),
      choice(kCallInterface, kSum, FieldForm::kMessage, "call_interface"),
      choice(kSignatoryInterface, kSum, FieldForm::kMessage, "signatory_interface"),
      choice(kObserverInterface, kSum, FieldForm::kMessage, "observer_interface"),
      choice(kViewInterface, kSum, FieldForm::kMessage, "view_interface"),
      choice(kUnsafeFromInterface, kSum, FieldForm::kMessage, "unsafe_from_interface"),
      choice(kInterfaceTypeRep, kSum, FieldForm::kMessage, "interface_template_type_rep"),
      choice(kToRequiredInterface, kSum, FieldForm::kMessage, "to_required_interface"),
      choice(kFromRequiredInterface, kSum, FieldForm::kMessage, "from_required_interface"),
      choice(kUnsafeFromRequiredInterface, kSum, FieldForm::kMessage,
             "unsafe_from_required_interface"),
  };
  static constexpr Schema kSchema{"Expr", kFields};
};

struct LiteralMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t {
    kInt64 = 1,
    kDecimalText = 2,
    kTextText = 4,
    kTimestamp = 5,
    kPartyText = 7,
    kDate = 8,
    kNumeric = 10,
    kText = 11,
    kParty = 12,
    kRoundingMode = 13,
  };
  static constexpr FieldSpec kFields[] = {
      choice(kInt64, kSum, FieldForm::kSint64, "int64"),
      choice(kDecimalText, kSum, FieldForm::kText, "decimal_str"),
      choice(kNumeric, kSum, FieldForm::kIndex, "numeric_interned_str"),
      choice(kTextText, kSum, FieldForm::kText, "text_str"),
      choice(kText, kSum, FieldForm::kIndex, "text_interned_str"),
      choice(kTimestamp, kSum, FieldForm::kSfixed64, "timestamp"),
      choice(kPartyText, kSum, FieldForm::kText, "party_str"),
      choice(kParty, kSum, FieldForm::kIndex, "party_interned_str"),
      choice(kDate, kSum, FieldForm::kInt32, "date"),
      choice(kRoundingMode, kSum, FieldForm::kEnum, "rounding_mode"),
  };
  static constexpr Schema kSchema{"PrimLit", kFields};
};

struct FieldExprMessage {
  enum : std::uint8_t { kName, kValue, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kName, FieldForm::kText, "field_str"),
      choice(3, kName, FieldForm::kIndex, "field_interned_str"),
      field(2, kValue, FieldForm::kMessage, "expr"),
  };
  static constexpr Schema kSchema{"FieldWithExpr", kFields};
};

struct RecordMessage {
  enum : std::uint8_t { kType, kValues, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      field(2, kValues, FieldForm::kMessages, "fields"),
  };
  static constexpr Schema kSchema{"Expr.RecCon", kFields};
};

struct RecordProjectionMessage {
  enum : std::uint8_t { kType, kField, kRecord, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      choice(2, kField, FieldForm::kText, "field_str"),
      choice(4, kField, FieldForm::kIndex, "field_interned_str"),
      field(3, kRecord, FieldForm::kMessage, "record"),
  };
  static constexpr Schema kSchema{"Expr.RecProj", kFields};
};

struct RecordUpdateMessage {
  enum : std::uint8_t { kType, kField, kRecord, kValue, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      choice(2, kField, FieldForm::kText, "field_str"),
      choice(5, kField, FieldForm::kIndex, "field_interned_str"),
      field(3, kRecord, FieldForm::kMessage, "record"),
      field(4, kValue, FieldForm::kMessage, "update"),
  };
  static constexpr Schema kSchema{"Expr.RecUpd", kFields};
};

struct VariantMessage {
  enum : std::uint8_t { kType, kConstructor, kArgument, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      choice(2, kConstructor, FieldForm::kText, "variant_con_str"),
      choice(4, kConstructor, FieldForm::kIndex, "variant_con_interned_str"),
      field(3, kArgument, FieldForm::kMessage, "variant_arg"),
  };
  static constexpr Schema kSchema{"Expr.VariantCon", kFields};
};

struct EnumMessage {
  enum : std::uint8_t { kType, kConstructor, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "tycon"),
      choice(2, kConstructor, FieldForm::kText, "enum_con_str"),
      choice(3, kConstructor, FieldForm::kIndex, "enum_con_interned_str"),
  };
  static constexpr Schema kSchema{"Expr.EnumCon", kFields};
};

struct StructMessage {
  enum : std::uint8_t { kValues, kCount };
  static constexpr FieldSpec kFields[] = {field(1, kValues, FieldForm::kMessages, "fields")};
  static constexpr Schema kSchema{"Expr.StructCon", kFields};
};

struct StructProjectionMessage {
  enum : std::uint8_t { kField, kRecord, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kField, FieldForm::kText, "field_str"),
      choice(3, kField, FieldForm::kIndex, "field_interned_str"),
      field(2, kRecord, FieldForm::kMessage, "struct"),
  };
  static constexpr Schema kSchema{"Expr.StructProj", kFields};
};

struct StructUpdateMessage {
  enum : std::uint8_t { kField, kRecord, kValue, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kField, FieldForm::kText, "field_str"),
      choice(4, kField, FieldForm::kIndex, "field_interned_str"),
      field(2, kRecord, FieldForm::kMessage, "struct"),
      field(3, kValue, FieldForm::kMessage, "update"),
  };
  static constexpr Schema kSchema{"Expr.StructUpd", kFields};
};

struct ApplicationMessage {
  enum : std::uint8_t { kFunction, kArguments, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kFunction, FieldForm::kMessage, "fun"),
      field(2, kArguments, FieldForm::kMessages, "args"),
  };
  static constexpr Schema kSchema{"Expr.App", kFields};
};

struct TypeApplicationMessage {
  enum : std::uint8_t { kFunction, kArguments, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kFunction, FieldForm::kMessage, "expr"),
      field(2, kArguments, FieldForm::kMessages, "types"),
  };
  static constexpr Schema kSchema{"Expr.TyApp", kFields};
};

// Over values and over types.
struct AbstractionMessage {
  enum : std::uint8_t { kParameters, kBody, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kParameters, FieldForm::kMessages, "param"),
      field(2, kBody, FieldForm::kMessage, "body"),
  };
  static constexpr Schema kSchema{"Expr.Abs", kFields};
};

struct CaseMessage {
  enum : std::uint8_t { kScrutinee, kAlternatives, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kScrutinee, FieldForm::kMessage, "scrut"),
      field(2, kAlternatives, FieldForm::kMessages, "alts"),
  };
  static constexpr Schema kSchema{"Case", kFields};
};

struct AlternativeMessage {
  enum : std::uint8_t { kSum, kBody, kCount };
  enum : std::uint16_t {
    kDefault = 1,
    kVariant = 2,
    kConstant = 3,
    kNil = 4,
    kCons = 5,
    kNone = 7,
    kSome = 8,
    kEnum = 9,
  };
  static constexpr FieldSpec kFields[] = {
      choice(kDefault, kSum, FieldForm::kMessage, "default"),
      choice(kVariant, kSum, FieldForm::kMessage, "variant"),
      choice(kConstant, kSum, FieldForm::kEnum, "prim_con"),
      choice(kNil, kSum, FieldForm::kMessage, "nil"),
      choice(kCons, kSum, FieldForm::kMessage, "cons"),
      choice(kNone, kSum, FieldForm::kMessage, "optional_none"),
      choice(kSome, kSum, FieldForm::kMessage, "optional_some"),
      choice(kEnum, kSum, FieldForm::kMessage, "enum"),
      field(6, kBody, FieldForm::kMessage, "body"),
  };
  static constexpr Schema kSchema{"CaseAlt", kFields};
};

struct VariantPatternMessage {
  enum : std::uint8_t { kType, kConstructor, kBinder, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "con"),
      choice(2, kConstructor, FieldForm::kText, "variant_str"),
      choice(4, kConstructor, FieldForm::kIndex, "variant_interned_str"),
      choice(3, kBinder, FieldForm::kText, "binder_str"),
      choice(5, kBinder, FieldForm::kIndex, "binder_interned_str"),
  };
  static constexpr Schema kSchema{"CaseAlt.Variant", kFields};
};

struct EnumPatternMessage {
  enum : std::uint8_t { kType, kConstructor, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "con"),
      choice(2, kConstructor, FieldForm::kText, "constructor_str"),
      choice(3, kConstructor, FieldForm::kIndex, "constructor_interned_str"),
  };
  static constexpr Schema kSchema{"CaseAlt.Enum", kFields};
};

struct ConsPatternMessage {
  enum : std::uint8_t { kHead, kTail, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kHead, FieldForm::kText, "var_head_str"),
      choice(3, kHead, FieldForm::kIndex, "var_head_interned_str"),
      choice(2, kTail, FieldForm::kText, "var_tail_str"),
      choice(4, kTail, FieldForm::kIndex, "var_tail_interned_str"),
  };
  static constexpr Schema kSchema{"CaseAlt.Cons", kFields};
};

struct SomePatternMessage {
  enum : std::uint8_t { kBody, kCount };
  static constexpr FieldSpec kFields[] = {
      choice(1, kBody, FieldForm::kText, "var_body_str"),
      choice(2, kBody, FieldForm::kIndex, "var_body_interned_str"),
  };
  static constexpr Schema kSchema{"CaseAlt.OptionalSome", kFields};
};

struct BlockMessage {
  enum : std::uint8_t { kBindings, kBody, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kBindings, FieldForm::kMessages, "bindings"),
      field(2, kBody, FieldForm::kMessage, "body"),
  };
  static constexpr Schema kSchema{"Block", kFields};
};

struct BindingMessage {
  enum : std::uint8_t { kBinder, kValue, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kBinder, FieldForm::kMessage, "binder"),
      field(2, kValue, FieldForm::kMessage, "bound"),
  };
  static constexpr Schema kSchema{"Binding", kFields};
};

struct ConsMessage {
  enum : std::uint8_t { kType, kFront, kTail, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "type"),
      field(2, kFront, FieldForm::kMessages, "front"),
      field(3, kTail, FieldForm::kMessage, "tail"),
  };
  static constexpr Schema kSchema{"Expr.Cons", kFields};
};

// A type alone: of an empty list, of none.
struct TypeOnlyMessage {
  enum : std::uint8_t { kType, kCount };
  static constexpr FieldSpec kFields[] = {field(1, kType, FieldForm::kMessage, "type")};
  static constexpr Schema kSchema{"type of nothing", kFields};
};

// A type and an expression: some, conversions of Any and AnyException, pure and embedded steps.
struct TypedMessage {
  enum : std::uint8_t { kType, kOperand, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kType, FieldForm::kMessage, "type"),
      field(2, kOperand, FieldForm::kMessage, "expr"),
  };
  static constexpr Schema kSchema{"typed expression", kFields};
};

struct ThrowMessage {
  enum : std::uint8_t { kResult, kExceptionType, kException, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kResult, FieldForm::kMessage, "return_type"),
      field(2, kExceptionType, FieldForm::kMessage, "exception_type"),
      field(3, kException, FieldForm::kMessage, "exception_expr"),
  };
  static constexpr Schema kSchema{"Expr.Throw", kFields};
};

// Between an interface and a template or an interface that requires it.
struct ConversionMessage {
  enum : std::uint8_t { kInterface, kSpecific, kOperand, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kInterface, FieldForm::kMessage, "interface"),
      field(2, kSpecific, FieldForm::kMessage, "template or requiring interface"),
      field(3, kOperand, FieldForm::kMessage, "expr"),
  };
  static constexpr Schema kSchema{"interface conversion", kFields};
};

struct UnsafeConversionMessage {
  enum : std::uint8_t { kInterface, kSpecific, kContractId, kOperand, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kInterface, FieldForm::kMessage, "interface"),
      field(2, kSpecific, FieldForm::kMessage, "template or requiring interface"),
      field(3, kContractId, FieldForm::kMessage, "contract_id_expr"),
      field(4, kOperand, FieldForm::kMessage, "interface_expr"),
  };
  static constexpr Schema kSchema{"unsafe interface conversion", kFields};
};

struct CallInterfaceMessage {
  enum : std::uint8_t { kInterface, kMethod, kOperand, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kInterface, FieldForm::kMessage, "interface_type"),
      field(2, kMethod, FieldForm::kIndex, "method_interned_name"),
      field(3, kOperand, FieldForm::kMessage, "interface_expr"),
  };
  static constexpr Schema kSchema{"Expr.CallInterface", kFields};
};

// A name of a template or interface and an expression: queries of interface values, create, fetch,
// fetch and lookup by key.
struct TargetMessage {
  enum : std::uint8_t { kTarget, kOperand, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kTarget, FieldForm::kMessage, "template or interface"),
      field(2, kOperand, FieldForm::kMessage, "expr"),
  };
  static constexpr Schema kSchema{"expression on a template or interface", kFields};
};

struct UpdateMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t {
    kPure = 1,
    kBlock = 2,
    kCreate = 3,
    kExercise = 4,
    kFetch = 5,
    kGetTime = 6,
    kEmbed = 7,
    kLookupByKey = 8,
    kFetchByKey = 9,
    kExerciseByKey = 10,
    kTryCatch = 11,
    kCreateInterface = 12,
    kExerciseInterface = 13,
    kFetchInterface = 14,
    kSoftFetch = 16,
    kSoftExercise = 17,
  };
  static constexpr FieldSpec kFields[] = {
      choice(kPure, kSum, FieldForm::kMessage, "pure"),
      choice(kBlock, kSum, FieldForm::kMessage, "block"),
      choice(kCreate, kSum, FieldForm::kMessage, "create"),
      choice(kExercise, kSum, FieldForm::kMessage, "exercise"),
      choice(kExerciseByKey, kSum, FieldForm::kMessage, "exercise_by_key"),
      choice(kFetch, kSum, FieldForm::kMessage, "fetch"),
      choice(kGetTime, kSum, FieldForm::kMessage, "get_time"),
      choice(kLookupByKey, kSum, FieldForm::kMessage, "lookup_by_key"),
      choice(kFetchByKey, kSum, FieldForm::kMessage, "fetch_by_key"),
      choice(kEmbed, kSum, FieldForm::kMessage, "embed_expr"),
      choice(kTryCatch, kSum, FieldForm::kMessage, "try_catch"),
      choice(kCreateInterface, kSum, FieldForm::kMessage, "create_interface"),
      choice(kExerciseInterface, kSum, FieldForm::kMessage, "exercise_interface"),
      choice(kFetchInterface, kSum, FieldForm::kMessage, "fetch_interface"),
      choice(kSoftFetch, kSum, FieldForm::kMessage, "soft_fetch"),
      choice(kSoftExercise, kSum, FieldForm::kMessage, "soft_exercise"),
  };
  static constexpr Schema kSchema{"Update", kFields};
};

// Of a template: exercise and soft exercise.
struct ExerciseMessage {
  enum : std::uint8_t { kTarget, kChoice, kContractId, kArgument, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kTarget, FieldForm::kMessage, "template"),
      choice(2, kChoice, FieldForm::kText, "choice_str"),
      choice(6, kChoice, FieldForm::kIndex, "choice_interned_str"),
      field(3, kContractId, FieldForm::kMessage, "cid"),
      field(5, kArgument, FieldForm::kMessage, "arg"),
  };
  static constexpr Schema kSchema{"Update.Exercise", kFields};
};

// By interface, and by key.
struct LaterExerciseMessage {
  enum : std::uint8_t { kTarget, kChoice, kSubject, kArgument, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kTarget, FieldForm::kMessage, "template or interface"),
      field(2, kChoice, FieldForm::kIndex, "choice_interned_str"),
      field(3, kSubject, FieldForm::kMessage, "cid or key"),
      field(4, kArgument, FieldForm::kMessage, "arg"),
  };
  static constexpr Schema kSchema{"Update.ExerciseInterface or ExerciseByKey", kFields};
};

struct TryCatchMessage {
  enum : std::uint8_t { kResult, kTried, kException, kHandler, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kResult, FieldForm::kMessage, "return_type"),
      field(2, kTried, FieldForm::kMessage, "try_expr"),
      field(3, kException, FieldForm::kIndex, "var_interned_str"),
      field(4, kHandler, FieldForm::kMessage, "catch_expr"),
  };
  static constexpr Schema kSchema{"Update.TryCatch", kFields};
};

struct ScenarioMessage {
  enum : std::uint8_t { kSum, kCount };
  enum : std::uint16_t {
    kPure = 1,
    kBlock = 2,
    kCommit = 3,
    kMustFailAt = 4,
    kPass = 5,
    kGetTime = 6,
    kGetParty = 7,
    kEmbed = 8,
  };
  static constexpr FieldSpec kFields[] = {
      choice(kPure, kSum, FieldForm::kMessage, "pure"),
      choice(kBlock, kSum, FieldForm::kMessage, "block"),
      choice(kCommit, kSum, FieldForm::kMessage, "commit"),
      choice(kMustFailAt, kSum, FieldForm::kMessage, "mustFailAt"),
      choice(kPass, kSum, FieldForm::kMessage, "pass"),
      choice(kGetTime, kSum, FieldForm::kMessage, "get_time"),
      choice(kGetParty, kSum, FieldForm::kMessage, "get_party"),
      choice(kEmbed, kSum, FieldForm::kMessage, "embed_expr"),
  };
  static constexpr Schema kSchema{"Scenario", kFields};
};

struct CommitMessage {
  enum : std::uint8_t { kParty, kUpdate, kResult, kCount };
  static constexpr FieldSpec kFields[] = {
      field(1, kParty, FieldForm::kMessage, "party"),
      field(2, kUpdate, FieldForm::kMessage, "expr"),
      field(3, kResult, FieldForm::kMessage, "ret_type"),
  };
  static constexpr Schema kSchema{"Scenario.Commit", kFields};
};

} // namespace tenon::daml::archive
