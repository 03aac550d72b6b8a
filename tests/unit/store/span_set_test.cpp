#include "common/span_set.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace tenon;
using namespace tenon::store;
using merkle::KeySpan;

namespace {

// Hashes whose last byte is all that differs; the first and the last of all hashes at the ends.
Hash hash_at(unsigned i) {
  if (i == 255)
    return KeySpan::all().last;
  Hash hash;
  hash.bytes[31] = static_cast<std::uint8_t>(i);
  return hash;
}

void add(SpanSet& set, unsigned first, unsigned last) {
  set.apply(set.plan({hash_at(first), hash_at(last)}));
}

} // namespace

TEST_CASE("span set: covers and misses what a set of single hashes does", "[store][import]") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    SpanSet set;
    std::set<unsigned> naive;
    for (int i = 0; i < 12; ++i) {
      unsigned first = static_cast<unsigned>(random() % 255);
      unsigned last = std::min(254u, first + static_cast<unsigned>(random() % 20));
      add(set, first, last);
      for (; first <= last; ++first)
        naive.insert(first);
    }
    std::size_t runs = 0;
    for (const unsigned i : naive)
      runs += naive.contains(i - 1) ? 0u : 1u;
    REQUIRE(set.size() == runs);
    for (unsigned i = 0; i < 255; ++i)
      REQUIRE(set.covers({hash_at(i), hash_at(i)}) == naive.contains(i));
    std::set<unsigned> missing;
    for (const KeySpan& gap : set.missing()) {
      REQUIRE(gap.first <= gap.last);
      for (unsigned i = 0; i < 255; ++i) {
        if (gap.contains(hash_at(i)))
          REQUIRE(missing.insert(i).second);
      }
    }
    for (unsigned i = 0; i < 255; ++i)
      REQUIRE(missing.contains(i) != naive.contains(i));
  }
}

TEST_CASE("span set: everything is missing at first, and nothing once the ends have met",
          "[store][import]") {
  SpanSet set;
  CHECK(set.missing() == std::vector<KeySpan>{KeySpan::all()});
  add(set, 100, 255);
  CHECK(set.missing() == std::vector<KeySpan>{{hash_at(0), hash_at(99)}});
  CHECK_FALSE(set.covers(KeySpan::all()));
  add(set, 0, 99);
  CHECK(set.missing().empty());
  CHECK(set.covers(KeySpan::all()));
  CHECK(set.size() == 1);
}
