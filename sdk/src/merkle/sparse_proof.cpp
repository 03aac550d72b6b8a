#include "tenon/merkle/sparse_proof.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::merkle {

namespace {

constexpr std::uint8_t kProofVersion = 1;
constexpr std::size_t kMaxDepth = 256;

Status malformed(const std::string& what) {
  return invalid_argument("malformed Merkle proof: " + what);
}

// The siblings: a bitmap of those that are not empty, then their hashes.
Status decode_siblings(Reader& reader, SparseProof& proof) {
  std::uint16_t depth = 0;
  BytesView bitmap;
  if (!reader.be16(depth) || depth > kMaxDepth)
    return malformed("no depth, or one above 256");
  if (!reader.take((depth + 7u) / 8u, bitmap))
    return malformed("it ends inside the bitmap");
  for (std::size_t i = 0; i < bitmap.size() * 8; ++i) {
    const bool present = (static_cast<std::uint8_t>(bitmap[i / 8]) & (0x80u >> (i % 8))) != 0;
    if (i >= depth) {
      if (present)
        return malformed("bits set beyond the depth");
      continue;
    }
    Hash sibling = empty_hash();
    if (present && !reader.hash(sibling))
      return malformed("it ends inside the siblings");
    // Each proof has one encoding: an empty sibling is said by its bit alone.
    if (present && sibling == empty_hash())
      return malformed("an empty sibling spelled out");
    proof.siblings.push_back(sibling);
  }
  return {};
}

} // namespace

Hash empty_hash() {
  return Hash::from_view(kEmptyRoot);
}

Hash leaf_hash(const Hash& key_hash, const Hash& value_hash) {
  return crypto::sha256({kLeafTag, key_hash.view(), value_hash.view()});
}

Hash inner_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({kInnerTag, left.view(), right.view()});
}

bool bit_at(const Hash& hash, std::size_t index) {
  return ((hash.bytes[index / 8] >> (7 - index % 8)) & 1) != 0;
}

bool same_beginning(const Hash& left, const Hash& right, std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    if (bit_at(left, i) != bit_at(right, i))
      return false;
  }
  return true;
}

Bytes encode_proof(const SparseProof& proof) {
  Bytes out;
  out.reserve((proof.siblings.size() + 3) * (Hash::kSize + 1));
  out.push_back(static_cast<char>(kProofVersion));
  out.push_back(static_cast<char>(proof.end));
  if (proof.end == SparseProof::End::kOtherLeaf) {
    out.append(proof.other_key_hash.view()).append(proof.other_value_hash.view());
  }
  append_be16(out, static_cast<std::uint16_t>(proof.siblings.size()));
  Bytes bitmap((proof.siblings.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < proof.siblings.size(); ++i) {
    if (proof.siblings[i] == empty_hash())
      continue;
    bitmap[i / 8] = static_cast<char>(bitmap[i / 8] | (0x80 >> (i % 8)));
  }
  out.append(bitmap);
  for (const Hash& sibling : proof.siblings) {
    if (sibling != empty_hash())
      out.append(sibling.view());
  }
  return out;
}

Result<SparseProof> decode_proof(BytesView encoded) {
  Reader reader(encoded);
  SparseProof proof;
  std::uint8_t version = 0;
  std::uint8_t end = 0;
  if (!reader.u8(version) || version != kProofVersion)
    return malformed("expected version 1");
  if (!reader.u8(end) || end > 2)
    return malformed("unknown end of path");
  proof.end = static_cast<SparseProof::End>(end);
  if (proof.end == SparseProof::End::kOtherLeaf &&
      (!reader.hash(proof.other_key_hash) || !reader.hash(proof.other_value_hash))) {
    return malformed("it ends inside the other leaf");
  }
  TENON_RETURN_IF_ERROR(decode_siblings(reader, proof));
  if (!reader.empty())
    return malformed("bytes after the end");
  return proof;
}

Status verify_proof(const SparseProof& proof, const Hash& root, const Hash& key_hash,
                    const std::optional<Hash>& value_hash) {
  using End = SparseProof::End;
  if (proof.siblings.size() > kMaxDepth)
    return malformed("depth above 256");
  if (value_hash.has_value() != (proof.end == End::kLeaf)) {
    return invalid_argument(value_hash ? "the proof shows that the key is absent"
                                       : "the proof shows that the key is present");
  }
  Hash node = empty_hash();
  if (proof.end == End::kLeaf)
    node = leaf_hash(key_hash, *value_hash);
  if (proof.end == End::kOtherLeaf) {
    if (proof.other_key_hash == key_hash)
      return malformed("the other leaf is the key's own");
    if (!same_beginning(proof.other_key_hash, key_hash, proof.siblings.size()))
      return malformed("the other leaf does not lie on the key's path");
    node = leaf_hash(proof.other_key_hash, proof.other_value_hash);
  }
  for (std::size_t i = proof.siblings.size(); i-- > 0;) {
    node = bit_at(key_hash, i) ? inner_hash(proof.siblings[i], node)
                               : inner_hash(node, proof.siblings[i]);
  }
  if (node == root)
    return {};
  return invalid_argument("the Merkle proof leads to root " + to_hex(node.view()) + ", expected " +
                          to_hex(root.view()));
}

} // namespace tenon::merkle
