#include "tenon/wire/ledger_proof.hpp"

#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/crypto/signature_memo.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::wire {

namespace {

Status not_proved(const std::string& why) {
  return invalid_argument("not proved: " + why);
}

// What the certificate must name.
struct Certified {
  Hash block_id;
  Hash result_hash;
};

// Follows the chain of result headers from the proved block to the certified one.
Result<Certified> follow_results(const v1::LedgerProof& proof, const v1::ResultHeader& first) {
  Certified certified{Hash::from_view_or_zero(first.block_id()),
                      crypto::sha256(proof.result_header())};
  for (const std::string& encoded : proof.later_result_headers()) {
    v1::ResultHeader next;
    if (!next.ParseFromString(encoded))
      return not_proved("a later result header is malformed");
    if (next.parent_result() != certified.result_hash.view()) {
      return not_proved("a later result header does not follow its predecessor");
    }
    certified = {Hash::from_view_or_zero(next.block_id()), crypto::sha256(encoded)};
  }
  return certified;
}

Status check_signatures(const v1::Certificate& certificate, BytesView signed_bytes,
                        const v1::ValidatorSet& validators) {
  std::set<std::uint32_t> signers;
  for (const v1::ValidatorSignature& signature : certificate.signatures()) {
    const std::uint32_t index = signature.validator();
    if (index >= static_cast<std::uint32_t>(validators.validators_size())) {
      return not_proved("the certificate names validator " + std::to_string(index) + " of " +
                        std::to_string(validators.validators_size()));
    }
    if (!signers.insert(index).second) {
      return not_proved("validator " + std::to_string(index) + " signed twice");
    }
    if (!crypto::SignatureMemo::shared().verify(
            validators.validators(static_cast<int>(index)).public_key(), signed_bytes,
            signature.signature())) {
      return not_proved("the signature of validator " + std::to_string(index) + " is wrong");
    }
  }
  const std::size_t needed =
      quorum(static_cast<std::size_t>(validators.validators_size()), validators.max_byzantine());
  if (signers.size() >= needed)
    return {};
  return not_proved("the certificate has " + std::to_string(signers.size()) +
                    " signatures, a quorum is " + std::to_string(needed));
}

Status check_handover(const v1::EpochHandover& handover, const v1::BlockHeader& header,
                      const Hash& chain, const v1::ValidatorSet& validators) {
  v1::ResultHeader result;
  v1::Certificate certificate;
  if (!result.ParseFromString(handover.result_header()) ||
      !certificate.ParseFromString(handover.certificate())) {
    return not_proved("a handover's result header or certificate is malformed");
  }
  if (header.chain() != chain.view())
    return not_proved("a handover belongs to another chain");
  const Hash block_id = crypto::sha256(handover.header());
  if (result.block_id() != block_id.view() || certificate.block_id() != block_id.view() ||
      certificate.result_hash() != crypto::sha256(handover.result_header()).view()) {
    return not_proved("a handover's header, result and certificate are not of one block");
  }
  if (handover.next().epoch() != validators.epoch() + 1 ||
      header.next_validators() != validators_hash(handover.next()).view()) {
    return not_proved("the last block of epoch " + std::to_string(validators.epoch()) +
                      " names other validators for the next one");
  }
  return verify_certificate(certificate, chain, validators)
      .with_context("the handover at height " + std::to_string(header.height()));
}

// Follows the epochs from the trusted validators on. Handovers before those are of no concern to
// who trusts later ones.
Result<v1::ValidatorSet> follow_epochs(const v1::LedgerProof& proof, const Hash& chain,
                                       const v1::ValidatorSet& trusted) {
  v1::ValidatorSet validators = trusted;
  bool begun = false;
  for (const v1::EpochHandover& handover : proof.handovers()) {
    v1::BlockHeader header;
    if (!header.ParseFromString(handover.header()))
      return not_proved("a handover's header is malformed");
    const bool follows = header.validators() == validators_hash(validators).view();
    if (!follows && begun)
      return not_proved("a handover does not follow its predecessor");
    if (!follows)
      continue;
    begun = true;
    TENON_RETURN_IF_ERROR(check_handover(handover, header, chain, validators));
    validators = handover.next();
  }
  return validators;
}

} // namespace

Result<ProvedKey> verify_key_proof(const v1::KeyProof& key, const Hash& state_root) {
  TENON_ASSIGN_OR_RETURN(const merkle::SparseProof path, merkle::decode_proof(key.path()));
  std::optional<Hash> value_hash;
  ProvedKey proved{key.key(), std::nullopt};
  if (key.present()) {
    if (key.salt().size() != Hash::kSize || key.access_hash().size() != Hash::kSize) {
      return not_proved("salt and access hash must be 32 bytes each");
    }
    value_hash = merkle::entry_hash(Hash::from_view(key.salt()), Hash::from_view(key.access_hash()),
                                    key.expires_at_us(), key.value());
    proved.value = key.value();
  }
  const Status status =
      merkle::verify_proof(path, state_root, crypto::sha256(key.key()), value_hash);
  if (!status.ok())
    return status.with_context("key " + to_hex(key.key()));
  return proved;
}

Status verify_certificate(const v1::Certificate& certificate, const Hash& chain,
                          const v1::ValidatorSet& validators) {
  if (certificate.block_id().size() != Hash::kSize ||
      certificate.result_hash().size() != Hash::kSize) {
    return not_proved("the certificate names no block or no result");
  }
  return check_signatures(certificate,
                          certificate_signing_bytes(chain, validators.epoch(), certificate.view(),
                                                    Hash::from_view(certificate.block_id()),
                                                    Hash::from_view(certificate.result_hash())),
                          validators);
}

Result<ProvedState> verify_ledger_proof(const v1::LedgerProof& proof, const Hash& trusted_chain,
                                        const v1::ValidatorSet& trusted_validators) {
  v1::BlockHeader header;
  v1::ResultHeader result;
  v1::Certificate certificate;
  if (proof.version() != 1) {
    return not_proved("expected proof version 1, found " + std::to_string(proof.version()));
  }
  if (!header.ParseFromString(proof.header()) || !result.ParseFromString(proof.result_header()) ||
      !certificate.ParseFromString(proof.certificate())) {
    return not_proved("a header or the certificate is malformed");
  }
  if (header.chain() != trusted_chain.view()) {
    return not_proved("the block belongs to chain " + to_hex(header.chain()) + ", expected " +
                      to_hex(trusted_chain.view()));
  }
  TENON_ASSIGN_OR_RETURN(v1::ValidatorSet validators,
                         follow_epochs(proof, trusted_chain, trusted_validators));
  if (header.validators() != validators_hash(validators).view()) {
    return not_proved("the block was certified by another validator set than the trusted one");
  }
  if (result.block_id() != crypto::sha256(proof.header()).view()) {
    return not_proved("the result header belongs to another block");
  }
  if (result.state_root().size() != Hash::kSize)
    return not_proved("there is no state root");
  TENON_ASSIGN_OR_RETURN(const Certified certified, follow_results(proof, result));
  if (certificate.block_id() != certified.block_id.view() ||
      certificate.result_hash() != certified.result_hash.view()) {
    return not_proved("the certificate is for another block or result");
  }
  TENON_RETURN_IF_ERROR(verify_certificate(certificate, trusted_chain, validators));

  ProvedState state{header.height(),
                    header.record_time_us(),
                    Hash::from_view(result.state_root()),
                    std::move(validators),
                    {}};
  for (const v1::KeyProof& key : proof.keys()) {
    TENON_ASSIGN_OR_RETURN(ProvedKey proved, verify_key_proof(key, state.state_root));
    state.keys.push_back(std::move(proved));
  }
  return state;
}

} // namespace tenon::wire
