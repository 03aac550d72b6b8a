// What a package must keep to, one name for each thing that can be wrong. Every refusal of the
// validator says which of these it is. Constants; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tenon::daml::validation {

enum class Rule : std::uint8_t {
  // The package as a whole.
  kDependencyKnown,
  kDependencyVersion,
  kVersionFeature,
  kModuleCycle,
  kSynonymCycle,
  kCollision,
  kExpressionLevels,
  kTypeLevels,
  kTypeParts,
  kWork,
  // Kinds and types.
  kKindForm,
  kTypeVariable,
  kDataTypeKnown,
  kSynonymKnown,
  kSynonymArity,
  kTypeArgumentKind,
  kTypeArgumentCount,
  kTypeOfValues,
  // Definitions.
  kTypeParameterTwice,
  kEnumParameters,
  kInterfaceTypeParameters,
  kInterfaceTypeOwner,
  kInterfaceType,
  kValueBody,
  kTestScenario,
  kExceptionRecord,
  kExceptionMessage,
  // Templates and choices.
  kTemplateRecord,
  kPrecondition,
  kSignatories,
  kObservers,
  kAgreement,
  kKeyForm,
  kKey,
  kMaintainers,
  kChoiceControllers,
  kChoiceObservers,
  kChoiceAuthorizers,
  kChoiceUpdate,
  // Interfaces and their instances.
  kRequirementKnown,
  kRequirementSelf,
  kRequirementClosed,
  kViewRecord,
  kInstanceInterface,
  kInstanceTemplate,
  kInstanceOnce,
  kInstanceRequirement,
  kInstanceMethodMissing,
  kInstanceMethodUnknown,
  kInstanceMethod,
  kInstanceView,
  // What is stored on the ledger.
  kSerializableData,
  kSerializableContract,
  kSerializableArgument,
  kSerializableResult,
  kSerializableKey,
  kSerializableException,
  kSerializableView,
  // Expressions.
  kVariableKnown,
  kValueKnown,
  kLiteral,
  kDataArity,
  kRecordType,
  kRecordFields,
  kRecordField,
  kProjectionField,
  kProjectionRecord,
  kUpdateField,
  kUpdateRecord,
  kUpdateValue,
  kVariantType,
  kVariantConstructor,
  kVariantArgument,
  kEnumType,
  kEnumConstructor,
  kStructFieldTwice,
  kStructType,
  kStructField,
  kStructValue,
  kFunction,
  kArgument,
  kPolymorphic,
  kTypeArgument,
  kCaseEmpty,
  kCasePattern,
  kCaseConstructor,
  kCaseBinders,
  kCaseResult,
  kCaseExhaustive,
  kLetValue,
  kListFront,
  kListElement,
  kListTail,
  kSomeValue,
  kAnyType,
  kToAny,
  kFromAny,
  kExceptionType,
  kThrow,
  kToAnyException,
  kFromAnyException,
  // Expressions about interfaces.
  kConversionInstance,
  kConversionRequirement,
  kConversionContractId,
  kConversionValue,
  kInterfaceKnown,
  kMethodKnown,
  kMethodReceiver,
  kInterfaceValue,
  // Updates and scenarios.
  kPureValue,
  kEmbedded,
  kBindingValue,
  kBlockUpdate,
  kTemplateKnown,
  kTemplateKey,
  kSoftFetchKey,
  kCreateArgument,
  kChoiceKnown,
  kExerciseContractId,
  kExerciseArgument,
  kFetchContractId,
  kByKey,
  kTryBody,
  kTryHandler,
  kBlockScenario,
  kCommitParty,
  kCommitUpdate,
  kPassDelta,
  kPartyName,
};

struct RuleInfo {
  Rule rule;
  std::string_view name; // what the rule is about, as a refusal puts it
};

// In the order of the enumeration.
[[nodiscard]] std::span<const RuleInfo> rules();
[[nodiscard]] std::string_view rule_name(Rule rule);
// Whether breaking it means that the package is too large rather than wrong.
constexpr bool is_limit(Rule rule) {
  return rule >= Rule::kExpressionLevels && rule <= Rule::kWork;
}

} // namespace tenon::daml::validation
