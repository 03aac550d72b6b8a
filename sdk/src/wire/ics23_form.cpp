#include "tenon/wire/ics23_form.hpp"

#include "tenon/merkle/ics23.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::wire {

Result<Bytes> ics23_form(const v1::KeyProof& key) {
  TENON_ASSIGN_OR_RETURN(const merkle::SparseProof path, merkle::decode_proof(key.path()));
  return merkle::encode_ics23_existence(
      path, key.key(),
      merkle::entry_preimage(Hash::from_view_or_zero(key.salt()),
                             Hash::from_view_or_zero(key.access_hash()), key.expires_at_us(),
                             key.value()));
}

} // namespace tenon::wire
