#include "tenon/core/nearest_word.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>

namespace tenon {

TEST_CASE("nearest word: a slip finds its word, anything else finds none", "[core]") {
  constexpr std::array<std::string_view, 3> known = {"after", "limit", "id"};
  CHECK(nearest_word("limti", known) == "limit");
  CHECK(nearest_word("Limit", known) == "limit");
  CHECK(nearest_word("afte", known) == "after");
  CHECK(nearest_word("ids", known) == "id");
  CHECK(nearest_word("zebra", known).empty());
  CHECK(nearest_word("", known).empty());
  CHECK(nearest_word("limit", {}).empty());
  CHECK(nearest_word(std::string(100'000, 'l'), known).empty());
}

} // namespace tenon
