// What a Byzantine validator can say to one core, and what it cannot make it do.
#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

TEST_CASE("liars: a frame that is no message is held against its sender", "[bft][core]") {
  OneCore one;
  one.core().receive(replica(1), "\xff\xff\xff", 1'000'000);
  one.act();
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(1));
}

TEST_CASE("liars: a vote in another's name is held against its sender", "[bft][core]") {
  OneCore one;
  pb::Message message;
  to_message(vote_of(2, {VoteKind::kNullify, 1, {}, {}}), *message.mutable_vote());
  one.receive(1, message);
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(1));
}

TEST_CASE("liars: a proposal that is not the sender's to make is refused", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.receive(3, OneCore::proposal(2, one.block(2, "a")));
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(3));
}

TEST_CASE("liars: a wrong signature does not count, and the quorum is found without it",
          "[bft][core]") {
  OneCore one;
  pb::Message message;
  to_message(vote_of(1, {VoteKind::kNullify, 1, {}, {}}), *message.mutable_vote());
  message.mutable_vote()->mutable_signature()->back() ^= 1;
  one.receive(1, message);
  one.vote(2, {VoteKind::kNullify, 1, {}, {}}); // this replica's own is the third
  CHECK(one.core().view() == 1);
  CHECK(one.blamed().size() == 1);
  one.vote(3, {VoteKind::kNullify, 1, {}, {}});
  CHECK(one.core().view() == 2);
}

TEST_CASE("liars: two votes that exclude each other are evidence", "[bft][core]") {
  OneCore one;
  one.vote(1, {VoteKind::kFinalize, 1, crypto::sha256("a"), crypto::sha256("b")});
  one.vote(1, {VoteKind::kNullify, 1, {}, {}});
  REQUIRE(one.accused().size() == 1);
  CHECK(one.accused()[0].validator == replica(1));
}

TEST_CASE("liars: a certificate with too few signatures proves nothing", "[bft][core]") {
  OneCore one;
  Certificate certificate = certificate_of({VoteKind::kNullify, 1, {}, {}});
  certificate.signatures.pop_back();
  one.show(1, certificate);
  CHECK(one.core().view() == 1);
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(1));
}

TEST_CASE("liars: a finality certificate of another epoch means nothing in this one",
          "[bft][core]") {
  OneCore one;
  const VoteSubject subject{VoteKind::kFinalize, 90, crypto::sha256("x"), crypto::sha256("y")};
  one.show(1, certificate_of(subject, /*epoch=*/1));
  CHECK(one.core().view() == 1);
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(1));
}

TEST_CASE("liars: a finality certificate leads out of its view, and its block is asked for",
          "[bft][core]") {
  OneCore one;
  one.show(1, certificate_of({VoteKind::kFinalize, 90, crypto::sha256("x"), crypto::sha256("y")}));
  CHECK(one.core().view() == 91);
  CHECK(one.blamed().empty());
  REQUIRE(one.sent(pb::Message::kWantBlock).size() == 1);
  CHECK(one.sent(pb::Message::kWantBlock)[0].first == replica(1));
  CHECK(one.core().final_height() == 0);
}

TEST_CASE("liars: a vote that a certificate contradicts is evidence, whichever comes first",
          "[bft][core]") {
  OneCore one;
  const VoteSubject finalize{VoteKind::kFinalize, 1, crypto::sha256("a"), crypto::sha256("b")};
  SECTION("the vote") {
    one.vote(1, {VoteKind::kNullify, 1, {}, {}});
    one.show(2, certificate_of(finalize));
  }
  SECTION("the certificate") {
    one.show(2, certificate_of(finalize));
    one.vote(1, {VoteKind::kNullify, 1, {}, {}});
  }
  REQUIRE(one.accused().size() == 1);
  CHECK(one.accused()[0].validator == replica(1));
  CHECK(one.accused()[0].epoch == 0);
}

TEST_CASE(
    "liars: a finality certificate of the last block of an epoch does not lead on in the next",
    "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const Hash id = one.finalize(2, "epoch");
  const auto end = one.ledger().block(1)->state.epoch_end;
  REQUIRE(end == 1 + kExecutionLag);
  for (View view = 3; one.core().final_height() < end; ++view) {
    if (view % 4 == 1)
      one.give_up(view);
    else
      one.finalize(view, "transaction" + std::to_string(view));
  }
  one.core().begin_epoch(four_validators(1), 2'000'000);
  one.act();
  REQUIRE(one.core().epoch() == 1);
  const auto last = from_ledger(one.ledger().block(end)->certificate);
  REQUIRE(last.has_value());
  one.show(1, *last);
  CHECK(one.core().view() == 1);
  CHECK(one.core().final_height() == end);
  CHECK(id != last->subject.block);
}

TEST_CASE("liars: batches that are not those of the header are fetched right and do no harm",
          "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  auto other = block;
  other.mutable_body()->set_batches(0, simulation::batch_of({"b"}));
  one.propose(2, other);
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(1));
  const Hash id = crypto::sha256(block.header());
  // The others were told better.
  one.votes({VoteKind::kNotarize, 2, id, {}});
  REQUIRE_FALSE(one.sent(pb::Message::kWantBlock).empty());
  pb::Message answer;
  answer.set_block(block.SerializeAsString());
  one.receive(2, answer);
  one.votes({VoteKind::kFinalize, 2, id, one.result_of(block)});
  CHECK_FALSE(one.halted().has_value());
  CHECK(one.core().final_height() == 1);
}

TEST_CASE("liars: a batch that nobody gives away keeps a replica from voting, not from going on",
          "[bft][core]") {
  OneCore one;
  one.give_up(1);
  pb::Message message = OneCore::proposal(2, one.block(2, "a"));
  message.mutable_proposal()->mutable_batches(0)->clear_contents();
  one.receive(1, message);
  CHECK(one.sent(pb::Message::kWantBatches).size() == 1);
  for (int i = 0; i < 20; ++i)
    one.pass_to_deadline();
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  CHECK(one.votes_sent(VoteKind::kNullify).back().view == 2);
}

TEST_CASE("liars: positions beyond all others change nothing but whom it asks", "[bft][core]") {
  OneCore one;
  pb::Message message;
  message.mutable_position()->set_view(1ull << 60);
  message.mutable_position()->set_height(1ull << 60);
  message.mutable_position()->set_committed(1ull << 60);
  one.receive(1, message);
  CHECK(one.core().view() == 1);
  one.give_up(1);
  one.finalize(2, "a");
  CHECK(one.core().final_height() == 1);
  CHECK(one.core().sizes().wants <= 8);
}

TEST_CASE("liars: votes far ahead are not kept", "[bft][core]") {
  OneCore one;
  const std::size_t before = one.core().sizes().views;
  for (View view = 1'000; view < 1'100; ++view)
    one.vote(1, {VoteKind::kNullify, view, {}, {}});
  CHECK(one.core().sizes().views == before);
}
