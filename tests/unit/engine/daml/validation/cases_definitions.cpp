// Definitions but for interfaces, and the package as a whole.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using B = lf::BuiltinType;
using lf::DataForm;
using lf::ExprForm;
using V = lf::LanguageVersion;
using lf::PackageBuilder;

void leave(Lab&) {}

// A module N that mentions M's Rec; M mentions N if it is told to.
void add_module(Lab& l, bool mutual) {
  lf::Module other = l.make_module("N");
  other.data_types = l.builder.list(std::vector<lf::DataType>{
      l.make_data("Holder", DataForm::kRecord, {{"rec", l.data("M:Rec")}})});
  l.modules.push_back(other);
  if (mutual)
    l.data_types.push_back(
        l.make_data("Back", DataForm::kRecord, {{"holder", l.data("N:Holder")}}));
}

// A data type that claims to be serializable and has a field of the type.
void store(Lab& l, Lab::T type, std::vector<lf::TypeParameter> parameters = {}) {
  l.data_types.push_back(
      l.make_data("Stored", DataForm::kRecord, {{"field", type}}, std::move(parameters)));
}

// 600 abstractions inside each other, or more than may be.
void nest(Lab& l, int levels) {
  Lab::E body = l.integer(1);
  for (int i = 0; i < levels; ++i)
    body = l.let("x", l.int64(), l.integer(1), body);
  l.add({l.int64(), body});
}

// Types that double their size with each synonym.
void double_synonyms(Lab& l, int count) {
  const auto* a = l.variable_type("a");
  l.synonyms.push_back(l.make_synonym("S0", a, {l.parameter("a")}));
  for (int i = 1; i <= count; ++i) {
    const std::string before = "S" + std::to_string(i - 1);
    const std::string text = "S" + std::to_string(i);
    const auto* inner = l.synonym(before, {a});
    l.synonyms.push_back(
        l.make_synonym(text, l.structure({{"x", inner}, {"y", inner}}), {l.parameter("a")}));
  }
}

// Types that are deeper by 900 levels with each synonym.
void deepen_synonyms(Lab& l, int count) {
  const auto* a = l.variable_type("a");
  l.synonyms.push_back(l.make_synonym("S0", a, {l.parameter("a")}));
  for (int i = 1; i <= count; ++i) {
    const auto* type = l.synonym("S" + std::to_string(i - 1), {a});
    for (int level = 0; level < 900; ++level)
      type = l.list(type);
    l.synonyms.push_back(l.make_synonym("S" + std::to_string(i), type, {l.parameter("a")}));
  }
}

const Case kCases[] = {
    {Rule::kModuleCycle, "by data types", V::k1_15, [](Lab& l) { add_module(l, false); },
     [](Lab& l) { add_module(l, true); }},
    {Rule::kModuleCycle, "by values", V::k1_15,
     [](Lab& l) {
       lf::Module other = l.make_module("N");
       l.modules.push_back(other);
       l.add({l.int64(), l.integer(1)});
     },
     [](Lab& l) {
       lf::Module other = l.make_module("N");
       lf::Value value;
       value.name = l.dotted("there");
       value.type = l.int64();
       value.body = l.value("M:claim");
       other.values = l.builder.list(std::vector<lf::Value>{value});
       l.modules.push_back(other);
       l.add({l.int64(), l.value("N:there")});
     }},
    {Rule::kSynonymCycle, "of two", V::k1_8,
     [](Lab& l) {
       l.synonyms.push_back(l.make_synonym("A", l.list(l.synonym("B"))));
       l.synonyms.push_back(l.make_synonym("B", l.synonym("Ints")));
     },
     [](Lab& l) {
       l.synonyms.push_back(l.make_synonym("A", l.list(l.synonym("B"))));
       l.synonyms.push_back(l.make_synonym("B", l.optional(l.synonym("A"))));
     }},
    {Rule::kSynonymCycle, "of itself", V::k1_8,
     [](Lab& l) { l.synonyms.push_back(l.make_synonym("A", l.synonym("Ints"))); },
     [](Lab& l) { l.synonyms.push_back(l.make_synonym("A", l.list(l.synonym("A")))); }},
    {Rule::kCollision, "types", V::k1_15,
     [](Lab& l) { l.data_types.push_back(l.make_data("Rex", DataForm::kRecord, {})); },
     [](Lab& l) { l.data_types.push_back(l.make_data("REC", DataForm::kRecord, {})); }},
    {Rule::kCollision, "type and module", V::k1_15,
     [](Lab& l) { l.modules.push_back(l.make_module("M.Other")); },
     [](Lab& l) { l.modules.push_back(l.make_module("m.rec")); }},
    {Rule::kCollision, "fields", V::k1_15,
     [](Lab& l) {
       l.data_types.push_back(
           l.make_data("Two", DataForm::kRecord, {{"x", l.int64()}, {"y", l.int64()}}));
     },
     [](Lab& l) {
       l.data_types.push_back(
           l.make_data("Two", DataForm::kRecord, {{"x", l.int64()}, {"X", l.int64()}}));
     }},
    {Rule::kCollision, "constructor and record", V::k1_15,
     [](Lab& l) {
       l.data_types.push_back(l.make_data("Var.Left", DataForm::kRecord, {}));
     },
     [](Lab& l) {
       l.data_types.push_back(l.make_data("Var.left", DataForm::kRecord, {}));
     }},
    {Rule::kCollision, "constructor and enum", V::k1_15, leave,
     [](Lab& l) {
       l.data_types.push_back(l.make_data("Var.Left", DataForm::kVariant, {{"A", l.int64()}}));
     }},
    {Rule::kCollision, "choice and field", V::k1_15, leave,
     [](Lab& l) { l.coin.choices.push_back(l.make_choice("Owner", l.unit(), l.unit())); }},
    {Rule::kCollision, "synonym and type", V::k1_15, leave,
     [](Lab& l) { l.synonyms.push_back(l.make_synonym("rec", l.int64())); }},
    {Rule::kExpressionLevels, "bindings inside each other", V::k1_15,
     [](Lab& l) { nest(l, lf::kMaxNesting - 1); }, [](Lab& l) { nest(l, lf::kMaxNesting); }},
    {Rule::kTypeLevels, "by synonyms", V::k1_15, [](Lab& l) { deepen_synonyms(l, 2); },
     [](Lab& l) { deepen_synonyms(l, 3); }},
    {Rule::kTypeParts, "by synonyms", V::k1_15, [](Lab& l) { double_synonyms(l, 15); },
     [](Lab& l) { double_synonyms(l, 17); }},
    {Rule::kVersionFeature, "built-in type", V::k1_6,
     [](Lab& l) { l.add({l.list(l.int64()), l.nil(l.int64())}); },
     [](Lab& l) { l.add({l.simple(B::kAny), l.any(l.simple(B::kAny))}); }},
    {Rule::kVersionFeature, "built-in function that came later", V::k1_8,
     [](Lab& l) {
       l.add({l.function(l.int64(), l.function(l.int64(), l.boolean())),
              l.builtin(lf::Builtin::kLessInt64)});
     },
     [](Lab& l) {
       l.add({l.function(l.int64(), l.function(l.int64(), l.boolean())),
              l.apply_type(l.builtin(lf::Builtin::kLess), {l.int64()})});
     }},
    {Rule::kVersionFeature, "built-in function that went", V::k1_11,
     [](Lab& l) {
       l.add({l.function(l.int64(), l.function(l.int64(), l.boolean())),
              l.apply_type(l.builtin(lf::Builtin::kLess), {l.int64()})});
     },
     [](Lab& l) {
       l.add({l.function(l.int64(), l.function(l.int64(), l.boolean())),
              l.builtin(lf::Builtin::kLessInt64)});
     }},
    {Rule::kVersionFeature, "type synonym", V::k1_7, leave,
     [](Lab& l) { l.synonyms.push_back(l.make_synonym("Ints", l.list(l.int64()))); }},
    {Rule::kVersionFeature, "exception", V::k1_13, leave,
     [](Lab& l) {
       lf::Exception exception;
       exception.name = l.dotted("Rec");
       exception.message = l.lambda("e", l.data("Rec"), l.string(""));
       l.exceptions.push_back(exception);
     }},
    {Rule::kVersionFeature, "try", V::k1_13, leave,
     [](Lab& l) {
       const auto* pure = l.typed_step(lf::UpdateForm::kPure, l.int64(), l.integer(1));
       l.add({l.update(l.int64()), l.try_catch(l.int64(), pure, l.none(l.update(l.int64())))});
     }},
    {Rule::kVersionFeature, "exercise by key", V::k1_8, leave,
     [](Lab& l) {
       l.add({l.update(l.int64()), l.step(lf::UpdateForm::kExerciseByKey, "Coin", l.any_party(),
                                          l.any_party(), "Give")});
     }},
    {Rule::kVersionFeature, "soft fetch", V::k1_15, leave,
     [](Lab& l) {
       l.add({l.update(l.data("Note")),
              l.step(lf::UpdateForm::kSoftFetch, "Note", l.any_id("Note"))});
     }},
    {Rule::kVersionFeature, "instance of an interface", V::k1_14, leave,
     [](Lab& l) { l.coin.implements.push_back(l.make_instance(l.id("Base"), {})); }},
    {Rule::kVersionFeature, "observers of a choice", V::k1_8, leave,
     [](Lab& l) { l.coin.choices[0].observers = l.nil(l.party()); }},
    {Rule::kVersionFeature, "no observers of a choice", V::k1_11, leave,
     [](Lab& l) { l.coin.choices[0].observers = nullptr; }},
    {Rule::kTypeParameterTwice, "of a data type", V::k1_15,
     [](Lab& l) {
       l.data_types.push_back(
           l.make_data("Two", DataForm::kRecord, {}, {l.parameter("a"), l.parameter("b")}));
     },
     [](Lab& l) {
       l.data_types.push_back(
           l.make_data("Two", DataForm::kRecord, {}, {l.parameter("a"), l.parameter("a")}));
     }},
    {Rule::kTypeParameterTwice, "of a synonym", V::k1_15,
     [](Lab& l) {
       l.synonyms.push_back(
           l.make_synonym("Two", l.int64(), {l.parameter("a"), l.parameter("b")}));
     },
     [](Lab& l) {
       l.synonyms.push_back(
           l.make_synonym("Two", l.int64(), {l.parameter("a"), l.parameter("a")}));
     }},
    {Rule::kKindForm, "of a data type's parameter", V::k1_15,
     [](Lab& l) {
       auto type = l.make_data("Deep", DataForm::kRecord, {},
                               {l.parameter("f", l.arrow(PackageBuilder::nat(),
                                                         PackageBuilder::star()))});
       type.serializable = false;
       l.data_types.push_back(type);
     },
     [](Lab& l) {
       auto type = l.make_data("Deep", DataForm::kRecord, {},
                               {l.parameter("f", l.arrow(PackageBuilder::nat(),
                                                         PackageBuilder::nat()))});
       type.serializable = false;
       l.data_types.push_back(type);
     }},
    {Rule::kTypeOfValues, "of a synonym", V::k1_15,
     [](Lab& l) { l.synonyms.push_back(l.make_synonym("L", l.list(l.text()))); },
     [](Lab& l) { l.synonyms.push_back(l.make_synonym("L", l.simple(B::kList))); }},
    {Rule::kEnumParameters, "none", V::k1_15, leave,
     [](Lab& l) {
       l.data_type("Color").parameters =
           l.builder.list(std::vector<lf::TypeParameter>{l.parameter("a")});
     }},
    {Rule::kTestScenario, "below quantifiers", V::k1_15,
     [](Lab& l) {
       const auto* step = l.scenario_step(lf::ScenarioForm::kPure, l.int64(), l.integer(1));
       l.add({l.forall("a", l.scenario(l.int64())), l.type_lambda("a", step)});
       l.values.back().is_test = true;
     },
     [](Lab& l) {
       l.add({l.int64(), l.integer(1)});
       l.values.back().is_test = true;
     }},
    {Rule::kExceptionRecord, "of the same name", V::k1_14, leave,
     [](Lab& l) { l.exceptions[0].name = l.dotted("Color"); }},
    {Rule::kExceptionMessage, "a function to Text", V::k1_14, leave,
     [](Lab& l) { l.exceptions[0].message = l.string("oops"); }},
    {Rule::kTemplateRecord, "of the same name", V::k1_6, leave,
     [](Lab& l) { l.note.definition.name = l.dotted("Box"); }},
    {Rule::kTemplateRecord, "there", V::k1_6, leave,
     [](Lab& l) { l.note.definition.name = l.dotted("Nothing"); }},
    {Rule::kPrecondition, "Bool, or none", V::k1_6,
     [](Lab& l) { l.coin.definition.precondition = nullptr; },
     [](Lab& l) { l.coin.definition.precondition = l.integer(1); }},
    {Rule::kSignatories, "parties", V::k1_6, leave,
     [](Lab& l) { l.coin.definition.signatories = l.any_party(); }},
    {Rule::kObservers, "parties", V::k1_6, leave,
     [](Lab& l) { l.coin.definition.observers = l.nil(l.text()); }},
    {Rule::kAgreement, "Text", V::k1_6, leave,
     [](Lab& l) { l.coin.definition.agreement = l.any_party(); }},
    {Rule::kKeyForm, "projections", V::k1_6, [](Lab& l) { l.coin.key.restricted = true; },
     [](Lab& l) {
       l.coin.key.restricted = true;
       l.coin.key.key = l.any_party();
     }},
    {Rule::kKeyForm, "of the parameter only", V::k1_6,
     [](Lab& l) {
       l.coin.key.restricted = true;
       l.coin.key.type = l.data("Coin");
       l.coin.key.key = l.record(l.data("Coin"), {{"owner", l.coin.key.key}});
       l.coin.key.maintainers = l.lambda("k", l.data("Coin"), l.nil(l.party()));
     },
     [](Lab& l) {
       l.coin.key.restricted = true;
       l.coin.key.key = l.project(l.data("Coin"), "owner", l.variable("that"));
     }},
    {Rule::kKey, "of the key's type", V::k1_6, leave,
     [](Lab& l) { l.coin.key.key = l.string("key"); }},
    {Rule::kMaintainers, "a function of the key", V::k1_6, leave,
     [](Lab& l) { l.coin.key.maintainers = l.lambda("k", l.text(), l.nil(l.party())); }},
    {Rule::kVariableKnown, "the contract, not for maintainers", V::k1_6,
     [](Lab& l) { l.coin.definition.observers = l.coin.definition.signatories; },
     [](Lab& l) {
       l.coin.key.maintainers = l.lambda("k", l.party(), l.coin.definition.signatories);
     }},
    {Rule::kChoiceControllers, "parties", V::k1_6, leave,
     [](Lab& l) { l.coin.choices[1].controllers = l.variable("arg"); }},
    {Rule::kChoiceObservers, "parties", V::k1_11,
     [](Lab& l) {
       l.coin.choices[1].observers = l.cons(l.party(), {l.variable("arg")}, l.nil(l.party()));
     },
     [](Lab& l) { l.coin.choices[1].observers = l.variable("arg"); }},
    {Rule::kChoiceAuthorizers, "parties", V::k1_15,
     [](Lab& l) { l.coin.choices[1].authorizers = l.nil(l.party()); },
     [](Lab& l) { l.coin.choices[1].authorizers = l.variable("this"); }},
    {Rule::kVariableKnown, "the contract's id, for the update only", V::k1_15,
     [](Lab& l) {
       l.coin.choices[0].update = l.step(lf::UpdateForm::kExercise, "Coin", l.variable("self"),
                                         l.unit_value(), "Archive");
     },
     [](Lab& l) { l.coin.choices[0].controllers = l.variable("self"); }},
    {Rule::kChoiceUpdate, "of the result's type", V::k1_6, leave,
     [](Lab& l) { l.coin.choices[1].update = l.integer(1); }},
    {Rule::kTypeOfValues, "a choice's argument", V::k1_6, leave,
     [](Lab& l) { l.coin.choices[1].argument.type = l.simple(B::kList); }},
    {Rule::kSerializableData, "no functions", V::k1_6,
     [](Lab& l) {
       store(l, l.function(l.int64(), l.int64()));
       l.data_types.back().serializable = false;
     },
     [](Lab& l) { store(l, l.function(l.int64(), l.int64())); }},
    {Rule::kSerializableData, "no updates", V::k1_6, [](Lab& l) { store(l, l.list(l.text())); },
     [](Lab& l) { store(l, l.list(l.update(l.text()))); }},
    {Rule::kSerializableData, "no structs", V::k1_6, [](Lab& l) { store(l, l.optional(l.unit())); },
     [](Lab& l) { store(l, l.structure({{"x", l.text()}})); }},
    {Rule::kSerializableData, "no quantifiers", V::k1_6, [](Lab& l) { store(l, l.boolean()); },
     [](Lab& l) { store(l, l.forall("a", l.variable_type("a"))); }},
    {Rule::kSerializableData, "no synonyms", V::k1_8, [](Lab& l) { store(l, l.list(l.int64())); },
     [](Lab& l) { store(l, l.synonym("Ints")); }},
    {Rule::kSerializableData, "no exceptions of any kind", V::k1_14,
     [](Lab& l) { store(l, l.data("Oops")); },
     [](Lab& l) { store(l, l.simple(B::kAnyException)); }},
    {Rule::kSerializableData, "Numeric of a fixed scale", V::k1_7,
     [](Lab& l) { store(l, l.simple(B::kNumeric, {l.nat(5)})); },
     [](Lab& l) {
       store(l, l.simple(B::kNumeric, {l.variable_type("n")}),
             {l.parameter("n", PackageBuilder::nat())});
     }},
    {Rule::kSerializableData, "maps of what can be stored", V::k1_11,
     [](Lab& l) { store(l, l.simple(B::kGenMap, {l.text(), l.int64()})); },
     [](Lab& l) { store(l, l.simple(B::kGenMap, {l.text(), l.simple(B::kAny)})); }},
    {Rule::kSerializableData, "parameters of kind *", V::k1_6,
     [](Lab& l) { store(l, l.variable_type("a"), {l.parameter("a")}); },
     [](Lab& l) {
       store(l, l.variable_type("f", {l.int64()}),
             {l.parameter("f", l.arrow(PackageBuilder::star(), PackageBuilder::star()))});
     }},
    {Rule::kSerializableData, "data types that claim it", V::k1_6,
     [](Lab& l) { store(l, l.data("Box", {l.text()})); },
     [](Lab& l) {
       store(l, l.data("Rec"));
       l.data_type("Rec").serializable = false;
     }},
    {Rule::kSerializableData, "their arguments too", V::k1_6,
     [](Lab& l) { store(l, l.data("Box", {l.data("Box", {l.text()})})); },
     [](Lab& l) { store(l, l.data("Box", {l.scenario(l.text())})); }},
    {Rule::kSerializableData, "some constructor", V::k1_6,
     [](Lab& l) {
       l.data_types.push_back(l.make_data("Empty", DataForm::kVariant, {}));
       l.data_types.back().serializable = false;
     },
     [](Lab& l) { l.data_types.push_back(l.make_data("Empty", DataForm::kVariant, {})); }},
    {Rule::kSerializableData, "contract ids of what can be stored", V::k1_14,
     [](Lab& l) { store(l, l.contract_id(l.data("Coin"))); },
     [](Lab& l) { store(l, l.contract_id(l.function(l.text(), l.text()))); }},
    {Rule::kSerializableData, "contract ids of anything since interfaces", V::k1_15,
     [](Lab& l) { store(l, l.contract_id(l.function(l.text(), l.text()))); },
     [](Lab& l) { store(l, l.data("Asset")); }},
    {Rule::kSerializableContract, "claimed", V::k1_6, leave,
     [](Lab& l) { l.data_type("Note").serializable = false; }},
    {Rule::kSerializableArgument, "of a choice", V::k1_6, leave,
     [](Lab& l) {
       l.coin.choices[1].argument.type = l.function(l.party(), l.party());
     }},
    {Rule::kSerializableResult, "of a choice", V::k1_6, leave,
     [](Lab& l) {
       auto& choice = l.coin.choices[1];
       choice.result = l.function(l.party(), l.party());
       choice.update = l.typed_step(lf::UpdateForm::kPure, choice.result, l.any(choice.result));
     }},
    {Rule::kSerializableKey, "no function", V::k1_6, leave,
     [](Lab& l) {
       l.coin.key.type = l.function(l.text(), l.text());
       l.coin.key.key = l.any(l.coin.key.type);
       l.coin.key.maintainers = l.lambda("k", l.coin.key.type, l.nil(l.party()));
     }},
    {Rule::kSerializableException, "claimed", V::k1_14, leave,
     [](Lab& l) { l.data_type("Oops").serializable = false; }},
    {Rule::kValueKnown, "of a dependency", V::k1_15,
     [](Lab& l) {
       l.add({l.int64(), l.builder.make<lf::ValueReference>(ExprForm::kValue,
                                                            l.foreign("dep", "D:one"))});
     },
     [](Lab& l) {
       l.add({l.int64(), l.builder.make<lf::ValueReference>(ExprForm::kValue,
                                                            l.foreign("dep", "D:two"))});
     }},
    {Rule::kDataTypeKnown, "of a dependency", V::k1_15,
     [](Lab& l) { store(l, l.type(lf::constructor_type(l.foreign("dep", "D:Rec"), {}))); },
     [](Lab& l) { store(l, l.type(lf::constructor_type(l.foreign("dep", "E:Rec"), {}))); }},
    {Rule::kValueBody, "of a type of a dependency of the same name", V::k1_15,
     [](Lab& l) {
       const auto* there = l.type(lf::constructor_type(l.foreign("dep", "D:Rec"), {}));
       l.add({there, l.record(there, {{"n", l.integer(1)}})});
     },
     [](Lab& l) {
       const auto* there = l.type(lf::constructor_type(l.foreign("dep", "D:Rec"), {}));
       l.add({there, l.rec()});
     }},
    {Rule::kDependencyKnown, "all of them", V::k1_15, [](Lab& l) { l.foreign("dep", "D:Rec"); },
     [](Lab& l) { l.foreign("missing", "D:Rec"); }},
    {Rule::kDependencyVersion, "not newer", V::k1_14, [](Lab& l) { l.foreign("dep", "D:Rec"); },
     [](Lab& l) { l.foreign("new-dep", "D:Rec"); }},
};

} // namespace

std::span<const Case> definition_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
