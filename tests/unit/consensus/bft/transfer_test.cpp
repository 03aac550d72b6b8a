// How a replica takes over a state where blocks are of no help, and what it gives to others.
#include <catch2/catch.hpp>

#include "consensus/bft/takeover.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

TEST_CASE("range plan: slices are asked for once at a time, until nothing is missing",
          "[bft][core][transfer]") {
  RangePlan plan(4);
  CHECK(plan.slices() == 4);
  CHECK(plan.slices_done() == 0);
  std::vector<Hash> asked;
  while (const auto span = plan.next()) {
    plan.asked(span->first, asked.size() % 2 == 0 ? "a" : "b", asked.size(), 10 + asked.size());
    asked.push_back(span->first);
  }
  REQUIRE(asked.size() == 4);
  CHECK(asked[0] == Hash());
  CHECK(static_cast<std::uint8_t>(asked[3].view()[0]) == 0xc0);
  CHECK(plan.asked_of("a") == 2);
  CHECK(plan.next_due_us() == 10);
  CHECK_FALSE(plan.came(asked[0], "b", 7));
  CHECK(plan.came(asked[0], "a", 7) == 7);
  CHECK_FALSE(plan.came(asked[0], "a", 7));
  CHECK(plan.being_written() == 1);
  CHECK(plan.next_due_us() == 11);
  plan.give_up("a"); // not the one that came
  CHECK(plan.being_written() == 1);
  CHECK(plan.asked_of("a") == 0);
  CHECK(plan.give_up_overdue(10).empty());
  CHECK(plan.give_up_overdue(13) == std::set<std::string>{"b"}); // once, though two are late
  CHECK(plan.asked_of("b") == 0);
  plan.settled(asked[0]);
  Bytes middle(Hash::kSize, '\0');
  middle[0] = 0x50;
  plan.set_missing({{Hash::from_view(middle), KeySpan::all().last}});
  CHECK(plan.slices_done() == 1);
  CHECK(plan.next()->first == Hash::from_view(middle));
  CHECK(static_cast<std::uint8_t>(plan.next()->last.view()[0]) == 0x7f);
  plan.set_missing({});
  CHECK(plan.complete());
  CHECK_FALSE(plan.next());
}

TEST_CASE("range plan: so much is asked for as a slice can be expected to have",
          "[bft][core][transfer]") {
  constexpr std::size_t kMost = 1u << 20;
  RangePlan plan(4);
  const merkle::KeySpan slice = *plan.next();
  const std::size_t least = plan.expected_bytes(slice, kMost);
  CHECK(least < kMost / 8);
  CHECK(plan.expected_bytes(slice, 100) == 100);
  merkle::SnapshotRangeWriter writer(slice.first);
  writer.add("key", Bytes(kMost / 8, '?'), crypto::sha256("key"));
  const Bytes range = writer.finish(false, {});
  const double share = (1.0 + crypto::sha256("key").bytes[0]) / 256;
  for (const bool taken : {false, true}) {
    plan.asked(slice.first, "a", 0, 1);
    REQUIRE(plan.came(slice.first, "a", 1, range));
    CHECK(plan.expected_bytes(slice, kMost) == least); // it may be a lie
    plan.settled(slice.first, taken);
  }
  const auto expected = static_cast<double>(plan.expected_bytes(slice, 64 * kMost));
  const double exact = static_cast<double>(range.size()) / share / 4;
  CHECK(expected > exact);
  CHECK(expected < 1.2 * exact);
  CHECK(plan.expected_bytes(slice, 1000) == 1000);
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
  one.pass(50'000); // until the last one is asked, too
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
  CHECK(one.ranges_served().size() == 3 + 16); // by its bytes
  CHECK(one.blamed().empty());
}

TEST_CASE("transfer: only validators count for a reason to take over a state",
          "[bft][core][transfer]") {
  OneCore one(0, with_transfer());
  const auto hear = [&](const std::string& name, Height committed) {
    pb::Message message;
    message.mutable_position()->set_view(1);
    message.mutable_position()->set_committed(committed);
    message.mutable_position()->set_oldest(committed);
    one.core().peer_up(name, one.now_us());
    one.core().receive(name, message.SerializeAsString(), one.now_us());
    one.act();
  };
  hear("follower1", 100);
  hear("follower2", 100);
  one.pass(50'000);
  CHECK(one.sent(pb::Message::kWantTarget).empty());
  // Of an epoch whose validators are gone any peer has to do.
  for (ValidatorIndex i = 1; i < 4; ++i)
    one.core().peer_down(replica(i), one.now_us());
  one.pass(50'000);
  CHECK_FALSE(one.sent(pb::Message::kWantTarget).empty());
}

TEST_CASE("transfer: who is as far behind after a takeover as before it gives blocks a chance",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  give_all(one, ahead);
  REQUIRE(one.ledger().import_finish().ok());
  one.core().imported(one.ledger().start(), one.now_us());
  one.act();
  one.forget_sent();
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, 12 + 40, 0); // twice snapshot_after_blocks
  one.pass(50'000);
  CHECK(one.sent(pb::Message::kWantTarget).empty());
  CHECK_FALSE(one.sent(pb::Message::kWantChain).empty());
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, 12 + 41, 0);
  one.pass(50'000);
  CHECK_FALSE(one.sent(pb::Message::kWantTarget).empty());
}

TEST_CASE("transfer: an offer is looked into once for each time that it was asked for",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, ahead.height(), 5);
  offer(one, 1, ahead.target(10));
  v1::StateTarget target;
  REQUIRE(target.ParseFromString(ahead.target()));
  v1::Certificate certificate;
  REQUIRE(certificate.ParseFromString(target.proof().certificate()));
  certificate.mutable_signatures()->RemoveLast();
  target.mutable_proof()->set_certificate(certificate.SerializeAsString());
  offer(one, 1, target.SerializeAsString());
  CHECK(one.blamed().empty()); // not even seen to be a lie
  for (one.forget_sent(); one.sent(pb::Message::kWantTarget).empty();)
    one.pass(5'000);
  offer(one, 1, target.SerializeAsString());
  CHECK(one.blamed().size() == 1);
}

TEST_CASE("transfer: who takes over a state neither proposes nor judges blocks on the old one",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  begin(one, ahead);
  REQUIRE(one.core().submit(simulation::batch_of({"mine"}), one.now_us()).ok());
  one.act();
  CHECK(one.sent(pb::Message::kProposal).empty());
  one.give_up(1);
  one.propose(2, one.block(2, "a"));
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  one.pass(10'000'000);
  CHECK_FALSE(one.votes_sent(VoteKind::kNullify).empty()); // it can still give a view up
}

TEST_CASE("transfer: blocks that were voted for above the state that was taken over are kept",
          "[bft][core][transfer]") {
  Ahead ahead(12);
  OneCore one(0, with_transfer());
  // It votes for five blocks, in this order, and of none learns that it is final.
  std::vector<tenon::v1::Block> blocks(5);
  View view = 1;
  for (Height height = 1; height <= 5; ++height) {
    tenon::v1::Block& block = blocks[height - 1];
    REQUIRE(block.ParseFromString(ahead.one.ledger().block(height)->block));
    const auto header = block_from_header(block.header());
    for (; view < header->view; ++view)
      one.give_up(view);
    one.propose(view, block);
    one.votes({VoteKind::kNotarize, view, header->id, {}});
    ++view;
  }
  REQUIRE(one.votes_sent(VoteKind::kFinalize).size() == 5);
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell(one, i, 3, 3);
  one.pass(50'000);
  offer(one, 1, ahead.target(3));
  offer(one, 2, ahead.target(3));
  REQUIRE(one.begun().size() == 1);
  REQUIRE(one.ledger().import_begin(one.begun()[0].target).ok());
  one.core().import_begun(3, one.ledger().import_missing(), one.now_us());
  one.act();
  give_all(one, ahead);
  REQUIRE(one.ledger().import_finish().ok());
  one.core().imported(one.ledger().start(), one.now_us());
  one.act();
  REQUIRE(one.core().final_height() == 3);
  const auto again = GENERATE(false, true);
  if (again)
    one.restart();
  for (const Height height : {4, 5}) {
    const tenon::v1::Block& block = blocks[height - 1];
    pb::Message message;
    message.set_want_block(crypto::sha256(block.header()).str());
    one.forget_sent();
    one.receive(2, message);
    REQUIRE(one.sent(pb::Message::kBlock).size() == 1);
    CHECK(one.sent(pb::Message::kBlock)[0].second.block() == block.SerializeAsString());
  }
  // And become final here, once the others say so.
  const Hash id = crypto::sha256(blocks[4].header());
  one.votes({VoteKind::kFinalize, view - 1, id, ahead.one.ledger().block(5)->state.result});
  CHECK(one.core().final_height() == 5);
  CHECK_FALSE(one.halted());
}
