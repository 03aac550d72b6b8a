#include "common/tree/tree.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/full_run.hpp"
#include "unit/store/map_source.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

using Leaves = std::map<Hash, Hash>;

// The tree by its definition: the oracle.
Hash naive_root(std::span<const std::pair<Hash, Hash>> leaves, std::size_t depth) {
  if (leaves.empty())
    return merkle::empty_hash();
  if (leaves.size() == 1)
    return merkle::leaf_hash(leaves[0].first, leaves[0].second);
  std::size_t split = 0;
  while (split < leaves.size() && !merkle::bit_at(leaves[split].first, depth))
    ++split;
  return merkle::inner_hash(naive_root(leaves.first(split), depth + 1),
                            naive_root(leaves.subspan(split), depth + 1));
}

Hash naive_root(const Leaves& leaves) {
  return naive_root(std::vector<std::pair<Hash, Hash>>(leaves.begin(), leaves.end()), 0);
}

// Key hashes that share long prefixes, as real ones hardly ever do: `bits` leading bits are one of
// two patterns, what follows is random.
Hash crowded_key(std::mt19937& random, std::size_t bits) {
  Hash key = crypto::sha256(std::to_string(random()));
  const Hash pattern = crypto::sha256(std::to_string(random() % 2));
  for (std::size_t i = 0; i < bits; ++i) {
    const auto mask = static_cast<std::uint8_t>(0x80u >> (i % 8));
    key.bytes[i / 8] =
        static_cast<std::uint8_t>((key.bytes[i / 8] & ~mask) | (pattern.bytes[i / 8] & mask));
  }
  return key;
}

std::vector<TreeChange> sorted_changes(const std::map<Hash, std::optional<Hash>>& changes) {
  std::vector<TreeChange> result;
  for (const auto& [key, value] : changes)
    result.push_back({key, value, std::nullopt});
  return result;
}

Result<Tree> with_changes(const Tree& tree, const std::map<Hash, std::optional<Hash>>& changes) {
  std::vector<TreeChange> list = sorted_changes(changes);
  std::vector<Path> removed;
  return tree.apply(list, removed);
}

Tree tree_of(const Leaves& leaves) {
  std::map<Hash, std::optional<Hash>> changes(leaves.begin(), leaves.end());
  return with_changes(Tree(), changes).value();
}

Leaves random_leaves(std::mt19937& random, std::size_t count, std::size_t shared_bits) {
  Leaves leaves;
  while (leaves.size() < count)
    leaves[crowded_key(random, shared_bits)] = crypto::sha256(std::to_string(random()));
  return leaves;
}

using Claims = std::vector<merkle::KeyClaim>;

// What up to `count` keys have, half of them present.
Claims random_claims(std::mt19937& random, const Leaves& leaves, std::size_t count,
                     std::size_t shared_bits) {
  std::map<Hash, std::optional<Hash>> claims;
  for (std::size_t i = 0; i < count; ++i) {
    Hash key = crowded_key(random, shared_bits);
    if (random() % 2 == 0 && !leaves.empty())
      key = std::next(leaves.begin(), static_cast<long>(random() % leaves.size()))->first;
    const auto leaf = leaves.find(key);
    claims[key] = leaf == leaves.end() ? std::nullopt : std::optional(leaf->second);
  }
  Claims result;
  for (const auto& [key, value] : claims)
    result.push_back({key, value});
  return result;
}

std::vector<Hash> keys_of(const Claims& claims) {
  std::vector<Hash> keys;
  for (const merkle::KeyClaim& claim : claims)
    keys.push_back(claim.key_hash);
  return keys;
}

Bytes naive_multi_proof(const Leaves& leaves, const Claims& claims) {
  std::vector<merkle::RangeLeaf> list;
  for (const auto& [key, value] : leaves)
    list.push_back({key, value});
  const auto lookup = [&](const merkle::KeySpan& place,
                          std::size_t depth) -> Result<merkle::TreeNode> {
    return merkle::node_of_leaves(list, place, depth);
  };
  return merkle::encode_multi_proof(merkle::make_multi_proof(keys_of(claims), lookup).value());
}

// Counts how often each page is read.
class CountingSource final : public PageSource {
public:
  explicit CountingSource(const PageSource& pages) : pages_(pages) {}
  [[nodiscard]] Result<Bytes> load_page(const Path& path) const override {
    ++loads[encode_path(path)];
    return pages_.load_page(path);
  }
  mutable std::map<Bytes, int> loads;

private:
  const PageSource& pages_;
};

} // namespace

TEST_CASE("tree: random puts and removals keep the root of the definition", "[store][tree]") {
  for (const std::size_t shared_bits : {0u, 1u, 3u, 7u, 30u, 64u, 200u, 250u}) {
    std::mt19937 random(static_cast<unsigned>(shared_bits));
    std::vector<Hash> keys;
    for (int i = 0; i < 60; ++i)
      keys.push_back(crowded_key(random, shared_bits));
    Leaves leaves;
    Tree tree;
    std::vector<std::pair<Tree, Leaves>> versions;
    for (int block = 0; block < (testkit::full_run() ? 400 : 60); ++block) {
      std::map<Hash, std::optional<Hash>> changes;
      for (auto i = random() % 20; i > 0; --i) {
        changes[keys[random() % keys.size()]] =
            random() % 2 == 0 ? std::nullopt
                              : std::optional(crypto::sha256(std::to_string(random())));
      }
      std::vector<TreeChange> list = sorted_changes(changes);
      std::vector<Path> removed;
      tree = tree.apply(list, removed).value();
      for (const TreeChange& change : list) {
        const auto before = leaves.find(change.key_hash);
        REQUIRE(change.old_value_hash ==
                (before == leaves.end() ? std::nullopt : std::optional(before->second)));
      }
      for (const auto& [key, value] : changes) {
        if (value)
          leaves[key] = *value;
        else
          leaves.erase(key);
      }
      REQUIRE(tree.root_hash() == naive_root(leaves));
      versions.emplace_back(tree, leaves);
      // Older versions are untouched by newer ones.
      const auto& [old_tree, old_leaves] = versions[random() % versions.size()];
      REQUIRE(old_tree.root_hash() == naive_root(old_leaves));
      for (const Hash& key : keys) {
        const auto found = old_leaves.find(key);
        REQUIRE(old_tree.find(key).value() ==
                (found == old_leaves.end() ? std::nullopt : std::optional(found->second)));
      }
    }
  }
}

TEST_CASE("tree: changes applied backward lead back to every earlier root", "[store][tree]") {
  std::mt19937 random(2);
  Tree tree = tree_of(random_leaves(random, 50, 5));
  std::vector<std::pair<Hash, std::vector<TreeChange>>> undo;
  std::vector<Path> removed;
  for (int block = 0; block < 50; ++block) {
    std::map<Hash, std::optional<Hash>> changes;
    for (int i = 0; i < 10; ++i) {
      changes[crowded_key(random, 5)] =
          random() % 3 == 0 ? std::nullopt : std::optional(crypto::sha256(std::to_string(i)));
    }
    std::vector<TreeChange> list = sorted_changes(changes);
    const Hash before = tree.root_hash();
    tree = tree.apply(list, removed).value();
    for (TreeChange& change : list)
      std::swap(change.value_hash, change.old_value_hash);
    undo.emplace_back(before, std::move(list));
  }
  for (auto step = undo.rbegin(); step != undo.rend(); ++step) {
    tree = tree.apply(step->second, removed).value();
    REQUIRE(tree.root_hash() == step->first);
  }
}

TEST_CASE("tree: proofs of every key verify, and none with a flipped bit does", "[store][tree]") {
  for (const std::size_t count : {0u, 1u, 2u, 3u, 17u, 40u}) {
    for (const std::size_t shared_bits : {0u, 9u}) {
      std::mt19937 random(static_cast<unsigned>(count));
      const Leaves leaves = random_leaves(random, count, shared_bits);
      const Tree tree = tree_of(leaves);
      std::vector<std::pair<Hash, std::optional<Hash>>> questions(leaves.begin(), leaves.end());
      for (int i = 0; i < 10; ++i)
        questions.emplace_back(crowded_key(random, shared_bits), std::nullopt);
      for (std::size_t q = 0; q < questions.size(); ++q) {
        const auto& [key, value] = questions[q];
        const merkle::SparseProof proof = tree.prove(key).value();
        REQUIRE(merkle::verify_proof(proof, tree.root_hash(), key, value).ok());
        Bytes encoded = merkle::encode_proof(proof);
        // Every bit of a few proofs; every bit of all of them takes a full run.
        for (std::size_t bit = q % 5 == 0 || testkit::full_run() ? 0 : encoded.size() * 8;
             bit < encoded.size() * 8; ++bit) {
          encoded[bit / 8] = static_cast<char>(encoded[bit / 8] ^ (1 << (bit % 8)));
          const auto changed = merkle::decode_proof(encoded);
          REQUIRE_FALSE(
              (changed.ok() && merkle::verify_proof(*changed, tree.root_hash(), key, value).ok()));
          encoded[bit / 8] = static_cast<char>(encoded[bit / 8] ^ (1 << (bit % 8)));
        }
      }
    }
  }
}

TEST_CASE("tree: one proof of many keys, present and absent, is that of the definition",
          "[store][tree]") {
  for (const std::size_t count : {0u, 1u, 2u, 9u, 60u}) {
    for (const std::size_t shared_bits : {0u, 3u, 9u, 100u, 250u}) {
      std::mt19937 random(static_cast<unsigned>(count + shared_bits));
      const Leaves leaves = random_leaves(random, count, shared_bits);
      const Tree built = tree_of(leaves);
      MapSource source;
      source.pages = unwritten_pages(built);
      const Tree reopened(borrowed(source), built.root());
      for (const std::size_t asked : {1u, 2u, 40u, 300u}) {
        const Claims claims = random_claims(random, leaves, asked, shared_bits);
        const Bytes expected = naive_multi_proof(leaves, claims);
        for (const Tree* tree : {&built, &reopened}) {
          const merkle::MultiProof proof = tree->prove_many(keys_of(claims)).value();
          REQUIRE(merkle::verify_multi_proof(proof, built.root_hash(), claims).ok());
          REQUIRE(merkle::encode_multi_proof(proof) == expected);
        }
      }
    }
  }
}

TEST_CASE("tree: one proof of many keys reads each page on their paths once", "[store][tree]") {
  std::mt19937 random(8);
  const Leaves leaves = random_leaves(random, 500, 2);
  const Tree built = tree_of(leaves);
  MapSource source;
  source.pages = unwritten_pages(built);
  const CountingSource counting(source);
  const Tree reopened(borrowed(counting), built.root());
  std::vector<Hash> keys;
  for (const auto& [key, value] : leaves)
    keys.push_back(key);
  REQUIRE(reopened.prove_many(keys).ok());
  CHECK(counting.loads.size() == source.pages.size());
  for (const auto& [path, loads] : counting.loads)
    CHECK(loads == 1);
}

TEST_CASE("tree: one proof of many keys is smaller than a proof of each", "[store][tree]") {
  std::mt19937 random(10);
  const Leaves leaves = random_leaves(random, 2000, 1);
  const Tree tree = tree_of(leaves);
  const Claims claims = random_claims(random, leaves, 200, 1);
  const std::size_t together =
      merkle::encode_multi_proof(tree.prove_many(keys_of(claims)).value()).size();
  std::size_t apart = 0;
  for (const merkle::KeyClaim& claim : claims)
    apart += merkle::encode_proof(tree.prove(claim.key_hash).value()).size();
  CHECK(together * 3 < apart * 2);
}

TEST_CASE("tree: a proof of many keys is refused of none, of a key twice and out of order",
          "[store][tree]") {
  std::mt19937 random(9);
  const Tree tree = tree_of(random_leaves(random, 5, 0));
  const Hash low;
  const Hash high = merkle::KeySpan::all().last;
  for (const std::vector<Hash>& keys :
       {std::vector<Hash>(), std::vector<Hash>{low, low}, std::vector<Hash>{high, low}}) {
    const auto proof = tree.prove_many(keys);
    CHECK(proof.status().code() == Code::kInvalidArgument);
  }
  CHECK(tree.prove_many(std::vector<Hash>{low, high}).ok());
}

TEST_CASE("tree: pages read back from disk give the same tree, and damaged ones are refused",
          "[store][tree]") {
  std::mt19937 random(4);
  const Leaves leaves = random_leaves(random, 300, 6);
  const Tree built = tree_of(leaves);
  MapSource source;
  source.pages = unwritten_pages(built);
  const auto reopened = [&] {
    return Tree(borrowed(source), Place(built.root_hash()));
  };
  for (const auto& [key, value] : leaves)
    REQUIRE(reopened().find(key).value() == value);
  const Hash extra = crypto::sha256("one more");
  std::map<Hash, std::optional<Hash>> change = {{extra, extra}};
  Leaves more = leaves;
  more[extra] = extra;
  REQUIRE(with_changes(reopened(), change).value().root_hash() == naive_root(more));
  for (auto& [place, page] : source.pages) {
    const Bytes pristine = page;
    for (std::size_t i = 0; i < pristine.size(); i += 7) {
      page[i] = static_cast<char>(page[i] ^ 1);
      Status worst;
      for (const auto& [key, value] : leaves) {
        const auto found = reopened().find(key);
        if (!found.ok())
          worst = found.status();
        else
          REQUIRE(*found == value);
      }
      REQUIRE(worst.code() == Code::kDataLoss);
      REQUIRE(worst.fault());
      page = pristine;
    }
    if (!testkit::full_run())
      break;
  }
}

TEST_CASE("tree: pages that vanish are named, so that the disk can forget them", "[store][tree]") {
  std::mt19937 random(6);
  const Leaves leaves = random_leaves(random, 200, 4);
  const Tree full = tree_of(leaves);
  std::map<Bytes, Bytes> pages = unwritten_pages(full);
  std::map<Hash, std::optional<Hash>> remove_all_but_one;
  for (auto leaf = std::next(leaves.begin()); leaf != leaves.end(); ++leaf)
    remove_all_but_one[leaf->first] = std::nullopt;
  std::vector<TreeChange> list = sorted_changes(remove_all_but_one);
  std::vector<Path> removed;
  const Tree rest = full.apply(list, removed).value();
  CHECK(rest.root_hash() == merkle::leaf_hash(leaves.begin()->first, leaves.begin()->second));
  for (const Path& gone : removed)
    CHECK(pages.erase(encode_path(gone)) == 1);
  CHECK(pages.empty());
}
