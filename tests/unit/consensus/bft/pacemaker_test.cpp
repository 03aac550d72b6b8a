#include <catch2/catch.hpp>

#include "bft/core/pacemaker.hpp"

using namespace tenon::consensus::bft;

TEST_CASE("pacemaker: delta has a floor and a cap", "[bft][pacemaker]") {
  Pacemaker pace(20'000, 2'000'000);
  CHECK(pace.delta_us() == 20'000);
  for (int i = 0; i < 100; ++i)
    pace.view_nullified();
  CHECK(pace.delta_us() == 2'000'000);
}

TEST_CASE("pacemaker: delta grows with views in vain and falls back with one that is not",
          "[bft][pacemaker]") {
  Pacemaker pace(20'000, 2'000'000);
  pace.view_nullified();
  CHECK(pace.delta_us() == 20'000); // once is no pattern
  pace.view_nullified();
  pace.view_nullified();
  CHECK(pace.delta_us() == 45'000);
  pace.view_notarized(std::nullopt);
  CHECK(pace.delta_us() == 20'000);
}

TEST_CASE("pacemaker: delta follows what views take", "[bft][pacemaker]") {
  Pacemaker pace(1'000, 10'000'000);
  for (int i = 0; i < 100; ++i)
    pace.view_notarized(200'000);
  const TimeUs slow = pace.delta_us();
  CHECK(slow >= 100'000);
  for (int i = 0; i < 100; ++i)
    pace.view_notarized(2'000);
  CHECK(pace.delta_us() < slow / 10);
}

TEST_CASE("pacemaker: patience with leaders does not make repetition slow", "[bft][pacemaker]") {
  Pacemaker pace(20'000, 60'000'000);
  for (int i = 0; i < 100; ++i)
    pace.view_nullified();
  CHECK(pace.proposal_wait_us() > 10'000'000);
  CHECK(pace.resend_wait_us() <= 1'000'000);
  CHECK(pace.retry_wait_us() <= 500'000);
}

TEST_CASE("pacemaker: a leader that missed its turn is silent until it is heard of after its term",
          "[bft][pacemaker]") {
  Pacemaker pace(20'000, 2'000'000);
  CHECK_FALSE(pace.silent(1));
  pace.missed(1, /*last_of_term=*/8);
  CHECK(pace.silent(1));
  CHECK_FALSE(pace.silent(2));
  pace.heard(1, /*view=*/8);
  CHECK(pace.silent(1));
  pace.heard(1, /*view=*/9);
  CHECK_FALSE(pace.silent(1));
  pace.missed(2, 8);
  pace.reset();
  CHECK_FALSE(pace.silent(2));
}
