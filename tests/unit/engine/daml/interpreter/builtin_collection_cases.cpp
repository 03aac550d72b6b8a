// Maps, comparison, and the built-ins of old versions.
#include "builtin_cases.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;
using V = lf::LanguageVersion;
using Row = BuiltinCase;

void add_map_rows(BuiltinCases& rows) {
  // {"b": 2, "a": 1} and the like, with the built-ins of text maps or generic maps.
  const auto filled = [](Program& p, bool generic) {
    E map = generic ? p.call(B::kGenMapEmpty, {}, {p.text(), p.int64()})
                    : p.call(B::kTextMapEmpty, {}, {p.int64()});
    const B insert = generic ? B::kGenMapInsert : B::kTextMapInsert;
    const std::vector<std::pair<std::string, std::int64_t>> entries{
        {"b", 2}, {"a", 0}, {"c", 3}, {"a", 1}};
    for (const auto& [key, value] : entries)
      map = p.call(insert, {p.string(key), p.number(value), map});
    return map;
  };
  const auto add = [&](B builtin, std::string expected,
                       std::function<std::vector<E>(Program&)> arguments) {
    rows.push_back({builtin, std::move(expected),
                    [=](Program& p) { return p.call(builtin, arguments(p)); }});
  };
  add(B::kTextMapEmpty, "<>", [](Program&) { return std::vector<E>(); });
  add(B::kGenMapEmpty, "<>", [](Program&) { return std::vector<E>(); });
  for (const bool generic : {false, true}) {
    const auto of = [generic](B text, B other) { return generic ? other : text; };
    const auto map = [=](Program& p) { return filled(p, generic); };
    add(of(B::kTextMapInsert, B::kGenMapInsert), "<\"a\"=1, \"b\"=9, \"c\"=3>",
        [=](Program& p) { return std::vector{p.string("b"), p.number(9), map(p)}; });
    add(of(B::kTextMapLookup, B::kGenMapLookup), "Some 1",
        [=](Program& p) { return std::vector{p.string("a"), map(p)}; });
    add(of(B::kTextMapLookup, B::kGenMapLookup), "None",
        [=](Program& p) { return std::vector{p.string("d"), map(p)}; });
    add(of(B::kTextMapDelete, B::kGenMapDelete), "<\"a\"=1, \"c\"=3>",
        [=](Program& p) { return std::vector{p.string("b"), map(p)}; });
    add(of(B::kTextMapDelete, B::kGenMapDelete), "<\"a\"=1, \"b\"=2, \"c\"=3>",
        [=](Program& p) { return std::vector{p.string("d"), map(p)}; });
    add(of(B::kTextMapSize, B::kGenMapSize), "3",
        [=](Program& p) { return std::vector{map(p)}; });
  }
  add(B::kTextMapToList, "[{\"a\", 1}, {\"b\", 2}, {\"c\", 3}]",
      [=](Program& p) { return std::vector{filled(p, false)}; });
  add(B::kGenMapKeys, "[\"a\", \"b\", \"c\"]",
      [=](Program& p) { return std::vector{filled(p, true)}; });
  add(B::kGenMapValues, "[1, 2, 3]", [=](Program& p) { return std::vector{filled(p, true)}; });
  // Functions are no keys, not even of an empty map.
  const auto key = [](Program& p) {
    return p.some(p.int64(), p.lambda({{"x", p.int64()}}, p.variable("x")));
  };
  const std::string not_comparable = error("functions were compared");
  add(B::kGenMapInsert, not_comparable, [=](Program& p) {
    return std::vector{key(p), p.number(1), p.call(B::kGenMapEmpty, {})};
  });
  add(B::kGenMapLookup, not_comparable, [=](Program& p) {
    return std::vector{key(p), p.call(B::kGenMapEmpty, {})};
  });
  add(B::kGenMapDelete, not_comparable, [=](Program& p) {
    return std::vector{key(p), p.call(B::kGenMapEmpty, {})};
  });
}

using Operand = std::function<E(Program&)>;

// For each pair of values with left < right, what the five comparisons give.
void add_comparison_rows(BuiltinCases& rows) {
  const std::vector<std::pair<Operand, Operand>> pairs{
      {[](Program& p) { return p.number(-1); }, [](Program& p) { return p.number(2); }},
      {[](Program& p) { return p.truth(false); }, [](Program& p) { return p.truth(true); }},
      {[](Program& p) { return p.string("Z"); }, [](Program& p) { return p.string("a"); }},
      {[](Program& p) { return p.string("\xef\xbf\xbf"); },
       [](Program& p) { return p.string("\xf0\x90\x80\x80"); }},
      {[](Program& p) { return p.day(1); }, [](Program& p) { return p.day(2); }},
      {[](Program& p) { return p.moment(1); }, [](Program& p) { return p.moment(2); }},
      {[](Program& p) { return p.decimal("-1.5", 1); },
       [](Program& p) { return p.decimal("1.5", 1); }},
      {[](Program& p) { return big(p, "1.5", 1); }, [](Program& p) { return big(p, "10.0", 1); }},
      {[](Program& p) { return p.rounding(1); }, [](Program& p) { return p.rounding(2); }},
      {[](Program& p) { return p.none(p.int64()); },
       [](Program& p) { return p.some(p.int64(), p.number(-5)); }},
      {[](Program& p) { return p.list_of(p.int64(), {p.number(1)}); },
       [](Program& p) { return p.list_of(p.int64(), {p.number(1), p.number(0)}); }},
      {[](Program& p) { return p.list_of(p.int64(), {p.number(1), p.number(9)}); },
       [](Program& p) { return p.list_of(p.int64(), {p.number(2)}); }},
      {[](Program& p) { return p.type_rep(p.text()); },
       [](Program& p) { return p.type_rep(p.list(p.int64())); }},
      {[](Program& p) { return p.to_any(p.int64(), p.number(9)); },
       [](Program& p) { return p.to_any(p.text(), p.string("a")); }},
      {[](Program& p) { return p.to_any(p.int64(), p.number(1)); },
       [](Program& p) { return p.to_any(p.int64(), p.number(2)); }},
      {[](Program& p) { return p.structure({{"b", p.number(1)}, {"a", p.number(9)}}); },
       [](Program& p) { return p.structure({{"b", p.number(2)}, {"a", p.number(9)}}); }},
  };
  const std::vector<std::tuple<B, std::string, std::string, std::string>> expected{
      {B::kEqual, "False", "True", "False"},   {B::kLess, "True", "False", "False"},
      {B::kLessEq, "True", "True", "False"},   {B::kGreater, "False", "False", "True"},
      {B::kGreaterEq, "False", "True", "True"}};
  for (const auto& [low, high] : pairs) {
    for (const auto& [builtin, less, same, greater] : expected) {
      const auto add = [&rows, builtin = builtin](const Operand& left, const Operand& right,
                                                  const std::string& result) {
        rows.push_back({builtin, result, [=](Program& p) {
                          return p.call(builtin, {left(p), right(p)}, {p.variable_type("t")});
                        }});
      };
      add(low, high, less);
      add(low, low, same);
      add(high, low, greater);
    }
  }
  for (const B builtin : {B::kEqual, B::kLess, B::kLessEq, B::kGreater, B::kGreaterEq}) {
    rows.push_back({builtin, error("functions were compared"), [=](Program& p) {
                      const auto function = [&] {
                        return p.lambda({{"x", p.int64()}}, p.variable("x"));
                      };
                      return p.call(builtin, {function(), function()}, {p.variable_type("t")});
                    }});
    // What lies behind the first difference is not looked at.
    rows.push_back({builtin, builtin == B::kLess || builtin == B::kLessEq ? "True" : "False",
                    [=](Program& p) {
                      const auto pair = [&](std::int64_t first) {
                        return p.structure({{"a", p.number(first)},
                                            {"f", p.lambda({{"x", p.int64()}}, p.variable("x"))}});
                      };
                      return p.call(builtin, {pair(1), pair(2)}, {p.variable_type("t")});
                    }});
    // With a type that is known the same, by a faster way.
    rows.push_back({builtin, builtin == B::kLess || builtin == B::kLessEq ? "True" : "False",
                    [=](Program& p) {
                      return p.call(builtin, {p.number(3), p.number(4)}, {p.int64()});
                    }});
  }
}

// A built-in of version 1.6, or 1.8.
void old(BuiltinCases& rows, B builtin, std::string expected,
         std::function<std::vector<E>(Program&)> arguments, V version = V::k1_6) {
  rows.push_back({builtin, std::move(expected),
                  [=](Program& p) { return p.call(builtin, arguments(p)); }, version});
}

// Built-ins of old versions that are others with types given.
void add_decimal_rows(BuiltinCases& rows) {
  const auto decimals = [&](B builtin, std::string left, std::string right, std::string expected) {
    rows.push_back(numerics(builtin, {}, {left, right}, {10, 10}, std::move(expected), V::k1_6));
  };
  decimals(B::kAddDecimal, "1.5", "2.25", "3.75");
  decimals(B::kSubDecimal, "1.5", "2.25", "-0.75");
  decimals(B::kMulDecimal, "0.00001", "0.00001", "0.0000000001");
  decimals(B::kDivDecimal, "1.0", "3.0", "0.3333333333");
  decimals(B::kDivDecimal, "1.0", "0.0",
           overflow("DIV_NUMERIC @10 @10 @10 1.0 0.0"));
  decimals(B::kEqualDecimal, "1.0", "1.00", "True");
  decimals(B::kLessDecimal, "1.0", "2.0", "True");
  decimals(B::kLessEqDecimal, "2.0", "2.0", "True");
  decimals(B::kGreaterDecimal, "1.0", "2.0", "False");
  decimals(B::kGreaterEqDecimal, "1.0", "2.0", "False");
  old(rows, B::kRoundDecimal, "1.2",
      [](Program& p) { return std::vector{p.number(1), p.decimal("1.25", 10)}; });
  old(rows, B::kDecimalToText, "\"1.25\"",
      [](Program& p) { return std::vector{p.decimal("1.25", 10)}; });
  old(rows, B::kInt64ToDecimal, "3.0", [](Program& p) { return std::vector{p.number(3)}; });
  old(rows, B::kDecimalToInt64, "1", [](Program& p) { return std::vector{p.decimal("1.9", 10)}; });
  old(rows, B::kTextToDecimal, "Some 1.25",
      [](Program& p) { return std::vector{p.string("1.25")}; });
  old(rows, B::kTextToDecimal, "None",
      [](Program& p) { return std::vector{p.string("0.12345678901")}; });
}

void add_typed_rows(BuiltinCases& rows) {
  struct Typed {
    Operand low;
    Operand high;
    B equal;
    std::vector<B> comparisons; // less or equal, less, greater or equal, greater
  };
  const auto party = [](std::string name) -> Operand {
    return [=](Program& p) {
      return p.match(p.call(B::kTextToParty, {p.string(name)}),
                     {p.when_some("x", p.variable("x")),
                      p.when_none(p.call(B::kError, {p.string("")}))});
    };
  };
  const std::vector<Typed> typed{
      {[](Program& p) { return p.number(1); }, [](Program& p) { return p.number(2); },
       B::kEqualInt64,
       {B::kLessEqInt64, B::kLessInt64, B::kGreaterEqInt64, B::kGreaterInt64}},
      {[](Program& p) { return p.string("a"); }, [](Program& p) { return p.string("b"); },
       B::kEqualText,
       {B::kLessEqText, B::kLessText, B::kGreaterEqText, B::kGreaterText}},
      {[](Program& p) { return p.moment(1); }, [](Program& p) { return p.moment(2); },
       B::kEqualTimestamp,
       {B::kLessEqTimestamp, B::kLessTimestamp, B::kGreaterEqTimestamp, B::kGreaterTimestamp}},
      {[](Program& p) { return p.day(1); }, [](Program& p) { return p.day(2); },
       B::kEqualDate,
       {B::kLessEqDate, B::kLessDate, B::kGreaterEqDate, B::kGreaterDate}},
      {party("A"), party("B"), B::kEqualParty,
       {B::kLessEqParty, B::kLessParty, B::kGreaterEqParty, B::kGreaterParty}},
  };
  for (const Typed& type : typed) {
    const auto both = [](Operand left, Operand right) {
      return [=](Program& p) { return std::vector{left(p), right(p)}; };
    };
    old(rows, type.equal, "True", both(type.low, type.low), V::k1_8);
    old(rows, type.equal, "False", both(type.low, type.high), V::k1_8);
    const std::string results[] = {"True", "True", "False", "False"};
    for (std::size_t i = 0; i < type.comparisons.size(); ++i) {
      old(rows, type.comparisons[i], results[i], both(type.low, type.high), V::k1_8);
      old(rows, type.comparisons[i], i % 2 == 0 ? "True" : "False", both(type.high, type.high),
          V::k1_8);
    }
  }
}

void add_scaled_rows(BuiltinCases& rows) {
  old(rows, B::kEqualBool, "False",
      [](Program& p) { return std::vector{p.truth(true), p.truth(false)}; }, V::k1_8);
  old(rows, B::kEqualBool, "True",
      [](Program& p) { return std::vector{p.truth(true), p.truth(true)}; }, V::k1_8);
  const std::vector<std::pair<B, std::string>> by_scale{
      {B::kEqualNumeric, "False"},     {B::kLessNumeric, "True"},
      {B::kLessEqNumeric, "True"},     {B::kGreaterNumeric, "False"},
      {B::kGreaterEqNumeric, "False"}};
  for (const auto& [builtin, expected] : by_scale) {
    rows.push_back(numerics(builtin, {1}, {"1.5", "2.5"}, {1, 1}, expected, V::k1_8));
    // As a value, with and without its scale.
    rows.push_back({builtin, expected,
                    [builtin = builtin](Program& p) {
                      const T f = p.int64();
                      return p.apply(
                          p.lambda({{"f", f}}, p.apply(p.variable("f"), {p.decimal("1.5", 1),
                                                                         p.decimal("2.5", 1)})),
                          {p.apply_type(p.function(builtin), {p.nat(1)})});
                    },
                    V::k1_8});
  }
  rows.push_back({B::kEqualTypeRep, "True",
                  [](Program& p) {
                    return p.call(B::kEqualTypeRep, {p.type_rep(p.list(p.int64())),
                                                     p.type_rep(p.list(p.int64()))});
                  },
                  V::k1_8});
  rows.push_back({B::kEqualTypeRep, "False",
                  [](Program& p) {
                    return p.call(B::kEqualTypeRep,
                                  {p.type_rep(p.int64()), p.type_rep(p.text())});
                  },
                  V::k1_8});
}

} // namespace

void add_collection_cases(BuiltinCases& rows) {
  add_map_rows(rows);
  add_comparison_rows(rows);
  add_decimal_rows(rows);
  add_typed_rows(rows);
  add_scaled_rows(rows);
}

} // namespace tenon::daml::interpreter::test
