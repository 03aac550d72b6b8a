// The sparse Merkle tree over the state: its hashing rules and its proofs. Pure; any thread.
//
// A binary tree over SHA-256(key), most significant bit first. A subtree without keys is Empty; one
// with a single key is that key's leaf, however high it stands; everything else is an inner node.
// The root depends on the set of keys and values alone. Tags are those of the Jellyfish Merkle tree
// (Diem, 2021), so that other implementations can check roots and proofs.
// Format and vectors: docs/spec/merkle-proof.md.
#pragma once

#include <optional>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::merkle {

inline constexpr BytesView kLeafTag = "JMT::LeafNode";
inline constexpr BytesView kInnerTag = "JMT::IntrnalNode";
inline constexpr BytesView kEmptyRoot = "SPARSE_MERKLE_PLACEHOLDER_HASH__";

[[nodiscard]] Hash empty_hash();
[[nodiscard]] Hash leaf_hash(const Hash& key_hash, const Hash& value_hash);
[[nodiscard]] Hash inner_hash(const Hash& left, const Hash& right);
// Bit `index` of a digest, 0 being the most significant bit of the first byte.
[[nodiscard]] bool bit_at(const Hash& hash, std::size_t index);
// Do the digests agree in their first `bits` bits?
[[nodiscard]] bool same_beginning(const Hash& left, const Hash& right, std::size_t bits);

// What the path from the root towards SHA-256(key) ends in.
struct SparseProof {
  enum class End : std::uint8_t { kEmpty = 0, kLeaf = 1, kOtherLeaf = 2 };
  End end = End::kEmpty;
  Hash other_key_hash;        // kOtherLeaf only
  Hash other_value_hash;      // kOtherLeaf only
  std::vector<Hash> siblings; // from the root downwards; empty subtrees are empty_hash()
};

// 0x01 | end u8 | [other key hash, other value hash] | depth be16 | bitmap of non-empty siblings,
// root first, most significant bit first | the non-empty siblings
[[nodiscard]] Bytes encode_proof(const SparseProof& proof);
[[nodiscard]] Result<SparseProof> decode_proof(BytesView encoded);

// Checks that under `root` the key hash has `value_hash`, or nothing at all when it is absent.
[[nodiscard]] Status verify_proof(const SparseProof& proof, const Hash& root, const Hash& key_hash,
                                  const std::optional<Hash>& value_hash);

} // namespace tenon::merkle
