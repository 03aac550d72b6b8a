#include <catch2/catch.hpp>

#include "desk.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index::test {

namespace {

const Sample kOld{sample_id(1), kToken, {"alice"}, {}, std::string(32, 'k')};
const Sample kKept{sample_id(2), kToken, {"alice"}};

bool is_pruned_answer(const Status& status) {
  return status.code() == Code::kOutOfRange &&
         status.message().find("PARTICIPANT_PRUNED_DATA_ACCESSED: ") == 0;
}

} // namespace

TEST_CASE("index: what was pruned is refused or not there, active contracts stay",
          "[daml_api][index]") {
  Desk desk;
  desk.settings.tail_bytes = GENERATE(std::uint64_t{0}, std::uint64_t{1'000'000});
  desk.open_and_catch_up();
  const auto first =
      desk.ledger.append(Draft({"alice"}, "app", "one").create(kOld).create(kKept));
  const auto second = desk.ledger.append(Draft({"alice"}, "app", "two").archive(kOld));
  const auto third = desk.ledger.append(Draft({"alice"}, "app", "three").archive(kKept));
  desk.catch_up(third);
  const auto old_id = (*desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, first, {}))
                          .transactions.at(0)
                          ->transaction_id;
  const std::int64_t time_us =
      (*desk.index().transactions(all_of({"alice"}), Shape::kFlat, first, second, {}))
          .transactions.at(0)
          ->ledger_time_us();
  REQUIRE(time_us != 0);
  REQUIRE(desk.index().prune(second, true).ok());
  const auto check = [&] {
    CHECK(desk.index().extent().pruned_up_to == second);
    CHECK(desk.index().extent().divulgence_pruned_up_to == second);
    CHECK(desk.index().extent().divulgence_pruned_us == time_us);
    CHECK(is_pruned_answer(
        desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, kForever, {}).status()));
    CHECK(is_pruned_answer(
        desk.index().completions("app", {"alice"}, first, kForever, {}).status()));
    CHECK(is_pruned_answer(desk.index().active_contracts(all_of({"alice"}), first).status()));
    CHECK(desk.index().transaction(old_id).value() == nullptr);
    CHECK_FALSE(desk.index().contract_events(to_hex(kOld.id))->created);
    CHECK_FALSE(desk.index().key_events(kOld.key_hash, {"alice"}, {})->events.created);
    CHECK_FALSE(desk.index().record_time_us_of(first)->has_value());
    CHECK(desk.active(all_of({"alice"}), second, 10) ==
          std::vector<std::string>{to_hex(kKept.id)});
    CHECK(desk.active(all_of({"alice"}), third, 10).empty());
    CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, second, kForever, 10) ==
          std::vector<std::uint64_t>{third});
    CHECK(desk.index().contract_events(to_hex(kKept.id))->created->offset == first);
  };
  check();
  desk.wait_until_freed();
  check();
  desk.close();
  desk.open_and_catch_up();
  check();
}

TEST_CASE("index: pruning goes forward only and not beyond the end", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kOld));
  const auto second = desk.ledger.append_other();
  desk.catch_up(second);
  const Status beyond = desk.index().prune(second + 1, false);
  CHECK(beyond.code() == Code::kOutOfRange);
  REQUIRE(desk.index().prune(second, false).ok());
  REQUIRE(desk.index().prune(first, true).ok());
  CHECK(desk.index().extent().pruned_up_to == second);
  CHECK(desk.index().extent().divulgence_pruned_up_to == first);
}

TEST_CASE("index: a reader of active contracts is told when its offset was pruned",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto first =
      desk.ledger.append(Draft({"alice"}, "app", "one").create(kOld).create(kKept));
  const auto second = desk.ledger.append(Draft({"alice"}, "app", "two").archive(kOld));
  desk.catch_up(second);
  auto reader = desk.index().active_contracts(all_of({"alice"}), first);
  REQUIRE(reader.ok());
  REQUIRE((*reader)->next({1, 1}).ok());
  REQUIRE(desk.index().prune(second, false).ok());
  CHECK(is_pruned_answer((*reader)->next({1, 1}).status()));
}

} // namespace tenon::daml_api::index::test
