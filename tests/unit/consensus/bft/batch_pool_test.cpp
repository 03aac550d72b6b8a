#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;
using Added = BatchPool::Added;

namespace {

BatchPool::Added add(BatchPool& pool, const std::string& name, std::size_t size = 100,
                     const std::string& origin = "n1", TimeUs now_us = 0) {
  return pool.add(crypto::sha256(name), simulation::batch_of({name + std::string(size, '.')}),
                  origin, now_us);
}

const BatchPool::Space kWide{1u << 20, 1'000, 1u << 20, 2};

} // namespace

TEST_CASE("batch pool: batches are chosen in the order in which they came", "[bft][batch_pool]") {
  BatchPool pool({});
  for (const char* const name : {"c", "a", "b"})
    CHECK(add(pool, name) == Added::kNew);
  const auto chosen = pool.choose(kWide, {});
  REQUIRE(chosen.size() == 3);
  CHECK(chosen[0].digest == crypto::sha256("c"));
  CHECK(chosen[2].digest == crypto::sha256("b"));
}

TEST_CASE("batch pool: what the branch has already is not chosen again", "[bft][batch_pool]") {
  BatchPool pool({});
  add(pool, "a");
  add(pool, "b");
  const BatchPool::Digests taken{crypto::sha256("a")};
  const auto chosen = pool.choose(kWide, taken);
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].digest == crypto::sha256("b"));
  CHECK(pool.has_other_than(taken));
  CHECK_FALSE(pool.has_other_than({crypto::sha256("a"), crypto::sha256("b")}));
}

TEST_CASE("batch pool: a block takes what fits, and the first one always", "[bft][batch_pool]") {
  BatchPool pool({});
  add(pool, "a", 1'000);
  add(pool, "b", 1'000);
  CHECK(pool.choose({10, 1'000, 1u << 20, 2}, {}).size() == 1);
  CHECK(pool.choose({1u << 20, 1, 1u << 20, 2}, {}).size() == 1);
  CHECK(pool.choose(kWide, {}).size() == 2);
}

TEST_CASE("batch pool: contents go along only while too few hold the batch", "[bft][batch_pool]") {
  BatchPool pool({});
  add(pool, "a");
  pool.acknowledge(crypto::sha256("a"), 1);
  pool.acknowledge(crypto::sha256("a"), 1);
  CHECK(pool.choose(kWide, {})[0].contents);
  pool.acknowledge(crypto::sha256("a"), 2);
  CHECK_FALSE(pool.choose(kWide, {})[0].contents);
}

TEST_CASE("batch pool: batches that would not fit inline wait for their holders",
          "[bft][batch_pool]") {
  BatchPool pool({});
  add(pool, "a", 500);
  add(pool, "b", 500);
  BatchPool::Space space = kWide;
  space.max_inline_bytes = 600;
  CHECK(pool.choose(space, {}).size() == 1);
  pool.acknowledge(crypto::sha256("b"), 1);
  pool.acknowledge(crypto::sha256("b"), 2);
  CHECK(pool.choose(space, {}).size() == 2);
}

TEST_CASE("batch pool: one origin fills its own window only", "[bft][batch_pool]") {
  BatchPool pool({.max_origin_bytes = 300, .max_remembered = 10});
  CHECK(add(pool, "a") == Added::kNew);
  CHECK(add(pool, "b") == Added::kNew);
  CHECK(add(pool, "c", 200) == Added::kFull);
  CHECK(add(pool, "d", 200, "n2") == Added::kNew);
  // A batch of any size may wait alone.
  CHECK(add(pool, "e", 5'000, "n3") == Added::kNew);
  pool.finish(crypto::sha256("a"));
  pool.finish(crypto::sha256("b"));
  CHECK(add(pool, "c", 200) == Added::kNew);
}

TEST_CASE("batch pool: what is final is let go of and not taken in again", "[bft][batch_pool]") {
  BatchPool pool({});
  add(pool, "a");
  pool.finish(crypto::sha256("a"));
  CHECK(pool.size() == 0);
  CHECK(pool.bytes() == 0);
  CHECK(pool.bytes_of("n1") == 0);
  CHECK(add(pool, "a") == Added::kFinal);
}

TEST_CASE("batch pool: only the latest final batches are remembered", "[bft][batch_pool]") {
  BatchPool pool({.max_origin_bytes = 1u << 20, .max_remembered = 2});
  for (const char* const name : {"a", "b", "c"}) {
    add(pool, name);
    pool.finish(crypto::sha256(name));
  }
  CHECK(add(pool, "a") == Added::kNew);
  CHECK(add(pool, "c") == Added::kFinal);
}

TEST_CASE("batch pool: what one origin waits for is told by age and size", "[bft][batch_pool]") {
  BatchPool pool({});
  add(pool, "a", 100, "n1", 10);
  add(pool, "b", 100, "n2", 20);
  add(pool, "c", 100, "n1", 30);
  CHECK(pool.waiting_of("n1", 100, 1'000).size() == 2);
  CHECK(pool.waiting_of("n1", 30, 1'000).size() == 1);
  CHECK(pool.waiting_of("n1", 100, 1).size() == 1);
  CHECK(pool.oldest_us() == 10u);
}

TEST_CASE("batch pool: transactions are counted without being decoded", "[bft][batch_pool]") {
  CHECK(count_transactions(simulation::batch_of({"a", "b", "c"})) == 3u);
  CHECK(count_transactions("") == 0u);
  CHECK_FALSE(count_transactions("\xff\xff").has_value());
}
