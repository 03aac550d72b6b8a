// Checks a LedgerProof offline, trusting nothing but a genesis document. No I/O; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::wire {

struct ProvedKey {
  Bytes key;
  std::optional<Bytes> value; // nothing: proved absent
};

struct ProvedState {
  std::uint64_t height = 0;
  std::uint64_t record_time_us = 0;
  Hash state_root;
  v1::ValidatorSet validators; // that certified the block
  std::vector<ProvedKey> keys;
};

// `trusted_chain` is SHA-256 of the genesis document, `trusted_validators` the set that stands in
// it, or that of a later epoch which the caller has verified. The proof's handovers lead from there
// to the validators of the proved block.
[[nodiscard]] Result<ProvedState> verify_ledger_proof(const v1::LedgerProof& proof,
                                                      const Hash& trusted_chain,
                                                      const v1::ValidatorSet& trusted_validators);

// That the state of this root holds, or does not hold, the key as the proof says.
[[nodiscard]] Result<ProvedKey> verify_key_proof(const v1::KeyProof& key, const Hash& state_root);

// A quorum of `validators` signed (view, block, result).
[[nodiscard]] Status verify_certificate(const v1::Certificate& certificate, const Hash& chain,
                                        const v1::ValidatorSet& validators);

} // namespace tenon::wire
