#include "tenon/merkle/multi_proof.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"

using namespace tenon;
using namespace tenon::merkle;

namespace {

using Leaves = std::vector<RangeLeaf>;
using Claims = std::vector<KeyClaim>;
using Kind = WalkStep::Kind;

Hash hash_of(const std::string& text) {
  return crypto::sha256(text);
}

bool before(const RangeLeaf& a, const RangeLeaf& b) {
  return a.key_hash < b.key_hash;
}

// Leaves of random keys, and for each one that differs from it in one late bit.
Leaves leaves_in_pairs(std::size_t pairs, std::size_t bit) {
  Leaves leaves;
  for (std::size_t i = 0; i < pairs; ++i) {
    Hash key = hash_of("pair " + std::to_string(i));
    leaves.push_back({key, hash_of("one " + std::to_string(i))});
    key.bytes[bit / 8] = static_cast<std::uint8_t>(key.bytes[bit / 8] ^ (0x80u >> (bit % 8)));
    leaves.push_back({key, hash_of("other " + std::to_string(i))});
  }
  std::sort(leaves.begin(), leaves.end(), before);
  return leaves;
}

// The truth about key hashes, in order.
Claims claims_of(const Leaves& leaves, std::vector<Hash> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  Claims claims;
  for (const Hash& key : keys) {
    const auto leaf = std::lower_bound(leaves.begin(), leaves.end(), RangeLeaf{key, {}}, before);
    const bool present = leaf != leaves.end() && leaf->key_hash == key;
    claims.push_back({key, present ? std::optional(leaf->value_hash) : std::nullopt});
  }
  return claims;
}

Result<MultiProof> try_proof_of(const Leaves& leaves, const Claims& claims) {
  std::vector<Hash> keys;
  for (const KeyClaim& claim : claims)
    keys.push_back(claim.key_hash);
  return make_multi_proof(keys, [&](const KeySpan& place, std::size_t depth) -> Result<TreeNode> {
    return node_of_leaves(leaves, place, depth);
  });
}

MultiProof proof_of(const Leaves& leaves, const Claims& claims) {
  return try_proof_of(leaves, claims).value();
}

bool accepts(BytesView encoded, const Hash& root, const Claims& claims) {
  const auto proof = decode_multi_proof(encoded);
  return proof.ok() && verify_multi_proof(*proof, root, claims).ok();
}

// Of a tree, a few present keys, keys beside them, and strangers.
Claims random_claims(const Leaves& leaves, std::mt19937& random) {
  std::vector<Hash> keys = {hash_of("stranger " + std::to_string(random()))};
  for (auto i = random() % 8; i > 0 && !leaves.empty(); --i) {
    Hash key = leaves[random() % leaves.size()].key_hash;
    if (random() % 3 == 0)
      key.bytes[random() % 32] ^= 1;
    keys.push_back(key);
  }
  return claims_of(leaves, keys);
}

} // namespace

TEST_CASE("multiproof: what keys have and do not have is proved at once, in trees of every size",
          "[sdk][merkle]") {
  std::mt19937 random(1);
  for (const std::size_t pairs : {0u, 1u, 2u, 5u, 30u}) {
    for (const std::size_t bit : {0u, 7u, 90u, 255u}) {
      const Leaves leaves = leaves_in_pairs(pairs, bit);
      const Hash root = subtree_root(leaves, 0);
      for (int i = 0; i < 40; ++i) {
        const Claims claims = random_claims(leaves, random);
        const Bytes encoded = encode_multi_proof(proof_of(leaves, claims));
        REQUIRE(accepts(encoded, root, claims));
        REQUIRE(encode_multi_proof(*decode_multi_proof(encoded)) == encoded);
      }
    }
  }
}

TEST_CASE("multiproof: a tree without keys and one with a single key take one step",
          "[sdk][merkle]") {
  const Claims strangers = claims_of({}, {hash_of("a"), hash_of("b")});
  CHECK(encode_multi_proof(proof_of({}, strangers)) == Bytes("\1\0", 2));
  CHECK(accepts(Bytes("\1\0", 2), empty_hash(), strangers));
  const Leaves one = {{hash_of("a"), hash_of("1")}};
  const Hash root = subtree_root(one, 0);
  CHECK(encode_multi_proof(proof_of(one, claims_of(one, {hash_of("a"), hash_of("b")}))) == "\1\1");
  CHECK(accepts("\1\1", root, claims_of(one, {hash_of("a")})));
  CHECK(accepts("\1\1", root, claims_of(one, {hash_of("a"), hash_of("b"), hash_of("c")})));
  CHECK_FALSE(accepts("\1\1", root, strangers));
  CHECK(proof_of(one, claims_of(one, {hash_of("b")})).steps[0].kind == Kind::kOtherLeaf);
}

TEST_CASE("multiproof: another value, a value for an absent key and none for a present one are "
          "refused",
          "[sdk][merkle]") {
  std::mt19937 random(2);
  for (const std::size_t bit : {3u, 255u}) {
    const Leaves leaves = leaves_in_pairs(12, bit);
    const Hash root = subtree_root(leaves, 0);
    for (int i = 0; i < 40; ++i) {
      const Claims claims = random_claims(leaves, random);
      const Bytes encoded = encode_multi_proof(proof_of(leaves, claims));
      REQUIRE_FALSE(accepts(encoded, hash_of("another root"), claims));
      for (std::size_t k = 0; k < claims.size(); ++k) {
        Claims lie = claims;
        lie[k].value_hash = hash_of("lie");
        REQUIRE_FALSE(accepts(encoded, root, lie));
        lie[k].value_hash = claims[k].value_hash ? std::nullopt : std::optional(hash_of("lie"));
        REQUIRE_FALSE(accepts(encoded, root, lie));
        // Of two that end in the same leaf, the value moves to the other one.
        if (k > 0) {
          lie = claims;
          std::swap(lie[k - 1].value_hash, lie[k].value_hash);
          REQUIRE(accepts(encoded, root, lie) ==
                  (claims[k - 1].value_hash == claims[k].value_hash));
        }
      }
    }
  }
}

TEST_CASE("multiproof: a refusal names the key about which claim and proof differ",
          "[sdk][merkle]") {
  const Leaves leaves = leaves_in_pairs(1, 255);
  const Hash root = subtree_root(leaves, 0);
  Claims claims = claims_of(leaves, {leaves[0].key_hash, hash_of("stranger")});
  const MultiProof proof = proof_of(leaves, claims);
  for (KeyClaim& claim : claims) {
    const auto truth = claim.value_hash;
    claim.value_hash = truth ? std::nullopt : std::optional(hash_of("lie"));
    const Status status = verify_multi_proof(proof, root, claims);
    CHECK(status.message().find(to_hex(claim.key_hash.view())) != std::string::npos);
    CHECK(status.message().find(truth ? "present" : "absent") != std::string::npos);
    CHECK_FALSE(status.fault());
    claim.value_hash = truth;
  }
}

TEST_CASE("multiproof: any flipped bit of an encoded proof is refused", "[sdk][merkle]") {
  std::mt19937 random(3);
  for (const std::size_t bit : {3u, 40u, 255u}) {
    const Leaves leaves = leaves_in_pairs(6, bit);
    const Hash root = subtree_root(leaves, 0);
    for (int i = 0; i < 6; ++i) {
      const Claims claims = random_claims(leaves, random);
      Bytes encoded = encode_multi_proof(proof_of(leaves, claims));
      for (std::size_t flip = 0; flip < encoded.size() * 8; ++flip) {
        INFO("bit " << flip);
        char& byte = encoded[flip / 8];
        byte = static_cast<char>(byte ^ (1 << (flip % 8)));
        REQUIRE_FALSE(accepts(encoded, root, claims));
        byte = static_cast<char>(byte ^ (1 << (flip % 8)));
      }
    }
  }
}

TEST_CASE("multiproof: cut, prolonged and overlong encodings are refused", "[sdk][merkle]") {
  const Leaves leaves = leaves_in_pairs(9, 30);
  const Hash root = subtree_root(leaves, 0);
  const Claims claims = claims_of(leaves, {leaves[2].key_hash, leaves[11].key_hash, hash_of("x")});
  const Bytes encoded = encode_multi_proof(proof_of(leaves, claims));
  for (std::size_t size = 0; size < encoded.size(); ++size)
    REQUIRE_FALSE(accepts(BytesView(encoded).substr(0, size), root, claims));
  for (const char kind : {'\0', '\1', '\3', '\4', '\6'})
    CHECK_FALSE(accepts(encoded + kind, root, claims));
  const std::size_t most = kMaxMultiProofKeys * 257;
  CHECK(decode_multi_proof(Bytes("\1") + Bytes(most, '\4')).ok());
  CHECK_FALSE(decode_multi_proof(Bytes("\1") + Bytes(most + 1, '\4')).ok());
  Bytes spelled_out("\1\5");
  spelled_out.append(kEmptyRoot);
  CHECK_FALSE(decode_multi_proof(spelled_out).ok());
}

TEST_CASE("multiproof: a walk below the last bit is refused", "[sdk][merkle]") {
  const Claims claims = claims_of({}, {hash_of("a")});
  MultiProof deep;
  deep.steps.assign(256, {Kind::kEmptyBeside, {}, {}});
  deep.steps.push_back({Kind::kEmpty, {}, {}});
  // Well formed, of a root that no tree has.
  CHECK(verify_multi_proof(deep, empty_hash(), claims).message().find("leads to root") !=
        std::string::npos);
  deep.steps.insert(deep.steps.begin(), {Kind::kEmptyBeside, {}, {}});
  CHECK(verify_multi_proof(deep, empty_hash(), claims).message().find("single key hash") !=
        std::string::npos);
}

TEST_CASE("multiproof: no keys, a key twice, keys out of order and too many are refused",
          "[sdk][merkle]") {
  const Leaves leaves = leaves_in_pairs(2, 9);
  const Hash root = subtree_root(leaves, 0);
  const Claims claims = claims_of(leaves, {leaves[0].key_hash, leaves[1].key_hash});
  const MultiProof proof = proof_of(leaves, claims);
  for (const Claims& wrong : {Claims(), Claims{claims[0], claims[0], claims[1]},
                              Claims{claims[1], claims[0]}}) {
    CHECK_FALSE(verify_multi_proof(proof, root, wrong).ok());
    CHECK_FALSE(try_proof_of(leaves, wrong).ok());
  }
  std::vector<Hash> keys;
  for (std::size_t i = 0; i <= kMaxMultiProofKeys; ++i)
    keys.push_back(hash_of(std::to_string(i)));
  Claims many = claims_of(leaves, keys);
  CHECK_FALSE(try_proof_of(leaves, many).ok());
  CHECK_FALSE(verify_multi_proof(proof, root, many).ok());
  many.pop_back();
  CHECK(verify_multi_proof(proof_of(leaves, many), root, many).ok());
}

TEST_CASE("multiproof: a subtree with the key cannot pass for the leaf of another one",
          "[sdk][merkle]") {
  const Leaves leaves = leaves_in_pairs(1, 0);
  const Hash root = subtree_root(leaves, 0);
  const Claims lie = {{leaves[0].key_hash, std::nullopt}};
  MultiProof proof;
  const WalkStep other_half = {Kind::kHashBeside,
                               leaf_hash(leaves[1].key_hash, leaves[1].value_hash), {}};
  const WalkStep own_leaf = {Kind::kOtherLeaf, leaves[0].key_hash, leaves[0].value_hash};
  const WalkStep other_leaf = {Kind::kOtherLeaf, leaves[1].key_hash, leaves[1].value_hash};
  for (const auto& steps : {std::vector{other_half, own_leaf}, std::vector{other_half, other_leaf},
                            std::vector{other_leaf}}) {
    proof.steps = steps;
    CHECK_FALSE(verify_multi_proof(proof, root, lie).ok());
  }
}

TEST_CASE("multiproof: frozen proofs come out bit for bit", "[sdk][merkle]") {
  std::ifstream file(TENON_SOURCE_DIR "/sdk/testdata/merkle/multi.txt");
  const auto hash = [](const std::string& text) { return hash_from_hex(text).value(); };
  Leaves leaves;
  std::size_t proofs = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string command, first, second;
    words >> command >> first >> second;
    INFO(line);
    if (command == "tree") {
      leaves.clear();
    } else if (command == "leaf") {
      leaves.push_back({hash(first), hash(second)});
    } else if (command == "root") {
      REQUIRE(subtree_root(leaves, 0) == hash(first));
    } else if (command == "many") {
      std::vector<Hash> keys;
      std::istringstream list(first);
      for (std::string key; std::getline(list, key, ',');)
        keys.push_back(hash(key));
      const Claims claims = claims_of(leaves, keys);
      REQUIRE(to_hex(encode_multi_proof(proof_of(leaves, claims))) == second);
      REQUIRE(accepts(*from_hex(second), subtree_root(leaves, 0), claims));
      ++proofs;
    }
  }
  CHECK(proofs > 50);
}
