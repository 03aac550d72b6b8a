// How the validators of one epoch handed over to those of the next: the last block of each epoch
// and its certificate, from the block log, for whoever verifies a proof and trusts an earlier set
// (docs/spec/wire.md). Step: query_service. Pure but for reads; any thread.
#pragma once

#include "pipeline/block_state.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

// From the validators of `from_epoch` to proof.validators(), which stand in `state`. Where blocks
// are pruned they begin later: a verifier must then know the validators of a later epoch.
[[nodiscard]] Status add_handovers(const plugin::Store& store, const BlockState& state,
                                   std::uint64_t from_epoch, v1::LedgerProof& proof);

} // namespace tenon::host::pipeline
