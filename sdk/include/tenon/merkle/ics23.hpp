// Proofs of presence in the form that the Inter-Blockchain Communication protocol knows, for light
// clients of others: the message CommitmentProof of cosmos.ics23.v1, to be checked with the
// specification of Jellyfish Merkle trees. Pure; any thread.
// Which bytes stand for key and value: docs/spec/merkle-proof.md.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::merkle {

// The specification of these trees allows no more inner nodes on a path.
inline constexpr std::size_t kMaxIcs23Depth = 64;

// `proof` ends in the leaf of SHA-256(key), whose value hash is SHA-256(value): of an entry,
// `value` is its entry_preimage(). The proof itself is not checked. Refused: proofs of absence,
// which would need the keys and values of neighbours, paths that are too long, and an empty key or
// value.
[[nodiscard]] Result<Bytes> encode_ics23_existence(const SparseProof& proof, BytesView key,
                                                   BytesView value);

} // namespace tenon::merkle
