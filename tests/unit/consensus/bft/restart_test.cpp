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
