#include <catch2/catch.hpp>

#include "desk.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index::test {

namespace {

const std::string kKey(32, 'k');

Sample keyed(std::uint64_t number, Parties observers = {}) {
  return {sample_id(number), kToken, {"alice"}, std::move(observers), kKey};
}

} // namespace

TEST_CASE("index: the events of a contract are its create and its archive", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const Sample sample = keyed(1);
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(sample));
  desk.catch_up(first);
  auto events = desk.index().contract_events(to_hex(sample.id));
  REQUIRE(events.ok());
  REQUIRE(events->created);
  CHECK(events->created->offset == first);
  CHECK(events->created->created.has_stakeholder("alice"));
  CHECK_FALSE(events->created->created.has_stakeholder("bob"));
  CHECK_FALSE(events->archived);
  const auto second = desk.ledger.append(
      Draft({"alice"}, "app", "two").exercise(sample, {"alice"}).archive(sample));
  desk.catch_up(second);
  events = desk.index().contract_events(to_hex(sample.id));
  REQUIRE(events.ok());
  REQUIRE(events->created);
  REQUIRE(events->archived);
  CHECK(events->archived_at == second);
  CHECK(events->archived->node() == 1);
  CHECK(events->archived->is_archive());
  const auto by_id = desk.index().transaction(events->archived_by);
  REQUIRE(by_id.ok());
  CHECK((*by_id)->offset == second);
  CHECK_FALSE(desk.index().contract_events("00ff")->created);
  CHECK_FALSE(desk.index().contract_events("no hex")->created);
}

TEST_CASE("index: the contracts of a key are gone through from the newest to the oldest",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  desk.ledger.append(Draft({"alice"}, "app", "one").create(keyed(1)));
  // Two of them in one transaction.
  desk.ledger.append(Draft({"alice"}, "app", "two")
                         .archive(keyed(1))
                         .create(keyed(2))
                         .archive(keyed(2))
                         .create(keyed(3)));
  const auto last = desk.ledger.append(Draft({"alice"}, "app", "three")
                                           .archive(keyed(3))
                                           .create(keyed(4, {"bob"})));
  desk.catch_up(last);
  std::vector<std::string> found;
  std::optional<Position> before;
  for (;;) {
    const auto events = desk.index().key_events(kKey, {"alice"}, before);
    REQUIRE(events.ok());
    if (!events->events.created)
      break;
    found.push_back(events->events.created->created.contract_id);
    CHECK(events->events.archived.has_value() == (found.size() > 1));
    before = events->continue_before;
    REQUIRE(before);
  }
  CHECK(found == std::vector<std::string>{to_hex(sample_id(4)), to_hex(sample_id(3)),
                                          to_hex(sample_id(2)), to_hex(sample_id(1))});
  const auto of_bob = desk.index().key_events(kKey, {"bob"}, std::nullopt);
  REQUIRE(of_bob.ok());
  CHECK(of_bob->events.created->created.contract_id == to_hex(sample_id(4)));
  CHECK_FALSE(desk.index().key_events(kKey, {"bob"}, of_bob->continue_before)->events.created);
  const auto of_carol = desk.index().key_events(kKey, {"carol"}, std::nullopt);
  REQUIRE(of_carol.ok());
  CHECK_FALSE(of_carol->events.created);
  CHECK_FALSE(of_carol->continue_before);
  CHECK_FALSE(desk.index().key_events(std::string(32, 'x'), {"alice"}, {})->events.created);
}

TEST_CASE("index: whoever sees none of very many contracts of a key is told where to go on",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  Draft many({"alice"}, "app", "many");
  many.create(keyed(0, {"bob"}));
  for (std::uint64_t i = 0; i < 1500; ++i)
    many.archive(keyed(i, i == 0 ? Parties{"bob"} : Parties{})).create(keyed(i + 1));
  desk.catch_up(desk.ledger.append(many));
  const auto first = desk.index().key_events(kKey, {"bob"}, std::nullopt);
  REQUIRE(first.ok());
  CHECK_FALSE(first->events.created);
  REQUIRE(first->continue_before);
  const auto second = desk.index().key_events(kKey, {"bob"}, first->continue_before);
  REQUIRE(second.ok());
  REQUIRE(second->events.created);
  CHECK(second->events.created->created.contract_id == to_hex(sample_id(0)));
}

TEST_CASE("index: metering counts the events of each application by hour", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  constexpr std::uint64_t kHour = 3'600'000'000;
  constexpr std::uint64_t kStart = 1'700'000'000'000'000;
  desk.ledger.append(Draft({"alice"}, "one", "a").create(keyed(1)).exercise(keyed(1), {"alice"}));
  desk.ledger.append(Draft({"alice"}, "two", "b").archive(keyed(1)));
  desk.ledger.append(Draft({"alice"}, "two", "c").reject("NO"));
  desk.ledger.append_empty(3600);
  const auto last = desk.ledger.append(Draft({"alice"}, "two", "d").create(keyed(2)));
  desk.catch_up(last);
  using Counts = std::map<std::string, std::uint64_t>;
  CHECK(*desk.index().metering(0, kStart * 2, "") == Counts{{"one", 2}, {"two", 2}});
  CHECK(*desk.index().metering(0, kStart * 2, "two") == Counts{{"two", 2}});
  CHECK(*desk.index().metering(kStart, kStart + kHour, "") == Counts{{"one", 2}, {"two", 1}});
  CHECK(*desk.index().metering(kStart + kHour, kStart + 2 * kHour, "") == Counts{{"two", 1}});
  CHECK(desk.index().metering(0, kStart, "")->empty());
}

} // namespace tenon::daml_api::index::test
