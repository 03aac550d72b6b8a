// Recomputes everything a block log claims: ids, links, roots, certificates. What a node trusts of
// its own store when it starts is less; this is what an auditor does. Pure; main thread.
#pragma once

#include "tenon/core/function_ref.hpp"
#include "tenon/plugin/store.hpp"
#include "tenon/v1/ledger_types.pb.h"
#include "trust.hpp"

namespace tenon::tool {

// The parts of one block as they stand in the block log.
struct LoggedBlock {
  std::uint64_t height = 0;
  std::array<Bytes, plugin::kBlockParts> parts;
  v1::BlockHeader header;
  v1::ResultHeader result;

  [[nodiscard]] const Bytes& part(plugin::BlockPart which) const {
    return parts[static_cast<std::size_t>(which)];
  }
};

// DATA_LOSS names the block and the part that is missing or malformed; OUT_OF_RANGE below the
// store's oldest block.
[[nodiscard]] Result<LoggedBlock> read_block(const plugin::Store& store, std::uint64_t height);

struct ChainReport {
  std::uint64_t blocks = 0;
  std::uint64_t transactions = 0;
  std::uint64_t certificates = 0;
  std::uint64_t epochs = 0;       // of which there are blocks
  std::uint64_t oldest_block = 0; // where the log begins: above 0 in a pruned or imported store
  // The oldest block's validators are those of the genesis document. Otherwise the log does not
  // show how they came to be, and the state's word was taken for it.
  bool begins_with_trusted = false;
};

// Every block from the oldest one to the head, across epochs; `progress` gets the number of blocks
// done.
[[nodiscard]] Result<ChainReport>
check_chain(const plugin::Store& store, const Trust& trust,
            FunctionRef<void(std::uint64_t done, std::uint64_t total)> progress);

} // namespace tenon::tool
