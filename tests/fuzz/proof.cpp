// Proofs come from nodes that are not trusted: no bytes may crash the verifier, and none may prove
// anything to someone who trusts another chain. Sparse proofs have one encoding each.
#include <cstdlib>

#include "tenon/crypto/sha256.hpp"
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
  check_entry(bytes);
  return 0;
}
