// How a replica takes over a state where blocks are of no help, and what it gives to others.
#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;
using merkle::KeySpan;

namespace {

Settings with_transfer() {
  Settings settings;
  settings.state_transfer = true;
  settings.state_slices = simulation::kModelSlices;
  settings.snapshot_after_blocks = 20;
  return settings;
}

void make_final(OneCore& one, int blocks) {
  for (View view = 1; blocks > 0; ++view) {
    if (view % 4 == 1) {
      one.give_up(view);
      continue;
    }
    one.finalize(view, "transaction" + std::to_string(view));
    --blocks;
  }
}

// A replica that is far ahead, and has let go of what is old.
struct Ahead {
  OneCore one;
  explicit Ahead(int blocks) { make_final(one, blocks); }
  [[nodiscard]] Height height() { return one.ledger().height(); }
  [[nodiscard]] Bytes target(Height height = 0) {
    return one.ledger().export_target(0, height).value();
  }
  [[nodiscard]] pb::Message range(Height height, BytesView first) {
    pb::Message message;
    message.mutable_range()->set_height(height);
    message.mutable_range()->set_first(Bytes(first));
    message.mutable_range()->set_range(
        one.ledger().export_range(height, Hash::from_view(first)).value());
    return message;
  }
};

void tell(OneCore& one, ValidatorIndex from, Height committed, Height oldest) {
  pb::Message message;
  message.mutable_position()->set_view(1);
  message.mutable_position()->set_committed(committed);
  message.mutable_position()->set_oldest(oldest);
  one.receive(from, message);
}

void offer(OneCore& one, ValidatorIndex from, const Bytes& target) {
  pb::Message message;
  message.set_target(target);
  one.receive(from, message);
}

// Up to where ranges are asked for.
void begin(OneCore& one, Ahead& ahead) {
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, ahead.height(), ahead.height() - 2);
  offer(one, 1, ahead.target());
  offer(one, 2, ahead.target());
  REQUIRE(one.begun().size() == 1);
  REQUIRE(one.ledger().import_begin(one.begun()[0].target).ok());
  one.core().import_begun(ahead.height(), one.ledger().import_missing(), one.now_us());
  one.act();
}

std::map<std::string, std::size_t> asked(const OneCore& one) {
  std::map<std::string, std::size_t> counts;
  for (const auto& [to, message] : one.sent(pb::Message::kWantRange))
    ++counts[to];
  return counts;
}

void give_all(OneCore& one, Ahead& ahead) {
  for (int rounds = 0; rounds < 100 && one.finished().empty(); ++rounds) {
    const auto wanted = one.sent(pb::Message::kWantRange);
    one.forget_sent();
    for (const auto& [to, message] : wanted) {
      const auto from = static_cast<ValidatorIndex>(to.back() - '0');
      one.receive(from, ahead.range(message.want_range().height(), message.want_range().first()));
    }
    for (const ImportRange& range : one.take_ranges()) {
      const Status status = one.ledger().import_range(range.height, range.range);
      REQUIRE(status.ok());
      one.core().range_imported(range.from, range.height, range.first,
                                one.ledger().import_missing(), one.now_us());
      one.act();
    }
  }
}

} // namespace

TEST_CASE("range plan: slices are asked for once at a time, until nothing is missing",
          "[bft][core][transfer]") {
  RangePlan plan(4);
  CHECK(plan.slices() == 4);
  CHECK(plan.slices_done() == 0);
  std::vector<Hash> asked;
  while (const auto first = plan.next()) {
    plan.asked(*first, asked.size() % 2 == 0 ? "a" : "b", asked.size());
    asked.push_back(*first);
  }
  REQUIRE(asked.size() == 4);
  CHECK(asked[0] == Hash());
  CHECK(static_cast<std::uint8_t>(asked[3].view()[0]) == 0xc0);
  CHECK(plan.asked_of("a") == 2);
  CHECK(plan.oldest_us() == 0);
  CHECK_FALSE(plan.came(asked[0], "b"));
  CHECK(plan.came(asked[0], "a"));
  CHECK_FALSE(plan.came(asked[0], "a"));
  CHECK(plan.being_written() == 1);
  CHECK(plan.give_up("a") == std::vector<std::string>{"a"}); // not the one that came
  CHECK(plan.give_up_before(2).size() == 1);
  plan.settled(asked[0]);
  Bytes middle(Hash::kSize, '\0');
  middle[0] = 0x50;
  plan.set_missing({{Hash::from_view(middle), KeySpan::all().last}});
  CHECK(plan.slices_done() == 1);
  CHECK(plan.next() == Hash::from_view(middle));
  plan.set_missing({});
  CHECK(plan.complete());
  CHECK_FALSE(plan.next());
}

TEST_CASE("transfer: who lacks blocks that nobody has takes over the highest of enough offers",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  tell(one, 1, ahead.height(), 0);
  CHECK(one.sent(pb::Message::kWantTarget).empty()); // blocks will do
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, ahead.height(), 5);
  one.pass(50'000);
  CHECK(one.sent(pb::Message::kWantTarget).size() >= 3);
  offer(one, 1, ahead.target(10));
  CHECK(one.begun().empty()); // it may be a liar's
  offer(one, 2, ahead.target(12));
  REQUIRE(one.begun().size() == 1);
  CHECK(one.begun()[0].height == 12);
  CHECK(one.core().unready().find("takes over the state of block 12: 0 of 16 ranges") == 0);
  CHECK(one.blamed().empty());
}

TEST_CASE("transfer: who is too far behind takes over a state though blocks are there",
          "[bft][core][transfer]") {
  Ahead ahead(30);
  OneCore one(0, with_transfer());
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, ahead.height(), 0);
  CHECK_FALSE(one.sent(pb::Message::kWantTarget).empty());
  CHECK_FALSE(one.sent(pb::Message::kWantChain).empty()); // meanwhile
  // One that is hardly better than what it has is not taken.
  offer(one, 1, ahead.target(10));
  offer(one, 2, ahead.target(11));
  CHECK(one.begun().empty());
  offer(one, 3, ahead.target());
  CHECK(one.begun().size() == 1);
}

TEST_CASE("transfer: offers that no quorum has certified are named as lies",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, ahead.height(), 5);
  v1::StateTarget target;
  REQUIRE(target.ParseFromString(ahead.target()));
  v1::Certificate certificate;
  REQUIRE(certificate.ParseFromString(target.proof().certificate()));
  const auto altered = [&](auto change) {
    v1::StateTarget other = target;
    v1::Certificate with = certificate;
    change(other, with);
    other.mutable_proof()->set_certificate(with.SerializeAsString());
    return other.SerializeAsString();
  };
  offer(one, 1, altered([](auto&, auto& with) { with.mutable_signatures()->RemoveLast(); }));
  CHECK(one.blamed().size() == 1);
  offer(one, 2, altered([](auto& other, auto&) {
    other.mutable_proof()->mutable_result_header()->back() ^= 1;
  }));
  CHECK(one.blamed().size() == 2);
  // Whoever lied is not listened to any more, right or not.
  offer(one, 1, ahead.target());
  one.pass(5'000'000);
  CHECK(one.begun().empty());
  offer(one, 3, ahead.target());
  one.pass(5'000'000);
  CHECK(one.begun().size() == 1);
  CHECK(one.begun()[0].height == ahead.height());
}

TEST_CASE("transfer: ranges come from several peers at once, and then the state is the ledger's",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  CHECK(asked(one).size() == 3);
  for (const auto& [to, count] : asked(one))
    CHECK(count == 2);
  give_all(one, ahead);
  REQUIRE(one.finished().size() == 1);
  REQUIRE(one.ledger().import_finish().ok());
  one.core().imported(one.ledger().start(), one.now_us());
  one.act();
  CHECK(one.core().final_height() == 12);
  CHECK(one.core().committed_height() == 12);
  CHECK(one.core().counters().state_transfers == 1);
  CHECK(one.core().unready().empty());
  const auto positions = one.sent(pb::Message::kPosition);
  REQUIRE_FALSE(positions.empty());
  CHECK(positions.back().second.position().oldest() == 12);
  CHECK(positions.back().second.position().committed() == 12);
  CHECK(one.blamed().empty());
}

TEST_CASE("transfer: what does not come from one peer comes from another",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  SECTION("that is silent") {
    one.forget_sent();
    one.pass(kRangeWaitUs + 1);
    CHECK(asked(one).size() == 3);
    // Two more times in vain, and there is nobody left: the same target is looked for anew.
    one.pass(kRangeWaitUs + 1);
    one.forget_sent();
    one.pass(kRangeWaitUs + 1);
    const auto wanted = one.sent(pb::Message::kWantTarget);
    REQUIRE_FALSE(wanted.empty());
    CHECK(wanted[0].second.want_target().height() == ahead.height());
  }
  SECTION("that has it no more") {
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
  SECTION("that lies, and is named") {
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
}

TEST_CASE("transfer: the votes of this epoch still bind whoever takes over a state",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  // In a view that is not over when the state comes.
  for (View view = 1; view <= 30; ++view)
    one.give_up(view);
  one.pass(10'000'000);
  const View view = one.core().view();
  const auto block = one.block(view, "mine");
  if ((view - 1) % 4 != 0)
    one.propose(view, block);
  begin(one, ahead);
  give_all(one, ahead);
  REQUIRE(one.finished().size() == 1);
  REQUIRE(one.ledger().import_finish().ok());
  one.core().imported(one.ledger().start(), one.now_us());
  one.act();
  CHECK(one.core().view() >= view);
  one.restart();
  CHECK(one.core().view() >= view);
  CHECK(one.core().final_height() == 12);
}

TEST_CASE("transfer: what one peer may ask for is limited", "[bft][core][transfer]") {
  OneCore one(0, with_transfer());
  make_final(one, 3);
  pb::Message want;
  want.mutable_want_target()->set_height(0);
  one.receive(1, want);
  one.receive(1, want);
  CHECK(one.targets_served().size() == 1);
  pb::Message range;
  range.mutable_want_range()->set_height(3);
  range.mutable_want_range()->set_first(Bytes(Hash::kSize, '\0'));
  one.receive(1, range);
  one.receive(1, range);
  CHECK(one.ranges_served().size() == 2);
  range.mutable_want_range()->set_height(2);
  one.forget_sent();
  one.receive(1, range); // another state so soon
  CHECK(one.ranges_served().size() == 2);
  REQUIRE(one.sent(pb::Message::kRange).size() == 1);
  CHECK(one.sent(pb::Message::kRange)[0].second.range().range().empty());
  CHECK(one.sent(pb::Message::kRange)[0].second.range().later());
  one.receive(2, range);
  CHECK(one.ranges_served().size() == 3);
  for (int i = 0; i < 200; ++i)
    one.receive(3, range);
  CHECK(one.ranges_served().size() == 3 + 8); // by its bytes
  CHECK(one.blamed().empty());
}
