// Numeric and BigNumeric.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "tenon/core/encoding.hpp"
#include "values/big_numeric.hpp"

namespace tenon::daml {
namespace {

Numeric numeric(std::string_view text) {
  INFO(text);
  const auto result = Numeric::parse(text);
  REQUIRE(result.ok());
  return *result;
}

const std::string kNines(38, '9');

TEST_CASE("numeric: the text of the ledger tells number and scale", "[daml][numeric]") {
  for (const std::string& text :
       {std::string("0."), std::string("7."), std::string("-1.50"), std::string("0.00"),
        "0." + std::string(36, '0') + "1", "-" + kNines + ".", "9." + kNines.substr(1)}) {
    INFO(text);
    CHECK(numeric(text).to_text() == text);
  }
  CHECK(numeric("-0.0").to_text() == "0.0");
  CHECK(numeric("1.50").scale() == 2);
  CHECK(Numeric::greatest(37) == numeric("9." + kNines.substr(1)));
  for (const std::string& bad :
       {std::string(), std::string("1"), std::string("+1."), std::string("01.0"),
        std::string(".5"), std::string("-.5"), std::string("1.0e1"), std::string("1..0"),
        std::string(" 1.0"), "1" + kNines + ".", "0." + std::string(38, '0'),
        "10." + std::string(37, '0')}) {
    INFO(bad);
    CHECK_FALSE(Numeric::parse(bad).ok());
  }
}

TEST_CASE("numeric: a number of 38 digits and a scale up to 37 can be made, no other",
          "[daml][numeric]") {
  const Numeric::Unscaled most = Numeric::greatest(0).unscaled();
  CHECK(Numeric::make(-most, 37).ok());
  CHECK_FALSE(Numeric::make(most + 1, 0).ok());
  CHECK_FALSE(Numeric::make(std::numeric_limits<std::int64_t>::min(), 38).ok());
  CHECK_FALSE(Numeric::make(0, -1).ok());
  CHECK_THAT(Numeric::make(most + 1, 10).status().message(),
             Catch::StartsWith("10000000000000000000000000000.0000000000 has too many digits "
                               "for a Numeric 10"));
}

TEST_CASE("numeric: sums and differences fail at 39 digits", "[daml][numeric]") {
  CHECK(numeric("5555.5").add(numeric("4444.4")).value().to_text() == "9999.9");
  CHECK_FALSE(Numeric::greatest(0).add(numeric("1.")).ok());
  CHECK(Numeric::greatest(0).subtract(Numeric::greatest(0)).value() == numeric("0."));
  CHECK_FALSE(numeric("-1.").subtract(Numeric::greatest(0)).ok());
  CHECK_FALSE(Numeric::greatest(37).add(Numeric::greatest(37)).ok());
}

TEST_CASE("numeric: products are rounded half to even at the wanted scale", "[daml][numeric]") {
  const auto product = [](std::string_view left, std::string_view right, int scale) {
    const auto result = numeric(left).multiply(numeric(right), scale);
    return result.ok() ? result->to_text() : "fails";
  };
  CHECK(product("0.5", "0.1", 1) == "0.0");
  CHECK(product("0.15", "0.10", 2) == "0.02");
  CHECK(product("1.006", "0.100", 3) == "0.101");
  CHECK(product("2.1003", "0.1000", 4) == "0.2100");
  CHECK(product("-0.5", "0.1", 1) == "0.0");
  CHECK(product("-1.5", "0.1", 1) == "-0.2");
  CHECK(product("5555555555555555555.", "4444444444444444444.", 0) ==
        "24691358024691358019753086419753086420.");
  CHECK(product("3.141592653589793238462643383279502884",
                "2.718281828459045235360287471352662498", 36) ==
        "8.539734222673567065463550869546574495");
  CHECK(product("10000000000000000000.", "10000000000000000000.", 0) == "fails");
  CHECK(product("10000000000000000000.", "1000000000000000000.", 0) ==
        "1" + std::string(37, '0') + ".");
  // Both factors at their greatest; and a product so small that nothing of it is left.
  CHECK(product(kNines + ".", kNines + ".", 0) == "fails");
  CHECK(product(kNines + ".", kNines + ".", 37) == "fails");
  CHECK(product("9." + kNines.substr(1), "9." + kNines.substr(1), 0) == "100.");
  const std::string least = "0." + std::string(36, '0') + "1";
  CHECK(product(least, least, 0) == "0.");
  CHECK(product(least, least, 37) == "0." + std::string(37, '0'));
  CHECK(product("1.", "1.", 37) == "1." + std::string(37, '0'));
  CHECK(product("10.", "1.", 37) == "fails");
}

TEST_CASE("numeric: quotients are rounded half to even at the wanted scale", "[daml][numeric]") {
  const auto quotient = [](std::string_view left, std::string_view right, int scale) {
    const auto result = numeric(left).divide(numeric(right), scale);
    return result.ok() ? result->to_text() : "fails";
  };
  CHECK(quotient("1.0000000000", "3.0000000000", 10) == "0.3333333333");
  CHECK(quotient("2.0000000000", "3.0000000000", 10) == "0.6666666667");
  CHECK(quotient("1.", "2.", 0) == "0.");
  CHECK(quotient("3.", "2.", 0) == "2.");
  CHECK(quotient("-3.", "2.", 0) == "-2.");
  CHECK(quotient("5.", "-2.", 0) == "-2.");
  CHECK(quotient("7.", "-2.", 0) == "-4.");
  CHECK(quotient("1.0", "0.0", 1) == "fails");
  CHECK(quotient("1000000000000000000.0000000000", "0.0000000001", 10) == "fails");
  CHECK(quotient("100000000000000000.0000000000", "0.0000000001", 10) ==
        "1000000000000000000000000000.0000000000");
  const std::string least = "0." + std::string(36, '0') + "1";
  CHECK(quotient(kNines + ".", least, 0) == "fails");
  CHECK(quotient(least, kNines + ".", 37) == "0." + std::string(37, '0'));
  CHECK(quotient(kNines + ".", kNines + ".", 37) == "1." + std::string(37, '0'));
  CHECK(quotient(least, least, 0) == "1.");
}

TEST_CASE("numeric: narrow and wide arithmetic agree with whole numbers", "[daml][numeric]") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    // Of all sizes, so that both ways of computing are taken.
    const auto number = [&random] {
      const auto bits = static_cast<unsigned>(random() % 120);
      auto value = static_cast<Numeric::Unscaled>(random()) << 62 ^
                   static_cast<Numeric::Unscaled>(random() >> 1);
      value = (value & ((Numeric::Unscaled{1} << 120) - 1)) >> bits;
      return random() % 2 == 0 ? value : -value;
    };
    const auto scale = [&random] { return static_cast<int>(random() % 38); };
    const Numeric left = Numeric::make(number(), scale()).value();
    const Numeric right = Numeric::make(number(), scale()).value();
    const int wanted = scale();
    const BigNumeric big_left = BigNumeric::from_numeric(left);
    const BigNumeric big_right = BigNumeric::from_numeric(right);
    INFO(left.to_text() << " and " << right.to_text() << " to scale " << wanted);
    const auto one = BigNumeric::make(1, 0).value();
    const auto check = [wanted](const Result<Numeric>& found, const Result<BigNumeric>& exact) {
      const auto expected = exact->to_numeric(wanted);
      REQUIRE(found.ok() == expected.ok());
      if (found.ok())
        CHECK(*found == *expected);
    };
    check(left.multiply(right, wanted),
          big_left.multiply(big_right).value().divide(one, wanted, RoundingMode::kHalfEven));
    if (right.unscaled() != 0) {
      check(left.divide(right, wanted),
            big_left.divide(big_right, wanted, RoundingMode::kHalfEven));
    }
    CHECK(left.compare(right) == big_left.compare(big_right));
  }
}

TEST_CASE("numeric: rounding to a digit keeps the scale", "[daml][numeric]") {
  const auto rounded = [](std::string_view text, std::int64_t digits) {
    const auto result = numeric(text).round(digits);
    return result.ok() ? result->to_text() : "fails";
  };
  CHECK(rounded("45.0", -1) == "40.0");
  CHECK(rounded("55.0", -1) == "60.0");
  CHECK(rounded("-2.5", 0) == "-2.0");
  CHECK(rounded("-2.51", 0) == "-3.00");
  CHECK(rounded("1.25", 1) == "1.20");
  CHECK(rounded("1.35", 1) == "1.40");
  CHECK(rounded("8765432109876543210987654321.0987654321", -27) ==
        "9000000000000000000000000000.0000000000");
  CHECK(rounded("1.0000000000", 10) == "1.0000000000");
  CHECK(rounded("1.0000000000", 11) == "fails");
  CHECK(rounded("1.0000000000", -27) == "0.0000000000");
  CHECK(rounded("1.0000000000", -28) == "fails");
  CHECK(rounded(kNines + ".", -1) == "fails");
  CHECK(rounded("4" + kNines.substr(1) + ".", -37) == "5" + std::string(37, '0') + ".");
  CHECK(rounded("1.0", std::numeric_limits<std::int64_t>::min()) == "fails");
  CHECK(rounded("1.0", std::numeric_limits<std::int64_t>::max()) == "fails");
}

TEST_CASE("numeric: a cast keeps the number, a shift the digits", "[daml][numeric]") {
  CHECK(numeric("1.50").cast(1).value().to_text() == "1.5");
  CHECK(numeric("1.50").cast(4).value().to_text() == "1.5000");
  CHECK_FALSE(numeric("1.55").cast(1).ok());
  CHECK_FALSE(numeric("10.").cast(37).ok());
  CHECK(numeric("0.").cast(37).ok());
  CHECK(numeric("1.50").shift(0).to_text() == "150.");
  CHECK(numeric("150.").shift(37).to_text() == "0." + std::string(34, '0') + "150");
}

TEST_CASE("numeric: to and from Int64", "[daml][numeric]") {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(Numeric::from_int64(least, 19).value().to_text() ==
        "-9223372036854775808.0000000000000000000");
  CHECK_FALSE(Numeric::from_int64(least, 20).ok());
  CHECK(Numeric::from_int64(1, 37).ok());
  CHECK_FALSE(Numeric::from_int64(10, 37).ok());
  CHECK(numeric("-1.99").to_int64().value() == -1);
  CHECK(numeric("-9223372036854775808.9").to_int64().value() == least);
  CHECK_FALSE(numeric("9223372036854775808.0").to_int64().ok());
  CHECK_FALSE(numeric("-9223372036854775809.0").to_int64().ok());
}

TEST_CASE("numeric: text for contracts has no zeros at the end, and reads the same with them",
          "[daml][numeric]") {
  CHECK(numeric("1.50").to_short_text() == "1.5");
  CHECK(numeric("100.").to_short_text() == "100.0");
  CHECK(numeric("0.000").to_short_text() == "0.0");
  const auto lenient = [](std::string_view text) {
    const auto result = Numeric::parse_lenient(text, 10);
    return result.ok() ? result->to_text() : "none";
  };
  CHECK(lenient("1") == "1.0000000000");
  CHECK(lenient("+0.0") == "0.0000000000");
  CHECK(lenient("-0") == "0.0000000000");
  CHECK(lenient("-" + std::string(500, '0') + "1.5" + std::string(500, '0')) == "-1.5000000000");
  CHECK(lenient(std::string(28, '9') + "." + std::string(10, '9')) ==
        std::string(28, '9') + "." + std::string(10, '9'));
  for (const std::string& bad :
       {std::string(), std::string("pi"), std::string("0x11"), std::string("1E10"),
        std::string("2."), std::string(".5"), std::string("1.2.3"), std::string("--1"),
        std::string("0.00000000001"), "1" + std::string(28, '0'), std::string(29, '9')}) {
    INFO(bad);
    CHECK(lenient(bad) == "none");
  }
}

TEST_CASE("numeric: clients may send any scale, the least that keeps the number is taken",
          "[daml][numeric]") {
  const auto least = [](std::string_view text) {
    const auto result = Numeric::parse_least_scale(text);
    return result.ok() ? result->to_text() : "fails";
  };
  CHECK(least("1") == "1.");
  CHECK(least("+1.500") == "1.5");
  CHECK(least("000.0") == "0.");
  CHECK(least("1.") == "1.");
  CHECK(least(kNines + "." + std::string(37, '0')) == kNines + ".");
  CHECK(least(kNines + ".1") == "fails");
  CHECK(least("1" + std::string(38, '0')) == "fails");
  CHECK(least("1." + std::string(38, '0')) == "fails");
  CHECK(least("1e1") == "fails");
  CHECK(least(".1") == "fails");
}

TEST_CASE("numeric: JSON numbers are rounded half to even, whatever their exponent",
          "[daml][numeric]") {
  const auto rounded = [](std::string_view text, int scale) {
    const auto result = Numeric::parse_rounded(text, scale);
    return result.ok() ? result->to_text() : "fails";
  };
  CHECK(rounded("1.25", 1) == "1.2");
  CHECK(rounded("1.35", 1) == "1.4");
  CHECK(rounded("1.2500001", 1) == "1.3");
  CHECK(rounded("-0.05", 1) == "0.0");
  CHECK(rounded("-0.06", 1) == "-0.1");
  CHECK(rounded("0.5", 0) == "0.");
  CHECK(rounded("0.04999", 0) == "0.");
  CHECK(rounded("1.5e3", 1) == "1500.0");
  CHECK(rounded("15E-1", 0) == "2.");
  CHECK(rounded("1e-2147483648", 37) == "0." + std::string(37, '0'));
  CHECK(rounded("1e2147483647", 0) == "fails");
  CHECK(rounded("0e2147483647", 0) == "0.");
  CHECK(rounded("1e2147483648", 0) == "fails");
  CHECK(rounded(kNines + ".5", 0) == "fails");
  CHECK(rounded(kNines + ".4", 0) == kNines + ".");
  CHECK(rounded("", 0) == "fails");
  CHECK(rounded(".", 0) == "fails");
  CHECK(rounded("1e", 0) == "fails");
  CHECK(rounded("1e+-1", 0) == "fails");
  CHECK(rounded("1e+1", 0) == "10.");
}

TEST_CASE("numeric: compared by value, whatever the scales", "[daml][numeric]") {
  CHECK(std::is_eq(numeric("1.5").compare(numeric("1.50"))));
  CHECK(numeric("1.5") != numeric("1.50"));
  CHECK(std::is_lt(numeric("-1.5").compare(numeric("1.5"))));
  CHECK(std::is_gt(Numeric::greatest(0).compare(Numeric::greatest(37))));
}

TEST_CASE("numeric: the bytes that keys are hashed with are the least that keep the sign",
          "[daml][numeric]") {
  const auto bytes = [](std::string_view text) { return to_hex(numeric(text).unscaled_bytes()); };
  CHECK(bytes("0.0") == "00");
  CHECK(bytes("-1.") == "ff");
  CHECK(bytes("127.") == "7f");
  CHECK(bytes("128.") == "0080");
  CHECK(bytes("-128.") == "80");
  CHECK(bytes("-129.") == "ff7f");
  CHECK(bytes("6553.6") == "010000");
  CHECK(bytes("-" + kNines + ".") == "b4c4b357a5793b85f675ddc000000001");
}

BigNumeric big(std::int64_t unscaled, std::int64_t scale) {
  return BigNumeric::make(unscaled, scale).value();
}

TEST_CASE("big numeric: kept without zeros at the end", "[daml][numeric]") {
  CHECK(big(1500, 2).scale() == 0);
  CHECK(big(1500, 2).precision() == 2);
  CHECK(big(100, 0).scale() == -2);
  CHECK(big(100, 0).precision() == 1);
  CHECK(big(0, 5).scale() == 0);
  CHECK(big(0, 5).precision() == 1);
  CHECK(big(999, 0).precision() == 3);
  CHECK(big(1024, 0).precision() == 4);
  CHECK(big(150, 2).to_text() == "1.5");
  CHECK(big(-5, 3).to_text() == "-0.005");
  CHECK(big(12, -2).to_text() == "1200.0");
  CHECK(big(0, 0).to_text() == "0.0");
  CHECK(big(1500, 3) == big(15, 1));
}

TEST_CASE("big numeric: at most 2^15 digits on either side of the point", "[daml][numeric]") {
  CHECK(BigNumeric::make(1, 32768).ok());
  CHECK_FALSE(BigNumeric::make(1, 32769).ok());
  CHECK(BigNumeric::make(10, 32769).ok());
  CHECK(BigNumeric::make(1, -32767).ok());
  CHECK_FALSE(BigNumeric::make(1, -32768).ok());
  const BigNumeric greatest = big(1, -32767);
  const BigNumeric least = big(1, 32768);
  CHECK(greatest.add(least).value().precision() == 65536);
  CHECK(greatest.add(least).value().to_text().size() == 65537);
  CHECK_FALSE(greatest.multiply(big(10, 0)).ok());
  CHECK_FALSE(least.multiply(big(1, 1)).ok());
  CHECK_FALSE(greatest.add(big(9, -32767)).ok());
  CHECK(greatest.multiply(least).value() == big(1, 1));
  CHECK(greatest.subtract(greatest).value() == BigNumeric());
}

TEST_CASE("big numeric: quotients in every rounding mode", "[daml][numeric]") {
  const auto rounded = [](std::int64_t tenths, RoundingMode mode) {
    const auto result = big(tenths, 0).divide(big(10, 0), 0, mode);
    return result.ok() ? result->to_text() : "fails";
  };
  struct Row {
    RoundingMode mode;
    std::vector<std::string> quotients; // of 55, 25, 16, 11, -11, -16, -25, -55
  };
  const std::vector<Row> rows = {
      {RoundingMode::kUp, {"6.0", "3.0", "2.0", "2.0", "-2.0", "-2.0", "-3.0", "-6.0"}},
      {RoundingMode::kDown, {"5.0", "2.0", "1.0", "1.0", "-1.0", "-1.0", "-2.0", "-5.0"}},
      {RoundingMode::kCeiling, {"6.0", "3.0", "2.0", "2.0", "-1.0", "-1.0", "-2.0", "-5.0"}},
      {RoundingMode::kFloor, {"5.0", "2.0", "1.0", "1.0", "-2.0", "-2.0", "-3.0", "-6.0"}},
      {RoundingMode::kHalfUp, {"6.0", "3.0", "2.0", "1.0", "-1.0", "-2.0", "-3.0", "-6.0"}},
      {RoundingMode::kHalfDown, {"5.0", "2.0", "2.0", "1.0", "-1.0", "-2.0", "-2.0", "-5.0"}},
      {RoundingMode::kHalfEven, {"6.0", "2.0", "2.0", "1.0", "-1.0", "-2.0", "-2.0", "-6.0"}},
      {RoundingMode::kUnnecessary, std::vector<std::string>(8, "fails")},
  };
  for (const Row& row : rows) {
    std::vector<std::string> found;
    for (const std::int64_t tenths : {55, 25, 16, 11, -11, -16, -25, -55})
      found.push_back(rounded(tenths, row.mode));
    INFO(static_cast<int>(row.mode));
    CHECK(found == row.quotients);
  }
  CHECK(rounded(50, RoundingMode::kUnnecessary) == "5.0");
  CHECK(rounding_mode(6).value() == RoundingMode::kHalfEven);
  CHECK_FALSE(rounding_mode(8).ok());
  CHECK_FALSE(rounding_mode(-1).ok());
}

TEST_CASE("big numeric: the scale of a quotient is bounded and may be negative",
          "[daml][numeric]") {
  constexpr auto kDown = RoundingMode::kDown;
  CHECK(big(12345, 0).divide(big(1, 0), -2, kDown).value().to_text() == "12300.0");
  CHECK_FALSE(big(1, 0).divide(big(0, 0), 0, kDown).ok());
  CHECK(big(1, 0).divide(big(3, 0), 32768, kDown).ok());
  CHECK_FALSE(big(1, 0).divide(big(3, 0), 32769, kDown).ok());
  CHECK(big(1, 0).divide(big(3, 0), -32768, kDown).value() == BigNumeric());
  CHECK_FALSE(big(1, 0).divide(big(3, 0), -32769, kDown).ok());
  CHECK_FALSE(
      big(1, 0).divide(big(3, 0), std::numeric_limits<std::int64_t>::min(), kDown).ok());
  CHECK_FALSE(big(1, -32767).divide(big(1, 32768), 0, kDown).ok());
  CHECK(big(1, 32768).divide(big(1, -32767), 32768, kDown).value() == BigNumeric());
}

TEST_CASE("big numeric: shifts move the point", "[daml][numeric]") {
  CHECK(big(15, 0).shift_right(1).value().to_text() == "1.5");
  CHECK(big(15, 0).shift_right(-3).value().to_text() == "15000.0");
  CHECK(big(1, -32767).shift_right(65535).value() == big(1, 32768));
  CHECK_FALSE(big(1, 0).shift_right(65537).ok());
  CHECK_FALSE(big(1, 0).shift_right(std::numeric_limits<std::int64_t>::min()).ok());
  CHECK(BigNumeric().shift_right(std::numeric_limits<std::int64_t>::min()).value() ==
        BigNumeric());
}

TEST_CASE("big numeric: to and from Numeric exactly or not at all", "[daml][numeric]") {
  CHECK(BigNumeric::from_numeric(numeric("1.50")).to_text() == "1.5");
  CHECK(big(15, 1).to_numeric(2).value() == numeric("1.50"));
  CHECK_FALSE(big(15, 1).to_numeric(0).ok());
  CHECK(big(1, -37).to_numeric(0).ok());
  CHECK_FALSE(big(1, -38).to_numeric(0).ok());
  CHECK_FALSE(big(1, -1).to_numeric(37).ok());
  CHECK(big(0, 0).to_numeric(37).ok());
  CHECK(BigNumeric::from_numeric(Numeric::greatest(37)).to_numeric(37).value() ==
        Numeric::greatest(37));
  CHECK(big(1, -32767).to_numeric(0).status().message().size() < 200);
}

TEST_CASE("big numeric: compared by value", "[daml][numeric]") {
  CHECK(std::is_gt(big(1, -32767).compare(big(1, 32768))));
  CHECK(std::is_lt(big(-1, -32767).compare(big(1, 32768))));
  CHECK(std::is_eq(big(15, 1).compare(big(1500, 3))));
}

} // namespace
} // namespace tenon::daml
