#include <atomic>
#include <catch2/catch.hpp>

#include "desk.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index::test {

namespace {

using Offsets = std::vector<std::uint64_t>;

const Sample kFirst{sample_id(1), kToken, {"alice"}, {"bob"}};
const Sample kSecond{sample_id(2), kOffer, {"bob"}};

// The same question answered from memory and from the database.
struct Both {
  explicit Both(bool from_memory) {
    if (!from_memory)
      desk.settings.tail_bytes = 0;
  }
  Desk desk;
};

} // namespace

TEST_CASE("index: a flat transaction is shown to stakeholders, a tree to witnesses",
          "[daml_api][index]") {
  Both both(GENERATE(true, false));
  Desk& desk = both.desk;
  const auto first =
      desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst, {"carol"}).create(kSecond));
  const auto second = desk.ledger.append(Draft({"bob"}, "app", "two").exercise(kFirst, {"bob"}));
  const auto third = desk.ledger.append(Draft({"alice"}, "app", "three").archive(kFirst));
  desk.open_and_catch_up();
  if (desk.settings.tail_bytes != 0) { // what was there at the start stands in the database only
    desk.close();
    desk.open_and_catch_up();
  }
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 1) == Offsets{first, third});
  CHECK(desk.offsets(all_of({"bob"}), Shape::kFlat, 0, kForever, 10) == Offsets{first, third});
  CHECK(desk.offsets(all_of({"bob"}), Shape::kTree, 0, kForever, 2) ==
        Offsets{first, second, third});
  CHECK(desk.offsets(all_of({"carol"}), Shape::kFlat, 0, kForever, 10).empty());
  CHECK(desk.offsets(all_of({"carol"}), Shape::kTree, 0, kForever, 10) == Offsets{first});
  CHECK(desk.offsets(all_of({"dave"}), Shape::kTree, 0, kForever, 10).empty());
  CHECK(desk.offsets(some_of("bob", {kOffer}), Shape::kFlat, 0, kForever, 10) == Offsets{first});
  CHECK(desk.offsets(some_of("bob", {kOffer, kToken}), Shape::kFlat, 0, kForever, 10) ==
        Offsets{first, third});
  CHECK(desk.offsets(some_of("alice", {kOffer}), Shape::kFlat, 0, kForever, 10).empty());
  CHECK(desk.offsets(all_of({"alice", "bob"}), Shape::kTree, first, second, 10) ==
        Offsets{second});
}

TEST_CASE("index: a transaction comes back with all that the ledger said of it",
          "[daml_api][index]") {
  Both both(GENERATE(true, false));
  Desk& desk = both.desk;
  desk.open_and_catch_up();
  const auto offset = desk.ledger.append(Draft({"alice", "bob"}, "app", "one")
                                             .workflow("flow")
                                             .create(kFirst, {"carol"})
                                             .exercise(kSecond, {"alice"}));
  desk.catch_up(offset);
  const auto page =
      desk.index().transactions(all_of({"alice"}), Shape::kTree, 0, kForever, PageLimit());
  REQUIRE(page.ok());
  REQUIRE(page->transactions.size() == 1);
  const IndexedTransaction& transaction = *page->transactions[0];
  CHECK(transaction.offset == offset);
  CHECK(transaction.record_time_us == 1'700'000'001'000'000);
  CHECK(transaction.transaction_id.size() == 32);
  CHECK(transaction.workflow_id() == "flow");
  CHECK(transaction.ledger_time_us() == 1'700'000'000'000'000);
  REQUIRE(transaction.completion);
  CHECK(transaction.completion->act_as == Parties{"alice", "bob"});
  CHECK(transaction.completion->context.command_id() == "one");
  CHECK(transaction.completion->context.application_id() == "app");
  CHECK(transaction.completion->transaction_id == transaction.transaction_id);
  CHECK(transaction.is_submitter("bob"));
  CHECK_FALSE(transaction.is_submitter("carol"));
  REQUIRE(transaction.events.size() == 2);
  const IndexedEvent& create = transaction.events[0];
  CHECK(create.is_create());
  CHECK(create.contract_id == to_hex(kFirst.id));
  CHECK(create.template_id() == kToken);
  CHECK(create.package_name() == "package");
  CHECK(create.witnesses == Parties{"alice", "bob", "carol"});
  CHECK(create.stakeholders() == std::vector<std::string_view>{"alice", "bob"});
  CHECK(create.event->created().argument() == "argument of " + to_hex(kFirst.id));
  CHECK_FALSE(transaction.events[1].is_flat());
  CHECK(transaction.events[1].node() == 1);

  const auto by_id = desk.index().transaction(transaction.transaction_id);
  REQUIRE(by_id.ok());
  REQUIRE(*by_id);
  CHECK((*by_id)->offset == offset);
  const auto unknown = desk.index().transaction(std::string(32, 'x'));
  REQUIRE(unknown.ok());
  CHECK_FALSE(*unknown);
}

TEST_CASE("index: what a transaction both creates and archives is left out of it when flat",
          "[daml_api][index]") {
  Both both(GENERATE(true, false));
  Desk& desk = both.desk;
  desk.open_and_catch_up();
  const Sample seen_by_dave{sample_id(3), kToken, {"alice"}, {"dave"}};
  const auto offset =
      desk.ledger.append(Draft({"alice"}, "app", "one").create(seen_by_dave).archive(seen_by_dave));
  desk.catch_up(offset);
  // The submitter hears of it all the same; dave, who did not submit it, does not.
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 10) == Offsets{offset});
  CHECK(desk.offsets(all_of({"dave"}), Shape::kFlat, 0, kForever, 10).empty());
  CHECK(desk.offsets(all_of({"dave"}), Shape::kTree, 0, kForever, 10) == Offsets{offset});
  CHECK(desk.offsets(some_of("alice", {kOffer}), Shape::kFlat, 0, kForever, 10).empty());
  const auto page =
      desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, kForever, PageLimit());
  REQUIRE(page.ok());
  for (const IndexedEvent& event : page->transactions.at(0)->events)
    CHECK_FALSE(is_in_flat(event, all_of({"alice"})));
  CHECK(desk.active(all_of({"alice", "dave"}), offset, 10).empty());
}

TEST_CASE("index: completions are those of the application and of one of the parties",
          "[daml_api][index]") {
  Both both(GENERATE(true, false));
  Desk& desk = both.desk;
  desk.open_and_catch_up();
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  const auto second = desk.ledger.append(Draft({"alice", "bob"}, "app", "two").reject("NO_WAY"));
  const Sample of_carol{sample_id(3), kOffer, {"carol"}};
  desk.ledger.append(Draft({"alice"}, "other", "three").create(of_carol));
  desk.ledger.append(Draft({}, "app", "upload"));
  const auto last = desk.ledger.append(Draft({"bob"}, "app", "four").reject("NO_WAY"));
  desk.catch_up(last);
  CHECK(desk.completion_offsets("app", {"alice"}, 0, kForever, 1) == Offsets{first, second});
  CHECK(desk.completion_offsets("app", {"alice", "bob"}, 0, kForever, 2) ==
        Offsets{first, second, last});
  CHECK(desk.completion_offsets("app", {"bob"}, first, second, 2) == Offsets{second});
  CHECK(desk.completion_offsets("app", {"carol"}, 0, kForever, 2).empty());
  CHECK(desk.completion_offsets("nobody", {"alice"}, 0, kForever, 2).empty());
  CHECK(desk.completion_offsets("", {"alice"}, 0, kForever, 2).empty());
  const auto page = desk.index().completions("app", {"bob"}, 0, kForever, PageLimit());
  REQUIRE(page.ok());
  CHECK_FALSE(page->completions.at(0)->accepted());
  CHECK(page->completions.at(0)->reason == "NO_WAY");
  CHECK(page->completions.at(0)->message == "it was rejected");
  CHECK(page->completions.at(0)->context.submission_id() == "submission");
  // A rejected command shows nothing else.
  CHECK(desk.offsets(all_of({"bob"}), Shape::kTree, first, kForever, 10).empty());
}

TEST_CASE("index: a transaction of another engine moves the end and shows nothing",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  const auto second = desk.ledger.append_other();
  desk.catch_up(second);
  CHECK(desk.index().extent().end == second);
  CHECK(desk.index().extent().end_record_time_us == 1'700'000'002'000'000);
  CHECK(desk.index().extent().end_ledger_time_us == 1'700'000'000'000'000);
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 10) == Offsets{first});
  desk.ledger.append_empty(5); // an idle ledger's end stays where it is
  const auto page =
      desk.index().transactions(all_of({"alice"}), Shape::kFlat, first, kForever, PageLimit());
  REQUIRE(page.ok());
  CHECK(page->next_after == second);
  CHECK_FALSE(page->more);
  CHECK(desk.index().extent().end == second);
}

TEST_CASE("index: the record time of an offset is that of the last transaction up to it",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.ledger.append(Draft({"alice"}, "app", "two").archive(kFirst));
  const auto last = desk.ledger.append_other();
  desk.catch_up(last);
  const auto at = [&](std::uint64_t offset) { return *desk.index().record_time_us_of(offset); };
  CHECK(at(0) == 0);
  CHECK(at(first) == 1'700'000'001'000'000);
  CHECK(at(first + 1) == 1'700'000'001'000'000);
  CHECK(at(last) == 1'700'000'003'000'000);
  CHECK_FALSE(at(last + 1).has_value());
}

TEST_CASE("index: an outcome is found by its offset until that was pruned", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  const auto last = desk.ledger.append(Draft({"alice"}, "app", "two").archive(kFirst));
  desk.catch_up(last);
  CHECK(desk.index().completion(first).value()->context.command_id() == "one");
  CHECK(desk.index().completion(first - 1).value() == nullptr);
  CHECK(desk.index().completion(last + 1).value() == nullptr);
  REQUIRE(desk.index().prune(first, true).ok());
  CHECK(desk.index().completion(first).value() == nullptr);
  CHECK(desk.index().completion(last).value()->context.command_id() == "two");
}

TEST_CASE("index: what another API submitted has the ledger's command id and no application",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto offset = desk.ledger.append(Draft({"alice"}, "", "one").create(kFirst));
  desk.catch_up(offset);
  const auto page =
      desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, kForever, PageLimit());
  REQUIRE(page.ok());
  CHECK(page->transactions.at(0)->completion->context.command_id() == "|one");
  CHECK(desk.rows("completions") == 0);
  CHECK(desk.rows("metering") == 0);
}

TEST_CASE("index: a page ends at its limit of bytes and goes on where it ended",
          "[daml_api][index]") {
  Both both(GENERATE(true, false));
  Desk& desk = both.desk;
  desk.open_and_catch_up();
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Sample sample{sample_id(i), kToken, {"alice"}};
    last = desk.ledger.append(Draft({"alice"}, "app", "one").create(sample));
  }
  desk.catch_up(last);
  const auto page =
      desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, kForever, {10, 1});
  REQUIRE(page.ok());
  CHECK(page->transactions.size() == 1);
  CHECK(page->more);
  CHECK(page->next_after == page->transactions[0]->offset);
}

TEST_CASE("index: subscribers hear of every commit until they end", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  std::atomic<int> calls = 0;
  auto subscription = desk.index().subscribe([&] { ++calls; });
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.catch_up(first);
  subscription.reset(); // waits for the call
  const int heard = calls;
  CHECK(heard >= 0);
  const auto second = desk.ledger.append(Draft({"alice"}, "app", "two").archive(kFirst));
  desk.catch_up(second);
  desk.close();
  CHECK(calls == heard);
}

TEST_CASE("index: live readers share the transactions in memory", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.catch_up(offset);
  const auto one =
      desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, kForever, PageLimit());
  const auto two =
      desk.index().transactions(all_of({"bob"}), Shape::kTree, 0, kForever, PageLimit());
  REQUIRE(one.ok());
  REQUIRE(two.ok());
  CHECK(one->transactions.at(0).get() == two->transactions.at(0).get());
}

} // namespace tenon::daml_api::index::test
