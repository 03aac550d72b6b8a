#include "values/numeric_text.hpp"

#include <catch2/catch.hpp>

using namespace tenon::daml_api;

TEST_CASE("numeric text: the engine reads one form of each number", "[daml_api][values]") {
  const std::pair<std::string, std::string> cases[] = {
      {"0", "0."},
      {"-0.000", "0."},
      {"+1", "1."},
      {"007.50", "7.5"},
      {"-1.", "-1."},
      {"0.10", "0.1"},
      {"-000.0010", "-0.001"},
      {std::string(38, '9'), std::string(38, '9') + "."},
      {std::string(38, '0') + "." + std::string(37, '0'), "0."},
      {"1." + std::string(36, '0') + "1", "1." + std::string(36, '0') + "1"},
      {"0." + std::string(36, '0') + "1", "0." + std::string(36, '0') + "1"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    REQUIRE(numeric_for_engine(text) == expected);
  }
}

TEST_CASE("numeric text: what is no number of 38 digits is refused", "[daml_api][values]") {
  for (const std::string& text :
       {std::string(), std::string("."), std::string("-"), std::string("+"), std::string(".5"),
        std::string("1.2.3"), std::string("1e5"), std::string(" 1"), std::string("1 "),
        std::string("--1"), std::string("0x1"), std::string("١"), std::string(39, '1'),
        "1." + std::string(38, '0'), std::string(20, '1') + "." + std::string(19, '1')}) {
    INFO(text);
    REQUIRE_FALSE(numeric_for_engine(text).has_value());
  }
}
