// Records, variants, enums, structs and cases.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using lf::Constant;
using lf::PatternForm;

Lab::T var(Lab& l) {
  return l.data("Var", {l.int64()});
}
Lab::E left(Lab& l) {
  return l.variant(var(l), "Left", l.integer(1));
}
Lab::E red(Lab& l) {
  return l.enum_value("Color", "Red");
}
Lab::E pair(Lab& l) {
  return l.structure_value({{"x", l.integer(1)}, {"y", l.string("")}});
}
lf::Alternative on_variant(Lab& l, std::string_view constructor, Lab::E body) {
  return l.on_constructor(PatternForm::kVariant, "Var", constructor, body);
}
lf::Alternative on_enum(Lab& l, std::string_view constructor, Lab::E body) {
  return l.on_constructor(PatternForm::kEnum, "Color", constructor, body);
}

const ClaimCase kCases[] = {
    {Rule::kDataArity, "all arguments",
     [](Lab& l) {
       const auto* box = l.data("Box", {l.text()});
       return Claim{box, l.record(box, {{"item", l.string("")}})};
     },
     [](Lab& l) {
       return Claim{l.data("Box", {l.text()}), l.record(l.data("Box"), {{"item", l.string("")}})};
     }},
    {Rule::kRecordType, "made",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.rec()};
     },
     [](Lab& l) {
       return Claim{var(l), l.record(var(l), {{"Left", l.integer(1)}})};
     }},
    {Rule::kRecordType, "a synonym of one is none",
     [](Lab& l) {
       return Claim{l.int64(), l.project(l.data("Rec"), "n", l.rec())};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.project(l.synonym("Ints"), "n", l.rec())};
     }},
    {Rule::kRecordFields, "all of them",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.rec()};
     },
     [](Lab& l) {
       return Claim{l.data("Rec"), l.record(l.data("Rec"), {{"n", l.integer(1)}})};
     }},
    {Rule::kRecordFields, "in order",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.rec()};
     },
     [](Lab& l) {
       return Claim{l.data("Rec"),
                    l.record(l.data("Rec"), {{"t", l.string("x")}, {"n", l.integer(1)}})};
     }},
    {Rule::kRecordField, "with the arguments put in",
     [](Lab& l) {
       const auto* box = l.data("Box", {l.data("Box", {l.text()})});
       return Claim{box, l.record(box, {{"item", l.record(l.data("Box", {l.text()}),
                                                          {{"item", l.string("")}})}})};
     },
     [](Lab& l) {
       const auto* box = l.data("Box", {l.data("Box", {l.text()})});
       return Claim{box, l.record(box, {{"item", l.string("")}})};
     }},
    {Rule::kProjectionField, "one that is there",
     [](Lab& l) {
       return Claim{l.text(), l.project(l.data("Rec"), "t", l.rec())};
     },
     [](Lab& l) {
       return Claim{l.text(), l.project(l.data("Rec"), "u", l.rec())};
     }},
    {Rule::kProjectionRecord, "of the type that is given",
     [](Lab& l) {
       return Claim{l.int64(), l.project(l.data("Rec"), "n", l.rec())};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.project(l.data("View"), "v", l.rec())};
     }},
    {Rule::kValueBody, "the projected field's type",
     [](Lab& l) {
       const auto* box = l.data("Box", {l.text()});
       return Claim{l.text(), l.project(box, "item", l.any(box))};
     },
     [](Lab& l) {
       const auto* box = l.data("Box", {l.text()});
       return Claim{l.int64(), l.project(box, "item", l.any(box))};
     }},
    {Rule::kUpdateField, "one that is there",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.update_field(l.data("Rec"), "n", l.rec(), l.integer(2))};
     },
     [](Lab& l) {
       return Claim{l.data("Rec"), l.update_field(l.data("Rec"), "m", l.rec(), l.integer(2))};
     }},
    {Rule::kUpdateRecord, "of the type that is given",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.update_field(l.data("Rec"), "n", l.rec(), l.integer(2))};
     },
     [](Lab& l) {
       return Claim{l.data("View"), l.update_field(l.data("View"), "v", l.rec(), l.integer(2))};
     }},
    {Rule::kUpdateValue, "of the field's type",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.update_field(l.data("Rec"), "t", l.rec(), l.string(""))};
     },
     [](Lab& l) {
       return Claim{l.data("Rec"), l.update_field(l.data("Rec"), "t", l.rec(), l.integer(2))};
     }},
    {Rule::kVariantType, "made",
     [](Lab& l) {
       return Claim{var(l), left(l)};
     },
     [](Lab& l) {
       return Claim{l.data("Rec"), l.variant(l.data("Rec"), "n", l.integer(1))};
     }},
    {Rule::kVariantConstructor, "one that is there",
     [](Lab& l) {
       return Claim{var(l), l.variant(var(l), "Right", l.string(""))};
     },
     [](Lab& l) {
       return Claim{var(l), l.variant(var(l), "Middle", l.string(""))};
     }},
    {Rule::kVariantArgument, "with the arguments put in",
     [](Lab& l) {
       return Claim{var(l), left(l)};
     },
     [](Lab& l) {
       return Claim{var(l), l.variant(var(l), "Left", l.string(""))};
     }},
    {Rule::kEnumType, "made",
     [](Lab& l) {
       return Claim{l.data("Color"), red(l)};
     },
     [](Lab& l) {
       return Claim{l.data("Rec"), l.enum_value("Rec", "n")};
     }},
    {Rule::kEnumConstructor, "one that is there",
     [](Lab& l) {
       return Claim{l.data("Color"), l.enum_value("Color", "Green")};
     },
     [](Lab& l) {
       return Claim{l.data("Color"), l.enum_value("Color", "Blue")};
     }},
    {Rule::kStructFieldTwice, "in an expression",
     [](Lab& l) {
       return Claim{l.int64(), l.struct_project("x", pair(l))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.struct_project("x", l.structure_value({{"x", l.integer(1)},
                                                                        {"x", l.integer(2)}}))};
     }},
    {Rule::kStructType, "projected from",
     [](Lab& l) {
       return Claim{l.text(), l.struct_project("y", pair(l))};
     },
     [](Lab& l) {
       return Claim{l.text(), l.struct_project("t", l.rec())};
     }},
    {Rule::kStructField, "one that is there",
     [](Lab& l) {
       return Claim{l.text(), l.struct_project("y", pair(l))};
     },
     [](Lab& l) {
       return Claim{l.text(), l.struct_project("z", pair(l))};
     }},
    {Rule::kStructField, "one that is there, updated",
     [](Lab& l) {
       return Claim{l.int64(), l.struct_project("x", l.struct_update("y", pair(l), l.string("")))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.struct_project("x", l.struct_update("z", pair(l), l.string("")))};
     }},
    {Rule::kStructValue, "of the field's type",
     [](Lab& l) {
       return Claim{l.int64(), l.struct_project("x", l.struct_update("x", pair(l), l.integer(3)))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.struct_project("x", l.struct_update("x", pair(l), l.string("")))};
     }},
    {Rule::kCaseEmpty, "at least one",
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {l.otherwise(l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {})};
     }},
    {Rule::kCasePattern, "of the variant",
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {on_variant(l, "Left", l.variable("x")),
                                                 l.otherwise(l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(red(l), {on_variant(l, "Left", l.integer(1)),
                                                l.otherwise(l.integer(1))})};
     }},
    {Rule::kCasePattern, "of the enum",
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(red(l), {on_enum(l, "Red", l.integer(1)), l.otherwise(l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(left(l), {on_enum(l, "Red", l.integer(1)), l.otherwise(l.integer(1))})};
     }},
    {Rule::kCasePattern, "a list",
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(l.nil(l.int64()), {l.on(PatternForm::kNil, l.integer(1)),
                                               l.on(PatternForm::kCons, l.variable("x"))})};
     },
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(l.none(l.int64()), {l.on(PatternForm::kNil, l.integer(1)),
                                                l.on(PatternForm::kCons, l.variable("x"))})};
     }},
    {Rule::kCasePattern, "an optional",
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(l.none(l.int64()), {l.on(PatternForm::kNone, l.integer(1)),
                                                l.on(PatternForm::kSome, l.variable("x"))})};
     },
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(l.nil(l.int64()), {l.on(PatternForm::kNone, l.integer(1)),
                                               l.on(PatternForm::kSome, l.variable("x"))})};
     }},
    {Rule::kCasePattern, "unit and booleans",
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.unit_value(), {l.on(Constant::kUnit, l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.truth(), {l.on(Constant::kUnit, l.integer(1)),
                                                   l.otherwise(l.integer(1))})};
     }},
    {Rule::kCasePattern, "records have the default only",
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.rec(), {l.otherwise(l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.rec(), {l.on(Constant::kTrue, l.integer(1)),
                                                 l.otherwise(l.integer(1))})};
     }},
    {Rule::kCaseConstructor, "of the variant",
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {on_variant(l, "Right", l.integer(1)),
                                                 on_variant(l, "Left", l.variable("x"))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {on_variant(l, "Middle", l.integer(1)),
                                                 l.otherwise(l.integer(1))})};
     }},
    {Rule::kCaseConstructor, "of the enum",
     [](Lab& l) {
       return Claim{l.int64(), l.match(red(l), {on_enum(l, "Green", l.integer(1)),
                                                on_enum(l, "Red", l.integer(2))})};
     },
     [](Lab& l) {
       return Claim{l.int64(),
                    l.match(red(l), {on_enum(l, "Blue", l.integer(1)), l.otherwise(l.integer(1))})};
     }},
    {Rule::kCaseBinders, "head and tail differ",
     [](Lab& l) {
       return Claim{l.list(l.text()),
                    l.match(l.nil(l.text()), {l.on(PatternForm::kCons, l.variable("xs")),
                                              l.otherwise(l.nil(l.text()))})};
     },
     [](Lab& l) {
       return Claim{l.list(l.text()),
                    l.match(l.nil(l.text()), {l.on(PatternForm::kCons, l.variable("x"), "x", "x"),
                                              l.otherwise(l.nil(l.text()))})};
     }},
    {Rule::kCaseResult, "of one type",
     [](Lab& l) {
       return Claim{l.text(), l.match(l.truth(), {l.on(Constant::kTrue, l.string("a")),
                                                  l.on(Constant::kFalse, l.string("b"))})};
     },
     [](Lab& l) {
       return Claim{l.text(), l.match(l.truth(), {l.on(Constant::kTrue, l.string("a")),
                                                  l.on(Constant::kFalse, l.integer(1))})};
     }},
    {Rule::kCaseExhaustive, "of a variant",
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {on_variant(l, "Left", l.variable("x")),
                                                 on_variant(l, "Left", l.integer(2)),
                                                 on_variant(l, "Right", l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(left(l), {on_variant(l, "Left", l.variable("x")),
                                                 on_variant(l, "Left", l.integer(2))})};
     }},
    {Rule::kCaseExhaustive, "of an enum",
     [](Lab& l) {
       return Claim{l.int64(), l.match(red(l), {on_enum(l, "Green", l.integer(1)),
                                                on_enum(l, "Red", l.integer(2))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(red(l), {on_enum(l, "Green", l.integer(1))})};
     }},
    {Rule::kCaseExhaustive, "of a list",
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.nil(l.text()), {l.on(PatternForm::kCons, l.integer(2)),
                                                         l.on(PatternForm::kNil, l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.nil(l.text()), {l.on(PatternForm::kNil, l.integer(1))})};
     }},
    {Rule::kCaseExhaustive, "of an optional",
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.none(l.text()), {l.on(PatternForm::kSome, l.integer(2)),
                                                          l.on(PatternForm::kNone, l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.none(l.text()), {l.on(PatternForm::kSome, l.integer(2))})};
     }},
    {Rule::kCaseExhaustive, "of a boolean",
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.truth(), {l.on(Constant::kFalse, l.integer(2)),
                                                   l.on(Constant::kTrue, l.integer(1))})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.match(l.truth(), {l.on(Constant::kTrue, l.integer(1))})};
     }},
};

} // namespace

std::span<const ClaimCase> data_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
