#include "tenon/merkle/ics23.hpp"

#include "tenon/crypto/sha256.hpp"

namespace tenon::merkle {

namespace {

// Field numbers of cosmos.ics23.v1.
constexpr std::uint64_t kCommitmentExist = 1;
constexpr std::uint64_t kExistenceKey = 1;
constexpr std::uint64_t kExistenceValue = 2;
constexpr std::uint64_t kExistenceLeaf = 3;
constexpr std::uint64_t kExistencePath = 4;
constexpr std::uint64_t kLeafHash = 1;
constexpr std::uint64_t kLeafPrehashKey = 2;
constexpr std::uint64_t kLeafPrehashValue = 3;
constexpr std::uint64_t kLeafPrefix = 5;
constexpr std::uint64_t kInnerHash = 1;
constexpr std::uint64_t kInnerPrefix = 2;
constexpr std::uint64_t kInnerSuffix = 3;
constexpr std::uint64_t kSha256 = 1; // of the enum HashOp

constexpr std::uint64_t kVarint = 0;
constexpr std::uint64_t kLengthDelimited = 2;

void append_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
  out.push_back(static_cast<char>(value));
}

void append_number(Bytes& out, std::uint64_t field, std::uint64_t value) {
  append_varint(out, field << 3 | kVarint);
  append_varint(out, value);
}

void append_bytes(Bytes& out, std::uint64_t field, BytesView bytes) {
  append_varint(out, field << 3 | kLengthDelimited);
  append_varint(out, bytes.size());
  out.append(bytes);
}

// The length before hashed key and value is NO_PREFIX, which is 0 and thus not spelled out.
Bytes leaf_op() {
  Bytes out;
  append_number(out, kLeafHash, kSha256);
  append_number(out, kLeafPrehashKey, kSha256);
  append_number(out, kLeafPrehashValue, kSha256);
  append_bytes(out, kLeafPrefix, kLeafTag);
  return out;
}

// Hashes prefix | node | suffix.
Bytes inner_op(const Hash& sibling, bool sibling_is_left) {
  Bytes prefix(kInnerTag);
  if (sibling_is_left)
    prefix.append(sibling.view());
  Bytes out;
  append_number(out, kInnerHash, kSha256);
  append_bytes(out, kInnerPrefix, prefix);
  if (!sibling_is_left)
    append_bytes(out, kInnerSuffix, sibling.view());
  return out;
}

} // namespace

Result<Bytes> encode_ics23_existence(const SparseProof& proof, BytesView key, BytesView value) {
  if (proof.end != SparseProof::End::kLeaf)
    return invalid_argument("a proof of absence has no ICS-23 form");
  if (key.empty() || value.empty())
    return invalid_argument("an ICS-23 proof needs a key and a value that are not empty");
  if (proof.siblings.size() > kMaxIcs23Depth) {
    return invalid_argument("an ICS-23 proof has at most " + std::to_string(kMaxIcs23Depth) +
                            " inner nodes, found " + std::to_string(proof.siblings.size()));
  }
  Bytes existence;
  append_bytes(existence, kExistenceKey, key);
  append_bytes(existence, kExistenceValue, value);
  append_bytes(existence, kExistenceLeaf, leaf_op());
  const Hash key_hash = crypto::sha256(key);
  for (std::size_t i = proof.siblings.size(); i-- > 0;)
    append_bytes(existence, kExistencePath, inner_op(proof.siblings[i], bit_at(key_hash, i)));
  Bytes out;
  append_bytes(out, kCommitmentExist, existence);
  return out;
}

} // namespace tenon::merkle
