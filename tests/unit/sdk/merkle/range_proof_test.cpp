#include "tenon/merkle/range_proof.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"

using namespace tenon;
using namespace tenon::merkle;

namespace {

using Leaves = std::vector<RangeLeaf>;
using Kind = WalkStep::Kind;

bool before(const RangeLeaf& a, const RangeLeaf& b) {
  return a.key_hash < b.key_hash;
}

Leaves random_leaves(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Leaves leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(
        {crypto::sha256(std::to_string(random())), crypto::sha256(std::to_string(random()))});
  }
  std::sort(leaves.begin(), leaves.end(), before);
  return leaves;
}

// Keys that share long beginnings, so that the tree is deep in places.
Leaves crowded_leaves() {
  Leaves leaves;
  for (unsigned i = 0; i < 12; ++i) {
    Hash key;
    key.bytes[0] = static_cast<std::uint8_t>(i / 4 * 0x40);
    key.bytes[i % 4 * 10 + 1] = static_cast<std::uint8_t>(1 + i % 3);
    leaves.push_back({key, crypto::sha256(std::to_string(i))});
  }
  std::sort(leaves.begin(), leaves.end(), before);
  return leaves;
}

Leaves those_in(const Leaves& leaves, const KeySpan& range) {
  Leaves found;
  std::copy_if(leaves.begin(), leaves.end(), std::back_inserter(found),
               [&](const RangeLeaf& leaf) { return range.contains(leaf.key_hash); });
  return found;
}

// The root by the definition: bits one after the other, without order or search.
Hash naive_root(const Leaves& leaves, std::size_t depth = 0) {
  if (leaves.empty())
    return empty_hash();
  if (leaves.size() == 1)
    return leaf_hash(leaves[0].key_hash, leaves[0].value_hash);
  Leaves sides[2];
  for (const RangeLeaf& leaf : leaves)
    sides[bit_at(leaf.key_hash, depth) ? 1 : 0].push_back(leaf);
  return inner_hash(naive_root(sides[0], depth + 1), naive_root(sides[1], depth + 1));
}

RangeProof proof_of(const Leaves& leaves, const KeySpan& range) {
  return make_range_proof(range,
                          [&](const KeySpan& place, std::size_t depth) -> Result<TreeNode> {
                            return node_of_leaves(leaves, place, depth);
                          })
      .value();
}

// Borders at keys, beside keys, and anywhere.
Hash random_border(const Leaves& leaves, std::mt19937& random) {
  if (leaves.empty() || random() % 3 == 0)
    return crypto::sha256("border " + std::to_string(random()));
  const Hash key = leaves[random() % leaves.size()].key_hash;
  switch (random() % 3) {
  case 0:
    return next_hash(key).value_or(key);
  case 1:
    return previous_hash(key).value_or(key);
  default:
    return key;
  }
}

KeySpan random_range(const Leaves& leaves, std::mt19937& random) {
  KeySpan range{random_border(leaves, random), random_border(leaves, random)};
  if (range.last < range.first)
    std::swap(range.first, range.last);
  return range;
}

// True when some of the changes go unnoticed.
bool accepts(BytesView encoded, const Hash& root, const KeySpan& range, const Leaves& leaves) {
  const auto proof = decode_range_proof(encoded);
  return proof.ok() && verify_range_proof(*proof, root, range, leaves).ok();
}

Bytes flipped(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

void refuse_every_other_claim(const Leaves& leaves, const KeySpan& range) {
  const Hash root = naive_root(leaves);
  const Bytes proof = encode_range_proof(proof_of(leaves, range));
  const Leaves inside = those_in(leaves, range);
  REQUIRE(accepts(proof, root, range, inside));
  for (std::size_t i = 0; i < inside.size(); ++i) {
    Leaves omitted = inside;
    omitted.erase(omitted.begin() + static_cast<std::ptrdiff_t>(i));
    REQUIRE_FALSE(accepts(proof, root, range, omitted));
    Leaves doubled = inside;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), inside[i]);
    REQUIRE_FALSE(accepts(proof, root, range, doubled));
    for (const bool of_key : {true, false}) {
      Leaves changed = inside;
      (of_key ? changed[i].key_hash : changed[i].value_hash).bytes[31] ^= 1;
      REQUIRE_FALSE(accepts(proof, root, range, changed));
    }
    if (i > 0) {
      Leaves swapped = inside;
      std::swap(swapped[i - 1], swapped[i]);
      REQUIRE_FALSE(accepts(proof, root, range, swapped));
    }
  }
  for (const Hash& key : {range.first, range.last, crypto::sha256("stranger")}) {
    Leaves added = inside;
    added.push_back({key, crypto::sha256("value")});
    std::sort(added.begin(), added.end(), before);
    REQUIRE_FALSE(accepts(proof, root, range, added));
  }
}

} // namespace

TEST_CASE("range proof: every range of trees of every small size verifies", "[sdk][merkle]") {
  std::mt19937 random(3);
  for (unsigned count = 0; count < 24; ++count) {
    const Leaves leaves = count == 23 ? crowded_leaves() : random_leaves(count, count);
    const Hash root = naive_root(leaves);
    REQUIRE(subtree_root(leaves, 0) == root);
    for (int i = 0; i < 60; ++i) {
      const KeySpan range = random_range(leaves, random);
      const RangeProof proof = proof_of(leaves, range);
      REQUIRE(verify_range_proof(proof, root, range, those_in(leaves, range)).ok());
      const Bytes encoded = encode_range_proof(proof);
      REQUIRE(encode_range_proof(decode_range_proof(encoded).value()) == encoded);
    }
  }
}

TEST_CASE("range proof: the whole tree needs no step, and nothing else proves it",
          "[sdk][merkle]") {
  for (const unsigned count : {0u, 1u, 2u, 30u}) {
    const Leaves leaves = random_leaves(count, 40 + count);
    const RangeProof proof = proof_of(leaves, KeySpan::all());
    CHECK(proof.steps.empty());
    CHECK(verify_range_proof(proof, naive_root(leaves), KeySpan::all(), leaves).ok());
    CHECK_FALSE(
        verify_range_proof(proof, naive_root(random_leaves(31, 1)), KeySpan::all(), leaves).ok());
  }
}

TEST_CASE("range proof: leaves that are left out, added, doubled, reordered or changed are refused",
          "[sdk][merkle]") {
  std::mt19937 random(5);
  for (const Leaves& leaves : {random_leaves(1, 2), random_leaves(9, 3), crowded_leaves()}) {
    for (int i = 0; i < 25; ++i)
      refuse_every_other_claim(leaves, random_range(leaves, random));
    refuse_every_other_claim(leaves, KeySpan::all());
  }
}

TEST_CASE("range proof: any flipped bit of an encoded proof is refused", "[sdk][merkle]") {
  std::mt19937 random(6);
  for (const Leaves& leaves : {random_leaves(2, 8), random_leaves(25, 7), crowded_leaves()}) {
    const Hash root = naive_root(leaves);
    for (int i = 0; i < 6; ++i) {
      const KeySpan range = random_range(leaves, random);
      const Leaves inside = those_in(leaves, range);
      const Bytes encoded = encode_range_proof(proof_of(leaves, range));
      for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
        INFO("bit " << bit);
        REQUIRE_FALSE(accepts(flipped(encoded, bit), root, range, inside));
      }
    }
  }
}

TEST_CASE("range proof: cut, prolonged and overlong encodings are refused", "[sdk][merkle]") {
  const Leaves leaves = random_leaves(30, 9);
  const KeySpan range{leaves[4].key_hash, leaves[11].key_hash};
  const Hash root = naive_root(leaves);
  const Bytes encoded = encode_range_proof(proof_of(leaves, range));
  const Leaves inside = those_in(leaves, range);
  for (std::size_t size = 0; size < encoded.size(); ++size)
    REQUIRE_FALSE(accepts(BytesView(encoded).substr(0, size), root, range, inside));
  for (const char kind : {'\0', '\1', '\3', '\4', '\6'})
    CHECK_FALSE(accepts(encoded + kind, root, range, inside));
  CHECK_FALSE(decode_range_proof(Bytes("\1") + Bytes(513, '\4')).ok());
  CHECK(decode_range_proof(Bytes("\1") + Bytes(512, '\4')).ok());
  Bytes spelled_out("\1\5");
  spelled_out.append(kEmptyRoot);
  CHECK_FALSE(decode_range_proof(spelled_out).ok());
  CHECK_FALSE(verify_range_proof({}, root, {range.last, range.first}, {}).ok());
}

TEST_CASE("range proof: a subtree with keys of the range cannot pass for a leaf beside it",
          "[sdk][merkle]") {
  // Two keys of which the range has one; a liar claims the root to be something that has none.
  Leaves leaves(2);
  leaves[0] = {crypto::sha256("a"), crypto::sha256("1")};
  leaves[1] = leaves[0];
  leaves[1].key_hash.bytes[0] ^= 0x80;
  std::sort(leaves.begin(), leaves.end(), before);
  const Hash root = naive_root(leaves);
  const KeySpan range{leaves[1].key_hash, KeySpan::all().last};
  RangeProof lie;
  lie.steps = {{Kind::kHashBeside, leaf_hash(leaves[0].key_hash, leaves[0].value_hash), {}},
               {Kind::kEmpty, {}, {}}};
  CHECK_FALSE(verify_range_proof(lie, root, range, {}).ok());
  lie.steps = {{Kind::kOtherLeaf, leaves[0].key_hash, leaves[0].value_hash}};
  CHECK_FALSE(verify_range_proof(lie, root, range, {}).ok());
  lie.steps = {{Kind::kOtherLeaf, leaves[1].key_hash, leaves[1].value_hash}};
  CHECK_FALSE(verify_range_proof(lie, leaf_hash(leaves[1].key_hash, leaves[1].value_hash), range,
                                 {})
                  .ok());
}

TEST_CASE("range proof: frozen roots and proofs come out bit for bit", "[sdk][merkle]") {
  std::ifstream file(TENON_SOURCE_DIR "/sdk/testdata/merkle/ranges.txt");
  const auto hash = [](const std::string& text) { return hash_from_hex(text).value(); };
  Leaves leaves;
  std::size_t proofs = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string command, first, second, expected;
    words >> command >> first >> second >> expected;
    INFO(line);
    if (command == "tree") {
      leaves.clear();
    } else if (command == "leaf") {
      leaves.push_back({hash(first), hash(second)});
    } else if (command == "root") {
      REQUIRE(subtree_root(leaves, 0) == hash(first));
    } else if (command == "range") {
      const KeySpan range{hash(first), hash(second)};
      REQUIRE(to_hex(encode_range_proof(proof_of(leaves, range))) == expected);
      REQUIRE(accepts(*from_hex(expected), subtree_root(leaves, 0), range,
                      those_in(leaves, range)));
      ++proofs;
    }
  }
  CHECK(proofs > 40);
}

namespace {

struct Entries {
  std::vector<std::pair<Bytes, Bytes>> list; // sorted by key hash
  Leaves leaves;

  explicit Entries(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      list.emplace_back("key " + std::to_string(i), "entry " + std::to_string(i));
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return crypto::sha256(a.first) < crypto::sha256(b.first);
    });
    for (const auto& [key, entry] : list)
      leaves.push_back({crypto::sha256(key), entry_hash(entry)});
  }

  [[nodiscard]] Bytes range(std::size_t begin, std::size_t end) const {
    const Hash first = begin == 0 ? Hash() : *next_hash(leaves[begin - 1].key_hash);
    SnapshotRangeWriter writer(first);
    for (std::size_t i = begin; i < end; ++i)
      writer.add(list[i].first, list[i].second, leaves[i].key_hash);
    const bool reaches_end = end == list.size();
    return writer.finish(reaches_end, proof_of(leaves, writer.span(reaches_end)));
  }
};

Status check_range(BytesView encoded, const Hash& root) {
  TENON_ASSIGN_OR_RETURN(const SnapshotRange range, decode_snapshot_range(encoded));
  return verify_snapshot_range(range, root);
}

} // namespace

TEST_CASE("snapshot range: entries come back with their span, at the end of the tree and before it",
          "[sdk][merkle]") {
  const Entries entries(20);
  const Hash root = subtree_root(entries.leaves, 0);
  const Bytes encoded = entries.range(3, 9);
  const auto range = decode_snapshot_range(encoded);
  REQUIRE(range.ok());
  CHECK(verify_snapshot_range(*range, root).ok());
  CHECK(range->span == KeySpan{*next_hash(entries.leaves[2].key_hash), entries.leaves[8].key_hash});
  REQUIRE(range->entries.size() == 6);
  CHECK(range->entries[0].key == entries.list[3].first);
  CHECK(range->entries[5].entry == entries.list[8].second);
  CHECK(check_range(entries.range(19, 20), root).ok());
  CHECK(decode_snapshot_range(entries.range(19, 20))->span.last == KeySpan::all().last);
  CHECK(check_range(entries.range(20, 20), root).ok());
  CHECK(check_range(Entries(0).range(0, 0), empty_hash()).ok());
  CHECK_FALSE(check_range(encoded, empty_hash()).ok());
}

TEST_CASE("snapshot range: a flipped bit is refused, unless what it says remains true",
          "[sdk][merkle]") {
  const Entries entries(12);
  const Hash root = subtree_root(entries.leaves, 0);
  const Bytes encoded = entries.range(4, 8);
  constexpr std::size_t kFirst = 1;
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    INFO("bit " << bit);
    const Bytes changed = flipped(encoded, bit);
    const Status status = check_range(changed, root);
    if (bit / 8 < kFirst || bit / 8 >= kFirst + Hash::kSize) {
      REQUIRE_FALSE(status.ok());
      CHECK_FALSE(status.fault());
    } else if (status.ok()) {
      // Another beginning between the same two keys.
      const Hash first = decode_snapshot_range(changed)->span.first;
      REQUIRE(entries.leaves[3].key_hash < first);
      REQUIRE(first <= entries.leaves[4].key_hash);
    }
  }
  for (std::size_t size = 0; size < encoded.size(); ++size)
    REQUIRE_FALSE(check_range(BytesView(encoded).substr(0, size), root).ok());
}
