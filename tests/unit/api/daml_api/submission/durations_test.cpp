#include "submission/durations.hpp"

#include <catch2/catch.hpp>

using namespace tenon::daml_api;

namespace {

std::optional<std::int64_t> duration(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Duration message;
  message.set_seconds(seconds);
  message.set_nanos(nanos);
  return duration_us(message);
}

std::optional<std::int64_t> timestamp(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Timestamp message;
  message.set_seconds(seconds);
  message.set_nanos(nanos);
  return timestamp_us(message);
}

} // namespace

TEST_CASE("durations: the least part of a second decides the sign", "[daml_api][submission]") {
  REQUIRE(duration(0, 0) == 0);
  REQUIRE(duration(2, 500'000'999) == 2'500'000);
  REQUIRE(duration(0, -1) == -1);
  REQUIRE(duration(-1, 0) == -1'000'000);
  REQUIRE(duration(-1, -1'000) == -1'000'001);
  REQUIRE(duration(315'576'000'000, 0) == 315'576'000'000'000'000);
  REQUIRE_FALSE(duration(315'576'000'001, 0).has_value());
  REQUIRE_FALSE(duration(INT64_MIN, 0).has_value());
  REQUIRE_FALSE(duration(0, 1'000'000'000).has_value());
}

TEST_CASE("durations: a moment is one of the ledger's calendar", "[daml_api][submission]") {
  REQUIRE(timestamp(0, 1) == 1);
  REQUIRE(timestamp(1, 1'000) == 1'000'001);
  REQUIRE(timestamp(-62'135'596'800, 0) == -62'135'596'800'000'000);
  REQUIRE(timestamp(253'402'300'799, 999'999'000) == 253'402'300'799'999'999);
  REQUIRE_FALSE(timestamp(253'402'300'799, 999'999'001).has_value());
  REQUIRE_FALSE(timestamp(253'402'300'800, 0).has_value());
  REQUIRE_FALSE(timestamp(-62'135'596'801, 0).has_value());
  REQUIRE_FALSE(timestamp(0, -1).has_value());
  REQUIRE_FALSE(timestamp(INT64_MAX, 0).has_value());
}

TEST_CASE("durations: as text they are those of ISO 8601", "[daml_api][submission]") {
  const std::pair<std::uint64_t, std::string> cases[] = {
      {0, "PT0S"},
      {1, "PT0.000001S"},
      {500'000, "PT0.5S"},
      {1'800'000'000, "PT30M"},
      {1'801'000'000, "PT30M1S"},
      {3'600'000'000, "PT1H"},
      {86'400'000'000, "PT24H"},
      {3'661'250'000, "PT1H1M1.25S"},
      {3'600'500'000, "PT1H0.5S"},
  };
  for (const auto& [us, text] : cases)
    REQUIRE(iso_duration(us) == text);
}
