// Updates, scenarios, and expressions about interfaces.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using B = lf::BuiltinType;
using lf::ExprForm;
using lf::LanguageVersion;
using lf::ScenarioForm;
using lf::UpdateForm;

Lab::E pure(Lab& l) {
  return l.typed_step(UpdateForm::kPure, l.int64(), l.integer(1));
}
Lab::E spure(Lab& l) {
  return l.scenario_step(ScenarioForm::kPure, l.int64(), l.integer(1));
}
Lab::E get_time(Lab& l) {
  return l.typed_step(UpdateForm::kGetTime, nullptr, nullptr);
}
Lab::E as_asset(Lab& l) {
  return l.conversion(ExprForm::kToInterface, "Asset", "Coin", l.coin_value());
}
Lab::E as_base(Lab& l) {
  return l.conversion(ExprForm::kToInterface, "Base", "Coin", l.coin_value());
}

const ClaimCase kCases[] = {
    {Rule::kPureValue, "of an update",
     [](Lab& l) {
       return Claim{l.update(l.int64()), pure(l)};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.typed_step(UpdateForm::kPure, l.int64(), l.string(""))};
     }},
    {Rule::kPureValue, "of a scenario",
     [](Lab& l) {
       return Claim{l.scenario(l.int64()), spure(l)};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.int64()),
                    l.scenario_step(ScenarioForm::kPure, l.int64(), l.string(""))};
     }},
    {Rule::kEmbedded, "an update",
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.typed_step(UpdateForm::kEmbed, l.int64(), pure(l))};
     },
     [](Lab& l) {
       return Claim{l.update(l.text()), l.typed_step(UpdateForm::kEmbed, l.text(), pure(l))};
     }},
    {Rule::kEmbedded, "a scenario",
     [](Lab& l) {
       return Claim{l.scenario(l.int64()),
                    l.scenario_step(ScenarioForm::kEmbed, l.int64(), spure(l))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.int64()),
                    l.scenario_step(ScenarioForm::kEmbed, l.int64(), pure(l))};
     }},
    {Rule::kBindingValue, "of an update block",
     [](Lab& l) {
       return Claim{l.update(l.int64()),
                    l.block(l.int64(), pure(l),
                            l.typed_step(UpdateForm::kPure, l.int64(), l.variable("b")))};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.block(l.text(), pure(l), pure(l))};
     }},
    {Rule::kBindingValue, "of a scenario block",
     [](Lab& l) {
       return Claim{l.scenario(l.int64()), l.scenario_block(l.int64(), spure(l), spure(l))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.int64()), l.scenario_block(l.int64(), pure(l), spure(l))};
     }},
    {Rule::kBlockUpdate, "the last step",
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.block(l.int64(), pure(l), pure(l))};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.block(l.int64(), pure(l), spure(l))};
     }},
    {Rule::kBlockScenario, "the last step",
     [](Lab& l) {
       return Claim{l.scenario(l.int64()), l.scenario_block(l.int64(), spure(l), spure(l))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.int64()), l.scenario_block(l.int64(), spure(l), l.integer(1))};
     }},
    {Rule::kValueBody, "of get time",
     [](Lab& l) {
       return Claim{l.update(l.simple(B::kTimestamp)), get_time(l)};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), get_time(l)};
     }},
    {Rule::kTemplateKnown, "created",
     [](Lab& l) {
       return Claim{l.update(l.contract_id(l.data("Coin"))),
                    l.step(UpdateForm::kCreate, "Coin", l.coin_value())};
     },
     [](Lab& l) {
       return Claim{l.update(l.contract_id(l.data("Rec"))),
                    l.step(UpdateForm::kCreate, "Rec", l.rec())};
     }},
    {Rule::kCreateArgument, "of a template",
     [](Lab& l) {
       return Claim{l.update(l.contract_id(l.data("Note"))),
                    l.step(UpdateForm::kCreate, "Note", l.any(l.data("Note")))};
     },
     [](Lab& l) {
       return Claim{l.update(l.contract_id(l.data("Note"))),
                    l.step(UpdateForm::kCreate, "Note", l.coin_value())};
     }},
    {Rule::kCreateArgument, "of an interface",
     [](Lab& l) {
       return Claim{l.update(l.contract_id(l.data("Asset"))),
                    l.step(UpdateForm::kCreateInterface, "Asset", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.update(l.contract_id(l.data("Asset"))),
                    l.step(UpdateForm::kCreateInterface, "Asset", l.coin_value())};
     }},
    {Rule::kChoiceKnown, "of a template",
     [](Lab& l) {
       return Claim{l.update(l.int64()),
                    l.step(UpdateForm::kExercise, "Coin", l.any_id("Coin"), l.any_party(), "Give")};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()),
                    l.step(UpdateForm::kExercise, "Coin", l.any_id("Coin"), l.any_party(), "Take")};
     }},
    {Rule::kChoiceKnown, "of an interface, not of what it requires",
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.step(UpdateForm::kExerciseInterface, "Base",
                                                l.any_id("Base"), l.unit_value(), "Look")};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.step(UpdateForm::kExerciseInterface, "Asset",
                                                l.any_id("Asset"), l.unit_value(), "Look")};
     }},
    {Rule::kExerciseContractId, "of the template",
     [](Lab& l) {
       return Claim{l.update(l.unit()), l.step(UpdateForm::kExercise, "Note", l.any_id("Note"),
                                               l.unit_value(), "Archive")};
     },
     [](Lab& l) {
       return Claim{l.update(l.unit()), l.step(UpdateForm::kExercise, "Note", l.any_id("Coin"),
                                               l.unit_value(), "Archive")};
     }},
    {Rule::kExerciseArgument, "of the choice",
     [](Lab& l) {
       return Claim{l.update(l.int64()),
                    l.step(UpdateForm::kExercise, "Coin", l.any_id("Coin"), l.any_party(), "Give")};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.step(UpdateForm::kExercise, "Coin", l.any_id("Coin"),
                                                l.string("bob"), "Give")};
     }},
    {Rule::kExerciseArgument, "by key",
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.step(UpdateForm::kExerciseByKey, "Coin", l.any_party(),
                                                l.any_party(), "Give")};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.step(UpdateForm::kExerciseByKey, "Coin", l.any_party(),
                                                l.unit_value(), "Give")};
     }},
    {Rule::kTemplateKey, "looked up",
     [](Lab& l) {
       return Claim{l.update(l.optional(l.contract_id(l.data("Coin")))),
                    l.step(UpdateForm::kLookupByKey, "Coin", l.any_party())};
     },
     [](Lab& l) {
       return Claim{l.update(l.optional(l.contract_id(l.data("Note")))),
                    l.step(UpdateForm::kLookupByKey, "Note", l.any_party())};
     }},
    {Rule::kByKey, "of the key's type",
     [](Lab& l) {
       return Claim{l.update(l.structure({{"contract", l.data("Coin")},
                                          {"contractId", l.contract_id(l.data("Coin"))}})),
                    l.step(UpdateForm::kFetchByKey, "Coin", l.any_party())};
     },
     [](Lab& l) {
       return Claim{l.update(l.structure({{"contract", l.data("Coin")},
                                          {"contractId", l.contract_id(l.data("Coin"))}})),
                    l.step(UpdateForm::kFetchByKey, "Coin", l.string("bob"))};
     }},
    {Rule::kFetchContractId, "of the template",
     [](Lab& l) {
       return Claim{l.update(l.data("Coin")), l.step(UpdateForm::kFetch, "Coin", l.any_id("Coin"))};
     },
     [](Lab& l) {
       return Claim{l.update(l.data("Coin")), l.step(UpdateForm::kFetch, "Coin", l.any_id("Note"))};
     }},
    {Rule::kFetchContractId, "of the interface",
     [](Lab& l) {
       return Claim{l.update(l.data("Asset")),
                    l.step(UpdateForm::kFetchInterface, "Asset", l.any_id("Asset"))};
     },
     [](Lab& l) {
       return Claim{l.update(l.data("Asset")),
                    l.step(UpdateForm::kFetchInterface, "Asset", l.any_id("Coin"))};
     }},
    {Rule::kSoftFetchKey, "none",
     [](Lab& l) {
       return Claim{l.update(l.data("Note")),
                    l.step(UpdateForm::kSoftFetch, "Note", l.any_id("Note"))};
     },
     [](Lab& l) {
       return Claim{l.update(l.data("Coin")),
                    l.step(UpdateForm::kSoftFetch, "Coin", l.any_id("Coin"))};
     },
     LanguageVersion::k1_17},
    {Rule::kExerciseContractId, "of a soft exercise",
     [](Lab& l) {
       return Claim{l.update(l.unit()), l.step(UpdateForm::kSoftExercise, "Note", l.any_id("Note"),
                                               l.unit_value(), "Archive")};
     },
     [](Lab& l) {
       return Claim{l.update(l.unit()), l.step(UpdateForm::kSoftExercise, "Note", l.any_id("Coin"),
                                               l.unit_value(), "Archive")};
     },
     LanguageVersion::k1_17},
    {Rule::kTryBody, "of the type that is given",
     [](Lab& l) {
       return Claim{l.update(l.int64()),
                    l.try_catch(l.int64(), pure(l), l.none(l.update(l.int64())))};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()),
                    l.try_catch(l.int64(), get_time(l), l.none(l.update(l.int64())))};
     }},
    {Rule::kTryHandler, "knows the exception",
     [](Lab& l) {
       const auto* oops =
           l.typed(ExprForm::kFromAnyException, l.data("Oops"), l.variable("caught"));
       const auto* other = l.some(l.update(l.int64()), pure(l));
       return Claim{l.update(l.int64()),
                    l.try_catch(l.int64(), pure(l), l.match(oops, {l.otherwise(other)}))};
     },
     [](Lab& l) {
       return Claim{l.update(l.int64()), l.try_catch(l.int64(), pure(l), pure(l))};
     }},
    {Rule::kCommitParty, "a party",
     [](Lab& l) {
       return Claim{l.scenario(l.int64()),
                    l.scenario_step(ScenarioForm::kCommit, l.int64(), l.any_party(), pure(l))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.int64()),
                    l.scenario_step(ScenarioForm::kCommit, l.int64(), l.string("bob"), pure(l))};
     }},
    {Rule::kCommitUpdate, "of the type that is given",
     [](Lab& l) {
       return Claim{l.scenario(l.unit()),
                    l.scenario_step(ScenarioForm::kMustFailAt, l.int64(), l.any_party(), pure(l))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.unit()), l.scenario_step(ScenarioForm::kMustFailAt, l.int64(),
                                                          l.any_party(), get_time(l))};
     }},
    {Rule::kPassDelta, "an integer",
     [](Lab& l) {
       return Claim{l.scenario(l.simple(B::kTimestamp)),
                    l.scenario_step(ScenarioForm::kPass, nullptr, l.integer(1))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.simple(B::kTimestamp)),
                    l.scenario_step(ScenarioForm::kPass, nullptr, l.string("1"))};
     }},
    {Rule::kPartyName, "a text",
     [](Lab& l) {
       return Claim{l.scenario(l.party()),
                    l.scenario_step(ScenarioForm::kGetParty, nullptr, l.string("bob"))};
     },
     [](Lab& l) {
       return Claim{l.scenario(l.party()),
                    l.scenario_step(ScenarioForm::kGetParty, nullptr, l.any_party())};
     }},
    {Rule::kInterfaceKnown, "called",
     [](Lab& l) {
       return Claim{l.int64(), l.call("Asset", "worth", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.call("Coin", "worth", as_asset(l))};
     }},
    {Rule::kMethodKnown, "not of what it requires",
     [](Lab& l) {
       return Claim{l.party(), l.call("Base", "holder", as_base(l))};
     },
     [](Lab& l) {
       return Claim{l.party(), l.call("Asset", "holder", as_asset(l))};
     }},
    {Rule::kMethodReceiver, "of the interface",
     [](Lab& l) {
       return Claim{l.int64(), l.call("Asset", "worth", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.call("Asset", "worth", l.coin_value())};
     }},
    {Rule::kInterfaceValue, "viewed",
     [](Lab& l) {
       return Claim{l.data("View"), l.query(ExprForm::kViewInterface, "Asset", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.data("View"), l.query(ExprForm::kViewInterface, "Asset", as_base(l))};
     }},
    {Rule::kInterfaceValue, "asked for its signatories",
     [](Lab& l) {
       return Claim{l.list(l.party()),
                    l.query(ExprForm::kSignatoryInterface, "Asset", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.list(l.party()),
                    l.query(ExprForm::kObserverInterface, "Asset", l.coin_value())};
     }},
    {Rule::kInterfaceValue, "asked for its template",
     [](Lab& l) {
       return Claim{l.simple(B::kTypeRep),
                    l.query(ExprForm::kInterfaceTypeRep, "Base", as_base(l))};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kTypeRep), l.query(ExprForm::kInterfaceTypeRep, "Base", l.rec())};
     }},
    {Rule::kConversionInstance, "of the template",
     [](Lab& l) {
       return Claim{l.data("Asset"), as_asset(l)};
     },
     [](Lab& l) {
       return Claim{l.data("Asset"),
                    l.conversion(ExprForm::kToInterface, "Asset", "Note", l.any(l.data("Note")))};
     }},
    {Rule::kConversionValue, "to an interface",
     [](Lab& l) {
       return Claim{l.data("Base"), as_base(l)};
     },
     [](Lab& l) {
       return Claim{l.data("Base"),
                    l.conversion(ExprForm::kToInterface, "Base", "Coin", as_asset(l))};
     }},
    {Rule::kConversionValue, "from an interface",
     [](Lab& l) {
       return Claim{l.optional(l.data("Coin")),
                    l.conversion(ExprForm::kFromInterface, "Asset", "Coin", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.optional(l.data("Coin")),
                    l.conversion(ExprForm::kFromInterface, "Asset", "Coin", as_base(l))};
     }},
    {Rule::kConversionContractId, "of the interface",
     [](Lab& l) {
       return Claim{l.data("Coin"), l.conversion(ExprForm::kUnsafeFromInterface, "Asset", "Coin",
                                                 as_asset(l), l.any_id("Asset"))};
     },
     [](Lab& l) {
       return Claim{l.data("Coin"), l.conversion(ExprForm::kUnsafeFromInterface, "Asset", "Coin",
                                                 as_asset(l), l.any_id("Coin"))};
     }},
    {Rule::kConversionRequirement, "to what it requires",
     [](Lab& l) {
       return Claim{l.data("Base"),
                    l.conversion(ExprForm::kToRequiredInterface, "Base", "Asset", as_asset(l))};
     },
     [](Lab& l) {
       return Claim{l.data("Asset"),
                    l.conversion(ExprForm::kToRequiredInterface, "Asset", "Base", as_base(l))};
     }},
    {Rule::kConversionRequirement, "back from it",
     [](Lab& l) {
       return Claim{l.optional(l.data("Asset")),
                    l.conversion(ExprForm::kFromRequiredInterface, "Base", "Asset", as_base(l))};
     },
     [](Lab& l) {
       return Claim{l.optional(l.data("Base")),
                    l.conversion(ExprForm::kFromRequiredInterface, "Asset", "Base", as_asset(l))};
     }},
    {Rule::kConversionContractId, "of the required interface",
     [](Lab& l) {
       return Claim{l.data("Asset"), l.conversion(ExprForm::kUnsafeFromRequiredInterface, "Base",
                                                  "Asset", as_base(l), l.any_id("Base"))};
     },
     [](Lab& l) {
       return Claim{l.data("Asset"), l.conversion(ExprForm::kUnsafeFromRequiredInterface, "Base",
                                                  "Asset", as_base(l), l.any_id("Asset"))};
     }},
};

} // namespace

std::span<const ClaimCase> update_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
