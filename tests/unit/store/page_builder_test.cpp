#include "common/tree/page_builder.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "common/tree/tree.hpp"
#include "tenon/crypto/sha256.hpp"
#include "unit/store/map_source.hpp"

using namespace tenon;
using namespace tenon::store;
using merkle::KeySpan;

namespace {

// Some of the keys share long beginnings.
std::map<Hash, Hash> random_leaves(std::mt19937& random, std::size_t count) {
  std::map<Hash, Hash> leaves;
  const Hash pattern = crypto::sha256(std::to_string(random()));
  while (leaves.size() < count) {
    Hash key = crypto::sha256(std::to_string(random()));
    if (random() % 2 == 0)
      std::copy_n(pattern.bytes.begin(), random() % 32, key.bytes.begin());
    leaves[key] = crypto::sha256(std::to_string(random()));
  }
  return leaves;
}

Tree tree_of(const std::map<Hash, Hash>& leaves) {
  std::vector<TreeChange> changes;
  for (const auto& [key, value] : leaves)
    changes.push_back({key, value, std::nullopt});
  std::vector<Path> removed;
  return Tree().apply(changes, removed).value();
}

Tree built(const std::map<Hash, Hash>& leaves, MapSource& source) {
  PageBuilder builder;
  const auto emit = [&](const Path& path, const Page& page) {
    REQUIRE(source.pages.emplace(encode_path(path), page.encode()).second);
    return Status();
  };
  for (const auto& [key, value] : leaves)
    REQUIRE(builder.add(Leaf(key, value), emit).ok());
  return Tree(borrowed(source), builder.finish(emit).value());
}

} // namespace

TEST_CASE("page builder: leaves in order give the pages and the root that updates give",
          "[store][tree]") {
  std::mt19937 random(2);
  for (std::size_t count : {0u, 1u, 2u, 3u, 5u, 17u, 40u, 300u}) {
    for (int round = 0; round < 10; ++round) {
      const auto leaves = random_leaves(random, count);
      const Tree expected = tree_of(leaves);
      MapSource source;
      const Tree tree = built(leaves, source);
      REQUIRE(tree.root_hash() == expected.root_hash());
      REQUIRE(source.pages == unwritten_pages(expected));
    }
  }
}

TEST_CASE("page builder: parts made by different builders have the pages and the root of the whole",
          "[store][tree]") {
  std::mt19937 random(3);
  for (std::size_t count : {0u, 1u, 2u, 3u, 9u, 300u}) {
    for (std::size_t parts : {2u, 4u, 16u}) {
      const auto leaves = random_leaves(random, count);
      MapSource whole;
      const Hash expected = built(leaves, whole).root_hash();
      MapSource source;
      const auto emit = [&](const Path& path, const Page& page) {
        REQUIRE(source.pages.emplace(encode_path(path), page.encode()).second);
        return Status();
      };
      Page::Places slots;
      for (std::size_t part = 0; part < parts; ++part) {
        PageBuilder builder;
        for (const auto& [key, value] : leaves) {
          if (key.bytes[0] * parts / 256 == part)
            REQUIRE(builder.add(Leaf(key, value), emit).ok());
        }
        const auto found = builder.finish_slots(emit);
        REQUIRE(found.ok());
        for (std::size_t i = 0; i < slots.size(); ++i) {
          REQUIRE((slots[i].empty() || (*found)[i].empty()));
          if (!(*found)[i].empty())
            slots[i] = (*found)[i];
        }
      }
      REQUIRE(PageBuilder::root_of(slots, emit)->hash() == expected);
      REQUIRE(source.pages == whole.pages);
    }
  }
}

TEST_CASE("page builder: leaves that do not ascend are a fault", "[store][tree]") {
  PageBuilder builder;
  const auto emit = [](const Path&, const Page&) { return Status(); };
  const Hash key = crypto::sha256("key");
  REQUIRE(builder.add(Leaf(key, key), emit).ok());
  CHECK(builder.add(Leaf(key, key), emit).fault());
}

TEST_CASE("tree: leaves are visited in order from any hash, and proofs of their ranges verify",
          "[store][tree]") {
  std::mt19937 random(4);
  for (std::size_t count : {0u, 1u, 2u, 9u, 60u}) {
    const auto leaves = random_leaves(random, count);
    MapSource source;
    const Tree tree = built(leaves, source); // pages that have to be loaded
    for (int round = 0; round < 30; ++round) {
      Hash first = crypto::sha256("from " + std::to_string(random()));
      if (round % 3 != 0 && !leaves.empty())
        first = std::next(leaves.begin(), static_cast<std::ptrdiff_t>(random() % count))->first;
      if (round % 3 == 2)
        first = merkle::next_hash(first).value_or(first);
      const std::size_t limit = random() % 8 + 1;
      std::vector<merkle::RangeLeaf> seen;
      REQUIRE(tree.visit_from(first, [&](const Leaf& leaf) -> Result<bool> {
                    seen.push_back({leaf.key_hash, leaf.value_hash});
                    return seen.size() < limit;
                  })
                  .ok());
      auto expected = leaves.lower_bound(first);
      for (const merkle::RangeLeaf& leaf : seen) {
        REQUIRE(leaf.key_hash == expected->first);
        REQUIRE(leaf.value_hash == expected->second);
        ++expected;
      }
      REQUIRE((seen.size() == limit || expected == leaves.end()));
      const KeySpan range{first, expected == leaves.end() ? KeySpan::all().last
                                                          : seen.back().key_hash};
      const auto proof = tree.prove_range(range);
      REQUIRE(proof.ok());
      REQUIRE(merkle::verify_range_proof(*proof, tree.root_hash(), range, seen).ok());
    }
  }
}
