// Types and kinds.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using B = lf::BuiltinType;
using lf::PackageBuilder;

const ClaimCase kCases[] = {
    {Rule::kTypeVariable, "bound by a quantifier, and by none",
     [](Lab& l) {
       return Claim{l.forall("a", l.variable_type("a")),
                    l.type_lambda("a", l.any(l.variable_type("a")))};
     },
     [](Lab& l) {
       return Claim{l.variable_type("a"), l.integer(1)};
     }},
    {Rule::kTypeVariable, "of an abstraction, inside and behind it",
     [](Lab& l) {
       const auto* a = l.variable_type("a");
       return Claim{l.forall("a", l.function(a, a)),
                    l.type_lambda("a", l.lambda("x", a, l.variable("x")))};
     },
     [](Lab& l) {
       const auto* a = l.variable_type("a");
       const auto* inside = l.type_lambda("a", l.any(a));
       return Claim{l.int64(), l.let("x", l.forall("a", a), inside, l.any(a))};
     }},
    {Rule::kDataTypeKnown, "of this module",
     [](Lab& l) {
       return Claim{l.data("Rec"), l.rec()};
     },
     [](Lab& l) {
       return Claim{l.data("Reck"), l.rec()};
     }},
    {Rule::kDataTypeKnown, "a type synonym is none",
     [](Lab& l) {
       return Claim{l.synonym("Ints"), l.nil(l.int64())};
     },
     [](Lab& l) {
       return Claim{l.data("Ints"), l.nil(l.int64())};
     }},
    {Rule::kSynonymKnown, "of this module",
     [](Lab& l) {
       return Claim{l.synonym("Ints"), l.nil(l.int64())};
     },
     [](Lab& l) {
       return Claim{l.synonym("Rec"), l.rec()};
     }},
    {Rule::kSynonymArity, "all of them",
     [](Lab& l) {
       return Claim{l.synonym("Twice", {l.int64()}),
                    l.structure_value({{"two", l.integer(2)}, {"one", l.integer(1)}})};
     },
     [](Lab& l) {
       return Claim{l.synonym("Twice"), l.integer(1)};
     }},
    {Rule::kTypeArgumentKind, "of a built-in type",
     [](Lab& l) {
       return Claim{l.list(l.int64()), l.nil(l.int64())};
     },
     [](Lab& l) {
       return Claim{l.list(l.nat(1)), l.nil(l.int64())};
     }},
    {Rule::kTypeArgumentKind, "of Numeric",
     [](Lab& l) {
       return Claim{l.simple(B::kNumeric, {l.nat(2)}), l.numeric("1.50", 2)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kNumeric, {l.int64()}), l.integer(1)};
     }},
    {Rule::kTypeArgumentKind, "of a data type",
     [](Lab& l) {
       const auto* box = l.data("Box", {l.int64()});
       return Claim{box, l.record(box, {{"item", l.integer(1)}})};
     },
     [](Lab& l) {
       return Claim{l.data("Box", {l.simple(B::kList)}), l.integer(1)};
     }},
    {Rule::kTypeArgumentKind, "of a synonym",
     [](Lab& l) {
       return Claim{l.synonym("Twice", {l.text()}),
                    l.structure_value({{"one", l.string("")}, {"two", l.string("")}})};
     },
     [](Lab& l) {
       return Claim{l.synonym("Twice", {l.simple(B::kList)}), l.integer(1)};
     }},
    {Rule::kTypeArgumentKind, "of a variable",
     [](Lab& l) {
       const auto* star = PackageBuilder::star();
       const auto* whole = l.forall("f", l.variable_type("f", {l.int64()}), l.arrow(star, star));
       return Claim{whole, l.type_lambda("f", l.any(l.variable_type("f", {l.int64()})),
                                         l.arrow(star, star))};
     },
     [](Lab& l) {
       const auto* star = PackageBuilder::star();
       return Claim{l.forall("f", l.variable_type("f", {l.nat(1)}), l.arrow(star, star)),
                    l.integer(1)};
     }},
    {Rule::kTypeArgumentCount, "of a built-in type",
     [](Lab& l) {
       return Claim{l.optional(l.int64()), l.none(l.int64())};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kInt64, {l.int64()}), l.integer(1)};
     }},
    {Rule::kTypeOfValues, "all arguments given",
     [](Lab& l) {
       return Claim{l.list(l.text()), l.nil(l.text())};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kList), l.nil(l.text())};
     }},
    {Rule::kTypeOfValues, "below a quantifier",
     [](Lab& l) {
       return Claim{l.forall("a", l.int64()), l.type_lambda("a", l.integer(1))};
     },
     [](Lab& l) {
       return Claim{l.forall("a", l.simple(B::kList)), l.type_lambda("a", l.integer(1))};
     }},
    {Rule::kTypeOfValues, "of a struct's field",
     [](Lab& l) {
       return Claim{l.structure({{"f", l.int64()}}), l.structure_value({{"f", l.integer(1)}})};
     },
     [](Lab& l) {
       return Claim{l.structure({{"f", l.nat(1)}}), l.structure_value({{"f", l.integer(1)}})};
     }},
    {Rule::kKindForm, "of a quantifier",
     [](Lab& l) {
       const auto* kind = l.arrow(PackageBuilder::nat(), PackageBuilder::star());
       return Claim{l.forall("f", l.int64(), kind), l.type_lambda("f", l.integer(1), kind)};
     },
     [](Lab& l) {
       const auto* kind = l.arrow(PackageBuilder::star(), PackageBuilder::nat());
       return Claim{l.forall("f", l.int64(), kind), l.type_lambda("f", l.integer(1), kind)};
     }},
    {Rule::kKindForm, "of an abstraction, further inside",
     [](Lab& l) {
       const auto* inner = l.arrow(PackageBuilder::star(), PackageBuilder::star());
       return Claim{l.int64(), l.let("x", l.int64(), l.integer(1),
                                     l.apply_type(l.type_lambda("f", l.integer(1), inner),
                                                  {l.simple(B::kList)}))};
     },
     [](Lab& l) {
       const auto* inner = l.arrow(PackageBuilder::star(), PackageBuilder::nat());
       const auto* kind = l.arrow(inner, PackageBuilder::star());
       return Claim{l.int64(), l.apply_type(l.type_lambda("f", l.integer(1), kind), {l.int64()})};
     }},
};

} // namespace

std::span<const ClaimCase> type_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
