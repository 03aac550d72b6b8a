#include <catch2/catch.hpp>
#include <set>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

TEST_CASE("types: what a vote signs differs with each thing that it says", "[bft][types]") {
  const Hash a = crypto::sha256("a");
  const Hash b = crypto::sha256("b");
  const std::vector<Bytes> signed_bytes = {
      signing_bytes(Hash{}, 1, {VoteKind::kNotarize, 7, a, {}}),
      signing_bytes(Hash{}, 1, {VoteKind::kNotarize, 8, a, {}}),
      signing_bytes(Hash{}, 1, {VoteKind::kNotarize, 7, b, {}}),
      signing_bytes(Hash{}, 2, {VoteKind::kNotarize, 7, a, {}}),
      signing_bytes(a, 1, {VoteKind::kNotarize, 7, a, {}}),
      signing_bytes(Hash{}, 1, {VoteKind::kNullify, 7, {}, {}}),
      signing_bytes(Hash{}, 2, {VoteKind::kNullify, 7, {}, {}}),
      signing_bytes(Hash{}, 1, {VoteKind::kFinalize, 7, a, b}),
      signing_bytes(Hash{}, 1, {VoteKind::kFinalize, 7, a, a}),
      signing_bytes(Hash{}, 1, {VoteKind::kFinalize, 8, a, b}),
  };
  CHECK(std::set<Bytes>(signed_bytes.begin(), signed_bytes.end()).size() == signed_bytes.size());
}

TEST_CASE("types: votes and certificates come back from their messages", "[bft][types]") {
  for (const VoteSubject& subject :
       {VoteSubject{VoteKind::kNotarize, 3, crypto::sha256("a"), {}},
        VoteSubject{VoteKind::kNullify, 3, {}, {}},
        VoteSubject{VoteKind::kFinalize, 3, crypto::sha256("a"), crypto::sha256("b")}}) {
    pb::Vote vote;
    to_message(vote_of(2, subject), vote);
    REQUIRE(from_message(vote).has_value());
    CHECK(from_message(vote)->subject == subject);
    pb::Certificate certificate;
    to_message(certificate_of(subject), certificate);
    REQUIRE(from_message(certificate).has_value());
    CHECK(from_message(certificate)->signatures == certificate_of(subject).signatures);
  }
}

TEST_CASE("types: a finality certificate comes back from the ledger", "[bft][types]") {
  const VoteSubject subject{VoteKind::kFinalize, 3, crypto::sha256("a"), crypto::sha256("b")};
  const auto back = from_ledger(to_ledger(certificate_of(subject)));
  REQUIRE(back.has_value());
  CHECK(back->subject == subject);
  CHECK(back->signatures.size() == 3);
  CHECK_FALSE(from_ledger("").has_value());
}

TEST_CASE("types: messages of impossible form are refused", "[bft][types]") {
  pb::Vote vote;
  to_message(vote_of(2, {VoteKind::kFinalize, 3, crypto::sha256("a"), crypto::sha256("b")}), vote);
  SECTION("no kind") {
    vote.set_kind(pb::VOTE_KIND_UNSPECIFIED);
  }
  SECTION("no view") {
    vote.set_view(0);
  }
  SECTION("no block") {
    vote.clear_block_id();
  }
  SECTION("half a block") {
    vote.set_block_id("half");
  }
  SECTION("no result") {
    vote.clear_result_hash();
  }
  SECTION("NULLIFY of a block") {
    vote.set_kind(pb::NULLIFY);
  }
  SECTION("NOTARIZE with a result") {
    vote.set_kind(pb::NOTARIZE);
  }
  SECTION("a short signature") {
    vote.set_signature("short");
  }
  CHECK_FALSE(from_message(vote).has_value());
}

TEST_CASE("types: a certificate names each validator once, in order", "[bft][types]") {
  pb::Certificate message;
  to_message(certificate_of({VoteKind::kNullify, 3, {}, {}}), message);
  SECTION("twice") {
    *message.add_signatures() = message.signatures(2);
  }
  SECTION("backwards") {
    message.mutable_signatures()->SwapElements(0, 1);
  }
  CHECK_FALSE(from_message(message).has_value());
}
