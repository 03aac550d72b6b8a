#include "tenon/node_client.hpp"

#include <catch2/catch.hpp>

using namespace tenon;
using tenon::tool::Json;
using tenon::tool::List;
using tenon::tool::ListRange;

namespace {

// A list of the numbers below `count`, given in pages; `next` is the last number of a page.
class Numbers {
public:
  explicit Numbers(std::size_t count) : count_(count) {}

  Result<Json> page(const std::string& after, std::size_t limit) {
    ++pages_;
    std::size_t next = after.empty() ? 0 : std::stoul(after) + 1;
    Json items = Json::array();
    while (next < count_ && items.size() < limit)
      items.push_back(next++);
    const Json cursor = next < count_ ? Json(std::to_string(next - 1)) : Json();
    return Json{{"numbers", items}, {"next", cursor}};
  }
  [[nodiscard]] std::size_t pages() const { return pages_; }

private:
  std::size_t count_;
  std::size_t pages_ = 0;
};

Result<List> collect(Numbers& numbers, const ListRange& range) {
  const auto ask = [&](const std::string& after, std::size_t limit) {
    return numbers.page(after, limit);
  };
  return tool::collect_pages(ask, "the numbers", "numbers", range);
}

} // namespace

TEST_CASE("tool: the pages of a list are put together until it ends", "[tool]") {
  Numbers numbers(250);
  const auto list = collect(numbers, {});
  REQUIRE(list.ok());
  CHECK(list->items.size() == 250);
  CHECK(list->items.back() == 249);
  CHECK(list->next.empty());
  CHECK(numbers.pages() == 3);
}

TEST_CASE("tool: a list is cut where it was told to be, and names the place", "[tool]") {
  Numbers numbers(250);
  const auto list = collect(numbers, {"9", 120});
  REQUIRE(list.ok());
  CHECK(list->items.size() == 120);
  CHECK(list->items.front() == 10);
  CHECK(list->next == "129");
  // Nothing is left to go on with when the cut is the end.
  Numbers few(20);
  CHECK(collect(few, {"9", 10})->next.empty());
}

TEST_CASE("tool: an answer that is no page, or goes on where it began, ends the list in words",
          "[tool]") {
  const auto collected = [](Json answer) {
    return tool::collect_pages([&](const auto&, auto) -> Result<Json> { return answer; },
                               "POST /v1/x", "numbers", ListRange{"7", 100})
        .status()
        .message();
  };
  CHECK(collected({{"next", nullptr}}) == "the answer to POST /v1/x has no list 'numbers'");
  CHECK(collected({{"numbers", Json::array()}, {"next", "7"}}) ==
        "POST /v1/x would go on at the same place, after 7");
}
