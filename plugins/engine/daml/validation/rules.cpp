#include "validation/rules.hpp"

#include <array>

namespace tenon::daml::validation {

namespace {

using R = Rule;

constexpr std::array kRules = {
    RuleInfo{R::kDependencyKnown, "packages that are mentioned"},
    RuleInfo{R::kDependencyVersion, "language version of a dependency"},
    RuleInfo{R::kVersionFeature, "what the language version has"},
    RuleInfo{R::kModuleCycle, "references between modules"},
    RuleInfo{R::kSynonymCycle, "references between type synonyms"},
    RuleInfo{R::kCollision, "names without regard to case"},
    RuleInfo{R::kExpressionLevels, "levels of an expression"},
    RuleInfo{R::kTypeLevels, "levels of a type"},
    RuleInfo{R::kTypeParts, "size of a type"},
    RuleInfo{R::kWork, "work of the validation"},
    RuleInfo{R::kKindForm, "form of a kind"},
    RuleInfo{R::kTypeVariable, "type variable"},
    RuleInfo{R::kDataTypeKnown, "name of a data type"},
    RuleInfo{R::kSynonymKnown, "name of a type synonym"},
    RuleInfo{R::kSynonymArity, "arguments of a type synonym"},
    RuleInfo{R::kTypeArgumentKind, "kind of a type's argument"},
    RuleInfo{R::kTypeArgumentCount, "number of a type's arguments"},
    RuleInfo{R::kTypeOfValues, "type that has values"},
    RuleInfo{R::kTypeParameterTwice, "names of type parameters"},
    RuleInfo{R::kEnumParameters, "type parameters of an enum"},
    RuleInfo{R::kInterfaceTypeParameters, "type parameters of an interface"},
    RuleInfo{R::kInterfaceTypeOwner, "interface of an interface type"},
    RuleInfo{R::kInterfaceType, "type of an interface"},
    RuleInfo{R::kValueBody, "type of a value"},
    RuleInfo{R::kTestScenario, "type of a test"},
    RuleInfo{R::kExceptionRecord, "data type of an exception"},
    RuleInfo{R::kExceptionMessage, "message of an exception"},
    RuleInfo{R::kTemplateRecord, "data type of a template"},
    RuleInfo{R::kPrecondition, "precondition"},
    RuleInfo{R::kSignatories, "signatories"},
    RuleInfo{R::kObservers, "observers"},
    RuleInfo{R::kAgreement, "agreement text"},
    RuleInfo{R::kKeyForm, "form of a restricted key"},
    RuleInfo{R::kKey, "key"},
    RuleInfo{R::kMaintainers, "maintainers"},
    RuleInfo{R::kChoiceControllers, "controllers"},
    RuleInfo{R::kChoiceObservers, "observers of a choice"},
    RuleInfo{R::kChoiceAuthorizers, "authorizers"},
    RuleInfo{R::kChoiceUpdate, "update of a choice"},
    RuleInfo{R::kRequirementKnown, "required interface"},
    RuleInfo{R::kRequirementSelf, "interface that requires itself"},
    RuleInfo{R::kRequirementClosed, "requirements of a required interface"},
    RuleInfo{R::kViewRecord, "type of a view"},
    RuleInfo{R::kInstanceInterface, "interface of an instance"},
    RuleInfo{R::kInstanceTemplate, "template of an instance"},
    RuleInfo{R::kInstanceOnce, "definitions of an instance"},
    RuleInfo{R::kInstanceRequirement, "instances that an instance requires"},
    RuleInfo{R::kInstanceMethodMissing, "methods of an instance"},
    RuleInfo{R::kInstanceMethodUnknown, "method of an instance"},
    RuleInfo{R::kInstanceMethod, "type of a method of an instance"},
    RuleInfo{R::kInstanceView, "view of an instance"},
    RuleInfo{R::kSerializableData, "data type that claims to be serializable"},
    RuleInfo{R::kSerializableContract, "serializable type of a contract"},
    RuleInfo{R::kSerializableArgument, "serializable argument of a choice"},
    RuleInfo{R::kSerializableResult, "serializable result of a choice"},
    RuleInfo{R::kSerializableKey, "serializable key"},
    RuleInfo{R::kSerializableException, "serializable exception"},
    RuleInfo{R::kSerializableView, "serializable view"},
    RuleInfo{R::kVariableKnown, "variable"},
    RuleInfo{R::kValueKnown, "name of a value"},
    RuleInfo{R::kLiteral, "literal"},
    RuleInfo{R::kDataArity, "arguments of a data type"},
    RuleInfo{R::kRecordType, "record type"},
    RuleInfo{R::kRecordFields, "fields of a record"},
    RuleInfo{R::kRecordField, "field of a record"},
    RuleInfo{R::kProjectionField, "field of a projection"},
    RuleInfo{R::kProjectionRecord, "record of a projection"},
    RuleInfo{R::kUpdateField, "field of a record update"},
    RuleInfo{R::kUpdateRecord, "record of a record update"},
    RuleInfo{R::kUpdateValue, "value of a record update"},
    RuleInfo{R::kVariantType, "variant type"},
    RuleInfo{R::kVariantConstructor, "constructor of a variant"},
    RuleInfo{R::kVariantArgument, "argument of a variant"},
    RuleInfo{R::kEnumType, "enum type"},
    RuleInfo{R::kEnumConstructor, "constructor of an enum"},
    RuleInfo{R::kStructFieldTwice, "fields of a struct"},
    RuleInfo{R::kStructType, "struct"},
    RuleInfo{R::kStructField, "field of a struct"},
    RuleInfo{R::kStructValue, "value of a struct update"},
    RuleInfo{R::kFunction, "function of an application"},
    RuleInfo{R::kArgument, "argument of an application"},
    RuleInfo{R::kPolymorphic, "expression applied to a type"},
    RuleInfo{R::kTypeArgument, "kind of a type that an expression is applied to"},
    RuleInfo{R::kCaseEmpty, "alternatives of a case"},
    RuleInfo{R::kCasePattern, "pattern of a case"},
    RuleInfo{R::kCaseConstructor, "constructor of a pattern"},
    RuleInfo{R::kCaseBinders, "variables of a pattern"},
    RuleInfo{R::kCaseResult, "results of a case"},
    RuleInfo{R::kCaseExhaustive, "patterns of a case"},
    RuleInfo{R::kLetValue, "value of a binding"},
    RuleInfo{R::kListFront, "front of a list"},
    RuleInfo{R::kListElement, "element of a list"},
    RuleInfo{R::kListTail, "tail of a list"},
    RuleInfo{R::kSomeValue, "value of an optional"},
    RuleInfo{R::kAnyType, "type that Any can hold"},
    RuleInfo{R::kToAny, "value for Any"},
    RuleInfo{R::kFromAny, "value of Any"},
    RuleInfo{R::kExceptionType, "exception type"},
    RuleInfo{R::kThrow, "exception that is thrown"},
    RuleInfo{R::kToAnyException, "value for AnyException"},
    RuleInfo{R::kFromAnyException, "value of AnyException"},
    RuleInfo{R::kConversionInstance, "instance that a conversion needs"},
    RuleInfo{R::kConversionRequirement, "requirement that a conversion needs"},
    RuleInfo{R::kConversionContractId, "contract id of a conversion"},
    RuleInfo{R::kConversionValue, "value of a conversion"},
    RuleInfo{R::kInterfaceKnown, "name of an interface"},
    RuleInfo{R::kMethodKnown, "name of a method"},
    RuleInfo{R::kMethodReceiver, "value that a method is called on"},
    RuleInfo{R::kInterfaceValue, "value that is asked through an interface"},
    RuleInfo{R::kPureValue, "value that is returned"},
    RuleInfo{R::kEmbedded, "embedded expression"},
    RuleInfo{R::kBindingValue, "step of a block"},
    RuleInfo{R::kBlockUpdate, "last step of an update block"},
    RuleInfo{R::kTemplateKnown, "name of a template"},
    RuleInfo{R::kTemplateKey, "template with a key"},
    RuleInfo{R::kSoftFetchKey, "template of a soft fetch"},
    RuleInfo{R::kCreateArgument, "argument of a create"},
    RuleInfo{R::kChoiceKnown, "name of a choice"},
    RuleInfo{R::kExerciseContractId, "contract id of an exercise"},
    RuleInfo{R::kExerciseArgument, "argument of an exercise"},
    RuleInfo{R::kFetchContractId, "contract id of a fetch"},
    RuleInfo{R::kByKey, "key of a look-up"},
    RuleInfo{R::kTryBody, "what is tried"},
    RuleInfo{R::kTryHandler, "handler of a try"},
    RuleInfo{R::kBlockScenario, "last step of a scenario block"},
    RuleInfo{R::kCommitParty, "party of a commit"},
    RuleInfo{R::kCommitUpdate, "update of a commit"},
    RuleInfo{R::kPassDelta, "time that passes"},
    RuleInfo{R::kPartyName, "name of a party"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i)
      return false;
  }
  return kRules.size() == static_cast<std::size_t>(Rule::kPartyName) + 1;
}
static_assert(in_order());

} // namespace

std::span<const RuleInfo> rules() {
  return kRules;
}

std::string_view rule_name(Rule rule) {
  return kRules[static_cast<std::size_t>(rule)].name;
}

} // namespace tenon::daml::validation
