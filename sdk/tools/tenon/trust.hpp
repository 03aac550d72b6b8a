// What an outsider trusts: a genesis document. And the check of proofs against it. Pure but for
// reading the file; any thread.
#pragma once

#include <filesystem>
#include <string>

#include "session.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::tool {

struct Trust {
  Hash chain; // SHA-256 of the document
  v1::ValidatorSet validators;
};

[[nodiscard]] Result<Trust> read_genesis(const std::filesystem::path& file);

// Checks an encoded LedgerProof offline; what it proves, for people and programs.
[[nodiscard]] Result<Json> check_proof(BytesView encoded_proof, const Trust& trust);

// The REST API puts what a proof says beside it in clear. DATA_LOSS when any of that, in a document
// whose proof holds, is not what the proof says: people read the clear text.
[[nodiscard]] Status check_clear_text(const Json& document, BytesView encoded_proof);

} // namespace tenon::tool
