#include "common/tree.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "tenon/crypto/sha256.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

using Model = std::map<Hash, Hash>;

// The root by the definition of the tree.
Hash naive_root(Model::const_iterator begin, Model::const_iterator end, std::size_t depth) {
  if (begin == end)
    return merkle::empty_hash();
  if (std::next(begin) == end)
    return merkle::leaf_hash(begin->first, begin->second);
  auto middle = begin;
  while (middle != end && !merkle::bit_at(middle->first, depth))
    ++middle;
  return merkle::inner_hash(naive_root(begin, middle, depth + 1),
                            naive_root(middle, end, depth + 1));
}

std::vector<TreeChange> sorted(const std::map<Hash, std::optional<Hash>>& changes) {
  std::vector<TreeChange> result;
  for (const auto& [key, value] : changes)
    result.push_back({key, value, std::nullopt});
  return result;
}

Hash name(std::uint64_t number) {
  return crypto::sha256(std::to_string(number));
}

} // namespace

TEST_CASE("tree: after any puts and removals the root is that of the definition", "[store]") {
  std::mt19937 random(GENERATE(1u, 2u, 3u));
  Model model;
  Tree tree;
  std::vector<Path> removed;
  for (unsigned block = 0; block < 60; ++block) {
    std::map<Hash, std::optional<Hash>> changes;
    for (auto i = random() % 30; i > 0; --i) {
      const Hash key = name(random() % 120);
      const bool remove = random() % 3 == 0;
      changes[key] = remove ? std::nullopt : std::optional(name(random()));
    }
    auto list = sorted(changes);
    const auto next = tree.apply(list, removed);
    REQUIRE(next.ok());
    for (const TreeChange& change : list) {
      const auto before = model.find(change.key_hash);
      REQUIRE(change.old_value_hash ==
              (before == model.end() ? std::nullopt : std::optional(before->second)));
      if (change.value_hash) {
        model[change.key_hash] = *change.value_hash;
      } else {
        model.erase(change.key_hash);
      }
    }
    tree = *next;
    REQUIRE(tree.root_hash() == naive_root(model.begin(), model.end(), 0));
  }
}

TEST_CASE("tree: every present and absent key has a proof that verifies", "[store]") {
  Model model;
  std::map<Hash, std::optional<Hash>> changes;
  std::vector<Path> removed;
  for (unsigned size = 0; size < 300; size = size * 2 + 1) {
    while (changes.size() < size) {
      const auto i = static_cast<unsigned>(changes.size());
      changes[name(i)] = name(i + 1000);
    }
    auto list = sorted(changes);
    const Tree tree = Tree().apply(list, removed).value();
    for (unsigned i = 0; i < size + 30; ++i) {
      const auto found = tree.find(name(i)).value();
      CHECK(found.has_value() == (i < size));
      const auto proof = tree.prove(name(i)).value();
      REQUIRE(merkle::verify_proof(proof, tree.root_hash(), name(i), found).ok());
    }
  }
}

TEST_CASE("tree: an update leaves every older root as it was", "[store]") {
  std::vector<Path> removed;
  std::vector<TreeChange> first = sorted({{name(1), name(10)}, {name(2), name(20)}});
  const Tree old_tree = Tree().apply(first, removed).value();
  const Hash old_root = old_tree.root_hash();
  std::vector<TreeChange> second = sorted({{name(1), std::nullopt}, {name(3), name(30)}});
  const Tree new_tree = old_tree.apply(second, removed).value();
  CHECK(old_tree.root_hash() == old_root);
  CHECK(old_tree.find(name(1)).value() == name(10));
  CHECK_FALSE(new_tree.find(name(1)).value().has_value());
}

TEST_CASE("tree: a page decodes to what was encoded, and damage is seen", "[store]") {
  Page::Children children;
  children[0] = std::make_shared<Leaf>(name(1), name(2));
  children[7] = std::make_shared<Stub>(name(3));
  children[15] = std::make_shared<Leaf>(name(4), name(5));
  const Page page(children);
  const Bytes encoded = page.encode();
  const auto again = Page::decode(encoded);
  REQUIRE(again.ok());
  CHECK((*again)->hash() == page.hash());
  CHECK((*again)->encode() == encoded);
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    Bytes changed = encoded;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = Page::decode(changed);
    REQUIRE_FALSE((decoded.ok() && (*decoded)->hash() == page.hash()));
  }
}
