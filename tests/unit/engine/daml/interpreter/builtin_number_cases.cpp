// Integers, decimals, moments.
#include <limits>

#include "builtin_cases.hpp"

namespace tenon::daml::interpreter::test {

using B = lf::Builtin;
using V = lf::LanguageVersion;
using Row = BuiltinCase;

Row numerics(B builtin, std::vector<std::uint8_t> scales, std::vector<std::string> arguments,
             std::vector<std::uint8_t> argument_scales, std::string expected,
             V version) {
  return {builtin, std::move(expected),
          [=](Program& p) {
            std::vector<T> types;
            for (const std::uint8_t scale : scales)
              types.push_back(p.nat(scale));
            std::vector<E> values;
            for (std::size_t i = 0; i < arguments.size(); ++i)
              values.push_back(p.decimal(arguments[i], argument_scales[i]));
            return p.call(builtin, values, types);
          },
          version};
}

namespace {

// Rows with the operation applied to numbers.
constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Row int64s(B builtin, std::int64_t left, std::int64_t right, std::string expected) {
  return {builtin, std::move(expected), [=](Program& p) {
            return p.call(builtin, {p.number(left), p.number(right)});
          }};
}

// 10^n as a BigNumeric.
E big_power(Program& p, std::int64_t exponent) {
  return p.call(B::kShiftRightBigNumeric, {p.number(-exponent), big(p, "1.0", 1)});
}
Row bigs(B builtin, std::vector<std::string> arguments, std::string expected) {
  return {builtin, std::move(expected), [=](Program& p) {
            std::vector<E> values;
            for (const std::string& argument : arguments) {
              const auto scale = argument.size() - argument.find('.') - 1;
              values.push_back(big(p, argument, static_cast<std::uint8_t>(scale)));
            }
            return p.call(builtin, values);
          }};
}

void add_int64_rows(BuiltinCases& rows) {
  rows.push_back(int64s(B::kAddInt64, 2, 3, "5"));
  rows.push_back(int64s(B::kAddInt64, kGreatest, 1, overflow("ADD_INT64 9223372036854775807 1")));
  rows.push_back(int64s(B::kAddInt64, kLeast, -1,
                        overflow("ADD_INT64 -9223372036854775808 -1")));
  rows.push_back(int64s(B::kSubInt64, 2, 3, "-1"));
  rows.push_back(int64s(B::kSubInt64, kLeast, 1, overflow("SUB_INT64 -9223372036854775808 1")));
  rows.push_back(int64s(B::kMulInt64, -4, 5, "-20"));
  rows.push_back(int64s(B::kMulInt64, kGreatest, 2,
                        overflow("MUL_INT64 9223372036854775807 2")));
  rows.push_back(int64s(B::kDivInt64, -7, 2, "-3"));
  rows.push_back(int64s(B::kDivInt64, 1, 0, overflow("DIV_INT64 1 0")));
  rows.push_back(int64s(B::kDivInt64, kLeast, -1,
                        overflow("DIV_INT64 -9223372036854775808 -1")));
  rows.push_back(int64s(B::kModInt64, -7, 2, "-1"));
  rows.push_back(int64s(B::kModInt64, kLeast, -1, "0"));
  rows.push_back(int64s(B::kModInt64, 7, 0, overflow("MOD_INT64 7 0")));
  rows.push_back(int64s(B::kExpInt64, 3, 4, "81"));
  rows.push_back(int64s(B::kExpInt64, 0, 0, "1"));
  rows.push_back(int64s(B::kExpInt64, 2, 63, overflow("EXP_INT64 2 63")));
  rows.push_back(int64s(B::kExpInt64, 2, -1, overflow("EXP_INT64 2 -1")));
  const auto one = [&](B builtin, std::int64_t argument, std::string expected) {
    rows.push_back({builtin, std::move(expected),
                    [=](Program& p) { return p.call(builtin, {p.number(argument)}); }});
  };
  one(B::kInt64ToText, -12, "\"-12\"");
  one(B::kUnixDaysToDate, 0, "1970-01-01");
  one(B::kUnixDaysToDate, 2932896, "9999-12-31");
  one(B::kUnixDaysToDate, 2932897, overflow("UNIX_DAYS_TO_DATE 2932897"));
  one(B::kUnixDaysToDate, -719163, overflow("UNIX_DAYS_TO_DATE -719163"));
  one(B::kUnixMicrosecondsToTimestamp, 0, "1970-01-01T00:00:00Z");
  one(B::kUnixMicrosecondsToTimestamp, 253402300800000000,
      overflow("UNIX_MICROSECONDS_TO_TIMESTAMP 253402300800000000"));
  rows.push_back({B::kDateToUnixDays, "7",
                  [](Program& p) { return p.call(B::kDateToUnixDays, {p.day(7)}); }});
  rows.push_back({B::kTimestampToUnixMicroseconds, "9", [](Program& p) {
                    return p.call(B::kTimestampToUnixMicroseconds, {p.moment(9)});
                  }});
  rows.push_back({B::kDateToText, "\"1970-01-08\"",
                  [](Program& p) { return p.call(B::kDateToText, {p.day(7)}); }});
  rows.push_back({B::kTimestampToText, "\"1970-01-01T00:00:00.000009Z\"",
                  [](Program& p) { return p.call(B::kTimestampToText, {p.moment(9)}); }});
}

void add_numeric_rows(BuiltinCases& rows) {
  const std::string nines(38, '9');
  rows.push_back(numerics(B::kAddNumeric, {2}, {"1.25", "2.50"}, {2, 2}, "3.75"));
  rows.push_back(numerics(B::kAddNumeric, {0}, {nines + ".", "1."}, {0, 0},
                          overflow("ADD_NUMERIC @0 " + nines + ".0 1.0")));
  rows.push_back(numerics(B::kSubNumeric, {1}, {"1.0", "2.5"}, {1, 1}, "-1.5"));
  rows.push_back(numerics(B::kSubNumeric, {0}, {"-" + nines + ".", "1."}, {0, 0},
                          overflow("SUB_NUMERIC @0 -" + nines + ".0 1.0")));
  rows.push_back(numerics(B::kMulNumeric, {1, 1, 1}, {"0.5", "0.5"}, {1, 1}, "0.2")); // to even
  rows.push_back(numerics(B::kMulNumeric, {1, 1, 1}, {"1.5", "0.5"}, {1, 1}, "0.8"));
  rows.push_back(numerics(B::kMulNumeric, {0, 0, 0}, {nines + ".", "2."}, {0, 0},
                          overflow("MUL_NUMERIC @0 @0 @0 " + nines + ".0 2.0")));
  rows.push_back(numerics(B::kDivNumeric, {0, 0, 3}, {"2.", "3."}, {0, 0}, "0.667"));
  rows.push_back(numerics(B::kDivNumeric, {0, 0, 3}, {"2.", "0."}, {0, 0},
                          overflow("DIV_NUMERIC @0 @0 @3 2.0 0.0")));
  const auto round = [&](std::int64_t digits, std::string text, std::string expected) {
    rows.push_back({B::kRoundNumeric, std::move(expected), [=](Program& p) {
                      return p.call(B::kRoundNumeric, {p.number(digits), p.decimal(text, 2)},
                                    {p.nat(2)});
                    }});
  };
  round(1, "1.25", "1.2");
  round(-1, "15.00", "20.0");
  round(3, "1.25", overflow("ROUND_NUMERIC @2 3 1.25"));
  rows.push_back(numerics(B::kCastNumeric, {2, 4}, {"1.25"}, {2}, "1.25"));
  rows.push_back(numerics(B::kCastNumeric, {2, 1}, {"1.25"}, {2},
                          overflow("CAST_NUMERIC @2 @1 1.25")));
  rows.push_back(numerics(B::kShiftNumeric, {2, 4}, {"1.25"}, {2}, "0.0125"));
  rows.push_back(numerics(B::kShiftNumeric, {2, 0}, {"1.25"}, {2}, "125.0"));
  rows.push_back(numerics(B::kNumericToText, {3}, {"1.500"}, {3}, "\"1.5\""));
  rows.push_back(numerics(B::kNumericToInt64, {1}, {"-1.9"}, {1}, "-1"));
  rows.push_back(numerics(B::kNumericToInt64, {0}, {nines + "."}, {0},
                          overflow("NUMERIC_TO_INT64 @0 " + nines + ".0")));
  const auto from_int64 = [&](std::uint8_t scale, std::int64_t value, std::string expected) {
    rows.push_back({B::kInt64ToNumeric, std::move(expected), [=](Program& p) {
                      return p.call(B::kInt64ToNumeric, {p.number(value)}, {p.nat(scale)});
                    }});
  };
  from_int64(5, -3, "-3.0");
  from_int64(37, 10, overflow("INT64_TO_NUMERIC @37 10"));
  const auto from_text = [&](std::uint8_t scale, std::string text, std::string expected) {
    rows.push_back({B::kTextToNumeric, std::move(expected), [=](Program& p) {
                      return p.call(B::kTextToNumeric, {p.string(text)}, {p.nat(scale)});
                    }});
  };
  from_text(2, "+001.50", "Some 1.5");
  from_text(2, "3", "Some 3.0");
  from_text(2, "1.234", "None");
  from_text(2, "1.", "None");
  from_text(2, "x", "None");
}

void add_big_numeric_rows(BuiltinCases& rows) {
  rows.push_back(bigs(B::kAddBigNumeric, {"1.25", "2.75"}, "4.0"));
  rows.push_back(bigs(B::kSubBigNumeric, {"1.25", "2.75"}, "-1.5"));
  rows.push_back(bigs(B::kMulBigNumeric, {"1.5", "1.5"}, "2.25"));
  rows.push_back(bigs(B::kScaleBigNumeric, {"100.0"}, "-2"));
  rows.push_back(bigs(B::kScaleBigNumeric, {"1.25"}, "2"));
  rows.push_back(bigs(B::kPrecisionBigNumeric, {"1.25"}, "3"));
  rows.push_back(bigs(B::kBigNumericToText, {"-100.50"}, "\"-100.5\""));
  rows.push_back({B::kNumericToBigNumeric, "1.25", [](Program& p) { return big(p, "1.25", 2); }});
  const auto to_numeric = [&](std::uint8_t scale, std::string expected) {
    rows.push_back({B::kBigNumericToNumeric, std::move(expected), [=](Program& p) {
                      return p.call(B::kBigNumericToNumeric, {big(p, "1.25", 2)}, {p.nat(scale)});
                    }});
  };
  to_numeric(2, "1.25");
  to_numeric(1, overflow("BIGNUMERIC_TO_NUMERIC @1 1.25"));
  const auto divide = [&](std::int64_t scale, std::int64_t mode, std::string left,
                          std::string right, std::string expected) {
    rows.push_back({B::kDivBigNumeric, std::move(expected), [=](Program& p) {
                      return p.call(B::kDivBigNumeric, {p.number(scale), p.rounding(mode),
                                                        big(p, left, 1), big(p, right, 1)});
                    }});
  };
  const std::string rounded[] = {"0.4", "0.3", "0.4", "0.3", "0.3", "0.3", "0.3"};
  for (std::int64_t mode = 0; mode < 7; ++mode)
    divide(1, mode, "1.0", "3.0", rounded[mode]);
  divide(1, 6, "1.0", "4.0", "0.2"); // half even
  divide(1, 4, "1.0", "4.0", "0.3"); // half up
  divide(1, 5, "1.0", "4.0", "0.2"); // half down
  divide(2, 7, "1.0", "4.0", "0.25");
  divide(1, 7, "1.0", "3.0", overflow("DIV_BIGNUMERIC 1 7 1.0 3.0"));
  divide(1, 0, "1.0", "0.0", overflow("DIV_BIGNUMERIC 1 0 1.0 0.0"));
  divide(1, 9, "1.0", "3.0", overflow("DIV_BIGNUMERIC 1 9 1.0 3.0"));
  divide(40000, 0, "1.0", "3.0", overflow("DIV_BIGNUMERIC 40000 0 1.0 3.0"));
  const auto shift = [&](std::int64_t places, std::string expected) {
    rows.push_back({B::kShiftRightBigNumeric, std::move(expected), [=](Program& p) {
                      return p.call(B::kShiftRightBigNumeric,
                                    {p.number(places), big(p, "12.5", 1)});
                    }});
  };
  shift(2, "0.125");
  shift(-3, "12500.0");
  shift(70000, overflow("SHIFT_RIGHT_BIGNUMERIC 70000 12.5"));
  rows.push_back({B::kMulBigNumeric, "ArithmeticError", [](Program& p) {
                    return p.call(B::kMulBigNumeric, {big_power(p, 30000), big_power(p, 30000)});
                  }});
  rows.push_back({B::kAddBigNumeric, "ArithmeticError", [](Program& p) {
                    return p.call(B::kAddBigNumeric,
                                  {p.call(B::kMulBigNumeric, {big(p, "9.9", 1),
                                                              big_power(p, 32767)}),
                                   big_power(p, 32767)});
                  }});
  rows.push_back({B::kSubBigNumeric, "ArithmeticError", [](Program& p) {
                    return p.call(B::kSubBigNumeric,
                                  {p.call(B::kMulBigNumeric, {big(p, "-9.9", 1),
                                                              big_power(p, 32767)}),
                                   big_power(p, 32767)});
                  }});
}

} // namespace

void add_number_cases(BuiltinCases& rows) {
  add_int64_rows(rows);
  add_numeric_rows(rows);
  add_big_numeric_rows(rows);
}

} // namespace tenon::daml::interpreter::test
