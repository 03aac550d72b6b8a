// The protocol where all goes well, and where leaders do not.
#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;
using simulation::batch_of;

TEST_CASE("core: a leader proposes the batches it has and sends its vote once it is on disk",
          "[bft][core]") {
  OneCore one;
  one.disk_answers = false;
  REQUIRE(one.core().submit(batch_of({"a"}), 1'000'000).ok());
  one.act();
  CHECK(one.sent(pb::Message::kProposal).size() == 1);
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  one.sync();
  CHECK(one.votes_sent(VoteKind::kNotarize).size() == 1);
}

TEST_CASE("core: a proposal of the view's leader gets one vote, and a second one none",
          "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.propose(2, one.block(2, "a"));
  one.propose(2, one.block(2, "b"));
  const auto votes = one.votes_sent(VoteKind::kNotarize);
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].block == crypto::sha256(one.block(2, "a").header()));
}

TEST_CASE("core: a proposal that leaves out a notarized block gets no vote", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto first = one.block(2, "a");
  one.propose(2, first);
  one.votes({VoteKind::kNotarize, 2, crypto::sha256(first.header()), {}});
  one.propose(3, one.block(3, "b")); // on genesis
  CHECK(one.core().view() == 3);
  CHECK(one.votes_sent(VoteKind::kNotarize).size() == 1);
  // What the proposal would need is asked for.
  CHECK(one.sent(pb::Message::kWantCertificates).size() == 1);
}

TEST_CASE("core: a block that breaks the ledger's rules is answered with NULLIFY", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  auto block = one.block(2, "a");
  tenon::v1::BlockHeader header;
  REQUIRE(header.ParseFromString(block.header()));
  header.set_height(7);
  block.set_header(header.SerializeAsString());
  one.propose(2, block);
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  CHECK(one.votes_sent(VoteKind::kNullify).back().view == 2);
}

TEST_CASE("core: q NULLIFY votes end a view, fewer do not", "[bft][core]") {
  OneCore one;
  one.vote(1, {VoteKind::kNullify, 1, {}, {}});
  CHECK(one.core().view() == 1);
  // More than f give it up: one of them is honest, and this replica follows.
  one.vote(2, {VoteKind::kNullify, 1, {}, {}});
  CHECK(one.votes_sent(VoteKind::kNullify).size() == 1);
  CHECK(one.core().view() == 2);
}

TEST_CASE("core: a notarized block is executed, voted final, and committed with its result",
          "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  const Hash id = crypto::sha256(block.header());
  one.propose(2, block);
  one.vote(1, {VoteKind::kNotarize, 2, id, {}});
  CHECK(one.core().view() == 2);
  one.vote(2, {VoteKind::kNotarize, 2, id, {}});
  CHECK(one.core().view() == 3);
  const auto votes = one.votes_sent(VoteKind::kFinalize);
  REQUIRE(votes.size() == 1);
  CHECK(votes[0] == VoteSubject{VoteKind::kFinalize, 2, id, one.result_of(block)});
  CHECK(one.core().final_height() == 0);
  one.vote(1, votes[0]);
  one.vote(2, votes[0]);
  CHECK(one.core().final_height() == 1);
  CHECK(one.core().committed_height() == 1);
  CHECK(one.ledger().height() == 1);
}

TEST_CASE("core: votes for other results do not add up", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  const Hash id = crypto::sha256(block.header());
  one.propose(2, block);
  one.votes({VoteKind::kNotarize, 2, id, {}});
  one.vote(1, {VoteKind::kFinalize, 2, id, one.result_of(block)});
  one.vote(2, {VoteKind::kFinalize, 2, id, crypto::sha256("another")});
  CHECK(one.core().final_height() == 0);
  CHECK_FALSE(one.core().result_split());
  one.vote(3, {VoteKind::kFinalize, 2, id, crypto::sha256("a third")});
  CHECK(one.core().result_split());
  CHECK_FALSE(one.halted().has_value());
}

TEST_CASE("core: a quorum with another result than its own halts it", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  const Hash id = crypto::sha256(block.header());
  one.propose(2, block);
  one.votes({VoteKind::kNotarize, 2, id, {}});
  one.votes({VoteKind::kFinalize, 2, id, crypto::sha256("another")});
  REQUIRE(one.halted().has_value());
  CHECK(one.halted()->fault());
  CHECK(one.ledger().height() == 0);
}

TEST_CASE("core: a view that it has given up gets no FINALIZE", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  const Hash id = crypto::sha256(block.header());
  one.ledger_answers = false;
  one.propose(2, block);
  one.pass(10'000'000);
  REQUIRE(one.votes_sent(VoteKind::kNullify).back().view == 2);
  one.votes({VoteKind::kNotarize, 2, id, {}});
  one.execute_all();
  CHECK(one.core().view() == 3);
  CHECK(one.votes_sent(VoteKind::kFinalize).empty());
}

TEST_CASE("core: a view left by its notarization is not given up afterwards", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  one.propose(2, block);
  one.votes({VoteKind::kNotarize, 2, crypto::sha256(block.header()), {}});
  one.forget_sent();
  one.pass(20'000'000);
  for (const VoteSubject& vote : one.votes_sent(VoteKind::kNullify))
    CHECK(vote.view > 2);
}

TEST_CASE("core: a final vote is sent long after its view was left", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  one.ledger_answers = false;
  one.propose(2, block);
  one.votes({VoteKind::kNotarize, 2, crypto::sha256(block.header()), {}});
  one.give_up(3);
  CHECK(one.votes_sent(VoteKind::kFinalize).empty());
  one.execute_all();
  REQUIRE(one.votes_sent(VoteKind::kFinalize).size() == 1);
  CHECK(one.votes_sent(VoteKind::kFinalize)[0].view == 2);
}

TEST_CASE("core: a block becomes final through its descendant", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto first = one.block(2, "a");
  one.propose(2, first);
  one.votes({VoteKind::kNotarize, 2, crypto::sha256(first.header()), {}});
  const auto second = one.block(3, "b", first.header());
  const Hash id = crypto::sha256(second.header());
  one.propose(3, second);
  one.votes({VoteKind::kNotarize, 3, id, {}});
  one.votes(one.votes_sent(VoteKind::kFinalize).back());
  CHECK(one.core().final_height() == 2);
  CHECK(one.core().counters().indirectly_final_blocks == 1);
}

TEST_CASE("core: a leader that has nothing to order carries the tip on", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.give_up(2);
  one.give_up(3);
  const auto block = one.block(4, "a");
  const Hash id = crypto::sha256(block.header());
  one.propose(4, block);
  one.votes({VoteKind::kNotarize, 4, id, {}});
  one.forget_sent();
  REQUIRE(one.core().view() == 5); // this replica's
  while (one.sent(pb::Message::kProposal).empty() && one.pass_to_deadline()) {
  }
  REQUIRE(one.sent(pb::Message::kProposal).size() == 1);
  const pb::Proposal proposal = one.sent(pb::Message::kProposal)[0].second.proposal();
  CHECK(proposal.carried());
  CHECK(crypto::sha256(proposal.header()) == id);
  CHECK(one.votes_sent(VoteKind::kNotarize).back() == VoteSubject{VoteKind::kNotarize, 5, id, {}});
}

TEST_CASE("core: small blocks keep their distance, a lone one and a large one wait for nobody",
          "[bft][core]") {
  OneCore one;
  for (View view = 1; view < 4; ++view)
    one.give_up(view);
  one.finalize(4, "a");
  REQUIRE(one.core().view() == 5); // this replica's
  one.forget_sent();
  const auto proposed = [&] { return one.sent(pb::Message::kProposal).size(); };
  SECTION("small") {
    REQUIRE(one.core().submit(batch_of({"b"}), one.now_us()).ok());
    one.act();
    CHECK(proposed() == 0);
    CHECK(one.core().next_deadline_us() == one.now_us() + Settings().small_block_wait_us);
    one.pass_to_deadline();
    CHECK(proposed() == 1);
  }
  SECTION("lone") {
    one.pass(Settings().small_block_wait_us);
    REQUIRE(one.core().submit(batch_of({"b"}), one.now_us()).ok());
    one.act();
    CHECK(proposed() == 1);
  }
  SECTION("large") {
    const std::string large(Settings().small_block_bytes, 'x');
    REQUIRE(one.core().submit(batch_of({large}), one.now_us()).ok());
    one.act();
    CHECK(proposed() == 1);
  }
}

TEST_CASE("core: with nothing to order it waits for nothing", "[bft][core]") {
  OneCore one;
  CHECK(one.core().idle());
  CHECK_FALSE(one.core().next_deadline_us().has_value());
  one.give_up(1);
  one.finalize(2, "a");
  CHECK(one.core().idle());
  CHECK_FALSE(one.core().next_deadline_us().has_value());
}

TEST_CASE("core: a leader that is waited for in vain is skipped the next time", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  REQUIRE(one.core().submit(batch_of({"a"}), 1'000'000).ok());
  one.act();
  // The leader of view 2 says nothing.
  while (one.votes_sent(VoteKind::kNullify).empty() && one.pass_to_deadline()) {
  }
  one.vote(2, {VoteKind::kNullify, 2, {}, {}});
  one.vote(3, {VoteKind::kNullify, 2, {}, {}});
  for (View view = 3; view < 5; ++view) {
    for (const ValidatorIndex from : {2u, 3u})
      one.vote(from, {VoteKind::kNullify, view, {}, {}});
  }
  const VoteSubject own = one.votes_sent(VoteKind::kNotarize).back(); // leader of view 5
  for (const ValidatorIndex from : {2u, 3u})
    one.vote(from, own);
  CHECK(one.core().view() == 6); // again that of the silent one
  CHECK(one.core().counters().skipped_leaders == 1);
  CHECK(one.votes_sent(VoteKind::kNullify).back().view == 6);
}

TEST_CASE("core: batches beyond half of the window are refused", "[bft][core]") {
  Settings settings;
  settings.pool.max_origin_bytes = 400;
  OneCore one(1, settings);
  REQUIRE(one.core().submit(batch_of({std::string(150, 'a')}), 1'000'000).ok());
  const Status status = one.core().submit(batch_of({std::string(150, 'b')}), 1'000'000);
  CHECK(status.code() == Code::kResourceExhausted);
  CHECK_FALSE(status.fault());
}

TEST_CASE("core: what breaks the ledger's limits alone is let go of, and the rest is ordered",
          "[bft][core]") {
  OneCore one(1);
  one.core().batch_received(replica(2), "not a batch", 1'000'000);
  REQUIRE(one.core().submit(batch_of({"a"}), 1'000'000).ok());
  one.act();
  one.give_up(1);
  CHECK_FALSE(one.halted().has_value());
  REQUIRE(one.sent(pb::Message::kProposal).size() == 1);
  CHECK(one.sent(pb::Message::kProposal)[0].second.proposal().batches_size() == 1);
}
