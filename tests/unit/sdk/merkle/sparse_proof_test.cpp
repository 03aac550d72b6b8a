#include "tenon/merkle/sparse_proof.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "tenon/crypto/sha256.hpp"

using namespace tenon;
using namespace tenon::merkle;

namespace {

using Leaves = std::map<Hash, Hash>;

// The tree by its definition, without any cleverness: the oracle of these tests.
Hash naive_root(const std::vector<std::pair<Hash, Hash>>& leaves, std::size_t depth) {
  if (leaves.empty())
    return empty_hash();
  if (leaves.size() == 1)
    return leaf_hash(leaves[0].first, leaves[0].second);
  std::vector<std::pair<Hash, Hash>> sides[2];
  for (const auto& leaf : leaves)
    sides[bit_at(leaf.first, depth) ? 1 : 0].push_back(leaf);
  return inner_hash(naive_root(sides[0], depth + 1), naive_root(sides[1], depth + 1));
}

SparseProof naive_proof(std::vector<std::pair<Hash, Hash>> leaves, const Hash& key) {
  SparseProof proof;
  for (std::size_t depth = 0; leaves.size() > 1; ++depth) {
    std::vector<std::pair<Hash, Hash>> mine;
    std::vector<std::pair<Hash, Hash>> other;
    for (const auto& leaf : leaves) {
      (bit_at(leaf.first, depth) == bit_at(key, depth) ? mine : other).push_back(leaf);
    }
    proof.siblings.push_back(naive_root(other, depth + 1));
    leaves = std::move(mine);
  }
  if (leaves.size() == 1) {
    const bool own = leaves[0].first == key;
    proof.end = own ? SparseProof::End::kLeaf : SparseProof::End::kOtherLeaf;
    if (!own)
      std::tie(proof.other_key_hash, proof.other_value_hash) = leaves[0];
  }
  return proof;
}

std::vector<std::pair<Hash, Hash>> random_leaves(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Leaves leaves;
  while (leaves.size() < count) {
    leaves[crypto::sha256(std::to_string(random()))] = crypto::sha256(std::to_string(random()));
  }
  return {leaves.begin(), leaves.end()};
}

} // namespace

TEST_CASE("sparse proof: presence and absence verify in trees of every small size",
          "[sdk][merkle]") {
  for (std::size_t count = 0; count < 40; ++count) {
    const auto leaves = random_leaves(count, static_cast<unsigned>(count));
    const Hash root = naive_root(leaves, 0);
    for (const auto& [key, value] : leaves) {
      const SparseProof proof = naive_proof(leaves, key);
      REQUIRE(verify_proof(proof, root, key, value).ok());
      REQUIRE_FALSE(verify_proof(proof, root, key, crypto::sha256("other")).ok());
      REQUIRE_FALSE(verify_proof(proof, root, key, std::nullopt).ok());
    }
    for (int i = 0; i < 20; ++i) {
      const Hash key = crypto::sha256("absent " + std::to_string(i));
      const SparseProof proof = naive_proof(leaves, key);
      REQUIRE(verify_proof(proof, root, key, std::nullopt).ok());
      REQUIRE_FALSE(verify_proof(proof, root, key, crypto::sha256("v")).ok());
    }
  }
}

TEST_CASE("sparse proof: any flipped bit of an encoded proof is refused", "[sdk][merkle]") {
  const auto leaves = random_leaves(25, 7);
  const Hash root = naive_root(leaves, 0);
  const Hash absent = crypto::sha256("absent");
  for (const bool present : {true, false}) {
    const Hash key = present ? leaves[3].first : absent;
    const auto value = present ? std::optional(leaves[3].second) : std::nullopt;
    const Bytes encoded = encode_proof(naive_proof(leaves, key));
    REQUIRE(verify_proof(decode_proof(encoded).value(), root, key, value).ok());
    for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
      Bytes changed = encoded;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      const auto proof = decode_proof(changed);
      INFO("bit " << bit);
      REQUIRE_FALSE((proof.ok() && verify_proof(*proof, root, key, value).ok()));
    }
  }
}

TEST_CASE("sparse proof: encoding round-trips, and truncation is refused", "[sdk][merkle]") {
  const auto leaves = random_leaves(30, 3);
  for (const Hash& key : {leaves[0].first, leaves[29].first, crypto::sha256("x")}) {
    const Bytes encoded = encode_proof(naive_proof(leaves, key));
    CHECK(encode_proof(decode_proof(encoded).value()) == encoded);
    for (std::size_t size = 0; size < encoded.size(); ++size) {
      REQUIRE_FALSE(decode_proof(BytesView(encoded).substr(0, size)).ok());
    }
    CHECK_FALSE(decode_proof(encoded + "x").ok());
  }
}

TEST_CASE("sparse proof: a leaf cannot stand in for the absence of a key off its path",
          "[sdk][merkle]") {
  const auto leaves = random_leaves(10, 5);
  const Hash root = naive_root(leaves, 0);
  // A true statement about one key, presented as the absence of another one that is present.
  SparseProof proof = naive_proof(leaves, leaves[0].first);
  proof.end = SparseProof::End::kOtherLeaf;
  proof.other_key_hash = leaves[0].first;
  proof.other_value_hash = leaves[0].second;
  for (const auto& [key, value] : leaves) {
    CHECK_FALSE(verify_proof(proof, root, key, std::nullopt).ok());
  }
}
