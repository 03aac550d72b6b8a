// What a ledger proof says of one key, in the form that light clients of the Inter-Blockchain
// Communication protocol check (docs/spec/merkle-proof.md#ics-23). Pure; any thread.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::wire {

// Refused for a key that is absent. The proof itself is not checked.
[[nodiscard]] Result<Bytes> ics23_form(const v1::KeyProof& key);

} // namespace tenon::wire
