// Proofs come from nodes that are not trusted: no bytes may crash the verifier, and none may prove
// anything to someone who trusts another chain. Sparse proofs, multiproofs, range proofs and ranges
// of the state have one encoding each.
#include <cstdlib>

#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ics23.hpp"
#include "tenon/merkle/multi_proof.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/ledger_proof.hpp"

using namespace tenon;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_ledger_proof(BytesView bytes) {
  v1::LedgerProof proof;
  if (!proof.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return;
  // The proof's own claims as trust anchors: reaches every check, and may well succeed.
  static_cast<void>(
      wire::verify_ledger_proof(proof, Hash::from_view_or_zero(proof.chain()), proof.validators()));
  require(!wire::verify_ledger_proof(proof, crypto::sha256("another chain"), {}).ok());
}

void check_sparse_proof(BytesView bytes) {
  const auto proof = merkle::decode_proof(bytes);
  if (!proof.ok())
    return;
  require(merkle::encode_proof(*proof) == bytes);
  require(!merkle::verify_proof(*proof, Hash{}, Hash{}, Hash{}).ok());
  const bool present = proof->end == merkle::SparseProof::End::kLeaf;
  require(merkle::encode_ics23_existence(*proof, "key", "value").ok() ==
          (present && proof->siblings.size() <= merkle::kMaxIcs23Depth));
}

void check_multi_proof(BytesView bytes) {
  const auto proof = merkle::decode_multi_proof(bytes);
  if (!proof.ok())
    return;
  require(merkle::encode_multi_proof(*proof) == bytes);
  // Keys that part at the root, and others at the last bit.
  Hash low = crypto::sha256("low");
  low.bytes[0] &= 0x7f;
  low.bytes[31] &= 0xfe;
  Hash beside = low;
  beside.bytes[31] |= 1;
  const Hash high = merkle::KeySpan::all().last;
  for (const std::optional<Hash>& value : {std::optional<Hash>(), std::optional<Hash>(high)}) {
    const std::vector<merkle::KeyClaim> claims = {
        {low, value}, {beside, std::nullopt}, {high, value}};
    for (std::size_t first = 0; first < claims.size(); ++first) {
      require(!merkle::verify_multi_proof(*proof, Hash{}, std::span(claims).subspan(first)).ok());
      require(!merkle::verify_multi_proof(*proof, Hash{}, std::span(claims).first(first + 1)).ok());
    }
  }
}

void check_range_proof(BytesView bytes) {
  const auto proof = merkle::decode_range_proof(bytes);
  if (!proof.ok())
    return;
  require(merkle::encode_range_proof(*proof) == bytes);
  // Borders that differ in their first bit, and in their last one.
  Hash low = crypto::sha256("low");
  low.bytes[0] &= 0x7f;
  low.bytes[31] &= 0xfe;
  Hash high = low;
  high.bytes[31] |= 1;
  for (const merkle::KeySpan& range : {merkle::KeySpan{low, merkle::KeySpan::all().last},
                                       merkle::KeySpan{low, high}, merkle::KeySpan{low, low}}) {
    const std::vector<merkle::RangeLeaf> leaves = {{low, high}};
    require(!merkle::verify_range_proof(*proof, Hash{}, range, leaves).ok());
    require(!merkle::verify_range_proof(*proof, Hash{}, range, {}).ok());
  }
}

void check_snapshot_range(BytesView bytes) {
  const auto range = merkle::decode_snapshot_range(bytes);
  if (!range.ok())
    return;
  merkle::SnapshotRangeWriter writer(range->span.first);
  for (const auto& entry : range->entries)
    writer.add(entry.key, entry.entry, entry.leaf.key_hash);
  const bool reaches_end = bytes[1 + Hash::kSize] != 0;
  require(writer.finish(reaches_end, range->proof) == bytes);
  require(!merkle::verify_snapshot_range(*range, Hash{}).ok());
}

void check_entry(BytesView bytes) {
  static_cast<void>(merkle::entry_hash(bytes));
  const auto entry = merkle::decode_entry(bytes);
  if (!entry.ok())
    return;
  require(merkle::encode_entry(*entry) == bytes);
  static_cast<void>(merkle::decode_readers(entry->readers));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  check_ledger_proof(bytes);
  check_sparse_proof(bytes);
  check_multi_proof(bytes);
  check_range_proof(bytes);
  check_snapshot_range(bytes);
  check_entry(bytes);
  return 0;
}
