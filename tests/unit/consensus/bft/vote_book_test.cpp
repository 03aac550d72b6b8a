#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

struct Book {
  Committee committee{Hash{}, four_validators(), crypto::sha256(replica(0)).view(), 1};
  SimulatedScheme scheme{crypto::sha256(replica(0)).str()};
  VoteBook book{committee, scheme};
  std::vector<ValidatorIndex> liars;

  const Certificate* certificate(VoteKind kind, View view) {
    return book.certificate(kind, view, liars);
  }
};

const VoteSubject kNullify{VoteKind::kNullify, 5, {}, {}};

VoteSubject notarize(const char* block) {
  return {VoteKind::kNotarize, 5, crypto::sha256(block), {}};
}

} // namespace

TEST_CASE("vote book: a quorum of votes makes a certificate by ascending validator",
          "[bft][vote_book]") {
  Book b;
  for (const ValidatorIndex i : {3u, 1u})
    CHECK(b.book.add(vote_of(i, kNullify), false).news);
  CHECK(b.certificate(VoteKind::kNullify, 5) == nullptr);
  b.book.add(vote_of(2, kNullify), false);
  const Certificate* const certificate = b.certificate(VoteKind::kNullify, 5);
  REQUIRE(certificate != nullptr);
  CHECK(b.committee.verify(b.scheme, *certificate));
  CHECK(certificate->signatures[0].first == 1);
  CHECK(certificate->signatures[2].first == 3);
  CHECK(b.book.is_over(5));
}

TEST_CASE("vote book: a vote that comes twice counts once", "[bft][vote_book]") {
  Book b;
  CHECK(b.book.add(vote_of(1, kNullify), false).news);
  CHECK_FALSE(b.book.add(vote_of(1, kNullify), false).news);
  CHECK(b.book.votes(VoteKind::kNullify, 5) == 1);
}

TEST_CASE("vote book: votes for different blocks do not add up", "[bft][vote_book]") {
  Book b;
  b.book.add(vote_of(1, notarize("a")), false);
  b.book.add(vote_of(2, notarize("a")), false);
  b.book.add(vote_of(3, notarize("b")), false);
  CHECK(b.certificate(VoteKind::kNotarize, 5) == nullptr);
}

TEST_CASE("vote book: a wrong signature frees its slot and names its sender", "[bft][vote_book]") {
  Book b;
  Vote forged = vote_of(1, kNullify);
  forged.signature.back() ^= 1;
  b.book.add(forged, false);
  b.book.add(vote_of(2, kNullify), false);
  b.book.add(vote_of(3, kNullify), false);
  CHECK(b.certificate(VoteKind::kNullify, 5) == nullptr);
  CHECK(b.liars == std::vector<ValidatorIndex>{1});
  b.book.add(vote_of(1, kNullify), false);
  CHECK(b.certificate(VoteKind::kNullify, 5) != nullptr);
}

TEST_CASE("vote book: contradictions are evidence when both votes are signed", "[bft][vote_book]") {
  Book b;
  b.book.add(vote_of(1, notarize("a")), false);
  SECTION("two blocks of one view") {
    const auto added = b.book.add(vote_of(1, notarize("b")), false);
    CHECK_FALSE(added.news);
    CHECK(added.evidence.has_value());
  }
  SECTION("a second vote that is not signed proves nothing") {
    Vote forged = vote_of(1, notarize("b"));
    forged.signature.back() ^= 1;
    CHECK_FALSE(b.book.add(forged, false).evidence.has_value());
  }
  SECTION("NULLIFY after NOTARIZE is allowed") {
    const auto added = b.book.add(vote_of(1, kNullify), false);
    CHECK(added.news);
    CHECK_FALSE(added.evidence.has_value());
  }
  SECTION("FINALIZE after NULLIFY is not") {
    b.book.add(vote_of(1, kNullify), false);
    const VoteSubject finalize{VoteKind::kFinalize, 5, crypto::sha256("a"), crypto::sha256("r")};
    CHECK(b.book.add(vote_of(1, finalize), false).evidence.has_value());
  }
}

TEST_CASE("vote book: one validator's contradictions are looked into a few times only",
          "[bft][vote_book]") {
  Book b;
  b.book.add(vote_of(1, notarize("a")), false);
  int found = 0;
  for (int i = 0; i < 100; ++i)
    found += b.book.add(vote_of(1, notarize(std::to_string(i).c_str())), false).evidence ? 1 : 0;
  CHECK(found > 0);
  CHECK(found < 10);
}

TEST_CASE("vote book: what is forgotten is gone and what is later stays", "[bft][vote_book]") {
  Book b;
  b.book.own(4).nullified = true;
  b.book.own(6).nullified = true;
  b.book.forget_below(6);
  CHECK(b.book.find_own(4) == nullptr);
  REQUIRE(b.book.find_own(6) != nullptr);
  CHECK(b.book.find_own(6)->nullified);
  CHECK(b.book.size() == 1);
  CHECK(b.book.highest() == 6);
}
