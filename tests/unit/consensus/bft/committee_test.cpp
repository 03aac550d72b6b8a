#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

Committee committee_of(ValidatorIndex own, std::uint64_t term_length = 1) {
  return {Hash{}, four_validators(), crypto::sha256(replica(own)).view(), term_length};
}

} // namespace

TEST_CASE("committee: two quorums share an honest validator", "[bft][committee]") {
  for (const auto& [size, liars] : {std::pair(4, 1), {6, 1}, {7, 2}, {10, 3}, {31, 10}, {1, 0}}) {
    tenon::v1::ValidatorSet set;
    set.set_max_byzantine(static_cast<std::uint32_t>(liars));
    for (int i = 0; i < size; ++i)
      set.add_validators()->set_name(std::to_string(i));
    const Committee committee(Hash{}, set, "nobody", 1);
    const auto quorum = static_cast<int>(committee.quorum());
    CHECK(2 * quorum - size >= liars + 1);
    CHECK(quorum <= size - liars);
  }
}

TEST_CASE("committee: the leader rotates, and stays for its term", "[bft][committee]") {
  CHECK(committee_of(0).leader(1) == 0);
  CHECK(committee_of(0).leader(2) == 1);
  CHECK(committee_of(0).leader(5) == 0);
  CHECK(committee_of(0, 4).leader(4) == 0);
  CHECK(committee_of(0, 4).leader(5) == 1);
}

TEST_CASE("committee: who is not in the set follows without a vote", "[bft][committee]") {
  CHECK(committee_of(2).own() == 2u);
  CHECK_FALSE(committee_of(9).own().has_value());
  CHECK(committee_of(0).index_of("replica3") == 3u);
  CHECK_FALSE(committee_of(0).index_of("replica9").has_value());
}

TEST_CASE("committee: a certificate needs a quorum of different validators' signatures",
          "[bft][committee]") {
  const Committee committee = committee_of(0);
  SimulatedScheme scheme(crypto::sha256(replica(0)).str());
  Certificate certificate = certificate_of({VoteKind::kNullify, 3, {}, {}});
  CHECK(committee.verify(scheme, certificate));
  SECTION("fewer") {
    certificate.signatures.pop_back();
  }
  SECTION("one twice") {
    certificate.signatures[1] = certificate.signatures[0];
  }
  SECTION("of nobody") {
    certificate.signatures[2].first = 7;
  }
  SECTION("of another view") {
    certificate.subject.view = 4;
  }
  SECTION("of another kind") {
    certificate.subject = {VoteKind::kNotarize, 3, crypto::sha256("a"), {}};
  }
  CHECK_FALSE(committee.verify(scheme, certificate));
}

TEST_CASE("committee: votes of another epoch do not count in this one", "[bft][committee]") {
  const Committee committee = committee_of(0);
  SimulatedScheme scheme(crypto::sha256(replica(0)).str());
  CHECK_FALSE(committee.verify(scheme, certificate_of({VoteKind::kNullify, 3, {}, {}}, 1)));
  CHECK_FALSE(committee.verify(
      scheme, certificate_of({VoteKind::kNotarize, 3, crypto::sha256("a"), {}}, 1)));
}
