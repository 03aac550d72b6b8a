// Interfaces and their instances.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using lf::DataForm;
using V = lf::LanguageVersion;

void leave(Lab&) {}

const Case kCases[] = {
    {Rule::kInterfaceTypeParameters, "none", V::k1_15, leave,
     [](Lab& l) {
       l.data_type("Asset").parameters =
           l.builder.list(std::vector<lf::TypeParameter>{l.parameter("a")});
     }},
    {Rule::kInterfaceTypeOwner, "there", V::k1_15, leave,
     [](Lab& l) { l.data_types.push_back(l.make_data("Lost", DataForm::kInterface, {})); }},
    {Rule::kVersionFeature, "the type of an interface", V::k1_14, leave,
     [](Lab& l) { l.data_types.push_back(l.make_data("Lost", DataForm::kInterface, {})); }},
    {Rule::kInterfaceType, "there", V::k1_15, leave,
     [](Lab& l) { l.data_type("Asset").form = DataForm::kRecord; }},
    {Rule::kRequirementKnown, "an interface", V::k1_15, leave,
     [](Lab& l) { l.asset.requirements[0] = l.id("Coin"); }},
    {Rule::kRequirementSelf, "not itself", V::k1_15, leave,
     [](Lab& l) { l.base.requirements.push_back(l.id("Base")); }},
    {Rule::kRequirementClosed, "what the required require", V::k1_15,
     [](Lab& l) {
       // Base requires Asset, which requires nothing.
       l.asset.requirements.clear();
       l.base.requirements.push_back(l.id("Asset"));
     },
     [](Lab& l) { l.base.requirements.push_back(l.id("Asset")); }},
    {Rule::kViewRecord, "not a variant", V::k1_15,
     [](Lab& l) {
       l.asset.definition.view = l.data("Rec");
       l.coin.implements[1].view = l.rec();
     },
     [](Lab& l) { l.asset.definition.view = l.data("Color"); }},
    {Rule::kViewRecord, "not with arguments", V::k1_15, leave,
     [](Lab& l) { l.asset.definition.view = l.data("Box", {l.text()}); }},
    {Rule::kViewRecord, "not a built-in type", V::k1_15, leave,
     [](Lab& l) { l.asset.definition.view = l.int64(); }},
    {Rule::kTypeOfValues, "of a method", V::k1_15, leave,
     [](Lab& l) { l.asset.methods[0].type = l.simple(lf::BuiltinType::kList); }},
    {Rule::kChoiceUpdate, "of an interface", V::k1_15, leave,
     [](Lab& l) { l.base.choices[0].update = l.string(""); }},
    {Rule::kExerciseContractId, "the id of the interface", V::k1_15,
     [](Lab& l) {
       l.base.choices[0].update = l.step(lf::UpdateForm::kExerciseInterface, "Base",
                                         l.variable("self"), l.variable("arg"), "Look");
     },
     [](Lab& l) {
       l.base.choices[0].update =
           l.step(lf::UpdateForm::kExercise, "Coin", l.variable("self"), l.any_party(), "Give");
     }},
    {Rule::kInstanceInterface, "an interface", V::k1_15, leave,
     [](Lab& l) { l.note.implements.push_back(l.make_instance(l.id("Coin"), {})); }},
    {Rule::kInstanceTemplate, "a template", V::k1_15,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.any_party()}}));
     },
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Rec"), {{"holder", l.any_party()}}));
     }},
    {Rule::kInstanceOnce, "not by both sides", V::k1_15, leave,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Coin"), {{"holder", l.any_party()}}));
     }},
    {Rule::kInstanceRequirement, "of what the interface requires", V::k1_15,
     [](Lab& l) {
       // One by the interface, the other by the template.
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.any_party()}}));
       l.note.implements.push_back(l.make_instance(l.id("Asset"), {{"worth", l.integer(1)}}));
     },
     [](Lab& l) {
       l.note.implements.push_back(l.make_instance(l.id("Asset"), {{"worth", l.integer(1)}}));
     }},
    {Rule::kInstanceMethodMissing, "all of them", V::k1_15, leave,
     [](Lab& l) { l.coin.implements[0].methods = {}; }},
    {Rule::kInstanceMethodUnknown, "no others", V::k1_15, leave,
     [](Lab& l) {
       l.coin.implements[1] =
           l.make_instance(l.id("Asset"), {{"worth", l.integer(1)}, {"weight", l.integer(1)}});
     }},
    {Rule::kInstanceMethod, "of the method's type", V::k1_15, leave,
     [](Lab& l) {
       l.coin.implements[1] = l.make_instance(l.id("Asset"), {{"worth", l.string("much")}});
     }},
    {Rule::kInstanceView, "of the view's type", V::k1_15, leave,
     [](Lab& l) { l.coin.implements[1].view = l.rec(); }},
    {Rule::kProjectionRecord, "the template, in an instance by the interface", V::k1_15,
     [](Lab& l) {
       const auto* owner = l.project(l.data("Note"), "owner", l.variable("this"));
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", owner}}));
     },
     [](Lab& l) {
       const auto* owner = l.project(l.data("Coin"), "owner", l.variable("this"));
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", owner}}));
     }},
    {Rule::kInstanceMethodMissing, "nor those of an instance by the interface", V::k1_17,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.any_party()}}));
     },
     [](Lab& l) { l.base.co_implements.push_back(l.make_instance(l.id("Note"), {})); }},
    {Rule::kInstanceMethod, "of an instance by the interface", V::k1_17, leave,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.string("me")}}));
     }},
    {Rule::kInstanceView, "of an instance by the interface", V::k1_17, leave,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.any_party()}}));
       l.base.co_implements.back().view = l.rec();
     }},
    {Rule::kInstanceRequirement, "also of an instance by the interface", V::k1_17,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.any_party()}}));
       l.asset.co_implements.push_back(l.make_instance(l.id("Note"), {{"worth", l.integer(1)}}));
     },
     [](Lab& l) {
       l.asset.co_implements.push_back(l.make_instance(l.id("Note"), {{"worth", l.integer(1)}}));
     }},
    {Rule::kConversionInstance, "by either side", V::k1_15,
     [](Lab& l) {
       l.base.co_implements.push_back(l.make_instance(l.id("Note"), {{"holder", l.any_party()}}));
       l.add({l.data("Base"), l.conversion(lf::ExprForm::kToInterface, "Base", "Note",
                                           l.any(l.data("Note")))});
     },
     [](Lab& l) {
       l.add({l.data("Base"), l.conversion(lf::ExprForm::kToInterface, "Base", "Note",
                                           l.any(l.data("Note")))});
     }},
    {Rule::kSerializableView, "claimed", V::k1_15, leave,
     [](Lab& l) { l.data_type("View").serializable = false; }},
    {Rule::kSerializableArgument, "of an interface's choice", V::k1_15, leave,
     [](Lab& l) { l.base.choices[0].argument.type = l.function(l.unit(), l.unit()); }},
};

} // namespace

std::span<const Case> interface_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
