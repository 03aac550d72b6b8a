#include "index/merged_lists.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

namespace tenon::daml_api::index::test {

TEST_CASE("index: many lists are read as one, each number once, in order", "[daml_api][index]") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::set<std::uint64_t>> lists(random() % 6);
    std::set<std::uint64_t> all;
    const std::uint64_t after = random() % 50;
    for (auto& list : lists) {
      const std::uint64_t size = random() % 80;
      for (std::uint64_t i = 0; i < size; ++i)
        list.insert(random() % 300);
      all.insert(list.upper_bound(after), list.end());
    }
    const auto read = [&](std::size_t list, std::uint64_t from,
                          std::uint64_t count) -> Result<std::vector<std::uint64_t>> {
      std::vector<std::uint64_t> piece;
      for (auto at = lists[list].upper_bound(from); at != lists[list].end(); ++at) {
        if (piece.size() == count)
          break;
        piece.push_back(*at);
      }
      return piece;
    };
    MergedLists merged(lists.size(), after);
    std::vector<std::uint64_t> given;
    for (;;) {
      const auto next = merged.next(random() % 40, read);
      REQUIRE(next.ok());
      if (!*next)
        break;
      given.push_back(**next);
    }
    CHECK(given == std::vector<std::uint64_t>(all.begin(), all.end()));
  }
}

} // namespace tenon::daml_api::index::test
