// What a language version does not have yet, or has no more.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using B = lf::BuiltinType;
using lf::ExprForm;
using lf::UpdateForm;
using V = lf::LanguageVersion;

void leave(Lab&) {}

void claim_type(Lab& l, Lab::T type) {
  l.add({type, l.any(type)});
}

const Case kCases[] = {
    {Rule::kVersionFeature, "Any", V::k1_6, leave,
     [](Lab& l) { claim_type(l, l.simple(B::kAny)); }},
    {Rule::kVersionFeature, "a value of Any", V::k1_6, leave,
     [](Lab& l) { l.add({l.int64(), l.typed(ExprForm::kToAny, l.int64(), l.integer(1))}); }},
    {Rule::kVersionFeature, "representations of types", V::k1_6, leave,
     [](Lab& l) { l.add({l.int64(), l.typed(ExprForm::kTypeRep, l.int64(), nullptr)}); }},
    {Rule::kVersionFeature, "the type of representations", V::k1_6, leave,
     [](Lab& l) { claim_type(l, l.simple(B::kTypeRep)); }},
    {Rule::kVersionFeature, "Numeric of a scale of its own", V::k1_6,
     [](Lab& l) { claim_type(l, l.simple(B::kNumeric, {l.nat(lf::kDecimalScale)})); },
     [](Lab& l) { claim_type(l, l.simple(B::kNumeric, {l.nat(2)})); }},
    {Rule::kVersionFeature, "naturals as a kind", V::k1_6, leave,
     [](Lab& l) {
       const auto* nat = lf::PackageBuilder::nat();
       l.add({l.forall("n", l.int64(), nat), l.type_lambda("n", l.integer(1), nat)});
     }},
    {Rule::kVersionFeature, "naturals as a parameter of a data type", V::k1_6,
     [](Lab& l) {
       l.data_types.push_back(
           l.make_data("Phantom", lf::DataForm::kRecord, {}, {l.parameter("n")}));
     },
     [](Lab& l) {
       l.data_types.push_back(
           l.make_data("Phantom", lf::DataForm::kRecord, {},
                       {l.parameter("n", lf::PackageBuilder::nat())}));
       l.data_types.back().serializable = false;
     }},
    {Rule::kVersionFeature, "naturals further inside a kind", V::k1_6, leave,
     [](Lab& l) {
       const auto* kind = l.arrow(lf::PackageBuilder::nat(), lf::PackageBuilder::star());
       l.add({l.forall("f", l.int64(), kind), l.type_lambda("f", l.integer(1), kind)});
     }},
    {Rule::kVersionFeature, "generic maps", V::k1_8,
     [](Lab& l) { claim_type(l, l.simple(B::kTextMap, {l.text()})); },
     [](Lab& l) { claim_type(l, l.simple(B::kGenMap, {l.text(), l.text()})); }},
    {Rule::kVersionFeature, "BigNumeric", V::k1_12, leave,
     [](Lab& l) { claim_type(l, l.simple(B::kBigNumeric)); }},
    {Rule::kVersionFeature, "rounding modes", V::k1_12, leave,
     [](Lab& l) { l.add({l.int64(), l.literal(lf::LiteralForm::kRoundingMode, 0)}); }},
    {Rule::kVersionFeature, "AnyException", V::k1_13, leave,
     [](Lab& l) { claim_type(l, l.simple(B::kAnyException)); }},
    {Rule::kVersionFeature, "throw", V::k1_13, leave,
     [](Lab& l) { l.add({l.int64(), l.throw_value(l.int64(), l.data("Rec"), l.rec())}); }},
    {Rule::kVersionFeature, "a value of AnyException", V::k1_13, leave,
     [](Lab& l) {
       l.add({l.int64(), l.typed(ExprForm::kToAnyException, l.data("Rec"), l.rec())});
     }},
    {Rule::kVersionFeature, "conversion to an interface", V::k1_14, leave,
     [](Lab& l) {
       l.add({l.int64(), l.conversion(ExprForm::kToInterface, "Base", "Coin", l.coin_value())});
     }},
    {Rule::kVersionFeature, "call of a method", V::k1_14, leave,
     [](Lab& l) { l.add({l.int64(), l.call("Base", "holder", l.coin_value())}); }},
    {Rule::kVersionFeature, "view", V::k1_14, leave,
     [](Lab& l) {
       l.add({l.int64(), l.query(ExprForm::kViewInterface, "Base", l.coin_value())});
     }},
    {Rule::kVersionFeature, "create of an interface", V::k1_14, leave,
     [](Lab& l) {
       l.add({l.int64(), l.step(UpdateForm::kCreateInterface, "Base", l.coin_value())});
     }},
    {Rule::kVersionFeature, "exercise of an interface", V::k1_14, leave,
     [](Lab& l) {
       l.add({l.int64(), l.step(UpdateForm::kExerciseInterface, "Base", l.any_id("Coin"),
                                l.unit_value(), "Look")});
     }},
    {Rule::kVersionFeature, "fetch of an interface", V::k1_14, leave,
     [](Lab& l) {
       l.add({l.int64(), l.step(UpdateForm::kFetchInterface, "Base", l.any_id("Coin"))});
     }},
    {Rule::kVersionFeature, "soft exercise", V::k1_15, leave,
     [](Lab& l) {
       l.add({l.update(l.int64()), l.step(UpdateForm::kSoftExercise, "Coin", l.any_id("Coin"),
                                          l.any_party(), "Give")});
     }},
};

} // namespace

std::span<const Case> version_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
