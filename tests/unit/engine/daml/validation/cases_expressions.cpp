// Expressions but for those about data types, updates and interfaces.
#include "cases.hpp"

namespace tenon::daml::validation {
namespace {

using B = lf::BuiltinType;
using F = lf::Builtin;
using lf::ExprForm;
using lf::LanguageVersion;
using lf::LiteralForm;

Lab::T oops(Lab& l) {
  return l.data("Oops");
}
Lab::E oops_value(Lab& l) {
  return l.record(oops(l), {{"text", l.string("x")}});
}
// forall a. a -> a
Lab::E identity(Lab& l) {
  const auto* a = l.variable_type("a");
  return l.type_lambda("a", l.lambda("x", a, l.variable("x")));
}
Lab::T identity_type(Lab& l, std::string_view name = "a") {
  const auto* a = l.variable_type(name);
  return l.forall(name, l.function(a, a));
}

const ClaimCase kCases[] = {
    {Rule::kValueBody, "of the type that is claimed",
     [](Lab& l) {
       return Claim{l.int64(), l.integer(1)};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.string("1")};
     }},
    {Rule::kValueBody, "whatever bound variables are called",
     [](Lab& l) {
       return Claim{identity_type(l, "b"), identity(l)};
     },
     [](Lab& l) {
       return Claim{l.forall("a", l.function(l.variable_type("a"), l.int64())), identity(l)};
     }},
    {Rule::kValueBody, "synonyms are what they stand for",
     [](Lab& l) {
       return Claim{l.list(l.int64()), l.any(l.synonym("Ints"))};
     },
     [](Lab& l) {
       return Claim{l.list(l.text()), l.any(l.synonym("Ints"))};
     }},
    {Rule::kValueBody, "structs have their fields in any order",
     [](Lab& l) {
       return Claim{l.structure({{"x", l.int64()}, {"y", l.text()}}),
                    l.structure_value({{"y", l.string("")}, {"x", l.integer(1)}})};
     },
     [](Lab& l) {
       return Claim{l.structure({{"x", l.int64()}, {"y", l.text()}}),
                    l.structure_value({{"x", l.string("")}, {"y", l.integer(1)}})};
     }},
    {Rule::kVariableKnown, "a parameter",
     [](Lab& l) {
       return Claim{l.function(l.int64(), l.int64()), l.lambda("x", l.int64(), l.variable("x"))};
     },
     [](Lab& l) {
       return Claim{l.function(l.int64(), l.int64()), l.lambda("x", l.int64(), l.variable("y"))};
     }},
    {Rule::kVariableKnown, "a binding, not behind its block",
     [](Lab& l) {
       return Claim{l.int64(), l.let("x", l.int64(), l.integer(1), l.variable("x"))};
     },
     [](Lab& l) {
       return Claim{l.structure({{"a", l.int64()}, {"b", l.int64()}}),
                    l.structure_value({{"a", l.let("x", l.int64(), l.integer(1), l.variable("x"))},
                                       {"b", l.variable("x")}})};
     }},
    {Rule::kArgument, "the inner of two variables of one name",
     [](Lab& l) {
       const auto* inner =
           l.lambda("x", l.int64(), l.apply(l.builtin(F::kInt64ToText), {l.variable("x")}));
       return Claim{l.function(l.text(), l.function(l.int64(), l.text())),
                    l.lambda("x", l.text(), inner)};
     },
     [](Lab& l) {
       const auto* inner =
           l.lambda("x", l.text(), l.apply(l.builtin(F::kInt64ToText), {l.variable("x")}));
       return Claim{l.function(l.int64(), l.function(l.text(), l.text())),
                    l.lambda("x", l.int64(), inner)};
     }},
    {Rule::kValueKnown, "itself",
     [](Lab& l) {
       return Claim{l.int64(), l.value("claim")};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.value("claims")};
     }},
    {Rule::kValueKnown, "a data type is none",
     [](Lab& l) {
       return Claim{l.text(), l.let("v", l.text(), l.value("claim"), l.string(""))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.value("Rec")};
     }},
    {Rule::kLiteral, "Date",
     [](Lab& l) {
       return Claim{l.simple(B::kDate), l.literal(LiteralForm::kDate, 2932896)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kDate), l.literal(LiteralForm::kDate, 2932897)};
     }},
    {Rule::kLiteral, "Timestamp",
     [](Lab& l) {
       return Claim{l.simple(B::kTimestamp), l.literal(LiteralForm::kTimestamp, 0)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kTimestamp),
                    l.literal(LiteralForm::kTimestamp, 253402300800000000)};
     }},
    {Rule::kLiteral, "rounding mode",
     [](Lab& l) {
       return Claim{l.simple(B::kRoundingMode), l.literal(LiteralForm::kRoundingMode, 7)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kRoundingMode), l.literal(LiteralForm::kRoundingMode, 8)};
     }},
    {Rule::kLiteral, "Numeric",
     [](Lab& l) {
       return Claim{l.simple(B::kNumeric, {l.nat(2)}), l.numeric("1.50", 2)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kNumeric, {l.nat(2)}), l.numeric("1.5", 2)};
     }},
    {Rule::kLiteral, "Decimal",
     [](Lab& l) {
       return Claim{l.simple(B::kNumeric, {l.nat(10)}), l.numeric("+1.5", 10)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kNumeric, {l.nat(10)}), l.numeric("one", 10)};
     },
     LanguageVersion::k1_6},
    {Rule::kFunction, "applied",
     [](Lab& l) {
       return Claim{l.int64(), l.apply(l.builtin(F::kAddInt64), {l.integer(1), l.integer(2)})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.apply(l.integer(1), {l.integer(2)})};
     }},
    {Rule::kFunction, "applied to too much",
     [](Lab& l) {
       return Claim{l.function(l.int64(), l.int64()),
                    l.apply(l.builtin(F::kAddInt64), {l.integer(1)})};
     },
     [](Lab& l) {
       return Claim{l.int64(),
                    l.apply(l.builtin(F::kAddInt64), {l.integer(1), l.integer(2), l.integer(3)})};
     }},
    {Rule::kArgument, "of a built-in function",
     [](Lab& l) {
       return Claim{l.text(), l.apply(l.builtin(F::kInt64ToText), {l.integer(1)})};
     },
     [](Lab& l) {
       return Claim{l.text(), l.apply(l.builtin(F::kInt64ToText), {l.string("1")})};
     }},
    {Rule::kPolymorphic, "applied to a type",
     [](Lab& l) {
       return Claim{l.int64(), l.apply(l.apply_type(identity(l), {l.int64()}), {l.integer(1)})};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.apply_type(l.integer(1), {l.int64()})};
     }},
    {Rule::kPolymorphic, "a quantified type as the argument",
     [](Lab& l) {
       // (forall a. any a) @(forall a. a -> a) @Int64
       const auto* all = l.type_lambda("a", l.any(l.variable_type("a")));
       return Claim{l.function(l.int64(), l.int64()),
                    l.apply_type(all, {identity_type(l), l.int64()})};
     },
     [](Lab& l) {
       const auto* all = l.type_lambda("a", l.any(l.variable_type("a")));
       return Claim{l.int64(), l.apply_type(all, {l.text(), l.int64()})};
     }},
    {Rule::kTypeArgument, "of the quantifier's kind",
     [](Lab& l) {
       const auto* ten = l.nat(10);
       return Claim{l.function(l.simple(B::kNumeric, {ten}), l.text()),
                    l.apply_type(l.builtin(F::kNumericToText), {ten})};
     },
     [](Lab& l) {
       return Claim{l.text(), l.apply_type(l.builtin(F::kNumericToText), {l.int64()})};
     }},
    {Rule::kTypeArgument, "of higher kind",
     [](Lab& l) {
       const auto* kind = l.arrow(lf::PackageBuilder::star(), lf::PackageBuilder::star());
       const auto* all = l.type_lambda("f", l.any(l.variable_type("f", {l.int64()})), kind);
       return Claim{l.list(l.int64()), l.apply_type(all, {l.simple(B::kList)})};
     },
     [](Lab& l) {
       const auto* kind = l.arrow(lf::PackageBuilder::star(), lf::PackageBuilder::star());
       const auto* all = l.type_lambda("f", l.any(l.variable_type("f", {l.int64()})), kind);
       return Claim{l.list(l.int64()), l.apply_type(all, {l.simple(B::kArrow)})};
     }},
    {Rule::kLetValue, "of the type of the binding",
     [](Lab& l) {
       return Claim{l.text(), l.let("x", l.text(), l.string(""), l.variable("x"))};
     },
     [](Lab& l) {
       return Claim{l.text(), l.let("x", l.text(), l.integer(1), l.variable("x"))};
     }},
    {Rule::kListFront, "not empty",
     [](Lab& l) {
       return Claim{l.list(l.text()), l.cons(l.text(), {l.string("")}, l.nil(l.text()))};
     },
     [](Lab& l) {
       return Claim{l.list(l.text()), l.cons(l.text(), {}, l.nil(l.text()))};
     }},
    {Rule::kListElement, "each of them",
     [](Lab& l) {
       return Claim{l.list(l.text()),
                    l.cons(l.text(), {l.string("a"), l.string("b")}, l.nil(l.text()))};
     },
     [](Lab& l) {
       return Claim{l.list(l.text()),
                    l.cons(l.text(), {l.string("a"), l.integer(1)}, l.nil(l.text()))};
     }},
    {Rule::kListTail, "a list of the same",
     [](Lab& l) {
       return Claim{l.list(l.int64()), l.cons(l.int64(), {l.integer(1)}, l.nil(l.int64()))};
     },
     [](Lab& l) {
       return Claim{l.list(l.int64()), l.cons(l.int64(), {l.integer(1)}, l.nil(l.text()))};
     }},
    {Rule::kSomeValue, "of the type that is given",
     [](Lab& l) {
       return Claim{l.optional(l.int64()), l.some(l.int64(), l.integer(1))};
     },
     [](Lab& l) {
       return Claim{l.optional(l.int64()), l.some(l.int64(), l.string(""))};
     }},
    {Rule::kAnyType, "no variables",
     [](Lab& l) {
       return Claim{l.simple(B::kAny), l.typed(ExprForm::kToAny, l.int64(), l.integer(1))};
     },
     [](Lab& l) {
       const auto* a = l.variable_type("a");
       return Claim{l.forall("a", l.simple(B::kTypeRep)),
                    l.type_lambda("a", l.typed(ExprForm::kTypeRep, l.list(a), nullptr))};
     }},
    {Rule::kAnyType, "no quantifiers",
     [](Lab& l) {
       return Claim{l.simple(B::kTypeRep), l.typed(ExprForm::kTypeRep, l.data("Rec"), nullptr)};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kTypeRep),
                    l.typed(ExprForm::kTypeRep, l.list(identity_type(l)), nullptr)};
     }},
    {Rule::kAnyType, "no synonyms",
     [](Lab& l) {
       return Claim{l.optional(l.list(l.int64())),
                    l.typed(ExprForm::kFromAny, l.list(l.int64()), l.any(l.simple(B::kAny)))};
     },
     [](Lab& l) {
       return Claim{l.optional(l.list(l.int64())),
                    l.typed(ExprForm::kFromAny, l.synonym("Ints"), l.any(l.simple(B::kAny)))};
     }},
    {Rule::kToAny, "of the type that is given",
     [](Lab& l) {
       return Claim{l.simple(B::kAny), l.typed(ExprForm::kToAny, l.text(), l.string(""))};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kAny), l.typed(ExprForm::kToAny, l.text(), l.integer(1))};
     }},
    {Rule::kFromAny, "an Any",
     [](Lab& l) {
       return Claim{l.optional(l.text()),
                    l.typed(ExprForm::kFromAny, l.text(), l.any(l.simple(B::kAny)))};
     },
     [](Lab& l) {
       return Claim{l.optional(l.text()), l.typed(ExprForm::kFromAny, l.text(), l.string(""))};
     }},
    {Rule::kExceptionType, "that is thrown",
     [](Lab& l) {
       return Claim{l.int64(), l.throw_value(l.int64(), oops(l), oops_value(l))};
     },
     [](Lab& l) {
       return Claim{l.int64(), l.throw_value(l.int64(), l.data("Rec"), l.rec())};
     }},
    {Rule::kExceptionType, "AnyException is none",
     [](Lab& l) {
       return Claim{l.simple(B::kAnyException),
                    l.typed(ExprForm::kToAnyException, oops(l), oops_value(l))};
     },
     [](Lab& l) {
       const auto* any = l.simple(B::kAnyException);
       return Claim{any, l.typed(ExprForm::kToAnyException, any, l.any(any))};
     }},
    {Rule::kThrow, "of the exception type",
     [](Lab& l) {
       return Claim{l.text(), l.throw_value(l.text(), oops(l), oops_value(l))};
     },
     [](Lab& l) {
       return Claim{l.text(), l.throw_value(l.text(), oops(l), l.rec())};
     }},
    {Rule::kToAnyException, "of the exception type",
     [](Lab& l) {
       return Claim{l.simple(B::kAnyException),
                    l.typed(ExprForm::kToAnyException, oops(l), oops_value(l))};
     },
     [](Lab& l) {
       return Claim{l.simple(B::kAnyException),
                    l.typed(ExprForm::kToAnyException, oops(l), l.string(""))};
     }},
    {Rule::kFromAnyException, "an AnyException",
     [](Lab& l) {
       return Claim{l.optional(oops(l)), l.typed(ExprForm::kFromAnyException, oops(l),
                                                 l.any(l.simple(B::kAnyException)))};
     },
     [](Lab& l) {
       return Claim{l.optional(oops(l)),
                    l.typed(ExprForm::kFromAnyException, oops(l), oops_value(l))};
     }},
};

} // namespace

std::span<const ClaimCase> expression_cases() {
  return kCases;
}

} // namespace tenon::daml::validation
