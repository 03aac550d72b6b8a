// What a replica still knows when it starts again, and what it does when it knows nothing.
#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

void tell_position(OneCore& one, ValidatorIndex from, View view) {
  pb::Message message;
  message.set_epoch(one.core().epoch());
  message.mutable_position()->set_view(view);
  if (view > 1)
    to_message(certificate_of({VoteKind::kNullify, view - 1, {}, {}}),
               *message.mutable_position()->mutable_entry());
  one.receive(from, message);
}

// A replica in the same view, whose own votes count from a later one on.
void wait_for_view(OneCore& one, ValidatorIndex from, View votes_from) {
  pb::Message message;
  message.set_epoch(one.core().epoch());
  message.mutable_position()->set_view(one.core().view());
  message.mutable_position()->set_votes_from(votes_from);
  one.receive(from, message);
}

// All blocks of the ledger, as others would give them.
pb::Message chain_of(const simulation::ModelLedger& ledger) {
  pb::Message message;
  pb::Chain& chain = *message.mutable_chain();
  chain.set_first(1);
  for (Height height = 1; height <= ledger.height(); ++height)
    chain.add_blocks(ledger.block(height)->block);
  chain.set_certificate(ledger.block(ledger.height())->certificate);
  return message;
}

// Into the next epoch, by views that others lead.
void end_epoch(OneCore& one) {
  const std::uint64_t epoch = one.core().epoch();
  for (View view = 1; one.core().epoch() == epoch; ++view) {
    if (view % 4 == 1)
      one.give_up(view);
    else
      one.finalize(view, (view == 2 ? "epoch " : "") + std::to_string(epoch * 100 + view));
  }
}

} // namespace

TEST_CASE("restart: a view that was voted in gets no other vote", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.propose(2, one.block(2, "a"));
  REQUIRE(one.votes_sent(VoteKind::kNotarize).size() == 1);
  one.restart();
  CHECK(one.core().view() == 2);
  one.propose(2, one.block(2, "b"));
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
}

TEST_CASE("restart: a view that was given up gets no FINALIZE", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  one.propose(2, block);
  one.pass(10'000'000);
  REQUIRE(one.votes_sent(VoteKind::kNullify).back().view == 2);
  one.restart();
  one.votes({VoteKind::kNotarize, 2, crypto::sha256(block.header()), {}});
  CHECK(one.core().view() == 3);
  CHECK(one.votes_sent(VoteKind::kFinalize).empty());
}

TEST_CASE("restart: a block that was voted for can be given to others", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  one.propose(2, block);
  one.restart();
  pb::Message message;
  message.set_want_block(crypto::sha256(block.header()).str());
  one.receive(2, message);
  REQUIRE(one.sent(pb::Message::kBlock).size() == 1);
  CHECK(one.sent(pb::Message::kBlock)[0].second.block() == block.SerializeAsString());
}

TEST_CASE(
    "restart: a replica that lost its log says nothing before others have said where they are",
    "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.restart(/*log_lost=*/true);
  CHECK_FALSE(one.core().votes());
  CHECK(one.core().unready().find("the vote log was lost") != std::string::npos);
  one.propose(2, one.block(2, "a"));
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  tell_position(one, 1, 4);
  tell_position(one, 2, 4);
  CHECK_FALSE(one.core().votes());
  tell_position(one, 3, 4);
  // It may have voted in view 5, not in 6.
  CHECK(one.core().view() == 4);
  CHECK_FALSE(one.core().votes());
  one.give_up(4);
  CHECK_FALSE(one.core().votes());
  one.give_up(5);
  CHECK(one.core().votes());
}

TEST_CASE("restart: a replica that lost its log says from which view on it votes", "[bft][core]") {
  OneCore one;
  one.restart(/*log_lost=*/true);
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell_position(one, i, 4);
  const auto said = one.sent(pb::Message::kPosition);
  REQUIRE_FALSE(said.empty());
  CHECK(said.back().second.position().votes_from() == 6);
  // Again and again, until that view has come.
  one.pass(2'000'000);
  CHECK(one.sent(pb::Message::kPosition).back().second.position().asks());
  CHECK(one.sent(pb::Message::kPosition).size() > said.size());
  one.give_up(4);
  one.give_up(5);
  REQUIRE(one.core().votes());
  CHECK_FALSE(one.core().next_deadline_us().has_value());
}

TEST_CASE("restart: others with nothing to do give up views for whoever lost its log",
          "[bft][core]") {
  OneCore one;
  wait_for_view(one, 3, 3);
  const auto given_up = [&] { return one.votes_sent(VoteKind::kNullify).size(); };
  CHECK(given_up() == 1);
  for (View view = 1; view < 3; ++view) {
    for (const ValidatorIndex from : {1u, 2u})
      one.vote(from, {VoteKind::kNullify, view, {}, {}});
  }
  CHECK(one.core().view() == 3);
  CHECK(given_up() == 2);
  CHECK(one.core().idle());
  CHECK_FALSE(one.core().next_deadline_us().has_value());
  // No leader is blamed.
  CHECK(one.core().waiting_for().find("silent leaders") == std::string::npos);
}

TEST_CASE("restart: nobody gives up views for ever for one who says that it lost its log",
          "[bft][core]") {
  OneCore one;
  wait_for_view(one, 3, 100); // honest ones are not that far ahead
  CHECK(one.votes_sent(VoteKind::kNullify).empty());
  for (View view = 1; view < 10; ++view) {
    wait_for_view(one, 3, view + 1);
    one.show(1, certificate_of({VoteKind::kNullify, view, {}, {}}));
  }
  CHECK(one.votes_sent(VoteKind::kNullify).size() == 1);
}

TEST_CASE("restart: a position that no certificate vouches for does not count", "[bft][core]") {
  OneCore one;
  one.restart(/*log_lost=*/true);
  pb::Message message;
  message.mutable_position()->set_view(1'000'000);
  for (ValidatorIndex i = 1; i < 4; ++i)
    one.receive(i, message);
  CHECK_FALSE(one.core().votes());
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell_position(one, i, 1);
  one.give_up(1);
  one.give_up(2);
  CHECK(one.core().votes());
}

TEST_CASE("restart: that the log was lost is remembered by the log after it", "[bft][core]") {
  OneCore one;
  one.restart(/*log_lost=*/true);
  one.restart();
  CHECK_FALSE(one.core().votes());
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell_position(one, i, 4);
  one.restart();
  one.show(1, certificate_of({VoteKind::kNullify, 4, {}, {}}));
  CHECK_FALSE(one.core().votes());
  one.show(1, certificate_of({VoteKind::kNullify, 5, {}, {}}));
  CHECK(one.core().view() == 6);
  CHECK(one.core().votes());
}

TEST_CASE("restart: a log that is lost once more is not believed where it says that all is well",
          "[bft][core]") {
  OneCore one;
  one.restart(/*log_lost=*/true);
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell_position(one, i, 1);
  one.give_up(1);
  one.give_up(2);
  REQUIRE(one.core().votes());
  one.restart_with_a_damaged_log();
  CHECK_FALSE(one.core().votes());
}

TEST_CASE("restart: votes of a later epoch than the ledger's bind again once it has caught up",
          "[bft][core]") {
  OneCore one;
  end_epoch(one);
  const pb::Message chain = chain_of(one.ledger());
  REQUIRE(one.core().epoch() == 1);
  one.give_up(1);
  one.propose(2, one.block(2, "a"));
  REQUIRE(one.votes_sent(VoteKind::kNotarize).back().view == 2);
  const auto votes_again = GENERATE(false, true);
  one.restart_without_the_store();
  REQUIRE(one.core().epoch() == 0);
  if (votes_again) // what is kept is kept for the lives after this one, too
    one.restart();
  // What was said in the epochs before the log's is not known any more.
  CHECK_FALSE(one.core().votes());
  CHECK(one.core().unready().find("the vote log is of epoch 1, the ledger only in epoch 0") == 0);
  one.pass(10'000'000);
  CHECK(one.votes_sent(VoteKind::kNullify).empty());
  one.receive(1, chain);
  REQUIRE(one.core().epoch() == 1);
  CHECK(one.core().view() == 2);
  CHECK(one.core().votes());
  one.propose(2, one.block(2, "b"));
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  one.give_up(2);
  one.propose(3, one.block(3, "c"));
  CHECK(one.votes_sent(VoteKind::kNotarize).size() == 1);
}

TEST_CASE("restart: a log of a later epoch in which nothing has been said yet binds all the same",
          "[bft][core]") {
  OneCore one;
  end_epoch(one);
  REQUIRE(one.core().epoch() == 1);
  one.restart_without_the_store();
  REQUIRE(one.core().epoch() == 0);
  CHECK_FALSE(one.core().votes());
  CHECK(one.core().unready().find("the vote log is of epoch 1, the ledger only in epoch 0") == 0);
}

TEST_CASE("restart: a damaged log of a later epoch than the ledger's is a lost one there",
          "[bft][core]") {
  OneCore one;
  end_epoch(one);
  const pb::Message chain = chain_of(one.ledger());
  one.give_up(1);
  one.propose(2, one.block(2, "a"));
  one.restart_without_the_store();
  one.restart_with_a_damaged_log();
  one.restart();
  one.receive(1, chain);
  REQUIRE(one.core().epoch() == 1);
  CHECK_FALSE(one.core().votes());
  for (View view = one.core().view(); view < 8; ++view)
    one.give_up(view);
  CHECK_FALSE(one.core().votes()); // nobody has said yet where it is
  for (ValidatorIndex i = 1; i < 4; ++i) {
    pb::Message position;
    position.set_epoch(1);
    position.mutable_position()->set_view(8);
    one.receive(i, position);
  }
  one.give_up(8);
  CHECK_FALSE(one.core().votes());
  one.give_up(9);
  CHECK(one.core().votes());
}
