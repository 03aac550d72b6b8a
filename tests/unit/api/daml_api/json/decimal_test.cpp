// Numerics as JSON has them.
#include <catch2/catch.hpp>

#include "json/decimal.hpp"

using namespace tenon::daml_api::json;

namespace {

std::string scaled(std::string_view text, int scale) {
  const auto value = parse_decimal(text, scale);
  if (!value)
    return "none";
  Unscaled rest = *value < 0 ? -*value : *value;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return (*value < 0 ? "-" : "") + digits;
}

} // namespace

TEST_CASE("json: decimals are rounded half to even to the scale", "[json]") {
  CHECK(scaled("42", 2) == "4200");
  CHECK(scaled("-0.005", 2) == "0");
  CHECK(scaled("0.015", 2) == "2");
  CHECK(scaled("0.025", 2) == "2");
  CHECK(scaled("0.0250001", 2) == "3");
  CHECK(scaled("-1.996", 2) == "-200");
  CHECK(scaled("9.999", 0) == "10");
  CHECK(scaled("0.5", 0) == "0");
  CHECK(scaled("1.5", 0) == "2");
  CHECK(scaled("0.05", 0) == "0");
  CHECK(scaled("0.30000000000000004", 10) == "3000000000");
  CHECK(scaled("2e3", 0) == "2000");
  CHECK(scaled("2.5E-3", 4) == "25");
  CHECK(scaled("1e+2", 1) == "1000");
  CHECK(scaled("0", 37) == "0");
  CHECK(scaled("0e99999", 10) == "0");
}

TEST_CASE("json: what 38 digits do not hold is no decimal, nor is another text", "[json]") {
  CHECK(scaled(std::string(38, '9'), 0) == std::string(38, '9'));
  CHECK(scaled("1" + std::string(38, '0'), 0) == "none");
  CHECK(scaled(std::string(38, '9') + ".5", 0) == "none");
  CHECK(scaled("9999999999999999999999999999.9999999999", 10) == std::string(38, '9'));
  CHECK(scaled("99999999999999999999999999990", 10) == "none");
  CHECK(scaled("1e99999", 0) == "none");
  CHECK(scaled("1e999999999999999999999", 0) == "none");
  for (const char* text : {"", "-", "+1", " 1", "1 ", "01", ".5", "1.", "1e", "0x1", "NaN", "1,5"})
    CHECK(scaled(text, 10) == "none");
}

TEST_CASE("json: a numeric is written without zeros at its end, but with a digit behind the point",
          "[json]") {
  CHECK(short_decimal("1.0000000000") == "1.0");
  CHECK(short_decimal("999.9900000000") == "999.99");
  CHECK(short_decimal("-0.0000000001") == "-0.0000000001");
  CHECK(short_decimal("50.") == "50.0");
  CHECK(short_decimal("50") == "50.0");
  CHECK(scale_of("1.0000000000") == 10);
  CHECK(scale_of("50.") == 0);
}
