// From whom a state comes that is taken over: whoever is silent, slow or lies holds nobody up.
#include <catch2/catch.hpp>

#include "consensus/bft/takeover.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

Hash after(const Hash& hash) {
  Bytes bytes = hash.str();
  for (std::size_t at = bytes.size(); at-- > 0 && ++bytes[at] == 0;) {
  }
  return Hash::from_view(bytes);
}

} // namespace

TEST_CASE("range plan: a slice is not asked of one peer twice in a row, where there is a choice",
          "[bft][core][transfer]") {
  RangePlan plan(1);
  plan.asked(Hash(), "a", 0, 1);
  CHECK_FALSE(plan.next("b"));
  plan.settled(Hash());
  CHECK_FALSE(plan.next("a"));
  CHECK(plan.next("b")->first == Hash());
  CHECK(plan.next()->first == Hash());
  plan.asked(Hash(), "b", 2, 3);
  CHECK(plan.give_up_overdue(3).contains("b"));
  CHECK(plan.next("a")->first == Hash());
}

TEST_CASE("transfer: ranges of a silent peer come from another, which is waited for longer",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  // Each time twice as long is waited; after half a minute there is nobody left, and the same
  // target is looked for anew, for as long.
  for (const TimeUs wait_us : {kRangeWaitUs, 2 * kRangeWaitUs, 4 * kRangeWaitUs}) {
    one.forget_sent();
    one.pass(wait_us - 1);
    CHECK(asked(one).empty());
    one.pass(1);
    CHECK(asked(one).size() == 3);
  }
  one.forget_sent();
  one.pass(8 * kRangeWaitUs);
  CHECK(asked(one).empty());
  for (int seconds = 0; seconds < 30; ++seconds) {
    one.pass(1'000'000);
    for (const auto& [to, message] : one.sent(pb::Message::kWantTarget))
      CHECK(message.want_target().height() == (seconds < 29 ? ahead.height() : 0));
    CHECK_FALSE(one.sent(pb::Message::kWantTarget).empty());
    one.forget_sent();
  }
}

TEST_CASE("transfer: where ranges take long, they are waited for longer", "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  // Twice it takes nearly as long as is waited; then more is.
  for (int times = 0; times < 2; ++times) {
    const auto wanted = one.sent(pb::Message::kWantRange);
    one.forget_sent();
    one.pass(kRangeWaitUs - 1);
    for (const auto& [to, message] : wanted)
      one.receive(static_cast<ValidatorIndex>(to.back() - '0'),
                  ahead.range(ahead.height(), message.want_range().first()));
    take_in(one);
  }
  one.forget_sent();
  one.pass(2 * kRangeWaitUs);
  CHECK(asked(one).empty());
  one.pass(2 * kRangeWaitUs);
  CHECK_FALSE(asked(one).empty());
}

TEST_CASE("transfer: who has the state no more is not asked again at once",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  const auto wanted = one.sent(pb::Message::kWantRange);
  one.forget_sent();
  for (const auto& [to, message] : wanted) {
    pb::Message gone;
    gone.mutable_range()->set_height(message.want_range().height());
    gone.mutable_range()->set_first(message.want_range().first());
    if (to == "replica1")
      one.receive(1, gone);
  }
  CHECK(asked(one)["replica1"] == 0); // not at once
  CHECK(one.blamed().empty());
}

TEST_CASE("transfer: who gives a range that is wrong is named and left", "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  const auto wanted = one.sent(pb::Message::kWantRange);
  const auto lied = std::find_if(wanted.begin(), wanted.end(),
                                 [](const auto& item) { return item.first == "replica1"; });
  REQUIRE(lied != wanted.end());
  pb::Message lie =
      ahead.range(ahead.height(), lied->second.want_range().first());
  one.receive(2, lie); // of whom it was not asked
  CHECK(one.ranges().empty());
  one.receive(1, lie);
  REQUIRE(one.ranges().size() == 1);
  one.forget_sent();
  one.core().range_imported("replica1", ahead.height(), one.ranges()[0].first,
                            Result<std::vector<KeySpan>>(invalid_argument("a lie")),
                            one.now_us());
  one.act();
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == "replica1");
  one.pass(kRangeWaitUs + 1);
  CHECK(asked(one)["replica1"] == 0);
  CHECK(asked(one)["replica2"] > 0);
}

TEST_CASE("transfer: who gives another range than it was asked for is named",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  const auto wanted = one.sent(pb::Message::kWantRange);
  std::vector<Bytes> firsts;
  for (const auto& [to, message] : wanted) {
    if (to == "replica1")
      firsts.push_back(message.want_range().first());
  }
  REQUIRE(firsts.size() == 2);
  pb::Message other = ahead.range(ahead.height(), firsts[1]); // right, and of no use
  other.mutable_range()->set_first(firsts[0]);
  one.receive(1, other);
  REQUIRE(one.ranges().size() == 1);
  REQUIRE(one.ledger().import_range(ahead.height(), one.ranges()[0].range).ok());
  one.core().range_imported("replica1", ahead.height(), one.ranges()[0].first,
                            one.ledger().import_missing(), one.now_us());
  one.act();
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].what == "another range of the state than it was asked for");
}

TEST_CASE("transfer: the last slice goes round among those who can give it",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  const Hash last = RangePlan(1).next()->first; // the first slice is the last one here
  std::set<std::string> asked_for_it;
  for (int rounds = 0; rounds < 40 && one.finished().empty(); ++rounds) {
    const auto wanted = one.sent(pb::Message::kWantRange);
    one.forget_sent();
    for (const auto& [to, message] : wanted) {
      const auto from = static_cast<ValidatorIndex>(to.back() - '0');
      pb::Message answer = ahead.range(ahead.height(), message.want_range().first());
      if (message.want_range().first() != last.view())
        one.receive(from, answer);
      else
        asked_for_it.insert(to);
    }
    take_in(one);
    if (wanted.empty())
      one.pass(kRangeWaitUs);
  }
  CHECK(asked_for_it.size() == 3);
}

TEST_CASE("transfer: a lone peer that gives little by little does not hold a replica up for ever",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  std::size_t begun = 0;
  std::vector<KeySpan> missing;
  // The others have let go of the state each time, and replica1 gives one key hash at a time.
  for (int seconds = 0; seconds < 3600 && begun < 6; ++seconds) {
    for (ValidatorIndex i = 1; i < 4; ++i)
      tell(one, i, ahead.height(), ahead.height() - 2);
    for (ValidatorIndex i = 1; i < 4; ++i)
      offer(one, i, ahead.target());
    if (one.begun().size() > begun) {
      ++begun;
      REQUIRE(one.ledger().import_begin(one.begun().back().target).ok());
      missing = one.ledger().import_missing().value();
      one.core().import_begun(ahead.height(), missing, one.now_us());
      one.act();
    }
    const auto wanted = one.sent(pb::Message::kWantRange);
    one.forget_sent();
    for (const auto& [to, message] : wanted) {
      pb::Message answer;
      answer.mutable_range()->set_height(message.want_range().height());
      answer.mutable_range()->set_first(message.want_range().first());
      if (to == "replica1")
        answer.mutable_range()->set_range("one entry");
      one.receive(static_cast<ValidatorIndex>(to.back() - '0'), answer);
    }
    for (const ImportRange& range : one.take_ranges()) {
      for (KeySpan& span : missing) {
        if (span.first == range.first)
          span.first = after(range.first);
      }
      one.core().range_imported(range.from, range.height, range.first, missing, one.now_us());
      one.act();
    }
    one.pass(1'000'000);
  }
  CHECK(one.blamed().empty());
  CHECK(begun == 6); // the first three again at once
}
