#include <catch2/catch.hpp>

#include "desk.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index::test {

namespace {

Sample token(std::uint64_t number) {
  return {sample_id(number), number % 2 == 0 ? kToken : kOffer, {"alice"}, {"bob"}};
}

std::vector<std::string> hex_of(const std::vector<std::uint64_t>& numbers) {
  std::vector<std::string> ids;
  for (const std::uint64_t number : numbers)
    ids.push_back(to_hex(sample_id(number)));
  return ids;
}

} // namespace

TEST_CASE("index: active contracts are those of the offset, in the order of creation",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto first = desk.ledger.append(
      Draft({"alice"}, "app", "one").create(token(5)).create(token(4)).create(token(3)));
  const auto second =
      desk.ledger.append(Draft({"alice"}, "app", "two").archive(token(4)).create(token(1)));
  const auto third = desk.ledger.append(Draft({"alice"}, "app", "two").archive(token(5)));
  desk.catch_up(third);
  for (const std::uint64_t items : {1U, 2U, 100U}) {
    CHECK(desk.active(all_of({"alice"}), first - 1, items).empty());
    CHECK(desk.active(all_of({"alice"}), first, items) == hex_of({5, 4, 3}));
    CHECK(desk.active(all_of({"bob", "alice"}), second, items) == hex_of({5, 3, 1}));
    CHECK(desk.active(all_of({"bob"}), third, items) == hex_of({3, 1}));
    CHECK(desk.active(some_of("bob", {kToken}), first, items) == hex_of({4}));
    CHECK(desk.active(some_of("bob", {kToken, kOffer}), third, items) == hex_of({3, 1}));
    CHECK(desk.active(all_of({"carol"}), third, items).empty());
  }
}

TEST_CASE("index: an active contract tells where it comes from", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto offset =
      desk.ledger.append(Draft({"alice"}, "app", "one").workflow("flow").create(token(2)));
  desk.catch_up(offset);
  auto reader = desk.index().active_contracts(all_of({"alice"}), offset);
  REQUIRE(reader.ok());
  const auto page = (*reader)->next(PageLimit());
  REQUIRE(page.ok());
  REQUIRE(page->size() == 1);
  CHECK(page->at(0).offset == offset);
  CHECK(page->at(0).created.event->workflow_id() == "flow");
  CHECK(page->at(0).created.event->ledger_time_us() == 1'700'000'000'000'000);
  CHECK((*reader)->next(PageLimit())->empty());
}

TEST_CASE("index: a set of active contracts stays what it was while the ledger moves on",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  std::uint64_t last = 0;
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 60; ++i) {
    last = desk.ledger.append(Draft({"alice"}, "app", "c").create(token(i)));
    numbers.push_back(i);
  }
  desk.catch_up(last);
  auto reader = desk.index().active_contracts(all_of({"alice"}), last);
  REQUIRE(reader.ok());
  std::vector<std::string> seen;
  std::uint64_t next = 0;
  for (;;) {
    const auto page = (*reader)->next({3, kForever});
    REQUIRE(page.ok());
    if (page->empty())
      break;
    for (const ActiveContract& contract : *page)
      seen.push_back(contract.created.contract_id);
    // Between pages some leave, before and behind where the reader is, and others come.
    for (int i = 0; i < 4 && next < 60; ++i, ++next)
      desk.ledger.append(Draft({"alice"}, "app", "a").archive(token(next * 37 % 60)));
    desk.catch_up(desk.ledger.append(Draft({"alice"}, "app", "n").create(token(1000 + next))));
  }
  CHECK(seen == hex_of(numbers));
}

TEST_CASE("index: active contracts beyond the end are refused", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(token(2)));
  desk.catch_up(offset);
  const auto refused = desk.index().active_contracts(all_of({"alice"}), offset + 1);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().code() == Code::kOutOfRange);
  CHECK(refused.status().message().find("OFFSET_AFTER_LEDGER_END: ") == 0);
}

} // namespace tenon::daml_api::index::test
