// How the validators of one epoch handed over to those of the next: the last block of each epoch
// and its certificate, from the block log or, where that has been cut off, from the index, for
// whoever verifies a proof and trusts an earlier set
// (docs/spec/wire.md). Step: query_service. Pure but for reads; any thread.
#pragma once

#include "pipeline/block_state.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

// From the validators of `from_epoch` to proof.validators(), which stand in `state`. Where neither
// the block log nor the index has one any more they begin later: a verifier must then know the
// validators of a later epoch.
[[nodiscard]] Status add_handovers(const plugin::Store& store, const BlockState& state,
                                   std::uint64_t from_epoch, v1::LedgerProof& proof);

// What the index is to keep of them, before the block log is cut off or replaced.
using Handovers = std::vector<v1::EpochHandover>;
[[nodiscard]] Status keep_handovers(plugin::Store& store, const Handovers& handovers);
// All that are known up to the state's own epoch.
[[nodiscard]] Result<Handovers> known_handovers(const plugin::Store& store,
                                                const BlockState& state);

} // namespace tenon::host::pipeline
