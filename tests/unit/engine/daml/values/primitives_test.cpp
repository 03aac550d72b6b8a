// Int64, text, dates and timestamps.
#include <catch2/catch.hpp>
#include <limits>

#include "values/int64.hpp"
#include "values/text.hpp"
#include "values/time.hpp"

namespace tenon::daml {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();

TEST_CASE("int64: sums, differences and products fail when they do not fit", "[daml][int64]") {
  CHECK(add_int64(kGreatest - 1, 1).value() == kGreatest);
  CHECK_FALSE(add_int64(kGreatest, 1).ok());
  CHECK_FALSE(add_int64(kLeast, -1).ok());
  CHECK(subtract_int64(kLeast + 1, 1).value() == kLeast);
  CHECK_FALSE(subtract_int64(kLeast, 1).ok());
  CHECK_FALSE(subtract_int64(0, kLeast).ok());
  CHECK(multiply_int64(kLeast, 1).value() == kLeast);
  CHECK_FALSE(multiply_int64(kLeast, -1).ok());
  CHECK_FALSE(multiply_int64(kGreatest, 2).ok());
  CHECK(add_int64(kGreatest, 1).status().code() == Code::kOutOfRange);
  CHECK(add_int64(kGreatest, 1).status().message() == "9223372036854775807 + 1 is no Int64");
}

TEST_CASE("int64: division goes towards zero, the remainder has the sign of the dividend",
          "[daml][int64]") {
  CHECK(divide_int64(-7, 2).value() == -3);
  CHECK(divide_int64(7, -2).value() == -3);
  CHECK_FALSE(divide_int64(1, 0).ok());
  CHECK_FALSE(divide_int64(kLeast, -1).ok());
  CHECK(remainder_int64(-7, 2).value() == -1);
  CHECK(remainder_int64(7, -2).value() == 1);
  CHECK(remainder_int64(kLeast, -1).value() == 0);
  CHECK_FALSE(remainder_int64(1, 0).ok());
}

TEST_CASE("int64: powers that fit are found, others and negative exponents fail",
          "[daml][int64]") {
  CHECK(power_int64(0, 0).value() == 1);
  CHECK(power_int64(5, 0).value() == 1);
  CHECK(power_int64(3, 39).value() == 4052555153018976267);
  CHECK_FALSE(power_int64(3, 40).ok());
  CHECK(power_int64(-2, 63).value() == kLeast);
  CHECK_FALSE(power_int64(2, 63).ok());
  CHECK(power_int64(-8, 21).value() == kLeast);
  CHECK(power_int64(1, kGreatest).value() == 1);
  CHECK(power_int64(-1, kGreatest).value() == -1);
  CHECK(power_int64(0, kGreatest).value() == 0);
  CHECK(power_int64(kLeast, 1).value() == kLeast);
  CHECK_FALSE(power_int64(2, kGreatest).ok());
  CHECK_FALSE(power_int64(1, -1).ok());
}

TEST_CASE("int64: text with sign and leading zeros is read, anything else is not",
          "[daml][int64]") {
  CHECK(parse_int64("9223372036854775807").value() == kGreatest);
  CHECK(parse_int64("-9223372036854775808").value() == kLeast);
  CHECK(parse_int64("+0042").value() == 42);
  CHECK(parse_int64("-" + std::string(1000, '0') + "1").value() == -1);
  for (const std::string_view bad : {"", "+", "-", "+-1", "--1", " 1", "1 ", "1.0", "0x1", "1e3",
                                     "9223372036854775808", "-9223372036854775809"}) {
    INFO(bad);
    CHECK_FALSE(parse_int64(bad).ok());
  }
}

TEST_CASE("text: taken apart by code points and put together again", "[daml][text]") {
  const std::string text = "a\u00e9\u2031\U0001f602\U0010ffff";
  const auto pieces = explode_text(text);
  CHECK(pieces ==
        std::vector<std::string_view>{"a", "\u00e9", "\u2031", "\U0001f602", "\U0010ffff"});
  CHECK(implode_text(pieces) == text);
  const auto points = text_to_code_points(text);
  CHECK(points == std::vector<std::int64_t>{0x61, 0xe9, 0x2031, 0x1f602, 0x10ffff});
  CHECK(code_points_to_text(points).value() == text);
  CHECK(explode_text("").empty());
  const std::vector<std::int64_t> edges = {0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff,
                                           0x10000, 0x10ffff};
  const std::string written = code_points_to_text(edges).value();
  CHECK(check_utf8(written, "edges").ok());
  CHECK(text_to_code_points(written) == edges);
}

TEST_CASE("text: surrogates and numbers beyond Unicode are no code points", "[daml][text]") {
  for (const std::int64_t bad : {std::int64_t{0xd800}, std::int64_t{0xdfff},
                                 std::int64_t{0x110000}, std::int64_t{-1}, kLeast, kGreatest}) {
    const std::vector<std::int64_t> points = {0x61, bad};
    const auto text = code_points_to_text(points);
    CHECK(text.status().code() == Code::kInvalidArgument);
    CHECK_THAT(text.status().message(), Catch::StartsWith("code point 1 of 2: 0x"));
  }
}

TEST_CASE("text: what is not UTF-8 is told with its place", "[daml][text]") {
  CHECK(check_utf8("\u00e9\U0001f602", "label").ok());
  CHECK(check_utf8("ab\xff", "label").message() ==
        "label: not UTF-8: byte 0xff at position 2 of 3");
  CHECK_THAT(check_utf8("\u00e9\xc0\x80", "t").message(), Catch::Contains("position 2 of 4"));
  CHECK_THAT(check_utf8("a\xed\xa0\x80", "t").message(), Catch::Contains("position 1 of 4"));
  CHECK_THAT(check_utf8("a\xe2\x82", "t").message(), Catch::Contains("position 1 of 3"));
}

TEST_CASE("text: a quotation is short and never cuts a code point", "[daml][text]") {
  CHECK(quote("abc") == "\"abc\"");
  CHECK(quote("abcdef", 3) == "\"abc...\"");
  CHECK(quote("a\U0001f602", 3) == "\"a...\"");
  CHECK(quote("\x80\x80\x80\x80\x80\x80", 5).size() < 12);
  CHECK(quote("\xff") == "\"?\"");
}

TEST_CASE("text: the hash is that of the UTF-8", "[daml][text]") {
  CHECK(sha256_text("\u00e9") ==
        "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
}

TEST_CASE("dates: the calendar begins with year 1 and ends with year 9999", "[daml][time]") {
  CHECK(Date::from_days(Date::kFirstDay).value().to_text() == "0001-01-01");
  CHECK(Date::from_days(Date::kLastDay).value().to_text() == "9999-12-31");
  CHECK_FALSE(Date::from_days(Date::kFirstDay - 1).ok());
  CHECK_FALSE(Date::from_days(Date::kLastDay + 1).ok());
  CHECK_FALSE(Date::from_days(kLeast).ok());
  CHECK(Date().to_text() == "1970-01-01");
  CHECK(Date::parse("2000-02-29").value().days() == 11016);
  CHECK(Date::parse("0001-01-01").value().days() == Date::kFirstDay);
  for (const std::string_view bad :
       {"", "2001-02-29", "1900-02-29", "2000-13-01", "2000-00-01", "2000-01-00", "2000-04-31",
        "0000-12-31", "10000-01-01", "2000-1-1", "2000/01/01", "2000-01-01Z", "-001-01-01",
        "2000-01-+1"}) {
    INFO(bad);
    CHECK_FALSE(Date::parse(bad).ok());
  }
}

TEST_CASE("timestamps: text has as many groups of three digits as needed", "[daml][time]") {
  const auto text = [](std::int64_t micros) {
    return Timestamp::from_micros(micros).value().to_text();
  };
  CHECK(text(0) == "1970-01-01T00:00:00Z");
  CHECK(text(1) == "1970-01-01T00:00:00.000001Z");
  CHECK(text(1000) == "1970-01-01T00:00:00.001Z");
  CHECK(text(100) == "1970-01-01T00:00:00.000100Z");
  CHECK(text(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(text(-1'000'000) == "1969-12-31T23:59:59Z");
  CHECK(text(-86'400'000'000) == "1969-12-31T00:00:00Z");
  CHECK(text(Timestamp::kFirstMicros) == "0001-01-01T00:00:00Z");
  CHECK(text(Timestamp::kLastMicros) == "9999-12-31T23:59:59.999999Z");
  CHECK_FALSE(Timestamp::from_micros(Timestamp::kFirstMicros - 1).ok());
  CHECK_FALSE(Timestamp::from_micros(Timestamp::kLastMicros + 1).ok());
}

TEST_CASE("timestamps: text is read to the microsecond", "[daml][time]") {
  const auto micros = [](std::string_view text) { return Timestamp::parse(text).value().micros(); };
  CHECK(micros("1970-01-01T00:00:00Z") == 0);
  CHECK(micros("1970-01-01t00:00:00.1z") == 100'000);
  CHECK(micros("1970-01-01T00:00:00.1234569Z") == 123'456);
  CHECK(micros("1969-12-31T23:59:59.999999999Z") == -1);
  CHECK(micros("1969-12-31T24:00:00Z") == 0);
  CHECK(micros("1969-12-31T23:59:60Z") == -1'000'000);
  CHECK(micros("0001-01-01T00:00:00Z") == Timestamp::kFirstMicros);
  CHECK(micros("9999-12-31T23:59:59.999999Z") == Timestamp::kLastMicros);
  for (const std::string_view bad :
       {"", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z",
        "1970-01-01T00:00Z", "1970-01-01T25:00:00Z", "1970-01-01T24:00:01Z",
        "1970-01-01T24:00:00.000000001Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z",
        "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00.-1Z",
        "1970-01-01T00:00:00+01:00", "9999-12-31T24:00:00Z", "0000-12-31T23:59:59Z"}) {
    INFO(bad);
    CHECK_FALSE(Timestamp::parse(bad).ok());
  }
}

TEST_CASE("timestamps: adding leaves the calendar only with an error", "[daml][time]") {
  const Timestamp last = Timestamp::from_micros(Timestamp::kLastMicros).value();
  CHECK(last.plus_micros(0).value() == last);
  CHECK(last.plus_micros(1).status().code() == Code::kOutOfRange);
  CHECK_FALSE(last.plus_micros(kGreatest).ok());
  CHECK(Timestamp().plus_micros(-5).value().micros() == -5);
}

} // namespace
} // namespace tenon::daml
