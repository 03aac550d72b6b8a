#include "pipeline/key_proofs.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::host::pipeline {

Result<std::vector<v1::KeyProof>> key_proofs(const plugin::StoreSnapshot& snapshot,
                                             std::span<const Bytes> keys,
                                             FunctionRef<bool(BytesView readers)> may_see) {
  const std::vector<BytesView> views(keys.begin(), keys.end());
  TENON_ASSIGN_OR_RETURN(std::vector<Bytes> paths, snapshot.prove(views));
  std::vector<v1::KeyProof> proofs(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    v1::KeyProof& proof = proofs[i];
    proof.set_key(keys[i]);
    proof.set_path(std::move(paths[i]));
    TENON_ASSIGN_OR_RETURN(const auto encoded, snapshot.get(plugin::KeyClass::kState, keys[i]));
    proof.set_present(encoded.has_value());
    if (!encoded)
      continue;
    TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(*encoded));
    if (!may_see(entry.readers)) {
      return permission_denied("NOT_A_READER: none of the asking parties may read key " +
                               to_hex(keys[i]) + "; ask with a party that it was shared with");
    }
    proof.set_value(Bytes(entry.value));
    proof.set_salt(entry.salt.str());
    proof.set_access_hash(crypto::sha256(entry.readers).str());
    proof.set_expires_at_us(entry.expires_at_us);
  }
  return proofs;
}

} // namespace tenon::host::pipeline
