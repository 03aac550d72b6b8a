// Dates and times as JSON has them.
#include <catch2/catch.hpp>

#include "json/time_text.hpp"

using namespace tenon::daml_api::json;

TEST_CASE("json: dates are written and read over all of the ledger's calendar", "[json]") {
  for (const auto& [days, text] :
       {std::pair(0, "1970-01-01"), std::pair(-719162, "0001-01-01"),
        std::pair(2932896, "9999-12-31"), std::pair(19782, "2024-02-29")}) {
    CHECK(date_text(days) == text);
    CHECK(parse_date(text) == days);
  }
  for (const char* text : {"", "1970-1-01", "1970-01-01 ", "1970-02-30", "0000-01-01", "1970-13-01",
                           "+970-01-01", "19700-01-01"})
    CHECK_FALSE(parse_date(text).has_value());
}

TEST_CASE("json: a time has as many digits behind the second as it needs: none, three or six",
          "[json]") {
  CHECK(timestamp_text(0) == "1970-01-01T00:00:00Z");
  CHECK(timestamp_text(1'500'000) == "1970-01-01T00:00:01.500Z");
  CHECK(timestamp_text(1'000'001) == "1970-01-01T00:00:01.000001Z");
  CHECK(timestamp_text(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(timestamp_text(-62'135'596'800'000'000) == "0001-01-01T00:00:00Z");
  CHECK(timestamp_text(253'402'300'799'999'999) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("json: times are read with any number of digits, of which six count", "[json]") {
  CHECK(parse_timestamp("1990-11-09T04:30:23.1234569Z") ==
        parse_timestamp("1990-11-09T04:30:23.123456Z"));
  CHECK(parse_timestamp("1970-01-01T00:00:01Z") == 1'000'000);
  CHECK(parse_timestamp("1970-01-01T00:00:00.5Z") == 500'000);
  CHECK(parse_timestamp("1969-12-31T23:59:59.999999Z") == -1);
  for (const char* text : {"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+01:00",
                           "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:00.Z",
                           "1970-01-01T00:00:00Z "})
    CHECK_FALSE(parse_timestamp(text).has_value());
}
