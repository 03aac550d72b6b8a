// Proofs of what a committed state holds under given keys, present or absent. Step: query_service,
// stream_service. Pure but for reads; any thread.
#pragma once

#include <span>
#include <vector>

#include "tenon/core/function_ref.hpp"
#include "tenon/plugin/store.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

// One per key, in order: what the tree holds, expired or not, for that is what the root says.
// PERMISSION_DENIED for an entry whose encoded reader list `may_see` does not let pass.
[[nodiscard]] Result<std::vector<v1::KeyProof>>
key_proofs(const plugin::StoreSnapshot& snapshot, std::span<const Bytes> keys,
           FunctionRef<bool(BytesView readers)> may_see);

} // namespace tenon::host::pipeline
