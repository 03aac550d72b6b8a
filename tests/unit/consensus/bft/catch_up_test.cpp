// How a replica comes by what it has missed.
#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

// The committed chain of another replica, as it would serve it.
pb::Message chain_of(OneCore& other, Height first, Height last) {
  const ServeChain request{"", other.core().epoch(), first, last, 1u << 20};
  const auto frame =
      encode_chain(request, [&](Height height) -> Result<std::optional<CommittedBlock>> {
        const auto* const block = other.ledger().block(height);
        if (block == nullptr)
          return std::optional<CommittedBlock>();
        return std::optional(CommittedBlock{block->block, block->certificate});
      });
  pb::Message message;
  REQUIRE(frame.has_value());
  REQUIRE(message.ParseFromString(*frame));
  return message;
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

void tell_committed(OneCore& one, ValidatorIndex from, Height committed) {
  pb::Message message;
  message.mutable_position()->set_view(1);
  message.mutable_position()->set_committed(committed);
  one.receive(from, message);
}

} // namespace

TEST_CASE("catch-up: who is far behind asks for the chain and takes it over", "[bft][core]") {
  OneCore ahead;
  make_final(ahead, 12);
  OneCore one;
  tell_committed(one, 1, 12);
  const auto asked = one.sent(pb::Message::kWantChain);
  REQUIRE_FALSE(asked.empty());
  CHECK(asked[0].second.want_chain().first() == 1);
  one.receive(1, chain_of(ahead, 1, 12));
  CHECK(one.ledger().height() == 12);
  CHECK(one.core().counters().chain_blocks == 12);
  CHECK(one.blamed().empty());
}

TEST_CASE("catch-up: who lacks final blocks asks where the others are, though views go on",
          "[bft][core]") {
  OneCore ahead;
  make_final(ahead, 12);
  OneCore one;
  // Views pass, the certificates of each come, and no block.
  for (Height height = 1; height <= 12; ++height) {
    const auto certificate = from_ledger(ahead.ledger().block(height)->certificate);
    REQUIRE(certificate.has_value());
    VoteSubject subject = certificate->subject;
    one.votes(subject);
    subject.kind = VoteKind::kNotarize;
    subject.result = {};
    one.votes(subject);
    one.pass(25'000);
  }
  const auto positions = one.sent(pb::Message::kPosition);
  REQUIRE_FALSE(positions.empty());
  CHECK(positions.back().second.position().asks());
  // At a bounded rate: once in five hops of 20 ms.
  CHECK(positions.size() <= 3);
  CHECK(one.sent(pb::Message::kWantChain).empty());
  tell_committed(one, 1, 12);
  REQUIRE_FALSE(one.sent(pb::Message::kWantChain).empty());
  one.receive(1, chain_of(ahead, 1, 12));
  CHECK(one.ledger().height() == 12);
}

TEST_CASE("catch-up: no range of the chain is asked of two peers while it is on its way",
          "[bft][core]") {
  OneCore ahead;
  make_final(ahead, 60);
  OneCore one;
  for (ValidatorIndex i = 1; i < 4; ++i)
    tell_committed(one, i, 60);
  const auto first_heights = [&] {
    std::vector<Height> heights;
    for (const auto& [to, message] : one.sent(pb::Message::kWantChain))
      heights.push_back(message.want_chain().first());
    return heights;
  };
  CHECK(first_heights() == std::vector<Height>{1, 17, 33});
  one.forget_sent();
  // Five of the sixteen, and something of the third range, which waits for its turn.
  one.receive(1, chain_of(ahead, 1, 5));
  one.receive(3, chain_of(ahead, 33, 48));
  CHECK(one.ledger().height() == 5);
  CHECK(first_heights().empty());
  one.forget_sent();
  one.receive(1, chain_of(ahead, 6, 16));
  one.receive(2, chain_of(ahead, 17, 32));
  CHECK(one.ledger().height() == 48);
}

TEST_CASE("catch-up: whoever does not answer is asked again at growing intervals",
          "[bft][core]") {
  OneCore one;
  tell_committed(one, 1, 60);
  std::vector<TimeUs> asked;
  const TimeUs begin = one.now_us();
  while (one.now_us() < begin + 1'000'000 && one.pass_to_deadline()) {
    tell_committed(one, 1, 60);
    if (!one.sent(pb::Message::kWantChain).empty())
      asked.push_back(one.now_us());
    one.forget_sent();
  }
  CHECK(asked.size() >= 3);
  CHECK(asked.size() <= 2 * 6); // of two ranges, where equal intervals would make it 50
}

TEST_CASE("catch-up: whoever asks for blocks that were pruned is told which are there",
          "[bft][core]") {
  OneCore one;
  one.pass(10'000'000);
  one.core().nothing_to_serve(replica(1), 7, one.now_us());
  one.act();
  REQUIRE(one.sent(pb::Message::kPosition).size() == 1);
  CHECK(one.sent(pb::Message::kPosition)[0].first == replica(1));
  CHECK(one.sent(pb::Message::kPosition)[0].second.position().oldest() == 7);
}

TEST_CASE("catch-up: an altered chain is held against who served it", "[bft][core]") {
  OneCore ahead;
  make_final(ahead, 3);
  pb::Message message = chain_of(ahead, 1, 3);
  SECTION("another batch in a block") {
    tenon::v1::Block block;
    REQUIRE(block.ParseFromString(message.chain().blocks(1)));
    block.mutable_body()->set_batches(0, simulation::batch_of({"forged"}));
    message.mutable_chain()->set_blocks(1, block.SerializeAsString());
  }
  SECTION("a block left out") {
    message.mutable_chain()->mutable_blocks()->DeleteSubrange(1, 1);
  }
  SECTION("bytes in a body that no reader knows and no hash covers") {
    message.mutable_chain()->mutable_blocks(1)->append("\x12\x02\x78\x01"); // field 15 of the body
  }
  SECTION("the same beside the body") {
    message.mutable_chain()->mutable_blocks(1)->append("\x78\x01");
  }
  SECTION("a wrong signature") {
    auto certificate = from_ledger(message.chain().certificate());
    REQUIRE(certificate.has_value());
    certificate->signatures[0].second.back() ^= 1;
    message.mutable_chain()->set_certificate(to_ledger(*certificate));
  }
  OneCore one;
  one.receive(1, message);
  CHECK(one.ledger().height() == 0);
  REQUIRE(one.blamed().size() == 1);
  CHECK(one.blamed()[0].peer == replica(1));
  CHECK_FALSE(one.halted().has_value());
}

TEST_CASE("catch-up: a notarized block that is unknown is asked for and then executed",
          "[bft][core]") {
  OneCore one;
  one.give_up(1);
  const auto block = one.block(2, "a");
  const Hash id = crypto::sha256(block.header());
  one.votes({VoteKind::kNotarize, 2, id, {}});
  CHECK(one.core().view() == 3);
  REQUIRE_FALSE(one.sent(pb::Message::kWantBlock).empty());
  pb::Message answer;
  answer.set_block(block.SerializeAsString());
  one.receive(3, answer);
  REQUIRE(one.votes_sent(VoteKind::kFinalize).size() == 1);
  CHECK(one.votes_sent(VoteKind::kFinalize)[0].block == id);
}

TEST_CASE("catch-up: a block that was not asked for is not taken", "[bft][core]") {
  OneCore one;
  pb::Message answer;
  answer.set_block(one.block(2, "a").SerializeAsString());
  one.receive(3, answer);
  CHECK(one.core().sizes().blocks == 0);
}

TEST_CASE("catch-up: a missing batch is asked for and the vote follows it", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  pb::Message message = OneCore::proposal(2, one.block(2, "a"));
  const Bytes batch = message.proposal().batches(0).contents();
  message.mutable_proposal()->mutable_batches(0)->clear_contents();
  one.receive(1, message);
  CHECK(one.votes_sent(VoteKind::kNotarize).empty());
  REQUIRE(one.sent(pb::Message::kWantBatches).size() == 1);
  CHECK(one.sent(pb::Message::kWantBatches)[0].first == replica(1));
  one.core().batch_received(replica(2), batch, 1'000'000);
  one.act();
  CHECK(one.votes_sent(VoteKind::kNotarize).size() == 1);
}

TEST_CASE("catch-up: whoever is in a view that is over is told so", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.give_up(2);
  one.pass(1'000'000);
  one.forget_sent();
  pb::Message message;
  message.mutable_position()->set_view(1);
  one.receive(3, message);
  const auto told = one.sent(pb::Message::kCertificates);
  REQUIRE(told.size() == 1);
  CHECK(told[0].first == replica(3));
  CHECK(told[0].second.certificates().certificates_size() == 2);
}

TEST_CASE("catch-up: who waits in vain says again what it said and where it is", "[bft][core]") {
  OneCore one;
  one.give_up(1);
  one.propose(2, one.block(2, "a"));
  one.forget_sent();
  one.pass(10'000'000);
  CHECK_FALSE(one.sent(pb::Message::kPosition).empty());
  CHECK_FALSE(one.votes_sent(VoteKind::kNotarize).empty());
}

TEST_CASE("catch-up: a chain is cut where another set of validators certifies it", "[bft][core]") {
  tenon::v1::BlockHeader header;
  std::vector<CommittedBlock> blocks(4);
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    header.set_height(i);
    header.set_view(i);
    header.set_epoch(i < 3 ? 0 : 1);
    header.set_parent(Hash{}.str());
    tenon::v1::Block block;
    block.set_header(header.SerializeAsString());
    blocks[i] = {block.SerializeAsString(),
                 to_ledger(certificate_of({VoteKind::kFinalize, i, crypto::sha256(block.header()),
                                           crypto::sha256("result")}))};
  }
  const auto frame = encode_chain({"", 0, 1, 3, 1u << 20},
                                  [&](Height height) -> Result<std::optional<CommittedBlock>> {
                                    return height < blocks.size() ? std::optional(blocks[height])
                                                                  : std::optional<CommittedBlock>();
                                  });
  REQUIRE(frame.has_value());
  pb::Message message;
  REQUIRE(message.ParseFromString(*frame));
  CHECK(message.chain().blocks_size() == 2);
  CHECK(message.chain().certificate() == blocks[2].certificate);
}
