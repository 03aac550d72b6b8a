// Who the nodes of the network are by the committed state: the validators of this epoch and of the
// next one, and the clients. Read when a block may have changed it, for the node's list of peers.
// Pure but for reads; any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/genesis.hpp"
#include "pipeline/ledger_head.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

struct Members {
  std::uint64_t height = 0; // as of this block
  v1::ValidatorSet validators;
  std::optional<v1::ValidatorSet> next; // of the epoch that operators have ordered
  std::vector<std::pair<std::string, v1::ClientRecord>> clients; // those that were not removed
};

[[nodiscard]] Members members_of(const Genesis& genesis);
[[nodiscard]] Result<Members> read_members(const LedgerHead& head);

// May a write of this STATE key change the answer?
[[nodiscard]] bool concerns_members(BytesView key);

} // namespace tenon::host::pipeline
